"""Mortara (Welch Allyn, Hillrom) ELI XML, as written by ELI electrocardiographs and ELI Link.

No real file was at hand and there is no public specification: this was written after what other readers (ecgdatakit,
BRAVEHEART, EDFbrowser) take from such files, and checked on made files only.

root          ECG with CHANNEL or TYPICAL_CYCLE children of Mortara's; any other ECG element is left alone
samples       CHANNEL@DATA: Base64 of 16 bit little endian (BITS 16, FORMAT SIGNED, ENCODING BASE64, or not stated),
              checked against DURATION (a number of samples, or milliseconds)
rate          CHANNEL@SAMPLE_FREQ, the same for all
step          CHANNEL@UNITS_PER_MV, of each channel; where it is not stated, the file is refused
offset        CHANNEL@OFFSET is not applied (0 in all known files, its meaning is not published); another one warns
derived       III, aVR, aVL, aVF where not stored; leads beyond the twelve are dropped
representative beat   TYPICAL_CYCLE/TYPICAL_CYCLE_CHANNEL@DATA, with SAMPLE_FREQ and UNITS_PER_MV of TYPICAL_CYCLE
low-pass      SOURCE@LOW_PASS_FILTER, Hz
patient       @AGE with @AGE_UNITS, else SUBJECT@DOB at @ACQUISITION_TIME; SUBJECT@GENDER; @HEIGHT with @HEIGHT_UNITS,
              @WEIGHT with @WEIGHT_UNITS (0 is missing); age, sex, birth date else from DEMOGRAPHIC_FIELD 3, 4, 16
measurements  TYPICAL_CYCLE: P_AXIS, QRS_AXIS, T_AXIS, PR_DURATION, QRS_DURATION, QT; @VENT_RATE
statements    AUTOMATIC_INTERPRETATION/STATEMENT@TEXT; a pacemaker is known from them alone
"""

from contextlib import suppress
from datetime import date
from itertools import islice

import numpy as np

from lvm.errors import DamagedFileError, ReadError, UnsupportedError
from lvm.language import mark, said
from lvm.read import patient as units
from lvm.read import receipt, statements, xml
from lvm.read.leads import (
    MAX_LEADS,
    Samples,
    assemble,
    by_name,
    checked_rate_hz,
    checked_uv_per_bit,
    lead_name,
    representative,
    stated_low_pass_hz,
)
from lvm.recording import LEADS, Measurements, Patient, Recording, RepresentativeBeat

READS = "Mortara ELI XML"

_AGE_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day", "H": "hour"}
_MAX_FIELDS = 200
_STORED_AS = {"BITS": "16", "FORMAT": "SIGNED", "ENCODING": "BASE64"}
_MEASURED_AS = {
    "p_axis_deg": "P_AXIS",
    "qrs_axis_deg": "QRS_AXIS",
    "t_axis_deg": "T_AXIS",
    "pr_interval_ms": "PR_DURATION",
    "qrs_duration_ms": "QRS_DURATION",
    "qt_interval_ms": "QT",
}
_LAST_NAME, _ID, _AGE, _SEX, _FIRST_NAME, _BIRTH_DATE = "1", "2", "3", "4", "7", "16"  # DEMOGRAPHIC_FIELD@ID
_FIELD_KIND = {_LAST_NAME: "name", _FIRST_NAME: "name", _ID: "patient number", _BIRTH_DATE: "birth date"}
_ROOT_KIND = {
    "SEQUENCE_NUMBER": "order or visit number",
    "TECHNICIAN": "physician or technician",
    "ROOM": "hospital or department",
    "LOCATION": "hospital or department",
    "COMMENT": "free text",
}
_IDENTIFYING = {
    "name": ("SUBJECT@LAST_NAME", "SUBJECT@FIRST_NAME", "SUBJECT@MIDDLE_NAME"),
    "patient number": ("SUBJECT@ID", "SUBJECT@LOCAL_ID"),
    "birth date": ("SUBJECT@DOB", "SUBJECT@DOB_XML"),
    "hospital or department": ("SITE@ID", "SITE@NAME", "SOURCE@ACQUIRING_DEVICE_SITE_NAME"),
    "device serial number": ("SOURCE@ACQUIRING_DEVICE_SERIAL_NUMBER",),
    "free text": ("MEDICATION@NAME",),
    "race": ("SUBJECT@RACE",),
}


