import numpy as np
import pytest

from lvm import weights
from lvm.analysis import analyse
from lvm.cohort.ptbxl import Source
from lvm.cohort.semisynthetic import SCALARS, Cohort
from lvm.cohort.simulate import Heart
from lvm.estimate import estimate
from lvm.net.config import Config
from lvm.recording import Patient
from lvm.train.bundle import train_bundle
from lvm.train.crossvalidate import auc
from lvm.train.fit import Recipe, fit, predict, with_statistics
from lvm.train.folds import Fold
from tests.helpers import recording


def planted(n=240):
    """Mass that depends on the height of one bump in V2 and on age only."""
    rng = np.random.default_rng(0)
    height, age = rng.uniform(0.2, 1.5, n), rng.uniform(40, 80, n)
    beats = 0.01 * rng.normal(size=(n, 12, 450)).astype(np.float32)
    beats[:, 7, 140:160] += height[:, None].astype(np.float32)
    scalars = np.full((n, len(SCALARS)), np.nan)
    scalars[:, SCALARS.index("age_years")] = age
    scalars[:, [SCALARS.index(s) for s in ("height_cm", "weight_kg")]] = 170, 70
    lvm_g = 60 + 50 * height + 0.3 * age
    return Cohort(beats, scalars, lvm_g, lvm_g, np.arange(n), np.arange(n))


def test_a_network_learns_what_is_planted_and_repeats():
    cohort = planted()
    rows = np.arange(240)
    fold = Fold(rows[:180], rows[180:210], rows[210:])
    config = with_statistics(Config(input_set="model 1", sexes="male", channels=8, blocks=3), cohort, rows)
    recipe = Recipe(epochs=12, batch=16)
    seen = []
    net = fit(config, cohort, fold, recipe, lambda epoch, train_g, validation_g: seen.append((epoch, validation_g)))
    grams = predict(net, cohort, fold.test)
    assert np.abs(grams - cohort.lvm_g[fold.test]).mean() < 0.35 * cohort.lvm_g.std()
    assert [epoch for epoch, _ in seen] == list(range(12))
    validation = np.abs(predict(net, cohort, fold.validation) - cohort.lvm_g[fold.validation]).mean()
    assert validation == pytest.approx(min(g for _, g in seen), abs=1e-6)
    again = fit(config, cohort, fold, recipe)
    assert (predict(again, cohort, fold.test) == grams).all()


def test_auc_by_hand():
    assert auc(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True])) == 0.75
    assert auc(np.array([1.0, 1.0]), np.array([False, True])) == 0.5
    assert auc(np.array([1.0, 2.0]), np.array([False, False])) is None


@pytest.mark.parametrize("input_set", ["model 1", "model 2"])
def test_from_recordings_to_an_installed_bundle(tmp_path, capsys, input_set):
    hearts = [
        Heart(qrs_gain=0.7 + 0.06 * k, qrs_duration_ms=84 + k, qrs_axis_deg=10 + 3 * k, seed=k) for k in range(12)
    ]
    people = [
        Source(k, "female", frozenset({"NORM"} if k < 9 else {"LVH"}), analyse(recording(h, Patient("female"))))
        for k, h in enumerate(hearts)
    ]
    card = train_bundle(people, "female", input_set, tmp_path, samples=120, recipe=Recipe(epochs=1))
    assert card.name == f"female-{input_set.replace(' ', '')}"
    metrics = card.fields["metrics"]["semi_synthetic_out_of_fold"]
    assert metrics["oracle"]["mae_g"][0] < metrics["demographics_only"]["mae_g"][0]
    assert card.fields["metrics"]["real_ecgs_out_of_fold"]["lvh"] == 3
    ratios = card.fields["interval"]["truth_to_estimate"]
    assert len(ratios) == (8 if input_set == "model 1" else 16)
    assert all(low < 1 < high for low, high in ratios.values())
    assert "epoch 1/1" in capsys.readouterr().err
    loaded = weights.load(card.name, tmp_path)
    e = estimate(people[0].analysis, Patient(sex="female", age_years=50.0), bundle=loaded)
    assert e.lvm_g is not None
    assert e.inputs["weight_kg"].source == "imputed"
