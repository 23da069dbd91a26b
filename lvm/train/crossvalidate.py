"""Train the five folds of one network, several at a time on a CPU, and estimate every row by the one not met."""

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lvm.net.config import Config
from lvm.net.elvmassnet import ELVMassNet
from lvm.processes import with_one_thread
from lvm.train import shared
from lvm.train.elvmassnet import BeatTask, predict, with_statistics
from lvm.train.examples import SCALARS, Examples
from lvm.train.fit import Curve, Recipe, fit
from lvm.train.folds import Fold

_EVERY = 10  # epochs between two lines of progress


@dataclass(frozen=True, eq=False)
class Trained:
    """One network and one learning curve a fold; `folds` holds the rows that this network is for."""

    nets: tuple[ELVMassNet, ...]
    curves: tuple[list[Curve], ...]
    folds: tuple[Fold, ...]

    @property
    def config(self) -> Config:
        return self.nets[0].config


@dataclass(frozen=True)
class _Job:
    """One fold of one network, with all that a process of its own needs besides the examples."""

    name: str
    number: int
    config: Config
    fold: Fold
    recipe: Recipe
    device: str
    checkpoint: Path | None


def _carry_out(job: _Job, examples: Examples) -> tuple[ELVMassNet, list[Curve]]:
    """Train one fold, saying how it goes on standard error."""
    started, recipe = time.monotonic(), job.recipe
    done_before: list[int] = []

    def progress(epoch: int, train_g: float, validation_g: float) -> None:
        done_before.append(epoch) if not done_before else None
        if (epoch + 1) % _EVERY == 0 or epoch + 1 == recipe.epochs:
            an_epoch = (time.monotonic() - started) / (epoch + 1 - done_before[0])
            left = f", at most {an_epoch * (recipe.epochs - epoch - 1) / 60:.0f} min left"
            where = f"{job.name}, fold {job.number + 1}/5, epoch {epoch + 1}/{recipe.epochs}"
            print(f"{where}: MAE {train_g:.1f} g, validation {validation_g:.1f} g{left}", file=sys.stderr, flush=True)  # noqa: T201 - progress of a long run

    task = BeatTask(job.config, examples, recipe, job.device)
    return fit(task, job.fold, progress, job.checkpoint)


def _in_process(job: _Job) -> tuple[dict[str, Tensor], list[Curve]]:
    net, curve = _carry_out(job, shared.received[0])
    return net.state_dict(), curve


def _together(jobs: Sequence[_Job], examples: Examples, workers: int) -> list[tuple[ELVMassNet, list[Curve]]]:
    """Each job in a process with one thread; the examples lie in memory that all of them share."""
    context = torch.multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, shared.receive, (shared.share([examples]),)) as pool:
        results = list(pool.map(_in_process, jobs))
    trained = []
    for job, (state, curve) in zip(jobs, results, strict=True):
        net = ELVMassNet(job.config)
        net.load_state_dict(state)
        trained.append((net.eval(), curve))
    return trained


def cross_validate(
    config: Config,
    examples: Examples,
    folds: Sequence[Fold],
    recipe: Recipe,
    name: str = "",
    checkpoints: Path | None = None,
    workers: int = 1,
) -> Trained:
    """One network a fold, each on one CPU thread, or one after the other on a GPU where there is one.

    The standardisation constants come from all rows of the folds, so that one configuration serves all five networks.
    checkpoints : a folder in which every epoch is kept; see lvm.train.fit.
    """
    rows = np.concatenate([fold.test for fold in folds])
    config = with_statistics(config, examples, rows)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    jobs = []
    for k, fold in enumerate(folds):
        own = replace(recipe, seed=recipe.seed + k)  # the folds' spread is to hold that of the start too
        kept = None if checkpoints is None else checkpoints / f"fold{k}.pt"
        jobs.append(_Job(name, k, config, fold, own, device, kept))
    if device == "cpu" and workers > 1 and shared.fits([examples]):
        trained = _together(jobs, examples, workers)
    else:
        with with_one_thread():
            trained = [_carry_out(job, examples) for job in jobs]
    return Trained(tuple(net for net, _ in trained), tuple(curve for _, curve in trained), tuple(folds))


def out_of_fold(trained: Trained, examples: Examples, unknown: Sequence[str] = ()) -> NDArray[np.float64]:
    """Grams (n,), every row by the network that has not met its patient, NaN where no fold holds it.

    unknown : scalars that are imputed.
    """
    scalars = examples.scalars.copy()
    scalars[:, [SCALARS.index(name) for name in unknown]] = np.nan
    blinded = replace(examples, scalars=scalars)
    grams = np.full(len(examples), np.nan)
    for net, fold in zip(trained.nets, trained.folds, strict=True):
        grams[fold.test] = predict(net, blinded, fold.test)
    return grams
