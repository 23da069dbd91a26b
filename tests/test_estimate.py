from dataclasses import replace

import numpy as np
import pytest
import torch

from lvm.analysis import analyse
from lvm.cohort.simulate import Heart
from lvm.estimate import Input, estimate, gather_inputs
from lvm.recording import LEADS, Measurements, Patient, Typed
from lvm.weights import load
from tests import bundles
from tests.helpers import bundle, recording


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return bundle(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def analysis():
    return analyse(recording(device=Measurements(qrs_duration_ms=96.0, qrs_axis_deg=-20.0)))


def test_typed_goes_before_device_before_computed(analysis):
    inputs = gather_inputs(analysis, Patient(weight_kg=80.0))
    assert inputs["weight_kg"] == Input(80.0, "typed")
    assert inputs["height_cm"] == Input(170.0, "device")
    assert inputs["qrs_duration_ms"] == Input(96.0, "device")
    assert inputs["t_axis_deg"].source == "computed"
    assert inputs["t_axis_deg"].value == pytest.approx(40, abs=10)


def test_what_is_typed_goes_before_what_is_measured(analysis):
    inputs = gather_inputs(analysis, Typed(qrs_duration_ms=110.0, t_axis_deg=-5.0))
    assert inputs["qrs_duration_ms"] == Input(110.0, "typed")
    assert inputs["t_axis_deg"] == Input(-5.0, "typed")
    assert inputs["qrs_axis_deg"] == Input(-20.0, "device")


def test_estimate_is_the_mean_of_the_folds_on_the_chosen_beat(analysis, small):
    e = estimate(analysis, bundle=small)
    beat = torch.from_numpy(analysis.window(analysis.chosen).mv[None])
    axes = [abs(e.inputs[name].value) for name in ("p_axis_deg", "qrs_axis_deg", "t_axis_deg")]
    scalars = torch.tensor([[60.0, 170.0, 70.0, *axes, 96.0]])
    by_hand = [float(fold(beat, scalars)) for fold in small.folds]
    assert e.per_fold_g == pytest.approx(by_hand, abs=1e-4)
    assert e.lvm_g == pytest.approx(np.mean(by_hand), abs=1e-4)
    assert len(e.per_beat_g) == sum(b.usable for b in analysis.beats) >= 6
    assert e.lvm_g in e.per_beat_g
    assert e.interval_g == pytest.approx((0.8 * e.lvm_g, 1.25 * e.lvm_g))
    assert e.bsa_m2 == pytest.approx(1.8097, abs=1e-4)
    assert e.lvmi_g_m2 == pytest.approx(e.lvm_g / e.bsa_m2)
    assert e.limit.limit_g_m2 == 80
    assert e.above_limit == (e.lvmi_g_m2 > 80)
    assert e.withheld is None


def test_another_beat_can_be_chosen(analysis, small):
    usable = [i for i, b in enumerate(analysis.beats) if b.usable]
    e = estimate(analysis, bundle=small, beat=usable[0])
    assert e.lvm_g == pytest.approx(e.per_beat_g[0])


def test_unknown_sex_withholds(small):
    e = estimate(analyse(recording(patient=Patient(age_years=60.0))), bundle=small)
    assert e.lvm_g is None
    assert e.withheld == "The sex is not in the file. State it, male or female: the models differ."
    assert e.per_beat_g == ()
    assert e.criteria == ()


def test_no_usable_beat_withholds(small):
    flat = recording(Heart(heart_rate_bpm=60.0))
    flat.signal_mv[:] = 0
    e = estimate(analyse(flat), bundle=small)
    assert e.withheld.startswith("No signal in any lead. Only 0 of 0")
    assert e.lvm_g is None


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda mv: mv.__setitem__(slice(6, 12), 0.3), "No signal in any of the chest leads."),
        (lambda mv: mv.__setitem__(slice(0, 12), 0.3), "Only 0 of 0 detected beats can be used"),
        (lambda mv: mv.__imul__(10), "mV high: check the unit and the gain."),
        (lambda mv: mv.__imul__(0.05), "mV high: check the unit and the gain."),
    ],
    ids=["no precordial leads", "constant", "ten times too tall", "twenty times too small"],
)
def test_a_signal_that_cannot_carry_it_withholds(small, spoil, reason):
    bad = recording()
    spoil(bad.signal_mv)
    e = estimate(analyse(bad), bundle=small)
    assert e.lvm_g is None
    assert reason in e.withheld


