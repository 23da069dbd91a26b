"""P, QRS and T boundaries, one global set a beat, and the segments between them.

First version: NeuroKit2's prominence delineator (Emrich 2024) on every lead at the shared R peaks, the lead turned so
that its QRS points up; a percentile over the leads that mark the wave (at least six) is the global boundary. A low
percentile for an onset and a high one for an offset, because a global wave begins in its earliest lead and ends in its
latest. What bias that leaves on LUDB 1-100 is taken off (of QRS offset, that on records of less than 120 ms). Then,
SD over records of the error in ms: P on 10, P off 13, QRS on 8, QRS off 17, T on 20, T off 13. Known faults: it finds a
P wave in many beats that have none, reads a QRS of more than 105 ms too short (150 as 110), and puts T offset too early
above 100/min and before premature beats.
"""

import warnings
from dataclasses import astuple, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from lvm.beats import AFTER_R, BEFORE_R, WINDOW, BeatWindow
from lvm.clean import SAMPLING_RATE_HZ
from lvm.recording import Signal

SEGMENTS = ("PR interval", "QRS interval", "ST segment", "T wave", "TP interval")

_LEADS_NEEDED = 6

# Such marks are dropped by their distance from R. For good, because to catch a warning for a while only is not safe
# where several users' threads run.
warnings.filterwarnings("ignore", "some peaks have a prominence of 0")

# How near to and how far from R, in ms, a boundary may lie; negative: before R
_REACH_MS = {
    "p_onset": (40, -450),
    "p_offset": (10, -400),
    "qrs_onset": (6, -120),
    "qrs_offset": (6, 150),
    "t_onset": (60, 450),
    "t_offset": (120, 650),
}


@dataclass(frozen=True)
class Waves:
    """Global boundaries of one beat in samples at 500 Hz from the recording's start; None where absent or unsure."""

    p_onset: int | None = None
    p_offset: int | None = None
    qrs_onset: int | None = None
    qrs_offset: int | None = None
    t_onset: int | None = None
    t_offset: int | None = None

    def seconds(self) -> dict[str, float | None]:
        return {
            f"{name.name}_s": None if mark is None else mark / SAMPLING_RATE_HZ
            for name, mark in zip(fields(self), astuple(self), strict=True)
        }


# wave boundary: NeuroKit2's name for it, percentile over the leads, its bias in samples
_MARKS = {
    "p_onset": ("ECG_P_Onsets", 20, 3),
    "p_offset": ("ECG_P_Offsets", 20, -3),
    "qrs_onset": ("ECG_R_Onsets", 20, 4),
    "qrs_offset": ("ECG_R_Offsets", 90, 3),
    "t_onset": ("ECG_T_Onsets", 35, -1),
    "t_offset": ("ECG_T_Offsets", 50, 4),
}


def _lead_marks(lead_mv: NDArray[np.float64], r_peaks: NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
    """Boundaries of every beat in one lead, in samples, NaN where NeuroKit2 found none."""
    import neurokit2

    around_r = np.concatenate([lead_mv[max(0, r - 40) : r + 40] for r in r_peaks]) - np.median(lead_mv)
    upright = -lead_mv if -around_r.min() > around_r.max() else lead_mv
    _, found = neurokit2.ecg_delineate(upright, r_peaks, sampling_rate=SAMPLING_RATE_HZ, method="prominence")
    marks = {}
    for boundary, (name, _, _) in _MARKS.items():
        of_beat = np.full(len(r_peaks), np.nan)
        nearest, farthest = _REACH_MS[boundary]
        for mark in found[name]:  # NeuroKit2 leaves out beats without the wave: find whose it is
            if not np.isfinite(mark):
                continue
            later = farthest > 0
            beat = int(np.searchsorted(r_peaks, mark, "right" if later else "left")) - later
            if 0 <= beat < len(r_peaks) and nearest <= abs(mark - r_peaks[beat]) * 1000 / SAMPLING_RATE_HZ <= abs(
                farthest
            ):
                of_beat[beat] = mark
        marks[boundary] = of_beat
    return marks


def _ordered(marks: dict[str, int | None]) -> Waves:
    """Drop a P or T wave whose boundaries contradict the QRS's or each other."""
    q_on, q_off = marks["qrs_onset"], marks["qrs_offset"]
    p_on, p_off, t_on, t_off = (marks[k] for k in ("p_onset", "p_offset", "t_onset", "t_offset"))
    if q_on is None or q_off is None:
        return Waves()
    if p_on is None or p_off is None or not p_on < p_off or p_on >= q_on:
        p_on = p_off = None
    elif p_off > q_on:
        p_off = q_on
    if t_on is None or t_off is None or not t_on < t_off or t_off <= q_off:
        t_on = t_off = None
    elif t_on < q_off:
        t_on = q_off
    return Waves(p_on, p_off, q_on, q_off, t_on, t_off)


def delineate(cleaned_mv: Signal, r_peaks: NDArray[np.intp]) -> tuple[Waves, ...]:
    """Boundaries of every beat of a (12, T) cleaned signal at 500 Hz; needs at least two beats, else all are None."""
    if len(r_peaks) < 2:
        return (Waves(),) * len(r_peaks)
    moving = [lead for lead in cleaned_mv.astype(np.float64) if np.ptp(lead) > 0.05]
    per_lead = [_lead_marks(lead, r_peaks) for lead in moving]
    if len(per_lead) < _LEADS_NEEDED:
        return (Waves(),) * len(r_peaks)
    fused: list[dict[str, int | None]] = [{} for _ in r_peaks]
    for boundary, (_, percentile, bias) in _MARKS.items():
        stacked = np.stack([marks[boundary] for marks in per_lead])  # (leads, beats)
        for beat, marks in enumerate(stacked.T):
            known = marks[np.isfinite(marks)]
            enough = known.size >= _LEADS_NEEDED
            fused[beat][boundary] = max(0, int(np.percentile(known, percentile)) - bias) if enough else None
    return tuple(_ordered(marks) for marks in fused)


def segments(waves: Waves, r: int, cut: BeatWindow) -> dict[str, NDArray[np.bool_]]:
    """The five segments of a beat window, as masks over its 450 samples; together they cover start..stop once.

    PR: P onset to QRS onset. QRS. ST: QRS offset to T onset. T. TP: the rest, above about 75/min with the beginning of
    the next P wave in it. Without a P wave its PR interval is
    empty, without a T wave ST and T are, and their samples fall to TP. Without a QRS all is TP.
    """

    def span(onset: int | None, offset: int | None) -> NDArray[np.bool_]:
        mask = np.zeros(WINDOW, dtype=np.bool_)
        if onset is not None and offset is not None:
            low, high = (min(max(mark - r + BEFORE_R, cut.start), cut.stop) for mark in (onset, offset))
            mask[low:high] = True
        return mask

    named = {
        "PR interval": span(waves.p_onset, waves.qrs_onset),
        "QRS interval": span(waves.qrs_onset, waves.qrs_offset),
        "ST segment": span(waves.qrs_offset, waves.t_onset),
        "T wave": span(waves.t_onset, waves.t_offset),
    }
    rest = span(r - BEFORE_R, r + AFTER_R)
    for mask in named.values():
        rest &= ~mask
    return {**named, "TP interval": rest}
