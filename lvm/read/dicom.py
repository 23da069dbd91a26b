"""DICOM waveforms: 12-Lead ECG and General ECG Waveform Storage.

read by       pydicom, which takes the elements apart; their values are read here
file          DICM after 128 bytes, or from the first element on where a waveform storage class is named
syntax        implicit and explicit VR little endian, explicit VR big endian, deflated (inflated up to 5 MB)
samples       the WaveformSequence item that is ORIGINAL and holds most of the twelve leads; alone, a DERIVED one of
              more than 3 s; SB, UB, SS, US, SL, UL of 8, 16, 32 bits allocated, extended to that by the writer
representative beat   an item that is DERIVED; alone, without a rhythm, it is refused
rate          SamplingFrequency of that item
leads         ChannelSourceSequence in codes of SCPECG (5.6.3-9-1) or MDC (2:1, MDC_ECG_LEAD_I), else by meaning, else
              ChannelLabel; leads beyond the twelve are dropped; ChannelSampleSkew is ignored
step          ChannelSensitivity x ChannelSensitivityCorrectionFactor, plus ChannelBaseline, in nV, uV, mV or V
low-pass      the lowest FilterHighFrequency of the twelve leads, Hz
padding       WaveformPaddingValue and the least value of signed samples of 16 or 32 bits are cut off at both ends; a
              WaveformPaddingValue of 0 is no padding: files that state it hold true samples of 0
patient       PatientAge (042Y, 010M, 003W, 020D), else PatientBirthDate at the acquisition; PatientSex; PatientSize
              in m (above 3: cm), PatientWeight in kg
measurements  WaveformAnnotationSequence in codes of SCPECG or MDC, else by meaning; ms or s, degrees
statements    UnformattedTextValue and coded annotations; a pacemaker is known from them alone
not read      A-law and mu-law samples; pictures and PDF documents in DICOM
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lvm.errors import DamagedFileError, NotAnEcgError, ReadError, UnsupportedError
from lvm.language import mark, said
from lvm.read import dicom_file, receipt, source, statements
from lvm.read import patient as units
from lvm.read.dicom_file import Item
from lvm.read.leads import (
    LEADS_BY_NUMBER,
    MAX_LEADS,
    Samples,
    assemble,
    checked_rate_hz,
    checked_uv_per_bit,
    lead_name,
    representative,
    stated_low_pass_hz,
    stored_twice,
)
from lvm.recording import LEADS, Measurements, Patient, Recording, RepresentativeBeat

READS = mark("DICOM 12-lead ECG")

_WAVEFORM_CLASS, _SNIFFED = b"1.2.840.10008.5.1.4.1.1.9.", 4096
_MAX_GROUPS, _MAX_ANNOTATIONS = 16, 2000
_BEAT_S = 3.0
_MAX_BASELINE_UV = 1e6

_TYPES = {("SB", 8): "i1", ("UB", 8): "u1", ("SS", 16): "i2", ("US", 16): "u2", ("SL", 32): "i4", ("UL", 32): "u4"}
_UV_PER_UNIT = {"nV": 1e-3, "uV": 1.0, "µV": 1.0, "mV": 1e3, "V": 1e6}
_LEAD_CODE = re.compile(r"(?:2:|5\.6\.3-9-)(\d{1,5})", re.ASCII)
_MDC = "MDC_ECG_LEAD_"
_MEASURED_AS = {
    "p_axis_deg": ("5.10.3-11", "2:16128", "p axis"),
    "qrs_axis_deg": ("5.10.3-13", "2:16132", "qrs axis"),
    "t_axis_deg": ("5.10.3-15", "2:16136", "t axis"),
    "heart_rate_bpm": ("2:16016", "heart rate", "ventricular rate", "ventricular heart rate"),
    "pr_interval_ms": ("5.13.5-7", "2:15872", "pr interval", "pq interval"),
    "qrs_duration_ms": ("5.13.5-9", "2:16156", "qrs duration"),
    "qt_interval_ms": ("5.13.5-11", "2:16160", "qt interval"),
    "rr_interval_ms": ("5.10.2.1-3", "2:16168", "rr interval"),
}
_MEASURED_BY = {word: name for name, words in _MEASURED_AS.items() for word in words}
_MS_PER_UNIT = {"ms": 1.0, "": 1.0, "s": 1000.0}
_AGE = re.compile(r"(\d{3})([YMWD])", re.ASCII)
_AGE_UNITS = {"Y": "years", "M": "months", "W": "weeks", "D": "days"}
_IDENTIFYING = {
    "name": ("PatientName", "OtherPatientNames", "PatientBirthName"),
    "patient number": ("PatientID", "OtherPatientIDs"),
    "birth date": ("PatientBirthDate",),
    "address or telephone": ("PatientAddress", "PatientTelephoneNumbers"),
    "order or visit number": ("AccessionNumber", "AdmissionID", "PlacerOrderNumberImagingServiceRequest"),
    "physician or technician": (
        *("ReferringPhysicianName", "NameOfPhysiciansReadingStudy", "OperatorsName", "PerformingPhysicianName"),
        *("RequestingPhysician", "PhysiciansOfRecord"),
    ),
    "hospital or department": (
        *("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "StationName"),
        *("CurrentPatientLocation", "PatientInstitutionResidence"),
    ),
    "device serial number": ("DeviceSerialNumber",),
    "free text": (
        *("ReasonForStudy", "ReasonForTheRequestedProcedure", "VisitComments", "PatientComments"),
        "AdditionalPatientHistory",
    ),
    "race": ("EthnicGroup",),
}


def recognises_bytes(data: bytes) -> bool:
    # Without a preamble: it begins with an element of group 2 or 8, and says early of which class it is.
    begins = data[:2] in (b"\x02\0", b"\x08\0", b"\0\x08")
    return data[dicom_file.DICM] == b"DICM" or (begins and _WAVEFORM_CLASS in data[:_SNIFFED])


def parse_bytes(data: bytes, beside: source.Beside) -> Recording:
    """Read a DICOM waveform file."""
    dataset = dicom_file.dataset(data)
    groups = dataset.items("WaveformSequence")[:_MAX_GROUPS]
    if not groups:
        raise _without_waveform(dataset)
    rhythm = _rhythm(groups)
    rate_hz = checked_rate_hz(rhythm.number("SamplingFrequency"))
    signal_mv, derived, odd = assemble(_leads_mv(rhythm), rate_hz)
    moment = dataset.text("AcquisitionDateTime") or ""
    dates = (moment, *(dataset.text(f"{of}Date") for of in ("Acquisition", "Content", "Study")))
    day = next((found for found in map(units.compact_date, dates) if found), None)
    clock = re.split("[+-]", moment)[0][8:] or dataset.text("AcquisitionTime") or dataset.text("ContentTime")
    annotations = dataset.items("WaveformAnnotationSequence")[:_MAX_ANNOTATIONS]
    findings = statements.findings(_said(annotations))
    person, odd_patient = _patient(dataset, day)
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format="DICOM 12-lead ECG",
        version=None,
        patient=person,
        device=_device(annotations),
        derived_leads=derived,
        acquired_at=units.iso_moment(day, clock),
        pacemaker=statements.pacemaker(None, findings),
        findings=findings,
        representative=_representative(groups, rhythm),
        warnings=odd + odd_patient,
        left_out=receipt.left_out(
            kind for kind, keywords in _IDENTIFYING.items() if any(dataset.text(keyword) for keyword in keywords)
        ),
        low_pass_hz=stated_low_pass_hz(
            channel.number("FilterHighFrequency")
            for channel in rhythm.items("ChannelDefinitionSequence")
            if _lead(channel) in LEADS
        ),
    )


def _without_waveform(dataset: Item) -> ReadError:
    what = mark("no waveform")
    if dataset.bytes("EncapsulatedDocument"):
        what = mark("a document such as a PDF, which is a printed ECG and holds no samples")
    elif dataset.count("Rows"):
        what = mark("a picture, which holds no samples")
    elif not dataset.text("SOPClassUID"):
        return dicom_file.damaged()
    return NotAnEcgError(
        said("The DICOM file holds {what}. Export the ECG as a DICOM 12-lead ECG waveform.", what=what)
    )


def _rhythm(groups: list[Item]) -> Item:
    """The original waveform, the one with the most of the twelve leads."""

    def twelve(group: Item) -> int:
        return sum(_lead(channel) in LEADS for channel in group.items("ChannelDefinitionSequence")[:MAX_LEADS])

    def duration_s(group: Item) -> float:
        return group.count("NumberOfWaveformSamples") / (group.number("SamplingFrequency") or np.inf)

    rhythms = [group for group in groups if group.text("WaveformOriginality") != "DERIVED"]
    rhythms = rhythms or [group for group in groups if duration_s(group) > _BEAT_S]
    if not rhythms:
        raise UnsupportedError(
            said(
                "The DICOM file holds only the representative beat; a recording of several heartbeats is needed. "
                "Export it again with its rhythm waveform."
            )
        )
    return max(rhythms, key=twelve)


def _representative(groups: list[Item], rhythm: Item) -> RepresentativeBeat | None:
    """The device's average beat; None where it is absent or damaged, for nothing rests on it."""
    for group in groups:
        if group is not rhythm and group.text("WaveformOriginality") == "DERIVED":
            try:
                return representative(_leads_mv(group), group.number("SamplingFrequency"))
            except ReadError:
                continue
    return None


