"""Change one real beat as a whole heart: all leads by the same linear map, so Einthoven's and Goldberger's laws hold.

The QRS is taken to the dipole (inverse Dower transform, Edenbrandt & Pahlm 1988), gained and turned there and taken
back, its non-dipolar rest gained alike; time is warped so that the QRS lasts longer at the cost of ST; the T wave is
scaled; a secondary ST-T change points against the mean QRS vector. The magnitudes that the cohort draws are choices,
not literature.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from lvm.beats import INDEPENDENT
from lvm.recording import Signal
from lvm.waves import Waves

# Rows X (left), Y (down), Z (back); columns V1-V6, I, II.
_INVERSE_DOWER = np.array(
    [
        [-0.172, -0.074, 0.122, 0.231, 0.239, 0.194, 0.156, -0.010],
        [0.057, -0.019, -0.106, -0.022, 0.041, 0.048, -0.227, 0.887],
        [-0.229, -0.310, -0.246, -0.063, 0.055, 0.108, 0.022, 0.102],
    ]
)[:, [6, 7, 0, 1, 2, 3, 4, 5]]
_BACK = np.linalg.pinv(_INVERSE_DOWER)  # dipole -> I, II, V1-V6
_EDGE = 9  # samples over which a change fades in and out


@dataclass(frozen=True)
class Change:
    """gain: of the QRS dipole along X, Y, Z; turn_deg: of the dipole in the X-Y plane, the QRS axis turns up to twice
    as far; widen: QRS duration factor; t_gain: T amplitude factor; secondary: peak of the ST-T change per mean QRS
    level, both in mV."""

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    turn_deg: float = 0.0
    widen: float = 1.0
    t_gain: float = 1.0
    secondary: float = 0.0


def limb_leads(independent_mv: Signal) -> Signal:
    """I, II, V1-V6 (8, T) -> all twelve (12, T)."""
    i, ii = independent_mv[0], independent_mv[1]
    limb = [i, ii, ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2]
    return np.concatenate([np.stack(limb), independent_mv[2:]]).astype(np.float32)


def _between(onset: int, offset: int, length: int) -> NDArray[np.float64]:
    """1 between two samples, fading over _EDGE samples."""
    box = np.zeros(length)
    box[max(0, onset) : max(0, offset)] = 1
    return np.asarray(uniform_filter1d(box, _EDGE), dtype=np.float64)


def _turn(degrees: float) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def apply(beat_mv: Signal, waves: Waves, change: Change) -> tuple[Signal, Waves]:
    """A beat (12, T) with its boundaries in samples of the beat, QRS and T known -> the same heart changed.

    Returns the changed beat and its boundaries. Raises ValueError where QRS or T are not known.
    """
    q_on, q_off, t_on, t_off = waves.qrs_onset, waves.qrs_offset, waves.t_onset, waves.t_offset
    if q_on is None or q_off is None or t_on is None or t_off is None:
        raise ValueError("a changed beat needs its QRS and T boundaries")
    x = beat_mv[INDEPENDENT].astype(np.float64)  # (8, T)
    length = x.shape[1]
    x = x - x[:, max(0, q_on - 5) : q_on + 1].mean(axis=1, keepdims=True)

    # QRS: its deviation from the line between onset and offset
    steps = np.clip((np.arange(length) - q_on) / (q_off - q_on), 0, 1)
    line = x[:, [q_on]] + (x[:, [q_off]] - x[:, [q_on]]) * steps
    qrs = (x - line) * _between(q_on, q_off, length)
    dipole = _INVERSE_DOWER @ qrs  # (3, T)
    rest = qrs - _BACK @ dipole
    changed_dipole = _turn(change.turn_deg) @ (np.array(change.gain)[:, None] * dipole)
    x = x - qrs + _BACK @ changed_dipole + rest * np.mean(change.gain)

    # T and secondary ST-T
    mean_qrs = x[:, q_on:q_off].mean(axis=1, keepdims=True)
    x = x * (1 + (change.t_gain - 1) * _between(q_off, t_off, length))
    shape = np.zeros(length)
    peak = t_on + 2 * (t_off - t_on) // 3  # late and asymmetric: a slow way down, a quick way back
    stop = min(t_off, length)
    shape[q_off:stop] = np.interp(np.arange(q_off, stop), [q_off, peak, t_off], [0.25, 1.0, 0.0])
    x = x - change.secondary * mean_qrs * uniform_filter1d(shape, 2 * _EDGE)

    # time: the QRS longer, the ST segment shorter by as much
    new_off = min(q_on + round((q_off - q_on) * change.widen), t_on - 2) if t_on - 2 > q_off else q_off
    knots = ([0, q_on, q_off, t_on, length], [0, q_on, new_off, t_on, length])
    if new_off != q_off:
        source_time = np.interp(np.arange(length), knots[1], knots[0])
        x = np.stack([np.interp(source_time, np.arange(length), lead) for lead in x])
    changed = limb_leads(x.astype(np.float32))
    own = beat_mv.any(axis=0)  # what the window rule filled stays filled, and does not count for the zero
    changed = np.where(own, changed - np.median(changed[:, own], axis=1, keepdims=True), 0).astype(np.float32)
    return changed, replace(waves, qrs_offset=new_off)
