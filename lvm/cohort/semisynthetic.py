"""A first semi-synthetic cohort: real beats, changed as a whole heart, with labels from published relations.

A quarter of the hearts get hypertrophy of a random degree (taller, longer, turned QRS, lower T, secondary ST-T change);
all get a little individual variation. The ECG is then measured again, and the mass is

    LVM = k H^0.54 W^0.61 exp(S + e - c (age - mean age)),  e normal

- H, W in m and kg after MESA; age, height, weight drawn from the paper's Table 1, the body-mass index correlated with
  Sokolow-Lyon voltage by -0.32 (measured on PTB-XL); c is 0.72 g a year in men, 0 in women (MESA).
- S is a weighted sum of Cornell product, Sokolow-Lyon voltage, QRS duration and low T in V5, V6. The weights are those
  with which each correlates with the mass as published: the middle of its published range.
- e has the SD that is left of Table 1's SD of LVM after body size and S; k makes Table 1's mean.

So the network can at best learn S and the body size: its error on this cohort follows from e and proves
nothing about patients. The magnitudes of the changes are choices, not literature.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lvm.beats import BEFORE_R
from lvm.cohort.change import Change, apply
from lvm.cohort.ptbxl import Source
from lvm.errors import CohortError
from lvm.measure import axis_deg, r_s_t
from lvm.net.config import DEMOGRAPHICS, ECG_MEASURES, encode_scalar
from lvm.recording import LEADS, Sex, Signal
from lvm.waves import Waves

# Table 1 of the paper: mean, SD
TABLE_1: dict[Sex, dict[str, tuple[float, float]]] = {
    "male": {
        "lvm_g": (123.29, 29.88),
        "age": (60.29, 11.29),
        "height": (168.59, 6.12),
        "weight": (72.86, 11.53),
    },
    "female": {
        "lvm_g": (85.21, 21.41),
        "age": (62.99, 11.15),
        "height": (158.16, 6.39),
        "weight": (60.47, 9.36),
    },
}
# Middle of the published ranges of the correlation with LV mass: Cornell product 0.26-0.60, Sokolow-Lyon 0.05-0.28,
# QRS duration 0.32-0.59. T amplitude: ours, for secondary ST-T change goes with more mass but no range is published.
TARGET_CORRELATION = {"cornell_product": 0.43, "sokolow_lyon": 0.165, "qrs_duration": 0.455, "low_t": 0.30}
_R_BMI_SOKOLOW = -0.32
PATIENTS_NEEDED = 10
_LONGEST_QRS_MS = 119.0
_DEVICES_QRS_MS = 6.0  # ours: SD by which electrocardiographs disagree on a QRS duration
_YEARLY_LOSS_G: dict[Sex, float] = {"male": 0.72, "female": 0.0}

SCALARS = DEMOGRAPHICS + ECG_MEASURES


@dataclass(frozen=True, eq=False)
class Cohort:
    """n samples. beats_mv (n, 12, 450) float32; scalars (n, 8) encoded, NaN where unknown, columns SCALARS;
    lvm_g (n,); expected_g (n,) the mass as far as the ECG and the body determine it: the oracle; source (n,) index of
    the source recording; patient (n,) whose it is; report: how the mass came about."""

    beats_mv: Signal
    scalars: NDArray[np.float64]
    lvm_g: NDArray[np.float64]
    expected_g: NDArray[np.float64]
    source: NDArray[np.intp]
    patient: NDArray[np.intp]
    report: dict[str, float] = field(default_factory=dict)


def beat_and_waves(source: Source, index: int) -> tuple[Signal, Waves]:
    """A beat window (12, 450) and its boundaries in samples of the window."""
    analysis = source.analysis
    return analysis.window(index).mv, analysis.waves[index].moved(BEFORE_R - analysis.beats[index].r)


def usable_beats(source: Source) -> list[int]:
    """Usable beats whose QRS and T boundaries are known."""
    pairs = zip(source.analysis.beats, source.analysis.waves, strict=True)
    return [i for i, (beat, w) in enumerate(pairs) if beat.usable and w.qrs_onset is not None and w.t_onset is not None]


def draw_change(rng: np.random.Generator) -> Change:
    """Individual variation in everybody, hypertrophy of degree 0..1 in a quarter."""
    degree = rng.uniform() if rng.uniform() < 0.25 else 0.0
    gain = rng.normal(1, 0.06, 3) * (1 + degree * rng.uniform([0.2, 0.0, 0.2], [0.9, 0.4, 0.9]))
    secondary = degree * rng.uniform(0.3, 1.0) if rng.uniform() < degree else 0.0
    return Change(
        gain=(float(gain[0]), float(gain[1]), float(gain[2])),
        turn_deg=float(rng.normal(0, 5) - degree * rng.uniform(0, 15)),
        widen=float(rng.normal(1, 0.02) + degree * rng.uniform(0, 0.25)),
        t_gain=float(rng.normal(1, 0.08) * (1 - degree * rng.uniform(0, 0.5))),
        secondary=float(secondary),
    )


def _features(beat: Signal, waves: Waves, qrs_ms: float, sex: Sex) -> dict[str, float]:
    r, s, t = r_s_t(beat, waves)
    lead = {name: i for i, name in enumerate(LEADS)}
    cornell = r[lead["aVL"]] + s[lead["V3"]] + (0.8 if sex == "female" else 0.0)
    return {
        "cornell_product": cornell * qrs_ms,
        "sokolow_lyon": s[lead["V1"]] + max(r[lead["V5"]], r[lead["V6"]]),
        "qrs_duration": qrs_ms,
        "low_t": -min(t[lead["V5"]], t[lead["V6"]]) if t else np.nan,
    }


def build(sources: list[Source], sex: Sex, n: int, seed: int) -> Cohort:
    """Draw n samples of one sex from the sources of that sex; the same seed gives the same cohort."""
    rng = np.random.default_rng(seed)
    chosen = [(i, usable_beats(s)) for i, s in enumerate(sources) if s.sex == sex]
    chosen = [(i, beats) for i, beats in chosen if beats and sources[i].analysis.measured.qrs_duration_ms]
    people = {sources[i].patient for i, _ in chosen}
    if len(people) < PATIENTS_NEEDED or n < len(chosen) or not any(sources[i].normal for i, _ in chosen):
        raise CohortError(
            f"{len(people)} {sex} patients have usable recordings for {n} samples. At least {PATIENTS_NEEDED} patients "
            "are needed, normal ones among them, and a sample of each recording."
        )
    beats_mv, axes, features, source = [], [], [], []
    for k in range(n):
        i, beats = chosen[k % len(chosen)]
        beat, waves = beat_and_waves(sources[i], int(rng.choice(beats)))
        measured = sources[i].analysis.measured
        change = draw_change(rng)
        qrs_ms = float(measured.qrs_duration_ms or 0.0)
        widen = max(0.9, min(change.widen, _LONGEST_QRS_MS / qrs_ms))
        changed, at = apply(beat, waves, Change(change.gain, change.turn_deg, widen, change.t_gain, change.secondary))
        frontal = (
            measured.p_axis_deg,
            axis_deg(changed, at, at.qrs_onset, at.qrs_offset),
            axis_deg(changed, at, at.t_onset, at.t_offset),
        )
        axes.append([np.nan if a is None else abs(a) for a in frontal])
        features.append(list(_features(changed, at, qrs_ms * widen, sex).values()))
        beats_mv.append(changed)
        source.append(i)
    rows = np.array(features)  # (n, 4)
    normal = np.array([sources[i].normal for i in source])
    # against the normal records, so that hypertrophy lies in the tail; cut at 4 SD
    z = np.clip((rows - rows[normal].mean(axis=0)) / rows[normal].std(axis=0), -4, 4)
    body = _bodies(sex, z[:, list(TARGET_CORRELATION).index("sokolow_lyon")], rng)
    lvm_g, expected_g, report = _masses(sex, body, z, rng)
    # as an electrocardiograph would report it: two devices differ by several ms
    reported = rows[:, list(TARGET_CORRELATION).index("qrs_duration")] + rng.normal(0, _DEVICES_QRS_MS, n)
    columns = np.column_stack(
        [body["age"], np.full(n, encode_scalar("sex", sex)), body["height"], body["weight"], axes, reported]
    )
    patient = np.array([sources[i].patient for i in source])
    report |= {"qrs_duration_mean_ms": float(columns[:, 7].mean()), "recordings": float(len(chosen))}
    return Cohort(np.stack(beats_mv), columns, lvm_g, expected_g, np.array(source), patient, report)


def _bodies(sex: Sex, voltage: NDArray[np.float64], rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """Age, height and weight of everybody as in Table 1, the thinner the higher the voltage."""
    table, n = TABLE_1[sex], len(voltage)
    height = rng.normal(*table["height"], n)
    # Table 1's relative SD of weight is that of height squared and of the body-mass index together
    bmi_sd = np.sqrt(
        (table["weight"][1] / table["weight"][0]) ** 2 - (2 * table["height"][1] / table["height"][0]) ** 2
    )
    standard = (voltage - voltage.mean()) / voltage.std()
    bmi = bmi_sd * (_R_BMI_SOKOLOW * standard + np.sqrt(1 - _R_BMI_SOKOLOW**2) * rng.normal(size=n))  # log, mean 0
    weight = np.exp(bmi) * height**2
    weight *= table["weight"][0] / weight.mean()
    return {"age": np.clip(rng.normal(*table["age"], n), 18, 95), "height": height, "weight": weight}


def _masses(
    sex: Sex, body: dict[str, NDArray[np.float64]], z: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, float]]:
    """LV mass in grams as drawn, and as far as ECG features z (n, 4) and body determine it."""
    table = TABLE_1[sex]
    mean_g, sd_g = table["lvm_g"]
    size = 0.54 * np.log(body["height"] / 100) + 0.61 * np.log(body["weight"])
    size = size - _YEARLY_LOSS_G[sex] / mean_g * (body["age"] - table["age"][0])
    log_sd = float(np.sqrt(np.log(1 + (sd_g / mean_g) ** 2)))
    centred = z - z.mean(axis=0)
    covariance = np.cov(centred.T)
    # each feature is to correlate with log mass by its target; part of that it already does through body size
    with_size = centred.T @ (size - size.mean()) / len(size)
    target = np.array(list(TARGET_CORRELATION.values())) * log_sd * np.sqrt(np.diag(covariance))
    weights = np.linalg.solve(covariance, target - with_size)
    known = size + centred @ weights
    left = log_sd**2 - float(known.var())
    if left <= 0:
        raise CohortError("The targets explain more than Table 1's spread of the mass. Lower the target correlations.")
    log_lvm = known + np.sqrt(left) * rng.normal(size=len(size))
    k = mean_g / np.exp(log_lvm).mean()
    lvm_g = k * np.exp(log_lvm)
    report = {
        "lvm_mean_g": float(lvm_g.mean()),
        "lvm_sd_g": float(lvm_g.std()),
        "r_known_part": float(np.corrcoef(known, log_lvm)[0, 1]),
        "r_body_size": float(np.corrcoef(size, log_lvm)[0, 1]),
        "residual_log_sd": float(np.sqrt(left)),
    }
    for j, name in enumerate(TARGET_CORRELATION):
        report[f"r_{name}"] = float(np.corrcoef(z[:, j], lvm_g)[0, 1])
        report[f"weight_{name}"] = float(weights[j])
    return lvm_g, k * np.exp(known), report
