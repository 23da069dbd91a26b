"""GE MUSE XML, as exported by MUSE and MAC electrocardiographs.

root          RestingECG, with or without its DOCTYPE
samples       the Waveform whose WaveformType is Rhythm, wherever it stands
representative beat   the one whose WaveformType is Median; alone, without a rhythm, it is refused
rate          SampleBase x 10^SampleExponent of that Waveform, whatever is stated elsewhere
leads         LeadData/WaveFormData: Base64 of 16 bit little endian, checked against LeadSampleCountTotal and
              LeadDataCRC32 (CRC-32 of zip, over the decoded bytes; 0 or absent is not checked)
step          LeadAmplitudeUnitsPerBit in LeadAmplitudeUnits MICROVOLTS or MILLIVOLTS
low-pass      LowPassFilter of that Waveform, Hz
derived       III, aVR, aVL, aVF where not stored; leads beyond the twelve are dropped
patient       PatientDemographics: PatientAge with AgeUnits, else DateofBirth at TestDemographics/AcquisitionDate;
              Gender; HeightCM, HeightIN; WeightKG, WeightLBS (0 is missing)
measurements  RestingECGMeasurements, as shown to the physician
statements    Diagnosis and OriginalDiagnosis; a pacemaker is known from them alone
"""

import zlib
from contextlib import suppress
from datetime import date

import numpy as np

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
    lead_name,
    of_leads,
    representative,
    stated_low_pass_hz,
)
from lvm.recording import LEADS, Patient, Recording, RepresentativeBeat

READS = "GE MUSE XML"

_UV_PER_UNIT = {"MICROVOLTS": 1.0, "MILLIVOLTS": 1000.0}
_MEASURED_AS = {
    "p_axis_deg": "PAxis",
    "qrs_axis_deg": "RAxis",
    "t_axis_deg": "TAxis",
    "heart_rate_bpm": "VentricularRate",
    "pr_interval_ms": "PRInterval",
    "qrs_duration_ms": "QRSDuration",
    "qt_interval_ms": "QTInterval",
}
_DEMOGRAPHICS = "PatientDemographics"
_TEST = "TestDemographics"
_IDENTIFYING = {
    "name": (f"{_DEMOGRAPHICS}/PatientLastName", f"{_DEMOGRAPHICS}/PatientFirstName"),
    "patient number": (f"{_DEMOGRAPHICS}/PatientID", f"{_DEMOGRAPHICS}/SecondaryID"),
    "birth date": (f"{_DEMOGRAPHICS}/DateofBirth",),
    "address or telephone": tuple(f"{_DEMOGRAPHICS}/{tag}" for tag in ("Address1", "City", "HomePhone", "WorkPhone")),
    "order or visit number": ("Order/RequisitionNumber", "Order/HISOrderNumber", "Order/AdmitID", "Order/VisitNumber"),
    "physician or technician": tuple(
        f"{_TEST}/{who}{name}"
        for who in ("Overreader", "Editor", "AcquisitionTech", "Referring", "Ordering", "Attending")
        for name in ("LastName", "FirstName", "MDLastName", "MDFirstName", "ID", "MDHISID")
    ),
    "hospital or department": (f"{_TEST}/SiteName", f"{_TEST}/Location", f"{_TEST}/LocationName", f"{_TEST}/RoomID"),
    "device serial number": (f"{_TEST}/CartNumber", f"{_TEST}/AcquisitionDeviceSerialNumber"),
    "free text": ("ExtraQuestions/ExtraQuestion/Answer", "PatientHistory/PatientHistoryText", f"{_TEST}/TestReason"),
    "race": (f"{_DEMOGRAPHICS}/Race",),
}


def recognises(root: xml.Element) -> bool:
    return xml.local_name(root) == "RestingECG"


def parse(root: xml.Element) -> Recording:
    """Read a MUSE document; III, aVR, aVL and aVF are usually derived from I and II."""
    waveform = _rhythm(root)
    rate_hz = _rate_hz(waveform)
    stored_mv = _leads_mv(waveform)
    signal_mv, derived, warnings = assemble(stored_mv, rate_hz)
    leads = ((lead_name(xml.text(lead, "LeadID") or ""), lead) for lead in xml.children(waveform, "LeadData"))
    off = [name for name, lead in leads if name in LEADS and (xml.text(lead, "LeadOff") or "").upper() == "TRUE"]
    if off:
        warnings += (
            of_leads(
                off,
                mark("Lead {leads} is marked by the electrocardiograph as not connected."),
                mark("Leads {leads} are marked by the electrocardiograph as not connected."),
            ),
        )

    day = units.us_date(xml.text(root, "TestDemographics/AcquisitionDate"))
    patient, odd = _patient(root, day)
    findings = statements.findings(
        " ".join(xml.raw_text(text) for text in xml.children(statement, "StmtText"))
        for block in ("Diagnosis", "OriginalDiagnosis")
        for statement in xml.children(root, f"{block}/DiagnosisStatement")
    )
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format="GE MUSE XML",
        version=xml.word(xml.text(root, "MuseInfo/MuseVersion")),
        patient=patient,
        device=units.measurements(
            {name: xml.number(root, f"RestingECGMeasurements/{tag}") for name, tag in _MEASURED_AS.items()}
        ),
        derived_leads=derived,
        acquired_at=units.iso_moment(day, xml.text(root, "TestDemographics/AcquisitionTime")),
        pacemaker=statements.pacemaker(None, findings),
        findings=findings,
        representative=_representative(root),
        warnings=warnings + odd,
        left_out=receipt.in_xml(root, _IDENTIFYING),
        low_pass_hz=stated_low_pass_hz([xml.number(waveform, "LowPassFilter")]),
    )


