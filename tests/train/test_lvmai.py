from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from lvm.net.lvmai import LEAD_ORDER, LVMAIConfig
from lvm.recording import LEADS
from lvm.train.examples import SCALARS
from lvm.train.fit import Recipe, fit
from lvm.train.folds import Fold
from lvm.train.lvmai import LVMAITask, numbers, predict, widths, with_statistics
from tests.train.planted import examples

SMALL = LVMAIConfig("all features", filters=2, width=3, blocks=2, convolutions=1, dense=(8, 8))
ROWS = np.arange(72)
FOLD = Fold(ROWS[:48], ROWS[48:60], ROWS[60:])
UNCHANGED = Recipe(noise_mv=0, gain=0, lead_gain=0, chest_shift=0, jitter=0)
BSA_M2 = 0.007184 * 70**0.425 * 170**0.725  # of everybody in the planted examples


@pytest.fixture(scope="module")
def data():
    return examples(n=72, beats=1, sexes=("male", "female"), all_systems=True)


def scalars(**known):
    row = np.full(8, np.nan)
    for name, value in known.items():
        row[SCALARS.index(name)] = value
    return row


def test_numbers_by_hand():
    men = scalars(age_years=70.915, sex=1, height_cm=200, weight_kg=128.86)  # one SD old, one SD heavy
    woman = scalars(age_years=48.25, sex=0, height_cm=100, weight_kg=22.645)
    of = numbers(LVMAIConfig("original"), np.stack([men, woman]))
    np.testing.assert_allclose(of, [[1, 0, 1, 1], [-2, 1, 0, -1]], atol=1e-6)
    assert of.dtype == np.float32


def test_unknown_numbers_count_as_the_mean():
    age, sex, height, weight = ({"age_years": 70.915}, {"sex": 1}, {"height_cm": 200}, {"weight_kg": 128.86})
    rows = [scalars(), scalars(**sex, **height, **weight), scalars(**age, **height, **weight), scalars(**age, **sex)]
    rows += [scalars(**height), scalars(**weight)]
    expected = [[0, 0.5, 0.5, 0], [0, 0, 1, 1], [1, 0.5, 0.5, 1], [1, 0, 1, 0], [0, 0.5, 0.5, 0], [0, 0.5, 0.5, 0]]
    np.testing.assert_allclose(numbers(LVMAIConfig("original"), np.stack(rows)), expected, atol=1e-6)


def test_all_features_by_hand():
    config = LVMAIConfig(
        "all features", scalar_mean=(1, 2, 170, 70, 50, 30, 40, 90), scalar_sd=(1, 1, 10, 20, 20, 30, 40, 10)
    )
    known = scalars(
        sex=0, height_cm=200, weight_kg=90, p_axis_deg=70, qrs_axis_deg=0, t_axis_deg=80, qrs_duration_ms=85
    )
    of = numbers(config, np.stack([known, scalars(age_years=63.36, qrs_axis_deg=45)]))
    bmi = (90 / 4 - 27.43) / 4.785
    np.testing.assert_allclose(
        of, [[0, 1, 0, bmi, 3, 1, 1, -1, 1, -0.5], [0, 0.5, 0.5, 0, 0, 0, 0, 0.5, 0, 0]], atol=1e-6
    )
    assert widths(config) == (1, 2, 1, 1, 1, 1, 1, 1, 1)
    assert widths(LVMAIConfig("original")) == (1, 2, 1)


def test_standardisation_is_of_the_rows_and_of_what_is_known(data):
    known = data.scalars.copy()
    known[:3, SCALARS.index("height_cm")] = 160, np.nan, 180
    found = with_statistics(SMALL, replace(data, scalars=known), np.arange(3))
    assert found.scalar_mean[2:5] == (170, 70, 0)
    assert found.scalar_sd[2:5] == (10, 1, 1)  # all are as heavy, and nobody's P axis is known


