"""SCP-ECG: EN 1064, ISO 11073-91064, AAMI EC71, protocol 1.x to 3.x.

record        CRC-CCITT and length, checked; bytes behind it are ignored; section 0 points to the others
sections      1, 2, 3, 4, 5, 6, 7, 8, 11, each with its own CRC-CCITT, checked; 3 and 6 must be there
samples       section 6: 16-bit integers, or the Huffman codes of section 2 (the standard's table or the file's own);
              as they are, as first or second differences; nV a step, us a sample
reference beat   subtracted from section 6 (flag in section 3): section 5 is added back at the places of section 4, its
              sample numbers counted from 1
representative beat   section 5, with its length in section 4
leads         section 3 by number; the twelve, others are dropped; only the time that all of them were recorded
patient       section 1: tags 4 age, 5 birth date, 6 height, 7 weight, 8 sex; a unit that is not stated is unknown
low-pass      section 1: tag 28, Hz
measurements  section 7, its first block: axes (999: none), boundaries of P, QRS and T (29999 and 0: none); the
              ventricular rate, else the mean RR
statements    sections 8 and 11 (PACE: paced); spikes in section 7 make a pacemaker
not read      bimodal compression, long-term rhythm (section 12), leads recorded one group after another
"""

import re
import struct
from collections.abc import Iterator
from datetime import date
from itertools import islice

from lvm.read import leads, receipt, scp_waves, source, statements, xml
from lvm.read import patient as units
from lvm.read.scp_record import Record, fields, is_record
from lvm.recording import Measurements, Patient, Recording

READS = "SCP-ECG"

_MAX_TAGS = 1000
_SEX = {1: "male", 2: "female"}
_AGE_UNITS = dict(enumerate(("years", "months", "weeks", "days", "hours"), start=1))
_HEIGHT_UNITS = {1: "cm", 2: "inch", 3: "mm"}
_WEIGHT_UNITS = {1: "kg", 2: "g", 3: "lb", 4: "oz"}
_LAST_TAG, _DEVICE_TAG, _LOW_PASS_TAG = 255, 14, 28
_IDENTIFYING = {
    "name": (0, 1, 3),
    "patient number": (2,),
    "birth date": (5,),
    "order or visit number": (31,),
    "physician or technician": (20, 21, 22),
    "hospital or department": (16, 17, 18, 19, 23),
    "free text": (13, 30, 35),
    "race": (9,),
}
_BLOCK = struct.Struct("<5H3h")
_NONE_MS = (0, 29999, 0xFFFF)
_UTF_16 = 7


def recognises_bytes(data: bytes) -> bool:
    return is_record(data)


def parse_bytes(data: bytes, beside: source.Beside) -> Recording:
    """Read an SCP-ECG record."""
    record = Record(data)
    tags = _tags(record.sections[1])
    beat = scp_waves.reference_beat(record)
    rhythm = scp_waves.rhythm(record, beat)
    signal_mv, derived, odd = leads.assemble(rhythm.leads_mv, rhythm.rate_hz)
    device, spikes = _measured(record.sections[7])
    device_tag = tags.get(_DEVICE_TAG, b"")
    language = device_tag[16] if len(device_tag) > 16 else 0
    findings = statements.findings(
        [*_said(record.sections[8], 3, language), *_said(record.sections[11], 4, language)]  # 11 adds the kind
    )
    day = _day(tags.get(25, b""))
    clock = tags.get(26, b"")[:3]
    person, odd_patient = _patient(tags, day)
    protocol = device_tag[14] if len(device_tag) > 14 else 0
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rhythm.rate_hz,
        format="SCP-ECG",
        version=f"{protocol / 10:.1f}" if 10 <= protocol < 100 else None,
        patient=person,
        device=device,
        derived_leads=derived,
        acquired_at=units.iso_moment(day, "{:02}{:02}{:02}".format(*clock) if len(clock) == 3 else None),
        pacemaker=statements.pacemaker(True if spikes else None, findings),
        findings=findings,
        representative=leads.representative(beat.leads_mv, beat.rate_hz) if beat else None,
        warnings=rhythm.warnings + odd + odd_patient,
        left_out=_left_out(tags),
        low_pass_hz=leads.stated_low_pass_hz([_low_pass_hz(tags)]),
    )


