"""LVM-AI in training: its numbers, its losses, and what it says. Its contract is in lvm.net.lvmai."""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from lvm.net import lvmai
from lvm.net.config import encode_scalar
from lvm.net.lvmai import LVMAI, LVMAIConfig
from lvm.recording import LEADS, Sex
from lvm.train.elvmassnet import augment, counting, sd_of
from lvm.train.examples import SCALARS, Examples, Rows
from lvm.train.fit import Recipe
from lvm.train.hypertrophy import index_over_limit

_BESIDE = ("height_cm", "weight_kg", "p_axis_deg", "qrs_axis_deg", "t_axis_deg", "qrs_duration_ms")
_FROM_OURS = [LEADS.index(lead) for lead in lvmai.LEAD_ORDER]
_TO_OURS = [lvmai.LEAD_ORDER.index(lead) for lead in LEADS]


def with_statistics(config: LVMAIConfig, examples: Examples, rows: Rows) -> LVMAIConfig:
    """The configuration with the standardisation of the numbers for which the contract has no constants."""
    columns = counting(examples.scalars[rows])
    return replace(config, scalar_mean=tuple(np.nanmean(columns, axis=0).tolist()), scalar_sd=sd_of(columns))


def numbers(config: LVMAIConfig, scalars: NDArray[np.float64]) -> NDArray[np.float32]:
    """Columns (n, 8) in SCALARS' order -> age, female, male, BMI by the contract, and for all features the other six
    standardised: (n, 4) or (n, 10). Unknown ones count as the mean."""
    person = np.stack([_person(row) for row in scalars])
    if config.inputs == "original":
        return person
    at = [SCALARS.index(name) for name in _BESIDE]
    mean, sd = np.array(config.scalar_mean), np.array(config.scalar_sd)
    beside = np.nan_to_num((scalars[:, at] - mean[at]) / sd[at])
    return np.concatenate([person, beside], axis=1, dtype=np.float32)


def _person(row: NDArray[np.float64]) -> NDArray[np.float32]:
    known = {name: None if np.isnan(value) else float(value) for name, value in zip(SCALARS, row, strict=True)}
    male = encode_scalar("sex", "male")
    sex: Sex | None = None if known["sex"] is None else "male" if known["sex"] == male else "female"
    found = lvmai.person_input(known["age_years"], sex, known["height_cm"], known["weight_kg"])
    return np.concatenate([found["age"], found["sex"], found["bmi"]])


def widths(config: LVMAIConfig) -> tuple[int, ...]:
    """Widths of LVM-AI's inputs beside the ECG."""
    return (1, 2, 1) + (1,) * (len(_BESIDE) if config.inputs == "all features" else 0)


class LVMAITask:
    """LVM-AI: its loss on the mass in z, and cross-entropy on LVH where that is known.

    The ECG is varied as eLVMass-Net's is, and the epoch is chosen by the error in grams, as there: ours, so that the
    two differ in what their authors made different and in nothing else.
    """

    def __init__(self, config: LVMAIConfig, examples: Examples, recipe: Recipe, device: str = "cpu") -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.examples = recipe, examples
        self.net, self.device = LVMAI(config, widths(config)).to(device), device
        self.ecg = torch.from_numpy(examples.lvm_ai)
        self.numbers = torch.from_numpy(numbers(config, examples.scalars)).to(device)
        z = (examples.lvm_g - lvmai.MEAN_LVM_G) / lvmai.SD_LVM_G
        self.z = torch.from_numpy(z.astype(np.float32)).to(device)
        ratio = index_over_limit(examples.lvm_g, examples, lvmai.LVH_LIMIT_G_M2)
        self.known = torch.from_numpy(~np.isnan(ratio)).to(device)
        self.lvh = torch.from_numpy((ratio > 1).astype(np.int64)).to(device)
        self.of_mass = lvmai.asymmetric_loss if config.asymmetric else lvmai.symmetric_loss

    def loss(self, rows: Tensor) -> Tensor:
        millivolts = lvmai.MILLIVOLTS * self.ecg[rows][:, _TO_OURS].to(self.device)
        varied = augment(millivolts, self.recipe)[:, _FROM_OURS] / lvmai.MILLIVOLTS
        z, logits = self.net(varied, self.numbers[rows])
        entropy = F.cross_entropy(logits, self.lvh[rows], reduction="none") * self.known[rows]
        return (self.of_mass(self.z[rows], z) + entropy).mean()

    def error(self, rows: Rows) -> float:
        return float(np.abs(predict(self.net, self.examples, rows, self.device)[0] - self.examples.lvm_g[rows]).mean())


def predict(
    net: LVMAI, examples: Examples, rows: Rows, device: str = "cpu"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Grams and the probability of LVH of some rows."""
    net.eval()
    given = torch.from_numpy(numbers(net.config, examples.scalars)).to(device)
    z, share = [], []
    with torch.inference_mode():
        for r in torch.split(torch.from_numpy(rows), 64):
            mass, logits = net(torch.from_numpy(examples.lvm_ai[r.numpy()]).to(device), given[r])
            z.append(mass.cpu())
            share.append(torch.softmax(logits, dim=1)[:, 1].cpu())
    grams = lvmai.MEAN_LVM_G + lvmai.SD_LVM_G * torch.cat(z).double().numpy()
    return grams, torch.cat(share).double().numpy()
