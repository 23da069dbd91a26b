import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.cohort.simulate import simulate
from lvm.criteria import Heart, judge
from lvm.read import read
from lvm.recording import Measurements

BY_KEY = {example.key: example for example in EXAMPLES}
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=list(BY_KEY))


def test_keys():
    assert list(BY_KEY) == ["normal-man", "normal-woman", "lvh-man", "premature-woman"]


@every_example
def test_nobody_can_take_it_for_a_patient(example):
    assert example.label.startswith("Simulated: ")
    assert "computed by this project and is no recording of a person" in example.description
    assert b"no recording of a person" in example.data()


@every_example
def test_file_reads_back(example):
    recording = read(example.data())
    truth = simulate(example.heart)
    assert recording.format == "GE MUSE XML"
    assert recording.patient == example.patient
    assert recording.sampling_rate_hz == 500.0
    assert recording.signal_mv.shape == (12, 5000)
    assert recording.derived_leads == ("III", "aVR", "aVL", "aVF")
    np.testing.assert_allclose(recording.signal_mv, truth.signal_mv, atol=0.0075)
    assert recording.warnings == ()


@every_example
def test_signal_is_usable_and_every_beat_found(example):
    analysis = analyse(read(example.data()))
    assert analysis.quality.usable
    np.testing.assert_allclose(analysis.r_peaks / 500, simulate(example.heart).r_s, atol=0.010)


@every_example
def test_data_is_the_same_every_time(example):
    assert example.data() == example.data()


def test_device_values_are_there_or_left_out():
    assert read(BY_KEY["normal-man"].data()).device == Measurements(52, 30, 40, 64, 158, 94, 396)
    assert read(BY_KEY["normal-woman"].data()).device == Measurements()
    assert read(BY_KEY["lvh-man"].data()).device == Measurements(52, 0, 168, 68, 172, 104, 408)
    assert read(BY_KEY["premature-woman"].data()).device == Measurements()


def judged(key):
    example = BY_KEY[key]
    analysis = analyse(read(example.data()))
    heart = Heart(analysis.amplitudes, example.heart.qrs_duration_ms, example.patient.sex)
    return analysis, {result.name: result for result in judge(heart)}


@pytest.mark.parametrize("key", ["normal-man", "normal-woman", "premature-woman"])
def test_no_criterion_is_met_without_hypertrophy(key):
    _, results = judged(key)
    assert not any(result.met for result in results.values())


def test_lv_hypertrophy_meets_sokolow_lyon_and_cornell_clearly_with_secondary_st_t_change():
    analysis, results = judged("lvh-man")
    assert results["Sokolow-Lyon"].value == pytest.approx(5.0, abs=0.1)
    assert results["Cornell voltage"].value == pytest.approx(3.2, abs=0.1)
    assert results["Cornell product"].met
    t = analysis.amplitudes.t
    assert all(t[lead] < -0.1 for lead in ("I", "aVL", "V5", "V6"))
    assert t["V1"] > 0.3


def test_premature_beats_are_left_out_and_the_height_is_missing():
    analysis = analyse(read(BY_KEY["premature-woman"].data()))
    assert [i for i, beat in enumerate(analysis.beats) if beat.reason == "premature"] == [3, 8]
    assert analysis.recording.patient.height_cm is None
    assert analysis.recording.patient.weight_kg == 71
