"""Change a real recording as a whole heart: the same in all leads, so Einthoven's and Goldberger's laws hold.

A wave goes to the dipole (inverse Dower transform, Edenbrandt & Pahlm 1988). There its part in the frontal plane, in
which an ECG's axis is measured, is gained and turned, and its part to the back gained; what no dipole explains is
gained and turned alike. So an axis turns by exactly the angle asked for. Time is warped so that the QRS lasts longer at
the cost of ST. A secondary ST-T change points against the mean QRS vector. All of this in every beat of the recording.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import uniform_filter1d

from lvm.beats import INDEPENDENT
from lvm.recording import Signal
from lvm.waves import Waves

_Array = NDArray[np.float64]

# Rows X (left), Y (down), Z (back); columns V1-V6, I, II.
_INVERSE_DOWER = np.array(
    [
        [-0.172, -0.074, 0.122, 0.231, 0.239, 0.194, 0.156, -0.010],
        [0.057, -0.019, -0.106, -0.022, 0.041, 0.048, -0.227, 0.887],
        [-0.229, -0.310, -0.246, -0.063, 0.055, 0.108, 0.022, 0.102],
    ]
)[:, [6, 7, 0, 1, 2, 3, 4, 5]]
_BACK = np.linalg.pinv(_INVERSE_DOWER)  # (8, 3) dipole -> I, II, V1-V6
_FRONTAL = np.array([[1.0, 0.0], [-1 / np.sqrt(3), 2 / np.sqrt(3)]])  # I, II -> I, 2 aVF / sqrt(3)
_EDGE = 9  # samples over which a change fades in and out
_TAIL = 20  # samples after its offset in which the change of a T wave ends, as the wave itself may not have ended there
_LEVEL = 10  # samples of the level before a QRS


@dataclass(frozen=True)
class Change:
    """What becomes of one heart.

    frontal_gain, back_gain : of the QRS in the frontal plane and to the back.
    qrs_turn_deg, p_turn_deg, t_turn_deg : by how much the axes turn, positive toward the feet.
    widen : QRS duration factor.
    t_gain : ST-T amplitude factor.
    secondary : peak of the secondary ST-T change, in parts of the mean QRS level.
    """

    frontal_gain: float = 1.0
    back_gain: float = 1.0
    qrs_turn_deg: float = 0.0
    p_turn_deg: float = 0.0
    t_turn_deg: float = 0.0
    widen: float = 1.0
    t_gain: float = 1.0
    secondary: float = 0.0


def limb_leads(independent_mv: Signal) -> Signal:
    """I, II, V1-V6 (8, T) -> all twelve (12, T)."""
    i, ii = independent_mv[0], independent_mv[1]
    limb = [i, ii, ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2]
    return np.concatenate([np.stack(limb), independent_mv[2:]]).astype(np.float32)


def _map(frontal_gain: float, back_gain: float, turn_deg: float) -> _Array:
    """(8, 8): I, II, V1-V6 before -> after."""
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    turn = frontal_gain * np.array([[c, -s], [s, c]])
    plane = _FRONTAL @ _BACK[:2]  # (2, 3) dipole -> frontal plane
    across, along = plane[:, :2], plane[:, 2:]
    inside = np.eye(3)  # dipole -> dipole: turns what the frontal plane shows of it
    inside[2, 2] = back_gain
    inside[:2, :2] = np.linalg.solve(across, turn @ across)
    inside[:2, 2:] = np.linalg.solve(across, (turn - back_gain * np.eye(2)) @ along)
    rest = np.eye(8) * (frontal_gain + back_gain) / 2
    rest[:2, :2] = np.linalg.solve(_FRONTAL, turn @ _FRONTAL)
    shown = _BACK @ _INVERSE_DOWER
    return np.asarray(_BACK @ inside @ _INVERSE_DOWER + rest @ (np.eye(8) - shown))


def _between(onset: int, offset: int, length: int, tail: int = 0) -> _Array:
    """1 between two samples, fading over _EDGE samples, and after the last over `tail` more."""
    box = np.interp(np.arange(length), [offset - 1, offset + tail], [1.0, 0.0])
    box[: max(0, onset)] = 0
    return np.asarray(uniform_filter1d(box, _EDGE), dtype=np.float64)


def _line(x: _Array, onset: int, offset: int, width: int) -> _Array:
    """(8, T): straight from the level before onset to that after offset, level outside."""
    before = x[:, max(0, onset + 1 - width) : onset + 1].mean(axis=1, keepdims=True)
    after = x[:, offset : offset + width].mean(axis=1, keepdims=True)
    return np.asarray(before + (after - before) * np.clip((np.arange(x.shape[1]) - onset) / (offset - onset), 0, 1))


def _wave(x: _Array, onset: int, offset: int, change: _Array, width: int) -> _Array:
    """What `change` (8, 8) adds to the wave between two samples, as far as it stands out from its two ends."""
    return np.asarray((change - np.eye(8)) @ (x - _line(x, onset, offset, width)) * _between(onset, offset, x.shape[1]))


def apply(signal_mv: Signal, waves: Sequence[Waves], change: Change) -> Signal:
    """A (12, T) signal at 500 Hz, with the boundaries of its beats -> the same heart changed, (12, T).

    The four leads that are sums of I and II are computed again. A wave without boundaries stays as it is.
    """
    x = signal_mv[INDEPENDENT].astype(np.float64)  # (8, T)
    maps = {
        "p": _map(1.0, 1.0, change.p_turn_deg),
        "qrs": _map(change.frontal_gain, change.back_gain, change.qrs_turn_deg),
        "st_t": _map(change.t_gain, change.t_gain, 0.0),
        "t": _map(1.0, 1.0, change.t_turn_deg),
    }
    old, new = [0.0], [0.0]
    for first, last, w in _with_surroundings(waves, x.shape[1]):
        part = x[:, first:last]  # a view: changed in place
        q_on, q_off = w.qrs_onset, w.qrs_offset
        if q_on is None or q_off is None:
            continue
        if w.p_onset is not None and w.p_offset is not None and w.p_offset > w.p_onset >= 0:
            part += _wave(part, w.p_onset, w.p_offset, maps["p"], 3)
        part += _wave(part, q_on, q_off, maps["qrs"], 1)
        t_on, t_off = w.t_onset, w.t_offset
        if t_on is None or t_off is None or t_off >= part.shape[1] or t_on <= q_off:
            continue
        level = part[:, max(0, q_on - _LEVEL) : q_on + 1].mean(axis=1, keepdims=True)
        st_t = _between(q_off, t_off, part.shape[1], _TAIL)
        part += (maps["st_t"] - np.eye(8)) @ (part - level) * st_t
        mean_qrs = part[:, q_on:q_off].mean(axis=1, keepdims=True) - level
        part -= change.secondary * mean_qrs * _secondary(q_off, t_on, t_off, part.shape[1])
        part += (maps["t"] - np.eye(8)) @ (part - level) * st_t  # with the secondary change
        wider = min((q_off - q_on) * change.widen, float(t_on - 2 - q_on))
        old += [first + q_on, first + q_off, first + t_on]
        new += [first + q_on, first + q_on + wider, first + t_on]
    return limb_leads(_warped(x, [*old, x.shape[1]], [*new, x.shape[1]]).astype(np.float32))


def _with_surroundings(waves: Sequence[Waves], length: int) -> list[tuple[int, int, Waves]]:
    """First and last sample of the part of the recording that a beat's changes reach, and its waves counted from it."""
    margin, parts = 3 * _EDGE, []
    for w in waves:
        marks = [m for m in w.marks() if m is not None]
        if marks and min(marks) >= 0 and max(marks) < length:
            first = max(0, min(marks) - margin)
            parts.append((first, min(length, max(marks) + margin), w.moved(-first)))
    return parts


def _secondary(q_off: int, t_on: int, t_off: int, length: int) -> _Array:
    """(T,) 0..1: a slow way down from the end of the QRS, late and asymmetric, and a quick way back."""
    shape = np.zeros(length)
    peak = t_on + 2 * (t_off - t_on) // 3
    shape[q_off:t_off] = np.interp(np.arange(q_off, t_off), [q_off, peak, t_off], [0.25, 1.0, 0.0])
    return np.asarray(uniform_filter1d(shape, 2 * _EDGE), dtype=np.float64)


def _warped(x: _Array, old: list[float], new: list[float]) -> _Array:
    """(8, T) with the samples `old` moved to `new`, straight in between."""
    if old == new:
        return x
    at = np.interp(np.arange(x.shape[1]), new, old)
    return np.asarray(CubicSpline(np.arange(x.shape[1]), x, axis=1)(at))
