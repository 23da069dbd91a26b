"""The heatmap: one scale for all leads, in the method's unit, over leads, groups or the whole."""

from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import Analysis, analyse
from lvm.beats import BEFORE_R, WINDOW
from lvm.cohort.examples import EXAMPLES
from lvm.explain import METHODS, TARGET, Cell, Explanation
from lvm.read import read
from lvm.recording import LEAD_GROUPS, LEADS
from lvm.show.colours import DARK, LIGHT
from lvm.show.heatmap import described, heatmap, values
from lvm.waves import SEGMENTS

NO_SLOPES = np.zeros((12, WINDOW), dtype=np.float32)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read(EXAMPLES[0].data()))


def explanation(method: str, map_: np.ndarray, groups: int = 2) -> Explanation:
    """With QRS in the last group as its largest cell: -8 g, four fifths of it all."""
    names = [(segment, group) for segment in SEGMENTS for group in LEAD_GROUPS[groups]]
    largest = ("QRS interval", list(LEAD_GROUPS[groups])[-1])
    rest = 0.2 / (len(names) - 1)
    table = tuple(
        Cell(*name, 0.8 if name == largest else rest, 1.0, -8.0 if name == largest else 0.5) for name in names
    )
    return Explanation(METHODS[method], TARGET, 130.0, "somebody", 120.0, map_.astype(np.float32), table, ())


def spiky(**at: float) -> np.ndarray:
    """A map of zeros but for a value in some leads, 10 ms after R."""
    map_ = np.zeros((12, WINDOW))
    for lead, value in at.items():
        map_[LEADS.index(lead), BEFORE_R + 5] = value
    return map_


def said(figure):
    return next(a.text for a in figure.layout.annotations if "full colour" in a.text)


def test_all_leads_share_one_scale_that_is_clear_at_zero(analysis):
    x = explanation("gradient", spiky(aVR=-2.0, V2=1.0))
    figure = heatmap(analysis, analysis.chosen, x, NO_SLOPES, LIGHT)
    heat = [t for t in figure.data if t.type == "heatmap"]
    assert [t.name for t in heat] == [f"{lead}, map" for lead in LEADS]
    assert {t.coloraxis for t in heat} == {"coloraxis"}
    assert heat[3].z[0][BEFORE_R + 5] == 2
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (0, 2)
    assert figure.layout.coloraxis.colorscale[0][1].endswith("0.0)")
    order = [t.type if t.type == "heatmap" else "trace" for t in figure.data if t.type == "heatmap" or t.name in LEADS]
    assert order == ["heatmap"] * 12 + ["trace"] * 12

    with_sign = heatmap(analysis, analysis.chosen, x, NO_SLOPES, DARK, signed=True)
    assert (with_sign.layout.coloraxis.cmin, with_sign.layout.coloraxis.cmax) == (-2, 2)
    assert next(t for t in with_sign.data if t.name == "aVR, map").z[0][BEFORE_R + 5] == -2
    middle = with_sign.layout.coloraxis.colorscale[2]
    assert middle[0] == 0.5
    assert middle[1].endswith(", 0.0)")


def test_a_heat_cell_lies_under_its_sample(analysis):
    figure = heatmap(analysis, analysis.chosen, explanation("gradient", spiky(I=1.0)), NO_SLOPES, LIGHT)
    heat, trace = (next(t for t in figure.data if t.name == name) for name in ("I, map", "I"))
    assert heat.x0 - trace.x0 == pytest.approx(heat.dx / 2)
    assert heat.dx == trace.dx == 0.05
    assert heat.y[0] < min(trace.y) < max(trace.y) < heat.y[1]


@pytest.mark.parametrize(
    ("method", "words", "unit", "of_unit"),
    [
        ("gradient", "Grams per mV", "g per mV", 1),
        ("smoothgrad", "Grams per mV", "g per mV", 1),
        ("gradient-x-input", "Grams per ms", "g per ms", 0.5),  # a sample is 2 ms
        ("integrated-gradients", "Grams per ms", "g per ms", 0.5),
        ("grad-cam", "Relative, no unit", "relative", 1),
        ("occlusion", "Grams per segment and lead group", "g", 1),
        ("shapley", "Grams per segment and lead group", "g", 1),
    ],
)
def test_every_method_in_its_own_unit(analysis, method, words, unit, of_unit):
    x = explanation(method, spiky(V1=3.0))
    assert values(x, signed=False).max() == 3 * of_unit
    figure = heatmap(analysis, analysis.chosen, x, NO_SLOPES, LIGHT)
    either = "In favour of a larger mass" if method == "grad-cam" else "Size only, without the sign"
    assert said(figure) == f"{words}<br>{either}; full colour from {3 * of_unit:g} {unit}"