def _lead(channel: Item) -> str:
    """Name of a channel's lead: by a code that is known, else by its words."""
    code, meaning = channel.code("ChannelSourceSequence")
    name = lead_name(re.split("[,(]", meaning or channel.text("ChannelLabel") or "")[0])
    if found := _LEAD_CODE.fullmatch(code):
        other = "?" if name in LEADS else name  # such as "-aVR", which is not aVR
        return LEADS_BY_NUMBER.get(int(found[1]), other)
    return lead_name(code.removeprefix(_MDC)) if code.startswith(_MDC) else name


def _leads_mv(group: Item) -> dict[str, Samples]:
    """(T,) millivolts of each lead without padding; empty for a lead beyond the twelve."""
    channels = group.items("ChannelDefinitionSequence")
    count = group.count("NumberOfWaveformChannels")
    if not 0 < count == len(channels) <= MAX_LEADS:
        raise DamagedFileError(
            said(
                "The DICOM file states {count} channels and describes {described}; up to {most} can be used. Export "
                "it again from the source.",
                count=count,
                described=len(channels),
                most=MAX_LEADS,
            )
        )
    samples, missing = _samples(group, count)  # (leads, T)
    leads = [_lead(channel) for channel in channels]
    twelve = [row for row, lead in enumerate(leads) if lead in LEADS and not missing[row].all()]
    stored_mv = {lead: np.empty(0) for lead in leads if lead not in LEADS}
    whole = np.flatnonzero(~missing[twelve].any(axis=0))
    kept = slice(whole[0], whole[-1] + 1) if whole.size else slice(0)
    for row in twelve:
        lead = leads[row]
        if lead in stored_mv:
            raise stored_twice(lead, mark("DICOM file"))
        if missing[row, kept].any() or not whole.size:
            raise DamagedFileError(
                said(
                    "Lead {lead} lacks samples that other leads have. Export the ECG again with all leads recorded at "
                    "once.",
                    lead=lead,
                )
            )
        uv_per_bit, baseline_uv = _scale_uv(lead, channels[row])
        stored_mv[lead] = samples[row, kept] * (uv_per_bit / 1000) + baseline_uv / 1000
    return stored_mv


