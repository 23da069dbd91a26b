"""The average patient of networks that can be done by hand."""

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from torch import nn

from lvm.net.config import Config
from lvm.train.average import average_patient
from lvm.train.elvmassnet import predict, scalar_inputs
from tests.train.planted import examples

ROWS = np.arange(0, 80, 2)
CONFIG = Config(
    "model 1", "male", scalar_mean=(60.0, 168.0, 72.0), scalar_sd=(11.0, 6.0, 11.0), scalar_median=(61.0, 169.0, 71.0)
)


class ByHand(nn.Module):
    def __init__(self, grams, config=CONFIG):
        super().__init__()
        self.grams, self.config = grams, config

    def forward(self, mv, scalars):
        return self.grams(mv[:, 7, 140:160].mean(dim=1), mv, scalars)


@pytest.fixture(scope="module")
def data():
    """Two beats each, of which the second is chosen and the first would be noticed; weights are known of none."""
    found = examples(n=80)
    found.beats_mv[::2] = 50.0
    found.chosen[:] += 1
    found.scalars[:, 3] = np.nan
    return found


def linear(height, _, scalars):
    return 60 + 50 * height + 0.3 * scalars[:, 0]


def convex(height, _, scalars):
    return 60 + 40 * height**2 + 0.3 * scalars[:, 0]


def concave(height, _, scalars):
    return 60 + 100 * height**0.5 + 0.3 * scalars[:, 0]


def own_beats(data):
    return data.beats_mv[data.chosen[ROWS]]


def plain(data):
    return own_beats(data).mean(axis=0), scalar_inputs(CONFIG, data.scalars[ROWS]).mean(axis=0)


def estimate_of(nets, found):
    return np.mean([float(net(found["beat_mv"][None], found["scalars"][None])) for net in nets])


def test_of_a_linear_network_it_is_the_mean(data):
    found = average_patient([ByHand(linear)], data, ROWS)
    mv, scalars = plain(data)
    assert {name: (tuple(of.shape), of.dtype) for name, of in found.items()} == {
        "beat_mv": ((12, 450), torch.float32), "scalars": ((3,), torch.float32),
    }  # fmt: skip
    assert found["beat_mv"].numpy() == pytest.approx(mv, abs=1e-4)
    assert found["scalars"].numpy() == pytest.approx(scalars, rel=1e-4)
    assert scalars[2] == 71  # who does not know the weight has the median's


@pytest.mark.parametrize(("grams", "heavier"), [(convex, True), (concave, False)])
def test_it_is_weighted_until_its_estimate_is_the_cohort_s_mean(data, grams, heavier):
    """Of a convex network the mean beat is too light, so that heavy hearts have to count more."""
    nets = [ByHand(grams), ByHand(linear)]
    found, (mv, scalars) = average_patient(nets, data, ROWS), plain(data)
    mean_g = np.mean([predict(net, data, ROWS) for net in nets])
    assert estimate_of(nets, found) == pytest.approx(mean_g, abs=0.001)
    off = estimate_of(nets, {"beat_mv": torch.from_numpy(mv), "scalars": torch.from_numpy(scalars)}) - mean_g
    assert off < -1 if heavier else off > 1
    higher = float(found["beat_mv"][7, 140:160].mean()) > mv[7, 140:160].mean()
    assert higher == heavier
    assert (found["scalars"][0] > scalars[0]) == heavier
    assert found["beat_mv"].max() < 2  # nothing of the beats that were not chosen


def test_weights_are_exponential_in_the_estimate(data):
    """All of the beat, down to its noise, is the mean with the weights that give its lead V2 this height."""
    nets = [ByHand(lambda height, mv, scalars: 60 + 40 * height**4 + 0.3 * scalars[:, 0])]
    found, of_all = average_patient(nets, data, ROWS), predict(nets[0], data, ROWS)
    z, beats = (of_all - of_all.mean()) / of_all.std(), own_beats(data).astype(np.float64)

    def average(tilt):
        weight = np.exp(tilt * z)
        return np.tensordot(weight / weight.sum(), beats, axes=1)

    height = float(found["beat_mv"][7, 150])
    tilt = brentq(lambda t: average(t)[7, 150] - height, 0, 2)
    assert 0.1 < tilt < 1
    assert found["beat_mv"].numpy() == pytest.approx(average(tilt), abs=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_where_no_weighting_does_it_is_the_plain_mean(data, sign):
    """All averages lack the noise of single beats, on which this network's grams hang."""
    nets = [ByHand(lambda _, mv, __: 100 + sign * 1e5 * (mv[:, :6] ** 2).mean(dim=(1, 2)))]
    found, (mv, scalars) = average_patient(nets, data, ROWS), plain(data)
    assert sign * (estimate_of(nets, found) - 100) < 5
    assert (predict(nets[0], data, ROWS).mean() - 100) * sign == pytest.approx(10, abs=1)
    assert found["beat_mv"].numpy() == pytest.approx(mv, abs=1e-6)
    assert found["scalars"].numpy() == pytest.approx(scalars, rel=1e-6)


def test_a_network_that_always_says_the_same_has_an_average_patient(data):
    found = average_patient([ByHand(lambda height, *_: 0 * height + 100)], data, ROWS)
    assert found["beat_mv"].numpy() == pytest.approx(plain(data)[0], abs=1e-6)


def test_a_network_without_scalars(data):
    nets = [ByHand(lambda height, *_: 60 + 40 * height**2, Config("ecg", "male"))]
    found = average_patient(nets, data, ROWS)
    assert found["scalars"].shape == (0,)
    assert estimate_of(nets, found) == pytest.approx(predict(nets[0], data, ROWS).mean(), abs=0.001)
