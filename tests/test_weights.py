import hashlib
import json

import pytest

from lvm import weights
from lvm.errors import WeightsError
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
        ({"format": 2}, "has format 2; this version reads 1"),
        ({"sha256": ""}, "altered"),
        ({"config": {"channels": 8}}, "does not fit the network its card describes"),
        ({"config": {"colour": 8}}, "card of the weights bundle small cannot be read"),
        ({"config": {"lead_groups": 3}}, "contradicts itself"),
        ({"config": {"scalar_median": []}}, "contradicts itself"),
        ({"folds": 6}, "does not fit"),
        ({"folds": 0}, "cannot be read"),
        ({"title": None}, "has no title"),
        ({"interval": None}, "cannot be read"),
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
    with pytest.raises(WeightsError, match="card of the weights bundle small cannot be read"):
        weights.cards(tmp_path)


def test_one_broken_bundle_does_not_stop_the_others(tmp_path):
    bundle(tmp_path)
    (tmp_path / "a-broken-one").mkdir()
    (tmp_path / "a-broken-one" / "card.json").write_text("{}")
    weights.load.cache_clear()
    assert weights.choose("male", "model 2", tmp_path) == "small"
    assert weights.load("small", tmp_path).card.name == "small"
    with pytest.raises(WeightsError, match="a-broken-one"):
        weights.cards(tmp_path)


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


@pytest.mark.parametrize("card", weights.cards(), ids=lambda card: card.name)
def test_shipped_bundles_load_and_say_first_what_they_are_not(card):
    assert len(weights.load(card.name).folds) == card.fields["folds"] == 5
    assert next(iter(card.fields)) == "title"
    assert card.fields["title"].startswith("Not trained on any measured LV mass")
    assert (weights.FOLDER / card.name / "README.md").read_text().startswith("# Not trained on any measured LV mass")
    assert card.fields["choices"]
    assert 0.85 < card.fields["interval"]["coverage_measured"] < 0.95


def test_models_1_and_2_are_shipped_for_both_sexes():
    shipped = {(card.config.sexes, card.config.input_set) for card in weights.cards()}
    assert shipped >= {(sex, model) for sex in ("male", "female") for model in ("model 1", "model 2")}
