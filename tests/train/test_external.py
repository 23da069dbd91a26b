import json
import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from lvm import paper, weights
from lvm.errors import CohortError
from lvm.net.config import Config
from lvm.train.bundle import Data, train_bundle
from lvm.train.elvmassnet import scalar_inputs
from lvm.train.external import check_not_met, errors_of, estimates, validate
from lvm.train.fit import Recipe
from lvm.train.folds import split
from lvm.train.found import BEST, BODY
from tests import bundles
from tests.helpers import bundle
from tests.train.planted import examples

BSA_M2 = 1.80970  # of everybody in the planted examples: a man's limit is 144.8 g, a woman's 117.6
EXACT = ("mae_g", "mape_percent", "bias_g", "slope", "intercept_g", "lvh_c")


def masses(lvm_g, sexes=("male",), patient=None):
    """Everybody a patient of his own unless said otherwise."""
    data = examples(n=len(lvm_g), beats=1, sexes=sexes)
    names = [f"{k:05d}" for k in range(len(lvm_g))] if patient is None else patient
    return replace(data, lvm_g=np.asarray(lvm_g, dtype=float), patient=np.array(names))


def test_agreement_by_hand():
    data = masses([100, 200, 50, 100, 300])
    found = errors_of(np.array([110, 190, 150.0]), data, np.array([0, 1, 3]))
    assert found.mae_g[0] == pytest.approx(70 / 3)
    assert found.mape_percent[0] == pytest.approx((10 + 5 + 50) / 3)
    assert found.bias_g[0] == pytest.approx(50 / 3)
    # Estimates -40, 40, 0 from their mean of 150; truths -100/3, 200/3, -100/3 from theirs of 400/3
    slope = (40 * 100 / 3 + 40 * 200 / 3) / (2 * 1600)
    assert found.slope[0] == pytest.approx(slope) == pytest.approx(1.25)
    assert found.intercept_g[0] == pytest.approx(400 / 3 - 1.25 * 150)
    assert found.lvh_c[0] == 1.0


@pytest.fixture(scope="module")
def judged():
    """Both sexes, estimates of a known quality, and the rows that are judged."""
    rng = np.random.default_rng(0)
    data = masses(rng.normal(130, 30, 200).clip(60), ("male", "female"))
    return data, 20 + 0.9 * data.lvm_g + rng.normal(0, 15, 200), np.arange(0, 200, 2)


def test_agreement_is_that_of_numpy_and_scikit_learn(judged):
    data, grams, rows = judged
    found, truth = errors_of(grams[rows], data, rows), data.lvm_g[rows]
    assert found.mae_g[0] == pytest.approx(np.abs(grams[rows] - truth).mean())
    assert found.bias_g[0] == pytest.approx(grams[rows].mean() - truth.mean())
    slope, intercept = np.polyfit(grams[rows], truth, 1)
    assert (found.slope[0], found.intercept_g[0]) == (pytest.approx(slope), pytest.approx(intercept))
    assert found.lvh_c[0] == pytest.approx(roc_auc_score(truth > 80 * BSA_M2, grams[rows]))  # even rows are men
    for name in EXACT:
        value, low, high = getattr(found, name)
        assert low < value < high


def test_perfect_estimates():
    data = masses(np.linspace(80, 220, 50))
    found = errors_of(data.lvm_g, data, np.arange(50))
    for name, value in zip(EXACT, (0, 0, 0, 1, 0, 1), strict=True):
        np.testing.assert_allclose(getattr(found, name), value, atol=1e-6)


def test_intervals_narrow_with_more_patients():
    rng = np.random.default_rng(1)
    widths = {}
    for n in (100, 1600):
        data = masses(rng.normal(130, 30, n).clip(60))
        found = errors_of(data.lvm_g + rng.normal(0, 15, n), data, np.arange(n))
        widths[n] = np.array([np.ptp(getattr(found, name)[1:]) for name in EXACT])
    assert (widths[1600] < 0.45 * widths[100]).all()
    # The mean of 1600 with an SD of 15 g has a standard error of 3/8 g.
    assert widths[1600][EXACT.index("bias_g")] == pytest.approx(2 * 1.96 * 15 / 40, rel=0.1)


