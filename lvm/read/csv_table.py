"""CSV, one column a lead, which says its sampling rate and its unit.

text          UTF-8, UTF-16 or Latin-1; lines such as "# sampling rate: 500 Hz" anywhere; then a row of names, then rows
              of numbers; separated by tabs, semicolons or commas; decimal comma where a comma does not separate
leads         named in the first row that is no comment, such as I, "Lead I", I [mV], I (uV), I_mV; three of them at
              least, in any order; columns beyond the twelve leads are dropped
rate          "# sampling rate: 500 Hz", or a column time with its unit (time [s], time_ms, t (ms)) in even steps
step          the unit in each column's name, or "# unit: mV"; uV, mV or V
patient       "# sex: female", "# age: 63", "# height: 170 cm", "# weight: 70 kg"; see comments.py
statements    "# diagnosis: ..."; see comments.py
refused       without rate or unit: neither is guessed
"""

import codecs
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm.errors import DamagedFileError, UnsupportedError
from lvm.language import mark, said
from lvm.read import comments, source, statements
from lvm.read.leads import Samples, assemble, checked_rate_hz, lead_name
from lvm.recording import LEADS, Recording

READS = mark("CSV with its rate and unit")

_SNIFFED = 2**16
_MAX_HEADER, _MAX_COLUMNS = 8192, 200
_LEAST_LEADS = 3
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BINARY = re.compile(r"[\0-\x08\x0e-\x1f]")
_EXCEL = re.compile(r'"?sep=.?"?', re.IGNORECASE)  # Excel's own first line
_LEAD = re.compile(r"(?P<name>.+?)[\s_]*[\[(/]?\s*(?P<unit>[muµμ]?V)\s*[\])]?", re.IGNORECASE)
_TIME = re.compile(r"(?:elapsed )?(?:time|t)[\s_]*[\[(/]?\s*(?P<unit>[a-zµμ]*)\s*[\])]?", re.IGNORECASE)
_INDEX = ("", "index", "sample", "samples", "no", "n", "row")
_MV_PER_UNIT = {"uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "mv": 1.0, "v": 1e3}
_S_PER_UNIT = dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0)
_S_PER_UNIT |= dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1e-3)
_S_PER_UNIT |= dict.fromkeys(("us", "µs", "μs", "microsecond", "microseconds"), 1e-6)
_HZ_PER_UNIT = {"hz": 1.0, "khz": 1e3, "sps": 1.0}
_RATE = re.compile(r"(sampl\w*[ _-]?(rate|frequency)|rate|fs)([\s_]*[\[(]?(?P<unit>k?hz)[\])]?)?")
_UNIT = re.compile(r"(amplitude |signal )?units?")
_MAX_STEP_OFF = 0.3  # of a step; a sample that is left out is off by 0.5 or more
_LARGEST = 1e9  # of any number: arithmetic with it stays finite
_LEAST_STEP_S = 1e-9
_ROUNDED = 2e-4  # of a rate: how far rounded times may put it off a whole number
_RATES_DIFFER = 0.005
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)

_ADD_UNIT = '"# unit: mV" (or uV, or V)'
_ADD_RATE = '"# sampling rate: 500 Hz" (with its own rate)'


@dataclass(frozen=True)
class _Table:
    """A text taken apart, its numbers still text."""

    said: comments.Facts
    names: tuple[str, ...]
    between: str
    body: str
    first_line: int  # of the body, counted from 1 in the file


def recognises_bytes(data: bytes) -> bool:
    """Whether the first row that is no comment names leads."""
    return _table(_text(data[:_SNIFFED])) is not None


def parse_bytes(data: bytes, beside: source.Beside) -> Recording:
    """Read a table of samples."""
    table = _table(_text(data))
    if table is None:
        raise DamagedFileError(said("The CSV file's row of lead names is damaged. Export it again from the source."))
    columns = _lead_columns(table)
    mv_per_unit = {lead: _mv_per_unit(table, column) for lead, column in columns.items()}
    stated_hz, time = _stated_hz(table.said), _time_column(table)
    _check_stated(table, None not in mv_per_unit.values(), stated_hz is not None or time is not None)
    numbers = _numbers(table, [*columns.values(), *([time[0]] if time else [])])  # (columns, T)
    rate_hz = checked_rate_hz(_agreed_hz(stated_hz, _hz_of(numbers[-1] * time[1]) if time else None))
    stored_mv: dict[str, Samples] = {lead: np.empty(0) for lead in _further(table)}
    for lead, samples in zip(columns, numbers, strict=False):
        stored_mv[lead] = samples * (mv_per_unit[lead] or np.nan)
    signal_mv, derived, warnings = assemble(stored_mv, rate_hz)

    patient, odd = comments.person(table.said)
    findings = comments.findings(table.said)
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format="CSV",
        version=None,
        patient=patient,
        derived_leads=derived,
        pacemaker=statements.pacemaker(None, findings),
        findings=findings,
        warnings=warnings + odd,
        left_out=comments.left_out(table.said, [word for word in table.said if _ours(word)]),
    )