@pytest.fixture(scope="module")
def trained(data):
    """The network, its learning curve, and its mean loss on the training part before."""
    task = LVMAITask(with_statistics(SMALL, data, ROWS), data, Recipe(epochs=4, batch=8))
    before = float(task.loss(torch.from_numpy(FOLD.train)).detach())
    return *fit(task, FOLD), before


def test_the_loss_falls_and_the_epoch_is_chosen_by_grams(data, trained):
    net, curve, before = trained
    assert len(curve) == 4
    assert curve[-1][0] < 0.6 * before
    grams = predict(net, data, FOLD.validation)[0]
    assert np.abs(grams - data.lvm_g[FOLD.validation]).mean() == pytest.approx(min(v for _, v in curve))


def test_z_becomes_grams_and_logits_a_probability(data, trained):
    grams, share = predict(trained[0], data, FOLD.test)
    with torch.no_grad():
        of = torch.from_numpy(numbers(trained[0].config, data.scalars)[FOLD.test])
        z, logits = trained[0](torch.from_numpy(data.lvm_ai[FOLD.test]), of)
    np.testing.assert_allclose(grams, 89.70 + 24.80 * z.numpy().astype(float), rtol=1e-5)
    no, yes = np.exp(logits.numpy().astype(float)).T
    np.testing.assert_allclose(share, yes / (no + yes), rtol=1e-4)
    assert grams.dtype == share.dtype == np.float64


def expected_loss(task, data, rows, of_mass):
    """From what the network says, by the definitions."""
    with torch.no_grad():
        z, logits = (t.numpy().astype(float) for t in task.net(task.ecg[rows], task.numbers[rows]))
    truth = (data.lvm_g[rows] - 89.70) / 24.80
    male, height = data.scalars[rows, SCALARS.index("sex")], data.scalars[rows, SCALARS.index("height_cm")]
    hypertrophy = data.lvm_g[rows] / BSA_M2 > np.where(male == 1, 72, 55)
    entropy = np.log(np.exp(logits).sum(axis=1)) - np.where(hypertrophy, logits[:, 1], logits[:, 0])
    return (of_mass(truth, z) + np.where(np.isnan(height) | np.isnan(male), 0, entropy)).mean()


def log_cosh(y, p):
    return np.log(np.cosh(p - y))


def asymmetric(y, p):
    under, over = np.maximum(y - p, 0), np.maximum(p - y, 0)
    weight = 40 * np.maximum(y - 2, 0) * under + 20 * np.maximum(y - 1, 0) * under + 5 * np.maximum(y - 1, 0) * over
    return log_cosh(y, p) + weight * (y - p) ** 2


@pytest.mark.parametrize(("is_asymmetric", "of_mass"), [(True, asymmetric), (False, log_cosh)])
def test_the_loss_is_that_of_the_mass_and_of_a_known_hypertrophy(data, is_asymmetric, of_mass):
    known = data.scalars.copy()
    known[::3, SCALARS.index("height_cm")] = np.nan
    known[5, SCALARS.index("sex")] = np.nan
    partly = replace(data, scalars=known)
    config = with_statistics(replace(SMALL, asymmetric=is_asymmetric), partly, ROWS)
    task = LVMAITask(config, partly, UNCHANGED)
    rows = np.arange(12)
    assert float(task.loss(torch.from_numpy(rows)).detach()) == pytest.approx(
        expected_loss(task, partly, rows, of_mass), rel=1e-5
    )


def test_an_unknown_hypertrophy_teaches_its_output_nothing(data):
    known = data.scalars.copy()
    known[:4, SCALARS.index("weight_kg")] = np.nan
    task = LVMAITask(with_statistics(SMALL, data, ROWS), replace(data, scalars=known), Recipe())
    task.loss(torch.arange(4)).backward()
    assert (task.net.lvh.weight.grad == 0).all()
    assert (task.net.lvh.bias.grad == 0).all()
    assert (task.net.mass.bias.grad != 0).all()
    task.loss(torch.arange(5)).backward()
    assert (task.net.lvh.bias.grad != 0).all()