def test_flat_limb_leads_have_no_axis_and_no_criteria(small):
    bad = recording()
    bad.signal_mv[:6] = 0
    analysis = analyse(bad)
    assert analysis.measured.qrs_axis_deg is None
    assert estimate(analysis, bundle=small).criteria == ()


def test_criteria_that_need_a_flat_chest_lead_have_no_value(small):
    bad = recording()
    bad.signal_mv[LEADS.index("V3")] = 0
    criteria = {c.name: c for c in estimate(analyse(bad), bundle=small).criteria}
    assert (criteria["Cornell voltage"].value, criteria["Cornell voltage"].met) == (None, None)
    assert criteria["Sokolow-Lyon"].met is False


def test_criteria_rest_on_what_was_typed_before_what_the_device_measured(analysis, small):
    def points(**typed):
        criteria = estimate(analysis, Typed(**typed), bundle=small).criteria
        product, score = criteria[1], criteria[-1]
        return product.value, {sign.name: sign.given for sign in score.points}

    by_device, signs = points()
    assert (signs["Left axis deviation"], signs["QRS duration"]) == (0, 1)  # -20 degrees, 96 ms
    by_hand, signs = points(qrs_axis_deg=-40.0, qrs_duration_ms=72.0)
    assert (signs["Left axis deviation"], signs["QRS duration"]) == (2, 0)
    assert by_hand == pytest.approx(by_device * 72 / 96)


@pytest.mark.parametrize(
    ("low_pass_hz", "met", "said"),
    [(None, False, None), (150.0, False, None), (100.0, False, "may read low"), (40.0, None, "are not valid")],
)
def test_criteria_know_the_bandwidth(small, low_pass_hz, met, said):
    filtered = replace(recording(), low_pass_hz=low_pass_hz)
    found = estimate(analyse(filtered), bundle=small).criteria[0]
    assert found.value is not None
    assert found.met is met
    assert bool(found.notes) == (said is not None)
    assert said is None or said in found.notes[0]


def test_unknown_numbers_are_imputed_named_and_widen_the_interval(small):
    e = estimate(analyse(recording(patient=Patient("male", 60.0))), bundle=small)
    assert e.inputs["height_cm"] == Input(169.0, "imputed")
    assert e.inputs["weight_kg"] == Input(71.0, "imputed")
    assert e.interval_g[0] == pytest.approx(0.7 * e.lvm_g)
    assert e.bsa_m2 is None
    assert e.lvmi_g_m2 is None
    assert e.above_limit is None
    assert any("used: height 169 cm, weight 71 kg. The interval" in w for w in e.warnings)


def test_the_wrong_sex_for_a_bundle_is_said(analysis, small):
    e = estimate(analysis, Patient(sex="female"), bundle=small)
    assert any("for male patients; this one is female" in w for w in e.warnings)


@pytest.fixture(scope="module")
def nine_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nine")
    bundles.install_nine(folder)
    return folder


@pytest.fixture
def nine(nine_folder):
    """All bundles that ship, with random weights; the interval of women is the wider one."""
    with bundles.used(nine_folder):
        yield


@pytest.mark.parametrize("sex", ["male", "female"])
@pytest.mark.parametrize("input_set", ["model 1", "model 2", "ecg"])
def test_every_input_set_by_sex_and_for_both(analysis, nine, sex, input_set):
    short = input_set.replace(" ", "")
    low = 0.8 if sex == "male" else 0.78
    own = estimate(analysis, Patient(sex=sex), input_set=input_set)
    both = estimate(analysis, Patient(sex=sex), bundle=load(f"all-{short}"))
    assert (own.card.name, both.card.name) == (f"{sex}-{short}", f"all-{short}")
    for e in (own, both):
        assert e.warnings == ()
        assert e.interval_g == pytest.approx((low * e.lvm_g, 1.25 * e.lvm_g))


def test_a_network_of_the_ecg_alone_is_moved_by_no_patient_value(nine):
    bare = estimate(analyse(recording(patient=Patient("male"))), input_set="ecg")
    known = estimate(analyse(recording(patient=Patient("male", 80.0, 150.0, 120.0))), input_set="ecg")
    assert bare.lvm_g == known.lvm_g
    assert bare.interval_g == known.interval_g
    assert bare.warnings == ()
    assert bare.inputs["height_cm"] == Input(None, None)
    assert bare.lvmi_g_m2 is None
    assert known.lvmi_g_m2 is not None


