import shutil
from dataclasses import replace

import numpy as np
import pytest

from lvm.errors import CohortError
from lvm.net.config import Config
from lvm.net.ecgai import ECGAIConfig
from lvm.net.lvmai import LVMAIConfig
from lvm.train import compare as comparing
from lvm.train import ecgai, elvmassnet, lvmai
from lvm.train.compare import compare
from lvm.train.fit import Recipe, fit
from lvm.train.folds import split
from lvm.train.systems import System
from tests.train.planted import examples

MEN = System("men", Config("model 1", "male", channels=4, blocks=1, embedding=8), 1)
TEN_SECONDS = System("ten-seconds", LVMAIConfig(filters=2, width=3, blocks=2, convolutions=1, dense=(8, 8)), 3)
TREES = System("trees", ECGAIConfig("all features", trees=20, smallest_leaf=5), 1)
SYSTEMS = (TEN_SECONDS, MEN, TREES)
RECIPE = Recipe(epochs=3, batch=16, seed=4)
FILES = {f"{system.key}-fold{k}.npz" for system in SYSTEMS for k in (1, 2)}


def measured(n, seed=0):
    """Planted examples of whom all is known."""
    data = examples(n=n, beats=1, seed=seed, sexes=("male", "female"), all_systems=True)
    scalars = np.where(
        np.isnan(data.scalars), np.random.default_rng(seed).normal(50, 9, data.scalars.shape), data.scalars
    )
    return replace(data, scalars=scalars)


@pytest.fixture(scope="module")
def data():
    return measured(60)


@pytest.fixture(scope="module")
def real():
    return replace(measured(5, seed=9), patient=np.array([f"r{k}" for k in range(5)]), row=np.arange(5))


@pytest.fixture(scope="module")
def folds(data):
    return split(data.patient, data.lvm_g, 4)


@pytest.fixture(scope="module")
def found(data, real, folds, tmp_path_factory):
    """What they said, the lines of progress, and the folder."""
    work, lines = tmp_path_factory.mktemp("compared") / "new" / "work", []
    return compare(SYSTEMS, data, real, folds, RECIPE, work, trained=2, progress=lines.append), lines, work


def same(one, other):
    return all(
        np.array_equal(getattr(one[system.key], name), getattr(other[system.key], name), equal_nan=True)
        for system in SYSTEMS
        for name in ("grams", "lvh", "real_g")
    )


def test_each_is_trained_once_on_each_fold(found):
    said, lines, work = found
    assert list(said) == ["ten-seconds", "men", "trees"]
    assert {file.name for file in work.iterdir()} == FILES  # and nothing of what was kept meanwhile
    assert lines[0] == "0 of 6 trainings are done already"
    assert [line.partition(" trainings: ")[0] for line in lines[1:]] == [f"{k} of 6" for k in range(1, 7)]
    assert lines[3].startswith("3 of 6 trainings: men, fold 1 is done, about ")
    assert lines[-1].endswith("trees, fold 2 is done, about 0 min left")
    for system in SYSTEMS:
        spent = [_minutes(work / f"{system.key}-fold{k}.npz") for k in (1, 2)]
        assert said[system.key].minutes == pytest.approx(sum(spent))
        assert 0 < min(spent) < 2


def _minutes(file):
    with np.load(file) as kept:
        return float(kept["minutes"])


def test_grams_come_from_the_network_that_has_not_met_the_patient(data, real, folds, found):
    said, at, everybody = found[0], np.arange(5), np.arange(60)
    men, men_real = data.of_sex("male"), np.flatnonzero(real.of_sex("male"))
    untrained = np.concatenate([fold.test for fold in folds[2:]])
    for system in SYSTEMS:
        assert np.isnan(said[system.key].grams[untrained]).all()
    for k, fold in enumerate(folds[:2]):
        recipe = replace(RECIPE, seed=4 + k)
        config = elvmassnet.with_statistics(MEN.config, data, np.flatnonzero(men))
        net, _ = fit(elvmassnet.BeatTask(config, data, recipe), fold.of(men))
        tested = fold.test[men[fold.test]]
        np.testing.assert_array_equal(said["men"].grams[tested], elvmassnet.predict(net, data, tested))
        np.testing.assert_array_equal(said["men"].real_g[k, men_real], elvmassnet.predict(net, real, men_real))

        recipe = replace(recipe, batch=32)  # LVM-AI's
        config = lvmai.with_statistics(TEN_SECONDS.config, data, everybody)
        net, _ = fit(lvmai.LVMAITask(config, data, recipe), fold)
        grams, lvh = lvmai.predict(net, data, fold.test)
        np.testing.assert_array_equal(said["ten-seconds"].grams[fold.test], grams)
        np.testing.assert_array_equal(said["ten-seconds"].lvh[fold.test], lvh)
        np.testing.assert_array_equal(said["ten-seconds"].real_g[k], lvmai.predict(net, real, at)[0])

        trees, _ = ecgai.fit(TREES.config, data, fold, 4 + k)
        np.testing.assert_array_equal(said["trees"].grams[fold.test], trees.predict(data, fold.test))
        np.testing.assert_array_equal(said["trees"].real_g[k], trees.predict(real, at))


