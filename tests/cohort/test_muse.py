import numpy as np
import pytest

from lvm.cohort.muse import UV_PER_BIT, write_muse
from lvm.errors import CohortError
from lvm.read import read
from lvm.recording import LEADS, Measurements, Patient

HALF_STEP_MV = UV_PER_BIT / 2000


def noise_mv(length: int = 3000) -> np.ndarray:
    own = np.random.default_rng(3).normal(0, 0.7, (8, length))
    one, two = own[:2]
    return np.stack([one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2, *own[2:]]).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [100.0, 240.0, 500.0, 1000.0, 312.5])
def test_round_trip(rate_hz: float):
    signal_mv = noise_mv()
    patient = Patient("male", 58.0, 181.3, 90.4)
    device = Measurements(55, -30, 120, 71, 150, 101, 388)
    recording = read(write_muse(signal_mv, rate_hz, patient, device, "Synthetic: not a patient <&>"))
    error_mv = np.abs(recording.signal_mv - signal_mv).max(axis=1)
    stored = [LEADS.index(lead) for lead in LEADS if lead not in recording.derived_leads]
    assert error_mv[stored].max() <= HALF_STEP_MV * 1.001
    assert error_mv.max() <= 2 * HALF_STEP_MV * 1.001  # III = II - I adds two half steps
    assert recording.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert recording.sampling_rate_hz == rate_hz
    assert recording.patient == patient
    assert recording.device == device
    assert (recording.acquired_at, recording.pacemaker, recording.warnings) == (None, None, ())


def test_unknown_stays_unknown():
    recording = read(write_muse(noise_mv(), 500.0, Patient()))
    assert recording.patient == Patient()
    assert recording.device == Measurements()


def test_same_input_same_bytes_and_a_doctype():
    data = write_muse(noise_mv(), 500.0, Patient("female", 40.0))
    assert data == write_muse(noise_mv(), 500.0, Patient("female", 40.0))
    assert data.startswith(b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<!DOCTYPE RestingECG SYSTEM \"restecg.dtd\">")


@pytest.mark.parametrize(
    ("signal_mv", "rate_hz", "message"),
    [
        (np.zeros((8, 5000), np.float32), 500.0, r"\(12, T\), not \(8, 5000\)"),
        (np.full((12, 5000), 161, np.float32), 500.0, "at most 160 mV"),
        (np.full((12, 5000), np.nan, np.float32), 500.0, "not finite"),
        (np.zeros((12, 5000), np.float32), 1000 / 3, "sampling rate of 333.333 Hz"),
    ],
)
def test_what_cannot_be_written(signal_mv: np.ndarray, rate_hz: float, message: str):
    with pytest.raises(CohortError, match=message):
        write_muse(signal_mv, rate_hz, Patient())
