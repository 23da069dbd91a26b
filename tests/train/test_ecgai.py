from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from lvm.net.ecgai import ECGAIConfig
from lvm.train.ecgai import fit, given
from lvm.train.examples import SCALARS
from lvm.train.folds import Fold
from tests.train.planted import examples

ROWS = np.arange(240)
FOLD = Fold(ROWS[:160], ROWS[160:200], ROWS[200:])
CONFIG = ECGAIConfig(columns=0.5)


@pytest.fixture(scope="module")
def data():
    return examples(beats=1, sexes=("male", "female"), all_systems=True)


@pytest.fixture(scope="module")
def trained(data):
    return fit(CONFIG, data, FOLD, 1)


def test_trees_learn_what_is_planted(data, trained):
    off = np.abs(trained[0].predict(data, FOLD.test) - data.lvm_g[FOLD.test])
    assert off.mean() < 0.4 * np.abs(data.lvm_g - np.median(data.lvm_g)).mean()
    assert np.isnan(data.profile[:, 2]).mean() > 0.6  # and unknown features do not stop them
    assert np.isfinite(trained[0].predict(replace(data, profile=np.full_like(data.profile, np.nan)), ROWS)).all()


def test_as_many_trees_as_do_best_on_the_validation_part(data, trained):
    trees, errors = trained
    assert len(errors) == 300
    assert errors[trees.best - 1] == min(errors)
    assert 1 < trees.best < 300
    off = trees.predict(data, FOLD.validation) - data.lvm_g[FOLD.validation]
    assert np.abs(off).mean() == pytest.approx(min(errors))


def test_the_trees_behind_the_best_are_left_out(data, trained):
    trees, _ = trained
    alone = HistGradientBoostingRegressor(
        loss="absolute_error", learning_rate=0.05, max_iter=trees.best, max_leaf_nodes=15, min_samples_leaf=20,
        max_features=0.5, early_stopping=False, random_state=1,
    )  # fmt: skip
    alone.fit(data.profile[FOLD.train], data.lvm_g[FOLD.train])
    np.testing.assert_allclose(trees.predict(data, FOLD.test), alone.predict(data.profile[FOLD.test]))


def test_the_same_seed_gives_the_same_grams(data, trained):
    expected = trained[0].predict(data, FOLD.test)
    again, other = (fit(CONFIG, data, FOLD, seed)[0].predict(data, FOLD.test) for seed in (1, 2))
    assert (again == expected).all()
    assert (other != expected).any()


def test_nothing_of_the_test_part_is_learned(data, trained):
    grams = data.lvm_g.copy()
    grams[FOLD.test] = 500
    blind = fit(CONFIG, replace(data, lvm_g=grams), FOLD, 1)
    assert blind[1] == trained[1]
    assert (blind[0].predict(data, FOLD.test) == trained[0].predict(data, FOLD.test)).all()


def test_all_features_are_the_profile_and_the_eight(data):
    rows = np.array([3, 1])
    original, more = (given(ECGAIConfig(inputs), data, rows) for inputs in ("original", "all features"))
    np.testing.assert_array_equal(original, data.profile[rows])
    assert more.shape == (2, 3 + 8)
    np.testing.assert_array_equal(more[:, 3:], data.scalars[rows])


@pytest.mark.parametrize("what", ["profile", "height_cm"])
def test_what_is_known_of_nobody_counts_for_nothing(data, what):
    """Such as the height in a hospital's table that does not hold it."""
    profile, scalars = data.profile.copy(), np.nan_to_num(data.scalars)
    if what == "profile":
        profile[FOLD.train, 2] = np.nan
    else:
        scalars[:, SCALARS.index(what)] = np.nan
    without = replace(data, profile=profile, scalars=scalars)
    trees, _ = fit(replace(CONFIG, inputs="all features"), without, FOLD, 1)
    assert np.isfinite(trees.predict(without, FOLD.test)).all()


def test_all_features_are_learned_from(data):
    known = replace(data, scalars=np.nan_to_num(data.scalars))
    errors = [
        np.abs(fit(replace(CONFIG, inputs=inputs, columns=1.0), known, FOLD, 1)[0].predict(known, FOLD.test)
               - data.lvm_g[FOLD.test]).mean()
        for inputs in ("original", "all features")
    ]  # fmt: skip
    assert errors[1] < errors[0]  # of the age the profile says nothing
