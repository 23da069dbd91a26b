import numpy as np
import pytest
import torch

from lvm.net.config import Config
from lvm.train.crossvalidate import Trained, cross_validate, out_of_fold
from lvm.train.fit import Recipe
from lvm.train.folds import split
from lvm.train.interval import bounds, interval
from lvm.train.metrics import out_of_fold_metrics, repeatability
from tests.train.planted import examples

SMALL = Config(input_set="model 1", sexes="all", channels=4, blocks=2, embedding=16)


@pytest.fixture(scope="module")
def data():
    return examples(n=300, beats=3, sexes=("male", "female"))


@pytest.fixture(scope="module")
def folds(data):
    return split(data.patient, data.lvm_g, 1)


@pytest.fixture(scope="module")
def trained(data, folds):
    return cross_validate(SMALL, data, folds, Recipe(epochs=8, batch=16), "small")


def test_every_row_is_estimated_by_the_network_that_has_not_met_it(data, trained, folds):
    grams = out_of_fold(trained, data)
    assert np.isfinite(grams).all()
    swapped = Trained(trained.nets[1:] + trained.nets[:1], trained.curves, trained.folds)
    assert (out_of_fold(swapped, data) != grams).any()
    one = Trained(trained.nets[:1], trained.curves[:1], trained.folds[:1])
    known = np.isfinite(out_of_fold(one, data))
    assert set(np.flatnonzero(known)) == set(folds[0].test)


def test_several_processes_give_the_same_networks(data, trained, folds):
    together = cross_validate(SMALL, data, folds, Recipe(epochs=8, batch=16), "small", workers=2)
    assert together.curves == trained.curves
    for one, other in zip(trained.nets, together.nets, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_progress_says_where_it_is(data, folds, capsys):
    cross_validate(SMALL, data, folds[:1], Recipe(epochs=1), "small")
    line = capsys.readouterr().err
    assert line.startswith("small, fold 1/5, epoch 1/1: MAE ")
    assert "min left" in line


def test_errors_lie_between_what_needs_no_ecg_and_what_cannot_be_bettered(data, trained):
    found = out_of_fold_metrics(trained, data)
    assert list(found) == ["male", "female", "all"]
    assert found["male"]["n"] + found["female"]["n"] == found["all"]["n"] == 300
    for of in found.values():
        assert of["oracle"]["mae_g"][0] < of["network"]["mae_g"][0] < of["demographics_only"]["mae_g"][0]
    assert found["all"]["r"] > 0.7
    assert found["all"]["oracle"]["mae_g"][0] == pytest.approx(3 * np.sqrt(2 / np.pi), rel=0.15)


def test_repeatability_is_over_the_beats_of_a_recording(data, trained):
    found = repeatability(trained, data)
    assert found["recordings"] == 300
    assert 0 < found["median_sd_g"] < 3  # the beats differ by 10 uV of noise


def test_bounds_by_hand():
    ratio = np.arange(1, 100) / 50
    assert bounds(ratio) == (ratio[4], ratio[-5])  # floor(100 * .05) = 5th from either end
    assert bounds(ratio[:10]) == (ratio[0], ratio[9])


def test_bounds_hold_on_data_of_the_same_kind():
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(400):
        low, high = bounds(rng.lognormal(0, 0.2, 60))
        inside.append(((new := rng.lognormal(0, 0.2, 200)) >= low) & (new <= high))
    assert np.mean(inside) == pytest.approx(0.90, abs=0.02)
    assert np.mean(inside) >= 0.90 - 0.01


def test_intervals_are_by_sex_and_widen_with_what_is_unknown(data, trained):
    found = interval(trained, data)
    assert set(found["truth_to_estimate"]) == set(found["coverage_measured"]) == {"male", "female"}
    for of in found["truth_to_estimate"].values():
        assert set(of) == {
            "", "age_years", "height_cm", "weight_kg", "age_years+height_cm", "age_years+weight_kg",
            "height_cm+weight_kg", "age_years+height_cm+weight_kg",
        }  # fmt: skip
        low, high = of[""]
        assert low < 1 < high
        assert all(q[0] <= low and q[1] >= high for q in of.values())
    assert all(0.8 < c < 1 for c in found["coverage_measured"].values())
