"""From the file's samples to the signals that the later stages work on.

| signal | band | used for |
|---|---|---|
| cleaned | 0.5-150 Hz | paper view, wave boundaries, amplitudes, voltage criteria |
| network | 0.5-40 Hz | R peaks, the network's input in training and use |
| diagnostic | 0.05-150 Hz | paper view, where asked for |

All are zero-phase (Butterworth forward and backward, 3 dB down at the edges in all), at 500 Hz. A zero-phase
high-pass may reach 0.67 Hz without bending the ST segment, and amplitudes need 150 Hz (AHA/ACC/HRS 2007, part I). The
network takes 40 Hz, because mains hum, muscle noise and the recorder's own low-pass differ between devices mostly
above it.
"""

from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfiltfilt

from lvm.recording import Signal

SAMPLING_RATE_HZ = 500
CLEAN_BAND_HZ = (0.5, 150.0)
NETWORK_BAND_HZ = (0.5, 40.0)
DIAGNOSTIC_BAND_HZ = (0.05, 150.0)


def _band_edge(hz: float, kind: Literal["lowpass", "highpass"], order: int) -> NDArray[np.float64]:
    """A Butterworth filter that is 3 dB down at `hz` after it has run forward and backward."""
    warped = np.tan(np.pi * hz / SAMPLING_RATE_HZ)
    shift = (np.sqrt(2) - 1) ** (1 / (2 * order))  # where one pass alone is 1.5 dB down, over its own edge
    edge = np.arctan(warped / shift if kind == "lowpass" else warped * shift) * SAMPLING_RATE_HZ / np.pi
    return np.asarray(butter(order, edge, kind, fs=SAMPLING_RATE_HZ, output="sos"))


_HIGH_PASS = _band_edge(CLEAN_BAND_HZ[0], "highpass", 2)
_HIGH_PASS_DIAGNOSTIC = _band_edge(DIAGNOSTIC_BAND_HZ[0], "highpass", 2)
_LOW_PASS_150 = _band_edge(CLEAN_BAND_HZ[1], "lowpass", 4)
_LOW_PASS_40 = _band_edge(NETWORK_BAND_HZ[1], "lowpass", 4)
_PAD = 2 * SAMPLING_RATE_HZ  # samples mirrored at each end, so that the 0.5 Hz filter settles outside the recording


def _filter(sos: NDArray[np.float64], signal: Signal, pad: int = _PAD) -> Signal:
    # Mirrored evenly: a recording may begin inside a T wave, and the usual odd mirror would make a step of it.
    filtered = sosfiltfilt(sos, signal, axis=-1, padtype="even", padlen=min(pad, signal.shape[-1] - 1))
    return np.ascontiguousarray(filtered, dtype=np.float32)


def resample(signal_mv: Signal, sampling_rate_hz: float) -> Signal:
    """(leads, T) at any rate -> (leads, T') float32 at 500 Hz, no time shift; its ends go on in a line."""
    if sampling_rate_hz == SAMPLING_RATE_HZ:
        return signal_mv
    ratio = Fraction(SAMPLING_RATE_HZ / sampling_rate_hz).limit_denominator(1000)
    resampled = resample_poly(signal_mv, ratio.numerator, ratio.denominator, axis=-1, padtype="line")
    return np.asarray(resampled, dtype=np.float32)


def clean(signal_mv: Signal, sampling_rate_hz: float) -> Signal:
    """(12, T) mV as recorded -> (12, T') mV float32 at 500 Hz, 0.5-150 Hz."""
    return _filter(_LOW_PASS_150, _filter(_HIGH_PASS, resample(signal_mv, sampling_rate_hz)))


def network_band(cleaned_mv: Signal) -> Signal:
    """(12, T) mV cleaned -> the same without what lies above 40 Hz."""
    return _filter(_LOW_PASS_40, cleaned_mv)


def diagnostic_band(signal_mv: Signal, sampling_rate_hz: float) -> Signal:
    """(12, T) mV as recorded -> (12, T') mV float32 at 500 Hz, 0.05-150 Hz: with slow wander, which `clean` removes."""
    resampled = resample(signal_mv, sampling_rate_hz)
    return _filter(_LOW_PASS_150, _filter(_HIGH_PASS_DIAGNOSTIC, resampled, pad=10 * _PAD))
