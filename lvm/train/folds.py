"""Five folds: grouped by source patient, stratified on LV mass, seeded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FOLDS = 5


@dataclass(frozen=True, eq=False)
class Fold:
    """Row indices; no patient is in two of the three. About 72 %, 8 % and 20 %, as in the paper."""

    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    test: NDArray[np.intp]


def split(patient: NDArray[np.intp], lvm_g: NDArray[np.float64], seed: int) -> tuple[Fold, ...]:
    """Patients in the order of their mean mass are dealt in fives to the folds, and in tens to the validation parts."""
    rng = np.random.default_rng(seed)
    people = np.unique(patient)
    by_mass = people[np.argsort([lvm_g[patient == p].mean() for p in people], kind="stable")]
    tenth = np.empty(len(people), dtype=np.intp)
    for start in range(0, len(people), 2 * FOLDS):
        block = np.arange(start, min(start + 2 * FOLDS, len(people)))
        tenth[block] = rng.permutation(2 * FOLDS)[: len(block)]
    of = dict(zip(by_mass.tolist(), tenth.tolist(), strict=True))
    row = np.array([of[p] for p in patient.tolist()])  # 0..9; fold k tests 2k and 2k + 1, validates on 2k + 2
    rows = np.arange(len(patient))
    folds = []
    for k in range(FOLDS):
        test = row // 2 == k
        validation = row == (2 * k + 2) % (2 * FOLDS)
        folds.append(Fold(rows[~test & ~validation], rows[validation], rows[test]))
    return tuple(folds)
