"""GE CardioSoft and CASE XML.

root          CardiologyXML of ObservationType RestECG, or of none stated; exercise tests are refused
encoding      declared ISO-8859-1 or ISO8859-1
samples       StripData/WaveformData@lead: whole numbers separated by commas, checked against ChannelSampleCountTotal
rate          StripData/SampleRate, Hz
step          StripData/Resolution in uVperLsb or mVperLsb; another unit, or none, is refused
low-pass      FilterSetting/LowPass, Hz
derived       III, aVR, aVL, aVF where not stored; leads beyond the twelve are dropped
representative beat   RestingECGMeasurements/MedianSamples, from FirstValid to LastValid; it has its own rate and step;
              alone, without StripData, it is refused
patient       PatientInfo: Age@units, else BirthDateTime at ObservationDateTime; Gender; Height@units, Weight@units
measurements  RestingECGMeasurements; PR is called PQInterval
statements    Interpretation: Diagnosis and Conclusion; a pacemaker also from PatientInfo/PaceMaker
not read      FullDisclosure (minutes of all leads, unfiltered), VectorLoops (computed from the median beat),
              the other filters (already applied), the measurements of each lead
"""

from contextlib import suppress
from datetime import date

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
from lvm.recording import Patient, Recording, RepresentativeBeat

READS = "GE CardioSoft XML"

_UV_PER_UNIT = {"UVPERLSB": 1.0, "MVPERLSB": 1000.0}
_MEASURED_AS = {
    "p_axis_deg": "PAxis",
    "qrs_axis_deg": "RAxis",
    "t_axis_deg": "TAxis",
    "heart_rate_bpm": "VentricularRate",
    "pr_interval_ms": "PQInterval",
    "qrs_duration_ms": "QRSDuration",
    "qt_interval_ms": "QTInterval",
}
_INFO, _VISIT, _CLINICAL = "PatientInfo", "PatientVisit", "ClinicalInfo"
_CUTOFF = "FilterSetting/LowPass"
_WHO = ("FamilyName", "GivenName", "PersonID")
_IDENTIFYING = {
    "name": (f"{_INFO}/Name/FamilyName", f"{_INFO}/Name/GivenName"),
    "patient number": (f"{_INFO}/PID", "CSWeb/a@href"),
    "birth date": (f"{_INFO}/BirthDateTime/Year",),
    "address or telephone": tuple(f"{_INFO}/{tag}" for tag in ("Address/Street1", "Address/City", "PhoneNumber")),
    "order or visit number": (f"{_VISIT}/OrderNumber", f"{_VISIT}/VisitNumber", "UID/DICOMStudyUID"),
    "physician or technician": (
        *(f"{_CLINICAL}/Technician/{tag}" for tag in _WHO),
        *(
            f"{_VISIT}/{who}/{tag}"
            for who in ("OrderingProvider", "AttendingDoctor", "ReferringDoctor")
            for tag in _WHO
        ),
    ),
    "hospital or department": (
        f"{_VISIT}/AssignedPatientLocation/Facility",
        f"{_VISIT}/AssignedPatientLocation/LocationName",
        f"{_VISIT}/PatientRoom",
        f"{_VISIT}/ServicingFacility/Name",
        f"{_VISIT}/ServicingFacility/Address/Street1",
        f"{_VISIT}/ServicingFacility/Address/City",
    ),
    "free text": (
        f"{_CLINICAL}/ReasonForStudy",
        f"{_CLINICAL}/ObservationComment",
        f"{_VISIT}/MedicalHistory/MedicalHistoryText",
        f"{_VISIT}/Medications/Drug",
        f"{_VISIT}/ExtraQuestions/Content",
    ),
    "race": (f"{_INFO}/Race",),
}


def recognises(root: xml.Element) -> bool:
    return xml.local_name(root) == "CardiologyXML"


def parse(root: xml.Element) -> Recording:
    """Read a CardioSoft document; the limb leads are usually all stored, so derived_leads is empty."""
    strip = _strip(root)
    rate_hz = _rate_hz(strip)
    signal_mv, derived, warnings = assemble(_leads_mv(strip), rate_hz)
    day = _date(root, "ObservationDateTime")
    patient, odd = _patient(root, day)
    findings = statements.findings(
        xml.raw_text(line)
        for path in ("Diagnosis/DiagnosisText", "Conclusion/ConclusionText")
        for line in xml.children(root, f"Interpretation/{path}")
    )
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format=READS,
        version=xml.word(xml.text(root, f"{_CLINICAL}/DeviceInfo/SoftwareVer")),
        patient=patient,
        device=units.measurements(
            {name: xml.number(root, f"RestingECGMeasurements/{tag}") for name, tag in _MEASURED_AS.items()}
        ),
        derived_leads=derived,
        acquired_at=units.iso_moment(day, _clock(root)),
        pacemaker=statements.pacemaker(_pacemaker(root), findings),
        findings=findings,
        representative=_representative(root),
        warnings=warnings + odd,
        left_out=receipt.in_xml(root, _IDENTIFYING),
        low_pass_hz=_low_pass_hz(root),
    )