def _text(data: bytes) -> str:
    """The text of a file, or of its beginning."""
    return re.sub(r"\r\n?", "\n", _decoded(data))


def _decoded(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace")
    head = data[:400]
    at_even, at_odd = head[::2].count(0), head[1::2].count(0)
    if max(at_even, at_odd) > len(head) // 4:
        return data.decode("utf-16-le" if at_odd > at_even else "utf-16-be", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken_off = error.start > len(data) - 4 and len(data) == _SNIFFED
        return data[: error.start].decode("utf-8") if broken_off else data.decode("latin-1")


def _table(text: str) -> _Table | None:
    """None where no row of lead names comes first."""
    at, line_number, remarks = 0, 0, []
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].strip(" ")
        at, line_number = end + 1, line_number + 1
        if line.lstrip('"').startswith("#"):
            remarks.append(line.strip('"\t;, '))
        elif line.strip('"\t;, ') and not _EXCEL.fullmatch(line):
            break
    else:
        return None
    if len(line) > _MAX_HEADER or line[0] in "<{" or _BINARY.search(line):
        return None
    splits = [(between, tuple(cell.strip('" \ufeff') for cell in line.split(between))) for between in "\t;,"]
    between, names = max(splits, key=lambda split: len({_lead(name) for name in split[1]} & set(LEADS)))
    if len({_lead(name) for name in names} & set(LEADS)) < _LEAST_LEADS or len(names) > _MAX_COLUMNS:
        return None
    remarks += re.findall(r"^[\" ]*#([^\n]*)", text[at:], re.MULTILINE)
    return _Table(comments.facts(remarks), names, between, text[at:], line_number + 1)


def _lead(column: str) -> str:
    """Name of the lead in a column, without the unit."""
    with_unit = _LEAD.fullmatch(column)
    return lead_name(with_unit["name"] if with_unit else column)


def _lead_columns(table: _Table) -> dict[str, int]:
    """Where each of the twelve leads stands."""
    columns: dict[str, int] = {}
    for column, name in enumerate(table.names):
        lead = _lead(name)
        if lead in columns:
            raise DamagedFileError(
                said("Lead {lead} stands in the CSV file twice. Export it again from the source.", lead=lead)
            )
        if lead in LEADS:
            columns[lead] = column
    return columns


def _time_column(table: _Table) -> tuple[int, float] | None:
    """Where the time stands and its unit in seconds; None where there is no column of time, or none with its unit."""
    for column, name in enumerate(table.names):
        time = _TIME.fullmatch(name)
        if time and time["unit"].lower() in _S_PER_UNIT:
            return column, _S_PER_UNIT[time["unit"].lower()]
    return None


def _further(table: _Table) -> list[str]:
    """Names of columns that are no lead of the twelve, no time and no count."""
    others = (name for name in table.names if name.lower() not in _INDEX and not _TIME.fullmatch(name))
    return [lead for lead in map(_lead, others) if lead not in LEADS]


def _mv_per_unit(table: _Table, column: int) -> float | None:
    """By the unit in the column's name, else by a comment."""
    with_unit = _LEAD.fullmatch(table.names[column])
    stated = (value for word, value in table.said.items() if _UNIT.fullmatch(word))
    unit = with_unit["unit"] if with_unit else next(stated, "")
    return _MV_PER_UNIT.get(unit.strip("[]() ").lower())


def _ours(word: str) -> bool:
    return bool(_RATE.fullmatch(word) or _UNIT.fullmatch(word))


def _stated_hz(stated: comments.Facts) -> float | None:
    rates = set()
    for word, values in stated.items():
        for value in values.split("\n") if (found := _RATE.fullmatch(word)) else ():
            number, unit = comments.quantity(value)
            factor = _HZ_PER_UNIT.get((unit or (found and found["unit"]) or "Hz").lower())
            if number is not None and factor is not None:
                rates.add(number * factor)
    if len(rates) > 1:
        raise DamagedFileError(said("The CSV file states two different sampling rates. Correct the one that is wrong."))
    return next(iter(rates), None)


def _check_stated(table: _Table, has_unit: bool, has_rate: bool) -> None:
    """Refuse to guess, and name all that is missing at once."""
    if has_unit and has_rate:
        return
    what = mark(
        "The CSV file does not say the unit of its samples and its sampling rate. Above the row of lead names, add the "
        "lines {unit} and {rate}."
    )
    if has_unit:
        what = mark("The CSV file does not say its sampling rate. Above the row of lead names, add the line {rate}.")
    elif has_rate:
        what = mark(
            "The CSV file does not say the unit of its samples. Above the row of lead names, add the line {unit}."
        )
    raise UnsupportedError(said(what, unit=_ADD_UNIT, rate=_ADD_RATE))


def _hz_of(times_s: Samples) -> float:
    """The rate of times in even steps; times that were rounded, such as to 1 ms, are taken as even."""
    count = times_s.size - 1
    step_s = (times_s[-1] - times_s[0]) / count if count > 0 else 0.0
    even_s = times_s[0] + step_s * np.arange(times_s.size)
    if not step_s > _LEAST_STEP_S or np.abs(times_s - even_s).max() > _MAX_STEP_OFF * step_s:
        raise DamagedFileError(
            said(
                "The times in the CSV file do not rise in even steps: samples are missing, or it is no recording at "
                "one rate. Export it again with every sample."
            )
        )
    rate_hz = 1 / float(step_s)
    whole = round(rate_hz)
    return float(whole) if abs(rate_hz - whole) < _ROUNDED * rate_hz else rate_hz


def _agreed_hz(stated_hz: float | None, measured_hz: float | None) -> float | None:
    if stated_hz and measured_hz and abs(stated_hz / measured_hz - 1) > _RATES_DIFFER:
        raise DamagedFileError(
            said(
                "The CSV file states {stated_hz:.6g} Hz, and the steps of its times are those of {measured_hz:.6g} "
                "Hz. Correct the one that is wrong.",
                stated_hz=stated_hz,
                measured_hz=measured_hz,
            )
        )
    return measured_hz if stated_hz is None else stated_hz


def _numbers(table: _Table, columns: list[int]) -> NDArray[np.float64]:
    """(columns, T) numbers. Raises DamagedFileError that says where a cell is none."""
    body = table.body.rstrip("\n\t;, ")
    if not re.search(r"^[^#\n]", body, re.MULTILINE):
        raise DamagedFileError(said("The CSV file holds no samples below the row of lead names. Export it again."))
    _check_widths(table, body)
    if table.between != ",":
        body = body.replace(",", ".")
    try:
        numbers = np.loadtxt(
            body.split("\n"), delimiter=table.between, comments="#", quotechar='"', usecols=columns, ndmin=2
        )
    except ValueError:
        raise _no_number(table, body, columns) from None
    if not (np.abs(numbers) <= _LARGEST).all():
        raise _no_number(table, body, columns)
    return np.ascontiguousarray(numbers.T)


def _check_widths(table: _Table, body: str) -> None:
    """Refuse a row with more cells than names: a lead would be taken for its neighbour, or a decimal comma for two."""
    most = len(table.names)
    for number, line in enumerate(body.split("\n"), table.first_line):
        if (
            line.count(table.between) >= most
            and len(line.partition("#")[0].rstrip(table.between + " ").split(table.between)) > most
        ):
            raise DamagedFileError(
                said(
                    "Line {number} of the CSV file has more cells than there are names above it, so it is not clear "
                    "which lead each belongs to. Name every column; no decimal commas where commas separate.",
                    number=number,
                )
            )


def _no_number(table: _Table, body: str, columns: list[int]) -> DamagedFileError:
    """The error that names the first cell that is no number."""
    for number, line in enumerate(body.split("\n"), table.first_line):
        cells = [cell.strip('" ') for cell in line.partition("#")[0].split(table.between)]
        for column in columns if cells != [""] else ():
            cell = cells[column] if column < len(cells) else ""
            if not _NUMBER.fullmatch(cell) or abs(float(cell)) > _LARGEST:
                name = _lead(table.names[column])
                what = mark(
                    "The time in line {number} of the CSV file is no number. Correct it, or export the file again."
                )
                if name in LEADS:
                    what = mark(
                        "Lead {lead} in line {number} of the CSV file is no number. Correct it, or export the file "
                        "again."
                    )
                return DamagedFileError(said(what, lead=name, number=number))
    return DamagedFileError(said("The rows of the CSV file are damaged. Export it again from the source."))
