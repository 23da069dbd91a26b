import numpy as np

from lvm.train.folds import split


def cohort(n=1000, patients=150):
    rng = np.random.default_rng(0)
    patient = rng.integers(0, patients, n)
    return patient, 100 + 10 * rng.normal(size=n) + 0.2 * patient


def test_every_row_is_tested_once_and_no_patient_is_shared():
    patient, lvm_g = cohort()
    folds = split(patient, lvm_g, seed=1)
    assert sorted(np.concatenate([f.test for f in folds])) == list(range(len(patient)))
    for fold in folds:
        parts = [set(patient[rows]) for rows in (fold.train, fold.validation, fold.test)]
        assert not parts[0] & parts[1]
        assert not parts[0] & parts[2]
        assert not parts[1] & parts[2]
        assert len(fold.train) + len(fold.validation) + len(fold.test) == len(patient)


def test_folds_are_alike_in_mass_and_size():
    patient, lvm_g = cohort()
    folds = split(patient, lvm_g, seed=1)
    means = [lvm_g[f.test].mean() for f in folds]
    assert max(means) - min(means) < 0.2 * lvm_g.std()
    assert all(0.15 < len(f.test) / len(patient) < 0.25 for f in folds)
    assert all(0.05 < len(f.validation) / len(patient) < 0.15 for f in folds)


def test_the_seed_decides():
    patient, lvm_g = cohort()
    one, same, other = (split(patient, lvm_g, seed) for seed in (1, 1, 2))
    assert (one[0].test == same[0].test).all()
    assert set(one[0].test) != set(other[0].test)