def test_more_folds_can_be_trained_later(data, real, folds, found, tmp_path):
    """For the standardisation is of all of them."""
    lines = []
    one, two = (
        compare((MEN,), data, real, folds, RECIPE, tmp_path, trained=n, progress=lines.append)["men"] for n in (1, 2)
    )
    assert one.real_g.shape == (1, 5)
    assert np.isnan(one.grams[folds[1].test]).all()
    assert lines[2] == "1 of 2 trainings are done already"
    np.testing.assert_array_equal(two.grams, found[0]["men"].grams)
    np.testing.assert_array_equal(two.real_g, found[0]["men"].real_g)


def test_one_sex_is_asked_of_that_sex_only(data, real, folds, found):
    men = found[0]["men"]
    assert np.isnan(men.grams[~data.of_sex("male")]).all()
    assert men.real_g.shape == (2, 5)
    assert np.isnan(men.real_g).tolist() == [(~real.of_sex("male")).tolist()] * 2
    assert np.isnan(men.lvh).all()  # nor is it asked for what it does not say
    assert np.isnan(found[0]["trees"].lvh).all()
    assert np.isfinite(found[0]["trees"].real_g).all()


def test_two_processes_say_the_same(data, real, folds, found, tmp_path):
    lines = []
    assert same(compare(SYSTEMS, data, real, folds, RECIPE, tmp_path, 2, 2, lines.append), found[0])
    assert {file.name for file in tmp_path.iterdir()} == FILES
    assert len(lines) == 1 + 6
    assert lines[-1].startswith("6 of 6 trainings: ")


def test_without_real_ecgs(data, real, folds, found, tmp_path):
    none = replace(real, **{name: getattr(real, name)[:0] for name in ("beats_mv", "scalars", "patient", "row")})
    none = replace(none, **{name: getattr(real, name)[:0] for name in ("chosen", "lvm_g", "expected_g")})
    none = replace(none, **{name: getattr(real, name)[:0] for name in ("whole_mv", "lvm_ai", "profile")})
    said = compare((TREES,), data, replace(none, first=np.zeros(1, dtype=np.intp)), folds, RECIPE, tmp_path, trained=2)[
        "trees"
    ]
    assert said.real_g.shape == (2, 0)
    np.testing.assert_array_equal(said.grams, found[0]["trees"].grams)


def test_what_is_there_is_not_trained_again(data, real, folds, found, tmp_path):
    said, lines, work = found[0], [], shutil.copytree(found[2], tmp_path / "work")
    assert same(compare(SYSTEMS, data, real, folds, RECIPE, work, trained=2, progress=lines.append), said)
    assert lines == ["6 of 6 trainings are done already"]
    (work / "men-fold2.npz").unlink()
    assert same(compare(SYSTEMS, data, real, folds, RECIPE, work, trained=2, progress=lines.append), said)
    assert lines[1:] == [
        "5 of 6 trainings are done already",
        "6 of 6 trainings: men, fold 2 is done, about 0 min left",
    ]


class InterruptionError(Exception):
    pass


def interrupted(monkeypatch, after, *arguments):
    """A comparison that ends with so many epochs kept; what it said until then, and the epochs of those that follow."""
    epochs = []

    def trained(system, examples, fold, rows, recipe, _, device, checkpoint):
        def progress(epoch, *_):
            epochs.append(epoch)
            if len(epochs) == after + 1:
                raise InterruptionError

        return true_train(system, examples, fold, rows, recipe, progress, device, checkpoint)

    true_train = comparing.train
    monkeypatch.setattr(comparing, "train", trained)
    with pytest.raises(InterruptionError):
        compare(*arguments)
    epochs[:] = [-1] * (after + 1)  # so that it does not end again
    return epochs


