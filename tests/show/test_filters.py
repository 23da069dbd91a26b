"""What the paper shows is what its foot says."""

from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.simulate import Heart, simulate
from lvm.recording import Recording
from lvm.show.filters import FILTERS, filtered, stated


def analysis(rate_hz: float = 500.0):
    signal = simulate(Heart()).signal_mv[:, :: round(500 / rate_hz)]
    time_s = np.arange(signal.shape[1]) / rate_hz
    wander = 0.3 * np.sin(2 * np.pi * 0.1 * time_s) + 7  # slow breathing and an electrode's offset
    hum = 0.1 * np.sin(2 * np.pi * 80 * time_s)
    return analyse(Recording((signal + wander + hum).astype(np.float32), rate_hz, "simulated", None))


def size(signal, hz: float) -> float:
    """Of what lead I holds of a frequency."""
    time_s = np.arange(signal.shape[1]) / 500
    return float(2 * np.abs((signal[0] * np.exp(-2j * np.pi * hz * time_s)).mean()))


@pytest.mark.parametrize(
    ("name", "wander", "hum"), [("0.5–150", 0, 0.1), ("0.05–150", 0.3, 0.1), ("0.5–40", 0, 0.01), ("None", 0.3, 0.1)]
)
def test_each_choice_keeps_what_it_says(name, wander, hum):
    signal = filtered(analysis(), name)
    assert signal.shape == (12, 5000)
    assert size(signal, 0.1) == pytest.approx(wander, abs=0.07)
    assert size(signal, 80) == pytest.approx(hum, abs=0.01)


def test_no_filter_is_the_files_samples_moved_up_or_down():
    one = analysis()
    moved = one.recording.signal_mv - filtered(one, "None")
    np.testing.assert_allclose(moved, np.broadcast_to(moved[:, :1], moved.shape), atol=1e-5)
    assert np.median(filtered(one, "None"), axis=1) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("name", FILTERS)
def test_another_sampling_rate_stays_in_step_with_the_analysis(name):
    one = analysis(250.0)
    assert filtered(one, name).shape == one.cleaned_mv.shape
    assert filtered(one, name).dtype == np.float32


def test_the_foot_says_what_the_file_does_not_hold():
    recording = analysis().recording
    assert [stated(recording, name) for name in FILTERS] == [
        "0.5–150 Hz",
        "0.05–150 Hz",
        "0.5–40 Hz",
        "no filter added, leads centred (file: up to 200 Hz)",
    ]
    narrow = replace(recording, low_pass_hz=40.0)
    assert stated(narrow, "0.5–150") == "0.5–150 Hz (file: up to 40 Hz)"
    assert stated(narrow, "0.5–40") == "0.5–40 Hz"
    slow = replace(recording, sampling_rate_hz=250.0)
    assert stated(slow, "None") == "no filter added, leads centred, resampled to 500 Hz (file: up to 100 Hz)"
