"""A hospital's own table: one row a recording, validated as a whole before anything is trained.

| Column | | |
|---|---|---|
| file | needed | an ECG of any dialect that the app reads, relative to the table |
| lvm_g | needed | LV mass in grams |
| sex | where the file does not say it | male or female, or m and f |
| age, height, weight | optional | years, cm, kg; the file's own otherwise, and imputed where neither knows |
| p_axis, qrs_axis, t_axis, qrs_duration | optional | degrees and ms; the file's own otherwise, or measured |
| patient | optional | whose it is: recordings of one patient are kept in one fold; every row its own otherwise |
| expected_g | optional | what cannot be bettered, where a computer drew the mass |

Other columns are left alone. The separator is the comma, semicolon or tab, whichever the heading has most of; beside
the latter two a comma within a number is the decimal point. NA, n/a, NaN, - and unknown are empty cells.
"""

import csv
import hashlib
import io
import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from lvm.errors import CohortError
from lvm.read.patient import axis_deg
from lvm.recording import Sex, Typed

# Column: name in Typed, least, most
NUMBERS = {
    "age": ("age_years", 0, 120),
    "height": ("height_cm", 50, 250),
    "weight": ("weight_kg", 10, 400),
    "p_axis": ("p_axis_deg", -180, 360),
    "qrs_axis": ("qrs_axis_deg", -180, 360),
    "t_axis": ("t_axis_deg", -180, 360),
    "qrs_duration": ("qrs_duration_ms", 20, 400),
}
LVM_G = (20, 800)
_SEXES: dict[str, Sex] = {"male": "male", "m": "male", "female": "female", "f": "female"}
_SEPARATORS = ",;\t"
_EMPTY = ("na", "n/a", "nan", "-", "unknown")
NAMED_AT_MOST = 200


@dataclass(frozen=True)
class Row:
    """One row: where the ECG is, its true mass, what the table says of the patient, and whose it is."""

    number: int
    file: Path
    lvm_g: float
    typed: Typed
    patient: str
    expected_g: float = math.nan

    def __str__(self) -> str:
        return f"row {self.number} ({self.file.name})"


def refusal(table: Path, rows: int, bad: list[str]) -> CohortError:
    """Every bad row at once."""
    return CohortError(
        f"{len(bad)} of {rows} rows of {table.name} cannot be used. Mend them, or leave them out with "
        f"--skip-bad-rows:{_listed(bad)}"
    )


def _listed(bad: list[str]) -> str:
    shown = "".join(f"\n  {line}" for line in bad[:NAMED_AT_MOST])
    return shown + (f"\n  and {len(bad) - NAMED_AT_MOST} more" if len(bad) > NAMED_AT_MOST else "")


def read_table(table: Path) -> tuple[list[Row], list[str]]:
    """The rows that can be used as far as the table and the files' bytes tell, and a line for each that cannot.

    Row numbers are a spreadsheet's: the heading is row 1, and empty rows, which are left out, count. Raises CohortError
    where it is no table, lacks a column, or has nothing to learn from.
    """
    names, lines, decimal = _lines(table)
    rows, bad, earlier = list[Row](), list[str](), _Earlier()
    for number, texts in lines.items():
        if any(texts[len(names) :]):
            bad.append(f"row {number}: it has more cells than the heading")  # shifted, so no cell of it is shown
            continue
        cells = ("" if text.lower() in _EMPTY else text for text in texts[: len(names)])
        cell = dict(zip_longest(names, cells, fillvalue=""))
        row, wrong = _row(number, cell, table.parent, decimal)
        wrong += earlier.against(row)
        if not wrong:
            wrong += earlier.same_bytes(row)
        if wrong:
            bad.append(f"row {number} ({Path(cell['file']).name or 'no file'}): {'; '.join(wrong)}")
        else:
            rows.append(row)
    if len(rows) > 1 and len({row.lvm_g for row in rows}) == 1:
        others = f" {len(bad)} more cannot be used:{_listed(bad)}" if bad else ""
        raise CohortError(
            f"There is nothing to learn from {table.name}: every lvm_g is the same in its {len(rows)} usable rows. "
            f"Give the measured masses.{others}"
        )
    return rows, bad