def test_an_interrupted_training_goes_on(data, real, folds, found, tmp_path, monkeypatch):
    arguments = (SYSTEMS[:2], data, real, folds, RECIPE, tmp_path, 1, 2)
    epochs = interrupted(monkeypatch, 4, *arguments)
    said = compare(*arguments)
    assert epochs[5:] == [1, 2, *range(3), *range(3)]  # the second epoch of the second training was not kept yet
    assert same(said | {"trees": found[0]["trees"]}, found[0])
    assert {file.name for file in tmp_path.iterdir()} == {name for name in FILES if "trees" not in name}


@pytest.mark.parametrize("change", ["table", "recipe"])
def test_an_interrupted_training_of_something_else_is_not_gone_on_with(
    data, real, folds, found, tmp_path, monkeypatch, change
):
    another = replace(data, lvm_g=data.lvm_g[::-1].copy()) if change == "table" else data
    recipe = replace(RECIPE, seed=5) if change == "recipe" else RECIPE
    epochs = interrupted(monkeypatch, 2, (MEN,), another, real, folds, recipe, tmp_path, 1, 2)
    said = compare((MEN,), data, real, folds, RECIPE, tmp_path, 1, 2)
    assert epochs[3:] == [*range(3), *range(3)]
    np.testing.assert_array_equal(said["men"].grams, found[0]["men"].grams)


def changes(data, real, folds):
    """Other data, by what is other."""
    typed = data.scalars.copy()
    typed[3, 0] += 1
    seen = data.whole_mv.copy()
    seen[7, 3, 100] += 0.01
    return {
        "mass": {"examples": replace(data, lvm_g=data.lvm_g + 1)},
        "scalars": {"examples": replace(data, scalars=typed)},
        "signal": {"examples": replace(data, whole_mv=seen)},
        "real": {"real": replace(real, lvm_ai=real.lvm_ai * 2)},
        "kind": {"systems": (System("trees", replace(MEN.config, sexes="all"), 1),)},
        "folds": {"folds": folds[::-1]},
        "parts": {"folds": [replace(fold, train=fold.validation, validation=fold.train) for fold in folds]},
        "recipe": {"recipe": replace(RECIPE, epochs=2)},
        "seed": {"recipe": replace(RECIPE, seed=5)},
        "system": {"systems": (replace(TREES, config=replace(TREES.config, trees=19)),)},
    }


@pytest.mark.parametrize(
    "what", ["mass", "scalars", "signal", "real", "kind", "folds", "parts", "recipe", "seed", "system"]
)
def test_what_belongs_to_something_else_is_refused(data, real, folds, found, what):
    usual = {"systems": (TREES,), "examples": data, "real": real, "folds": folds, "recipe": RECIPE, "work": found[2]}
    with pytest.raises(CohortError) as caught:
        compare(**usual | changes(data, real, folds)[what])
    assert str(caught.value) == (
        "trees-fold1.npz in work belongs to another table, other real ECGs, another recipe or version. Remove it, or "
        "give another --work."
    )


def test_another_order_of_systems_is_no_other_comparison(data, real, folds, found):
    lines = []
    said = compare(SYSTEMS[::-1], data, real, folds, RECIPE, found[2], trained=2, progress=lines.append)
    assert lines == ["6 of 6 trainings are done already"]
    assert same(said, found[0])


def test_a_long_training_says_that_it_lives(data, real, folds, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(comparing, "_EVERY_S", -1.0)
    compare((MEN,), data, real, folds, replace(RECIPE, epochs=2), tmp_path, trained=1)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(": loss ")[0] for line in lines] == [
        "men, fold 1, epoch 1, 2 at most", "men, fold 1, epoch 2, 2 at most"
    ]  # fmt: skip


def test_a_training_that_fails_ends_all(data, real, folds, tmp_path):
    """Of one in a process of its own the error comes out, and what waits is not trained first."""
    broken = System("broken", replace(MEN.config, lead_groups=3), 9)
    with pytest.raises(KeyError):
        compare((broken, *SYSTEMS), data, real, folds, RECIPE, tmp_path, 2, 1)
    assert len([file for file in tmp_path.iterdir() if file.suffix == ".npz"]) < 3
