"""The paper view: true millimetres, all leads, rows that do not touch."""

import numpy as np
import pytest

from lvm.analysis import Analysis, analyse
from lvm.cohort.examples import EXAMPLES
from lvm.cohort.simulate import Heart, simulate
from lvm.read import read
from lvm.recording import LEADS, Recording
from lvm.show.colours import DARK, LIGHT
from lvm.show.ecg import LAYOUTS, ecg, first_second, needs_pages, strip_line
from lvm.show.millimetres import stack


@pytest.fixture(scope="module")
def lvh() -> Analysis:
    return analyse(read(next(e for e in EXAMPLES if e.key == "lvh-man").data()))


def leads(figure) -> list:
    return [t for t in figure.data if t.name in LEADS]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("gain", [5, 10])
def test_millimetres_are_square_and_traces_to_scale(lvh, layout, gain):
    figure = ecg(lvh, lvh.chosen, LIGHT, layout=layout, gain=gain)
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.yaxis.scaleratio == 1
    assert figure.layout.xaxis.dtick == figure.layout.yaxis.dtick == 5
    assert figure.layout.xaxis.minor.dtick == figure.layout.yaxis.minor.dtick == 1
    for trace in leads(figure):
        assert trace.dx == pytest.approx(25 / 500)
        assert np.ptp(trace.y) == pytest.approx(gain * np.ptp(trace.customdata[:, 1]), rel=1e-3)
        assert trace.y.dtype == np.float32
    assert strip_line(gain) in [a.text for a in figure.layout.annotations]


def test_leads_are_where_a_reader_looks(lvh):
    paper = ecg(lvh, None, LIGHT)
    assert [t.name for t in leads(paper)] == [
        *("I", "aVR", "V1", "V4"),
        *("II", "aVL", "V2", "V5"),
        *("III", "aVF", "V3", "V6"),
        "II",
    ]
    assert [t.name for t in leads(ecg(lvh, None, LIGHT, layout="12 × 1"))] == list(LEADS)
    starts = [t.customdata[0, 0] for t in leads(paper)]
    assert starts[:4] == pytest.approx([0, 2.5, 5, 7.5])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tall_qrs_is_neither_cut_nor_in_the_next_row(lvh, layout):
    figure = ecg(lvh, lvh.chosen, LIGHT, layout=layout)
    low, high = figure.layout.yaxis.range
    traces = leads(figure)
    assert min(t.y.min() for t in traces) > low
    assert max(t.y.max() for t in traces) < high
    for i, one in enumerate(traces):
        for other in traces[i + 1 :]:
            beside = (
                one.x0 + len(one.y) * one.dx <= other.x0 + 1e-6 or other.x0 + len(other.y) * other.dx <= one.x0 + 1e-6
            )
            assert beside or other.y.max() < one.y.min()


def test_rows_keep_clear_column_by_column():
    assert stack([[(-20, 5), (-5, 5)], [(-5, 5), (-5, 30)]], gap_mm=0, top_mm=0) == [-5, -40]
    assert stack([[(-20, 5), (-5, 5)], [(-5, 30)]], gap_mm=0, top_mm=0) == [-5, -55]


def test_beat_marks_lie_above_the_strip(lvh):
    figure = ecg(lvh, lvh.chosen, LIGHT)
    marks = next(t for t in figure.data if t.name == "beats")
    assert len(marks.x) == len(lvh.beats)
    assert min(marks.y) > leads(figure)[-1].y.max() + 1
    assert len(figure.layout.shapes) == 1  # the chosen beat's shade
    assert not ecg(lvh, None, LIGHT).layout.shapes


def test_dark_paper_is_dark(lvh):
    assert ecg(lvh, None, DARK).layout.plot_bgcolor == DARK.paper
    assert leads(ecg(lvh, None, DARK))[0].line.color == DARK.trace


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("name", ["text", "muted", "limb", "precordial", "ours", "limit", "trace"])
def test_text_is_legible_on_paper(colours, name):
    assert contrast(getattr(colours, name), colours.paper) >= 4.5


@pytest.mark.parametrize(("seconds", "pages"), [(4, False), (10.4, False), (24, True)])
def test_short_and_long_recordings(seconds, pages):
    signal = simulate(Heart(), duration_s=seconds).signal_mv
    analysis = analyse(Recording(signal, 500.0, "simulated", None))
    assert needs_pages(analysis) == pages
    strip = leads(ecg(analysis, analysis.chosen, LIGHT, start_s=9.0 if pages else 0.0))[-1]
    assert strip.customdata[0, 0] == (9 if pages else 0)
    assert len(strip.y) == (5000 if pages else signal.shape[1])
    assert (strip.x0 + len(strip.y) * strip.dx) <= ecg(analysis, None, LIGHT).layout.xaxis.range[1]


def test_a_long_recording_opens_at_its_beat():
    analysis = analyse(Recording(simulate(Heart(), duration_s=38.0).signal_mv, 500.0, "simulated", None))
    chosen = analysis.beats[analysis.chosen]
    start_s = first_second(analysis, analysis.chosen)
    assert start_s + 4 < chosen.r_s < start_s + 6
    assert first_second(analysis, 0) == first_second(analysis, None) == 0.0
    assert first_second(analysis, len(analysis.beats) - 1) == 28.0
