"""WFDB, PhysioNet's format: a header (.hea) and the signal files (.dat, .mat) that it names.

read by       this file: the wfdb package reads from paths only, and patient data is never written to disk
header        one segment; record line with its rate (no rate: refused, not taken for 250 Hz), signal lines, comments
signal files  given together with the header, or in one zip archive; by their bare names; those of leads beyond the
              twelve may be missing
formats       16, 24, 32, 61, 80, 160, 212, from any byte offset; not 8, 310, 311, nor compressed (508, 516, 524)
checked       16 bit sum and first value of each lead, unless the sum is stated as 0 or not at all
step          gain in steps per uV, mV or V (mV where none is stated); 0 or no gain is 200, as WFDB has it
leads         by their description; leads beyond the twelve are dropped
patient       comments such as "# age: 81", "#Sex: Male", "<age>: 42 <sex>: M"; see comments.py
statements    comments on diagnoses; see comments.py
not read      several segments, several samples a frame, skew
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm.errors import DamagedFileError, UnsupportedError
from lvm.language import listed, mark, said
from lvm.read import comments, source, statements
from lvm.read import patient as units
from lvm.read.leads import Samples, assemble, checked_rate_hz, checked_uv_per_bit, lead_name, stored_twice
from lvm.recording import LEADS, Recording

READS = mark("WFDB (.hea with its .dat)")

_Bytes = NDArray[np.uint8]
_Steps = NDArray[np.int64]

_MAX_SIGNALS = 64
_BEFORE_XML = 99
_SNIFFED = 2**16
_MAX_LINE = 1000
_DEFAULT_GAIN = 200.0
_RECORD = re.compile(
    r"(?P<name>[\w-]{1,60})(/(?P<segments>\d{1,6}))?\s+(?P<signals>\d{1,4})"
    r"(\s+(?P<rate>\d{1,6}(\.\d{0,9})?)(/\S{1,40})?(\s+(?P<samples>\d{1,9})(\s+(?P<moment>\S.{0,60}))?)?)?",
    re.ASCII,
)
_SIGNAL = re.compile(
    r"(?P<file>\S{1,255})\s+(?P<format>\d{1,3})(x(?P<a_frame>\d{1,4}))?(:(?P<skew>\d{1,6}))?(\+(?P<offset>\d{1,9}))?"
    r"(\s+(?P<gain>-?[\d.]{1,18}(e[+-]?\d{1,3})?)(\((?P<baseline>-?\d{1,10})\))?(/(?P<unit>\S{1,20}))?"
    r"(\s+\d{1,4}(\s+(?P<zero>-?\d{1,10})(\s+(?P<first>-?\d{1,10})(\s+(?P<sum>-?\d{1,10})"
    r"(\s+\d{1,9}(\s+(?P<name>.{1,255}))?)?)?)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_FORMATS = (8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516, 524)
_BARE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
_UV_PER_UNIT = {"uv": 1.0, "µv": 1.0, "μv": 1.0, "mv": 1e3, "v": 1e6}
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}:\d{2}:\d{2})(\.\d{0,9})?", re.ASCII)


def _from_212(data: _Bytes) -> _Steps:
    """Two samples of 12 bits in three bytes; an odd last one in two."""
    wide = np.zeros(-(-data.size // 3) * 3, dtype=np.int64)
    wide[: data.size] = data
    low, middle, high = wide.reshape(-1, 3).T
    steps = np.stack([low + ((middle & 0x0F) << 8), high + ((middle >> 4) << 8)], axis=1).ravel()
    return np.asarray(np.where(steps > 2047, steps - 4096, steps))


def _from_24(data: _Bytes) -> _Steps:
    low, middle, high = data[: data.size // 3 * 3].reshape(-1, 3).astype(np.int64).T
    steps = low + (middle << 8) + (high << 16)
    return np.asarray(np.where(steps >= 2**23, steps - 2**24, steps))


def _plain(dtype: str, zero: int = 0) -> Callable[[_Bytes], _Steps]:
    width = np.dtype(dtype).itemsize

    def decode(data: _Bytes) -> _Steps:
        return data[: data.size // width * width].view(dtype).astype(np.int64) - zero

    return decode


@dataclass(frozen=True)
class _Format:
    """How steps are stored: bytes of n of them, and the step that marks a missing sample."""

    decode: Callable[[_Bytes], _Steps]
    bits: int

    def length(self, count: int) -> int:
        return -(-count * self.bits // 8)

    @property
    def missing(self) -> int:
        return int(-(2 ** (self.bits - 1)))


_READ = {
    16: _Format(_plain("<i2"), 16),
    61: _Format(_plain(">i2"), 16),
    160: _Format(_plain("<u2", 2**15), 16),
    80: _Format(_plain("u1", 2**7), 8),
    212: _Format(_from_212, 12),
    24: _Format(_from_24, 24),
    32: _Format(_plain("<i4"), 32),
}


def recognises_bytes(data: bytes) -> bool:
    """Whether it begins with a record line, and a signal line of a format that there is."""
    if data[:_BEFORE_XML].lstrip(b"\xff\xfe\xef\xbb\xbf\0 \t\r\n").startswith(b"<"):
        return False  # soon said, for every XML file passes here
    lines = _lines(data[:_SNIFFED])[0]
    record = _RECORD.fullmatch(lines[0][:_MAX_LINE]) if lines else None
    if record is None:
        return False
    if record["segments"]:
        return len(lines) > 1
    signal = _SIGNAL.fullmatch(lines[1][:_MAX_LINE]) if len(lines) > 1 else None
    return signal is not None and int(signal["format"]) in _FORMATS


def _lines(data: bytes) -> tuple[list[str], list[str]]:
    """The lines of a header, and its comments."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", data.decode("utf-8", errors="replace"))]
    return [line for line in lines if line and line[0] != "#"], [line for line in lines if line[:1] == "#"]


