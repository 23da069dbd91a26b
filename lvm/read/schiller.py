"""Schiller SEMA XML (SchillerEDI).

root          com.xiriuz.sema.xml.schillerEDI.SchillerEDI, or any name that ends in SchillerEDI
samples       eventdata/event/wavedata of type ECG_RHYTHMS, wherever it stands; the first event that has one
representative beat   the wavedata of type ECG_AVERAGES of the same event; alone, without a rhythm, it is refused
rate          resolution/samplerate/value, Hz; the exponent 1 beside it is no power of ten, another one is refused
step          resolution/yres/unitperbit in units UV, MV or NV; another unit, or none, is refused
leads         channel/{name,data}: whole numbers separated by commas (datastype COMMASEPARATE), checked against
              samplecount; names in capitals (AVR)
derived       III, aVR, aVL, aVF where not stored; leads beyond the twelve are dropped
patient       patdata: birthdate (YYYYMMDD) at startdatetime, no age; gender; height, weight, each value and unit
measurements  annotation_global of the same event: AXIS_P, AXIS_QRS, AXIS_T, HR, PQ, QRS, QT
statements    textdata of type INTERPRETATION; a pacemaker also from patdata/pacemaker
low-pass      filters_data/filter of the same event by the name LOWPASS_CUTOFF_FREQ, Hz
not read      P_ON, QRS_ON, ... (in samples of the average), the measurements of each lead, the other filters
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import chain, islice

from lvm.errors import DamagedFileError, ReadError, UnsupportedError
from lvm.language import mark, said
from lvm.read import patient as units
from lvm.read import receipt, statements, xml
from lvm.read.leads import (
    Samples,
    assemble,
    by_name,
    checked_rate_hz,
    checked_uv_per_bit,
    representative,
    stated_low_pass_hz,
    whole_numbers,
)
from lvm.recording import Measurements, Patient, Recording, RepresentativeBeat

READS = "Schiller SEMA XML"

_RHYTHM, _AVERAGE = ("ECG_RHYTHMS", "ECG_RHYTHM"), ("ECG_AVERAGES", "ECG_AVERAGE")
_UV_PER_UNIT = {"UV": 1.0, "MV": 1000.0, "NV": 1e-3}
_MAX_EVENTS = 100
_MAX_LINES = 1000
_CUTOFF = "LOWPASS_CUTOFF_FREQ"
_CLOCK = re.compile(r"(\d{6})(\d{3})?", re.ASCII)  # HHMMSS, with or without milliseconds
_MEASURED_AS = {
    "p_axis_deg": "AXIS_P",
    "qrs_axis_deg": "AXIS_QRS",
    "t_axis_deg": "AXIS_T",
    "heart_rate_bpm": "HR",
    "pr_interval_ms": "PQ",
    "qrs_duration_ms": "QRS",
    "qt_interval_ms": "QT",
}
_EXAM, _IDU = "examdescript", "examdescript/idu"
_IDENTIFYING = {
    "name": ("patdata/lastname", "patdata/firstname"),
    "patient number": ("patdata/id",),
    "birth date": ("patdata/birthdate",),
    "order or visit number": tuple(f"{_EXAM}/{tag}" for tag in ("job_id", "case_id", "order_id")),
    "physician or technician": (
        f"{_EXAM}/user_id",
        *(
            f"{_IDU}/{who}_user/{tag}"
            for who in ("aquiring", "referring", "requesting", "analyzing")
            for tag in ("id", "name")
        ),
    ),
    "hospital or department": (
        f"{_EXAM}/location/id",
        *(
            f"{_IDU}/{which}_{where}/{tag}"
            for which in ("aquiring", "requesting", "analyzing")
            for where in ("department", "institute")
            for tag in ("id", "name")
        ),
    ),
}


def recognises(root: xml.Element) -> bool:
    return xml.local_name(root).endswith("SchillerEDI")


def parse(root: xml.Element) -> Recording:
    """Read a SEMA document; the limb leads are usually all stored, so derived_leads is empty."""
    event, rhythm = _event(root)
    rate_hz = _rate_hz(rhythm)
    signal_mv, derived, warnings = assemble(_leads_mv(rhythm), rate_hz)
    day = units.compact_date(xml.text(root, f"{_EXAM}/startdatetime/date"))
    clock = _CLOCK.fullmatch(xml.text(root, f"{_EXAM}/startdatetime/time") or "")
    patient, odd = _patient(root, day)
    findings = statements.findings(_said(event, interpretation=True))
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format=READS,
        version=xml.word(xml.text(root, f"{_EXAM}/aquiringdevice/software/version")),
        patient=patient,
        device=_device(event),
        derived_leads=derived,
        acquired_at=units.iso_moment(day, clock and clock[1]),
        pacemaker=statements.pacemaker(_pacemaker(root), findings),
        findings=findings,
        representative=_representative(event),
        warnings=warnings + odd,
        left_out=_left_out(root),
        low_pass_hz=_low_pass_hz(event),
    )


def _event(root: xml.Element) -> tuple[xml.Element, xml.Element]:
    """The first event that holds a rhythm, and the rhythm's wavedata."""
    events = list(islice(xml.children(root, "eventdata/event"), _MAX_EVENTS))
    for event in events:
        if (rhythm := _wavedata(event, _RHYTHM)) is not None:
            return event, rhythm
    if any(_wavedata(event, _AVERAGE) is not None for event in events):
        raise UnsupportedError(
            said(
                "The Schiller file holds only the averaged beat; a recording of several heartbeats is needed. Export "
                "it again with its rhythm."
            )
        )
    raise DamagedFileError(said("The Schiller file holds no rhythm of the ECG. Export it again with its waveforms."))


