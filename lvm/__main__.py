"""python -m lvm COMMAND ...: everything the app shows, as data."""

import argparse
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from lvm.errors import LvmError
from lvm.rows import Row, beats_row, estimate_row, explain_row, read_row


def train(args: argparse.Namespace) -> None:
    from lvm.cohort.ptbxl import sources
    from lvm.train.bundle import train_bundle
    from lvm.train.fit import Recipe

    found = sources(args.ptbxl)
    for sex in args.sexes:
        for input_set in args.input_sets:
            card = train_bundle(found, sex, input_set, args.out, args.samples, Recipe(args.epochs, seed=args.seed))
            print(json.dumps({"bundle": card.name, "metrics": card.fields["metrics"]}), flush=True)


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
    over_files("beats", beats_row, "Every beat and its wave boundaries.")
    estimating = over_files("estimate", estimate_row, "LV mass with its interval and what it rests on.")
    explaining = over_files("explain", explain_row, "Where the model was sensitive, per segment and lead group.")
    for command in (estimating, explaining):
        command.add_argument("--bundle", metavar="NAME", help="weights to use instead of those for the sex")
        command.add_argument(
            "--override-scope",
            action="store_true",
            help="give an estimate although the recording is outside the network's scope; the output says so",
        )
    explaining.add_argument("--method", choices=("gradient",), default="gradient")
    explaining.add_argument(
        "--threshold", type=_share, default=0.0, metavar="SHARE", help="smaller scores count as zero"
    )

    training = commands.add_parser("train", help="Make a semi-synthetic cohort and fit bundles on it.")
    training.add_argument("--ptbxl", type=Path, required=True, metavar="DIR", help="PTB-XL, the whole or a part")
    training.add_argument("--out", type=Path, default=Path("weights"), metavar="DIR")
    training.add_argument("--sexes", nargs="+", choices=("male", "female"), default=("male", "female"))
    training.add_argument(
        "--input-sets", nargs="+", choices=("ecg", "model 1", "model 2"), default=("model 1", "model 2")
    )
    training.add_argument("--samples", type=_count, default=5000)
    training.add_argument("--epochs", type=_count, default=12)
    training.add_argument("--seed", type=int, default=1)
    training.set_defaults(task=train)

    segmenting = commands.add_parser("segmenter", help="Train the network that finds P, QRS and T.")
    segmenting.set_defaults(task=segmenter)
    segmenting.add_argument("--ludb", type=Path, required=True, metavar="DIR", help="LUDB, the whole or a part")
    segmenting.add_argument("--unmarked", type=Path, metavar="DIR", help="WFDB recordings without marks, as of PTB-XL")
    segmenting.add_argument("--out", type=Path, default=Path("weights"), metavar="DIR")
    segmenting.add_argument("--seed", type=int, default=1)
    return top


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
    if args.command == "read" and args.samples and len(args.files) > 1:
        print("--samples takes one file at a time.", file=sys.stderr)
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
