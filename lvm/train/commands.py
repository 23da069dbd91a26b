"""What `python -m lvm cohort` and `train` do."""

import argparse
import json
import sys
import time
from collections.abc import Callable

from lvm.errors import CohortError
from lvm.processes import with_one_thread
from lvm.recording import Sex

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
    for line in left_out:
        print(f"left out: {line}", file=sys.stderr)
    if len(set(found.patient)) == len(found):
        print(
            "No two rows have the same patient. If two ECGs are of one patient, name them in a column patient.",
            file=sys.stderr,
        )
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
