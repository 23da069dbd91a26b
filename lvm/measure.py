"""Axes, intervals and amplitudes measured from the signal: medians over the usable beats, heart rate over all.

Axes are the direction of the wave's area in the frontal plane, atan2(2 aVF / sqrt(3), I), measured from the level at
QRS onset. Amplitudes are from the same level: the mean of the 20 ms before QRS onset.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm.beats import Beat
from lvm.clean import SAMPLING_RATE_HZ
from lvm.recording import LEADS, Measurements, Signal
from lvm.waves import Waves

_LEVEL = int(0.02 * SAMPLING_RATE_HZ)
_LEAST_AREA = 0.01  # mV times samples: less is no wave but rounding
_I, _AVF = LEADS.index("I"), LEADS.index("aVF")


@dataclass(frozen=True)
class Amplitudes:
    """Per lead, in mV: R height, S depth (both >= 0), and the signed T peak (None where no T wave was found)."""

    r: dict[str, float]
    s: dict[str, float]
    t: dict[str, float] | None


def _level(cleaned_mv: Signal, waves: Waves) -> NDArray[np.float64]:
    """(12, 1) mV at QRS onset."""
    onset = waves.qrs_onset or 0
    before = cleaned_mv[:, max(0, onset - _LEVEL) : onset + 1]
    return np.asarray(before.mean(axis=1, keepdims=True), dtype=np.float64)


def axis_deg(cleaned_mv: Signal, waves: Waves, onset: int | None, offset: int | None) -> float | None:
    """Frontal axis of the wave between two samples of a (12, T) signal; None where the limb leads are flat."""
    if onset is None or offset is None or waves.qrs_onset is None:
        return None
    area = (cleaned_mv[:, onset:offset] - _level(cleaned_mv, waves)).sum(axis=1)
    if max(abs(area[_I]), abs(area[_AVF])) < _LEAST_AREA:
        return None
    return float(np.degrees(np.arctan2(2 / np.sqrt(3) * area[_AVF], area[_I])))


def _median(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return round(float(np.median(known)), 1) if known else None


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
    rr_s = np.diff([beat.r_s for beat in beats])
    return Measurements(
        p_axis_deg=_median_axis_deg([axis_deg(cleaned_mv, w, w.p_onset, w.p_offset) for w in used]),
        qrs_axis_deg=_median_axis_deg([axis_deg(cleaned_mv, w, w.qrs_onset, w.qrs_offset) for w in used]),
        t_axis_deg=_median_axis_deg([axis_deg(cleaned_mv, w, w.t_onset, w.t_offset) for w in used]),
        heart_rate_bpm=round(60 / float(rr_s.mean()), 1) if rr_s.size else None,
        pr_interval_ms=_median([_ms(w.p_onset, w.qrs_onset) for w in used]),
        qrs_duration_ms=_median([_ms(w.qrs_onset, w.qrs_offset) for w in used]),
        qt_interval_ms=_median([_ms(w.qrs_onset, w.t_offset) for w in used]),
    )


def r_s_t(cleaned_mv: Signal, w: Waves) -> tuple[list[float], list[float], list[float] | None]:
    """R heights, S depths and signed T peaks (None without a T wave) of one beat in a (12, T) signal, mV per lead."""
    above = cleaned_mv - _level(cleaned_mv, w)
    qrs = above[:, w.qrs_onset : w.qrs_offset]
    r = np.maximum(qrs.max(axis=1), 0)
    s = []
    for lead, height in zip(qrs, r, strict=True):
        after_r = lead[int(lead.argmax()) :] if height >= 0.05 else lead  # below 0.05 mV there is no R: a QS complex
        s.append(max(0.0, -float(after_r.min())))
    if w.t_onset is None:
        return r.tolist(), s, None
    t = above[:, w.t_onset : w.t_offset]
    peak = np.take_along_axis(t, np.abs(t).argmax(axis=1)[:, None], axis=1)[:, 0]
    return r.tolist(), s, peak.tolist()


def amplitudes(cleaned_mv: Signal, beats: tuple[Beat, ...], waves: tuple[Waves, ...]) -> Amplitudes | None:
    """R, S and T amplitudes of a (12, T) cleaned signal, medians over the usable beats; None without a QRS."""
    seen = [
        r_s_t(cleaned_mv, w)
        for beat, w in zip(beats, waves, strict=True)
        if beat.usable and w.qrs_onset is not None and w.qrs_offset is not None
    ]
    if not seen:
        return None
    with_t = [t for _, _, t in seen if t is not None]

    def per_lead(rows: list[list[float]]) -> dict[str, float]:
        return dict(zip(LEADS, np.median(rows, axis=0).tolist(), strict=True))

    return Amplitudes(
        per_lead([r for r, _, _ in seen]), per_lead([s for _, s, _ in seen]), per_lead(with_t) if with_t else None
    )