def test_the_scale_is_full_from_the_99th_percentile_but_for_cells(analysis):
    map_ = np.zeros((12, WINDOW))
    map_[0, :100] = np.linspace(1, 100, 100)  # 100 of 5400 samples
    by_sample = heatmap(analysis, analysis.chosen, explanation("gradient", map_), NO_SLOPES, LIGHT)
    assert by_sample.layout.coloraxis.cmax == pytest.approx(np.percentile(map_, 99))
    by_cell = heatmap(analysis, analysis.chosen, explanation("shapley", map_), NO_SLOPES, LIGHT)
    assert by_cell.layout.coloraxis.cmax == 100


def test_groups_and_the_whole_are_means_over_leads():
    x = explanation("gradient", spiky(I=6.0, II=-3.0, V1=12.0))
    at = BEFORE_R + 5
    limb, precordial = [1.5] * 6, [2.0] * 6
    assert values(x, signed=False, by="group")[:, at].tolist() == limb + precordial
    assert values(x, signed=True, by="group")[:, at].tolist() == [0.5] * 6 + precordial
    assert values(x, signed=False, by="whole")[:, at].tolist() == [1.75] * 12
    assert values(x, signed=True, by="whole")[:, at].tolist() == [1.25] * 12
    assert x.map[0, at] == 6  # as it was


def test_grams_of_cells_are_not_averaged_but_added_up():
    map_ = np.zeros((12, WINDOW))
    map_[:6], map_[6:] = -1.0, 3.0
    x = explanation("shapley", map_)
    np.testing.assert_array_equal(values(x, signed=True, by="group"), map_)
    assert np.unique(values(x, signed=True, by="whole")).tolist() == [2]
    assert np.unique(values(x, signed=False, by="whole")).tolist() == [4]

    territories = explanation("occlusion", np.ones((12, WINDOW)), groups=4)
    assert np.unique(values(territories, signed=True, by="whole")).tolist() == [4]


def test_what_is_averaged_is_said(analysis):
    def words(method: str, by: str) -> str:
        figure = heatmap(analysis, analysis.chosen, explanation(method, spiky(I=1.0)), NO_SLOPES, LIGHT, by=by)
        return said(figure).split("<br>")[0]

    assert words("gradient", "group") == "Grams per mV, mean of each lead group"
    assert words("integrated-gradients", "whole") == "Grams per ms, mean of the 12 leads"
    assert words("shapley", "group") == "Grams per segment and lead group"
    assert words("shapley", "whole") == "Grams per segment, lead groups added up"


def test_a_method_without_sign_is_never_shown_with_one(analysis):
    x = explanation("grad-cam", spiky(V1=1.0))
    figure = heatmap(analysis, analysis.chosen, x, NO_SLOPES, LIGHT, signed=True)
    assert figure.layout.coloraxis.cmin == 0
    assert "orange" not in said(figure)


def test_hover_tells_lead_time_voltage_value_and_slope(analysis):
    slopes = np.full((12, WINDOW), 0.25, dtype=np.float32)
    x = explanation("integrated-gradients", np.full((12, WINDOW), -0.5))

    def trace(x, **how):
        figure = heatmap(analysis, analysis.chosen, x, slopes, LIGHT, **how)
        return next(t for t in figure.data if t.name == "V1")

    mv = float(analysis.window(analysis.chosen).mv[6, BEFORE_R])
    v1 = trace(x)
    assert v1.customdata[BEFORE_R].tolist() == pytest.approx([0.0, mv, 0.25, -0.25])
    assert v1.customdata.dtype == np.float32
    assert v1.hovertemplate == (
        "<b>V1</b>  %{customdata[0]:.0f} ms from R<br>%{customdata[1]:.2f} mV<br>"
        "Integrated gradients: %{customdata[3]:+.3f} g per ms<br>here %{customdata[2]:+.3f} g per mV<extra></extra>"
    )
    grouped = trace(x, by="group")
    assert grouped.customdata[0, 3] == 0.25  # a mean of sizes, as it is coloured
    assert "Integrated gradients, mean of precordial leads: %{customdata[3]:.3f} g per ms" in grouped.hovertemplate
    assert "%{customdata[3]:+.3f}" in trace(x, by="group", signed=True).hovertemplate
    cell = trace(explanation("shapley", np.ones((12, WINDOW))))
    assert "Shapley values, segment in precordial leads: %{customdata[3]:+.1f} g<br>" in cell.hovertemplate
    plain = trace(explanation("gradient", slopes))
    assert plain.customdata.shape == (WINDOW, 3)  # the slope is the map: told once
    assert plain.hovertemplate.endswith("mV<br>%{customdata[2]:+.3f} g per mV<extra></extra>")


