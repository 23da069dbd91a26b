"""Small files of both dialects, made here, so that most tests need no real file; and the real ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lvm.cohort.muse import write_muse
from lvm.recording import Measurements, Patient, Signal
from tests.fuzz import seeds
from tests.read.edit import FILES, Real


@pytest.fixture
def signal_mv() -> Signal:
    """(12, 5000) at 500 Hz: noise on slow waves, limb leads that agree with each other."""
    rng = np.random.default_rng(7)
    t = np.arange(5000) / 500
    own = 0.5 * np.sin(2 * np.pi * t * rng.uniform(0.8, 3, (8, 1))) + rng.normal(0, 0.02, (8, t.size))
    one, two = own[:2]
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return np.stack([*limb, *own[2:]]).astype(np.float32)


@pytest.fixture
def muse(signal_mv: Signal) -> bytes:
    patient = Patient("female", 63.0, 164.5, 71.2)
    return write_muse(signal_mv, 500.0, patient, Measurements(50, -12, 40, 66, 160, 94, 402), "Synthetic")


@pytest.fixture
def sierra() -> Callable[..., str]:
    """Builds a Sierra 1.04 document of (leads, T) integers at 500 Hz, 5 uV a step."""
    return seeds.sierra


@pytest.fixture
def steps(signal_mv: Signal) -> np.ndarray:
    """(12, 5000) integers, 5 uV a step."""
    return np.rint(signal_mv * 200).astype(np.int64)


@pytest.fixture
def real(shared: Path) -> Real:
    """Gives the bytes of the real file of a dialect, by its name in FILES."""
    return lambda kind: (shared / "ecg-files" / FILES[kind]).read_bytes()
