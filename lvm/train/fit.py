"""Fit one fold: Adam, learning rate 0.001, mean absolute error, the epoch with the lowest validation error is kept."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from lvm.net.config import Config
from lvm.net.elvmassnet import ELVMassNet
from lvm.train.examples import SCALARS, Examples
from lvm.train.folds import Fold

Curve = tuple[float, float]  # MAE in g of training and validation


@dataclass(frozen=True)
class Recipe:
    """How to train. Epochs, learning rate, loss and choice of epoch are the paper's; the rest is ours.

    Every epoch takes one usable beat of each recording, by chance.
    """

    epochs: int = 100
    patience: int = 100  # epochs without a better one after which to stop
    batch: int = 64
    learning_rate: float = 0.001
    noise_mv: float = 0.02  # white noise of random strength up to this
    gain: float = 0.03  # SD of a common gain
    lead_gain: float = 0.03  # SD of a gain of each chest lead; the limb leads hang together
    chest_shift: float = 0.1  # SD of how far the chest electrodes sit toward a neighbour's place
    jitter: int = 5  # samples by which the R peak may be off
    seed: int = 1


def scalar_inputs(config: Config, scalars: NDArray[np.float64]) -> NDArray[np.float32]:
    """Columns (n, 8) in SCALARS' order -> what the network takes (n, k), unknown ones filled with the median."""
    columns = scalars[:, [SCALARS.index(name) for name in config.scalars]]
    if columns.shape[1] == 0:
        return columns.astype(np.float32)
    return np.where(np.isnan(columns), np.array(config.scalar_median), columns).astype(np.float32)


def with_statistics(config: Config, examples: Examples, rows: NDArray[np.intp]) -> Config:
    """The configuration with the standardisation of these rows. A scalar that nobody knows counts for nothing."""
    columns = examples.scalars[rows][:, [SCALARS.index(name) for name in config.scalars]]
    columns = np.where(np.isnan(columns).all(axis=0, keepdims=True), 0.0, columns)
    sd = np.nanstd(columns, axis=0)
    return replace(
        config,
        scalar_mean=tuple(np.nanmean(columns, axis=0).tolist()),
        scalar_sd=tuple(np.where(sd > 0, sd, 1.0).tolist()),
        scalar_median=tuple(np.nanmedian(columns, axis=0).tolist()),
        lvm_mean_g=float(examples.lvm_g[rows].mean()),
        lvm_sd_g=float(examples.lvm_g[rows].std()),
    )


def _augment(beats: Tensor, recipe: Recipe) -> Tensor:
    """(batch, 12, times): chest electrodes a little displaced, gains, noise, and a small shift in time for them all."""
    n, device = len(beats), beats.device
    limb, chest = beats[:, :6], beats[:, 6:]
    shift = (recipe.chest_shift * torch.randn(n, 1, 1, device=device)).clamp(-0.5, 0.5)
    after, before = torch.cat([chest[:, 1:], chest[:, -1:]], 1), torch.cat([chest[:, :1], chest[:, :-1]], 1)
    chest = chest + shift.clamp(min=0) * (after - chest) + (-shift).clamp(min=0) * (before - chest)
    chest = chest * (1 + recipe.lead_gain * torch.randn(n, 6, 1, device=device))
    gain = 1 + recipe.gain * torch.randn(n, 1, 1, device=device)
    strength = recipe.noise_mv * torch.rand(n, 1, 1, device=device)
    moved = torch.roll(torch.cat([limb, chest], 1), int(torch.randint(-recipe.jitter, recipe.jitter + 1, ())), dims=-1)
    return moved * gain + strength * torch.randn_like(beats)


def fit(
    config: Config,
    examples: Examples,
    fold: Fold,
    recipe: Recipe,
    progress: Callable[[int, float, float], None] = lambda *_: None,
    device: str = "cpu",
    checkpoint: Path | None = None,
) -> tuple[ELVMassNet, list[Curve]]:
    """Train one network; returns it and its learning curve. `progress(epoch, train_mae_g, validation_mae_g)`.

    checkpoint : a file in which every epoch is kept, and from which an interrupted training goes on, with the same
    result as if it had not been interrupted.
    """
    torch.manual_seed(recipe.seed)
    net = ELVMassNet(config).to(device)
    beats = torch.from_numpy(examples.beats_mv)
    first, count = torch.from_numpy(examples.first[:-1]), torch.from_numpy(np.diff(examples.first))
    scalars = torch.from_numpy(scalar_inputs(config, examples.scalars)).to(device)
    truth = torch.from_numpy(examples.lvm_g.astype(np.float32)).to(device)
    optimiser = torch.optim.Adam(net.parameters(), recipe.learning_rate)
    best, best_epoch, curve = copy.deepcopy(net.state_dict()), -1, list[Curve]()
    if checkpoint is not None and checkpoint.is_file():
        kept = torch.load(checkpoint, map_location=device, weights_only=True)
        net.load_state_dict(kept["net"])
        optimiser.load_state_dict(kept["optimiser"])
        best, best_epoch, curve = kept["best"], kept["best_epoch"], [(t, v) for t, v in kept["curve"]]
    for epoch in range(len(curve), recipe.epochs):
        if epoch - best_epoch > recipe.patience:
            break
        torch.manual_seed(recipe.seed * 10_000 + epoch)  # so that an epoch is the same after an interruption
        net.train()
        total = 0.0
        order = torch.from_numpy(fold.train)[torch.randperm(len(fold.train))]
        for rows in torch.split(order, recipe.batch):
            one_of = first[rows] + (torch.rand(len(rows)) * count[rows]).long()
            grams = net(_augment(beats[one_of].to(device), recipe), scalars[rows])
            loss = F.l1_loss(grams, truth[rows])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += float(loss.detach()) * len(rows)
        off = np.abs(predict(net, examples, fold.validation, device) - examples.lvm_g[fold.validation])
        curve.append((total / len(order), float(off.mean())))
        if best_epoch < 0 or curve[-1][1] < curve[best_epoch][1]:
            best, best_epoch = copy.deepcopy(net.state_dict()), epoch
        progress(epoch, *curve[-1])
        if checkpoint is not None:
            _keep(checkpoint, net, optimiser, best, best_epoch, curve)
    net.load_state_dict(best)
    return net.eval().cpu(), curve


def _keep(
    checkpoint: Path,
    net: ELVMassNet,
    optimiser: torch.optim.Optimizer,
    best: dict[str, Any],
    best_epoch: int,
    curve: list[Curve],
) -> None:
    """Written beside and moved, so that a checkpoint is never half a one."""
    state = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "best": best}
    half = checkpoint.with_suffix(".half")
    torch.save(state | {"best_epoch": best_epoch, "curve": curve}, half)
    half.replace(checkpoint)


def predict(net: ELVMassNet, examples: Examples, rows: NDArray[np.intp], device: str = "cpu") -> NDArray[np.float64]:
    """Grams for the chosen beats of some rows."""
    net.eval()
    scalars = torch.from_numpy(scalar_inputs(net.config, examples.scalars[rows]))
    beats = torch.from_numpy(examples.beats_mv[examples.chosen[rows]])
    with torch.inference_mode():
        parts = [
            net(b.to(device), s.to(device)).cpu()
            for b, s in zip(torch.split(beats, 256), torch.split(scalars, 256), strict=True)
        ]
    return torch.cat(parts).numpy().astype(np.float64)
