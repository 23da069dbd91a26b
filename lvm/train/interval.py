"""Prediction intervals that hold where they were measured: conformal, from errors out of fold, by sex."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lvm.net.config import BODY, ECG_MEASURES, unknown_key
from lvm.recording import Sex
from lvm.train.crossvalidate import Trained, out_of_fold
from lvm.train.examples import Examples

LEVEL = 0.90

_Array = NDArray[np.float64]


def bounds(ratio: _Array, level: float = LEVEL) -> tuple[float, float]:
    """The central `level` of truth / estimate, with the finite-sample correction of conformal prediction: of n values
    the k-th smallest and k-th largest, k = floor((n + 1)(1 - level) / 2), and never less than the outermost."""
    ordered = np.sort(ratio)
    k = max(1, int(round((len(ordered) + 1) * (1 - level) / 2, 9)))  # 100 x .05 is 5, not 4.999
    return float(ordered[k - 1]), float(ordered[-k])


def _sets(scalars: Sequence[str]) -> list[list[str]]:
    """Every set of scalars that may be unknown, smaller ones first."""
    body, ecg = [n for n in BODY if n in scalars], [n for n in ECG_MEASURES if n in scalars]
    subsets = [list(s) for k in range(len(body) + 1) for s in combinations(body, k)]
    return [s + more for s in subsets for more in ([[], ecg] if ecg else [[]])]


def interval(trained: Trained, examples: Examples) -> dict[str, Any]:
    """Bounds of truth / estimate by sex, for every set of inputs that may be unknown, and their coverage.

    Knowing less never narrows it: each set takes the outer bounds of all sets within it. Measured on single networks,
    so for the mean of the five it is, if anything, wide. The coverage of the interval without imputation is measured
    with each fold left out of its own bounds.
    """
    ratios = {}
    for unknown in _sets(trained.config.scalars):
        if (key := unknown_key(unknown)) not in ratios:
            ratios[key] = examples.lvm_g / out_of_fold(trained, examples, unknown)
    of_sex: dict[str, dict[str, list[float]]] = {}
    coverage: dict[str, float] = {}
    sexes: tuple[Sex, ...] = ("male", "female")
    for sex in sexes:
        rows = examples.of_sex(sex)
        if trained.config.sexes not in ("all", sex) or not rows.any():
            continue
        of_sex[sex] = _widening({key: bounds(ratio[rows]) for key, ratio in ratios.items()})
        inside: list[bool] = []
        for fold in trained.folds:
            tested = fold.test[rows[fold.test]]
            others = rows.copy()
            others[tested] = False
            low, high = bounds(ratios[""][others])
            inside += ((ratios[""][tested] >= low) & (ratios[""][tested] <= high)).tolist()
        coverage[sex] = round(float(np.mean(inside)), 3)
    return {"level": LEVEL, "truth_to_estimate": of_sex, "coverage_measured": coverage}


def _widening(found: dict[str, tuple[float, float]]) -> dict[str, list[float]]:
    wide: dict[str, list[float]] = {}
    for key, (low, high) in found.items():
        within = [q for k, q in wide.items() if set(k.split("+")) - {""} <= set(key.split("+"))]
        wide[key] = [
            min([round(low, 4), *(q[0] for q in within)]),
            max([round(high, 4), *(q[1] for q in within)]),
        ]
    return wide
