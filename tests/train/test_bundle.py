import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from lvm import weights
from lvm.analysis import analyse
from lvm.cohort.simulate import Heart
from lvm.errors import CohortError
from lvm.estimate import estimate
from lvm.recording import Patient
from lvm.train.average import average_patient
from lvm.train.bundle import OWN_TABLE, SEMI_SYNTHETIC, SIMULATED, Data, name_of, train_bundle
from lvm.train.fit import Recipe
from tests.helpers import recording
from tests.train.planted import examples

RECIPE = Recipe(epochs=1)
COHORT = {"method": "semi-synthetic", "sources": [{"name": "made", "attribution": "nobody", "licence": "none"}]}


@pytest.fixture(scope="module")
def data():
    return Data(examples(n=80, sexes=("male", "female")), left_out=3, cohort=None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("weights")
    train_bundle(data, "female", "model 1", folder, RECIPE, prefix="mine", checkpoints=folder / "work")
    return folder


def test_a_bundle_says_what_it_was_made_from(folder):
    fields = weights.read_card(folder / "mine-female-model1").fields
    assert fields["title"] == OWN_TABLE
    assert fields["default"] is False
    assert fields["data"] == {
        "kind": "own table", "recordings": 40, "patients": 40, "by_sex": {"male": 0, "female": 40}, "left_out": 3,
    }  # fmt: skip
    assert fields["cohort"] is None
    assert list(fields["metrics"]["out_of_fold"]) == ["female"]
    assert fields["metrics"]["real_ecgs_out_of_fold"] is None
    assert list(fields["interval"]["truth_to_estimate"]) == ["female"]
    assert fields["recipe"]["epochs"] == 1
    readme = (folder / "mine-female-model1" / "README.md").read_text()
    assert f"# {OWN_TABLE}" in readme
    assert f"- female: {fields['metrics']['out_of_fold']['female']['network']['mae_g'][0]} g" in readme


def test_a_bundle_of_a_cohort_names_its_sources(data, tmp_path):
    card = train_bundle(Data(data.examples, 0, COHORT), "all", "ecg", tmp_path, RECIPE)
    assert card.name == "all-ecg"
    assert card.fields["title"] == SEMI_SYNTHETIC
    assert card.fields["default"] is True
    assert "made (nobody, none)" in card.fields["training_data"]
    assert list(card.fields["metrics"]["out_of_fold"]) == ["male", "female", "all"]
    splits = json.loads((tmp_path / "all-ecg" / "splits.json").read_text())["test_patients_by_fold"]
    assert sorted(p for fold in splits for p in fold) == sorted(set(data.examples.patient))


def test_a_planted_cohort_is_not_called_semi_synthetic(data, tmp_path):
    card = train_bundle(
        Data(data.examples, 0, COHORT | {"method": "planted: scalars"}), "male", "ecg", tmp_path, RECIPE
    )
    assert card.fields["title"] == SIMULATED
    assert card.fields["data"]["kind"] == "simulated cohort"
    assert card.fields["training_data"] == "40 simulated ECGs (planted: scalars): no recording and no mass of anybody."


def test_folds_and_learning_curves_lie_beside_the_card(folder, data):
    bundle = folder / "mine-female-model1"
    splits = json.loads((bundle / "splits.json").read_text())["test_rows_by_fold"]  # a user's patients are not named
    assert sorted(r for fold in splits for r in fold) == data.examples.row[~data.examples.of_sex("male")].tolist()
    with (bundle / "curves.csv").open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["fold"], row["epoch"]) for row in rows] == [(str(k), "1") for k in range(1, 6)]
    assert all(float(row["validation_mae_g"]) > 0 for row in rows)


def test_the_bundle_estimates(folder):
    loaded = weights.load("mine-female-model1", folder)
    analysis = analyse(recording(Heart(), Patient(sex="female", age_years=50.0)))
    e = estimate(analysis, bundle=loaded)
    assert e.lvm_g is not None
    assert e.interval_g[0] < e.lvm_g < e.interval_g[1]
    assert e.inputs["weight_kg"].source == "imputed"


def test_the_bundle_has_the_average_patient_of_those_it_was_trained_on(folder, data):
    loaded, rows = weights.load("mine-female-model1", folder), np.flatnonzero(~data.examples.of_sex("male"))
    expected = average_patient(loaded.folds, data.examples, rows)
    assert loaded.baseline.name == weights.AVERAGE_PATIENT
    np.testing.assert_allclose(loaded.baseline.beat_mv, expected["beat_mv"], atol=1e-5)
    np.testing.assert_allclose(loaded.baseline.scalars, expected["scalars"], rtol=1e-5)


def test_the_same_seed_gives_the_same_hash(folder, data, tmp_path):
    again = train_bundle(data, "female", "model 1", tmp_path, RECIPE, prefix="mine")
    assert again.sha256 == weights.read_card(folder / "mine-female-model1").sha256
    other = train_bundle(data, "female", "model 1", tmp_path, Recipe(epochs=1, seed=2), prefix="mine")
    assert other.sha256 != again.sha256


def test_checkpoints_of_another_training_are_refused(folder, data, tmp_path):
    with pytest.raises(CohortError, match="belong to another table, recipe or version"):
        train_bundle(data, "female", "model 1", tmp_path, Recipe(epochs=2), "mine", checkpoints=folder / "work")
    other_patients = replace(data.examples, patient=np.roll(data.examples.patient, 7))  # and so other folds
    with pytest.raises(CohortError, match="belong to another table, recipe or version"):
        train_bundle(Data(other_patients, 3, None), "female", "model 1", tmp_path, RECIPE, "mine", (), folder / "work")


def test_a_finished_training_is_passed_over(folder, data):
    before = (folder / "mine-female-model1" / "model.safetensors").stat().st_mtime_ns
    card = train_bundle(data, "female", "model 1", folder, RECIPE, "mine", checkpoints=folder / "work")
    assert card.name == "mine-female-model1"
    assert (folder / "mine-female-model1" / "model.safetensors").stat().st_mtime_ns == before
    assert not list((folder / "work").rglob("*.pt"))


def test_too_few_patients_are_refused_before_training(tmp_path):
    few = Data(examples(n=12, sexes=("male", "female")), 0, None)
    with pytest.raises(CohortError, match="at least 10 patients; the table has 6"):
        train_bundle(few, "male", "model 1", tmp_path, RECIPE)
    one_sex = Data(examples(n=40), 0, None)
    for sexes in ("female", "all"):
        with pytest.raises(CohortError, match="too few female patients"):
            train_bundle(one_sex, sexes, "model 1", tmp_path, RECIPE)
    assert not any(tmp_path.iterdir())


def test_names():
    assert name_of("male", "model 2") == "male-model2"
    assert name_of("all", "ecg", "mine") == "mine-all-ecg"
    assert np.unique([name_of(s, i) for s in ("male", "all") for i in ("ecg", "model 1")]).size == 4


def test_sixty_recordings_of_both_sexes_are_enough(tmp_path):
    data = examples(n=120, sexes=("male", "male", "female", "male", "female"))
    sixty = replace(data, patient=np.array([f"p{k}" for k in range(120)]))
    first = 60
    part = replace(
        sixty,
        first=sixty.first[: first + 1],
        **{
            name: getattr(sixty, name)[:first]
            for name in ("chosen", "scalars", "lvm_g", "expected_g", "patient", "row")
        },
    )
    assert train_bundle(Data(part, 0, None), "all", "ecg", tmp_path, RECIPE).name == "all-ecg"
