"""Five folds: grouped by patient, stratified on LV mass, seeded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm.errors import CohortError

FOLDS = 5


@dataclass(frozen=True, eq=False)
class Fold:
    """Row indices; no patient is in two of the three. About 70 %, 10 % and 20 %; in the paper 72, 8 and 20."""

    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    test: NDArray[np.intp]

    def of(self, chosen: NDArray[np.bool_]) -> "Fold":
        """The same split of some of the rows."""
        return Fold(*(rows[chosen[rows]] for rows in (self.train, self.validation, self.test)))


def split(patient: NDArray[np.str_], lvm_g: NDArray[np.float64], seed: int) -> tuple[Fold, ...]:
    """Patients in the order of their mean mass are dealt in fives to the folds, and in tens to the validation parts.

    Raises CohortError where there are fewer than ten patients.
    """
    rng = np.random.default_rng(seed)
    people, of = np.unique(patient, return_inverse=True)
    if len(people) < 2 * FOLDS:
        raise CohortError(f"Five folds need at least {2 * FOLDS} patients; the table has {len(people)}.")
    mean_g = np.bincount(of, lvm_g) / np.bincount(of)
    by_mass = np.argsort(mean_g, kind="stable")
    tenth = np.empty(len(people), dtype=np.intp)
    for start in range(0, len(people), 2 * FOLDS):
        block = by_mass[start : start + 2 * FOLDS]
        tenth[block] = rng.permutation(2 * FOLDS)[: len(block)]
    row = tenth[of]  # 0..9; fold k tests 2k and 2k + 1, validates on 2k + 2
    rows = np.arange(len(patient))
    folds = []
    for k in range(FOLDS):
        test = row // 2 == k
        validation = row == (2 * k + 2) % (2 * FOLDS)
        folds.append(Fold(rows[~test & ~validation], rows[validation], rows[test]))
    return tuple(folds)
