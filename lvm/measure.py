"""Axes, intervals, times and amplitudes measured from the signal: medians over the usable beats, the rate over all.

Axes are the direction of the wave's area in the frontal plane, atan2(2 aVF / sqrt(3), I). Areas and amplitudes are from
the level at QRS onset, the mean of the 20 ms before it; only the axis of P has its own baseline.
"""

import math
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from lvm.beats import Beat, premature
from lvm.clean import SAMPLING_RATE_HZ
from lvm.deflections import BEYOND, Qrs, name_waves, terminal_force_mm_s
from lvm.recording import LEADS, Measurements, Signal
from lvm.waves import Waves

INTRINSICOID_LEADS = ("V1", "V5", "V6")

_LEVEL = int(0.02 * SAMPLING_RATE_HZ)
_ENDS = int(0.006 * SAMPLING_RATE_HZ)  # samples of the level at either end of P
_J60 = int(0.06 * SAMPLING_RATE_HZ)
_LEAST_AREA = 0.01  # mV times samples: less is no wave but rounding
_I, _AVF, _V1 = (LEADS.index(lead) for lead in ("I", "aVF", "V1"))
_NOT_NORMAL = ("premature", "different shape")  # as the reason of a beat begins

PerLead = dict[str, float]


@dataclass(frozen=True)
class Amplitudes:
    """Per lead, in mV from the level at QRS onset; medians over the usable beats.

    r, s, q, r_prime : heights and depths, all >= 0, and 0 where there is no such wave; see lvm.deflections.
    t, p : signed peaks; None where no T or P wave was found.
    st_j, st_j60 : the level at QRS offset and 60 ms later.
    """

    r: PerLead
    s: PerLead
    t: PerLead | None
    q: PerLead | None = None
    r_prime: PerLead | None = None
    p: PerLead | None = None
    st_j: PerLead | None = None
    st_j60: PerLead | None = None

    def without(self, leads: tuple[str, ...]) -> "Amplitudes":
        """The same with some leads unknown."""
        known = {name.name: getattr(self, name.name) for name in fields(self)}
        kept = {name: {k: v for k, v in of.items() if k not in leads} for name, of in known.items() if of is not None}
        return replace(self, **kept)


@dataclass(frozen=True)
class Timing:
    """Times that go beyond the seven measurements of an electrocardiograph; None is unknown.

    qtc_bazett_ms, qtc_fridericia_ms : the QT interval at the mean rate of all beats.
    intrinsicoid_ms : from QRS onset to the peak of R, or of the last R where there is R', of each INTRINSICOID_LEADS;
        the onset is that of all leads, so it is some ms longer than from the lead's own.
    rr_mean_ms, rr_sd_ms : over the RR intervals of all beats, premature ones too: how irregular the pulse is.
    rmssd_ms : root mean square of the changes from one RR interval to the next, of beats that are neither premature nor
        of another shape: how irregular the basic rhythm is. Of atrial fibrillation, whose short intervals count as
        premature, it says less than rr_sd_ms.
    p_terminal_force_mm_s : depth times duration of the inverted end of P in V1, from the level at P onset, for a PR
        segment that is not level would make or hide it; 0 where the end of P is not inverted.
    """

    qtc_bazett_ms: float | None
    qtc_fridericia_ms: float | None
    intrinsicoid_ms: dict[str, float | None]
    rr_mean_ms: float | None
    rr_sd_ms: float | None
    rmssd_ms: float | None
    p_terminal_force_mm_s: float | None

    def without(self, leads: tuple[str, ...]) -> "Timing":
        """The same with what some leads show unknown."""
        intrinsicoid_ms = {lead: None if lead in leads else ms for lead, ms in self.intrinsicoid_ms.items()}
        force_mm_s = None if "V1" in leads else self.p_terminal_force_mm_s
        return replace(self, intrinsicoid_ms=intrinsicoid_ms, p_terminal_force_mm_s=force_mm_s)


def _level_at(cleaned_mv: Signal, onset: int) -> NDArray[np.float64]:
    """(12, 1) mV: the mean of the 20 ms before a wave."""
    before = cleaned_mv[:, max(0, onset - _LEVEL) : onset + 1]
    return np.asarray(before.mean(axis=1, keepdims=True), dtype=np.float64)


def level(cleaned_mv: Signal, waves: Waves) -> NDArray[np.float64]:
    """(12, 1) mV at QRS onset."""
    return _level_at(cleaned_mv, waves.qrs_onset or 0)


