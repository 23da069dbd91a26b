"""eLVMass-Net in training: what it is given, what it is to learn, and what it says."""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from lvm.clean import SAMPLING_RATE_HZ
from lvm.net.config import Config
from lvm.net.elvmassnet import ELVMassNet
from lvm.train.examples import SCALARS, TEN_SECONDS, Examples, Rows
from lvm.train.fit import Recipe

_SHORTEST_CROP = SAMPLING_RATE_HZ  # samples


def scalar_inputs(config: Config, scalars: NDArray[np.float64]) -> NDArray[np.float32]:
    """Columns (n, 8) in SCALARS' order -> what the network takes (n, k), unknown ones filled with the median."""
    columns = scalars[:, [SCALARS.index(name) for name in config.scalars]]
    if columns.shape[1] == 0:
        return columns.astype(np.float32)
    return np.where(np.isnan(columns), np.array(config.scalar_median), columns).astype(np.float32)


def with_statistics(config: Config, examples: Examples, rows: Rows) -> Config:
    """The configuration with the standardisation of these rows. A scalar that nobody knows counts for nothing."""
    columns = counting(examples.scalars[rows][:, [SCALARS.index(name) for name in config.scalars]])
    return replace(
        config,
        scalar_mean=tuple(np.nanmean(columns, axis=0).tolist()),
        scalar_sd=sd_of(columns),
        scalar_median=tuple(np.nanmedian(columns, axis=0).tolist()),
        lvm_mean_g=float(examples.lvm_g[rows].mean()),
        lvm_sd_g=float(examples.lvm_g[rows].std()),
    )


def counting(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """A column that nobody knows is 0 throughout."""
    return np.where(np.isnan(columns).all(axis=0, keepdims=True), 0.0, columns)


def sd_of(columns: NDArray[np.float64]) -> tuple[float, ...]:
    sd = np.nanstd(columns, axis=0)
    return tuple(np.where(sd > 0, sd, 1.0).tolist())


class BeatTask:
    """eLVMass-Net: mean absolute error in grams. Of a beat, one usable one of each recording by chance."""

    def __init__(self, config: Config, examples: Examples, recipe: Recipe, device: str = "cpu") -> None:
        torch.manual_seed(recipe.seed)
        self.net, self.recipe, self.device, self.examples = ELVMassNet(config).to(device), recipe, device, examples
        self.signal = torch.from_numpy(examples.beats_mv if config.view == "beat" else examples.whole_mv)
        self.first, self.count = torch.from_numpy(examples.first[:-1]), torch.from_numpy(np.diff(examples.first))
        self.scalars = torch.from_numpy(scalar_inputs(config, examples.scalars)).to(device)
        self.truth = torch.from_numpy(examples.lvm_g.astype(np.float32)).to(device)

    def _given(self, rows: Tensor) -> Tensor:
        view = self.net.config.view
        if view == "beat":
            return self.signal[self.first[rows] + (torch.rand(len(rows)) * self.count[rows]).long()]
        if view == "crop":
            length, start = crop(float(torch.rand(())), float(torch.rand(())), self.net.config.pool)
            return self.signal[rows, :, start : start + length]
        return self.signal[rows]

    def loss(self, rows: Tensor) -> Tensor:
        grams = self.net(augment(self._given(rows).to(self.device), self.recipe), self.scalars[rows])
        return F.l1_loss(grams, self.truth[rows])

    def error(self, rows: Rows) -> float:
        return float(np.abs(predict(self.net, self.examples, rows, self.device) - self.examples.lvm_g[rows]).mean())


def crop(long: float, late: float, pool: int) -> tuple[int, int]:
    """Length and first sample of a crop of about 1 to 10 s for two numbers from 0 to 1; its length suits `pool`."""
    length = int(_SHORTEST_CROP + long * (TEN_SECONDS - _SHORTEST_CROP)) // pool * pool
    return length, int(late * (TEN_SECONDS - length))


def augment(signal: Tensor, recipe: Recipe) -> Tensor:
    """(batch, 12, times): chest electrodes a little displaced, gains, noise, and a small shift in time for them all."""
    n, device = len(signal), signal.device
    limb, chest = signal[:, :6], signal[:, 6:]
    shift = (recipe.chest_shift * torch.randn(n, 1, 1, device=device)).clamp(-0.5, 0.5)
    after, before = torch.cat([chest[:, 1:], chest[:, -1:]], 1), torch.cat([chest[:, :1], chest[:, :-1]], 1)
    chest = chest + shift.clamp(min=0) * (after - chest) + (-shift).clamp(min=0) * (before - chest)
    chest = chest * (1 + recipe.lead_gain * torch.randn(n, 6, 1, device=device))
    gain = 1 + recipe.gain * torch.randn(n, 1, 1, device=device)
    strength = recipe.noise_mv * torch.rand(n, 1, 1, device=device)
    moved = torch.roll(torch.cat([limb, chest], 1), int(torch.randint(-recipe.jitter, recipe.jitter + 1, ())), dims=-1)
    return moved * gain + strength * torch.randn_like(signal)


def predict(net: ELVMassNet, examples: Examples, rows: Rows, device: str = "cpu") -> NDArray[np.float64]:
    """Grams for the chosen beats of some rows, or for what else of them the network is given.

    A crop is drawn once for each row: the same in every epoch and for every network.
    """
    net.eval()
    config = net.config
    scalars = torch.from_numpy(scalar_inputs(config, examples.scalars[rows])).to(device)
    with torch.inference_mode():
        if config.view == "crop":
            drawn = [np.random.default_rng(int(examples.row[row])).random(2).tolist() for row in rows]
            places = [crop(long, late, config.pool) for long, late in drawn]
            crops = [
                torch.from_numpy(examples.whole_mv[row, :, at : at + length])
                for row, (length, at) in zip(rows, places, strict=True)
            ]
            parts = [net(c[None].to(device), s[None]).cpu() for c, s in zip(crops, scalars, strict=True)]
        else:
            beat = config.view == "beat"
            signal, at = (examples.beats_mv, examples.chosen[rows]) if beat else (examples.whole_mv, rows)
            parts = [
                net(torch.from_numpy(signal[i]).to(device), s).cpu()
                for i, s in zip(np.split(at, range(256, len(at), 256)), torch.split(scalars, 256), strict=True)
            ]
    return torch.cat(parts).numpy().astype(np.float64)
