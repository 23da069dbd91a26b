from collections import Counter

from lvm.net.config import Config
from lvm.net.ecgai import ECGAIConfig
from lvm.net.lvmai import LVMAIConfig
from lvm.train.fit import Recipe
from lvm.train.systems import MODEL_2, described, recipe_of, systems

PEOPLE = ("all", "male", "female")


def test_every_comparison_of_the_paper_is_there_once():
    own = {Config("ecg")} | {Config(f"model {k}", sexes) for k in (1, 2) for sexes in PEOPLE}
    own |= {Config(lead_groups=1), Config(lead_groups=4), Config(view="full signal"), Config(view="crop")}
    own |= {Config(encoder="efficientnet")}
    ten_seconds = {LVMAIConfig("all features", sexes, asymmetric=False, filters=8) for sexes in PEOPLE}
    ten_seconds |= {LVMAIConfig("original", asymmetric=of, filters=8) for of in (True, False)}
    profile = {ECGAIConfig("all features", sexes) for sexes in PEOPLE} | {ECGAIConfig("original")}
    found = Counter(system.config for system in systems())
    assert set(found) == own | ten_seconds | profile
    assert set(found.values()) == {1}
    assert (len(own), len(ten_seconds), len(profile)) == (12, 5, 4)


def test_keys_are_names_of_files_and_unique():
    found = systems()
    keys = [system.key for system in found]
    assert len(set(keys)) == len(keys) == 21
    assert all(key.replace("-", "").isalnum() and key == key.lower() for key in keys)
    by_key = {system.key: system for system in found}
    assert by_key[MODEL_2].config == Config()
    assert by_key["lvm-ai-female-all-features"].config.sexes == by_key["lvm-ai-female-all-features"].sexes == "female"


def test_the_slowest_come_first_and_a_wider_lvm_ai_is_slower():
    for filters in (2, 8, 32):
        found = systems(filters)
        costs = [system.cost for system in found]
        assert costs == sorted(costs, reverse=True)
        assert min(costs) > 0
        assert {s.config.filters for s in found if isinstance(s.config, LVMAIConfig)} == {filters}
    wide, narrow = (next(s.cost for s in systems(filters) if s.key == "lvm-ai-all-original") for filters in (32, 8))
    assert 3 < wide / narrow < 10


def test_only_lvm_ais_recipe_is_shorter():
    recipe = Recipe(epochs=100, patience=20, seed=3)
    for system in systems():
        of = recipe_of(system, recipe)
        if isinstance(system.config, LVMAIConfig):
            never_early = system.config.asymmetric
            assert of == Recipe(epochs=20, patience=20 if never_early else 5, seed=3, batch=32)
            short = recipe_of(system, Recipe(epochs=2, patience=1))
            assert short == Recipe(epochs=2, patience=2 if never_early else 1, batch=32)
        else:
            assert of is recipe


def test_the_training_in_words():
    assert described(Recipe(epochs=100, patience=20, seed=3), 8) == (
        "Adam, at most 100 epochs, ending after 20 without a better one; LVM-AI with 8 filters (its authors’ library: "
        "32), at most 20 epochs, ending after 5, with the asymmetric loss never early; seed 3"
    )
    assert "at most 2 epochs, ending after 1, with the asymmetric loss never early; seed 1" in described(
        Recipe(epochs=2, patience=1), 2
    )