def parse_bytes(data: bytes, beside: source.Beside) -> Recording:
    """Read a header, and the signal files beside it."""
    lines, remarks = _lines(data)
    record = _RECORD.fullmatch(lines[0][:_MAX_LINE])
    if record is None or record["segments"]:
        raise UnsupportedError(
            said(
                "The WFDB record consists of several segments; only a record of one segment can be read. Give the "
                "header and the signal file of one segment."
            )
        )
    rate_hz = checked_rate_hz(float(record["rate"]) if record["rate"] else None)
    signals = _signals(lines, int(record["signals"]))
    files: dict[str, list[re.Match[str]]] = {}
    for signal in signals:
        files.setdefault(signal["file"], []).append(signal)
    stored_mv: dict[str, Samples] = {}
    for file, together in files.items():
        stored_mv |= _leads_mv(file, together, int(record["samples"] or 0), beside)
    signal_mv, derived, warnings = assemble(stored_mv, rate_hz)

    stated = comments.facts(remarks)
    patient, odd = comments.person(stated)
    findings = comments.findings(stated)
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format="WFDB",
        version=None,
        patient=patient,
        derived_leads=derived,
        acquired_at=_acquired_at(record["moment"] or ""),
        pacemaker=statements.pacemaker(None, findings),
        findings=findings,
        warnings=warnings + odd,
        left_out=comments.left_out(stated),
    )


def _acquired_at(moment: str) -> str | None:
    """ISO 8601 of a record line's time and day, "10:20:30 01/03/2020"; None where there is no day."""
    found = [_DAY.fullmatch(word) for word in moment.split()]
    day = next((units.iso_date(f"{day[3]}-{day[2]}-{day[1]}") for day in found if day), None)
    clock = next((clock for clock in map(_CLOCK.fullmatch, moment.split()) if clock), None)
    return units.iso_moment(day, f"{clock[1]:0>8}" if clock else None)


def _signals(lines: list[str], count: int) -> list[re.Match[str]]:
    """The signal lines, one for each stored signal."""
    if not 0 < count <= _MAX_SIGNALS or len(lines) <= count:
        raise DamagedFileError(
            said(
                "The WFDB header states {count} signals and describes {described}; 1 to {most} can be read. Copy the "
                "header again.",
                count=count,
                described=len(lines) - 1,
                most=_MAX_SIGNALS,
            )
        )
    signals = []
    for number, line in enumerate(lines[1 : count + 1], 1):
        signal = _SIGNAL.fullmatch(line[:_MAX_LINE])
        if signal is None:
            raise DamagedFileError(
                said("Signal line {number} of the WFDB header is damaged. Copy the header again.", number=number)
            )
        signals.append(signal)
    names = [_lead(signal) for signal in signals]
    if twice := [lead for lead in LEADS if names.count(lead) > 1]:
        raise stored_twice(twice[0], mark("WFDB record"))
    return signals


