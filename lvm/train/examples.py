"""From the rows of a table to what a network is trained on: every file goes the way that any user's file goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lvm.analysis import Analysis, analyse
from lvm.errors import CohortError, LvmError
from lvm.estimate import gather_inputs
from lvm.net.config import DEMOGRAPHICS, ECG_MEASURES, encode_scalar
from lvm.processes import over
from lvm.read.files import read_file
from lvm.recording import Sex, Signal, Typed
from lvm.scope import out_of_scope
from lvm.train.table import Row, read_table, refusal

SCALARS = DEMOGRAPHICS + ECG_MEASURES


@dataclass(frozen=True, eq=False)
class Examples:
    """n recordings with their masses.

    beats_mv (m, 12, 450) float32: the usable beats of all recordings, one recording's after the other's.
    first (n + 1,): recording i has the beats first[i] to first[i + 1].
    chosen (n,): of each recording the beat that the estimate takes.
    scalars (n, 8): encoded, NaN where unknown, columns SCALARS.
    lvm_g, expected_g (n,): the mass, and what of it can be known at all, NaN where nobody can say.
    patient (n,): whose it is.
    row (n,): the number of the table's row.
    """

    beats_mv: Signal
    first: NDArray[np.intp]
    chosen: NDArray[np.intp]
    scalars: NDArray[np.float64]
    lvm_g: NDArray[np.float64]
    expected_g: NDArray[np.float64]
    patient: NDArray[np.str_]
    row: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.lvm_g)

    def of_sex(self, sex: Sex) -> NDArray[np.bool_]:
        return np.asarray(self.scalars[:, SCALARS.index("sex")] == encode_scalar("sex", sex))


def scalars_of(analysis: Analysis, typed: Typed) -> list[float]:
    """The eight scalars of a recording, encoded, NaN where unknown."""
    inputs = gather_inputs(analysis, typed)
    values = ((name, inputs[name].value) for name in SCALARS)
    return [np.nan if value is None else encode_scalar(name, value) for name, value in values]


def usable_beats(analysis: Analysis) -> tuple[list[int], int]:
    """The usable beats, in order, and the place of the chosen one among them."""
    usable = [i for i, beat in enumerate(analysis.beats) if beat.usable]
    return usable, usable.index(analysis.chosen) if analysis.chosen is not None else 0


def _analysed(row: Row) -> Analysis:
    """Raises LvmError where no estimate would be made of this row."""
    analysis = analyse(read_file(row.file))
    inputs = gather_inputs(analysis, row.typed)
    against = [*analysis.quality.grave, *out_of_scope(analysis, inputs)]
    if inputs["sex"].value is None:
        against.append("The sex is neither in the table nor in the file.")
    if against:
        raise CohortError(" ".join(against))
    return analysis


@dataclass(frozen=True, eq=False)
class _Example:
    """What one row comes to: its usable beats (k, 12, 450), the place of the chosen one, and its scalars."""

    beats_mv: Signal
    chosen: int
    scalars: list[float]


def _example(row: Row) -> _Example | str:
    """One row, or why it cannot be used."""
    try:
        analysis = _analysed(row)
    except LvmError as error:
        return f"{row}: {error}"
    usable, at = usable_beats(analysis)
    return _Example(np.stack([analysis.window(i).mv for i in usable]), at, scalars_of(analysis, row.typed))


def load(
    table: Path, skip_bad_rows: bool = False, progress: Callable[[int, int], None] = lambda *_: None, workers: int = 1
) -> tuple[Examples, list[str]]:
    """All rows of a table, read and analysed, and a line for each that was left out. `progress(done, of)`.

    Raises CohortError that names every bad row unless they are to be skipped, or where none is left.
    """
    rows, bad = read_table(table)
    total = len(rows) + len(bad)
    kept, found = list[Row](), list[_Example]()
    for done, (row, result) in enumerate(zip(rows, over(_example, rows, workers), strict=True), start=1):
        progress(done, len(rows))
        if isinstance(result, str):
            bad.append(result)
        else:
            kept.append(row)
            found.append(result)
    if bad and not (skip_bad_rows and kept):
        raise refusal(table, total, bad)
    return _together(kept, found), bad


def _together(rows: Sequence[Row], found: Sequence[_Example]) -> Examples:
    first = np.cumsum([0, *(len(one.beats_mv) for one in found)])
    return Examples(
        np.concatenate([one.beats_mv for one in found]),
        first,
        first[:-1] + [one.chosen for one in found],
        np.array([one.scalars for one in found]),
        np.array([row.lvm_g for row in rows]),
        np.array([row.expected_g for row in rows]),
        np.array([row.patient for row in rows]),
        np.array([row.number for row in rows]),
    )