def _wavedata(event: xml.Element, kinds: tuple[str, ...]) -> xml.Element | None:
    blocks = xml.children(event, "wavedata")
    return next((block for block in blocks if (xml.text(block, "type") or "").upper() in kinds), None)


def _rate_hz(block: xml.Element) -> float:
    exponent = xml.number(block, "resolution/samplerate/exponent")
    if exponent not in (None, 0, 1):
        raise UnsupportedError(
            said(
                "The Schiller file states its sampling rate with an exponent other than 1, whose meaning is not "
                "known. Export it again from the source."
            )
        )
    return checked_rate_hz(xml.number(block, "resolution/samplerate/value"))


def _low_pass_hz(event: xml.Element) -> float | None:
    filters = islice(xml.children(event, "filters_data/filter"), _MAX_LINES)
    return stated_low_pass_hz(xml.number(one, "value") for one in filters if xml.text(one, "name") == _CUTOFF)


def _leads_mv(block: xml.Element) -> dict[str, Samples]:
    """(T,) millivolts of each lead of a wavedata; empty for a lead beyond the twelve."""
    uv_per_unit = _UV_PER_UNIT.get((xml.text(block, "resolution/yres/units") or "").upper())
    if uv_per_unit is None:
        raise UnsupportedError(
            said(
                "The Schiller file does not state its amplitudes in UV, MV or NV, the only units that can be read. "
                "Export it again from the source."
            )
        )
    per_bit = xml.number(block, "resolution/yres/unitperbit")
    uv_per_bit = checked_uv_per_bit(None if per_bit is None else per_bit * uv_per_unit)

    def samples_mv(name: str, channel: xml.Element) -> Samples:
        return _steps(channel, name) * (uv_per_bit / 1000)

    channels = ((xml.text(channel, "name"), channel) for channel in xml.children(block, "channel"))
    return by_name(channels, samples_mv, mark("Schiller file"))


def _steps(channel: xml.Element, name: str) -> Samples:
    if xml.text(channel, "datastype") not in (None, "COMMASEPARATE"):
        raise UnsupportedError(
            said(
                "Lead {name} of the Schiller file is not stored as numbers separated by commas, the only way that can "
                "be read. Export it again from the source.",
                name=name,
            )
        )
    return whole_numbers(xml.text(channel, "data") or "", name, xml.number(channel, "samplecount"))


def _representative(event: xml.Element) -> RepresentativeBeat | None:
    """The averaged beat; None where it is absent or damaged, for nothing rests on it."""
    block = _wavedata(event, _AVERAGE)
    if block is not None:
        with suppress(ReadError):
            return representative(_leads_mv(block), _rate_hz(block))
    return None


def _device(event: xml.Element) -> Measurements:
    found: dict[str, float | None] = {}
    for annotation in xml.children(event, "annotation_global"):
        name, value = xml.text(annotation, "name"), xml.number(annotation, "value")
        if name is not None and value is not None:
            found.setdefault(name, value)
    return units.measurements({name: found.get(tag) for name, tag in _MEASURED_AS.items()})


def _patient(root: xml.Element, acquired_on: date | None) -> tuple[Patient, tuple[str, ...]]:
    def quantity(tag: str) -> units.Quantity:
        return xml.number(root, f"patdata/{tag}/value"), xml.text(root, f"patdata/{tag}/unit")

    birth = xml.text(root, "patdata/birthdate")
    return units.person(
        xml.text(root, "patdata/gender"),
        born=units.compact_date(birth) or units.iso_date(birth),
        on=acquired_on,
        heights=[quantity("height")],
        weights=[quantity("weight")],
    )


def _said(event: xml.Element, interpretation: bool) -> Iterator[str]:
    """The lines of the interpretation, or of every other text: medication, remarks."""
    texts = (
        xml.raw_text(text)
        for block in xml.children(event, "textdata")
        if ((xml.text(block, "type") or "").upper() == "INTERPRETATION") == interpretation
        for text in xml.children(block, "textdata")
    )
    return islice(chain.from_iterable(text.split("\n", _MAX_LINES) for text in texts), _MAX_LINES)


def _pacemaker(root: xml.Element) -> bool | None:
    return {"ON": True, "OFF": False}.get((xml.text(root, "patdata/pacemaker/value") or "").upper())


def _left_out(root: xml.Element) -> tuple[str, ...]:
    kinds = list(receipt.in_xml(root, _IDENTIFYING))
    events = islice(xml.children(root, "eventdata/event"), _MAX_EVENTS)
    if any(xml.known(line) for event in events for line in _said(event, interpretation=False)):
        kinds.append("free text")
    if (xml.text(root, "patdata/ethnic") or "ETHNIC_UNDEFINED").upper() != "ETHNIC_UNDEFINED":
        kinds.append("race")
    return receipt.left_out(kinds)
