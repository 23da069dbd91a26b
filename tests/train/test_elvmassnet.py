from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from lvm.net.config import Config
from lvm.train.elvmassnet import BeatTask, augment, crop, predict, scalar_inputs, with_statistics
from lvm.train.examples import SCALARS
from lvm.train.fit import Recipe, fit
from lvm.train.folds import Fold
from tests.train.planted import examples

ROWS = np.arange(90)
FOLD = Fold(ROWS[:60], ROWS[60:75], ROWS[75:])
SMALL = Config("model 1", channels=4, blocks=1, embedding=16, pool=10, dropout=0.0)
ALONE = replace(SMALL, input_set="ecg")  # without scalars
UNCHANGED = Recipe(noise_mv=0, gain=0, lead_gain=0, chest_shift=0, jitter=0)


@pytest.fixture(scope="module")
def data():
    return examples(n=90, beats=1, sexes=("male", "female"), all_systems=True)


class Seeing(nn.Module):
    """In place of a network: notes the length and the first sample of lead I of all that it is shown."""

    def __init__(self, config):
        super().__init__()
        self.config, self.seen = config, []

    def forward(self, signal, scalars):
        self.seen += [(signal.shape[-1], *one) for one in signal[:, 0, [0, -1]].tolist()]
        return torch.zeros(len(signal), requires_grad=True)


def clock(n):
    """Examples whose whole signal says in every lead at which sample it is, and whose beats say their number."""
    whole = np.tile(np.arange(5000, dtype=np.float32), (n, 12, 1))
    beats = np.tile(np.arange(3 * n, dtype=np.float32)[:, None, None], (1, 12, 450))
    return replace(examples(n=n, beats=3), whole_mv=whole, beats_mv=beats)


@pytest.mark.parametrize(
    ("long", "late", "pool", "expected"),
    [
        (0, 0, 2, (500, 0)),
        (0, 1, 2, (500, 4500)),
        (1, 0.7, 2, (5000, 0)),
        (0.5, 0.5, 2, (2750, 1125)),
        (0.5003, 0, 10, (2750, 0)),  # 2751.35 samples, and 10 at a time 2750
        (0.9999, 1, 20, (4980, 20)),
    ],
)
def test_crops_by_hand(long, late, pool, expected):
    assert crop(long, late, pool) == expected


@pytest.mark.parametrize("pool", [1, 2, 4, 5, 10])
def test_a_crop_is_of_1_to_10_s_and_suits_the_pooling(pool):
    drawn = np.random.default_rng(0).random((500, 2))
    found = np.array([crop(long, late, pool) for long, late in drawn.tolist()])
    length, start = found.T
    assert length.min() >= 500
    assert length.max() <= 5000
    assert (length % pool == 0).all()
    assert start.min() >= 0
    assert (start + length).max() <= 5000
    assert np.histogram(length, 5, (500, 5000))[0].min() > 70  # any length is as likely


def test_for_prediction_a_crop_belongs_to_its_row():
    data, net = clock(40), Seeing(replace(ALONE, view="crop", pool=2))
    predict(net, data, np.arange(40))
    seen, net.seen = net.seen, []
    assert len(set(seen)) == 40
    assert all(500 <= length <= 5000 and last - first == length - 1 for length, first, last in seen)
    predict(net, data, np.array([30, 7]))  # in another order, and by another network
    assert net.seen == [seen[30], seen[7]]
    predict(net, replace(data, row=data.row[::-1].copy()), np.array([0]))
    assert net.seen[-1] == seen[39]


def given_in_training(data, view, rows, times):
    task = BeatTask(replace(ALONE, view=view, pool=2), data, UNCHANGED)
    task.net = Seeing(task.net.config)
    torch.manual_seed(0)
    for _ in range(times):
        task.loss(torch.tensor(rows))
    return task.net.seen


def test_in_training_every_batch_has_another_crop():
    seen = given_in_training(clock(6), "crop", [1, 4], 20)
    assert all(500 <= length <= 5000 and last - first == length - 1 for length, first, last in seen)
    assert seen[::2] == seen[1::2]  # of one length, so that they fit into one batch
    assert len(set(seen)) == 20


