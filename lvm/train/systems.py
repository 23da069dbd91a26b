"""The systems that the papers compare, each a configuration, and one front door to train any of them on one fold."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lvm import written
from lvm.net.config import Config, Sexes
from lvm.net.ecgai import ECGAIConfig
from lvm.net.lvmai import LVMAIConfig
from lvm.train import ecgai, elvmassnet, lvmai
from lvm.train.examples import Examples, Rows
from lvm.train.fit import Recipe, fit
from lvm.train.folds import Fold

SEXES: tuple[Sexes, ...] = ("all", "male", "female")
LVM_AI_FILTERS = 8  # for two cores; the library’s 32 take about five times as long
_LVM_AI = {"epochs": 20, "patience": 5, "batch": 32}  # for two cores; eLVMass-Net stops after about as many steps
MODEL_2 = "elvmassnet-all-model2"

Predict = Callable[[Examples, Rows], NDArray[np.float64]]


@dataclass(frozen=True)
class System:
    """key : its name among files; cost : time to train, roughly, in units of eLVMass-Net's for both sexes."""

    key: str
    config: Config | LVMAIConfig | ECGAIConfig
    cost: float

    @property
    def sexes(self) -> Sexes:
        return self.config.sexes


def systems(lvm_ai_filters: int = LVM_AI_FILTERS) -> tuple[System, ...]:
    """All that is compared, the slowest first, so that no core is idle at the end."""
    found = [System("elvmassnet-all-ecg", Config("ecg"), 1)]
    share: dict[Sexes, float] = {"all": 1, "male": 0.64, "female": 0.36}
    ten_seconds = 5 * (lvm_ai_filters / LVM_AI_FILTERS) ** 1.1
    for sexes in SEXES:
        of = share[sexes]
        found += [
            System(f"elvmassnet-{sexes}-model1", Config("model 1", sexes), of),
            System(f"elvmassnet-{sexes}-model2", Config("model 2", sexes), of),
            System(f"ecgai-{sexes}-all-features", ECGAIConfig("all features", sexes), 0.2 * of),
            System(
                f"lvm-ai-{sexes}-all-features",
                LVMAIConfig("all features", sexes, asymmetric=False, filters=lvm_ai_filters),
                ten_seconds * of,
            ),
        ]
    found += [
        System("ecgai-all-original", ECGAIConfig("original"), 0.2),
        System("lvm-ai-all-original", LVMAIConfig(asymmetric=False, filters=lvm_ai_filters), ten_seconds),
        System("lvm-ai-all-original-asymmetric", LVMAIConfig(filters=lvm_ai_filters), ten_seconds),
        System(f"{MODEL_2}-groups1", Config(lead_groups=1), 0.8),
        System(f"{MODEL_2}-groups4", Config(lead_groups=4), 2),
        System(f"{MODEL_2}-full-signal", Config(view="full signal"), 6),
        System(f"{MODEL_2}-crop", Config(view="crop"), 5),
        System(f"{MODEL_2}-efficientnet", Config(encoder="efficientnet"), 3.4),
    ]
    return tuple(sorted(found, key=lambda system: -system.cost))


def recipe_of(system: System, recipe: Recipe) -> Recipe:
    """LVM-AI's is shorter; with the asymmetric loss its error in grams swings too much to end early."""
    if not isinstance(system.config, LVMAIConfig):
        return recipe
    epochs = min(recipe.epochs, _LVM_AI["epochs"])
    patience = epochs if system.config.asymmetric else min(recipe.patience, _LVM_AI["patience"])
    return replace(recipe, epochs=epochs, patience=patience, batch=_LVM_AI["batch"])


def described(recipe: Recipe, lvm_ai_filters: int) -> str:
    """In a sentence, for the tables."""
    epochs, patience = min(recipe.epochs, _LVM_AI["epochs"]), min(recipe.patience, _LVM_AI["patience"])
    return written.TRAINING.format(
        n=recipe.epochs,
        n_patience=recipe.patience,
        n_filters=lvm_ai_filters,
        n_library=LVMAIConfig().filters,
        n_epochs=epochs,
        n_end=patience,
        n_seed=recipe.seed,
    )


def train(
    system: System,
    examples: Examples,
    fold: Fold,
    rows: Rows,
    recipe: Recipe,
    progress: Callable[[int, float, float], None],
    device: str,
    checkpoint: Path | None,
) -> tuple[Predict, Predict | None]:
    """Train one system on one fold: what gives grams, and what gives the probability of LVH where it has that output.

    rows : those of all folds, from which the standardisation comes. progress, checkpoint : see lvm.train.fit.
    """
    config = system.config
    if isinstance(config, ECGAIConfig):
        trees, _ = ecgai.fit(config, examples, fold, recipe.seed)
        return trees.predict, None
    if isinstance(config, LVMAIConfig):
        standard = lvmai.with_statistics(config, examples, rows)
        ten_seconds, _ = fit(lvmai.LVMAITask(standard, examples, recipe, device), fold, progress, checkpoint)
        return (
            lambda of, at: lvmai.predict(ten_seconds, of, at)[0],
            lambda of, at: lvmai.predict(ten_seconds, of, at)[1],
        )
    own = elvmassnet.with_statistics(config, examples, rows)
    net, _ = fit(elvmassnet.BeatTask(own, examples, recipe, device), fold, progress, checkpoint)
    return lambda of, at: elvmassnet.predict(net, of, at), None
