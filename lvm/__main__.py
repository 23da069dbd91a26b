"""python -m lvm COMMAND ...: everything the app shows, as data."""

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from lvm.errors import LvmError
from lvm.rows import Row, beats_row, estimate_row, explain_row, read_row

_SEXES = ("male", "female", "all")
_INPUT_SETS = ("model 2", "model 1", "ecg")
# Those of lvm.explain, which takes seconds to import.
METHODS = (
    "gradient", "smoothgrad", "gradient-x-input", "integrated-gradients", "grad-cam", "occlusion", "shapley",
)  # fmt: skip


def training(args: argparse.Namespace) -> None:
    from lvm.train import commands

    commands.COMMANDS[args.command](args)


def segmenter(args: argparse.Namespace) -> None:
    from lvm.train.segmenter import Recipe
    from lvm.train.segmenter_bundle import train_segmenter
    from lvm.weights import SEGMENTER

    fields = train_segmenter(args.ludb, args.unmarked, args.out, Recipe(seed=args.seed))
    print(json.dumps({"bundle": SEGMENTER, "metrics": fields["metrics"]}), flush=True)


def _age(text: str) -> float:
    return _between(text, 0, 120, "an age in years")


def _height(text: str) -> float:
    return _between(text, 50, 250, "a height in cm")


def _weight(text: str) -> float:
    return _between(text, 10, 400, "a weight in kg")


def _share(text: str) -> float:
    return _between(text, 0, 1, "a share")


def _count(text: str) -> int:
    return int(_between(text, 1, 1_000_000, "a whole number"))


def _from_zero(text: str) -> int:
    return int(_between(text, 0, 1_000_000, "a whole number"))


def _folds(text: str) -> int:
    return int(_between(text, 1, 5, "a number of folds"))


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.]{0,39}", text):
        raise argparse.ArgumentTypeError("a name of letters, digits, _ and . is needed")
    return text


