"""How far off grams are, fold by fold, and whether one system does better than another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from lvm import written
from lvm.reference import CT_LIMITS
from lvm.train.examples import Examples
from lvm.train.folds import Fold
from lvm.train.hypertrophy import index_over_limit
from lvm.train.real import area

_Array = NDArray[np.float64]
LIMITS_G_M2 = {sex: limit.limit_g_m2 for sex, limit in CT_LIMITS.items()}
RULE = written.RULE.format(
    n=f"{LIMITS_G_M2['male']:.0f}",
    n_women=f"{LIMITS_G_M2['female']:.0f}",
    source=f"{CT_LIMITS['male'].modality}, {CT_LIMITS['male'].source}",
)


@dataclass(frozen=True, eq=False)
class Scores:
    """Of each fold: mean absolute error, the same in percent of the true mass, and the c-statistic of the estimated
    mass index for a true one above the limit; NaN where it cannot be said."""

    mae_g: _Array
    mape_percent: _Array
    lvh_c: _Array


NOTHING = Scores(*(np.array([np.nan]) for _ in range(3)))


def by_fold(grams: _Array, examples: Examples, folds: Sequence[Fold], lvh: _Array | None = None) -> Scores:
    """Scores on the test parts of the folds.

    lvh (n,): what is judged in place of the estimated index, where a system says how probable LVH is.
    """
    off = np.abs(grams - examples.lvm_g)
    said = index_over_limit(grams, examples, LIMITS_G_M2) if lvh is None else lvh
    truly = index_over_limit(examples.lvm_g, examples, LIMITS_G_M2)
    columns = [
        (off[f.test].mean(), (off / examples.lvm_g)[f.test].mean() * 100, c_statistic(said[f.test], truly[f.test]))
        for f in folds
    ]
    return Scores(*np.array(columns, dtype=np.float64).T)


def c_statistic(said: _Array, index_over_limit: _Array) -> float:
    """Area under the ROC curve for an index over its limit; NaN where it is unknown or all are alike."""
    known = ~np.isnan(said) & ~np.isnan(index_over_limit)
    positive = index_over_limit[known] > 1
    return np.nan if positive.all() or not positive.any() else area(said[known], positive)


def paired_p(one: _Array, other: _Array, folds: Sequence[Fold]) -> float | None:
    """Two-sided P of a paired t-test over the folds, its variance corrected for their overlapping training parts
    (Nadeau & Bengio, Mach Learn 2003;52:239); None where it cannot be said."""
    off = one - other
    spread = off.var(ddof=1) if len(off) > 1 else np.nan
    if not np.isfinite(spread) or spread == 0:
        return None
    test_to_train = float(np.mean([len(f.test) / len(f.train) for f in folds]))
    ratio = off.mean() / np.sqrt(spread * (1 / len(off) + test_to_train))
    return float(2 * student.sf(abs(ratio), len(off) - 1))