def test_boundaries_may_be_the_users_and_uncertain_ones_are_dashed(analysis):
    index, r = analysis.chosen, analysis.beats[analysis.chosen].r
    x = explanation("gradient", spiky(I=1.0))

    def lines(**how):
        figure = heatmap(analysis, index, x, NO_SLOPES, LIGHT, **how)
        left = next(t for t in figure.data if t.name == "I").x0
        first = [s for s in figure.layout.shapes if left <= s.x0 < left + 22.5]
        return {round((s.x0 - left) / 0.05) - BEFORE_R + r: s.line.dash for s in first}

    found = analysis.waves[index]
    edges = (found.p_onset, found.qrs_onset, found.qrs_offset, found.t_onset, found.t_offset)
    assert lines() == dict.fromkeys(edges, "solid")
    moved = replace(found, t_offset=found.t_offset + 10, margins_ms=(*found.margins_ms[:5], 60.0))
    assert lines(waves=moved) == dict.fromkeys(edges[:4], "solid") | {found.t_offset + 10: "dash"}


def test_a_flat_map_can_be_drawn_and_told(analysis):
    x = explanation("gradient", np.zeros((12, WINDOW)))
    figure = heatmap(analysis, analysis.chosen, x, NO_SLOPES, LIGHT)
    assert figure.layout.coloraxis.cmax == 1
    assert described(x, 2) == "Gradient, beat 3, in 12 leads: zero everywhere."


def test_the_figure_stays_light(analysis):
    rng = np.random.default_rng(0)
    x = explanation("smoothgrad", rng.normal(size=(12, WINDOW)))
    figure = heatmap(analysis, analysis.chosen, x, NO_SLOPES, LIGHT)
    assert len(figure.to_json()) < 240_000


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("gradient", "Gradient, beat 6, in 12 leads: strongest in V4, 10 ms from R, −3.000 g per mV. {share}"),
        ("smoothgrad", "SmoothGrad, beat 6, in 12 leads: strongest in V4, 10 ms from R, −3.000 g per mV. {share}"),
        (
            "gradient-x-input",
            "Gradient × input, beat 6, in 12 leads: strongest in V4, 10 ms from R, −1.500 g per ms. {share}",
        ),
        (
            "integrated-gradients",
            "Integrated gradients, beat 6, in 12 leads: strongest in V4, 10 ms from R, −1.500 g per ms. {share}",
        ),
        (
            "occlusion",
            "Occlusion, beat 6, in 12 leads, by segment: largest −8.0 g, QRS interval of the precordial leads. {share}",
        ),
        (
            "shapley",
            "Shapley values, beat 6, in 12 leads, by segment: largest −8.0 g, QRS interval of the precordial leads. "
            "{share}",
        ),
    ],
)
def test_the_description_is_of_this_patient_and_method(method, text):
    share = "Largest share: QRS interval, precordial leads, 80 %."
    assert described(explanation(method, spiky(I=1.0, V4=-3.0)), 5) == text.format(share=share)


def test_a_map_that_is_the_same_in_a_groups_leads_is_said_of_the_group():
    map_ = spiky(**dict.fromkeys(LEADS[:6], 0.5), **dict.fromkeys(LEADS[6:], 0.2))
    assert described(explanation("grad-cam", map_), 0).startswith(
        "Grad-CAM, beat 1, in 12 leads: strongest in the limb leads, 10 ms from R. Largest share: QRS"
    )
