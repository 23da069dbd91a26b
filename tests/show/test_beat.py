"""The beat: twelve leads on one sheet, boundaries where the analysis put them."""

from dataclasses import replace

import numpy as np
import pytest

from lvm import __version__
from lvm.analysis import Analysis, analyse
from lvm.beats import BEFORE_R, WINDOW
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import Estimate
from lvm.read import read
from lvm.recording import LEAD_GROUPS, LEADS, LIMB, Measurements, Typed
from lvm.show import alts, boundaries
from lvm.show.beat import LEAD_MM, MOST_DRAWN, beat, compared, marks_ms, shown
from lvm.show.colours import LIGHT, of_group
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
    assert sum(str(t.name).endswith("usable beats") for t in figure.data) == 12
    foot = f"25 mm/s    10 mm/mV    0.5–40 Hz    eLVMass-Net demonstrator {__version__}    UNCONFIRMED"
    assert foot in [label.text for label in figure.layout.annotations]


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


@pytest.fixture(scope="module")
def premature() -> Analysis:
    return analyse(read(next(e for e in EXAMPLES if e.key == "premature-woman").data()))


def test_beats_that_are_left_out_are_dashed_and_hold_nothing_but_the_recording(premature):
    figure = beat(premature, premature.chosen, LIGHT)
    dashed = [t for t in figure.data if str(t.name).endswith(", beats left out")]
    assert len(dashed) == 12
    assert {t.line.dash for t in dashed} == {"4px,3px"}
    assert {t.line.dash for t in figure.data if str(t.name).endswith(", usable beats")} == {None}
    left_out = [i for i, b in enumerate(premature.beats) if not b.usable]
    of_two = dashed[1]  # lead II; a gap after each beat
    assert np.isnan(of_two.y).sum() > len(left_out)  # the last one ends with the recording
    assert np.diff(of_two.x[: len(of_two.x) // len(left_out) - 1]).max() <= 12 * 25 / 1000 + 1e-4
    clean = beat(replace(premature, beats=tuple(replace(b, reason="") for b in premature.beats)), 0, LIGHT)
    assert not any(str(t.name).endswith("left out") for t in clean.data)


def test_what_is_far_higher_than_the_usual_beats_does_not_widen_the_paper(premature):
    heights = []
    for factor in (1, 20):
        signal = premature.network_mv.copy()
        r = next(b.r for b in premature.beats if b.reason == "premature")
        signal[:, r - 50 : r + 50] *= factor
        figure = beat(replace(premature, network_mv=signal), premature.chosen, LIGHT)
        heights.append(-figure.layout.yaxis.range[0])
    assert heights[1] <= heights[0] + 4 * 15  # 1.5 mV up and down in two rows, at 10 mm/mV


def test_of_very_many_beats_some_are_drawn(premature):
    many = replace(premature, beats=premature.beats * 10, waves=premature.waves * 10)
    figure = beat(many, many.chosen, LIGHT)
    for name in ("usable beats", "beats left out"):
        lines = next(t for t in figure.data if t.name == f"V2, {name}")
        assert len(lines.x) % MOST_DRAWN == 0
        assert 100 < len(lines.x) / MOST_DRAWN < 150  # points of one beat


def test_four_lead_groups_in_rows_with_names_and_colours(analysis):
    figure = beat(analysis, analysis.chosen, LIGHT, groups=4)
    traces = {t.name: t for t in figure.data if t.name in LEADS}
    assert tuple(traces) == ("V1", "V2", "V3", "V4", "II", "III", "aVF", "I", "aVL", "V5", "V6", "aVR")
    for group, leads in LEAD_GROUPS[4].items():
        assert {traces[lead].line.color for lead in leads} == {of_group(group, LIGHT)}
        assert traces[leads[-1]].x0 - traces[leads[0]].x0 == 25 * (len(leads) - 1)  # beside each other
    named = [a.text for a in figure.layout.annotations]
    for title in ("Anterior: V1–V4", "Lateral: I, aVL, V5, V6", "Inferior: II, III, aVF"):
        assert named.count(f"<b>{title}</b>") == 1
    assert named.count("<b>aVR</b>") == 1
    assert figure.layout.yaxis.scaleratio == 1


def test_a_boundary_set_by_hand_is_thick_and_says_where_it_was_found(analysis):
    index = analysis.chosen
    found = analysis.waves[index]
    waves = found.edited("qrs_offset", found.qrs_offset + 5)
    figure = beat(analysis, index, LIGHT, waves=waves)
    thick = [s for s in figure.layout.shapes if s.type == "line" and s.line.width == 3]
    assert len(thick) == 12
    qrs_end = {s.x1 for s in figure.layout.shapes if s.type == "rect" and s.fillcolor == LIGHT.waves[1]}
    assert {s.x0 for s in thick} == qrs_end
    seen = shown(analysis, index, waves)
    assert seen.by_hand == ("qrs_offset",)
    was = seen.found_ms["qrs_offset_s"]
    row = boundaries.table(seen, {}).set_index("Boundary").loc["QRS offset"]
    assert row.tolist() == [f"{was + 10:.0f} ms", f"set by hand, found at {was:.0f} ms"]
    assert "Set by hand: QRS offset." in alts.beat(analysis, index, waves)
    assert not shown(analysis, index, found.edited("qrs_offset", found.qrs_offset)).by_hand


def test_what_follows_from_boundaries_in_words(analysis):
    by_hand = Measurements(qrs_duration_ms=130, qrs_axis_deg=-12.4, pr_interval_ms=150)
    of_device = replace(analysis.recording, device=Measurements(pr_interval_ms=160, qrs_duration_ms=104))
    this = replace(analysis, recording=of_device, measured=Measurements(qt_interval_ms=398, t_axis_deg=30))
    found = Measurements(qrs_duration_ms=114, qt_interval_ms=400)
    said = boundaries.follows(this, found, by_hand, Typed(qrs_axis_deg=10), None)
    assert said == (
        "By your boundaries, on this beat: PR interval 150 ms in place of the device’s 160 ms; QRS duration 130 ms in "
        "place of the device’s 104 ms (114 ms by the boundaries found); QRS axis −12° (but another is typed)."
    )
    by_hand = Measurements(qt_interval_ms=380, t_axis_deg=44, p_axis_deg=50)
    assert boundaries.follows(this, found, by_hand, Typed(), None) == (
        "By your boundaries, on this beat: QT interval 380 ms in place of 398 ms computed over all beats (400 ms by "
        "the boundaries found); P axis 50°; T axis 44° in place of 30° computed over all beats."
    )
    same = Measurements(qt_interval_ms=398, pr_interval_ms=160, t_axis_deg=31)
    assert boundaries.follows(this, replace(found, t_axis_deg=30), same, Typed(), None) == (
        "By your boundaries, on this beat: PR interval 160 ms; QT interval 398 ms; T axis 31° in place of 30° computed "
        "over all beats."
    )
    assert boundaries.follows(this, found, Measurements(), Typed(), None).startswith("No measurement rests")


def test_an_estimate_that_moved_boundaries_withhold_says_why(analysis):
    made = Estimate(180.0, (150.0, 210.0), 0.9, None, None, None, None, None, {})
    reasons = ("QRS 130 ms (set by hand): too wide.", "Age 12: too young.")
    none = replace(made, lvm_g=None, interval_g=None, reasons=reasons)
    by_hand = Measurements(qrs_duration_ms=130)

    def ends(now, before):
        return boundaries.follows(analysis, Measurements(), by_hand, Typed(), (now, before)).split("LV mass ")[1]

    assert ends(made, made) == "180 g (150–210 g); with the boundaries found 180 g (150–210 g)."
    young = replace(none, reasons=reasons[1:])
    assert ends(none, young) == "withheld; with the boundaries found withheld. QRS 130 ms (set by hand): too wide."
    assert ends(young, young) == "withheld; with the boundaries found withheld. Age 12: too young."
    assert ends(none, made) == (
        "withheld; with the boundaries found 180 g (150–210 g). QRS 130 ms (set by hand): too wide. Age 12: too young."
    )
