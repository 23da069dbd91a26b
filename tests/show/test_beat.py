"""Beat and heatmap: twelve leads on one sheet, one scale, boundaries where the analysis put them."""

import numpy as np
import pytest

from lvm.analysis import Analysis, analyse
from lvm.beats import BEFORE_R, WINDOW
from lvm.cohort.examples import EXAMPLES
from lvm.read import read
from lvm.recording import LEADS, LIMB
from lvm.show.beat import LEAD_MM, beat, marks_ms
from lvm.show.colours import LIGHT
from lvm.show.heatmap import heatmap


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
    assert len(figure.layout.shapes) == 36


def test_heatmap_has_one_scale_for_all_leads(analysis):
    map_ = np.zeros((12, WINDOW), dtype=np.float32)
    map_[3, 100], map_[7, 200] = -2.0, 1.0
    figure = heatmap(analysis, analysis.chosen, map_, LIGHT)
    heat = [t for t in figure.data if t.type == "heatmap"]
    assert len(heat) == 12
    assert {t.coloraxis for t in heat} == {"coloraxis"}
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (0, 2)
    assert figure.layout.coloraxis.colorscale[0][1].endswith("0.0)")  # nothing is clear: the grid stays visible
    order = [t.type if t.type == "heatmap" else "trace" for t in figure.data if t.type == "heatmap" or t.name in LEADS]
    assert order == ["heatmap"] * 12 + ["trace"] * 12

    signed = heatmap(analysis, analysis.chosen, map_, LIGHT, signed=True)
    assert (signed.layout.coloraxis.cmin, signed.layout.coloraxis.cmax) == (-2, 2)
    assert next(t for t in signed.data if t.name == "aVR, saliency").z[0][100] == -2


def test_hover_tells_lead_time_voltage_and_saliency(analysis):
    map_ = np.full((12, WINDOW), 0.25, dtype=np.float32)
    figure = heatmap(analysis, analysis.chosen, map_, LIGHT)
    v1 = next(t for t in figure.data if t.name == "V1")
    assert v1.hovertemplate.startswith("<b>V1</b>")
    assert v1.customdata[BEFORE_R].tolist() == pytest.approx(
        [0.0, float(analysis.window(analysis.chosen).mv[6, BEFORE_R]), 0.25]
    )


def test_a_flat_map_can_be_drawn(analysis):
    figure = heatmap(analysis, analysis.chosen, np.zeros((12, WINDOW), dtype=np.float32), LIGHT)
    assert figure.layout.coloraxis.cmax == 1
