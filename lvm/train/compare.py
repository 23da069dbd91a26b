"""Train every system on every fold, several at a time, and keep what each said of recordings that it had not met.

One small file for each system and fold, so that an interrupted comparison goes on where it was.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import sklearn
import torch
from numpy.typing import NDArray

from lvm import __version__
from lvm.errors import CohortError
from lvm.processes import with_one_thread
from lvm.train import shared
from lvm.train.examples import Examples, Rows
from lvm.train.fit import Recipe
from lvm.train.folds import FOLDS, Fold
from lvm.train.systems import System, recipe_of, train

_EVERY_S = 60.0  # between two signs of life of one training

_Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Said:
    """What a system said.

    grams (n,): of every row, by the network that has not met its patient; NaN where none was asked.
    lvh (n,): its probability of LVH; all NaN for a system without that output.
    real_g (folds, m): of every real recording, by the network of every fold.
    minutes : how long the trainings of all folds took, each on one core, or on a GPU.
    """

    grams: _Array
    lvh: _Array
    real_g: _Array
    minutes: float


@dataclass(frozen=True)
class _Job:
    system: System
    number: int
    fold: Fold  # of those whom the system is for
    rows: Rows  # all of theirs, from which the standardisation comes
    recipe: Recipe
    file: Path
    identity: str

    @property
    def name(self) -> str:
        return f"{self.system.key}, fold {self.number + 1}"


def _identity(sets: Sequence[Examples]) -> str:
    data = hashlib.sha256()
    for of in sets:
        for name in shared.ARRAYS:
            data.update(np.ascontiguousarray(getattr(of, name)).data)
    return data.hexdigest()


def _jobs(
    systems: Sequence[System],
    examples: Examples,
    real: Examples,
    folds: Sequence[Fold],
    trained: int,
    recipe: Recipe,
    work: Path,
) -> list[_Job]:
    data, jobs = _identity((examples, real)), []
    versions = [__version__, torch.__version__, sklearn.__version__, np.__version__]
    for system in systems:
        whole = np.ones(len(examples), dtype=bool) if system.sexes == "all" else examples.of_sex(system.sexes)
        own = [fold.of(whole) for fold in folds]
        everybody = np.concatenate([fold.test for fold in own])
        for k, fold in enumerate(own[:trained]):
            how = replace(recipe_of(system, recipe), seed=recipe.seed + k)
            parts = [rows.tolist() for rows in (fold.train, fold.validation, fold.test)]
            made = [data, type(system.config).__name__, system.config.as_dict(), asdict(how), parts, versions]
            identity = hashlib.sha256(json.dumps(made).encode()).hexdigest()
            jobs.append(_Job(system, k, fold, everybody, how, work / f"{system.key}-fold{k + 1}.npz", identity))
    return jobs


def _carry_out(job: _Job, examples: Examples, real: Examples) -> None:
    """Train, ask, and keep the answers; says on standard error that it lives."""
    last = time.monotonic()

    def progress(epoch: int, training: float, validation: float) -> None:
        nonlocal last
        if time.monotonic() - last > _EVERY_S:
            last = time.monotonic()
            at_most = f"epoch {epoch + 1}, {job.recipe.epochs} at most"
            print(f"{job.name}, {at_most}: loss {training:.2f}, validation {validation:.2f}", file=sys.stderr)  # noqa: T201 - progress of a long run

    started = time.monotonic()
    fold = job.fold
    device = "cuda" if torch.cuda.is_available() else "cpu"
    checkpoint = job.file.with_name(f"{job.file.stem}-{job.identity[:12]}.pt")  # none of another recipe's
    grams, lvh = train(job.system, examples, fold, job.rows, job.recipe, progress, device, checkpoint)
    sexes = job.system.sexes
    at = np.arange(len(real)) if sexes == "all" else np.flatnonzero(real.of_sex(sexes))
    real_g = np.full(len(real), np.nan)
    if len(at):
        real_g[at] = grams(real, at)
    half = job.file.with_suffix(".half")
    with half.open("wb") as opened:
        np.savez(
            opened,
            identity=job.identity,
            test=fold.test,
            grams=grams(examples, fold.test),
            lvh=np.full(len(fold.test), np.nan) if lvh is None else lvh(examples, fold.test),
            real_g=real_g,
            minutes=(time.monotonic() - started) / 60,
        )
    half.replace(job.file)
    checkpoint.unlink(missing_ok=True)


def _in_process(job: _Job) -> None:
    _carry_out(job, *shared.received)


def compare(
    systems: Sequence[System],
    examples: Examples,
    real: Examples,
    folds: Sequence[Fold],
    recipe: Recipe,
    work: Path,
    workers: int = 1,
    trained: int = FOLDS,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Said]:
    """What every system said, by its key. `progress(line)` after each training, with the time that is left.

    folds : of all examples. trained : so many of them, the first, are trained; all give the standardisation.
    work : a folder for what is kept. Raises CohortError where what lies there belongs to something else.
    """
    work.mkdir(parents=True, exist_ok=True)
    jobs = _jobs(systems, examples, real, folds, trained, recipe, work)
    waiting = [job for job in jobs if not _done(job)]
    done, of = 0.0, sum(job.system.cost for job in waiting)
    started = time.monotonic()
    progress(f"{len(jobs) - len(waiting)} of {len(jobs)} trainings are done already")

    def say(job: _Job) -> None:
        nonlocal done
        done += job.system.cost
        left = (time.monotonic() - started) * (of - done) / done / 60
        finished = sum(other.file.is_file() for other in jobs)
        progress(f"{finished} of {len(jobs)} trainings: {job.name} is done, about {left:.0f} min left")

    if torch.cuda.is_available() or workers == 1 or not shared.fits([examples, real]):
        with with_one_thread():
            for job in waiting:
                _carry_out(job, examples, real)
                say(job)
    elif waiting:
        context = torch.multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, context, shared.receive, (shared.share([examples, real]),)) as pool:
            running = {pool.submit(_in_process, job): job for job in waiting}
            try:
                for finished in as_completed(running):
                    finished.result()
                    say(running[finished])
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)  # else all that waits would be trained first
                raise
    return {system.key: _said([job for job in jobs if job.system is system], examples, real) for system in systems}


def _done(job: _Job) -> bool:
    if not job.file.is_file():
        return False
    with np.load(job.file) as kept:
        if str(kept["identity"]) != job.identity:
            raise CohortError(
                f"{job.file.name} in {job.file.parent.name} belongs to another table, other real ECGs, another recipe "
                "or version. Remove it, or give another --work."
            )
    return True


def _said(jobs: Sequence[_Job], examples: Examples, real: Examples) -> Said:
    grams, lvh = np.full(len(examples), np.nan), np.full(len(examples), np.nan)
    real_g, minutes = np.full((len(jobs), len(real)), np.nan), 0.0
    for k, job in enumerate(jobs):
        with np.load(job.file) as kept:
            grams[kept["test"]], lvh[kept["test"]], real_g[k] = kept["grams"], kept["lvh"], kept["real_g"]
            minutes += float(kept["minutes"])
    return Said(grams, lvh, real_g, minutes)