def _lines(table: Path) -> tuple[list[str], dict[int, list[str]], str]:
    """The columns' names, the stripped cells of each row that is not empty by its number, and the decimal point."""
    try:
        text = table.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CohortError(f"There is no table {table.name} in that place.") from None
    except UnicodeDecodeError:
        raise CohortError(f"{table.name} is not in UTF-8. Save it as CSV UTF-8.") from None
    except (OSError, ValueError) as error:
        raise CohortError(f"{table.name} cannot be read as a CSV table: {type(error).__name__}.") from None
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)
    try:
        heading, *below = [[cell.strip() for cell in line] for line in reader] or [[]]
    except csv.Error:
        raise CohortError(
            f"The quotation marks of {table.name} do not match, in line {reader.line_num} or before. Mend them."
        ) from None
    names = [name.lower() for name in heading]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    missing = [name for name in ("file", "lvm_g") if name not in names]
    if missing or twice:
        what = f"lacks the column {' and '.join(missing)}" if missing else f"has the column {twice[0]} twice"
        raise CohortError(f"{table.name} {what}. Its first line has to name the columns: file, lvm_g, sex, age, ...")
    lines = {number: line for number, line in enumerate(below, start=2) if any(line)}
    if not lines:
        raise CohortError(f"{table.name} has no rows.")
    return names, lines, "." if separator == "," else ","


@dataclass(frozen=True)
class _Earlier:
    """The rows so far, so that none repeats or contradicts another."""

    paths: dict[Path, int] = field(default_factory=dict)
    contents: dict[str, int] = field(default_factory=dict)
    sexes: dict[str, Row] = field(default_factory=dict)

    def against(self, row: Row) -> list[str]:
        wrong = []
        if _is_file(row.file) and (first := self.paths.setdefault(row.file.resolve(), row.number)) != row.number:
            wrong.append(f"the same file as row {first}")
        if not math.isnan(row.expected_g):  # a computer may make a man and a woman of one recording
            return wrong
        if row.typed.sex and (other := self.sexes.setdefault(row.patient, row)).typed.sex != row.typed.sex:
            wrong.append(f"the patient of row {other.number} has another sex there")
        return wrong

    def same_bytes(self, row: Row) -> list[str]:
        """A copy under another name would be in the training and the test at once."""
        try:
            with _signal(row.file).open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError:
            return ["the file cannot be opened"]
        first = self.contents.setdefault(digest, row.number)
        return [] if first == row.number else [f"the same ECG as row {first}, under another name"]


def _signal(file: Path) -> Path:
    """The file itself; of a WFDB header the signal file, for headers of two recordings can be the same."""
    beside = [file.with_suffix(suffix) for suffix in (".dat", ".mat")] if file.suffix.lower() == ".hea" else []
    return next(filter(_is_file, beside), file)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no permission, or a name that is too long
        return False


def _number(text: str, name: str, low: float, high: float, wrong: list[str]) -> float | None:
    """None where it is empty or wrong; what is wrong is added."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if low <= value <= high:
        return value
    wrong.append(f"{name} is no number from {low:g} to {high:g}")
    return None


def _row(number: int, cell: dict[str, str], folder: Path, decimal: str) -> tuple[Row, list[str]]:
    """The row, and what is wrong with it: what is missing or wrong is None or NaN there."""
    wrong: list[str] = []

    def value(name: str, low: float, high: float) -> float | None:
        return _number(cell.get(name, "").replace(decimal, "."), name, low, high, wrong)

    sex = _SEXES.get(cell.get("sex", "").lower())
    if cell.get("sex") and sex is None:
        wrong.append("sex is neither male nor female")
    known = {to: value(name, low, high) for name, (to, low, high) in NUMBERS.items()}
    known |= {to: axis_deg(known[to]) for to in known if to.endswith("_deg")}
    lvm_g, expected_g = value("lvm_g", *LVM_G), value("expected_g", *LVM_G)
    if not cell["lvm_g"]:
        wrong.append("lvm_g is empty")
    file = folder / cell["file"]
    if not cell["file"]:
        wrong.append("file is empty")
    elif not _is_file(file):
        wrong.append("there is no such file")
    masses = [math.nan if mass is None else mass for mass in (lvm_g, expected_g)]
    patient = cell.get("patient") or f"row {number}"
    return Row(number, file, masses[0], Typed(sex=sex, **known), patient, masses[1]), wrong
