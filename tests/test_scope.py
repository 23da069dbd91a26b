import re
from dataclasses import replace

import pytest

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.cohort.simulate import Heart
from lvm.estimate import gather_inputs
from lvm.read import read
from lvm.recording import Measurements, Patient, Typed
from lvm.scope import out_of_scope
from tests.helpers import recording
from tests.test_rhythm import fibrillating, paced

WIDE = "bundle branch block and a QRS of 120 ms or more were excluded from the paper's patients."


def reasons(of=None, typed=Typed(), **changes):  # noqa: B008 - frozen
    analysis = analyse(replace(recording() if of is None else of, **changes))
    return out_of_scope(analysis, gather_inputs(analysis, typed))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.key)
def test_the_simulated_patients_are_in_scope(example):
    assert reasons(read(example.data())) == ()


def test_paced_rhythm():
    assert reasons(findings=("paced rhythm",), pacemaker=True) == (
        "Paced rhythm (the file says so): excluded from the paper's patients.",
    )
    assert reasons(pacemaker=True) == (
        "Pacemaker (the file says so): paced rhythm was excluded from the paper's patients.",
    )
    assert reasons(pacemaker=False) == ()
    with_spikes = reasons(signal_mv=paced(), device=Measurements(qrs_duration_ms=100), findings=("paced rhythm",))
    assert with_spikes == (
        "Paced rhythm (the file says so, pacing spikes before 11 of 11 beats): excluded from the paper's patients.",
    )


def test_a_wide_qrs_and_who_says_so():
    assert reasons(device=Measurements(qrs_duration_ms=135)) == (f"QRS 135 ms (device): {WIDE}",)
    assert reasons(device=Measurements(qrs_duration_ms=120)) == (f"QRS 120 ms (device): {WIDE}",)
    assert reasons(device=Measurements(qrs_duration_ms=119)) == ()
    assert reasons(typed=Typed(qrs_duration_ms=150)) == (f"QRS 150 ms (set by hand): {WIDE}",)
    assert reasons(device=Measurements(qrs_duration_ms=135), typed=Typed(qrs_duration_ms=100)) == ()
    assert reasons(findings=("bundle branch block",), device=Measurements(qrs_duration_ms=128)) == (
        f"Bundle branch block (the file says so), QRS 128 ms (device): {WIDE}",
    )


def test_a_wide_qrs_is_measured_where_nobody_states_one():
    block = recording(Heart(qrs_duration_ms=150))
    (reason,) = reasons(block)
    assert re.fullmatch(rf"QRS 1[45]\d ms \(computed\): {WIDE}", reason)
    assert reasons(block, device=Measurements(qrs_duration_ms=100)) == ()
    assert reasons(block, typed=Typed(qrs_duration_ms=100)) == ()


def test_atrial_fibrillation():
    assert reasons(findings=("atrial fibrillation",)) == (
        "Atrial fibrillation (the file says so): excluded from the paper's patients.",
    )
    assert reasons(signal_mv=fibrillating().astype("float32")) == (
        "Atrial fibrillation suspected: RR intervals typically change by 20 % from beat to beat, and no P wave is "
        "repeatable. Atrial fibrillation was excluded from the paper's patients.",
    )


@pytest.mark.parametrize(("age", "shown"), [(0.0, 0), (12.0, 12), (17.9, 17)])
def test_children(age, shown):
    adults = "the paper's patients were adults, and so are those the network was trained on."
    assert reasons(patient=Patient("male", age)) == (f"Age {shown} (from the file): {adults}",)
    assert reasons(typed=Typed(age_years=age)) == (f"Age {shown} (set by hand): {adults}",)


@pytest.mark.parametrize("age", [None, 18.0, 89.0])
def test_adults_and_those_of_unknown_age(age):
    assert reasons(patient=Patient("male", age)) == ()


@pytest.mark.parametrize(
    ("patient", "what"),
    [
        (Patient("male", 60, 250, 80), "a height of 250 cm (from the file) is"),
        (Patient("male", 60, 119, None), "a height of 119 cm (from the file) is"),
        (Patient("male", 60, 170, 251), "a weight of 251 kg (from the file) is"),
        (Patient("male", 60, None, 29), "a weight of 29 kg (from the file) is"),
        (
            Patient("male", 60, 67, 300),
            "a height of 67 cm (from the file) and a weight of 300 kg (from the file) are",
        ),
        (Patient("male", 60, 180, 35), "a weight of 35 kg (from the file) at a height of 180 cm (from the file) is"),
        (Patient("male", 60, 150, 150), "a weight of 150 kg (from the file) at a height of 150 cm (from the file) is"),
    ],
)
def test_an_implausible_body_size(patient, what):
    assert reasons(patient=patient) == (f"Body size: {what} not plausible in an adult. Check and correct it.",)


@pytest.mark.parametrize("size", [(120, 30), (220, 250), (None, 250), (150, 40), (190, 200), (None, None)])
def test_small_tall_and_heavy_adults_are_in_scope(size):
    assert reasons(patient=Patient("female", 60, *size)) == ()


def test_a_typed_size_is_named_as_typed():
    (reason,) = reasons(typed=Typed(height_cm=230))
    assert reason.startswith("Body size: a height of 230 cm (set by hand) is")


def test_all_reasons_are_given_at_once():
    found = reasons(
        findings=("paced rhythm", "bundle branch block", "atrial fibrillation"), patient=Patient("male", 9, 100, 20)
    )
    assert [reason.split(" (")[0] for reason in found] == [
        "Paced rhythm",
        "Bundle branch block",
        "Atrial fibrillation",
        "Age 9",
        "Body size: a height of 100 cm",
    ]
