"""From the rows of a table to what a network is trained on: every file goes the way that any user's file goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lvm.analysis import Analysis, analyse
from lvm.beats import WINDOW
from lvm.errors import CohortError, LvmError
from lvm.estimate import gather_inputs
from lvm.net import lvmai
from lvm.net.config import DEMOGRAPHICS, ECG_MEASURES, encode_scalar
from lvm.processes import over
from lvm.profile import FEATURE_NAMES, profile
from lvm.read.files import read_file
from lvm.recording import LEADS, Recording, Sex, Signal, Typed
from lvm.scope import out_of_scope
from lvm.train.table import Row, read_table, refusal

SCALARS = DEMOGRAPHICS + ECG_MEASURES
TEN_SECONDS = lvmai.SAMPLES

Rows = NDArray[np.intp]


def _nothing(*shape: int) -> Signal:
    return np.empty((0, *shape), dtype=np.float32)


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

    What the systems beside eLVMass-Net on one beat are given has no rows where it was not asked for:

    whole_mv (n, 12, 5000) float32: the middle 10 s at 500 Hz, filtered as the beats are.
    lvm_ai (n, 12, 5000) float32: the same 10 s as LVM-AI takes them, leads in its order.
    profile (n, k): ecgAI's, see lvm.profile, NaN where unknown.
    """

    beats_mv: Signal
    first: NDArray[np.intp]
    chosen: NDArray[np.intp]
    scalars: NDArray[np.float64]
    lvm_g: NDArray[np.float64]
    expected_g: NDArray[np.float64]
    patient: NDArray[np.str_]
    row: NDArray[np.intp]
    whole_mv: Signal = field(default_factory=lambda: _nothing(len(LEADS), TEN_SECONDS))
    lvm_ai: Signal = field(default_factory=lambda: _nothing(len(LEADS), TEN_SECONDS))
    profile: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, len(FEATURE_NAMES))))

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
class Example:
    """What one recording comes to: its usable beats (k, 12, 450), the place of the chosen one, its scalars; and where
    asked for, what the other systems are given; see Examples."""

    beats_mv: Signal
    chosen: int
    scalars: list[float]
    whole_mv: Signal | None = None
    lvm_ai: Signal | None = None
    profile: NDArray[np.float64] | None = None


def example(
    analysis: Analysis, typed: Typed, all_systems: bool = False, for_lvm_ai: Recording | None = None
) -> Example:
    """Raises SignalError where all systems are wanted and the recording has no 10 s.

    for_lvm_ai : the recording that LVM-AI is given; by default the one that was analysed.
    """
    usable, at = usable_beats(analysis)
    beats, scalars = np.stack([analysis.window(i).mv for i in usable]), scalars_of(analysis, typed)
    if not all_systems:
        return Example(beats, at, scalars)
    ten_seconds = np.ascontiguousarray(lvmai.ecg_input(for_lvm_ai or analysis.recording).T)
    first = (analysis.network_mv.shape[1] - TEN_SECONDS) // 2
    whole = analysis.network_mv[:, first : first + TEN_SECONDS]
    return Example(beats, at, scalars, whole, ten_seconds, profile(analysis).features())


def _example(row: Row, all_systems: bool) -> Example | str:
    """One row, or why it cannot be used."""
    try:
        return example(_analysed(row), row.typed, all_systems)
    except LvmError as error:
        return f"{row}: {error}"


def load(
    table: Path,
    skip_bad_rows: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
    workers: int = 1,
    all_systems: bool = False,
) -> tuple[Examples, list[str]]:
    """All rows of a table, read and analysed, and a line for each that was left out. `progress(done, of)`.

    all_systems : with what the systems beside eLVMass-Net on one beat are given.
    Raises CohortError that names every bad row unless they are to be skipped, or where none is left.
    """
    rows, bad = read_table(table)
    total = len(rows) + len(bad)
    kept, found = list[Row](), list[Example]()
    work = partial(_example, all_systems=all_systems)
    for done, (row, result) in enumerate(zip(rows, over(work, rows, workers), strict=True), start=1):
        progress(done, len(rows))
        if isinstance(result, str):
            bad.append(result)
        else:
            kept.append(row)
            found.append(result)
    if bad and not (skip_bad_rows and kept):
        raise refusal(table, total, bad)
    grams = np.array([row.lvm_g for row in kept]), np.array([row.expected_g for row in kept])
    patient, number = np.array([row.patient for row in kept]), np.array([row.number for row in kept])
    return together(found, *grams, patient, number), bad


def together(
    found: Sequence[Example],
    lvm_g: NDArray[np.float64],
    expected_g: NDArray[np.float64],
    patient: NDArray[np.str_],
    row: NDArray[np.intp],
) -> Examples:
    """Single recordings as one; see Examples."""
    first = np.cumsum([0, *(len(one.beats_mv) for one in found)])
    chosen = first[:-1] + np.array([one.chosen for one in found], dtype=np.intp)
    beats = np.concatenate([_nothing(len(LEADS), WINDOW), *(one.beats_mv for one in found)])
    scalars = np.array([one.scalars for one in found], dtype=np.float64).reshape(len(found), len(SCALARS))
    own = Examples(beats, first, chosen, scalars, lvm_g, expected_g, patient, row)
    whole = [one.whole_mv for one in found if one.whole_mv is not None]
    ten_seconds = [one.lvm_ai for one in found if one.lvm_ai is not None]
    profiles = [one.profile for one in found if one.profile is not None]
    if not whole:
        return own
    return replace(own, whole_mv=np.stack(whole), lvm_ai=np.stack(ten_seconds), profile=np.stack(profiles))