class Seeing(nn.Module):
    """In place of a network: keeps the ECGs that it is shown."""

    def forward(self, ecg, numbers):
        self.ecg = ecg
        return torch.zeros(len(ecg), requires_grad=True), torch.zeros(len(ecg), 2)


def seen_in_training(data, recipe, rows):
    task = LVMAITask(with_statistics(SMALL, data, ROWS), data, recipe)
    task.net = Seeing()
    torch.manual_seed(0)
    task.loss(torch.tensor(rows))
    return task.net.ecg.numpy()


def test_in_training_the_ecg_is_varied_as_that_of_elvmass_net(data):
    """Each lead at its own level: chest electrodes move toward their neighbours, limb leads stay."""
    level = np.array([LEADS.index(lead) for lead in LEAD_ORDER], dtype=np.float32)
    flat = replace(data, lvm_ai=np.tile(level[:, None] / 2, (72, 1, 5000)))
    assert (seen_in_training(data, UNCHANGED, [5, 2]) == data.lvm_ai[[5, 2]]).all()
    moved = 2 * seen_in_training(flat, replace(UNCHANGED, chest_shift=0.2), range(72))[..., 0] - level
    limb = np.isin(LEAD_ORDER, ["I", "II", "III", "aVR", "aVL", "aVF"])
    assert (moved[:, limb] == 0).all()
    v2_to_v5 = moved[:, [LEAD_ORDER.index(f"V{k}") for k in (2, 3, 4, 5)]]
    np.testing.assert_allclose(v2_to_v5, np.tile(v2_to_v5[:, :1], (1, 4)), atol=1e-5)
    assert 0.1 < v2_to_v5.std() < 0.3
    noise = seen_in_training(replace(flat, lvm_ai=0 * flat.lvm_ai), replace(UNCHANGED, noise_mv=0.02), range(72))
    assert 0 < noise.std(axis=(1, 2)).min() < noise.std(axis=(1, 2)).max() < 0.01  # 20 uV are 0.01 here


def test_nothing_is_varied_for_the_error(data):
    task = LVMAITask(with_statistics(SMALL, data, ROWS), data, Recipe(noise_mv=5))
    task.net.train()
    rows = np.arange(70)  # 64 and 6
    with torch.no_grad():
        z = task.net(task.ecg[rows], task.numbers[rows])[0].numpy()
    assert task.error(rows) == pytest.approx(np.abs(89.70 + 24.80 * z - data.lvm_g[rows]).mean(), rel=1e-5)


def test_the_two_losses_start_from_the_same_network_and_end_in_different_ones(data):
    config = with_statistics(SMALL, data, ROWS)
    tasks = [LVMAITask(replace(config, asymmetric=of), data, Recipe(epochs=1, batch=8)) for of in (True, False)]
    assert all(torch.equal(a, b) for a, b in zip(*(task.net.parameters() for task in tasks), strict=True))
    one, other = (fit(task, FOLD)[0] for task in tasks)
    assert (predict(one, data, FOLD.test)[0] != predict(other, data, FOLD.test)[0]).any()


def test_an_interrupted_training_goes_on_to_the_same_network(data, trained, tmp_path):
    class InterruptionError(Exception):
        pass

    def interrupt(epoch, *_):
        if epoch == 2:
            raise InterruptionError

    config, recipe, file, seen = with_statistics(SMALL, data, ROWS), Recipe(epochs=4, batch=8), tmp_path / "a.pt", []
    with pytest.raises(InterruptionError):
        fit(LVMAITask(config, data, recipe), FOLD, interrupt, file)
    net, curve = fit(LVMAITask(config, data, recipe), FOLD, lambda epoch, *_: seen.append(epoch), file)
    assert seen == [2, 3]
    assert curve == trained[1]
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), trained[0].parameters(), strict=True))
