"""What several tests need: a recording of known truth, and a small bundle with random weights."""

from dataclasses import replace
from pathlib import Path

import torch

from lvm import weights
from lvm.cohort.simulate import Heart, simulate
from lvm.net.config import Config
from lvm.net.elvmassnet import ELVMassNet
from lvm.recording import Measurements, Patient, Recording

ALL_KNOWN = Patient("male", 60.0, 170.0, 70.0)
SMALL = Config(
    sexes="male",
    channels=4,
    blocks=2,
    embedding=8,
    scalar_mean=(60.0, 168.0, 72.0, 50.0, 30.0, 40.0, 94.0),
    scalar_sd=(11.0, 6.0, 11.0, 20.0, 35.0, 33.0, 11.0),
    scalar_median=(61.0, 169.0, 71.0, 49.0, 29.0, 39.0, 93.0),
    lvm_mean_g=123.0,
    lvm_sd_g=30.0,
)


def recording(heart: Heart = Heart(), patient: Patient = ALL_KNOWN, device: Measurements = Measurements()) -> Recording:  # noqa: B008
    """Ten seconds at 500 Hz of a simulated heart."""
    return Recording(simulate(heart).signal_mv, 500.0, "simulated", None, patient, device)


def bundle(folder: Path, config: Config = SMALL, folds: int = 5, name: str = "small") -> weights.Bundle:
    """A bundle with random weights, saved under `folder` and loaded from there."""
    torch.manual_seed(0)
    nets = tuple(ELVMassNet(replace(config)).eval() for _ in range(folds))
    keys = ("", "age_years", "height_cm", "weight_kg", "height_cm+weight_kg", "age_years+height_cm+weight_kg", "ecg")
    ratios = {key: [0.8 - 0.1 * bool(key), 1.25] for key in keys}
    fields = {
        "title": "Random weights.",
        "training_data": "none",
        "version": "test",
        "default": True,
        "interval": {"level": 0.9, "truth_to_estimate": dict.fromkeys(weights.SEXES[config.sexes], ratios)},
    }
    weights.save(folder / name, nets, fields, "Random weights.\n")
    return weights.load(name, folder)
