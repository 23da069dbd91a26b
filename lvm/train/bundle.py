"""From recordings to an installed bundle: cohort, five folds, metrics, card."""

import datetime
import json
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lvm import __version__, weights
from lvm.clean import NETWORK_BAND_HZ
from lvm.cohort.ptbxl import Source
from lvm.cohort.semisynthetic import TARGET_CORRELATION, build
from lvm.net.config import Config, InputSet
from lvm.recording import Sex
from lvm.train import crossvalidate as cv
from lvm.train.fit import Recipe
from lvm.weights import Card

WHAT_IT_IS_NOT = "Not trained on any measured LV mass: a demonstration on a semi-synthetic cohort."

_CHOICES = {
    "beat_window": "300 ms before to 600 ms after R, 450 samples, nothing of a neighbour's QRS, median is zero",
    "band_hz": list(NETWORK_BAND_HZ),
    "encoder": "TCN after Bai 2018: 5 blocks, kernel 5, 32 channels, at 250 Hz; mean and maximum over time",
    "axes": "absolute degrees, after the abstract",
    "missing": "median of the training cohort",
    "fusion": "projection and scalar MLP of 64, concatenated, one hidden layer of 64",
    "batch_and_augmentation": "64; noise to 20 uV, gain 3 %, R shifted by up to 10 ms",
}


def name_of(sex: Sex, input_set: InputSet) -> str:
    return f"{sex}-{input_set.replace(' ', '')}"


def train_bundle(
    sources: list[Source],
    sex: Sex,
    input_set: InputSet,
    folder: Path,
    samples: int = 5000,
    recipe: Recipe = Recipe(),  # noqa: B008
) -> Card:
    """Train and install one bundle under `folder`; progress goes to standard error."""
    cohort = build(sources, sex, samples, recipe.seed)

    def progress(fold: int, epoch: int, train_g: float, validation_g: float) -> None:
        where = f"{name_of(sex, input_set)}, fold {fold + 1}/5, epoch {epoch + 1}/{recipe.epochs}"
        print(f"{where}: MAE {train_g:.2f} g, validation {validation_g:.2f} g", file=sys.stderr, flush=True)  # noqa: T201 - progress of a long run

    nets, folds = cv.cross_validate(Config(input_set=input_set, sexes=sex), cohort, recipe, progress)
    fields: dict[str, Any] = {
        "title": WHAT_IT_IS_NOT,
        "what_it_is": f"eLVMass-Net, {input_set}, {sex}; estimates LV mass in grams, CT scale, from one ECG beat.",
        "intended_use": "Research, teaching and demonstration.",
        "not_for": "Patient care. Paced rhythm, bundle branch block, atrial fibrillation, anybody under 18 years, any "
        "ECG but a standard resting 12-lead one.",
        "training_data": "Semi-synthetic: PTB-XL recordings (Wagner 2020, CC BY 4.0), changed as whole hearts, with "
        "masses drawn from published relations.",
        "source_recordings": int(cohort.report["recordings"]),
        "samples": samples,
        "default": True,
        "version": __version__,
        "date": datetime.date.today().isoformat(),
        "made_with": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "choices": _CHOICES,
        "recipe": vars(recipe) | {"loss": "mean absolute error", "optimiser": "Adam", "kept": "best validation epoch"},
        "cohort": {k: round(v, 4) for k, v in cohort.report.items()} | {"target_correlation": TARGET_CORRELATION},
        "interval": cv.interval(nets, folds, cohort),
        "metrics": {
            "semi_synthetic_out_of_fold": cv.semisynthetic_metrics(nets, folds, cohort),
            "real_ecgs_out_of_fold": cv.real_metrics(nets, folds, cohort, sources),
        },
    }
    bundle = folder / name_of(sex, input_set)
    weights.save(bundle, nets, fields, _readme(fields))
    splits = [sorted({int(p) for p in cohort.patient[fold.test]}) for fold in folds]
    (bundle / "splits.json").write_text(json.dumps({"test_patients_by_fold": splits}) + "\n", encoding="utf-8")
    return weights.read_card(bundle)


def _readme(fields: dict[str, Any]) -> str:
    own, real = fields["metrics"]["semi_synthetic_out_of_fold"], fields["metrics"]["real_ecgs_out_of_fold"]
    criteria = ", ".join(f"{name} {value}" for name, value in real["auc_criteria"].items())
    return f"""# {fields["title"]}

{fields["what_it_is"]} For: {fields["intended_use"]} Not for: {fields["not_for"]}

Training data: {fields["training_data"]} {fields["samples"]} samples of {fields["source_recordings"]} recordings.

Out of fold on that cohort, mean absolute error: {own["network"]["mae_g"][0]} g; age and body size alone
{own["demographics_only"]["mae_g"][0]} g; the best that is possible there {own["oracle"]["mae_g"][0]} g. It says nothing
about patients. On {real["recordings"]} unchanged real ECGs ({real["lvh"]} coded as hypertrophy, largely by voltage),
out of fold, the area under the ROC curve is {real["auc_network"]}; on the same ones, {criteria}. With so few of them,
differences below 0.1 are chance.

All else is in card.json.
"""