def test_patients_are_drawn_again_and_not_recordings():
    rng = np.random.default_rng(2)
    truth = rng.normal(130, 30, 60).clip(60)
    grams = truth + rng.normal(0, 15, 60)
    once = errors_of(grams, masses(truth), np.arange(60))
    patient = [f"{k:05d}" for k in range(60)]
    order = rng.permutation(120)
    twice = masses(np.tile(truth, 2)[order], patient=np.tile(patient, 2)[order])
    of_patients = errors_of(np.tile(grams, 2)[order], twice, np.arange(120))
    of_recordings = errors_of(np.tile(grams, 2), masses(np.tile(truth, 2)), np.arange(120))
    for name in EXACT:
        np.testing.assert_allclose(getattr(of_patients, name), getattr(once, name), rtol=1e-6)  # as many as before
        assert np.ptp(getattr(of_recordings, name)[1:]) < 0.85 * np.ptp(getattr(once, name)[1:])


def test_what_cannot_be_said_is_nan():
    data = masses([100, 110, 120, 130])
    found = errors_of(np.full(4, 115.0), data, np.arange(4))
    assert np.isnan(found.slope).all()
    assert np.isnan(found.intercept_g).all()
    assert np.isnan(found.lvh_c).all()  # nobody's mass is above the limit
    assert found.mae_g[0] == 10


