import numpy as np
import pytest

pytest.importorskip("deepfakeecg", reason="needs the package deepfake-ecg, which is not installed")

from lvm.cohort import generated
from lvm.cohort.source import usable


@pytest.fixture(scope="module")
def three():
    return generated.sources(3, seed=1)


def test_three_usable_recordings_that_say_no_sex(three):
    assert len(three) == 3
    assert len({source.patient for source in three}) == 3
    for source in three:
        assert source.sex is None
        assert source.normal
        assert source.origin.licence == "MIT"
        assert source.analysis.recording.signal_mv.shape == (12, 5000)
        assert source.analysis.recording.signal_mv.dtype == np.float32
        assert usable(source.analysis)


def test_they_are_in_millivolts(three):
    heights = [np.ptp(source.analysis.recording.signal_mv, axis=1).max() for source in three]
    assert min(heights) > 0.5
    assert max(heights) < 10


def test_the_leads_are_one_heart(three):
    for source in three:
        i, ii, iii, avr, avl, avf = source.analysis.recording.signal_mv[:6]
        assert np.abs(ii - i - iii).max() < 1e-5
        assert np.abs(avr + (i + ii) / 2).max() < 1e-5
        assert np.abs(avl - (i - iii) / 2).max() < 1e-5
        assert np.abs(avf - (ii + iii) / 2).max() < 1e-5


def test_the_same_seed_gives_the_same_signal(three):
    again, other = generated.sources(1, seed=1), generated.sources(1, seed=2)
    assert (again[0].analysis.recording.signal_mv == three[0].analysis.recording.signal_mv).all()
    assert (other[0].analysis.recording.signal_mv != three[0].analysis.recording.signal_mv).any()
    assert again[0].patient == three[0].patient != other[0].patient
