"""The proof that the networks learn from the ECG what is in it, and nothing where nothing is: planted cohorts of men,
written as files and read like anybody's."""

from lvm.cohort import files, planted
from lvm.net.config import Config
from lvm.train import examples
from lvm.train.bundle import folds_of
from lvm.train.crossvalidate import cross_validate
from lvm.train.fit import Recipe
from lvm.train.metrics import out_of_fold_metrics

MEN = 150


def errors_g(cell, folder):
    """Out-of-fold mean absolute errors of the network, of age and body size alone, and of the oracle."""
    files.write(planted.build(cell, {"male": MEN, "female": 0}, seed=1), folder)
    data, _ = examples.load(folder / files.TABLE, workers=2)
    folds = folds_of(data, 1, "male")
    recipe = Recipe(epochs=40, patience=15, batch=16)
    trained = cross_validate(Config(input_set="model 2", sexes="male"), data, folds, recipe, workers=2)
    found = out_of_fold_metrics(trained, data)["male"]
    return [found[way]["mae_g"][0] for way in ("network", "demographics_only", "oracle")]


def test_mass_in_the_precordial_t_wave_is_found(tmp_path):
    network, body, oracle = errors_g("T wave, precordial", tmp_path / "cohort")
    assert oracle < network < 0.75 * body


def test_where_nothing_is_planted_nothing_is_found(tmp_path):
    network, body, oracle = errors_g(planted.NOTHING, tmp_path / "cohort")
    assert network > 0.95 * oracle  # which is the mean, for that is all that can be known
    assert body > 0.97 * oracle  # and a fit to age and body size errs even more, for it takes chance for a rule
