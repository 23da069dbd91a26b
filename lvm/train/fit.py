"""Fit one fold: Adam, learning rate 0.001, the epoch with the lowest validation error is kept."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from lvm.train.examples import Rows
from lvm.train.folds import Fold

Curve = tuple[float, float]  # mean loss of training and validation; of eLVMass-Net the MAE in g
Net = TypeVar("Net", bound=nn.Module)


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


class Task(Protocol[Net]):
    """One network and what it is trained on. It is made with the recipe's seed."""

    net: Net
    recipe: Recipe

    def loss(self, rows: Tensor) -> Tensor:
        """Mean loss of some rows, with a gradient; draws what is left to chance."""

    def error(self, rows: Rows) -> float:
        """Mean loss of some rows as the network will be used: by it the epoch is chosen."""


def fit(
    task: Task[Net],
    fold: Fold,
    progress: Callable[[int, float, float], None] = lambda *_: None,
    checkpoint: Path | None = None,
) -> tuple[Net, list[Curve]]:
    """Train one network; returns it and its learning curve. `progress(epoch, training, validation)`.

    checkpoint : a file in which every epoch is kept, and from which an interrupted training goes on, with the same
    result as if it had not been interrupted.
    """
    net, recipe = task.net, task.recipe
    optimiser = torch.optim.Adam(net.parameters(), recipe.learning_rate)
    best, best_epoch, curve = copy.deepcopy(net.state_dict()), -1, list[Curve]()
    if checkpoint is not None and checkpoint.is_file():
        kept = torch.load(checkpoint, map_location=next(net.parameters()).device, weights_only=True)
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
            loss = task.loss(rows)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += float(loss.detach()) * len(rows)
        curve.append((total / len(order), task.error(fold.validation)))
        if best_epoch < 0 or curve[-1][1] < curve[best_epoch][1]:
            best, best_epoch = copy.deepcopy(net.state_dict()), epoch
        progress(epoch, *curve[-1])
        if checkpoint is not None:
            _keep(checkpoint, net, optimiser, best, best_epoch, curve)
    net.load_state_dict(best)
    return net.eval().cpu(), curve


def _keep(
    checkpoint: Path,
    net: nn.Module,
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
