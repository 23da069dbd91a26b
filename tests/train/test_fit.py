import numpy as np
import pytest
import torch

from lvm.net.config import Config
from lvm.train.elvmassnet import BeatTask, predict, scalar_inputs, with_statistics
from lvm.train.fit import Recipe, fit
from lvm.train.folds import Fold
from tests.train.planted import examples

SMALL = Config(input_set="model 1", sexes="male", channels=8, blocks=3)
ROWS = np.arange(240)
FOLD = Fold(ROWS[:180], ROWS[180:210], ROWS[210:])


@pytest.fixture(scope="module")
def data():
    return examples()


@pytest.fixture(scope="module")
def config(data):
    return with_statistics(SMALL, data, ROWS)


@pytest.fixture(scope="module")
def trained(data, config):
    return fit(BeatTask(config, data, Recipe(epochs=12, batch=16)), FOLD)


def test_a_network_learns_what_is_planted(data, trained):
    net, curve = trained
    off = np.abs(predict(net, data, FOLD.test) - data.lvm_g[FOLD.test])
    assert off.mean() < 0.35 * data.lvm_g.std()
    assert len(curve) == 12
    assert curve[-1][0] < curve[0][0]


def test_the_epoch_with_the_lowest_validation_error_is_kept(data, trained):
    net, curve = trained
    validation_g = np.abs(predict(net, data, FOLD.validation) - data.lvm_g[FOLD.validation]).mean()
    assert validation_g == pytest.approx(min(v for _, v in curve), abs=1e-4)


def test_the_same_seed_gives_the_same_network(data, config, trained):
    again, curve = fit(BeatTask(config, data, Recipe(epochs=12, batch=16)), FOLD)
    assert curve == trained[1]
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), trained[0].parameters(), strict=True))
    other, _ = fit(BeatTask(config, data, Recipe(epochs=12, batch=16, seed=2)), FOLD)
    assert any(not torch.equal(a, b) for a, b in zip(other.parameters(), trained[0].parameters(), strict=True))


def test_an_interrupted_training_goes_on_to_the_same_network(data, config, trained, tmp_path):
    file, seen = tmp_path / "fold0.pt", []

    class InterruptionError(Exception):
        pass

    def interrupt(epoch, train_g, validation_g):
        seen.append(epoch)
        if epoch == 7:
            raise InterruptionError

    recipe = Recipe(epochs=12, batch=16)
    with pytest.raises(InterruptionError):
        fit(BeatTask(config, data, recipe), FOLD, interrupt, checkpoint=file)
    net, curve = fit(BeatTask(config, data, recipe), FOLD, lambda epoch, *_: seen.append(epoch), checkpoint=file)
    assert seen == [*range(8), *range(7, 12)]  # epoch 7 was not kept yet
    assert curve == trained[1]
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), trained[0].parameters(), strict=True))


def test_patience_ends_a_training_that_gets_no_better(data, config):
    recipe = Recipe(epochs=60, batch=16, patience=3)
    _, curve = fit(BeatTask(config, data, recipe), FOLD)
    validation = [v for _, v in curve]
    assert len(curve) < 60
    assert len(curve) == int(np.argmin(validation)) + 1 + 3


def test_statistics_and_imputation(data):
    config = with_statistics(Config(input_set="model 2", sexes="male"), data, ROWS)
    age = data.scalars[:, 0]
    assert config.scalar_mean[0] == pytest.approx(age.mean())
    assert config.scalar_median[0] == pytest.approx(np.median(age))
    assert config.scalar_sd[1] == 1.0  # everybody is as tall
    assert config.scalar_mean[3:] == (0.0,) * 4  # nobody's axes are known
    assert config.lvm_mean_g == pytest.approx(data.lvm_g.mean())
    unknown = data.scalars.copy()
    unknown[0, 0] = np.nan
    assert scalar_inputs(config, unknown)[0, 0] == pytest.approx(np.median(age))
    assert scalar_inputs(Config(input_set="ecg", sexes="male"), unknown).shape == (240, 0)


class Scripted:
    """A task whose errors are given beforehand, and whose one weight the optimiser moves by its learning rate."""

    def __init__(self, errors, **recipe):
        self.net, self.recipe = torch.nn.Linear(1, 1, bias=False), Recipe(**recipe)
        torch.nn.init.zeros_(self.net.weight)
        self.errors, self.batches = list(errors), []

    def loss(self, rows):
        self.batches.append(rows.tolist())
        return -self.net.weight.sum() * float(rows.sum())

    def error(self, rows):
        assert rows.tolist() == [7, 8]
        return self.errors.pop(0)


SCRIPT = Fold(np.arange(7), np.array([7, 8]), np.array([9]))


@pytest.mark.parametrize(
    ("errors", "epochs", "kept"),
    [
        ([5, 3, 4, 2, 6], 5, 4),
        ([5, 3, 3, 4, 9, 9], 4, 2),  # of two as good the first; ended after two without a better one
        ([5, 6, 7, 1], 3, 1),
    ],
)
def test_any_task_ends_and_is_kept_as_the_recipe_says(errors, epochs, kept):
    task, said = Scripted(errors, epochs=5, patience=2, batch=7, learning_rate=0.5), []
    net, curve = fit(task, SCRIPT, lambda *one: said.append(one))
    assert [v for _, v in curve] == errors[:epochs]
    assert net.weight.item() == pytest.approx(0.5 * kept, abs=1e-5)  # one step of Adam an epoch
    assert said == [(k, *one) for k, one in enumerate(curve)]
    assert not net.training


def test_every_training_row_comes_once_an_epoch_in_another_order():
    task = Scripted([3, 2, 1], epochs=3, batch=3, learning_rate=1e-9)
    _, curve = fit(task, SCRIPT)
    assert [len(batch) for batch in task.batches] == [3, 3, 1] * 3
    epochs = [[row for batch in task.batches[k : k + 3] for row in batch] for k in (0, 3, 6)]
    assert all(sorted(epoch) == list(range(7)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]
    assert curve[0][0] == pytest.approx(0, abs=1e-6)


def test_the_mean_loss_counts_rows_and_not_batches():
    class Constant(Scripted):
        def loss(self, rows):
            return self.net.weight.sum() * 0 + len(rows)  # 3 for each of three rows, twice, and 1 for the last

    _, curve = fit(Constant([1], epochs=1, batch=3), SCRIPT)
    assert curve == [((3 * 3 + 3 * 3 + 1) / 7, 1)]
