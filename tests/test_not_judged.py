"""Criteria of LV hypertrophy are shown and not judged where they do not hold, and the reason is told."""

from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import estimate
from lvm.read import read
from lvm.read.files import read_file
from lvm.recording import LEADS, Measurements, Patient, Typed
from lvm.show import criteria
from tests.helpers import bundle, recording
from tests.test_quality import twelve
from tests.test_rhythm import fibrillating, paced

OWN_BEATS = "The limits are for beats that the heart itself conducts."
NARROW = "The limits are for a QRS below 120 ms, without bundle branch block."


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return bundle(tmp_path_factory.mktemp("weights"))


def judged(small, typed=Typed(), of=None, **changes):  # noqa: B008 - frozen
    return estimate(analyse(replace(of or recording(), **changes)), typed, bundle=small, override=True)


def met(e):
    return {c.name: c.met for c in e.criteria}


def of_leads(change):
    """A simulated ECG, changed: (12, 5000) in, the same out."""
    return change(recording().signal_mv.astype(np.float64).copy()).astype(np.float32)


def arms_swapped(mv):
    i, ii, iii, avr, avl, avf = mv[:6].copy()
    mv[:6] = -i, iii, ii, avl, avr, avf
    return mv


def right_leg_for_right_arm(mv):
    """Of II a little is left."""
    _, ii, iii = mv[:3]
    return twelve(-iii - 0.14 * ii, 0.14 * ii, mv[6:] - ii / 3)


def fivefold(lead):
    def change(mv):
        mv[LEADS.index(lead)] *= 5
        return mv

    return change


def without_order(mv):
    """Limb leads of which no three fit each other."""
    mv[:6] = mv[[1, 0, 3, 2, 5, 4]]
    return mv


def test_an_ordinary_ecg_is_judged(small):
    e = judged(small)
    assert None not in met(e).values()
    assert [note.split(":")[0] for note in criteria.notes(e)] == ["Romhilt-Estes"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"findings": ("paced rhythm",), "pacemaker": True},
            f"Nothing is judged: paced rhythm (the file says so). {OWN_BEATS}",
        ),
        (
            {"signal_mv": paced(), "device": Measurements(qrs_duration_ms=100)},
            f"Nothing is judged: paced rhythm (pacing spikes before 11 of 11 beats). {OWN_BEATS}",
        ),
        ({"pacemaker": True}, f"Nothing is judged: pacemaker (the file says so). {OWN_BEATS}"),
        ({"device": Measurements(qrs_duration_ms=120)}, f"Nothing is judged: QRS 120 ms (device). {NARROW}"),
        (
            {"findings": ("bundle branch block",), "device": Measurements(qrs_duration_ms=118)},
            f"Nothing is judged: Bundle branch block (the file says so). {NARROW}",
        ),
        ({"typed": Typed(qrs_duration_ms=150)}, f"Nothing is judged: QRS 150 ms (set by hand). {NARROW}"),
    ],
)
def test_conduction_that_the_limits_were_not_made_for(small, changes, reason):
    e = judged(small, **changes)
    assert set(met(e).values()) == {None}
    assert all(c.value is not None and c.notes[0] == reason for c in e.criteria if c.name != "Romhilt-Estes")
    assert reason in criteria.notes(e)
    assert criteria.line(e) == "None of the criteria is judged: see the notes below them."
    assert set(criteria.table(e)["Result"]) <= {"not judged", "–"}


def test_a_qrs_just_below_the_limit_is_judged(small):
    assert None not in met(judged(small, device=Measurements(qrs_duration_ms=119))).values()
    typed = judged(small, Typed(qrs_duration_ms=100), device=Measurements(qrs_duration_ms=135))
    assert None not in met(typed).values()


@pytest.mark.parametrize("change", [arms_swapped, without_order])
def test_with_a_fault_of_limb_leads_only_what_rests_on_chest_leads_is_judged(small, change):
    e = judged(small, signal_mv=of_leads(change))
    assert {name for name, found in met(e).items() if found is not None} == {"Sokolow-Lyon", "Sokolow-Lyon product"}
    (note,) = (note for note in criteria.notes(e) if "not judged" in note)
    assert note.startswith("What rests on limb leads is not judged: ")
    assert criteria.line(e).split(";")[0].split(".")[0].endswith(", 7 not judged")


def test_the_right_legs_electrode_in_anothers_place_moves_the_chest_leads_too(small):
    e = judged(small, signal_mv=of_leads(right_leg_for_right_arm))
    assert set(met(e).values()) == {None}
    assert criteria.notes(e)[0].startswith("Nothing is judged, for the signal is in doubt: II is almost flat")


def test_a_chest_lead_with_a_gain_of_its_own_spoils_what_may_rest_on_it(small):
    e = judged(small, signal_mv=of_leads(fivefold("V3")))
    unjudged = {name for name, found in met(e).items() if found is None}
    assert unjudged == {"Cornell voltage", "Cornell product", "Peguero-Lo Presti"}
    assert criteria.notes(e)[0].startswith("What rests on V3 is not judged: The QRS in V3 is ")


def test_of_the_taller_of_two_leads_both_must_be_right(small):
    """V6 small: the tallest may have been its R."""
    e = judged(small, signal_mv=of_leads(lambda mv: np.vstack([mv[:11], 0.02 * mv[11:]])))
    assert met(e)["Sokolow-Lyon"] is None
    assert met(e)["Cornell voltage"] is not None


def test_a_wrong_unit_spoils_all(small):
    e = judged(small, signal_mv=of_leads(lambda mv: 100 * mv))
    assert set(met(e).values()) == {None}
    assert any("check the unit and the gain" in note for note in criteria.notes(e))


def in_fibrillation():
    i, ii, *_ = mv = fibrillating()
    return twelve(i, ii, mv[6:]).astype(np.float32)


def test_fibrillation_and_age_change_no_voltage(small):
    e = judged(small, patient=Patient("male", 12.0, 150.0, 40.0))
    assert None not in met(e).values()
    for changes in ({"findings": ("atrial fibrillation",)}, {"signal_mv": in_fibrillation()}):
        e = judged(small, **changes)
        assert {name for name, found in met(e).items() if found is None} == {"Romhilt-Estes"}
        sign = next(p for p in e.criteria[-1].points if p.name == "Left atrial involvement")
        assert (sign.given, sign.value) == (None, None)
        assert "Romhilt-Estes: in atrial fibrillation there is no P wave to give points for." in criteria.notes(e)


def test_the_simulated_patients_are_judged(small):
    for example in EXAMPLES:
        e = estimate(analyse(read(example.data())), bundle=small)
        assert None not in met(e).values(), example.key


@pytest.mark.parametrize(
    ("name", "ms"), [("schiller_sema_xml/cvrg_schiller.xml", 146), ("scp_ecg/ecgtoolkit_Example.scp", 120)]
)
def test_real_files_with_a_wide_qrs(shared, small, name, ms):
    e = estimate(analyse(read_file(str(shared / "ecg-files" / name))), bundle=small)
    assert len(e.criteria) == 9
    assert set(met(e).values()) == {None}
    assert f"Nothing is judged: QRS {ms} ms (device). {NARROW}" in criteria.notes(e)
