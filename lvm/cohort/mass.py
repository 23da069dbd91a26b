"""Who the patients of the cohort are and what their left ventricles weigh.

Body and age are drawn from the paper's Table 1. The mass is

    LVM = k H^0.54 W^0.61 exp(S + e - c (age - mean age)),  e normal

- H, W in m and kg (MESA); c is 0.72 g a year in men and 0 in women (MESA), in parts of the mean mass.
- S is the ECG score: Cornell product, Sokolow-Lyon voltage and QRS duration, each with the weight that makes it
  correlate with the mass as much as is published, and the secondary ST-T change, whose effect is published in grams.
  What is published are ranges, and where in them is our choice: away from their middles toward where the three weigh
  more alike, each in its own SD, for no criterion is superior (AHA/ACCF/HRS 2009, part V). With the middles the
  Sokolow-Lyon voltage hardly counts in men. So the correlations within the cohort are put in, not found.
- e has the SD that body size and S leave of Table 1's SD of LVM, and k makes Table 1's mean.

So a network can at best learn S and the body size. Its error on this cohort follows from e, which follows from Table 1
and the published correlations; nothing was fitted to the paper's error, and the error says nothing about patients.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from lvm.errors import CohortError
from lvm.recording import Sex

Column = NDArray[np.float64]

# Pan et al. 2026, Table 1: mean, SD
TABLE_1: dict[Sex, dict[str, tuple[float, float]]] = {
    "male": {
        "lvm_g": (123.29, 29.88),
        "lvmi_g_m2": (67.43, 14.71),
        "age_years": (60.29, 11.29),
        "height_cm": (168.59, 6.12),
        "weight_kg": (72.86, 11.53),
        "qrs_duration_ms": (93.86, 10.74),
        "p_axis_deg": (49.52, 20.76),
        "qrs_axis_deg": (28.45, 35.37),
        "t_axis_deg": (40.29, 32.98),
    },
    "female": {
        "lvm_g": (85.21, 21.41),
        "lvmi_g_m2": (52.98, 13.02),
        "age_years": (62.99, 11.15),
        "height_cm": (158.16, 6.39),
        "weight_kg": (60.47, 9.36),
        "qrs_duration_ms": (86.26, 9.63),
        "p_axis_deg": (49.85, 23.30),
        "qrs_axis_deg": (36.79, 34.21),
        "t_axis_deg": (43.47, 33.05),
    },
}
# Ranges of the published correlations with LV mass or its index.
PUBLISHED_R = {"Cornell product": (0.26, 0.60), "Sokolow-Lyon": (0.05, 0.28), "QRS duration": (0.32, 0.59)}
TARGET_R = {"Cornell product": 0.38, "Sokolow-Lyon": 0.23, "QRS duration": 0.40}
# Secondary ST-T change: 9.3 g more in MESA, whose mean is about 146 g; 152 against 131 g/m2 in hypertensives with LVH,
# which holds some of the voltage's effect too. The middle of the two logarithms of the ratio.
SECONDARY_LOG = (np.log(1 + 9.3 / 146) + np.log(152 / 131)) / 2
# The body-mass index lowers the Sokolow-Lyon voltage and hardly the Cornell voltage (PTB-XL; 41,806 conscripts).
BMI_R = {"Sokolow-Lyon": -0.32, "Cornell voltage": -0.04}
# With age, on PTB-XL. There the SD of age is about 17 years and here 11, so a correlation is about two thirds of it.
AGE_R: dict[Sex, dict[str, float]] = {
    "male": {"Sokolow-Lyon": -0.48 * 2 / 3, "QRS axis": -0.37 * 2 / 3},
    "female": {"Cornell voltage": 0.32 * 2 / 3, "QRS axis": -0.21 * 2 / 3},
}
_YEARLY_LOSS_G: dict[Sex, float] = {"male": 0.72, "female": 0.0}
_BEYOND_SD = 4.0  # a feature counts up to here


@dataclass(frozen=True, eq=False)
class Patients:
    """Columns (n,): age_years, height_cm, weight_kg, lvm_g, and expected_g, the mass as far as the body and the ECG
    determine it. how: what the mass came from, for the report."""

    age_years: Column
    height_cm: Column
    weight_kg: Column
    lvm_g: Column
    expected_g: Column
    how: dict[str, float]


def standard(column: Column, normal: NDArray[np.bool_]) -> Column:
    """In SDs from the mean of the normal recordings, so that hypertrophy lies in the tail; cut at 4."""
    return np.asarray(
        np.clip((column - column[normal].mean()) / column[normal].std(), -_BEYOND_SD, _BEYOND_SD), dtype=np.float64
    )


def _weights(columns: Column, r: Column, already: Column | float = 0.0) -> Column:
    """Weights (k,) with which the sum of columns (n, k) has covariance r SD(column) - already with each of them."""
    covariance = np.atleast_2d(np.cov(columns.T))
    return np.asarray(np.linalg.solve(covariance, r * np.sqrt(np.diag(covariance)) - already))


def _related(features: dict[str, Column], r: dict[str, float], rng: np.random.Generator) -> Column:
    """(n,) of mean 0 and SD 1 that correlates with some features as asked."""
    columns = np.column_stack([features[name] for name in r])
    columns = columns - columns.mean(axis=0)
    known = columns @ _weights(columns, np.array(list(r.values())))
    drawn = known + np.sqrt(max(0.0, 1 - known.var())) * rng.normal(size=len(known))
    return np.asarray((drawn - drawn.mean()) / drawn.std())


def draw(
    sex: Sex,
    features: dict[str, Column],
    secondary: Column,
    normal: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Patients:
    """The patients behind n ECGs of one sex.

    features : columns (n,) under the names used in TARGET_R, BMI_R and AGE_R, as measured.
    secondary : (n,) 0..1, how much of a secondary ST-T change there is.
    normal : (n,) whether the source recording is a normal one.
    Raises CohortError where these explain more than Table 1's spread.
    """
    table, n = TABLE_1[sex], len(secondary)
    z = {name: standard(column, normal) for name, column in features.items()}
    age = np.clip(table["age_years"][0] + table["age_years"][1] * _related(z, AGE_R[sex], rng), 18, 95)
    height = rng.normal(0, 1, n)
    height = table["height_cm"][0] + table["height_cm"][1] * (height - height.mean()) / height.std()
    # Table 1's relative SD of weight is that of height squared and of the body-mass index together
    bmi_sd = np.sqrt((table["weight_kg"][1] / table["weight_kg"][0]) ** 2 - (2 * height.std() / height.mean()) ** 2)
    weight = height**2 * np.exp(bmi_sd * _related(z, BMI_R, rng))
    weight *= table["weight_kg"][0] / weight.mean()

    mean_g, sd_g = table["lvm_g"]
    log_sd = float(np.sqrt(np.log(1 + (sd_g / mean_g) ** 2)))
    size = 0.54 * np.log(height / 100) + 0.61 * np.log(weight)
    size = size - _YEARLY_LOSS_G[sex] / mean_g * (age - age.mean()) + SECONDARY_LOG * secondary
    columns = np.column_stack([z[name] for name in TARGET_R])
    columns = columns - columns.mean(axis=0)
    # part of its correlation a feature already has through body size and the ST-T change
    weights = _weights(columns, np.array(list(TARGET_R.values())) * log_sd, columns.T @ (size - size.mean()) / n)
    known = size + columns @ weights
    rest = rng.normal(size=n)
    rest = (rest - rest.mean()) / rest.std()

    def too_wide(rest_sd: float) -> float:
        lvm = np.exp(known + rest_sd * rest)
        return float(lvm.std() / lvm.mean()) - sd_g / mean_g

    if too_wide(0.0) >= 0:
        raise CohortError("The ECGs and bodies explain more than Table 1's spread of the mass. Take other sources.")
    rest_sd = float(brentq(too_wide, 0.0, 1.0))
    log_lvm = known + rest_sd * rest
    k = mean_g / np.exp(log_lvm).mean()
    how = {f"weight of {name}": float(w) for name, w in zip(TARGET_R, weights, strict=True)} | {
        "effect of secondary ST-T change": float(SECONDARY_LOG),
        "SD of the rest, logarithm": rest_sd,
        "r of what body and ECG determine": float(np.corrcoef(known, log_lvm)[0, 1]),
    }
    return Patients(age, height, weight, k * np.exp(log_lvm), k * np.exp(known), how)
