"""The beat: twelve leads on one sheet, boundaries where the analysis put them."""

from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import Analysis, analyse
from lvm.beats import BEFORE_R, WINDOW
from lvm.cohort.examples import EXAMPLES
from lvm.read import read
from lvm.recording import LEADS, LIMB
from lvm.show.beat import LEAD_MM, beat, compared, marks_ms
from lvm.show.colours import LIGHT
from lvm.waves import Waves


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read(EXAMPLES[0].data()))


def test_beat_has_all_leads_in_their_groups_colour_on_equal_millimetres(analysis):
    figure = beat(analysis, analysis.chosen, LIGHT)
    traces = {t.name: t for t in figure.data if t.name in LEADS}
    assert tuple(traces) == LEADS
    cut = analysis.window(analysis.chosen).mv
    for lead, trace in traces.items():
        assert trace.line.color == (LIGHT.limb if lead in LIMB else LIGHT.precordial)
        assert np.ptp(trace.y) == pytest.approx(10 * np.ptp(cut[LEADS.index(lead)]), abs=1e-3)
        assert trace.dx * WINDOW == LEAD_MM
    assert figure.layout.yaxis.scaleratio == 1
    assert sum(str(t.name).endswith("other beats") for t in figure.data) == 12


def test_waves_are_shaded_at_their_boundaries(analysis):
    index = analysis.chosen
    marks = marks_ms(analysis.waves[index], analysis.beats[index].r)
    figure = beat(analysis, index, LIGHT)
    first = next(t for t in figure.data if t.name == "I")
    qrs = next(s for s in figure.layout.shapes if s.fillcolor == LIGHT.waves[1])
    assert (qrs.x0 - first.x0) / 25 * 1000 - BEFORE_R * 2 == pytest.approx(marks["qrs_onset_s"], abs=0.1)
    assert [s.type for s in figure.layout.shapes].count("rect") == 36  # 12 leads, 3 waves
    assert {s.line.dash for s in figure.layout.shapes if s.type == "line"} == {"solid"}


def test_an_uncertain_boundary_is_dashed(analysis):
    index = analysis.chosen
    of_beat = analysis.waves[index]
    doubtful = replace(of_beat, margins_ms=(*of_beat.margins_ms[:5], 60.0))
    waves = tuple(doubtful if i == index else w for i, w in enumerate(analysis.waves))
    figure = beat(replace(analysis, waves=waves), index, LIGHT)
    lines = [s for s in figure.layout.shapes if s.type == "line"]
    assert len(lines) == 72
    dashed = {s.x0 for s in lines if s.line.dash == "dash"}
    t_end = {s.x1 for s in figure.layout.shapes if s.type == "rect" and s.fillcolor == LIGHT.waves[2]}
    assert dashed == t_end


def test_the_average_beat_and_another_methods_boundaries(analysis):
    figure = beat(analysis, None, LIGHT, {"p_onset_s": None, "qrs_onset_s": -40.0})
    trace = next(t for t in figure.data if t.name == "V2")
    assert np.ptp(trace.y) == pytest.approx(10 * np.ptp(analysis.average()[LEADS.index("V2")]), abs=1e-3)
    dotted = [s for s in figure.layout.shapes if s.type == "line" and s.line.dash == "dot"]
    assert len(dotted) == 12
    assert (dotted[0].x0 - figure_x(figure, "I")) / 25 * 1000 - BEFORE_R * 2 == pytest.approx(-40, abs=0.1)


def figure_x(figure, lead):
    return next(t for t in figure.data if t.name == lead).x0


def test_compared_boundaries_are_those_of_the_beat_or_the_usual_ones(analysis):
    waves = tuple(Waves(qrs_onset=b.r - 20 - 2 * i, qrs_offset=b.r + 25) for i, b in enumerate(analysis.beats))
    assert compared(analysis, 3, waves)["qrs_onset_s"] == -52.0
    usual = compared(analysis, None, waves)
    used = [i for i, b in enumerate(analysis.beats) if b.usable]
    assert usual["qrs_onset_s"] == -40.0 - 4 * np.median(used)
    assert usual["qrs_offset_s"] == 50.0
    assert usual["p_onset_s"] is None
