"""What `python -m lvm cohort`, `train`, `evaluate` and `planted-truth` do."""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from lvm import written
from lvm.errors import CohortError
from lvm.kinds import Kind
from lvm.language import mark
from lvm.net.config import Sexes
from lvm.processes import with_one_thread
from lvm.recording import SEXES, Sex
from lvm.train import facts

if TYPE_CHECKING:
    from lvm.cohort.source import Source
    from lvm.evaluation import Evaluation
    from lvm.train.bundle import Data
    from lvm.train.examples import Examples
    from lvm.weights import Bundle

_EVERY_S = 5.0


def _progress(what: str) -> Callable[[int, int], None]:
    """A line on standard error every few seconds, with the time that is left."""
    started = last = time.monotonic()

    def say(done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY_S or done == of:
            last = now
            left = (now - started) / done * (of - done)
            print(f"{what}: {done} of {of}, about {left:.0f} s left", file=sys.stderr, flush=True)

    return say


@with_one_thread()
def cohort(args: argparse.Namespace) -> None:
    """Make a cohort and write it as files."""
    from lvm.cohort import files, generated, planted, ptbxl, semisynthetic

    files.check_new(args.out)
    counts: dict[Sex, int] = {"male": args.men, "female": args.women}
    if args.planted:
        made: semisynthetic.Cohort = planted.build(args.planted, counts, args.seed, _progress("recordings made"))
    else:
        sources = ptbxl.sources(args.ptbxl, _progress("PTB-XL read")) if args.ptbxl else []
        number = args.generated if args.generated is not None else 0 if args.ptbxl else 300
        sources += generated.sources(number, args.seed, _progress("recordings generated"))
        made = semisynthetic.build(sources, counts, args.seed, _progress("recordings changed"), args.workers)
    fields = files.write(made, args.out)
    print(json.dumps({"table": str(args.out / files.TABLE), "marginals": fields["marginals"]}))


@with_one_thread()
def train(args: argparse.Namespace) -> None:
    """Read a table with its ECG files, and train the bundles asked for."""
    from lvm.cohort import files, ptbxl, semisynthetic
    from lvm.train import examples
    from lvm.train.bundle import Data, folds_of, name_of, train_bundle
    from lvm.train.fit import Recipe

    prefix = args.name or ""
    wanted = [(sexes, inputs) for sexes in args.sexes for inputs in args.input_sets]
    work = args.work or args.table.parent / "training"
    names = [name_of(*kind, prefix) for kind in wanted]
    there = [name for name in names if (args.out / name).exists() and not (work / name).exists()]
    if there and not args.replace:
        raise CohortError(f"There is already {', '.join(there)}. Give a --name of your own, or --replace.")
    made = files.made_here(args.table)
    if made and made["method"] != semisynthetic.METHOD and not prefix:
        raise CohortError("Networks of a simulated cohort are no standard ones. Give them a --name.")
    found, left_out = examples.load(args.table, args.skip_bad_rows, _progress("recordings read"), args.workers)
    _about_rows(found, left_out)
    for sexes in args.sexes:
        folds_of(found, args.seed, sexes)  # what cannot be split is refused before anything is trained
    data = Data(found, len(left_out), made, hashlib.sha256(args.table.read_bytes()).hexdigest())
    real = ptbxl.sources(args.ptbxl, _progress("PTB-XL read")) if args.ptbxl else []
    recipe = Recipe(epochs=args.epochs, patience=args.patience or args.epochs, seed=args.seed)
    for sexes, inputs in wanted:
        started = time.monotonic()
        card = train_bundle(data, sexes, inputs, args.out, recipe, prefix, real, work, args.workers)
        row = {"bundle": card.name, "minutes": round((time.monotonic() - started) / 60, 1)}
        print(json.dumps(row | {"sha256": card.sha256, "metrics": card.fields["metrics"]}), flush=True)


def _about_rows(found: "Examples", left_out: list[str]) -> None:
    for line in left_out:
        print(f"left out: {line}", file=sys.stderr)
    if len(set(found.patient)) == len(found):
        print(
            "No two rows have the same patient. If two ECGs are of one patient, name them in a column patient.",
            file=sys.stderr,
        )


@with_one_thread()
def evaluate(args: argparse.Namespace) -> None:
    """Write tables of a table's recordings: all systems by cross-validation, installed weights judged, or where these
    look."""
    started = time.monotonic()
    _check_folders(args.out, args.work)
    bundles = _bundles_to_judge(args)
    result = _explained(args) if args.saliency else _judged_or_compared(args, bundles)
    _write(result, args.out, started)


def _check_folders(*folders: Path | None) -> None:
    for folder in folders:
        if folder is not None and folder.exists() and not folder.is_dir():
            raise CohortError(f"{folder.name} is a file, and a folder is needed. Give another name.")


def _write(result: "Evaluation", out: Path, started: float) -> None:
    from lvm import evaluation

    evaluation.write(result, out)
    minutes = round((time.monotonic() - started) / 60, 1)
    print(json.dumps({"out": str(out), "tables": [t.name for t in result.tables], "minutes": minutes}))


def _judged_or_compared(args: argparse.Namespace, bundles: "Sequence[Bundle]") -> "Evaluation":
    from lvm.cohort import files, ptbxl
    from lvm.train import examples
    from lvm.train.bundle import Data

    made = files.made_here(args.table)
    sources = ptbxl.sources(args.ptbxl, _progress("PTB-XL read")) if args.ptbxl else []
    found, left_out = examples.load(
        args.table, args.skip_bad_rows, _progress("recordings read"), args.workers, not args.external
    )
    _about_rows(found, left_out)
    data = Data(found, len(left_out), made)
    if args.external:
        return _judged(args, data, facts.kind_of(made), bundles)
    return _compared(args, data, facts.kind_of(made), sources)


def _explained(args: argparse.Namespace) -> "Evaluation":
    """Also writes the numbers, for the page Saliency to set a patient's against."""
    from lvm import weights
    from lvm.cohort import files
    from lvm.explain import DEFAULT, METHODS, population
    from lvm.train import importance

    made, methods = files.made_here(args.table), list(dict.fromkeys(["gradient", DEFAULT]))
    names: dict[Sexes, str] = {sexes: weights.choose(sexes, "model 2", args.weights) for sexes in get_args(Sexes)}
    found, left_out = importance.explained(
        args.table, names, args.weights, methods, args.skip_bad_rows, _progress("recordings explained"), args.workers
    )
    for line in left_out:
        print(f"left out: {line}", file=sys.stderr)
    every = importance.populations(found, facts.kind_of(made), methods)
    said = facts.facts(made, [one.sex for one in found], [one.patient for one in found], len(left_out))
    said[mark("Weights")] = facts.weights([weights.load(name, args.weights).card for name in names.values()])
    met = importance.met_in_training(args.weights, names.values(), {one.patient for one in found})
    said[mark("Met in training")] = written.MET.format(n=f"{met:,}")
    said[mark("Cut-off")] = facts.cut_offs(METHODS[method] for method in methods)
    population.write(every, args.out)
    return importance.evaluation(every, methods, said)


@with_one_thread()
def planted_truth(args: argparse.Namespace) -> None:
    """Train on cohorts whose mass depends on one known thing, and write which methods of explanation find it."""
    from lvm.cohort import planted
    from lvm.train import planted_tables
    from lvm.train import planted_truth as truth
    from lvm.train.fit import Recipe

    started = time.monotonic()
    _check_folders(args.out, args.work)
    recipe = Recipe(epochs=args.epochs, patience=20, batch=16, seed=args.seed)
    judged = {}
    for cell in planted.CELLS:
        print(f"{cell}:", file=sys.stderr, flush=True)
        counts: dict[Sex, int] = {"male": args.men, "female": 0}
        name = truth.trained_on(cell, counts, args.work, recipe, args.workers, _progress("recordings")).card.name
        folder, say = args.work / truth.WEIGHTS, _progress("men explained")
        judged[cell] = truth.judged(cell, name, folder, args.judged, args.seed + 1, args.workers, say)
    said = facts.made_with() | planted_tables.described(judged, args.men, recipe)
    _write(planted_tables.evaluation(judged, said), args.out, started)


def _bundles_to_judge(args: argparse.Namespace) -> "list[Bundle]":
    """Checked before the table's recordings are read, which takes minutes."""
    from lvm import weights
    from lvm.train import external
    from lvm.train.table import read_table

    if not args.external:
        if args.bundles:
            raise CohortError("--bundles names weights to judge, which goes with --external.")
        return []
    names = args.bundles or [card.name for card in weights.cards(args.weights)]
    if not names:
        raise CohortError(f"No weights are installed in {args.weights.name}, so there is nothing to judge.")
    bundles = [weights.load(name, args.weights) for name in names]
    patients = [row.patient for row in read_table(args.table)[0]]
    external.check_not_met(args.weights, names, patients, hashlib.sha256(args.table.read_bytes()).hexdigest())
    return bundles


def _judged(args: argparse.Namespace, data: "Data", kind: "Kind", bundles: "Sequence[Bundle]") -> "Evaluation":
    from lvm.train import external
    from lvm.train.folds import FOLDS, split

    found, said = data.examples, facts.of_data(data)
    serving = [b for b in bundles if any(found.of_sex(sex).any() for sex in b.card.sexes)]
    if not serving:
        raise CohortError("None of the weights is for the sex of the table's patients.")
    said[mark("Weights")] = facts.weights([b.card for b in serving])
    if data.cohort is not None:
        said[mark("What it can show")] = mark(
            "how the weights do on recordings that they have not met; not how they carry over to patients, for the "
            "masses were drawn by the same rules as those behind the weights"
        )
    enough = len(set(found.patient.tolist())) >= 2 * FOLDS
    folds = split(found.patient, found.lvm_g, args.seed) if enough else ()
    return external.validate(serving, found, folds, kind, data.cohort, said)


def _compared(args: argparse.Namespace, data: "Data", kind: "Kind", sources: "Sequence[Source]") -> "Evaluation":
    from lvm.train import compare, real, systems, tables
    from lvm.train.bundle import folds_of
    from lvm.train.fit import Recipe
    from lvm.train.folds import split
    from lvm.train.found import Found

    found, made = data.examples, facts.of_data(data)
    sexes = [sex for sex in SEXES if found.of_sex(sex).any()]
    for sex in sexes:
        folds_of(found, args.seed, sex)  # what cannot be split is refused before anything is trained
    width = args.lvm_ai_filters or systems.LVM_AI_FILTERS
    compared = [system for system in systems.systems(width) if system.sexes in ("all", *sexes)]
    folds = split(found.patient, found.lvm_g, args.seed)
    tested = folds[: args.folds]
    met = real.met_in(folds, found)
    people = [source for sex in sexes for source in real.judged(sources, sex, met, len(tested))]
    real_ecgs = real.real_examples(people, found, all_systems=True, filtered=kind == "cohort")
    recipe = Recipe(epochs=args.epochs, patience=args.patience, seed=args.seed)
    work: Path = args.work or args.table.parent / "evaluation"

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    said = compare.compare(compared, found, real_ecgs, folds, recipe, work, args.workers, len(tested), say)
    made[mark("Folds")] = written.FOLDS.format(n=len(tested), n_all=len(folds))
    made[mark("Training")] = systems.described(recipe, width)
    made[mark("Training took")] = written.TOOK.format(n=f"{sum(s.minutes for s in said.values()):.0f}")
    if people:
        made[mark("Real ECGs")] = written.REAL_ECGS.format(n=len(people))
    return tables.evaluation(Found(found, tested, said, people, real_ecgs, kind, data.cohort), made)


COMMANDS = {"cohort": cohort, "train": train, "evaluate": evaluate, "planted-truth": planted_truth}
