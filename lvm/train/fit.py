"""Fit one fold: Adam, learning rate 0.001, mean absolute error, the epoch with the lowest validation error is kept."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from lvm.cohort.semisynthetic import SCALARS, Cohort
from lvm.net.config import Config
from lvm.net.elvmassnet import ELVMassNet
from lvm.train.folds import Fold


@dataclass(frozen=True)
class Recipe:
    """How to train. Learning rate, loss and choice of epoch are the paper's; batch size and augmentation are ours."""

    epochs: int = 12
    batch: int = 64
    learning_rate: float = 0.001
    noise_mv: float = 0.02  # white noise of random strength up to this
    gain: float = 0.03  # SD of a common gain
    jitter: int = 5  # samples by which the R peak may be off
    seed: int = 1


def scalar_inputs(config: Config, scalars: NDArray[np.float64]) -> NDArray[np.float32]:
    """Columns (n, 8) in SCALARS' order -> what the network takes (n, k), unknown ones filled with the median."""
    columns = scalars[:, [SCALARS.index(name) for name in config.scalars]]
    if columns.shape[1] == 0:
        return columns.astype(np.float32)
    return np.where(np.isnan(columns), np.array(config.scalar_median), columns).astype(np.float32)


def with_statistics(config: Config, cohort: Cohort, rows: NDArray[np.intp]) -> Config:
    """The configuration with the standardisation of these rows."""
    columns = cohort.scalars[rows][:, [SCALARS.index(name) for name in config.scalars]]
    sd = np.nanstd(columns, axis=0)
    return replace(
        config,
        scalar_mean=tuple(np.nanmean(columns, axis=0).tolist()),
        scalar_sd=tuple(np.where(sd > 0, sd, 1.0).tolist()),
        scalar_median=tuple(np.nanmedian(columns, axis=0).tolist()),
        lvm_mean_g=float(cohort.lvm_g[rows].mean()),
        lvm_sd_g=float(cohort.lvm_g[rows].std()),
    )


def _augment(beats: Tensor, recipe: Recipe) -> Tensor:
    """(batch, 12, times): noise, gain, and the same small shift for all leads of the batch."""
    strength = recipe.noise_mv * torch.rand(len(beats), 1, 1, device=beats.device)
    gain = 1 + recipe.gain * torch.randn(len(beats), 1, 1, device=beats.device)
    shift = int(torch.randint(-recipe.jitter, recipe.jitter + 1, ()))
    return torch.roll(beats, shift, dims=-1) * gain + strength * torch.randn_like(beats)


def fit(
    config: Config,
    cohort: Cohort,
    fold: Fold,
    recipe: Recipe,
    progress: Callable[[int, float, float], None] = lambda *_: None,
    device: str = "cpu",
) -> ELVMassNet:
    """Train one network. `progress(epoch, train_mae_g, validation_mae_g)` is called after each epoch."""
    torch.manual_seed(recipe.seed)
    net = ELVMassNet(config).to(device)
    beats = torch.from_numpy(cohort.beats_mv)
    scalars = torch.from_numpy(scalar_inputs(config, cohort.scalars))
    truth = torch.from_numpy(cohort.lvm_g.astype(np.float32))
    optimiser = torch.optim.Adam(net.parameters(), recipe.learning_rate)
    best, best_mae = copy.deepcopy(net.state_dict()), float("inf")
    for epoch in range(recipe.epochs):
        net.train()
        losses = []
        order = torch.from_numpy(fold.train)[torch.randperm(len(fold.train))]
        for rows in torch.split(order, recipe.batch):
            batch = _augment(beats[rows].to(device), recipe)
            loss = F.l1_loss(net(batch, scalars[rows].to(device)), truth[rows].to(device))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            losses.append(float(loss.detach()))
        mae = float(np.abs(predict(net, cohort, fold.validation, device) - cohort.lvm_g[fold.validation]).mean())
        progress(epoch, float(np.mean(losses)), mae)
        if mae < best_mae:
            best, best_mae = copy.deepcopy(net.state_dict()), mae
    net.load_state_dict(best)
    return net.eval().cpu()


def predict(net: ELVMassNet, cohort: Cohort, rows: NDArray[np.intp], device: str = "cpu") -> NDArray[np.float64]:
    """Grams for some rows of a cohort."""
    net.eval()
    scalars = torch.from_numpy(scalar_inputs(net.config, cohort.scalars[rows]))
    beats = torch.from_numpy(cohort.beats_mv[rows])
    with torch.inference_mode():
        parts = [
            net(b.to(device), s.to(device)).cpu()
            for b, s in zip(torch.split(beats, 256), torch.split(scalars, 256), strict=True)
        ]
    return torch.cat(parts).numpy().astype(np.float64)
