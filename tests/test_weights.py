import hashlib
import json
from itertools import product

import numpy as np
import pytest
import torch

from lvm import weights
from lvm.errors import WeightsError
from tests import bundles
from tests.helpers import bundle


def test_saved_bundle_comes_back_whole(tmp_path):
    loaded = bundle(tmp_path)
    assert len(loaded.folds) == 5
    assert loaded.card.config == loaded.folds[0].config
    assert not any(net.training for net in loaded.folds)
    assert not any(p.requires_grad for net in loaded.folds for p in net.parameters())
    assert [card.name for card in weights.cards(tmp_path)] == ["small"]


def test_altered_weights_are_refused(tmp_path):
    bundle(tmp_path)
    file = tmp_path / "small" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    weights.load.cache_clear()
    with pytest.raises(WeightsError, match="The weights bundle small was altered: its hash does not match its card"):
        weights.load("small", tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 1}, "has format 1; this version reads 2"),
        ({"sha256": ""}, "altered"),
        ({"config": {"channels": 8}}, "does not fit the network its card describes"),
        ({"config": {"colour": 8}}, "card of the weights bundle small cannot be read"),
        ({"config": {"lead_groups": 3}}, "contradicts itself"),
        ({"config": {"scalar_median": []}}, "contradicts itself"),
        ({"folds": 6}, "does not fit"),
        ({"folds": 0}, "cannot be read"),
        ({"title": None}, "has no title"),
        ({"interval": None}, "cannot be read: it has no 'interval'"),
        ({"interval": {"level": 90}}, "contradicts itself"),
        ({"interval": {"truth_to_estimate": {"": [0.8, 1.25]}}}, "cannot be read: it has no 'male'"),
        ({"interval": {"truth_to_estimate": {"female": {"": [0.8, 1.25]}}}}, "cannot be read: it has no 'male'"),
        ({"interval": {"truth_to_estimate": {"male": {"age_years": [0.8, 1.25]}}}}, "cannot be read: it has no ''"),
        ({"interval": {"truth_to_estimate": {"male": {"": [1.25, 0.8]}}}}, "contradicts itself"),
        ({"interval": {"truth_to_estimate": {"male": {"": [0.8, 1.25], "ecg": [0.0, 2.0]}}}}, "contradicts itself"),
        ({"interval": {"truth_to_estimate": {"male": [0.8, 1.25]}}}, "cannot be read"),
        ({"interval": {"truth_to_estimate": {"male": {"": "wide"}}}}, "cannot be read"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(tmp_path, change, message):
    bundle(tmp_path)
    file = tmp_path / "small" / "card.json"
    card = json.loads(file.read_text())
    for key, value in change.items():
        card[key] = card[key] | value if isinstance(value, dict) else value
        if value is None:
            del card[key]
    file.write_text(json.dumps(card))
    weights.load.cache_clear()
    with pytest.raises(WeightsError, match=message):
        weights.load("small", tmp_path)


def test_a_card_without_json_names_its_bundle(tmp_path):
    bundle(tmp_path)
    (tmp_path / "small" / "card.json").write_text("{")
    assert weights.cards(tmp_path) == ()
    (fault,) = weights.broken(tmp_path)
    assert fault.startswith("The card of the weights bundle small cannot be read")


def test_one_broken_bundle_does_not_stop_the_others(tmp_path):
    bundle(tmp_path)
    (tmp_path / "a-broken-one").mkdir()
    (tmp_path / "a-broken-one" / "card.json").write_text("{}")
    weights.load.cache_clear()
    assert weights.choose("male", "model 2", tmp_path) == "small"
    assert weights.load("small", tmp_path).card.name == "small"
    assert [card.name for card in weights.cards(tmp_path)] == ["small"]
    (fault,) = weights.broken(tmp_path)
    assert fault == "The card of the weights bundle a-broken-one cannot be read: it has no 'format'."


def test_damaged_tensors_under_a_true_hash_are_refused(tmp_path):
    bundle(tmp_path)
    (tmp_path / "small" / "model.safetensors").write_bytes(b"nonsense")
    card = json.loads((tmp_path / "small" / "card.json").read_text())
    card["sha256"] = hashlib.sha256(b"nonsense").hexdigest()
    (tmp_path / "small" / "card.json").write_text(json.dumps(card))
    weights.load.cache_clear()
    with pytest.raises(WeightsError, match="small is damaged"):
        weights.load("small", tmp_path)


def test_unknown_and_unsuitable_names(tmp_path):
    bundle(tmp_path)
    with pytest.raises(WeightsError, match=r"There is no weights bundle of that name\. Installed: small"):
        weights.load("../small", tmp_path)
    with pytest.raises(WeightsError, match="No weights bundle for sex female and model 2"):
        weights.choose("female", "model 2", tmp_path)
    assert weights.choose("male", "model 2", tmp_path) == "small"


SHIPPED = [card for card in weights.cards() if card.fields["default"]]


@pytest.mark.parametrize("card", SHIPPED, ids=lambda card: card.name)
def test_shipped_bundles_load_and_say_first_what_they_are_not(card):
    assert len(weights.load(card.name).folds) == card.fields["folds"] == 5
    assert next(iter(card.fields)) == "title"
    assert card.fields["title"].startswith("Not trained on any measured LV mass")
    assert (weights.FOLDER / card.name / "README.md").read_text().startswith("# Not trained on any measured LV mass")
    assert card.fields["choices"]
    assert set(card.fields["interval"]["coverage_measured"]) == set(card.sexes)
    assert all(0.88 <= measured <= 0.92 for measured in card.fields["interval"]["coverage_measured"].values())
    assert weights.read_curves(card.name)


def test_every_input_set_is_shipped_for_men_women_and_both():
    shipped = [(card.config.sexes, card.config.input_set) for card in SHIPPED]
    assert sorted(shipped) == sorted(product(("all", "female", "male"), ("ecg", "model 1", "model 2")))
    assert weights.broken() == ()


def test_an_all_bundle_needs_the_interval_of_both_sexes(tmp_path):
    of = bundles.config("all", "ecg")
    card = bundles.fields(of)
    bundles.install(tmp_path, "both", of, card)
    assert weights.read_card(tmp_path / "both").sexes == ("male", "female")
    del card["interval"]["truth_to_estimate"]["female"]
    bundles.install(tmp_path, "half", of, card)
    with pytest.raises(WeightsError, match="bundle half cannot be read: it has no 'female'"):
        weights.read_card(tmp_path / "half")


AVERAGE = {"beat_mv": torch.linspace(-1, 2, 12 * 450).reshape(12, 450), "scalars": torch.arange(7) / 4 + 50}


def with_average(folder, **tensors):
    """The small bundle with an average patient, loaded anew."""
    made = bundle(folder)
    fields = {key: made.card.fields[key] for key in ("title", "training_data", "version", "default", "interval")}
    weights.save(folder / "small", made.folds, fields, "Random weights.\n", AVERAGE | tensors)
    weights.load.cache_clear()
    return weights.load("small", folder)


def test_the_average_patient_comes_back(tmp_path):
    baseline = with_average(tmp_path).baseline
    assert baseline.name == weights.AVERAGE_PATIENT
    assert baseline.beat_mv.dtype == np.float32
    np.testing.assert_array_equal(baseline.beat_mv, AVERAGE["beat_mv"].numpy())
    assert baseline.scalars == tuple(AVERAGE["scalars"].tolist())


def test_a_bundle_without_an_average_patient_has_the_flat_line(tmp_path):
    loaded = bundle(tmp_path)
    assert "average" not in loaded.card.fields
    assert not (tmp_path / "small" / weights.AVERAGE).exists()
    baseline = loaded.baseline
    assert baseline.name == weights.FLAT_LINE
    assert baseline.beat_mv.shape == (12, 450)
    assert baseline.beat_mv.dtype == np.float32
    assert not baseline.beat_mv.any()
    assert baseline.scalars == loaded.card.config.scalar_mean != ()


@pytest.mark.parametrize(
    "tensors",
    [
        {"beat_mv": torch.zeros(12, 449)},
        {"beat_mv": torch.zeros(1, 12, 450)},
        {"scalars": torch.zeros(6)},
        {"scalars": torch.zeros(0)},
        {"scalars": torch.zeros(())},
        {"scalars": torch.zeros(7, 2)},
        {"scalars": torch.full((7,), float("nan"))},
        {"beat_mv": torch.full((12, 450), float("inf"))},
        {"beat_mv": torch.zeros(12, 450, dtype=torch.float64)},
    ],
)
def test_an_average_patient_of_another_shape_is_refused(tmp_path, tensors):
    with pytest.raises(
        WeightsError, match=r"^The average patient of the weights bundle small does not fit its card\.$"
    ):
        with_average(tmp_path, **tensors)


@pytest.mark.parametrize("odd", [{}, "x", [], {"sha256": None}])
def test_a_card_that_says_nothing_of_its_average_patient_is_refused(tmp_path, odd):
    bundle(tmp_path)
    file = tmp_path / "small" / "card.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"average": odd}))
    weights.load.cache_clear()
    with pytest.raises(WeightsError, match=r"bundle small has no average|average patient of small cannot be read"):
        weights.load("small", tmp_path)


def test_another_bundle_s_average_patient_is_not_taken_over(tmp_path):
    made = with_average(tmp_path)
    weights.save(tmp_path / "again", made.folds, made.card.fields, "Random weights.\n")
    assert weights.load("again", tmp_path).baseline.name == weights.FLAT_LINE


def test_an_altered_average_patient_is_refused(tmp_path):
    with_average(tmp_path)
    file = tmp_path / "small" / "average.safetensors"
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    weights.load.cache_clear()
    with pytest.raises(WeightsError, match="The weights bundle small was altered: its hash does not match its card"):
        weights.load("small", tmp_path)
    file.unlink()
    with pytest.raises(WeightsError, match=r"The weights bundle small has no average\.safetensors\."):
        weights.load("small", tmp_path)


@pytest.mark.parametrize("card", SHIPPED, ids=lambda card: card.name)
def test_the_average_patient_s_estimate_is_the_mean_estimate(card):
    """Which is below the mean mass: networks of the mean absolute error estimate medians. Out of fold, the card says by
    how much."""
    loaded = weights.load(card.name)
    assert loaded.baseline.name == weights.AVERAGE_PATIENT
    mv, scalars = torch.from_numpy(loaded.baseline.beat_mv)[None], torch.tensor([loaded.baseline.scalars])
    with torch.inference_mode():
        average_g = np.mean([float(fold(mv, scalars)) for fold in loaded.folds])
    bias_g = card.fields["metrics"]["out_of_fold"][card.config.sexes]["bias_g"]
    assert average_g == pytest.approx(card.config.lvm_mean_g + bias_g, abs=0.5)
    assert -4.5 < average_g - card.config.lvm_mean_g < -1.5
    off = (np.array(loaded.baseline.scalars) - card.config.scalar_mean) / np.array(card.config.scalar_sd)
    assert (np.abs(off) < 0.25).all()
    assert 1.5 < np.ptp(loaded.baseline.beat_mv) < 3


def test_the_segmenter_keeps_its_own_format():
    assert weights.read_fields(weights.FOLDER / weights.SEGMENTER)["format"] == weights.SEGMENTER_FORMAT == 1


def test_learning_curves_are_read_where_they_are_whole(tmp_path):
    bundle(tmp_path)
    assert weights.read_curves("small", tmp_path) == ()
    file = tmp_path / "small" / "curves.csv"
    file.write_text("fold,epoch,train_mae_g,validation_mae_g\n0,0,20.5,21\n0,1,18,19.25\n")
    assert weights.read_curves("small", tmp_path) == (weights.Epoch(0, 0, 20.5, 21.0), weights.Epoch(0, 1, 18.0, 19.25))
    for odd in ("fold,epoch\n0,0\n", "fold,epoch,train_mae_g,validation_mae_g\n0,0,x,21\n", "\x00", "fold\n0,0,1,2\n"):
        file.write_text(odd)
        assert weights.read_curves("small", tmp_path) == ()
    file.write_bytes(b"\xff\xfe")
    assert weights.read_curves("small", tmp_path) == ()
