"""Write a recording as GE MUSE XML, the way the electrocardiograph stores it: for shipped synthetic examples."""

import base64
import zlib

import numpy as np
from lxml import etree

from lvm.errors import CohortError
from lvm.recording import LEADS, Measurements, Patient, Signal

UV_PER_BIT = 4.88
STORED_LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")

_DOCTYPE = '<!DOCTYPE RestingECG SYSTEM "restecg.dtd">'
_MEASUREMENT_TAGS = {
    "heart_rate_bpm": "VentricularRate",
    "pr_interval_ms": "PRInterval",
    "qrs_duration_ms": "QRSDuration",
    "qt_interval_ms": "QTInterval",
    "p_axis_deg": "PAxis",
    "qrs_axis_deg": "RAxis",
    "t_axis_deg": "TAxis",
}


def write_muse(
    signal_mv: Signal,
    sampling_rate_hz: float,
    patient: Patient,
    device: Measurements | None = None,
    comment: str = "",
) -> bytes:
    """A MUSE file of a (12, T) signal in millivolts, rows in the order of LEADS, without name, number or date.

    Stored leads read back to within half a step of 4.88 uV; III, aVR, aVL and aVF are not stored, they are derived
    again from I and II. Measurements are rounded to whole numbers. The comment becomes a diagnosis statement.
    Raises CohortError where the signal is no (12, T), or not finite, or beyond 16 bits.
    """
    if signal_mv.ndim != 2 or signal_mv.shape[0] != len(LEADS):
        raise CohortError(f"A MUSE file needs a signal of shape (12, T), not {signal_mv.shape}.")
    steps = np.rint(signal_mv.astype(np.float64) * (1000 / UV_PER_BIT))  # (12, T)
    if not np.abs(steps).max(initial=0) <= np.iinfo(np.int16).max:
        raise CohortError("A MUSE file holds at most 160 mV; the signal goes beyond it or is not finite.")

    root = etree.Element("RestingECG")
    _add(root, "MuseInfo", {"MuseVersion": "9.0.7"})
    _add(root, "PatientDemographics", _demographics(patient))
    measured = {tag: getattr(device, name) for name, tag in _MEASUREMENT_TAGS.items()} if device else {}
    _add(root, "RestingECGMeasurements", {tag: round(value) for tag, value in measured.items() if value is not None})
    if comment:
        _add(_add(root, "Diagnosis", {"Modality": "RESTING"}), "DiagnosisStatement", {"StmtText": comment})
    base, exponent = _rate(sampling_rate_hz)
    waveform = _add(
        root,
        "Waveform",
        {
            "WaveformType": "Rhythm",
            "WaveformStartTime": 0,
            "NumberofLeads": len(STORED_LEADS),
            "SampleType": "CONTINUOUS_SAMPLES",
            "SampleBase": base,
            "SampleExponent": exponent,
        },
    )
    for name in STORED_LEADS:
        data = steps[LEADS.index(name)].astype("<i2").tobytes()
        _add(
            waveform,
            "LeadData",
            {
                "LeadByteCountTotal": len(data),
                "LeadTimeOffset": 0,
                "LeadSampleCountTotal": len(data) // 2,
                "LeadAmplitudeUnitsPerBit": UV_PER_BIT,
                "LeadAmplitudeUnits": "MICROVOLTS",
                "LeadID": name,
                "LeadSampleSize": 2,
                "LeadDataCRC32": zlib.crc32(data),
                "WaveFormData": base64.encodebytes(data).decode("ascii"),
            },
        )
    return bytes(etree.tostring(root, xml_declaration=True, encoding="ISO-8859-1", doctype=_DOCTYPE, pretty_print=True))


def _add(parent: etree._Element, tag: str, values: dict[str, object]) -> etree._Element:
    element = etree.SubElement(parent, tag)
    for name, value in values.items():
        etree.SubElement(element, name).text = str(value)
    return element


def _demographics(patient: Patient) -> dict[str, object]:
    known: dict[str, object] = {}
    if patient.age_years is not None:
        known |= {"PatientAge": int(patient.age_years), "AgeUnits": "YEARS"}
    if patient.sex is not None:
        known["Gender"] = patient.sex.upper()
    if patient.height_cm is not None:
        known["HeightCM"] = round(patient.height_cm, 1)
    if patient.weight_kg is not None:
        known["WeightKG"] = round(patient.weight_kg, 1)
    return known


def _rate(sampling_rate_hz: float) -> tuple[int, int]:
    """SampleBase and SampleExponent: rate = base x 10^exponent."""
    for exponent in range(0, -4, -1):
        base = sampling_rate_hz * 10.0**-exponent
        if abs(base - round(base)) < 1e-6:
            return round(base), exponent
    raise CohortError(f"A sampling rate of {sampling_rate_hz:.6g} Hz cannot be written in a MUSE file.")
