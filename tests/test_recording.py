import numpy as np
import pytest

from lvm.recording import Recording


@pytest.mark.parametrize(
    ("rate_hz", "low_pass_hz", "bandwidth_hz"),
    [
        (500.0, None, 200.0),
        (500.0, 150.0, 150.0),
        (500.0, 300.0, 200.0),
        (1000.0, 300.0, 300.0),
        (375.0, None, 150.0),
        (250.0, 150.0, 100.0),
        (100.0, None, 40.0),
        (100.0, 35.0, 35.0),
    ],
)
def test_bandwidth_is_the_smaller_of_the_filter_and_what_the_rate_carries(rate_hz, low_pass_hz, bandwidth_hz):
    signal = np.zeros((12, 1000), np.float32)
    assert Recording(signal, rate_hz, "made up", None, low_pass_hz=low_pass_hz).bandwidth_hz == bandwidth_hz
