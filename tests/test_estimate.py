import numpy as np
import pytest
import torch

from lvm.analysis import analyse
from lvm.cohort.simulate import Heart
from lvm.estimate import Input, estimate, gather_inputs
from lvm.recording import Measurements, Patient, Typed
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
    assert e.withheld.startswith("No signal in I, II, III, aVR, aVL, aVF, V1, V2, V3, V4, V5, V6. Only 0 of 0")
    assert e.lvm_g is None


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda mv: mv.__setitem__(slice(6, 12), 0.3), "No signal in V1, V2, V3, V4, V5, V6."),
        (lambda mv: mv.__setitem__(slice(0, 12), 0.3), "Only 0 of 0 detected beats can be used"),
        (lambda mv: mv.__imul__(10), "mV high: check the unit and the gain."),
        (lambda mv: mv.__imul__(0.05), "Only 0 of 0 detected beats can be used"),
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


def test_unknown_numbers_are_imputed_named_and_widen_the_interval(small):
    e = estimate(analyse(recording(patient=Patient("male", 60.0))), bundle=small)
    assert e.inputs["height_cm"] == Input(169.0, "imputed")
    assert e.inputs["weight_kg"] == Input(71.0, "imputed")
    assert e.interval_g[0] == pytest.approx(0.7 * e.lvm_g)
    assert e.bsa_m2 is None
    assert e.lvmi_g_m2 is None
    assert e.above_limit is None
    assert any("height, weight" in w for w in e.warnings)


def test_the_wrong_sex_for_a_bundle_is_said(analysis, small):
    e = estimate(analysis, Patient(sex="female"), bundle=small)
    assert any("for male patients; this one is female" in w for w in e.warnings)


def test_what_the_paper_excluded_is_said(small):
    wide = recording(device=Measurements(qrs_duration_ms=140.0), patient=Patient("male", 15.0))
    e = estimate(analyse(wide), bundle=small)
    assert any(w.startswith("QRS 140 ms: bundle branch block") for w in e.warnings)
    assert any(w.startswith("Age under 18") for w in e.warnings)


@pytest.mark.parametrize(("sex", "name"), [("male", "male-model2"), ("female", "female-model2")])
def test_the_sex_chooses_the_shipped_bundle(analysis, sex, name):
    e = estimate(analysis, Patient(sex=sex))
    assert e.card.name == name
    assert 40 < e.lvm_g < 350
    assert e.interval_g[0] < e.lvm_g < e.interval_g[1]
