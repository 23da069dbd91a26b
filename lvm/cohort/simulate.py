"""A parametric resting 12-lead ECG whose wave boundaries are known exactly. Nothing in it comes from a person.

The heart is one moving dipole. Each wave is a sum of bumps that are zero outside their onset and offset; each bump has
a direction in the frontal plane and a part toward the back. Dower's matrix turns the dipole into I, II and V1-V6; the
other four leads are sums of I and II, so that Einthoven's and Goldberger's equations hold.

Frontal directions are those an ECG axis is measured in, atan2(2 aVF / sqrt(3), I): the area of the P, QRS and T wave of
a normal beat has exactly the axis asked for. The template's sizes were fitted to the medians of 139 normal men in
PTB-XL; `qrs_gain` and `qrs_axis_deg` make women and LV hypertrophy of it.

Source of the matrix: Dower GE, Machado HB, Osborne JA. On deriving the electrocardiogram from vectorcardiographic
leads. Clin Cardiol 1980;3:87-95.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm.recording import Measurements, Signal

_Array = NDArray[np.float64]

# Dipole to lead, mV per mV: x to the left, y to the feet, z to the back.
DOWER: dict[str, tuple[float, float, float]] = {
    "I": (0.632, -0.235, 0.059),
    "II": (0.235, 1.066, -0.132),
    "V1": (-0.515, 0.157, -0.917),
    "V2": (0.044, 0.164, -1.387),
    "V3": (0.882, 0.098, -1.277),
    "V4": (1.213, 0.127, -0.601),
    "V5": (1.125, 0.127, -0.086),
    "V6": (0.831, 0.076, 0.230),
}
_TO_LEADS = np.array(list(DOWER.values()))  # (8, 3)


@dataclass(frozen=True)
class _Bump:
    """Raised cosine, with its own rise and fall; times are fractions of the wave, mV are at its peak."""

    onset: float
    peak: float
    offset: float
    frontal_mv: float
    frontal_deg: float
    back_mv: float


_P = (  # right atrium, to the front, so that V1 is biphasic, then left; the sum peaks at 1 mV
    _Bump(0.00, 0.40, 0.75, 0.70, 8.0, -1.0),
    _Bump(0.25, 0.62, 1.00, 0.58, -10.0, 0.0),
)
_QRS = (  # septum; free walls, early and late; base
    _Bump(0.00, 0.22, 0.50, 0.10, -155.0, -0.34),
    _Bump(0.09, 0.41, 0.71, 0.88, 28.0, 0.13),
    _Bump(0.26, 0.53, 0.82, 0.44, -60.0, 0.02),
    _Bump(0.38, 0.68, 1.00, 0.13, -105.0, 0.90),
)
_VENTRICULAR_QRS = (  # from the right ventricle's outflow tract: to the left, the feet and the back
    _Bump(0.00, 0.30, 0.62, 0.85, 10.0, 0.25),
    _Bump(0.15, 0.52, 1.00, 1.85, 0.0, 1.10),
)

_ST_SHARE = 0.24  # of the whole from QRS offset to T offset
_T_PEAK = 0.62  # of the T wave
_J_BEFORE_QRS_END = 0.3  # the ST shift begins at this share of the QRS before its end, and fades with the T wave
_ST_OF_T, _ST_OF_STRAIN = 0.10, 0.45
_PREMATURE_RR, _PAUSE_RR = 0.62, 1.38  # together two cycles: a full compensatory pause
_PREMATURE_QRS_MS, _PREMATURE_AXIS_DEG = 150.0, 68.0
_FIRST_R_S = 0.45


@dataclass(frozen=True)
class Heart:
    """What is simulated. The defaults are a normal man.

    qtc_ms : QT interval at 60/min; the QT interval follows the rate by Fridericia's cube root.
    qrs_gain : all QRS voltages times this.
    t_amplitude_mv, t_axis_deg, t_anterior_mv : the primary T wave's peak in the frontal plane and toward the chest.
    strain_mv : frontal size of a secondary ST-T change, opposite to the QRS, added to the primary T wave. The ST shift
        reaches into the end of the QRS, as it does in patients, and turns the QRS's axis by less than half a degree.
    rr_variability : standard deviation of RR over its mean, breathing and chance together.
    premature_beats : indices, counted from the recording's first R peak, of ventricular premature beats.
    noise_uv : standard deviation of white noise, independent in the eight leads.
    wander_mv : typical amplitude of the baseline's swing with breathing.
    """

    heart_rate_bpm: float = 64.0
    p_duration_ms: float = 104.0
    pr_interval_ms: float = 158.0
    qrs_duration_ms: float = 94.0
    qtc_ms: float = 405.0
    p_amplitude_mv: float = 0.12
    p_axis_deg: float = 52.0
    qrs_gain: float = 1.0
    qrs_axis_deg: float = 30.0
    t_amplitude_mv: float = 0.24
    t_axis_deg: float = 40.0
    t_anterior_mv: float = 0.38
    strain_mv: float = 0.0
    rr_variability: float = 0.03
    premature_beats: tuple[int, ...] = ()
    noise_uv: float = 5.0
    wander_mv: float = 0.03
    seed: int = 0

    @property
    def qt_interval_ms(self) -> float:
        return float(self.qtc_ms * (60 / self.heart_rate_bpm) ** (1 / 3))


@dataclass(frozen=True)
class TrueBeat:
    """When the waves of one beat begin and end, in seconds from the first sample; premature beats have no P wave.

    r_s is where the QRS is largest over the eight independent leads.
    """

    r_s: float
    p_onset_s: float | None
    p_offset_s: float | None
    qrs_onset_s: float
    qrs_offset_s: float
    t_onset_s: float
    t_offset_s: float
    premature: bool = False


@dataclass(frozen=True, eq=False)
class Simulated:
    """(12, T) float32 mV, rows as in lvm.recording.LEADS, and the truth about every beat whose R peak lies inside."""

    signal_mv: Signal
    sampling_rate_hz: float
    beats: tuple[TrueBeat, ...]

    @property
    def r_s(self) -> _Array:
        return np.array([beat.r_s for beat in self.beats])


def _shape(time: _Array, onset: float, peak: float, offset: float) -> _Array:
    """0 up to onset and from offset on, 1 at peak, a half cosine in between on each side."""
    phase = np.interp(time, (onset, peak, offset), (-np.pi, 0.0, np.pi))
    return np.asarray((1 + np.cos(phase)) / 2)


def _frontal(size_mv: float, angle_deg: float) -> _Array:
    """(2,) mV along lead I and along 2 aVF / sqrt(3)."""
    angle = np.radians(angle_deg)
    return size_mv * np.array([np.cos(angle), np.sin(angle)])


def _dipole(frontal: _Array, back_mv: float) -> _Array:
    """(3,) mV: the dipole that shows `frontal` in the frontal leads and points `back_mv` to the back."""
    i, ii = np.array(DOWER["I"]), np.array(DOWER["II"])
    to_frontal = np.stack([i, 2 / np.sqrt(3) * (ii - i / 2)])  # (2, 3)
    xy = np.linalg.solve(to_frontal[:, :2], frontal - to_frontal[:, 2] * back_mv)
    return np.array([*xy, back_mv])


def _area(bumps: tuple[_Bump, ...]) -> tuple[_Array, float]:
    """Frontal area (2,) and area to the back of a wave of unit duration; half a cosine hill's width is its area."""
    widths = [(b.offset - b.onset) / 2 for b in bumps]
    frontal = sum((w * _frontal(b.frontal_mv, b.frontal_deg) for w, b in zip(widths, bumps, strict=True)), np.zeros(2))
    return frontal, sum(w * b.back_mv for w, b in zip(widths, bumps, strict=True))