def recognises(root: xml.Element) -> bool:
    """Other formats may have a root ECG too: Mortara's has channels with capital attributes, or a typical cycle."""
    if xml.local_name(root) != "ECG":
        return False
    channels = islice(xml.children(root, "CHANNEL"), MAX_LEADS)
    return next(xml.children(root, "TYPICAL_CYCLE"), None) is not None or any(
        channel.get("UNITS_PER_MV") or channel.get("SAMPLE_FREQ") for channel in channels
    )


def parse(root: xml.Element) -> Recording:
    """Read an ELI document."""
    channels = list(islice(xml.children(root, "CHANNEL"), MAX_LEADS))
    if not channels:
        raise UnsupportedError(
            said(
                "The Mortara file holds only the typical cycle; a recording of several heartbeats is needed. Export "
                "it again with its rhythm leads."
            )
        )
    rates = {_number(channel, "SAMPLE_FREQ") for channel in channels if lead_name(channel.get("NAME") or "") in LEADS}
    if len(rates) > 1:
        raise DamagedFileError(
            said("The leads of the Mortara file differ in their sampling rate. Export it again from the source.")
        )
    rate_hz = checked_rate_hz(next(iter(rates), None))
    stored_mv = by_name(
        ((channel.get("NAME"), channel) for channel in channels),
        lambda name, channel: _samples_mv(name, channel, channel, rate_hz),
        mark("Mortara file"),
    )
    signal_mv, derived, warnings = assemble(stored_mv, rate_hz)
    if any(_number(channel, "OFFSET") for channel in channels):
        warnings += (
            said("The file states an offset of its samples, whose meaning is not published; it was not applied."),
        )

    day, clock = _moment(root)
    patient, odd = _patient(root, day)
    findings = statements.findings(
        stated.get("TEXT") or xml.raw_text(stated)
        for stated in xml.children(root, "AUTOMATIC_INTERPRETATION/STATEMENT")
    )
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format=READS,
        version=_version(root),
        patient=patient,
        device=_device(root),
        derived_leads=derived,
        acquired_at=units.iso_moment(day, clock),
        pacemaker=statements.pacemaker(None, findings),
        findings=findings,
        representative=_representative(root),
        warnings=warnings + odd,
        left_out=_left_out(root),
        low_pass_hz=stated_low_pass_hz(_number(one, "LOW_PASS_FILTER") for one in xml.children(root, "SOURCE")),
    )


def _number(element: xml.Element, attribute: str) -> float | None:
    return xml.number_in(element.get(attribute))


def _samples_mv(name: str, channel: xml.Element, described: xml.Element, rate_hz: float) -> Samples:
    """(T,) millivolts of one lead. `described` is the element that says how its samples are stored."""
    if any((xml.known(described.get(key)) or usual).upper() != usual for key, usual in _STORED_AS.items()):
        raise UnsupportedError(
            said(
                "Lead {name} of the Mortara file is not stored as signed 16 bit samples in Base64, the only ones that "
                "can be read. Export it again from the source.",
                name=name,
            )
        )
    per_mv = _number(described, "UNITS_PER_MV")
    uv_per_bit = checked_uv_per_bit(1000 / per_mv if per_mv else None)
    try:
        data = xml.base64_in(channel.get("DATA") or xml.raw_text(channel))
    except ValueError:
        raise DamagedFileError(
            said("The samples of lead {name} are no valid Base64. Copy the file again.", name=name)
        ) from None
    samples, rest = divmod(len(data), 2)
    duration = _number(described, "DURATION")
    if rest or (duration and duration not in (samples, round(samples * 1000 / rate_hz))):
        raise DamagedFileError(
            said(
                "Lead {name} holds {count:.9g} samples, not the number that the file states. Copy the file again.",
                name=name,
                count=len(data) / 2,
            )
        )
    return np.frombuffer(data, dtype="<i2").astype(np.float64) * (uv_per_bit / 1000)


