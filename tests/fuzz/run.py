# ruff: noqa: T201 - what it found goes to the terminal
"""Mutate ECG files and see that reading them gives a Recording or a ReadError, in time and in bounds. On demand:

    python tests/fuzz/run.py --files 20000 --seed 1 --corpus ../shared/ecg-files --jobs 2 --failures /tmp/failures
    python tests/fuzz/run.py --only scp --start 12345 --files 1 --seed 1          repeats one input

Starts from every file of the corpus (where the folder is there) and from a small file of every dialect that is made
here; mutate.py says what is done to them. Prints how many were read, how many refused by class of error, the slowest,
and the most memory that one took. An input is reported where something else than a ReadError came out ("other"),
where it took more than 2 s or 500 MB, or where the reader hung or died; those inputs are saved with --failures, each as
a folder of files. Exit status 1 if there was any "other", hung or died.
"""

import argparse
import multiprocessing as mp
import sys
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from lvm.errors import ReadError
from lvm.read import read, read_together
from lvm.recording import LEADS, Recording
from tests.fuzz import seeds
from tests.fuzz.memory import Peak
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import Files

SLOW_S, LARGE_MB, HUNG_S = 2.0, 500.0, 30.0
_SHOWN = 3  # inputs of the same fault


@dataclass
class Tally:
    """What came of the inputs so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    largest: list[tuple[float, str]] = field(default_factory=list)
    reports: list[tuple[int, str]] = field(default_factory=list)  # index of the input, what is wrong

    def add(self, index: int, outcome: str, label: str, seconds: float, megabytes: float) -> None:
        kind = outcome.partition(":")[0]
        self.outcomes[kind] += 1
        self.slowest = sorted([*self.slowest, (seconds, label)], reverse=True)[:5]
        self.largest = sorted([*self.largest, (megabytes, label)], reverse=True)[:3]
        if kind in ("other", "hung", "died"):
            self.reports.append((index, f"{outcome}   [{label}]"))
        elif seconds > SLOW_S or megabytes > LARGE_MB:
            self.reports.append((index, f"slow or large: {seconds:.1f} s, {megabytes:.0f} MB   [{label}]"))


def corpus(folder: Path | None, only: str) -> dict[str, Files]:
    """Every file of the folder by its name, a WFDB header with its samples as one, and the files made here."""
    found = {f"built {name}": files for name, files in seeds.built().items()}
    paths = sorted(path for path in folder.glob("*/**/*") if path.is_file()) if folder and folder.is_dir() else []
    for path in paths:
        if path.suffix == ".hea":
            found[path.name] = {beside.name: beside.read_bytes() for beside in sorted(path.parent.glob("*.*"))}
        elif not path.with_suffix(".hea").exists():
            found[path.name] = {path.name: path.read_bytes()}
    return {name: files for name, files in found.items() if only.lower() in name.lower()}


def made(start: dict[str, Files], seed: int, index: int) -> tuple[str, Files]:
    """Input `index` of this seed: a label, and its files."""
    rng = np.random.default_rng([seed, index])
    name, other = (list(start)[int(k)] for k in rng.integers(len(start), size=2))
    kind, files = mutated(start[name], rng, start[other])
    if rng.random() < 0.25:
        again, files = mutated(files, rng, start[other])
        kind += f" + {again}"
    return f"{index} {name}: {kind}", files


def outcome_of(files: Files) -> str:
    """What reading gave: read, the class of the refusal, or "other: ..." for anything that must not happen."""
    try:
        recording = read(next(iter(files.values()))) if len(files) == 1 else read_together(files)
    except ReadError as error:
        return f"other: {_unfit(str(error))}" if _unfit(str(error)) else type(error).__name__
    except (Exception, RecursionError, MemoryError) as error:
        where = traceback.extract_tb(error.__traceback__)
        ours = next((frame for frame in reversed(where) if "/lvm/" in frame.filename), where[-1])
        return f"other: {type(error).__name__}: {str(error)[:80]} at {Path(ours.filename).name}:{ours.lineno}"
    wrong = _wrong(recording)
    return f"other: {wrong}" if wrong else "read"


def _unfit(message: str) -> str:
    """What is wrong with a message for the user, "" if nothing."""
    if len(message) > 700:
        return "a message of more than 700 characters"
    if "\n" in message or "Traceback" in message or not message.endswith("."):
        return f"a message that is no sentence: {message[:60]!r}"
    return ""


def _wrong(recording: Recording) -> str:
    """What no Recording may be, "" if it is none of it."""
    signal_mv, rate_hz = recording.signal_mv, recording.sampling_rate_hz
    beat = recording.representative
    patient, device = vars(recording.patient), vars(recording.device)
    numbers = [value for value in (*patient.values(), *device.values()) if isinstance(value, int | float)]
    texts = [recording.version or "", recording.acquired_at or "", *recording.warnings]
    checks = {
        "not (12, T) float32": signal_mv.ndim != 2 or len(signal_mv) != 12 or signal_mv.dtype != np.float32,
        "samples not finite": not np.isfinite(signal_mv).all(),
        "rate": not 100 <= rate_hz <= 2000,
        "duration": not 1 <= recording.duration_s <= 120.1,
        "leads": not set(recording.derived_leads) <= set(LEADS),
        "a number that is not finite": not np.isfinite(np.array(numbers, dtype=float)).all(),
        "age, height or weight": any(
            value <= 0 for key, value in patient.items() if isinstance(value, float) and key[0] != "a"
        ),
        "axis": any(abs(value) > 180 for key, value in device.items() if key.endswith("deg") and value is not None),
        "a long text": any(len(text) > 400 for text in texts),
        "the beat": beat is not None and (beat.signal_mv.shape[0] != 12 or not np.isfinite(beat.signal_mv).all()),
    }
    return ", ".join(name for name, wrong in checks.items() if wrong)


def _work(start: dict[str, Files], seed: int, indices: list[int], current: Any, results: "SimpleQueue[Any]") -> None:
    warnings.simplefilter("error")
    peak = Peak()
    for index in indices:
        label, files = made(start, seed, index)
        current.value = index
        peak.begin()
        began = time.perf_counter()
        outcome = outcome_of(files)
        results.put((index, outcome, label, time.perf_counter() - began, peak.megabytes()))
    current.value = -1


class Worker:
    """A process over its share of the inputs, watched for hanging and dying; it goes on behind such an input."""

    def __init__(self, start: dict[str, Files], seed: int, indices: list[int], results: "SimpleQueue[Any]") -> None:
        self.start, self.seed, self.indices, self.results = start, seed, indices, results
        self.lost: list[tuple[int, str]] = []
        self.current = mp.Value("q", indices[0], lock=False)
        self._launch()

    def _launch(self) -> None:
        self.seen, self.since = -2, time.monotonic()
        self.process = mp.Process(
            target=_work, args=(self.start, self.seed, self.indices, self.current, self.results), daemon=True
        )
        self.process.start()

    def watch(self) -> bool:
        """Whether it still runs."""
        at = self.current.value
        if at == -1:
            return False
        if at != self.seen:
            self.seen, self.since = at, time.monotonic()
        hung = time.monotonic() - self.since > HUNG_S
        if self.process.is_alive() and not hung:
            return True
        self.process.kill()
        self.process.join()
        self.lost.append((at, "hung" if hung else "died"))
        self.indices = self.indices[self.indices.index(at) + 1 :]
        if self.indices:
            self.current.value = self.indices[0]
            self._launch()
        return bool(self.indices)


def run(start: dict[str, Files], seed: int, first: int, files: int, jobs: int) -> Tally:
    """Read `files` inputs, from number `first` on, in `jobs` processes."""
    results: SimpleQueue[Any] = mp.SimpleQueue()
    shares = [list(range(first + job, first + files, jobs)) for job in range(min(jobs, files))]
    workers = [Worker(start, seed, share, results) for share in shares]
    tally = Tally()
    running = True
    while running or not results.empty():
        while not results.empty():
            tally.add(*results.get())
        running = any([worker.watch() for worker in workers])
        time.sleep(0.02)
    for index, what in (lost for worker in workers for lost in worker.lost):
        tally.add(index, what, made(start, seed, index)[0], HUNG_S if what == "hung" else 0.0, 0.0)
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2000, help="number of inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="number of the first input")
    parser.add_argument("--corpus", type=Path, default=None, help="folder of real ECG files")
    parser.add_argument("--only", default="", help="only files whose name holds this")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--failures", type=Path, default=None, help="folder for the inputs that are reported")
    options = parser.parse_args()
    start = corpus(options.corpus, options.only)
    began = time.perf_counter()
    tally = run(start, options.seed, options.start, options.files, options.jobs)
    print(f"{sum(tally.outcomes.values())} inputs from {len(start)} files in {time.perf_counter() - began:.0f} s")
    for outcome, count in tally.outcomes.most_common():
        print(f"  {outcome:20s} {count}")
    print("slowest", *(f"  {seconds:.3f} s  {label}" for seconds, label in tally.slowest), sep="\n")
    print("largest", *(f"  {megabytes:.0f} MB  {label}" for megabytes, label in tally.largest), sep="\n")
    alike = Counter(what.partition("   [")[0] for _, what in tally.reports)
    shown: Counter[str] = Counter()
    for index, what in sorted(tally.reports):
        key = what.partition("   [")[0]
        shown[key] += 1
        if shown[key] <= _SHOWN:
            print(f"! {what}, {alike[key]} alike")
        if options.failures and shown[key] <= _SHOWN:
            folder = options.failures / f"{options.seed}-{index}"
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in made(start, options.seed, index)[1].items():
                (folder / Path(name).name).write_bytes(data)
    return 1 if any(tally.outcomes[kind] for kind in ("other", "hung", "died")) else 0


if __name__ == "__main__":
    sys.exit(main())