def _strip(root: xml.Element) -> xml.Element:
    """The block with the ten seconds of ECG."""
    if not (xml.text(root, "ObservationType") or "rest").lower().startswith("rest"):
        raise UnsupportedError(
            said(
                "The CardioSoft file is not marked as a resting ECG; it may be an exercise test. Export a resting ECG."
            )
        )
    strip = next(xml.children(root, "StripData"), None)
    if strip is not None:
        return strip
    if next(xml.children(root, "RestingECGMeasurements/MedianSamples"), None) is not None:
        raise UnsupportedError(
            said(
                "The CardioSoft file holds only the median beat; a recording of several heartbeats is needed. Export "
                "it again with its rhythm strip."
            )
        )
    raise DamagedFileError(said("The CardioSoft file holds no rhythm strip. Export it again with its waveforms."))


def _rate_hz(block: xml.Element) -> float:
    unit = _unit(block, "SampleRate")
    return checked_rate_hz(xml.number(block, "SampleRate") if unit in (None, "HZ") else None)


def _low_pass_hz(root: xml.Element) -> float | None:
    in_hz = _unit(root, _CUTOFF) in (None, "HZ")
    return stated_low_pass_hz([xml.number(root, _CUTOFF)] if in_hz else [])


def _leads_mv(block: xml.Element) -> dict[str, Samples]:
    """(T,) millivolts of each lead of StripData or MedianSamples; empty for a lead beyond the twelve."""
    uv_per_unit = _UV_PER_UNIT.get(_unit(block, "Resolution") or "")
    if uv_per_unit is None:
        raise UnsupportedError(
            said(
                "The CardioSoft file does not state its amplitude resolution in uVperLsb or mVperLsb, the only units "
                "that can be read. Export it again from the source."
            )
        )
    resolution = xml.number(block, "Resolution")
    uv_per_bit = checked_uv_per_bit(None if resolution is None else resolution * uv_per_unit)
    count = xml.number(block, "ChannelSampleCountTotal")

    def samples_mv(name: str, lead: xml.Element) -> Samples:
        return whole_numbers(xml.raw_text(lead), name, count) * (uv_per_bit / 1000)

    leads = ((lead.get("lead"), lead) for lead in xml.children(block, "WaveformData"))
    return by_name(leads, samples_mv, mark("CardioSoft file"))


def _representative(root: xml.Element) -> RepresentativeBeat | None:
    """The median beat; None where it is absent or damaged, for nothing rests on it."""
    for block in xml.children(root, "RestingECGMeasurements/MedianSamples"):
        first, last = (xml.number(block, f"{end}Valid") for end in ("First", "Last"))
        valid = slice(max(0, int(first or 0)), None if last is None else max(0, int(last) + 1))
        with suppress(ReadError):
            return representative({name: samples[valid] for name, samples in _leads_mv(block).items()}, _rate_hz(block))
    return None


def _unit(element: xml.Element, path: str) -> str | None:
    """The unit of the first element at a path, in capitals; None where it is not stated."""
    stated = next((xml.known(found.get("units")) for found in xml.children(element, path)), None)
    return stated.upper() if stated else None


def _patient(root: xml.Element, acquired_on: date | None) -> tuple[Patient, tuple[str, ...]]:
    def quantity(tag: str) -> units.Quantity:
        return xml.number(root, f"{_INFO}/{tag}"), _unit(root, f"{_INFO}/{tag}")

    return units.person(
        xml.text(root, f"{_INFO}/Gender"),
        [quantity("Age")],
        _date(root, f"{_INFO}/BirthDateTime"),
        acquired_on,
        [quantity("Height")],
        [quantity("Weight")],
    )


def _date(root: xml.Element, path: str) -> date | None:
    return units.iso_date("-".join(xml.text(root, f"{path}/{tag}") or "" for tag in ("Year", "Month", "Day")))


def _clock(root: xml.Element) -> str:
    """HH:MM:SS, from elements without leading zeros."""
    parts = (xml.text(root, f"ObservationDateTime/{tag}") or "" for tag in ("Hour", "Minute", "Second"))
    return ":".join(part.zfill(2) if part else "" for part in parts)


def _pacemaker(root: xml.Element) -> bool | None:
    return {"yes": True, "no": False}.get((xml.text(root, f"{_INFO}/PaceMaker") or "").lower())