def test_a_network_for_both_sexes_is_told_the_sex(analysis, nine):
    both = load("all-model1")
    man, woman = (estimate(analysis, Patient(sex=sex), bundle=both) for sex in ("male", "female"))
    assert man.lvm_g != woman.lvm_g
    unknown = estimate(analyse(recording(patient=Patient("female"))), bundle=both)
    assert "age 61 years, height 164 cm, weight 66 kg" in unknown.warnings[0]
    assert unknown.interval_g[0] == pytest.approx(0.63 * unknown.lvm_g)


@pytest.fixture(scope="module")
def child_with_a_wide_qrs():
    return analyse(recording(device=Measurements(qrs_duration_ms=140.0), patient=Patient("male", 15.0, 170.0, 60.0)))


def test_whom_the_paper_excluded_gets_no_estimate(small, child_with_a_wide_qrs):
    e = estimate(child_with_a_wide_qrs, bundle=small)
    assert e.lvm_g is None
    assert e.card is None
    assert e.overridden is False
    assert e.warnings == ()
    assert [reason.split(":")[0] for reason in e.out_of_scope] == ["QRS 140 ms (device)", "Age 15 (from the file)"]
    assert e.withheld == " ".join(e.out_of_scope)
    assert e.criteria  # the rest is still there
    assert e.bsa_m2 is not None


def test_a_teacher_can_override_that_and_the_output_says_so(small, child_with_a_wide_qrs):
    e = estimate(child_with_a_wide_qrs, bundle=small, override=True)
    assert e.withheld is None
    assert e.overridden is True
    assert len(e.out_of_scope) == 2
    assert e.warnings == tuple(f"Overridden: {reason}" for reason in e.out_of_scope)
    assert e.lvm_g == pytest.approx(np.mean(e.per_fold_g))
    woman = estimate(child_with_a_wide_qrs, Patient(sex="female"), bundle=small, override=True)
    assert "this one is female" in woman.warnings[2]
    assert woman.warnings[:2] == tuple(f"Overridden: {reason}" for reason in e.out_of_scope)


def test_overriding_nothing_changes_nothing(analysis, small):
    plain, overridden = estimate(analysis, bundle=small), estimate(analysis, bundle=small, override=True)
    assert overridden == plain
    assert plain.out_of_scope == ()
    assert plain.overridden is False


def test_a_poor_signal_can_be_overridden_where_there_is_a_beat(small):
    bad = recording()
    bad.signal_mv[6:] = 0.3
    analysis = analyse(bad)
    assert estimate(analysis, bundle=small).lvm_g is None
    e = estimate(analysis, bundle=small, override=True)
    assert e.lvm_g is not None
    assert e.overridden
    assert e.out_of_scope == ()
    assert e.warnings[0] == "Overridden: No signal in any of the chest leads. Check the chest electrodes."


def test_without_a_beat_overriding_cannot_help(small):
    flat = recording(patient=Patient("male", 15.0))
    flat.signal_mv[:] = 0
    e = estimate(analyse(flat), bundle=small, override=True)
    assert e.lvm_g is None
    assert e.overridden is False
    assert "No signal in" in e.withheld
    assert "Age 15" in e.withheld
    assert e.withheld.endswith("No beat can be used, so there is nothing to estimate from, and overriding cannot help.")


def test_an_unknown_sex_cannot_be_overridden(small):
    child = analyse(recording(patient=Patient(age_years=15.0)))
    e = estimate(child, bundle=small, override=True)
    assert e.lvm_g is None
    assert e.overridden is False
    assert e.withheld == "The sex is not in the file. State it, male or female: the models differ."
    e = estimate(child, bundle=small)
    assert e.withheld.startswith("Age 15")
    assert e.withheld.endswith("State it, male or female: the models differ.")


@pytest.mark.parametrize(("sex", "name"), [("male", "male-model2"), ("female", "female-model2")])
def test_the_sex_chooses_the_shipped_bundle(analysis, sex, name):
    e = estimate(analysis, Patient(sex=sex))
    assert e.card.name == name
    assert 40 < e.lvm_g < 350
    assert e.interval_g[0] < e.lvm_g < e.interval_g[1]
