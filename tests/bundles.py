"""Bundles with random weights and whole cards, as training writes them: what the pages are tested with."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
import torch

from lvm import weights
from lvm.cohort.mass import PUBLISHED_R, TABLE_1
from lvm.criteria import CRITERIA
from lvm.net.config import BODY, Config
from lvm.net.elvmassnet import ELVMassNet

TITLE = "Random weights: a test of the pages, not a model."
_SCALARS = {  # mean, SD, median
    "age_years": (61.0, 11.0, 61.0),
    "sex": (0.5, 0.5, 1.0),
    "height_cm": (164.0, 8.0, 164.0),
    "weight_kg": (67.0, 12.0, 66.0),
    "p_axis_deg": (50.0, 21.0, 51.0),
    "qrs_axis_deg": (32.0, 34.0, 31.0),
    "t_axis_deg": (42.0, 33.0, 41.0),
    "qrs_duration_ms": (91.0, 11.0, 90.0),
}


def config(sexes: str, input_set: str) -> Config:
    names = Config(input_set=input_set, sexes=sexes).scalars
    mean, sd, median = (tuple(_SCALARS[n][k] for n in names) for k in range(3))
    return Config(input_set, sexes, channels=4, blocks=2, embedding=8, scalar_mean=mean, scalar_sd=sd,
                  scalar_median=median, lvm_mean_g=105.0, lvm_sd_g=30.0)  # fmt: skip


def interval(of: Config) -> dict[str, Any]:
    """By sex, wider with every unknown input."""
    keys = [
        (*unknown, *ecg) for n in range(4) for unknown in combinations(BODY, n) for ecg in ((), ("ecg",))
        if (not ecg or of.input_set == "model 2") and (not unknown or of.input_set != "ecg")
    ]  # fmt: skip
    sexes = weights.SEXES[of.sexes]
    ratios = {
        sex: {"+".join(k): [0.8 - 0.05 * len(k) - 0.02 * (sex == "female"), 1.25 + 0.05 * len(k)] for k in keys}
        for sex in sexes
    }
    return {"level": 0.9, "truth_to_estimate": ratios, "coverage_measured": dict.fromkeys(sexes, 0.904)}


def _judged(n: int, error_g: float, body_g: float) -> dict[str, Any]:
    def way(grams: float) -> dict[str, Any]:
        return {"mae_g": [round(grams, 2), 0.43], "mape_percent": [round(grams / 1.15, 2), 0.6]}

    return {
        "n": n, "network": way(error_g), "demographics_only": way(body_g), "oracle": way(error_g - 1.3),
        "bias_g": -0.42, "r": 0.62, "calibration": {"slope": 0.97, "intercept_g": 3.1},
    }  # fmt: skip


def fields(of: Config) -> dict[str, Any]:
    """The card of a standard bundle."""
    sexes = weights.SEXES[of.sexes]
    n = {"male": 940, "female": 519}
    more = {"model 2": 0.0, "model 1": 0.3, "ecg": 4.0}[of.input_set] + 0.2 * (of.sexes == "all")
    judged = {s: _judged(n[s], (16.1 if s == "male" else 11.2) + more, 18.2 if s == "male" else 13.1) for s in sexes}
    if of.sexes == "all":
        judged["all"] = _judged(1459, 14.4 + more, 16.4)
    real = {
        s: {
            "recordings": 208, "lvh": 56, "myocardial_infarction": 9, "estimate": [0.93 - more / 50, 0.89, 0.96],
            "estimate_minus_cornell_product": [0.045, -0.01, 0.09], "lvh_minus_normal_g": 21.3,
            "criteria": {c.name: [round(0.94 - 0.03 * k, 2), 0.7 - 0.03 * k, 0.97] for k, c in enumerate(CRITERIA)},
            "age": [0.88, 0.82, 0.93],
            "within_10_years": {
                "pairs": 1207, "estimate": [0.84 - more / 50, 0.7, 0.95], "age": [0.58, 0.49, 0.67],
                "criteria": {c.name: [round(0.85 - 0.03 * k, 2), 0.6 - 0.03 * k, 0.9] for k, c in enumerate(CRITERIA)},
            },
        }
        for s in sexes
    }  # fmt: skip
    return {
        "title": "Not trained on any measured LV mass: a demonstration on a semi-synthetic cohort.",
        "what_it_is": "eLVMass-Net, estimates LV mass in grams, CT scale, from one ECG beat.",
        "intended_use": "Research, teaching and demonstration.",
        "not_for": "Patient care. Paced rhythm, bundle branch block, atrial fibrillation, anybody under 18 years, any "
        "ECG but a standard resting 12-lead one.",
        "training_data": "Semi-synthetic: PTB-XL and generated recordings, changed as whole hearts, with masses drawn "
        "from published relations.",
        "default": True,
        "version": "0.2.0",
        "date": "2026-11-21",
        "made_with": {"python": "3.11.7", "torch": "2.13.0+cpu", "numpy": "2.4.6"},
        "choices": {"encoder": "TCN after Bai 2018", "band_hz": [0.5, 40.0]},
        "recipe": {"epochs": 100, "batch": 64, "learning_rate": 0.001, "loss": "mean absolute error"},
        "data": {
            "kind": "semi-synthetic cohort", "recordings": 1459, "patients": 693,
            "by_sex": {s: n[s] for s in sexes}, "left_out": 0,
        },
        "cohort": _cohort(),
        "interval": interval(of),
        "metrics": {
            "out_of_fold": judged,
            "real_ecgs_out_of_fold": real,
            "repeatability": {"recordings": 208, "median_sd_g": 1.04, "p95_sd_g": 2.9},
        },
    }  # fmt: skip


def _cohort() -> dict[str, Any]:
    named = {"Cornell product": 0.43, "Sokolow-Lyon": 0.17, "QRS duration": 0.45, "Cornell voltage": 0.38}
    return {
        "method": "whole-heart change", "seed": 1, "version": "0.2.0", "members": 1459,
        "sources": [
            {"name": "PTB-XL", "attribution": "Wagner et al., Sci Data 2020;7:154", "licence": "CC BY 4.0",
             "recordings": 297, "members": 1063},
            {"name": "deepfake-ecg", "attribution": "Thambawita et al., Sci Rep 2021;11:21896", "licence": "MIT",
             "recordings": 396, "members": 396},
        ],
        "marginals": {
            sex: {n: {"table_1": list(pair), "cohort": [round(pair[0] * 1.01, 2), pair[1]]} for n, pair in t.items()}
            for sex, t in TABLE_1.items()
        },
        "correlations": {
            sex: {name: {"r": r, "published": PUBLISHED_R.get(name)} for name, r in named.items()} for sex in TABLE_1
        },
        "how": {sex: {"weight of Cornell product": 0.0547, "SD of the rest, logarithm": 0.1585} for sex in TABLE_1},
    }  # fmt: skip


def own_fields(of: Config) -> dict[str, Any]:
    """The card of a user's own bundle: trained on a table, with the cohort's facts absent."""
    found = fields(of)
    for one in found["metrics"]["out_of_fold"].values():
        one["oracle"] = None
    found["metrics"]["real_ecgs_out_of_fold"] = None
    data = {"kind": "own table", "recordings": 60, "patients": 41, "by_sex": {"male": 33, "female": 27}, "left_out": 2}
    return found | {"title": TITLE, "training_data": "60 ECGs of one table.", "default": False, "cohort": None,
                    "data": data}  # fmt: skip


def planted_fields(of: Config) -> dict[str, Any]:
    """The card of a bundle trained on a simulated cohort and, wrongly, under a standard bundle's name."""
    found = fields(of)
    return found | {"title": TITLE, "data": found["data"] | {"kind": "simulated cohort"}}


