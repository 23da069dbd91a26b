"""python -m lvm COMMAND ...: everything the app shows, as data."""

import argparse
import io
import json
import os
import stat
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from lvm.errors import LvmError, NotAnEcgError, ReadError
from lvm.recording import LEADS, Patient, Recording

Row = dict[str, Any]


def _read(path: str) -> Recording:
    """Read the file at `path`; its own header may name files beside it. Nothing large or endless is ever loaded."""
    from lvm.read import read

    file = Path(path)
    try:
        data = _regular(file)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else "that is no file name"
        raise ReadError(f"The file cannot be opened: {reason}. Check its name and permissions.") from None

    def beside(name: str) -> bytes | None:
        if name in ("", ".", "..") or set(name) & set("/\\:\0"):
            return None
        try:
            return _regular(file.parent / name)
        except (OSError, ValueError, NotAnEcgError):
            return None

    return read(data, beside)


def _regular(file: Path) -> bytes:
    """The bytes of a regular file of at most the size of an ECG. Raises OSError, or NotAnEcgError."""
    from lvm.read import source

    found = file.stat()
    if stat.S_ISDIR(found.st_mode):
        raise NotAnEcgError("This is a folder. Give the file of one ECG.")
    if not stat.S_ISREG(found.st_mode):
        raise NotAnEcgError("This is no regular file but a device or a pipe. Save the ECG as a file first.")
    source.check_size(found.st_size)
    with file.open("rb") as opened:
        return opened.read(source.MAX_BYTES + 1)  # it may have grown


def _patient(args: argparse.Namespace) -> Patient:
    return Patient(args.sex, args.age, args.height, args.weight)


def read_row(path: str, args: argparse.Namespace) -> Row:
    recording = _read(path)
    if args.samples:
        import numpy as np

        try:
            with open(args.samples, "wb") as out:
                np.save(out, recording.signal_mv)
        except OSError as error:
            raise LvmError(f"The samples cannot be written: {error.strerror}. Check the name they go to.") from None
    typed = {k: v for k, v in asdict(_patient(args)).items() if v is not None}
    beat = recording.representative
    return {
        "format": recording.format,
        "version": recording.version,
        "sampling_rate_hz": recording.sampling_rate_hz,
        "duration_s": recording.duration_s,
        "leads": LEADS,
        "derived_leads": recording.derived_leads,
        "patient": asdict(recording.patient) | typed,
        "device": asdict(recording.device),
        "acquired_at": recording.acquired_at,
        "pacemaker": recording.pacemaker,
        "findings": recording.findings,
        "representative_beat": beat
        and {
            "sampling_rate_hz": beat.sampling_rate_hz,
            "duration_s": beat.signal_mv.shape[1] / beat.sampling_rate_hz,
        },
        "left_out": recording.left_out,
        "warnings": recording.warnings,
    }


def beats_row(path: str, args: argparse.Namespace) -> Row:
    from lvm.analysis import analyse

    analysis = analyse(_read(path))
    beats = [
        {"r_s": beat.r_s, **waves.seconds(), "usable": beat.usable, "reason": beat.reason or None}
        for beat, waves in zip(analysis.beats, analysis.waves, strict=True)
    ]
    return {
        "beats": beats,
        "chosen_beat": analysis.chosen,
        "chosen_reason": analysis.chosen_reason,
        "measured": asdict(analysis.measured),
        "quality": {"usable": analysis.quality.usable} | asdict(analysis.quality),
    }


def estimate_row(path: str, args: argparse.Namespace) -> Row:
    from lvm.analysis import analyse
    from lvm.estimate import estimate
    from lvm.weights import load

    recording = _read(path)
    bundle = load(args.bundle) if args.bundle else None
    e = estimate(analyse(recording), _patient(args), bundle=bundle, override=args.override_scope)
    reference = None
    if e.limit is not None:
        reference = asdict(e.limit) | {"above": e.above_limit}
    model = None
    if e.card is not None:
        model = {"bundle": e.card.name, "sha256": e.card.sha256}
        model |= {key: e.card.fields[key] for key in ("version", "title", "training_data")}
    return {
        "lvm_g": e.lvm_g,
        "interval_g": e.interval_g,
        "interval_level": e.interval_level,
        "bsa_m2": e.bsa_m2,
        "bsa_formula": e.bsa_formula,
        "lvmi_g_m2": e.lvmi_g_m2,
        "reference": reference,
        "model": model,
        "inputs": {name: asdict(value) for name, value in e.inputs.items()},
        "per_beat_g": e.per_beat_g,
        "per_fold_g": e.per_fold_g,
        "criteria": [asdict(c) for c in e.criteria],
        "withheld": e.withheld,
        "out_of_scope": e.out_of_scope,
        "overridden": e.overridden,
        "warnings": e.warnings + recording.warnings,
    }


def explain_row(path: str, args: argparse.Namespace) -> Row:
    from lvm.analysis import analyse
    from lvm.estimate import estimate
    from lvm.explain import explain
    from lvm.weights import load

    recording = _read(path)
    analysis = analyse(recording)
    bundle = load(args.bundle) if args.bundle else None
    e = estimate(analysis, _patient(args), bundle=bundle, override=args.override_scope)
    if e.card is None:
        raise LvmError(f"There is no estimate to explain. {e.withheld}")
    x = explain(analysis, e, load(e.card.name), method=args.method, threshold=args.threshold)
    return {
        "method": x.method,
        "target": x.target,
        "lvm_g": x.lvm_g,
        "baseline": {"name": x.baseline_name, "lvm_g": x.baseline_lvm_g},
        "table": [asdict(cell) for cell in x.table],
        "scalars": [{"name": name, "grams": grams} for name, grams in x.scalars],
        "trust": x.trust,
        "out_of_scope": e.out_of_scope,
        "overridden": e.overridden,
        "warnings": e.warnings + x.warnings + recording.warnings,
    }


def train(args: argparse.Namespace) -> None:
    from lvm.cohort.ptbxl import sources
    from lvm.train.bundle import train_bundle
    from lvm.train.fit import Recipe

    found = sources(args.ptbxl)
    for sex in args.sexes:
        for input_set in args.input_sets:
            card = train_bundle(found, sex, input_set, args.out, args.samples, Recipe(args.epochs, seed=args.seed))
            print(json.dumps({"bundle": card.name, "metrics": card.fields["metrics"]}), flush=True)


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
    if args.command == "train":
        try:
            train(args)
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