def _between(text: str, low: float, high: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{what} from {low:g} to {high:g} is needed, not {text!r}")
    return value


class _Parser(argparse.ArgumentParser):
    """One line on standard error, as for any other input that cannot be used."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See --help.\n")


def parser() -> argparse.ArgumentParser:
    top = _Parser(
        prog="python -m lvm",
        description="LV mass from a 12-lead ECG. Research and education only. Not a medical device.",
    )
    commands = top.add_subparsers(dest="command", required=True)

    def over_files(name: str, row: Callable[[str, argparse.Namespace], Row], words: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(row=row)
        command.add_argument("files", nargs="+", metavar="FILE")
        command.add_argument("--json", action="store_true", help="one JSON object a file, a line each")
        command.add_argument("--sex", choices=("male", "female"), help="overrides the file")
        command.add_argument("--age", type=_age, metavar="YEARS", help="overrides the file")
        command.add_argument("--height", type=_height, metavar="CM", help="overrides the file")
        command.add_argument("--weight", type=_weight, metavar="KG", help="overrides the file")
        return command

    reading = over_files("read", read_row, "What a file holds.")
    reading.add_argument("--samples", metavar="OUT.npy", help="write the (12, T) float32 signal in mV here")
    beating = over_files("beats", beats_row, "Every beat and its wave boundaries.")
    beating.add_argument("--profile", metavar="OUT.csv", help="write each segment's size, lead by lead, here")
    estimating = over_files("estimate", estimate_row, "LV mass with its interval and what it rests on.")
    explaining = over_files("explain", explain_row, "Where the model was sensitive, per segment and lead group.")
    for command in (estimating, explaining):
        command.add_argument("--bundle", metavar="NAME", help="weights to use instead of those for the sex")
        command.add_argument(
            "--override-scope",
            action="store_true",
            help="give an estimate although the recording is outside the network's scope; the output says so",
        )
    explaining.add_argument("--method", choices=METHODS, help="how; by default as on the page Saliency")
    explaining.add_argument(
        "--threshold", type=_share, metavar="SHARE", help="values below this part of the largest count as zero"
    )
    explaining.add_argument(
        "--lead-groups", type=int, choices=(2, 4), default=2, help="limb and chest leads, or by coronary territory"
    )

    _cohort_options(commands.add_parser("cohort", help="Make a cohort to train on, as ECG files and a table."))
    _train_options(commands.add_parser("train", help="Train networks on a table of ECG files with LV mass."))

    _evaluate_options(
        commands.add_parser(
            "evaluate", help="Compare every system on a table, or judge weights on it; write the tables."
        )
    )

    _planted_options(
        commands.add_parser("planted-truth", help="Judge every method of explanation where the truth is known.")
    )

    segmenting = commands.add_parser("segmenter", help="Train the network that finds P, QRS and T.")
    segmenting.set_defaults(task=segmenter)
    segmenting.add_argument("--ludb", type=Path, required=True, metavar="DIR", help="LUDB, the whole or a part")
    segmenting.add_argument("--unmarked", type=Path, metavar="DIR", help="WFDB recordings without marks, as of PTB-XL")
    segmenting.add_argument("--out", type=Path, default=Path("weights"), metavar="DIR")
    segmenting.add_argument("--seed", type=int, default=1)
    return top


def _cohort_options(command: argparse.ArgumentParser) -> None:
    command.set_defaults(task=training)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder for the cohort")
    command.add_argument("--ptbxl", type=Path, metavar="DIR", help="start from PTB-XL, the whole or a part")
    command.add_argument(
        "--generated", type=_from_zero, metavar="N", help="start from N recordings of the package deepfake-ecg"
    )
    command.add_argument("--men", type=_from_zero, default=940, metavar="N", help="940, as in the paper")
    command.add_argument("--women", type=_from_zero, default=519, metavar="N", help="519, as in the paper")
    command.add_argument(
        "--planted",
        metavar="WHAT",
        help='a simulated cohort whose mass depends on one thing only, as "T wave, precordial"',
    )
    _workers(command)
    command.add_argument("--seed", type=_from_zero, default=1)


def _workers(command: argparse.ArgumentParser) -> None:
    cores = min(5, os.cpu_count() or 1)
    command.add_argument(
        "--workers", type=_count, default=cores, metavar="N", help=f"processes; {cores} on this machine"
    )


def _train_options(command: argparse.ArgumentParser) -> None:
    command.set_defaults(task=training)
    command.add_argument("table", type=Path, metavar="TABLE.csv", help="file, lvm_g, sex, age, height, weight, ...")
    command.add_argument("--out", type=Path, default=Path("weights"), metavar="DIR")
    command.add_argument("--name", type=_name, help="of your bundles; without it they become the standard")
    command.add_argument("--replace", action="store_true", help="replace bundles of the same name")
    command.add_argument("--skip-bad-rows", action="store_true", help="leave out rows that cannot be used")
    command.add_argument("--sexes", nargs="+", choices=_SEXES, default=_SEXES)
    command.add_argument("--input-sets", nargs="+", choices=_INPUT_SETS, default=_INPUT_SETS)
    command.add_argument("--ptbxl", type=Path, metavar="DIR", help="measure the discrimination on PTB-XL")
    command.add_argument("--epochs", type=_count, default=100)
    command.add_argument("--patience", type=_count, metavar="N", help="stop after N epochs without a better one")
    command.add_argument("--work", type=Path, metavar="DIR", help="checkpoints; beside the table by default")
    _workers(command)
    command.add_argument("--seed", type=_from_zero, default=1)


def _evaluate_options(command: argparse.ArgumentParser) -> None:
    command.set_defaults(task=training)
    command.add_argument("table", type=Path, metavar="TABLE.csv", help="as for train")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder for the tables")
    instead = command.add_mutually_exclusive_group()
    instead.add_argument(
        "--external", action="store_true", help="train nothing: judge installed weights on patients they have not met"
    )
    instead.add_argument(
        "--saliency",
        action="store_true",
        help="train nothing: where installed weights look in light and heavy hearts",
    )
    command.add_argument("--bundles", nargs="+", metavar="NAME", help="with --external: which; all by default")
    command.add_argument(
        "--weights", type=Path, default=Path("weights"), metavar="DIR", help="where they are installed"
    )
    command.add_argument("--skip-bad-rows", action="store_true", help="leave out rows that cannot be used")
    command.add_argument("--ptbxl", type=Path, metavar="DIR", help="measure the discrimination on PTB-XL")
    command.add_argument("--folds", type=_folds, default=5, metavar="N", help="train only the first N of the five")
    command.add_argument("--epochs", type=_count, default=100, help="at most")
    command.add_argument("--patience", type=_count, default=15, metavar="N", help="epochs without a better one")
    command.add_argument(
        "--lvm-ai-filters", type=_count, metavar="N", help="width of LVM-AI; 8, and 32 in its authors' library"
    )
    command.add_argument("--work", type=Path, metavar="DIR", help="what is kept meanwhile; beside the table by default")
    _workers(command)
    command.add_argument("--seed", type=_from_zero, default=1)


def _planted_options(command: argparse.ArgumentParser) -> None:
    command.set_defaults(task=training)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder for the tables")
    command.add_argument("--men", type=_count, default=400, metavar="N", help="in each cohort that is trained on")
    command.add_argument("--judged", type=_count, default=40, metavar="N", help="further men who are explained")
    command.add_argument("--epochs", type=_count, default=60, help="at most")
    command.add_argument(
        "--work", type=Path, default=Path("runs/planted-truth"), metavar="DIR", help="for cohorts and networks"
    )
    _workers(command)
    command.add_argument("--seed", type=_from_zero, default=1)


def _for_people(value: Any, indent: str = "") -> str:
    """The same as the JSON, one fact a line."""
    if isinstance(value, dict):
        lines = []
        for key, item in value.items():
            nested = isinstance(item, dict | list | tuple) and item and not _plain(item)
            lines.append(
                f"{indent}{key}:" + (f"\n{_for_people(item, indent + '  ')}" if nested else f" {_inline(item)}")
            )
        return "\n".join(lines)
    return "\n".join(indent + "- " + ", ".join(f"{k} {_inline(v)}" for k, v in item.items()) for item in value)


def _plain(item: Any) -> bool:
    return isinstance(item, list | tuple) and not any(isinstance(i, dict) for i in item)


def _inline(item: Any) -> str:
    if isinstance(item, list | tuple):
        return ", ".join(_inline(i) for i in item) or "none"
    if isinstance(item, bool):
        return "yes" if item else "no"
    return "–" if item is None else f"{item:.4g}" if isinstance(item, float) else str(item)


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    args = parser().parse_args(argv)
    if hasattr(args, "task"):
        try:
            args.task(args)
        except LvmError as error:
            print(error, file=sys.stderr)
            return 2
        return 0
    for option in ("samples", "profile"):
        if getattr(args, option, None) and len(args.files) > 1:
            print(f"--{option} takes one file at a time.", file=sys.stderr)
            return 2
    failed = 0
    for path in args.files:
        try:
            row = {"file": path} | args.row(path, args)
        except LvmError as error:
            failed += 1
            if len(args.files) == 1:
                print(f"{path}: {error}", file=sys.stderr)
                return 2
            row = {"file": path, "error": str(error)}
        print(json.dumps(row, allow_nan=False) if args.json else _for_people(row) + "\n", flush=True)
    if failed == len(args.files):
        print("None of the files could be used; each one's reason is in its own object.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may know no dash
    try:
        sys.exit(main())
    except BrokenPipeError:  # whoever read the output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"The output cannot be written: {error.strerror}.", file=sys.stderr)
        sys.exit(2)