@pytest.fixture(scope="module")
def people():
    """24 men and women of whom all is known, and their folds."""
    data = examples(n=48, beats=1, sexes=("male", "female"))
    scalars = np.where(np.isnan(data.scalars), 60.0, data.scalars)
    scalars[0, 0] = np.nan  # but for a man's age
    data = replace(data, scalars=scalars)
    return data, split(data.patient, data.lvm_g, 1)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Weights of men, of women and of both."""
    folder = tmp_path_factory.mktemp("installed")
    for sexes, input_set, folds in (("male", "model 2", 2), ("female", "model 1", 1), ("all", "ecg", 1)):
        of = bundles.config(sexes, input_set)
        bundles.install(folder, f"{sexes}-{input_set.replace(' ', '')}", of, bundles.fields(of), folds)
    return folder


NAMES = ["male-model2", "female-model1", "all-ecg"]
MEN, WOMEN, BOTH = "Men, model 2", "Women, model 1", "Men and women, ECG only"


def loaded(folder, *names):
    return [weights.load(name, folder) for name in names or NAMES]


@pytest.fixture(scope="module")
def result(people, installed):
    return validate(loaded(installed), *people, "cohort", {"method": "whole-heart change"}, {"Weights": "three"})


def test_estimates_are_the_mean_of_the_networks(people, installed):
    data, rows = people[0], np.array([3, 1, 8])
    (of,) = loaded(installed, "male-model2")
    with torch.inference_mode():
        scalars = torch.from_numpy(scalar_inputs(of.card.config, data.scalars[rows]))
        beats = torch.from_numpy(data.beats_mv[data.chosen[rows]])
        expected = torch.stack([net(beats, scalars) for net in of.folds]).mean(dim=0)
    np.testing.assert_allclose(estimates(of, data, rows), expected.numpy(), rtol=1e-5)


def test_each_sex_is_judged_by_its_weights_and_those_of_both(result):
    who = [("Men, 24 ECGs", name) for name in (MEN, BOTH, BODY, BEST)]
    who += [("Women, 24 ECGs", name) for name in (WOMEN, BOTH, BODY, BEST)]
    for table in result.tables[:3]:
        (block,) = table.blocks
        assert [row[:2] for row in block.rows] == who
        assert block.kind == "cohort"
    assert [(p.sex, p.system) for p in result.points] == [
        ("male", MEN), ("male", BOTH), ("female", WOMEN), ("female", BOTH)
    ]  # fmt: skip
    assert (result.kind, result.made) == ("cohort", {"Weights": "three"})
    assert [table.name for table in result.tables] == ["Errors", "Calibration", "LV hypertrophy", "Table 1"]
    assert result.tables[3].blocks[0] == paper.TABLE_1
    assert result.tables[3].blocks[1].kind == "cohort"


def plain(cell):
    return cell.replace("−", "-")


def test_cells_are_what_the_estimates_say(people, installed, result):
    data, _ = people
    men = np.flatnonzero(data.of_sex("male"))
    grams = estimates(*loaded(installed, "male-model2"), data, men)
    (points,) = [p for p in result.points if p.system == MEN]
    order = np.argsort(grams)  # for nobody is to be found again
    assert points.estimate_g == pytest.approx(grams[order])
    assert points.truth_g == pytest.approx(data.lvm_g[men][order])
    off = grams - data.lvm_g[men]
    errors, calibration, hypertrophy, _ = (
        {row[:2]: list(map(plain, row[2:])) for row in table.blocks[0].rows} for table in result.tables
    )
    who = ("Men, 24 ECGs", MEN)
    mae, mape, bias = errors[who]
    assert mae.startswith(f"{np.abs(off).mean():.2f} (")
    assert mae.endswith(" g")
    assert mape.startswith(f"{(np.abs(off) / data.lvm_g[men]).mean() * 100:.2f} (")
    assert bias.startswith(f"{off.mean():.2f} (")
    slope, intercept = np.polyfit(grams, data.lvm_g[men], 1)
    assert calibration[who][0].startswith(f"{slope:.2f} (")
    assert calibration[who][1].startswith(f"{intercept:.1f} (")
    ratio = (data.lvm_g[men] / grams)[1:]  # the first man's age is not known
    assert calibration[who][2] == f"{np.mean((ratio >= 0.8) & (ratio <= 1.25)) * 100:.1f} %"
    assert calibration["Men, 24 ECGs", BODY][2] == "–"
    over = data.lvm_g[men] > 80 * BSA_M2
    assert 0 < over.sum() < 24
    assert hypertrophy[who][0].startswith(f"{roc_auc_score(over, grams):.2f} (")
    best = data.expected_g[men] - data.lvm_g[men]
    assert errors["Men, 24 ECGs", BEST][0].startswith(f"{np.abs(best).mean():.2f} (")


def test_an_interval_that_holds_zero_can_be_read(result):
    bias = [row[4] for row in result.tables[0].blocks[0].rows]
    assert all(re.fullmatch(r"−?\d+\.\d\d \((−\d+\.\d\d to −?|\d+\.\d\d–)\d+\.\d\d\) g", cell) for cell in bias)
    assert any(" to " in cell for cell in bias)


def test_weights_of_men_give_no_row_for_women(people, installed):
    found = validate(loaded(installed, "male-model2"), *people, "own", None, {})
    for table in found.tables[:3]:
        assert [row[1] for row in table.blocks[0].rows if row[0].startswith("Women")] == [BODY, BEST]
        assert table.blocks[0].kind == "own"
    assert [points.sex for points in found.points] == ["male"]


def test_a_table_of_one_sex(installed):
    data = examples(n=20, beats=1)
    data = replace(data, expected_g=np.full(20, np.nan))
    found = validate(loaded(installed), data, split(data.patient, data.lvm_g, 1), "own", None, {})
    assert [row[:2] for row in found.tables[0].blocks[0].rows] == [
        ("Men, 20 ECGs", name) for name in (MEN, BOTH, BODY)
    ]  # fmt: skip
    assert [p.sex for p in found.points] == ["male", "male"]


def test_too_few_for_folds_have_no_baseline(installed):
    data = examples(n=4, beats=1)
    found = validate(loaded(installed, "all-ecg"), data, (), "simulated", {"marginals": {}}, {})
    assert [row[:2] for row in found.tables[0].blocks[0].rows] == [
        ("Men, 4 ECGs", BOTH), ("Men, 4 ECGs", BEST)
    ]  # fmt: skip


def test_weights_that_met_a_patient_are_refused(tmp_path):
    bundle(tmp_path, folds=1, name="met")
    check_not_met(tmp_path, ["met"], ["p3", "p7"], "a" * 64)  # nothing is known of whom it met
    file = tmp_path / "met" / "splits.json"
    file.write_text(json.dumps({"test_patients_by_fold": [["a", "b"], ["c"]]}))
    check_not_met(tmp_path, ["met"], ["p3", "p7"], "a" * 64)
    file.write_text(json.dumps({"test_patients_by_fold": [["a", "p3"], ["p7", "c"]]}))
    with pytest.raises(CohortError) as caught:
        check_not_met(tmp_path, ["met"], ["p3", "p7", "p3", "p8"], "a" * 64)
    assert str(caught.value) == (
        "2 of the table's patients were in the training of met, so this is no external validation. Leave them out of "
        "the table, or name other weights with --bundles."
    )


def test_weights_of_an_own_table_are_not_judged_on_that_table(tmp_path, monkeypatch):
    monkeypatch.setattr("lvm.train.bundle.Config", partial(Config, channels=4, blocks=1, embedding=8))
    data = examples(n=24, beats=1)
    train_bundle(Data(data, 0, None, "a" * 64), "male", "ecg", tmp_path, Recipe(epochs=1), "mine")
    check_not_met(tmp_path, ["mine-male-ecg"], data.patient.tolist(), "b" * 64)
    with pytest.raises(CohortError, match=r"^12 of the table's patients were in the training of mine-male-ecg, "):
        check_not_met(tmp_path, ["mine-male-ecg"], data.patient.tolist(), "a" * 64)
    assert "p3" not in (tmp_path / "mine-male-ecg" / "splits.json").read_text()
