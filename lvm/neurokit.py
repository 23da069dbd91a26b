"""NeuroKit2's boundaries, to compare with ours: another method's view of the same beats.

Its prominence delineator (Emrich 2024) on every lead at our R peaks, and the median over the leads that mark the wave,
of which there must be six. Known of it on LUDB: it finds P waves where there
are none, and looks for the QRS within 100 ms, so that a wide one reads short.
"""

import warnings

import numpy as np
from numpy.typing import NDArray

from lvm.clean import SAMPLING_RATE_HZ
from lvm.recording import Signal
from lvm.waves import BOUNDARIES, Waves

_NAMES = ("ECG_P_Onsets", "ECG_P_Offsets", "ECG_R_Onsets", "ECG_R_Offsets", "ECG_T_Onsets", "ECG_T_Offsets")
_LEADS_NEEDED = 6
_LEAST_MV = 0.05  # a lead that moves less has no waves
# How near to and how far from R, in ms, a boundary may lie; negative: before R
_REACH_MS = dict(zip(BOUNDARIES, ((-450, -40), (-400, -10), (-150, -6), (6, 200), (60, 450), (120, 650)), strict=True))

# Such marks are dropped by their distance from R. For good, because to catch a warning for a while only is not safe
# where several users' threads run.
warnings.filterwarnings("ignore", "some peaks have a prominence of 0")


def delineate(cleaned_mv: Signal, r_peaks: NDArray[np.intp]) -> tuple[Waves, ...]:
    """Boundaries of every beat of a (12, T) cleaned signal at 500 Hz; all None where there is only one beat."""
    moving = [lead for lead in cleaned_mv.astype(np.float64) if np.ptp(lead) > _LEAST_MV]
    if len(r_peaks) < 2 or len(moving) < _LEADS_NEEDED:
        return (Waves(),) * len(r_peaks)
    marks = np.stack([_lead_marks(lead, r_peaks) for lead in moving])  # (leads, 6, beats)
    enough = np.isfinite(marks).sum(axis=0) >= _LEADS_NEEDED
    fused = np.full(enough.shape, np.nan)
    fused[enough] = np.nanmedian(marks[:, enough], axis=0)
    return tuple(Waves.of(None if np.isnan(mark) else round(mark) for mark in beat) for beat in fused.T)


def _lead_marks(lead_mv: NDArray[np.float64], r_peaks: NDArray[np.intp]) -> NDArray[np.float64]:
    """(6, beats): the boundaries of every beat in one lead, in samples, NaN where NeuroKit2 found none."""
    import neurokit2

    _, found = neurokit2.ecg_delineate(lead_mv, r_peaks, sampling_rate=SAMPLING_RATE_HZ, method="prominence")
    marks = np.full((len(BOUNDARIES), len(r_peaks)), np.nan)
    for of_beats, name, (low, high) in zip(marks, _NAMES, _REACH_MS.values(), strict=True):
        for mark in found[name]:  # NeuroKit2 leaves out beats without the wave: find whose it is
            distance_ms = (mark - r_peaks) * 1000 / SAMPLING_RATE_HZ
            own = np.flatnonzero((low <= distance_ms) & (distance_ms <= high))
            if own.size:
                nearest = own[np.abs(distance_ms[own]).argmin()]
                of_beats[nearest] = mark
    return marks