def axis_deg(cleaned_mv: Signal, waves: Waves, onset: int | None, offset: int | None) -> float | None:
    """Frontal axis of the wave between two samples of a (12, T) signal; None where the limb leads are flat."""
    if onset is None or offset is None or waves.qrs_onset is None:
        return None
    return _direction_deg((cleaned_mv[:, onset:offset] - level(cleaned_mv, waves)).sum(axis=1))


def p_axis_deg(cleaned_mv: Signal, waves: Waves) -> float | None:
    """Frontal axis of the P wave of a (12, T) signal, from the line between its own two ends.

    So small a wave would be bent by a PR segment that is not level, and by the end of the T wave before.
    """
    first, end = waves.p_onset, waves.p_offset
    if first is None or end is None or end <= first:
        return None
    before, after = (cleaned_mv[:, max(0, at) : at + _ENDS].mean(axis=1) for at in (first + 1 - _ENDS, end))
    wave = cleaned_mv[:, first:end]
    return _direction_deg((wave - np.linspace(before, after, end - first, axis=1)).sum(axis=1))


def _direction_deg(area: NDArray[np.float64]) -> float | None:
    if max(abs(area[_I]), abs(area[_AVF])) < _LEAST_AREA:
        return None
    return float(np.degrees(np.arctan2(2 / np.sqrt(3) * area[_AVF], area[_I])))


def _median(values: list[float | None], digits: int = 1) -> float | None:
    known = [v for v in values if v is not None]
    return round(float(np.median(known)), digits) if known else None


def _median_axis_deg(angles: list[float | None]) -> float | None:
    """The median of angles around their mean direction, so that 179 and -179 are neighbours."""
    known = np.radians([a for a in angles if a is not None])
    if known.size == 0:
        return None
    mean = np.arctan2(np.sin(known).mean(), np.cos(known).mean())
    around = np.degrees((known - mean + np.pi) % (2 * np.pi) - np.pi)
    axis = float(np.degrees(mean) + np.median(around))
    return round((axis + 180) % 360 - 180, 1)


def _ms(onset: int | None, offset: int | None) -> float | None:
    return None if onset is None or offset is None else (offset - onset) * 1000 / SAMPLING_RATE_HZ


def measure(cleaned_mv: Signal, beats: tuple[Beat, ...], waves: tuple[Waves, ...]) -> Measurements:
    """Measurements of a (12, T) cleaned signal; what cannot be measured is None."""
    used = [w for beat, w in zip(beats, waves, strict=True) if beat.usable]
    return Measurements(
        p_axis_deg=_median_axis_deg([p_axis_deg(cleaned_mv, w) for w in used]),
        qrs_axis_deg=_median_axis_deg([axis_deg(cleaned_mv, w, w.qrs_onset, w.qrs_offset) for w in used]),
        t_axis_deg=_median_axis_deg([axis_deg(cleaned_mv, w, w.t_onset, w.t_offset) for w in used]),
        heart_rate_bpm=_heart_rate_bpm(beats),
        pr_interval_ms=_median([_ms(w.p_onset, w.qrs_onset) for w in used]),
        qrs_duration_ms=_median([_ms(w.qrs_onset, w.qrs_offset) for w in used]),
        qt_interval_ms=_qt_interval_ms(used),
    )


def _heart_rate_bpm(beats: tuple[Beat, ...]) -> float | None:
    rr_s = np.diff([beat.r_s for beat in beats])
    return round(60 / float(rr_s.mean()), 1) if rr_s.size else None


def _qt_interval_ms(used: list[Waves]) -> float | None:
    return _median([_ms(w.qrs_onset, w.t_offset) for w in used])


def qtc_bazett_ms(qt_interval_ms: float | None, heart_rate_bpm: float | None) -> float | None:
    """QT / RR^(1/2), RR in s (Bazett 1920); corrects too much at high and low rates."""
    if qt_interval_ms is None or not heart_rate_bpm:
        return None
    return round(qt_interval_ms * math.sqrt(heart_rate_bpm / 60), 1)


def qtc_fridericia_ms(qt_interval_ms: float | None, heart_rate_bpm: float | None) -> float | None:
    """QT / RR^(1/3), RR in s (Fridericia 1920)."""
    if qt_interval_ms is None or not heart_rate_bpm:
        return None
    return round(qt_interval_ms * math.cbrt(heart_rate_bpm / 60), 1)


