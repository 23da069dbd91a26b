"""LV hypertrophy by an index: the mass over the body surface, against a limit for the sex."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lvm.recording import Sex
from lvm.reference import bsa_m2
from lvm.train.examples import SCALARS, Examples


def index_over_limit(
    grams: NDArray[np.float64], examples: Examples, limits_g_m2: Mapping[Sex, float]
) -> NDArray[np.float64]:
    """Mass index over its limit (n,): above 1 is hypertrophy. NaN where sex or body size or mass is unknown."""
    height, weight = (examples.scalars[:, SCALARS.index(n)] for n in ("height_cm", "weight_kg"))
    limit = np.full(len(examples), np.nan)
    for sex, limit_g_m2 in limits_g_m2.items():
        limit[examples.of_sex(sex)] = limit_g_m2
    return np.asarray(grams / np.array([bsa_m2(h, w) for h, w in zip(height, weight, strict=True)]) / limit)
