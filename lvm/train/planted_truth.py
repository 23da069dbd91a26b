"""Networks trained on cohorts whose mass depends on one known cell, and which methods of explanation find that cell."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lvm import weights
from lvm.analysis import analyse
from lvm.cohort import files, planted
from lvm.cohort.semisynthetic import Member
from lvm.errors import CohortError
from lvm.estimate import estimate
from lvm.explain import METHODS, subject_of, trust
from lvm.explain.segments import shares
from lvm.explain.subject import CellName, Subject
from lvm.processes import over
from lvm.recording import Sex
from lvm.train import examples
from lvm.train.bundle import Data, name_of, train_bundle
from lvm.train.fit import Recipe

WEIGHTS = "weights"  # the folder of bundles under `work`
# With the networks' usual tenth, 400 men do not teach them what is planted in a P wave or between T and P: of the test
# men of one fold they were off by 25 g, which is as far as the mean, and by 16 g without.
DROPOUT = 0.0


def slug(cell: str) -> str:
    """'qrs_limb' of "QRS interval, limb"."""
    return "_".join(
        word for word in cell.lower().replace(",", "").split() if word not in ("interval", "segment", "wave")
    )


def trained_on(
    cell: str,
    counts: dict[Sex, int],
    work: Path,
    recipe: Recipe,
    workers: int,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> weights.Bundle:
    """Model 2 for men, trained on a cohort of `cell` that is written under `work` and read like anybody's."""
    prefix = slug(cell)
    folder = work / prefix
    made = files.made_here(folder / files.TABLE)
    if made is None:
        made = files.write(planted.build(cell, counts, recipe.seed, progress), folder)
    found, _ = examples.load(folder / files.TABLE, progress=progress, workers=workers)
    train_bundle(
        Data(found, 0, made), "male", "model 2", work / WEIGHTS, recipe, prefix, checkpoints=work / "training",
        workers=workers, dropout=DROPOUT,
    )  # fmt: skip
    return weights.load(name_of("male", "model 2", prefix), work / WEIGHTS)


@dataclass(frozen=True)
class Judged:
    """One man whom the networks have not met, by every method.

    by_chance : each cell's part of the beat's samples.
    shares : by method, each cell's share. similarity : by method, of the map and that of the networks with shuffled
    weights, and chance : of two networks with shuffled weights, see lvm.explain.trust; None where a map says nothing.
    scalars_part : what of the Shapley values belongs to the patient's values and not to the ECG.
    """

    estimate_g: float
    lvm_g: float
    expected_g: float
    by_chance: dict[CellName, float]
    shares: dict[str, dict[CellName, float]]
    similarity: dict[str, float | None]
    chance: dict[str, float | None]
    scalars_part: float


def judged(
    cell: str,
    name: str,
    folder: Path,
    men: int,
    seed: int,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Judged]:
    """Further men of a cohort, of another seed than the bundle's, explained by all methods.

    Those of whom no estimate is made are left out. Raises CohortError where none is left.
    """
    members = planted.build(cell, {"male": men, "female": 0}, seed).members
    found = []
    for done, one in enumerate(over(partial(_judged, name=name, folder=folder), members, workers), start=1):
        progress(done, men)
        if one is not None:
            found.append(one)
    if not found:
        raise CohortError(f"Of none of the {men} men of {cell} an estimate can be made. Give more with --judged.")
    return found


def _judged(member: Member, name: str, folder: Path) -> Judged | None:
    bundle, analysis = weights.load(name, folder), analyse(member.recording)
    e = estimate(analysis, bundle=bundle)
    if e.lvm_g is None:
        return None
    subject = subject_of(analysis, e, bundle)
    shuffled = trust.with_random_weights(subject)
    said = {key: method.attribute(subject) for key, method in METHODS.items()}
    nothing = {key: method.attribute(shuffled) for key, method in METHODS.items()}
    return Judged(
        e.lvm_g,
        member.lvm_g,
        member.expected_g,
        _by_chance(subject),
        {key: shares(of, subject, METHODS[key].cut_off) for key, of in said.items()},
        {key: trust.similarity(of, nothing[key], subject) for key, of in said.items()},
        {key: trust.by_chance(of, subject) for key, of in nothing.items()},
        1 - trust.ecg_part(said["shapley"]),
    )


def _by_chance(subject: Subject) -> dict[CellName, float]:
    whole = len(subject.beat_mv) * int(subject.own.sum())
    return {name: int((mask & subject.own).sum()) / whole for name, mask in subject.cells.items()}
