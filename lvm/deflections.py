"""One lead of one beat: the Q, R, S and R' of its QRS, and the force of the end of its P wave.

A deflection is what lies on one side of the level at QRS onset. It counts from 0.05 mV (half a millimetre of paper) on,
and only where it comes back by as much, at the latest 20 ms after the QRS: an ST segment that is elevated or depressed
runs out of the QRS and is no R or S.

    Q     before the first upright deflection; where none is upright, it is a QS complex, whose depth counts as S
    R     the tallest upright deflection
    S     the deepest after the first upright one
    R'    the second upright deflection; with an S before it that reaches below the level, else it is a notch of the R
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from lvm.clean import SAMPLING_RATE_HZ

BEYOND = int(0.02 * SAMPLING_RATE_HZ)  # samples after the QRS in which its last deflection may come back
_LEAST_MV = 0.05
_SMOOTH = int(0.02 * SAMPLING_RATE_HZ)
_MM_PER_MV = 10

_Lead = NDArray[np.floating]


@dataclass(frozen=True)
class Qrs:
    """Heights and depths in mV, 0 for none; last_r: samples from QRS onset to the peak of the last upright
    deflection."""

    q: float
    r: float
    s: float
    r_prime: float
    last_r: int | None


def name_waves(above_mv: _Lead, length: int) -> Qrs:
    """The waves of one lead, (T,) mV above its level from QRS onset on; the QRS is its first `length` samples."""
    found = _deflections(above_mv, length)
    upright = [(at, mv) for at, mv in found if mv > 0]
    if not upright:
        return Qrs(0.0, 0.0, max((-mv for _, mv in found), default=0.0), 0.0, None)
    first = upright[0][0]
    return Qrs(
        q=max((-mv for at, mv in found if at < first), default=0.0),
        r=max(mv for _, mv in upright),
        s=max((-mv for at, mv in found if at > first and mv < 0), default=0.0),
        r_prime=upright[1][1] if len(upright) > 1 else 0.0,
        last_r=upright[-1][0],
    )


def _deflections(above_mv: _Lead, length: int) -> list[tuple[int, float]]:
    """Sample and mV of each deflection's peak, in turn upright and inverted."""
    window = above_mv[: length + BEYOND]
    crossings = np.flatnonzero(np.diff(window > 0)) + 1
    found: list[tuple[int, float]] = []
    for first, end in pairwise([0, *crossings.tolist(), window.size]):
        size = np.abs(window[first:end])
        peak = int(size.argmax()) if first < length and size.size else None
        if peak is None:
            break
        comes_back_to = size[peak:].min() if end == window.size else 0.0
        if size[peak] < _LEAST_MV or size[peak] - comes_back_to < _LEAST_MV:
            continue
        mv = float(window[first + peak])
        if found and found[-1][1] * mv > 0:  # what lay between was too small
            if abs(mv) > abs(found[-1][1]):
                found[-1] = (first + peak, mv)
        else:
            found.append((first + peak, mv))
    return found


def terminal_force_mm_s(p_mv: _Lead) -> float:
    """Depth times duration, in mm s, of the inverted end of a P wave; 0 where its end is not inverted.

    p_mv : (T,) mV above the level at P onset, from there to P offset. After Morris 1964, for V1: 1 mm deep and 40 ms
    long is 0.04 mm s. Smoothed over 20 ms, for the crossing of the level is easily lost in noise.
    """
    if p_mv.size == 0:
        return 0.0
    p = uniform_filter1d(p_mv.astype(np.float64), min(_SMOOTH, p_mv.size), mode="nearest")
    after = p[int(p.argmax()) :] if p.max() > 0 else p
    lowest = int(after.argmin())
    if after[lowest] >= 0:
        return 0.0
    below = after < 0
    before, behind = (np.flatnonzero(~part) for part in (below[lowest::-1], below[lowest:]))
    samples = (before[0] if before.size else lowest + 1) + (behind[0] if behind.size else after.size - lowest) - 1
    return float(-after[lowest] * _MM_PER_MV * samples / SAMPLING_RATE_HZ)
