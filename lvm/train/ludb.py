"""LUDB (Kalyakulina 2020): 12-lead recordings of 10 s whose waves cardiologists marked lead by lead.

A folder `data` with N.hea, N.dat and one annotation file a lead, N.i ... N.v6. Amplitudes are scaled lead by lead to
1 from lowest to highest, so only times are of use here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lvm.errors import ReadError
from lvm.read.files import read_file
from lvm.recording import LEADS, Recording

Wave = Literal["p", "qrs", "t"]
_WAVES: dict[str, Wave] = {"p": "p", "N": "qrs", "t": "t"}


@dataclass(frozen=True)
class Mark:
    """One wave in one lead, in samples at 500 Hz; an onset or offset that was not marked is None."""

    wave: Wave
    onset: int | None
    peak: int
    offset: int | None


@dataclass(frozen=True, eq=False)
class Marked:
    """A recording and the marks of its twelve leads, in the order of LEADS."""

    number: int
    recording: Recording
    leads: tuple[tuple[Mark, ...], ...]


def numbers(folder: Path) -> list[int]:
    """Numbers of the records in a LUDB folder, the whole or a part."""
    return sorted(int(path.stem) for path in (folder / "data").glob("*.hea"))


def load(folder: Path, number: int) -> Marked:
    """One record with its marks. Needs the package wfdb, which reads the annotation files."""
    data = folder / "data"
    recording = read_file(data / f"{number}.hea")
    return Marked(number, recording, tuple(_marks(data / str(number), lead.lower()) for lead in LEADS))


def _marks(record: Path, extension: str) -> tuple[Mark, ...]:
    try:
        import wfdb
    except ImportError:
        raise ReadError("LUDB's annotations are read by the package wfdb: install it first.") from None
    found = wfdb.rdann(str(record), extension)
    kinds, samples = found.symbol, [int(s) for s in found.sample]
    marks = []
    for i, kind in enumerate(kinds):
        if kind in _WAVES:
            onset = samples[i - 1] if i and kinds[i - 1] == "(" else None
            offset = samples[i + 1] if i + 1 < len(kinds) and kinds[i + 1] == ")" else None
            marks.append(Mark(_WAVES[kind], onset, samples[i], offset))
    return tuple(marks)