def _wave(time: _Array, bumps: tuple[_Bump, ...], gain: float, axis_deg: float) -> _Array:
    """(T,) fractions of the wave -> (3, T) mV, turned so that its area points to axis_deg."""
    area, _ = _area(bumps)
    turn = axis_deg - np.degrees(np.arctan2(area[1], area[0]))
    total = np.zeros((3, time.size))
    for b in bumps:
        dipole = _dipole(_frontal(b.frontal_mv, b.frontal_deg + turn), b.back_mv)
        total += gain * dipole[:, None] * _shape(time, b.onset, b.peak, b.offset)
    return total


@dataclass(frozen=True)
class _Complex:
    """One kind of beat: how its P wave, QRS and ST-T run, in seconds from QRS onset."""

    heart: Heart
    premature: bool

    @property
    def qrs_s(self) -> float:
        return (_PREMATURE_QRS_MS if self.premature else self.heart.qrs_duration_ms) / 1000

    @property
    def t_offset_s(self) -> float:
        wider = self.qrs_s - self.heart.qrs_duration_ms / 1000
        return self.heart.qt_interval_ms / 1000 + wider

    @property
    def t_onset_s(self) -> float:
        return self.qrs_s + _ST_SHARE * (self.t_offset_s - self.qrs_s)

    def _qrs(self, time_s: _Array) -> _Array:
        if self.premature:
            return _wave(time_s / self.qrs_s, _VENTRICULAR_QRS, self.heart.qrs_gain, _PREMATURE_AXIS_DEG)
        return _wave(time_s / self.qrs_s, _QRS, self.heart.qrs_gain, self.heart.qrs_axis_deg)

    def _st_t(self) -> tuple[_Array, _Array]:
        """Peaks of the ST shift and of the T wave, (3,) mV each."""
        h = self.heart
        bumps, axis = (_VENTRICULAR_QRS, _PREMATURE_AXIS_DEG) if self.premature else (_QRS, h.qrs_axis_deg)
        area, back = _area(bumps)
        against = _dipole(_frontal(-1.0, axis), -back / float(np.hypot(*area)))
        if self.premature:
            return 0.15 * h.qrs_gain * against, 0.55 * h.qrs_gain * against
        primary = _dipole(_frontal(h.t_amplitude_mv, h.t_axis_deg), -h.t_anterior_mv)
        secondary = h.strain_mv * against
        return _ST_OF_T * primary + _ST_OF_STRAIN * secondary, primary + secondary

    def __call__(self, time_s: _Array) -> _Array:
        """(T,) s from QRS onset -> (3, T) mV."""
        h = self.heart
        t_peak = self.t_onset_s + _T_PEAK * (self.t_offset_s - self.t_onset_s)
        st, t = self._st_t()
        total = self._qrs(time_s)
        total += st[:, None] * _shape(time_s, self.qrs_s * (1 - _J_BEFORE_QRS_END), self.qrs_s * 1.1, self.t_offset_s)
        total += t[:, None] * _shape(time_s, self.t_onset_s, t_peak, self.t_offset_s)
        if not self.premature:
            in_p = (time_s * 1000 + h.pr_interval_ms) / h.p_duration_ms
            total += _wave(in_p, _P, h.p_amplitude_mv, h.p_axis_deg)
        return total

    def r_after_onset_s(self) -> float:
        time_s = np.arange(0, self.qrs_s, 1e-4)
        return float(time_s[np.linalg.norm(_TO_LEADS @ self._qrs(time_s), axis=0).argmax()])

    def truth(self, r_s: float) -> TrueBeat:
        onset, h = r_s - self.r_after_onset_s(), self.heart
        p_onset = None if self.premature else onset - h.pr_interval_ms / 1000
        p_offset = None if p_onset is None else p_onset + h.p_duration_ms / 1000
        ends = onset + self.qrs_s, onset + self.t_onset_s, onset + self.t_offset_s
        return TrueBeat(r_s, p_onset, p_offset, onset, *ends, premature=self.premature)


