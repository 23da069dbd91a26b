"""What `python -m lvm cohort`, `train` and `evaluate` do."""

import argparse
import datetime
import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lvm.errors import CohortError
from lvm.processes import with_one_thread
from lvm.recording import Sex

if TYPE_CHECKING:
    from lvm.evaluation import Evaluation
    from lvm.net.config import Sexes
    from lvm.train.examples import Examples
    from lvm.train.folds import Fold

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
    data = Data(found, len(left_out), made)
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
    """Compare all systems by cross-validation on a table, or judge installed weights on it, and write the tables."""
    from lvm import evaluation, weights
    from lvm.cohort import files
    from lvm.train import examples, external
    from lvm.train.folds import split

    started, names = time.monotonic(), args.bundles or [card.name for card in weights.cards(args.weights)]
    made = files.made_here(args.table)
    found, left_out = examples.load(
        args.table, args.skip_bad_rows, _progress("recordings read"), args.workers, not args.external
    )
    _about_rows(found, left_out)
    folds = split(found.patient, found.lvm_g, args.seed)
    facts = _facts(found, left_out, made)
    if args.external:
        hashes = {name: weights.load(name, args.weights).card.sha256[:12] for name in names}
        facts["Weights"] = ", ".join(f"{name} ({start})" for name, start in hashes.items())
        result = external.validate(args.weights, names, found, folds, made, facts)
    else:
        result = _compared(args, found, folds[: args.folds], made, facts)
    evaluation.write(result, args.out)
    minutes = round((time.monotonic() - started) / 60, 1)
    print(json.dumps({"out": str(args.out), "tables": [t.name for t in result.tables], "minutes": minutes}))


def _compared(
    args: argparse.Namespace,
    found: "Examples",
    folds: "Sequence[Fold]",
    made: dict[str, Any] | None,
    facts: dict[str, str],
) -> "Evaluation":
    from lvm.cohort import ptbxl
    from lvm.train import compare, real, systems, tables
    from lvm.train.bundle import folds_of
    from lvm.train.fit import Recipe
    from lvm.train.found import SEXES, Found

    sources = ptbxl.sources(args.ptbxl, _progress("PTB-XL read")) if args.ptbxl else []
    real_ecgs = real.real_examples(sources, found, all_systems=True)
    recipe = Recipe(epochs=args.epochs, patience=args.patience, seed=args.seed)
    there: list[Sexes] = [sex for sex in SEXES if found.of_sex(sex).any()]
    there = ["all", *there] if len(there) > 1 else there
    for sexes in there:
        folds_of(found, args.seed, sexes)  # what cannot be split is refused before anything is trained
    compared = [system for system in systems.systems(args.lvm_ai_filters) if system.sexes in there]
    work: Path = args.work or args.table.parent / "evaluation"

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    said = compare.compare(compared, found, real_ecgs, folds, recipe, work, args.workers, say)
    facts["Folds"] = f"{len(folds)} of 5, by patient, stratified on LV mass" if len(folds) < 5 else "5, by patient"
    facts["Training"] = systems.described(recipe, args.lvm_ai_filters)
    if sources:
        facts["Real ECGs"] = f"{len(real_ecgs)} of PTB-XL without conduction disease or atrial fibrillation"
    return tables.evaluation(Found(found, tuple(folds), said, sources, real_ecgs, made), facts)


def _facts(found: "Examples", left_out: list[str], made: dict[str, Any] | None) -> dict[str, str]:
    import torch

    from lvm import __version__
    from lvm.train.bundle import Data

    men, patients = int(found.of_sex("male").sum()), len(set(found.patient.tolist()))
    women = int(found.of_sex("female").sum())
    return {
        "Data": Data(found, len(left_out), made).kind,
        "Recordings": f"{len(found):,} of {patients:,} patients; {men:,} of men, {women:,} of women",
        "Left out": f"{len(left_out):,}",
        "Date": datetime.date.today().isoformat(),
        "Made with": f"version {__version__}, Python {platform.python_version()}, torch {torch.__version__}",
    }