def _lead(signal: re.Match[str]) -> str:
    return lead_name(signal["name"] or "")


def _leads_mv(file: str, signals: list[re.Match[str]], samples: int, beside: source.Beside) -> dict[str, Samples]:
    """(T,) millivolts of the leads in one signal file; empty for a lead beyond the twelve.

    samples : of each lead; 0 where the header does not say.
    """
    stored_mv = {_lead(signal): np.empty(0) for signal in signals if _lead(signal) not in LEADS}
    if len(stored_mv) == len(signals):
        return stored_mv
    how = _how_stored(signals)
    steps = _steps(file, how, int(signals[0]["offset"] or 0), len(signals), samples, beside)  # (leads, T)
    for signal, row in zip(signals, steps, strict=True):
        lead = _lead(signal)
        if lead not in LEADS:
            continue
        _check(lead, signal, row)
        if (row == how.missing).any():
            raise DamagedFileError(
                said(
                    "Lead {lead} of the WFDB record has samples that are marked as missing. Give a stretch of the "
                    "recording in which every lead is whole.",
                    lead=lead,
                )
            )
        baseline = int(signal["baseline"] or signal["zero"] or 0)
        stored_mv[lead] = (row - baseline) * (_uv_per_step(lead, signal) / 1000)
    return stored_mv


def _how_stored(signals: list[re.Match[str]]) -> _Format:
    how = _READ.get(int(signals[0]["format"]))
    alike = len({(signal["format"], signal["offset"]) for signal in signals}) == 1
    simple = all(int(signal["a_frame"] or 1) == 1 and int(signal["skew"] or 0) == 0 for signal in signals)
    if how is None or not alike or not simple:
        *some, last = _READ
        raise UnsupportedError(
            said(
                "The WFDB record stores its samples in another way than one sample of each lead in turn, without skew, "
                "in format {formats} or {last}, the only ones that can be read. Convert it with WFDB's xform.",
                formats=listed(map(str, some)),
                last=last,
            )
        )
    return how


def _steps(file: str, how: _Format, offset: int, leads: int, samples: int, beside: source.Beside) -> _Steps:
    """(leads, T) steps of a signal file."""
    if not _BARE.fullmatch(file):
        raise UnsupportedError(
            said(
                "The WFDB header names a signal file in another folder; only one that is given together with it can "
                "be read. Put both into one folder and change the name in the header."
            )
        )
    content = beside(file)
    if content is None:
        raise DamagedFileError(
            said(
                "The WFDB header holds no samples: please give the signal file that it names (.dat) together with it, "
                "or a zip archive of both."
            )
        )
    source.check_size(len(content))
    content = content[offset:]
    stored = len(content) * 8 // how.bits // leads
    if stored < (samples or 1):
        raise DamagedFileError(
            said(
                "The signal file of the WFDB record holds {stored} samples a lead, the header states {stated}. Copy it "
                "again.",
                stored=stored,
                stated=samples or mark("more"),
            )
        )
    count = leads * (samples or stored)
    steps = how.decode(np.frombuffer(content, dtype=np.uint8, count=how.length(count)))[:count]
    return steps.reshape(-1, leads).T


def _check(lead: str, signal: re.Match[str], steps: _Steps) -> None:
    """Compare with the sum and the first value that the header states."""
    stated = int(signal["sum"] or 0)
    if stated and ((int(steps.sum()) - stated) % 2**16 or int(signal["first"]) != int(steps[0])):
        raise DamagedFileError(
            said(
                "Lead {lead} of the WFDB record fails its checksum: its samples are not those that the header "
                "describes. Copy both files again.",
                lead=lead,
            )
        )


def _uv_per_step(lead: str, signal: re.Match[str]) -> float:
    uv_per_unit = _UV_PER_UNIT.get((signal["unit"] or "mV").lower())
    if uv_per_unit is None:
        raise UnsupportedError(
            said(
                "Lead {lead} of the WFDB record is not in uV, mV or V, the only units that can be read. Export it "
                "again in one of these.",
                lead=lead,
            )
        )
    try:
        gain = float(signal["gain"] or 0) or _DEFAULT_GAIN
    except ValueError:  # such as "1.2.3"
        gain = np.nan
    return checked_uv_per_bit(uv_per_unit / gain if np.isfinite(gain) else None)