def _r_times(heart: Heart, duration_s: float, rng: np.random.Generator) -> list[float]:
    """R peaks, s, from the one before the recording (so that its T wave is there) to one after its end."""
    mean = 60 / heart.heart_rate_bpm
    times = [_FIRST_R_S - mean, _FIRST_R_S]
    while times[-1] < duration_s + 1:
        following = len(times) - 1  # counted from the recording's first R peak
        breathing = np.sin(2 * np.pi * 0.24 * times[-1])
        rr = mean * (1 + heart.rr_variability * (breathing + 0.7 * rng.standard_normal()))
        if following in heart.premature_beats:
            rr = _PREMATURE_RR * mean
        elif following - 1 in heart.premature_beats:
            rr = _PAUSE_RR * mean
        times.append(times[-1] + float(rr))
    return times


def simulate(heart: Heart, duration_s: float = 10.0, sampling_rate_hz: float = 500.0) -> Simulated:
    """The ECG of this heart: the same for the same arguments."""
    rng = np.random.default_rng(heart.seed)
    time_s = np.arange(round(duration_s * sampling_rate_hz)) / sampling_rate_hz
    kinds = {premature: _Complex(heart, premature) for premature in (False, True)}
    dipole = np.zeros((3, time_s.size))
    beats = []
    for index, r_s in enumerate(_r_times(heart, duration_s, rng), start=-1):
        kind = kinds[index in heart.premature_beats]
        truth = kind.truth(r_s)
        dipole += kind(time_s - truth.qrs_onset_s)
        if 0 <= r_s < duration_s:
            beats.append(truth)
    eight = _TO_LEADS @ dipole  # (8, T)
    swing = rng.normal(heart.wander_mv, heart.wander_mv / 2, (8, 1)) * np.sin(
        2 * np.pi * (0.24 * time_s + rng.uniform(0, 1, (8, 1)))
    )
    eight += swing + rng.normal(0, heart.noise_uv / 1000, eight.shape)
    i, ii = eight[:2]
    signal = np.vstack([i, ii, ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2, eight[2:]])
    return Simulated(signal.astype(np.float32), float(sampling_rate_hz), tuple(beats))


def true_measurements(heart: Heart) -> Measurements:
    """What a perfect electrocardiograph would print: axes of the areas between the true boundaries, and intervals."""
    beat = _Complex(heart, premature=False)
    starts_s = -heart.pr_interval_ms / 1000, 0.0, beat.t_onset_s
    ends_s = starts_s[0] + heart.p_duration_ms / 1000, beat.qrs_s, beat.t_offset_s
    axes = []
    for start_s, end_s in zip(starts_s, ends_s, strict=True):
        i, ii = (_TO_LEADS[:2] @ beat(np.linspace(start_s, end_s, 1000))).sum(axis=1)
        axes.append(float(np.degrees(np.arctan2(2 / np.sqrt(3) * (ii - i / 2), i))))
    p, qrs, t = axes
    return Measurements(
        p, qrs, t, heart.heart_rate_bpm, heart.pr_interval_ms, heart.qrs_duration_ms, heart.qt_interval_ms
    )