def timing(cleaned_mv: Signal, beats: tuple[Beat, ...], waves: tuple[Waves, ...]) -> Timing:
    """Times of a (12, T) cleaned signal."""
    used = [w for beat, w in zip(beats, waves, strict=True) if beat.usable and w.qrs_onset is not None]
    qt_ms, rate_bpm = _qt_interval_ms(used), _heart_rate_bpm(beats)
    rr_ms = np.diff([beat.r_s for beat in beats]) * 1000
    normal = np.array([not beat.reason.startswith(_NOT_NORMAL) for beat in beats], dtype=np.bool_)
    normal &= ~premature(np.array([beat.r for beat in beats], dtype=np.intp))  # "last" says no more of a beat
    three = normal[:-2] & normal[1:-1] & normal[2:]  # beats of two neighbouring intervals
    changes_ms = np.diff(rr_ms)[three] if rr_ms.size > 1 else np.empty(0)
    qrs = {lead: [_qrs(cleaned_mv, w, LEADS.index(lead)) for w in used] for lead in INTRINSICOID_LEADS}
    return Timing(
        qtc_bazett_ms=qtc_bazett_ms(qt_ms, rate_bpm),
        qtc_fridericia_ms=qtc_fridericia_ms(qt_ms, rate_bpm),
        intrinsicoid_ms={lead: _median([_ms(0, one.last_r) for one in of if one]) for lead, of in qrs.items()},
        rr_mean_ms=round(float(rr_ms.mean()), 1) if rr_ms.size else None,
        rr_sd_ms=round(float(rr_ms.std(ddof=1)), 1) if rr_ms.size > 1 else None,
        rmssd_ms=round(float(np.sqrt((changes_ms**2).mean())), 1) if changes_ms.size else None,
        p_terminal_force_mm_s=_median([_p_terminal_force_mm_s(cleaned_mv, w) for w in used], 4),
    )


def _p_terminal_force_mm_s(cleaned_mv: Signal, w: Waves) -> float | None:
    if w.p_onset is None or w.p_offset is None:
        return None
    return terminal_force_mm_s(cleaned_mv[_V1, w.p_onset : w.p_offset] - _level_at(cleaned_mv, w.p_onset)[_V1])


def _qrs(cleaned_mv: Signal, w: Waves, row: int) -> Qrs | None:
    """The waves of the QRS in one lead, by its row; None without a QRS."""
    if w.qrs_onset is None or w.qrs_offset is None:
        return None
    above = cleaned_mv[row, w.qrs_onset : w.qrs_offset + BEYOND] - level(cleaned_mv, w)[row]
    return name_waves(above, w.qrs_offset - w.qrs_onset)


def _peak(above: NDArray[np.float64], onset: int | None, offset: int | None) -> NDArray[np.float64] | None:
    """(12,) signed peaks of a wave."""
    if onset is None or offset is None or onset >= offset:
        return None
    wave = above[:, onset:offset]
    return np.take_along_axis(wave, np.abs(wave).argmax(axis=1)[:, None], axis=1)[:, 0]


def _of_one_beat(cleaned_mv: Signal, w: Waves) -> dict[str, NDArray[np.float64]]:
    """(12,) mV of each kind of amplitude that the beat has, by the names of Amplitudes."""
    above = cleaned_mv - level(cleaned_mv, w)
    waves = [one for one in (_qrs(cleaned_mv, w, row) for row in range(len(LEADS))) if one is not None]
    found = {name: np.array([getattr(one, name) for one in waves]) for name in ("q", "r", "s", "r_prime")}
    peaks = {"p": _peak(above, w.p_onset, w.p_offset), "t": _peak(above, w.t_onset, w.t_offset)}
    found |= {name: peak for name, peak in peaks.items() if peak is not None}
    j = w.qrs_offset or 0
    levels = {"st_j": j, "st_j60": j + _J60}
    return found | {name: above[:, at] for name, at in levels.items() if at < above.shape[1]}


def amplitudes(cleaned_mv: Signal, beats: tuple[Beat, ...], waves: tuple[Waves, ...]) -> Amplitudes | None:
    """Amplitudes of a (12, T) cleaned signal, medians over the usable beats; None without a QRS."""
    seen = [
        _of_one_beat(cleaned_mv, w)
        for beat, w in zip(beats, waves, strict=True)
        if beat.usable and w.qrs_onset is not None and w.qrs_offset is not None
    ]
    if not seen:
        return None

    def per_lead(name: str) -> PerLead | None:
        rows = [found[name] for found in seen if name in found]
        return dict(zip(LEADS, np.median(rows, axis=0).tolist(), strict=True)) if rows else None

    known = {name.name: per_lead(name.name) for name in fields(Amplitudes)}
    return Amplitudes(r=known.pop("r") or {}, s=known.pop("s") or {}, **known)
