"""A wholly simulated cohort in which the mass depends on one known thing: a planted truth for tests and explanations.

Every heart varies a little, and by nothing that the mass knows of. In a cohort of an ECG cell, which is one segment in
one lead group, a quantity u, normal and cut at 2.5, is then written into that cell of every beat, between boundaries
that are known exactly:

| Segment | What u does |
|---|---|
| PR interval | its P wave is 1 + 0.25 u times as high |
| QRS interval, T wave | is 1 + 0.25 u times as high |
| ST segment | gets a hill of 0.08 u mV |
| TP interval | has a U wave of 0.15 mV in its first 160 ms, in everybody, which is 1 + 0.25 u times as high |

The zero of a beat's window is its median, which lies among the samples of the TP interval: a hill that may be there or
not would move all other segments, and one that is always there and more or less high does not.

The mass is mean (1 + SD (sqrt(.8) u + sqrt(.2) e)), e normal, with Table 1's mean and relative SD; body and age know
nothing of it. In the cohort "scalars" the mass is k H^0.54 W^0.61 exp(e), with k by sex, and e such that body size is
.8 of the logarithm's variance; in "nothing" it has Table 1's mean and SD and depends on nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lvm.analysis import analyse
from lvm.beats import INDEPENDENT
from lvm.clean import SAMPLING_RATE_HZ
from lvm.cohort.change import limb_leads
from lvm.cohort.mass import TABLE_1, Column
from lvm.cohort.semisynthetic import Cohort, Member, Picture
from lvm.cohort.simulate import Heart, TrueBeat, simulate, true_measurements
from lvm.cohort.source import Origin
from lvm.errors import CohortError
from lvm.recording import LEAD_GROUPS, Patient, Recording, Sex, Signal
from lvm.waves import SEGMENTS, Waves

ORIGIN = Origin("simulated", "This project, lvm/cohort/simulate.py", "MIT")
ECG_CELLS = {f"{segment}, {group}": (segment, group) for segment in SEGMENTS for group in LEAD_GROUPS[2]}
SCALARS_ONLY, NOTHING = "scalars", "nothing"
CELLS = (*ECG_CELLS, SCALARS_ONLY, NOTHING)

PLANTED = 0.8  # of the variance of the mass
_CUT = 2.5  # SDs
_LEAST_G = 25.0  # a table takes no mass below 20 g
_SCALED_BY = 0.25
_ST_MV, _U_MV = 0.08, 0.15
_U_S = 0.16
_FADE_S = 0.008  # within the boundaries; what the simulator's ST shift leaves there would make a step
# Weights of the hills of ST and TP. In I and II: from them all six limb leads get a part.
_LEADS_WEIGHT = {"limb": (1.0, 0.7, 0, 0, 0, 0, 0, 0), "precordial": (0, 0, 1, 1, 1, 1, 1, 1)}

_USUAL: dict[Sex, Heart] = {
    "male": Heart(),
    "female": Heart(
        pr_interval_ms=150,
        qrs_duration_ms=86,
        qtc_ms=415,
        qrs_gain=0.95,
        qrs_axis_deg=40,
        t_amplitude_mv=0.17,
        t_anterior_mv=0.22,
    ),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class PlantedCohort(Cohort):
    """cell : what the mass depends on. u : (n,) what was planted. beats : of every member, when its waves begin and
    end; `waves_of` makes samples of them."""

    cell: str
    u: Column
    beats: tuple[tuple[TrueBeat, ...], ...]


def waves_of(beat: TrueBeat) -> Waves:
    """The exact boundaries of a beat, to the nearest sample at 500 Hz."""
    seconds = (
        beat.p_onset_s, beat.p_offset_s, beat.qrs_onset_s, beat.qrs_offset_s, beat.t_onset_s, beat.t_offset_s,
    )  # fmt: skip
    return Waves.of(None if s is None else round(s * SAMPLING_RATE_HZ) for s in seconds)


def build(
    cell: str, counts: dict[Sex, int], seed: int, progress: Callable[[int, int], None] = lambda *_: None
) -> PlantedCohort:
    """counts[sex] members whose mass depends on `cell`, one of CELLS; the same seed gives the same cohort.

    `progress(done, of)`. The criteria of LVH are not measured.
    """
    if cell not in CELLS:
        raise CohortError(f"Nothing can be planted in '{cell}'. Choose one of: {'; '.join(CELLS)}.")
    members: list[Member] = []
    beats: list[tuple[TrueBeat, ...]] = []
    planted: list[Column] = []
    pictures: list[Picture] = []
    how: dict[Sex, dict[str, float]] = {}
    for sex, n in counts.items():
        if n == 0:
            continue
        rng = np.random.default_rng([seed, len(sex)])
        u = np.clip(rng.normal(size=n), -_CUT, _CUT)
        bodies = _bodies(sex, n, rng)
        lvm_g, expected_g, how[sex] = _masses(cell, sex, u, bodies, rng)
        hearts = [_heart(sex, rng) for _ in range(n)]
        for k, heart in enumerate(hearts):
            signal, truth = _ecg(cell, heart, float(u[k]))
            recording = Recording(signal, float(SAMPLING_RATE_HZ), "", None, bodies[k], true_measurements(heart))
            name = f"planted-{sex}-{k + 1}"
            members.append(Member(recording, float(lvm_g[k]), float(expected_g[k]), name, ORIGIN.name))
            beats.append(truth)
            progress(len(members), sum(counts.values()))
        planted.append(u if cell in ECG_CELLS else np.zeros(n))
        if cell in ECG_CELLS:
            highest = int(u.argmax())
            pictures.append(_picture(cell, sex, hearts[highest], float(u[highest])))
    return PlantedCohort(
        f"planted: {cell}",
        seed,
        tuple(members),
        (ORIGIN,),
        {},
        how,
        tuple(pictures),
        cell=cell,
        u=np.concatenate([*planted, np.empty(0)]),
        beats=tuple(beats),
    )


def _bodies(sex: Sex, n: int, rng: np.random.Generator) -> list[Patient]:
    """Age, height and weight with the means and SDs of Table 1; the body-mass index does not depend on the height."""
    table = TABLE_1[sex]
    age = np.clip(rng.normal(*table["age_years"], n), 18, 95)
    (height_cm, height_sd), (weight_kg, weight_sd) = table["height_cm"], table["weight_kg"]
    of_height = np.clip(rng.normal(1, height_sd / height_cm, n), 0.8, 1.25)
    bmi_sd = np.sqrt((weight_sd / weight_kg) ** 2 - (2 * height_sd / height_cm) ** 2)
    of_weight = of_height**2 * np.exp(bmi_sd * np.clip(rng.normal(size=n), -3, 3) - bmi_sd**2 / 2)
    return [
        Patient(sex, float(a), float(height_cm * h), float(weight_kg * w))
        for a, h, w in zip(age, of_height, of_weight, strict=True)
    ]


def _masses(
    cell: str, sex: Sex, u: Column, bodies: list[Patient], rng: np.random.Generator
) -> tuple[Column, Column, dict[str, float]]:
    """(n,) the masses, (n,) what of them can be known, and what they came from."""
    mean_g, sd_g = TABLE_1[sex]["lvm_g"]
    e = np.clip(rng.normal(size=len(u)), -_CUT, _CUT)
    if cell == SCALARS_ONLY:
        size = np.array([0.54 * np.log((b.height_cm or 0) / 100) + 0.61 * np.log(b.weight_kg or 0) for b in bodies])
        known = np.exp(size)
        k = mean_g / known.mean()
        rest_sd = float(size.std() * np.sqrt(1 / PLANTED - 1))
        how = {
            "k": float(k),
            "exponent of height": 0.54,
            "exponent of weight": 0.61,
            "SD of the rest, logarithm": rest_sd,
        }
        return k * known * np.exp(rest_sd * e), k * known, how
    share = PLANTED if cell in ECG_CELLS else 0.0
    known_g = mean_g + sd_g * np.sqrt(share) * u
    how = {"mean, g": mean_g, "SD, g": sd_g, "share of the variance that is planted": share}
    return np.maximum(known_g + sd_g * np.sqrt(1 - share) * e, _LEAST_G), np.maximum(known_g, _LEAST_G), how


def _heart(sex: Sex, rng: np.random.Generator) -> Heart:
    """A normal heart. Heights vary little, so that nothing but the planted cell has to be looked at to know u."""
    usual = _USUAL[sex]
    z = np.clip(rng.normal(size=13), -_CUT, _CUT).tolist()
    return replace(
        usual,
        heart_rate_bpm=64 + 5 * z[0],
        p_duration_ms=usual.p_duration_ms + 4 * z[1],
        pr_interval_ms=usual.pr_interval_ms + 8 * z[2],
        qrs_duration_ms=usual.qrs_duration_ms + 4 * z[3],
        qtc_ms=usual.qtc_ms + 8 * z[4],
        p_amplitude_mv=usual.p_amplitude_mv * (1 + 0.05 * z[5]),
        p_axis_deg=usual.p_axis_deg + 8 * z[6],
        qrs_gain=usual.qrs_gain * (1 + 0.05 * z[7]),
        qrs_axis_deg=usual.qrs_axis_deg + 12 * z[8],
        t_amplitude_mv=usual.t_amplitude_mv * (1 + 0.05 * z[9]),
        t_axis_deg=usual.t_axis_deg + 8 * z[10],
        t_anterior_mv=usual.t_anterior_mv * (1 + 0.05 * z[11]),
        noise_uv=5.0 + z[12],
        seed=int(rng.integers(2**31)),
    )


def _ecg(cell: str, heart: Heart, u: float) -> tuple[Signal, tuple[TrueBeat, ...]]:
    """(12, T) mV with u in its cell, and when the waves are."""
    seen = simulate(heart)
    if cell not in ECG_CELLS:
        return seen.signal_mv, seen.beats
    # noise and wander are not planted in
    clean = simulate(replace(heart, noise_uv=0.0, wander_mv=0.0)).signal_mv[INDEPENDENT]  # (8, T)
    added = _planted(*ECG_CELLS[cell], u, clean, seen.beats)
    return limb_leads((seen.signal_mv[INDEPENDENT] + added).astype(np.float32)), seen.beats


def _planted(segment: str, group: str, u: float, clean_mv: Signal, beats: tuple[TrueBeat, ...]) -> NDArray[np.float64]:
    """(8, T) mV that u adds to I, II, V1-V6."""
    time_s = np.arange(clean_mv.shape[1]) / SAMPLING_RATE_HZ
    weight = np.array(_LEADS_WEIGHT[group])[:, None]  # (8, 1)
    if segment == "ST segment":
        return np.asarray(_ST_MV * u * weight * sum(_hill(time_s, b.qrs_offset_s, b.t_onset_s) for b in beats))
    if segment == "TP interval":
        u_waves = sum(_hill(time_s, b.t_offset_s, b.t_offset_s + _U_S) for b in beats)
        return np.asarray(_U_MV * (1 + _SCALED_BY * u) * weight * u_waves)
    inside = np.zeros(time_s.size)
    for b in beats:
        onset_s, offset_s = {
            "PR interval": (b.p_onset_s or 0.0, b.p_offset_s or 0.0),
            "QRS interval": (b.qrs_onset_s, b.qrs_offset_s),
            "T wave": (b.t_onset_s, b.t_offset_s),
        }[segment]
        edge = np.clip(np.minimum(time_s - onset_s, offset_s - time_s) / _FADE_S, 0, 1)
        inside += (1 - np.cos(np.pi * edge)) / 2
    return np.asarray(_SCALED_BY * u * (weight != 0) * inside * clean_mv)


def _hill(time_s: NDArray[np.float64], onset_s: float, offset_s: float) -> NDArray[np.float64]:
    """(T,) a raised cosine: 0 up to onset and from offset on, 1 in the middle."""
    phase = np.clip((time_s - onset_s) / (offset_s - onset_s), 0, 1)
    return np.asarray((1 - np.cos(2 * np.pi * phase)) / 2)


def _picture(cell: str, sex: Sex, heart: Heart, u: float) -> Picture:
    """A beat of one heart with nothing planted in it, and with u."""
    before, after = (analyse(Recording(_ecg(cell, heart, of)[0], 500.0, "", None)) for of in (0.0, u))
    shown = [a.window(a.chosen or 0).mv for a in (before, after)]
    return Picture(f"{sex}, u = {u:.1f} in {cell}", shown[0], shown[1])