def install(folder: Path, name: str, of: Config, card: dict[str, Any], folds: int = 5) -> None:
    torch.manual_seed(len(name))
    weights.save(folder / name, [ELVMassNet(of).eval() for _ in range(folds)], card, "Random weights.\n")
    rows = [
        f"{k},{epoch},{16 + 14 / (epoch + 1) + k / 5:.2f},{17 + 12 / (epoch + 1) + k / 4 + epoch / 60:.2f}"
        for k in range(1, folds + 1) for epoch in range(1, 41)
    ]  # fmt: skip
    (folder / name / "curves.csv").write_text("\n".join(["fold,epoch,train_mae_g,validation_mae_g", *rows, ""]))
    (folder / name / "splits.json").write_text(json.dumps({}))


def install_nine(folder: Path) -> None:
    """All that ships: men, women and both; models 1 and 2 and the ECG alone."""
    for sexes, input_set in product(("male", "female", "all"), ("model 1", "model 2", "ecg")):
        of = config(sexes, input_set)
        install(folder, f"{sexes}-{input_set.replace(' ', '')}", of, fields(of))


def install_own(folder: Path, name: str = "our-clinic") -> None:
    of = config("all", "model 1")
    install(folder, name, of, own_fields(of))


@contextmanager
def used(folder: Path) -> Iterator[None]:
    """The application takes its weights from this folder; the segmenter stays the installed one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "FOLDER", folder)
        weights.load.cache_clear()
        yield
    weights.load.cache_clear()