def test_the_full_signal_is_all_of_it():
    data = clock(3)
    assert given_in_training(data, "full signal", [2, 0], 1) == [(5000, 0, 4999)] * 2
    net = Seeing(replace(ALONE, view="full signal"))
    predict(net, data, np.array([1]))
    assert net.seen == [(5000, 0, 4999)]


def test_of_beats_any_in_training_and_the_chosen_one_afterwards():
    data = clock(4)
    seen = given_in_training(data, "beat", [1, 3], 30)
    assert {first for _, first, _ in seen[::2]} == {3, 4, 5}
    assert {first for _, first, _ in seen[1::2]} == {9, 10, 11}
    net = Seeing(ALONE)
    predict(net, replace(data, chosen=data.first[:-1] + 2), np.array([3, 0]))
    assert net.seen == [(450, 11, 11), (450, 2, 2)]


def test_rows_beyond_one_batch_come_out_in_their_order():
    data = examples(n=600, beats=1, sexes=("male", "female"))
    net = BeatTask(with_statistics(SMALL, data, np.arange(600)), data, Recipe()).net
    rows = np.random.default_rng(0).permutation(600)[:550]
    together = predict(net, data, rows)
    for k in (0, 255, 256, 549):
        assert together[k] == pytest.approx(predict(net, data, rows[k : k + 1])[0], rel=1e-5)


@pytest.mark.parametrize(("view", "epochs"), [("full signal", 9), ("crop", 12)])
def test_what_is_planted_in_ten_seconds_is_learned(data, view, epochs):
    config = with_statistics(replace(SMALL, view=view), data, ROWS)
    net, curve = fit(BeatTask(config, data, Recipe(epochs=epochs, batch=6, learning_rate=0.01)), FOLD)
    off = np.abs(predict(net, data, FOLD.test) - data.lvm_g[FOLD.test])
    assert off.mean() < 0.5 * np.abs(data.lvm_g - np.median(data.lvm_g)).mean()
    assert curve[-1][0] < 0.6 * curve[0][0]


def test_a_scalar_that_nobody_knows_counts_for_nothing():
    data = examples(n=12)
    config = with_statistics(Config("model 2", sexes="male"), data, np.arange(12))
    at = config.scalars.index("p_axis_deg")
    assert (config.scalar_mean[at], config.scalar_sd[at], config.scalar_median[at]) == (0, 1, 0)
    assert (scalar_inputs(config, data.scalars)[:, at] == 0).all()
    known = data.scalars.copy()
    known[[2, 5], SCALARS.index("p_axis_deg")] = 20, 50
    partly = with_statistics(config, replace(data, scalars=known), np.arange(12))
    assert (partly.scalar_mean[at], partly.scalar_sd[at], partly.scalar_median[at]) == (35, 15, 35)


def test_augmentation_by_hand():
    signal = torch.arange(12.0)[None, :, None].repeat(500, 1, 8)  # (500, 12, 8), each lead at its own level
    assert torch.equal(augment(signal, UNCHANGED), signal)
    torch.manual_seed(0)
    moved = augment(signal, replace(UNCHANGED, chest_shift=0.2))
    assert torch.equal(moved[:, :6], signal[:, :6])
    shift = moved[:, 7, 0] - 7  # V2, between V1 and V3
    assert shift.abs().max() <= 0.5
    assert shift.std() == pytest.approx(0.2, rel=0.1)
    torch.testing.assert_close(moved[:, 8, 0] - 8, shift)  # all electrodes to the same side
    assert (moved[:, 6, 0] >= 6).all()  # V1 has no neighbour before it
    assert (moved[:, 11, 0] <= 11).all()
    loud = augment(signal, replace(UNCHANGED, gain=0.1))
    torch.testing.assert_close(loud[:, 11] / 11, loud[:, 1])
    assert (loud[:, 1, 0] - 1).std() == pytest.approx(0.1, rel=0.1)
