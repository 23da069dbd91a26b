"""The paper view: true millimetres, all leads, rows that do not touch."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import plotly.io
import pytest

from lvm import __version__
from lvm.analysis import Analysis, analyse
from lvm.cohort.examples import EXAMPLES
from lvm.cohort.simulate import Heart, simulate
from lvm.language import speaking
from lvm.read import read
from lvm.recording import LEADS, LIMB, PRECORDIAL, Recording
from lvm.show import SHEET_PX
from lvm.show.alts import ecg as described
from lvm.show.calipers import Caliper
from lvm.show.colours import DARK, LIGHT
from lvm.show.ecg import GAINS_MM_PER_MV, LAYOUTS, SPEEDS_MM_PER_S, Paper, ecg, leads_of, not_on_paper, strip_line
from lvm.show.filters import FILTERS, filtered, stated
from lvm.show.millimetres import stack, with_pulse


@pytest.fixture(scope="module")
def lvh() -> Analysis:
    return analyse(read(next(e for e in EXAMPLES if e.key == "lvh-man").data()))


def leads(figure) -> list:
    return [t for t in figure.data if (t.name or "").removeprefix("−") in LEADS]


def mm(figure, letter: str) -> float:
    """Of one unit of an axis: its thick lines are 5 mm apart."""
    axis = figure.layout[f"{letter}axis"]
    assert axis.minor.dtick == pytest.approx(axis.dtick / 5)
    return 5 / axis.dtick


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("speed", SPEEDS_MM_PER_S)
@pytest.mark.parametrize("gain", GAINS_MM_PER_MV)
def test_millimetres_are_square_and_to_scale(lvh, layout, speed, gain):
    figure = ecg(lvh, lvh.chosen, LIGHT, Paper(layout, speed, gain))
    assert mm(figure, "x") == pytest.approx(speed)  # one second
    assert 1000 * mm(figure, "y") == pytest.approx(gain)  # one millivolt, in microvolts
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.yaxis.scaleratio == pytest.approx(mm(figure, "y") / mm(figure, "x"))
    for trace in leads(figure):
        low = round(trace.x0 * 500)
        row = LEADS.index(trace.name.removeprefix("−"))
        mv = lvh.cleaned_mv[row, low : low + len(trace.y)] * (-1 if trace.name.startswith("−") else 1)
        assert trace.dx == pytest.approx(1 / 500)
        assert trace.y.dtype == np.uint16
        np.testing.assert_allclose(trace.y - float(trace.y[0]), 1000 * (mv - mv[0]), atol=1.01)


@pytest.mark.parametrize("speed", SPEEDS_MM_PER_S)
@pytest.mark.parametrize("gain", GAINS_MM_PER_MV)
def test_the_calibration_pulse_is_one_millivolt_for_200_ms_before_every_row(lvh, speed, gain):
    figure = ecg(lvh, None, LIGHT, Paper("6 × 2", speed, gain))
    pulses = [t for t in figure.data if t.name is None and len(t.x) == 6]
    assert len(pulses) == 6
    for pulse in pulses:
        assert np.ptp(pulse.y) == pytest.approx(1000)
        assert pulse.x[3] - pulse.x[2] == pytest.approx(0.2)
        assert max(pulse.x) <= min(t.x0 for t in leads(figure))
        assert (pulse.x[0] - figure.layout.xaxis.range[0]) * speed == pytest.approx(0.5)


ORDER = {
    "3 × 4 + rhythm": "I aVR V1 V4 II aVL V2 V5 III aVF V3 V6 II",
    "6 × 2": "I V1 II V2 III V3 aVR V4 aVL V5 aVF V6",
    "12 × 1": "I II III aVR aVL aVF V1 V2 V3 V4 V5 V6",
    "Cabrera": "aVL V1 I V2 −aVR V3 II V4 aVF V5 III V6",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_all_leads_where_a_reader_looks(lvh, layout):
    figure = ecg(lvh, None, LIGHT, Paper(layout))
    names = [t.name for t in leads(figure)]
    assert names == ORDER[layout].split()
    assert {name.removeprefix("−") for name in names} == set(LEADS) == {n.removeprefix("−") for n in leads_of(layout)}
    labels = [a.text for a in figure.layout.annotations]
    assert [label for label in labels if label.startswith("<b>")] == [f"<b>{name}</b>" for name in names]


def test_columns_follow_each_other_in_time(lvh):
    starts = [t.x0 for t in leads(ecg(lvh, None, LIGHT))]
    assert starts[:4] == pytest.approx([0, 2.5, 5, 7.5])
    assert [t.x0 for t in leads(ecg(lvh, None, LIGHT, Paper("6 × 2")))][:2] == pytest.approx([0, 5])


def test_cabrera_turns_avr_over_and_says_so(lvh):
    figure = ecg(lvh, None, LIGHT, Paper("Cabrera"))
    turned = next(t for t in leads(figure) if t.name == "−aVR")
    np.testing.assert_allclose(turned.customdata, -lvh.cleaned_mv[3, :2500])
    assert "<b>−aVR</b>" in [a.text for a in figure.layout.annotations]
    assert not any(t.name == "aVR" for t in figure.data)
    limb = [t.name for t in leads(figure) if t.name not in PRECORDIAL]
    assert limb == ["aVL", "I", "−aVR", "II", "aVF", "III"]
    assert len(limb) == len(LIMB)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("speed", SPEEDS_MM_PER_S)
def test_a_figure_of_ten_seconds_is_under_400_kib(lvh, layout, speed):
    for gain in GAINS_MM_PER_MV:
        figure = ecg(lvh, lvh.chosen, LIGHT, Paper(layout, speed, gain), caliper=Caliper("V5", 7.6, 8.0))
        assert len(plotly.io.to_json(figure, validate=False)) < 400 * 1024


def test_the_voltage_is_told_where_the_figure_has_room_for_it(lvh):
    pointed = leads(ecg(lvh, None, LIGHT))[0]
    assert "%{customdata:.2f} mV" in pointed.hovertemplate
    np.testing.assert_allclose(pointed.customdata, lvh.cleaned_mv[0, :1250])
    crowded = leads(ecg(lvh, None, LIGHT, Paper("12 × 1")))[0]
    assert crowded.hovertemplate == "<b>I</b>  %{x:.3f} s<extra></extra>"
    assert crowded.customdata is None


@pytest.mark.parametrize("name", FILTERS)
def test_the_foot_says_speed_gain_filter_and_version(lvh, name):
    paper = Paper("6 × 2", 50, 20, name)
    figure = ecg(lvh, None, LIGHT, paper)
    line = figure.layout.annotations[-1].text
    assert line == strip_line(lvh.recording, paper)
    parts = line.split("    ")
    assert parts == [
        "50 mm/s",
        "20 mm/mV",
        stated(lvh.recording, name),
        f"eLVMass-Net demonstrator {__version__}",
        "UNCONFIRMED",
    ]
    shown = filtered(lvh, name)
    np.testing.assert_allclose(leads(figure)[0].customdata, shown[0, : len(leads(figure)[0].y)])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("gain", GAINS_MM_PER_MV)
def test_pulses_touch_neither_each_other_nor_the_edge(lvh, layout, gain):
    figure = ecg(lvh, None, LIGHT, Paper(layout, gain=gain))
    pulses = [t for t in figure.data if t.name is None and len(t.x) == 6]
    assert figure.layout.yaxis.range[1] - max(pulses[0].y) >= 1000 / gain - 1e-6  # 1 mm
    for upper, lower in pairwise(pulses):
        assert (min(upper.y) - max(lower.y)) * gain / 1000 >= 5


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("gain", GAINS_MM_PER_MV)
def test_paper_is_as_wide_as_the_sheet_at_any_height(lvh, layout, gain):
    """What is drawn has the shape of the figure: nothing makes it narrower."""
    figure = ecg(lvh, None, LIGHT, Paper(layout, gain=gain))
    wide, high = np.ptp(figure.layout.xaxis.range) * 25, np.ptp(figure.layout.yaxis.range) * gain / 1000
    assert figure.layout.height == pytest.approx(SHEET_PX * high / wide, abs=1)
    foot, below = figure.layout.annotations[-1].y, min(t.y.min() for t in leads(figure))
    assert (below - foot) * gain / 1000 > 5.5  # mm: the foot's letters are 4 mm high, 5.3 mm in a window of 1024 px


def test_a_disturbed_recording_does_not_make_an_endless_page(lvh):
    loud = replace(lvh, cleaned_mv=30 * lvh.cleaned_mv)
    assert ecg(loud, None, LIGHT, Paper("12 × 1", gain=20)).layout.height == 6000


def test_a_row_has_room_for_its_pulse():
    assert with_pulse([(-5, 8), (-5, 8)], 20) == [(-5, 20), (-5, 8)]
    assert with_pulse([(-5, 30)], 20) == [(-5, 30)]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("gain", GAINS_MM_PER_MV)
def test_tall_qrs_is_neither_cut_nor_in_the_next_row(lvh, layout, gain):
    figure = ecg(lvh, lvh.chosen, LIGHT, Paper(layout, gain=gain))
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


def test_a_signal_too_large_for_two_bytes_is_still_drawn_whole():
    signal = simulate(Heart(), duration_s=10).signal_mv * 1
    signal[6:] *= 8
    analysis = analyse(Recording(signal, 500.0, "simulated", None))
    trace = leads(ecg(analysis, None, LIGHT, Paper("12 × 1")))[0]
    assert trace.y.dtype == np.int32
    assert trace.y.max() > np.iinfo(np.uint16).max


def test_rows_keep_clear_column_by_column():
    assert stack([[(-20, 5), (-5, 5)], [(-5, 5), (-5, 30)]], gap_mm=0, top_mm=0) == [-5, -40]
    assert stack([[(-20, 5), (-5, 5)], [(-5, 30)]], gap_mm=0, top_mm=0) == [-5, -55]


def test_beat_marks_lie_above_the_strip(lvh):
    figure = ecg(lvh, lvh.chosen, LIGHT)
    marks = next(t for t in figure.data if t.name == "beats")
    assert len(marks.x) == len(lvh.beats)
    assert list(marks.x) == [beat.r_s for beat in lvh.beats]
    assert min(marks.y) > leads(figure)[-1].y.max() + 100
    assert marks.customdata[0] == "Beat 1: used"
    assert marks.unselected.marker.opacity == 1  # also while something is measured
    assert len(figure.layout.shapes) == 1  # the chosen beat's shade
    assert not ecg(lvh, None, LIGHT).layout.shapes


def test_dark_paper_is_dark(lvh):
    assert ecg(lvh, None, DARK).layout.plot_bgcolor == DARK.paper
    assert leads(ecg(lvh, None, DARK))[0].line.color == DARK.trace


@pytest.mark.parametrize(
    ("seconds", "speed", "pages"), [(4, 25, False), (10.4, 25, False), (24, 25, True), (10, 50, True), (5.2, 50, False)]
)
def test_short_and_long_recordings(seconds, speed, pages):
    signal = simulate(Heart(), duration_s=seconds).signal_mv
    analysis = analyse(Recording(signal, 500.0, "simulated", None))
    paper = Paper(speed=speed)
    assert paper.needs_pages(analysis) == pages
    strip = leads(ecg(analysis, analysis.chosen, LIGHT, replace(paper, start_s=3.0 if pages else 0.0)))[-1]
    assert strip.x0 == (3 if pages else 0)
    assert len(strip.y) == (250 / speed * 500 if pages else signal.shape[1])
    end = ecg(analysis, None, LIGHT, replace(paper, start_s=strip.x0)).layout.xaxis.range[1]
    assert strip.x0 + len(strip.y) * strip.dx <= end


def test_at_50_mm_a_recording_is_paged_through_and_nothing_shrinks(lvh):
    paper = Paper(speed=50)
    assert paper.page_s == 5
    start_s = paper.first_second(lvh, lvh.chosen)
    chosen = lvh.beats[lvh.chosen]
    assert start_s + 2 < chosen.r_s < start_s + 3
    figure = ecg(lvh, lvh.chosen, LIGHT, replace(paper, start_s=start_s))
    assert np.ptp(figure.layout.xaxis.range) * 50 == pytest.approx(250 + 15 + 2)
    assert [t.x0 - start_s for t in leads(figure)][:4] == pytest.approx([0, 1.25, 2.5, 3.75])


def test_a_long_recording_opens_at_its_beat():
    analysis = analyse(Recording(simulate(Heart(), duration_s=38.0).signal_mv, 500.0, "simulated", None))
    chosen, paper = analysis.beats[analysis.chosen], Paper()
    start_s = paper.first_second(analysis, analysis.chosen)
    assert start_s + 4 < chosen.r_s < start_s + 6
    assert paper.first_second(analysis, 0) == paper.first_second(analysis, None) == 0.0
    assert paper.first_second(analysis, len(analysis.beats) - 1) == 28.0
    alt = described(analysis, analysis.chosen, replace(paper, start_s=start_s))
    assert f"Shown: {start_s:g}–{start_s + 10:g} s of 38.0 s." in alt


def test_calipers_stand_where_the_layout_shows_the_lead(lvh):
    v5 = Caliper("V5", 7.6, 8.0)  # the fourth column
    figure = ecg(lvh, None, LIGHT, caliper=v5)
    lines = [s for s in figure.layout.shapes if s.type == "line"]
    assert [s.x0 for s in lines] == [s.x1 for s in lines] == pytest.approx([7.6, 8.0])
    (dots,) = [t for t in figure.data if t.name == "caliper"]
    trace = next(t for t in leads(figure) if t.name == "V5")
    assert list(dots.y) == pytest.approx([trace.y[round((at - trace.x0) * 500)] for at in (7.6, 8.0)], abs=1)
    assert all(s.y0 < trace.y.min() < trace.y.max() < s.y1 for s in lines)
    elsewhere = ecg(lvh, None, LIGHT, caliper=Caliper("V5", 1.0, 2.0))
    assert not elsewhere.layout.shapes
    assert all(t.name != "caliper" for t in elsewhere.data)
    twice = ecg(lvh, None, LIGHT, caliper=Caliper("II", 1.0, 2.0))  # in its column and in the strip
    assert len(twice.layout.shapes) == 4


V5_SPAN = "On this paper V5 stands from 7.50 to 10.00 s only."


@pytest.mark.parametrize(
    ("lead", "span_s", "said"),
    [
        ("V5", (4.84, 5.74), V5_SPAN),
        ("V5", (8.0, 5.74), V5_SPAN),
        ("V5", (7.5, 9.998), ""),
        ("I", (2.4, 2.6), "On this paper I stands from 0.00 to 2.50 s only."),
        ("II", (0.0, 9.998), ""),  # in the strip
    ],
)
def test_it_is_said_where_the_calipers_measure_what_the_paper_does_not_show(lvh, lead, span_s, said):
    caliper = Caliper(lead, *span_s)
    assert not_on_paper(lvh, Paper(), caliper) == said
    lines = [s for s in ecg(lvh, None, LIGHT, caliper=caliper).layout.shapes if s.type == "line"]
    assert ({s.x0 for s in lines} == set(span_s)) == (not said)
    assert not_on_paper(lvh, Paper("12 × 1"), caliper) == ""


def test_it_is_said_of_a_sheet_that_was_moved():
    analysis = analyse(Recording(simulate(Heart(), duration_s=38.0).signal_mv, 500.0, "simulated", None))
    paper, first = Paper("12 × 1", start_s=20.0), Caliper("II", 12.0, 13.0)
    assert not_on_paper(analysis, paper, first) == "On this paper II stands from 20.00 to 30.00 s only."
    assert not_on_paper(analysis, replace(paper, start_s=10.0), first) == ""


def test_the_alt_text_says_what_is_seen(lvh):
    alt = described(lvh, 2, Paper("Cabrera", 50, 20, "None"))
    assert alt.startswith("12-lead ECG on millimetre paper, Cabrera, 50 mm/s, 20 mm/mV, filter no filter added")
    assert "Rate 68 /min, PR 172 ms, QRS 104 ms, QT 408 ms, QRS axis 0°. 11 of 11 beats usable." in alt
    assert "Shown: 0–5 s of 10.0 s. Beat 3 is chosen and shaded." in alt


def test_texts_on_the_paper_are_translated(lvh, monkeypatch):
    monkeypatch.setattr("lvm.language.catalog", lambda _: {"UNCONFIRMED": "未經確認"})
    with speaking("zh_TW"):
        text = json.dumps(ecg(lvh, None, LIGHT).to_dict()["layout"]["annotations"], ensure_ascii=False)
    assert "未經確認" in text
