"""From the file's samples to the signals that the later stages work on.

| signal | band | used for |
|---|---|---|
| cleaned | 0.5-150 Hz | paper view, wave boundaries, amplitudes, voltage criteria |
| network | 0.5-40 Hz | R peaks, the network's input in training and use |

Both are zero-phase (forward and backward Butterworth), at 500 Hz. A zero-phase high-pass may reach 0.67 Hz without
bending the ST segment, and amplitudes need 150 Hz (AHA/ACC/HRS 2007, part I). The network takes 40 Hz, because mains
hum, muscle noise and the recorder's own low-pass differ between devices mostly above it.
"""

from fractions import Fraction

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

from lvm.recording import Signal

SAMPLING_RATE_HZ = 500
CLEAN_BAND_HZ = (0.5, 150.0)
NETWORK_BAND_HZ = (0.5, 40.0)

_HIGH_PASS = butter(2, CLEAN_BAND_HZ[0], "highpass", fs=SAMPLING_RATE_HZ, output="sos")
_LOW_PASS = {hz: butter(4, hz, "lowpass", fs=SAMPLING_RATE_HZ, output="sos") for hz in (150.0, 40.0)}
_PAD = 2 * SAMPLING_RATE_HZ  # samples mirrored at each end, so that the 0.5 Hz filter settles outside the recording


def _filter(sos: Signal, signal: Signal) -> Signal:
    filtered = sosfiltfilt(sos, signal, axis=-1, padlen=min(_PAD, signal.shape[-1] - 1))
    return np.ascontiguousarray(filtered, dtype=np.float32)


def resample(signal_mv: Signal, sampling_rate_hz: float) -> Signal:
    """(leads, T) at any rate -> (leads, T') float32 at 500 Hz, mirrored ends, no time shift."""
    if sampling_rate_hz == SAMPLING_RATE_HZ:
        return signal_mv
    ratio = Fraction(SAMPLING_RATE_HZ / sampling_rate_hz).limit_denominator(1000)
    resampled = resample_poly(signal_mv, ratio.numerator, ratio.denominator, axis=-1, padtype="line")
    return np.asarray(resampled, dtype=np.float32)


def clean(signal_mv: Signal, sampling_rate_hz: float) -> Signal:
    """(12, T) mV as recorded -> (12, T') mV float32 at 500 Hz, 0.5-150 Hz."""
    return _filter(_LOW_PASS[150.0], _filter(_HIGH_PASS, resample(signal_mv, sampling_rate_hz)))


def network_band(cleaned_mv: Signal) -> Signal:
    """(12, T) mV cleaned -> the same without what lies above 40 Hz."""
    return _filter(_LOW_PASS[40.0], cleaned_mv)