def _rhythm(root: xml.Element) -> xml.Element:
    """The rhythm waveform; where there are several, the one with the most of the twelve leads."""

    def twelve(waveform: xml.Element) -> int:
        return sum(lead_name(xml.raw_text(name)) in LEADS for name in xml.children(waveform, "LeadData/LeadID"))

    kinds = [((xml.text(found, "WaveformType") or "").lower(), found) for found in xml.children(root, "Waveform")]
    rhythms = [found for kind, found in kinds if kind == "rhythm"]
    if rhythms:
        return max(rhythms, key=twelve)
    if any(kind == "median" for kind, _ in kinds):
        raise UnsupportedError(
            said(
                "The MUSE file holds only the median beat; a recording of several heartbeats is needed. Export it "
                "again with its rhythm waveform."
            )
        )
    raise DamagedFileError(said("The MUSE file holds no rhythm waveform. Export it again with its waveforms."))


def _representative(root: xml.Element) -> RepresentativeBeat | None:
    """The median beat; None where it is absent or damaged, for nothing rests on it."""
    for waveform in xml.children(root, "Waveform"):
        if (xml.text(waveform, "WaveformType") or "").lower() == "median":
            with suppress(ReadError):
                return representative(_leads_mv(waveform), _rate_hz(waveform))
    return None


def _leads_mv(waveform: xml.Element) -> dict[str, Samples]:
    """(T,) millivolts of each lead; empty for a lead beyond the twelve."""
    leads = ((xml.text(lead, "LeadID"), lead) for lead in xml.children(waveform, "LeadData"))
    return by_name(leads, _samples_mv, mark("MUSE file"))


def _rate_hz(waveform: xml.Element) -> float:
    base, exponent = xml.number(waveform, "SampleBase"), xml.number(waveform, "SampleExponent") or 0.0
    sane = base is not None and abs(exponent) <= 6
    return checked_rate_hz(base * 10.0**exponent if base is not None and sane else None)


def _samples_mv(name: str, lead: xml.Element) -> Samples:
    """(T,) millivolts of one lead, checked against its own count and checksum."""
    unit = (xml.text(lead, "LeadAmplitudeUnits") or "").upper()
    if unit not in _UV_PER_UNIT or xml.number(lead, "LeadSampleSize") not in (None, 2):
        raise UnsupportedError(
            said(
                "Lead {name} of the MUSE file is not stored as 16 bit samples in MICROVOLTS or MILLIVOLTS, the only "
                "ones that can be read. Export it again from the source.",
                name=name,
            )
        )
    per_bit = xml.number(lead, "LeadAmplitudeUnitsPerBit")
    uv_per_bit = checked_uv_per_bit(None if per_bit is None else per_bit * _UV_PER_UNIT[unit])
    try:
        data = xml.base64_in(xml.text(lead, "WaveFormData"))
    except ValueError:
        raise DamagedFileError(
            said("The samples of lead {name} are no valid Base64. Copy the file again.", name=name)
        ) from None

    crc = xml.number(lead, "LeadDataCRC32")
    if crc and int(crc) & 0xFFFFFFFF != zlib.crc32(data):
        raise DamagedFileError(
            said("Lead {name} fails its checksum: its samples were altered. Copy the file again.", name=name)
        )
    count = xml.number(lead, "LeadSampleCountTotal")
    if len(data) % 2 or (count is not None and count != len(data) // 2):
        raise DamagedFileError(
            said(
                "Lead {name} holds {count:g} samples, not the number that the file states. Copy the file again.",
                name=name,
                count=len(data) / 2,
            )
        )
    return np.frombuffer(data, dtype="<i2").astype(np.float64) * (uv_per_bit / 1000)


def _patient(root: xml.Element, acquired_on: date | None) -> tuple[Patient, tuple[str, ...]]:
    def text(tag: str) -> str | None:
        return xml.text(root, f"PatientDemographics/{tag}")

    def number(tag: str) -> float | None:
        return xml.number(root, f"PatientDemographics/{tag}")

    return units.person(
        text("Gender"),
        [(number("PatientAge"), text("AgeUnits"))],
        units.us_date(text("DateofBirth")),
        acquired_on,
        [(number("HeightCM"), "cm"), (number("HeightIN"), "in")],
        [(number("WeightKG"), "kg"), (number("WeightLBS"), "lb")],
    )
