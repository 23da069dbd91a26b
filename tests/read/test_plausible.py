from dataclasses import replace

import numpy as np
import pytest

from lvm.errors import DamagedFileError
from lvm.read.plausible import checked, qrs_reach_mv
from tests.helpers import recording


def test_the_reach_of_the_qrs_is_in_millivolts():
    signal_mv = np.zeros((12, 5000), np.float32)
    signal_mv[3, 220::500] = 0.6
    signal_mv[3, 225::500] = -0.4
    assert qrs_reach_mv(signal_mv, 500.0) == pytest.approx(1.0)
    assert qrs_reach_mv(np.zeros((12, 5000), np.float32), 500.0) is None


@pytest.mark.parametrize(
    ("factor", "words"),
    [(1000, "far too tall for a heart.*millivolts stated for what are microvolts"),
     (0.001, "far too small for a heart.*microvolts stated for what are millivolts")],
)  # fmt: skip
def test_a_factor_of_a_thousand_is_refused_with_its_likely_cause(factor: float, words: str):
    ecg = recording()
    assert checked(ecg) is ecg
    with pytest.raises(DamagedFileError, match=words):
        checked(replace(ecg, signal_mv=ecg.signal_mv * np.float32(factor)))


def test_every_real_ecg_is_far_from_both_limits(shared):
    from lvm.read import read

    for path in (shared / "ecg-files").glob("*/*.xml"):
        if "philips" in str(path) or "muse" in str(path):
            ecg = read(path.read_bytes())
            assert 0.2 < qrs_reach_mv(ecg.signal_mv, ecg.sampling_rate_hz) < 5