def _samples(group: Item, channels: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """(leads, T) sample steps, and where they are padding."""
    bits = group.count("WaveformBitsAllocated")
    kind = _TYPES.get((group.text("WaveformSampleInterpretation") or "", bits))
    if kind is None:
        raise UnsupportedError(
            said(
                "The DICOM file stores its samples in another way than as linear integers of 8, 16 or 32 bits, the "
                "only ones that can be read. Export it again from the source."
            )
        )
    dtype = np.dtype("<" + kind if group.is_little_endian else ">" + kind)
    data, stated = group.bytes("WaveformData"), group.count("NumberOfWaveformSamples")
    stored = len(data) // (channels * dtype.itemsize)
    if stated > stored or not stated:
        raise DamagedFileError(
            said(
                "The DICOM file states {stated} samples a lead and holds {stored}. Copy it again from the source.",
                stated=stated,
                stored=stored,
            )
        )
    samples = np.frombuffer(data, dtype, stated * channels).reshape(stated, channels).T
    missing = np.zeros(samples.shape, dtype=np.bool_)
    if kind in ("i2", "i4"):
        missing |= samples == np.iinfo(dtype).min
    padding = group.bytes("WaveformPaddingValue")[: dtype.itemsize]
    if len(padding) == dtype.itemsize and any(padding):
        missing |= samples == np.frombuffer(padding, dtype)[0]
    return samples, missing


def _scale_uv(lead: str, channel: Item) -> tuple[float, float]:
    """Microvolts a step, and at step zero."""
    uv_per_unit = _UV_PER_UNIT.get(channel.code("ChannelSensitivityUnitsSequence")[0])
    baseline = channel.number("ChannelBaseline") or 0.0
    if uv_per_unit is None or abs(baseline * uv_per_unit) > _MAX_BASELINE_UV:
        raise UnsupportedError(
            said(
                "Lead {lead} of the DICOM file states no unit in uV, mV or V, the only ones that can be read, or lies "
                "more than 1 V from zero. Export it again from the source.",
                lead=lead,
            )
        )
    sensitivity, correction = channel.number("ChannelSensitivity"), 1.0
    if channel.text("ChannelSensitivityCorrectionFactor"):
        correction = channel.number("ChannelSensitivityCorrectionFactor") or 0.0
    uv_per_bit = checked_uv_per_bit(None if sensitivity is None else sensitivity * correction * uv_per_unit)
    return uv_per_bit, baseline * uv_per_unit


def _device(annotations: list[Item]) -> Measurements:
    found: dict[str, float | None] = dict.fromkeys(_MEASURED_AS)
    for annotation in annotations:
        value = annotation.number("NumericValue")
        code, meaning = annotation.code("ConceptNameCodeSequence") if value is not None else ("", "")
        name = _MEASURED_BY.get(code) or _MEASURED_BY.get(meaning.lower().removesuffix(" global"))
        if value is None or name is None or found[name] is not None or _of_one_lead(annotation):
            continue
        if name.endswith("_ms"):
            factor = _MS_PER_UNIT.get(annotation.code("MeasurementUnitsCodeSequence")[0])
            value = None if factor is None else value * factor
        found[name] = value  # an axis is in degrees, though a real file states ms
    rr_ms = found.pop("rr_interval_ms")
    if found["heart_rate_bpm"] is None and rr_ms:
        found["heart_rate_bpm"] = round(60_000 / rr_ms, 1)
    return units.measurements(found)


def _of_one_lead(annotation: Item) -> bool:
    """Whether it refers to a channel by its number; 0 stands for all."""
    pairs = annotation.bytes("ReferencedWaveformChannels")  # of 16 bit: multiplex group, channel
    return any(any(pairs[at + 2 : at + 4]) for at in range(0, len(pairs), 4))


def _said(annotations: list[Item]) -> Iterable[str]:
    for annotation in annotations:
        yield annotation.text("UnformattedTextValue") or ""
        yield annotation.code("ConceptCodeSequence")[1]


def _patient(dataset: Item, acquired_on: date | None) -> tuple[Patient, tuple[str, ...]]:
    age = _AGE.fullmatch(dataset.text("PatientAge") or "")
    size = dataset.number("PatientSize")
    return units.person(
        dataset.text("PatientSex"),
        [(float(age[1]), _AGE_UNITS[age[2]])] if age else [],
        units.compact_date((dataset.text("PatientBirthDate") or "").replace(".", "")),
        acquired_on,
        [(size, "cm" if size is not None and size > 3 else "m")],
        [(dataset.number("PatientWeight"), "kg")],
    )