def _representative(root: xml.Element) -> RepresentativeBeat | None:
    """The typical cycle; None where it is absent, damaged or without a gain of its own, for nothing rests on it."""
    for cycle in xml.children(root, "TYPICAL_CYCLE"):
        with suppress(ReadError):
            rate_hz = checked_rate_hz(_number(cycle, "SAMPLE_FREQ"))
            stored_mv: dict[str, Samples] = {}
            for channel in islice(xml.children(cycle, "TYPICAL_CYCLE_CHANNEL"), MAX_LEADS):
                name = lead_name(channel.get("NAME") or "")
                if name in LEADS:
                    stored_mv[name] = _samples_mv(name, channel, cycle, rate_hz)
            return representative(stored_mv, rate_hz)
    return None


def _device(root: xml.Element) -> Measurements:
    cycle = next(xml.children(root, "TYPICAL_CYCLE"), None)
    found = {name: None if cycle is None else _number(cycle, key) for name, key in _MEASURED_AS.items()}
    return units.measurements({**found, "heart_rate_bpm": _number(root, "VENT_RATE")})


def _version(root: xml.Element) -> str | None:
    """Of the electrocardiograph's software."""
    source = next(xml.children(root, "SOURCE"), None)
    stated = None if source is None else source.get("ACQUIRING_DEVICE_SW_VERSION")
    return xml.word(stated)


def _moment(root: xml.Element) -> tuple[date | None, str | None]:
    """Day and HHMMSS or HH:MM:SS of the recording."""
    compact = xml.known(root.get("ACQUISITION_TIME")) or ""
    if day := units.compact_date(compact):
        return day, compact[8:14]
    spelt = xml.known(root.get("ACQUISITION_TIME_XML")) or ""
    return units.iso_date(spelt[:10]), spelt[11:19]


def _patient(root: xml.Element, acquired_on: date | None) -> tuple[Patient, tuple[str, ...]]:
    subject = next(xml.children(root, "SUBJECT"), None)
    fields = _fields(root)

    def unit(element: xml.Element, key: str) -> str | None:
        stated = xml.known(element.get(key))
        return _AGE_UNITS.get((stated or "").upper(), stated)

    def of_root(key: str) -> units.Quantity:
        return _number(root, key), unit(root, f"{key}_UNITS")

    def of_subject(key: str, field: str) -> str | None:
        stated = None if subject is None else xml.known(subject.get(key))
        return stated or (xml.known(fields[field].get("VALUE")) if field in fields else None)

    ages = [of_root("AGE")]
    if _AGE in fields:
        ages.append((_number(fields[_AGE], "VALUE"), unit(fields[_AGE], "UNITS")))
    births = [of_subject(key, _BIRTH_DATE) for key in ("DOB", "DOB_XML")]
    return units.person(
        of_subject("GENDER", _SEX),
        ages,
        units.compact_date(births[0]) or units.iso_date(births[1]),
        acquired_on,
        [of_root("HEIGHT")],
        [of_root("WEIGHT")],
    )


def _fields(root: xml.Element) -> dict[str, xml.Element]:
    """The DEMOGRAPHIC_FIELD elements by their ID; their labels are in the language of the device."""
    found = islice(xml.children(root, "DEMOGRAPHIC_FIELDS/DEMOGRAPHIC_FIELD"), _MAX_FIELDS)
    return {field.get("ID") or "": field for field in found if xml.known(field.get("VALUE"))}


def _left_out(root: xml.Element) -> tuple[str, ...]:
    kinds = list(receipt.in_xml(root, _IDENTIFYING))
    kinds += [kind for key, kind in _ROOT_KIND.items() if xml.known(root.get(key))]
    kinds += [_FIELD_KIND.get(number, "free text") for number in _fields(root) if number not in (_AGE, _SEX)]
    return receipt.left_out(kinds)