def _tags(body: bytes) -> dict[int, bytes]:
    """The values of section 1 by tag, the first one that is not empty; what follows a broken tag is not read."""
    return dict(reversed([*islice(_each_tag(body), _MAX_TAGS)]))


def _each_tag(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 3 <= len(body) and body[at] != _LAST_TAG:
        value = body[at + 3 : (end := at + 3 + int.from_bytes(body[at + 1 : at + 3], "little"))]
        if end > len(body):
            return
        if value:
            yield body[at], value
        at = end


def _low_pass_hz(tags: dict[int, bytes]) -> float | None:
    value = tags.get(_LOW_PASS_TAG, b"")
    return float(int.from_bytes(value[:2], "little")) if len(value) >= 2 else None


def _day(value: bytes) -> date | None:
    if len(value) < 4:
        return None
    year, month, day = struct.unpack_from("<HBB", value)
    return units.iso_date(f"{year:04}-{month:02}-{day:02}")


def _patient(tags: dict[int, bytes], acquired_on: date | None) -> tuple[Patient, tuple[str, ...]]:
    def quantity(tag: int, names: dict[int, str]) -> list[units.Quantity]:
        if len(tags.get(tag, b"")) < 3:
            return []
        value, unit = struct.unpack_from("<HB", tags[tag])
        return [(float(value), names.get(unit, "not stated"))] if value else []

    return units.person(
        _SEX.get(tags.get(8, b"\0")[0]),
        quantity(4, _AGE_UNITS),
        _day(tags.get(5, b"")),
        acquired_on,
        quantity(6, _HEIGHT_UNITS),
        quantity(7, _WEIGHT_UNITS),
    )


def _left_out(tags: dict[int, bytes]) -> tuple[str, ...]:
    def holds(tag: int) -> bool:
        value = tags.get(tag, b"").strip(b"\0 ")
        return bool(value) and xml.known(value[:100].decode("latin-1")) is not None

    kinds = [kind for kind, numbers in _IDENTIFYING.items() if any(map(holds, numbers))]
    texts = tags.get(_DEVICE_TAG, b"")[36:].split(b"\0")  # software, serial number, ...
    if len(texts) > 1 and xml.known(texts[1][:100].decode("latin-1")):
        kinds.append("device serial number")
    return receipt.left_out(kinds)


def _measured(body: bytes) -> tuple[Measurements, bool]:
    """What the device measured in all leads, and whether it found pacemaker spikes; `body` is section 7."""
    if not body:
        return Measurements(), False
    blocks, spikes, rr_ms = fields(7, body, 0, "BBH")
    found: dict[str, float | None] = {}
    if blocks and len(body) >= 6 + _BLOCK.size:
        p_on, _, qrs_on, qrs_off, t_off, *axes = _BLOCK.unpack_from(body, 6)
        found = dict(zip(("p_axis_deg", "qrs_axis_deg", "t_axis_deg"), map(float, axes), strict=True))
        spans = {
            "pr_interval_ms": (p_on, qrs_on),
            "qrs_duration_ms": (qrs_on, qrs_off),
            "qt_interval_ms": (qrs_on, t_off),
        }
        for name, (begin, end) in spans.items():
            found[name] = None if begin in _NONE_MS or end in _NONE_MS else float(end - begin)
    at = 6 + _BLOCK.size * blocks  # behind them: 10 bytes for each spike, one for each QRS complex and their number
    beats = int.from_bytes(body[at + 10 * spikes :][:2], "little")
    rate = int.from_bytes(body[at + 10 * spikes + 2 + beats :][:2], "little")
    if rate not in _NONE_MS:
        found["heart_rate_bpm"] = float(rate)
    elif rr_ms not in _NONE_MS:
        found["heart_rate_bpm"] = round(60_000 / rr_ms, 1)
    return units.measurements(found), spikes > 0 and at + 4 * spikes <= len(body)


def _said(body: bytes, before: int, language: int) -> Iterator[str]:
    """The statements of section 8 or 11, `before` bytes ahead of each; as far as they go."""
    at = 9
    for _ in range(body[8] if len(body) > 8 else 0):
        end = at + 3 + int.from_bytes(body[at + 1 : at + 3], "little")
        text = body[at + before : end].decode("utf-16-le" if language == _UTF_16 else "latin-1", "replace")
        yield re.sub(r"\bPACE\b", "paced rhythm", text.replace("\0", " "))
        at = end
