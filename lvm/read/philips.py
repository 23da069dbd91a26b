"""Philips Sierra XML, as written by PageWriter, TraceMasterVue, IntelliSpace ECG and HeartStart.

root          restingecgdata, with any namespace or none
version       documentinfo/documentversion 1.03, 1.04, 1.04.01 of documenttype SierraECG or PhilipsECG
samples       waveforms/parsedwaveforms, Base64, XLI compression (see xli.py), 16 bit
rate, step    dataacquisition/signalcharacteristics: samplingrate (Hz); signalresolution or resolution (uV)
leads         parsedwaveforms@leadlabels, else signalcharacteristics/acquisitiontype STD-12 or 10-WIRE, else
              reportinfo//mainwaveformformat; always I II III aVR aVL aVF first; leads beyond the twelve are dropped
cut off       the end where all leads are identical: zeros, then a 1 mV calibration pulse
patient       age/years, months, weeks, days or dateofbirth (never age@defaultage); sex; height/cm, inch;
              weight/kg, lb
measurements  interpretations/interpretation/{interpretationmeasurements,globalmeasurements}, then
              measurements/globalmeasurements, then internalmeasurements/crossleadmeasurements
representative beat   repbeats, Base64 of 16 bit little endian, up to the padding 32767
statements    leftstatement, lhsstatement (the reasons at their right name findings they deny)
not read      uncompressed samples, the display filters (never applied to the samples, so no low-pass is stated)
"""

import re
from datetime import date
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from lvm.errors import DamagedFileError, UnsupportedError
from lvm.language import listed, mark, said, with_and
from lvm.read import patient as units
from lvm.read import receipt, statements, xml
from lvm.read.leads import (
    MAX_DURATION_S,
    MAX_LEADS,
    Samples,
    assemble,
    checked_rate_hz,
    checked_uv_per_bit,
    lead_name,
    representative,
)
from lvm.read.xli import decode, reconstruct
from lvm.recording import LEADS, LIMB, Finding, Measurements, Patient, Recording, RepresentativeBeat

VERSIONS = ("1.03", "1.04", "1.04.01")
READS = mark("Philips Sierra XML 1.03 or 1.04")

_TYPES = ("SierraECG", "PhilipsECG")
_STANDARD = ("STD-12", "10-WIRE")
_DATA = "patient/generalpatientdata"
_MEASURED_IN = (
    "interpretations/interpretation/interpretationmeasurements",
    "interpretations/interpretation/globalmeasurements",
    "measurements/globalmeasurements",
    "internalmeasurements/crossleadmeasurements",
)
_MEASURED_AS = {
    "p_axis_deg": ("pfrontaxis",),
    "qrs_axis_deg": ("qrsfrontaxis",),
    "t_axis_deg": ("tfrontaxis",),
    "heart_rate_bpm": ("heartrate", "meanventrate"),
    "pr_interval_ms": ("print", "meanprint"),
    "qrs_duration_ms": ("qrsdur", "meanqrsdur"),
    "qt_interval_ms": ("qtint", "meanqtint"),
}
_SAID_IN = "interpretations/interpretation"
_STATEMENTS = (
    f"{_SAID_IN}/statement/leftstatement",
    f"{_SAID_IN}/interpretationdatastructure/statementcomponents/codedstatement/unparsedstatement/lhsstatement",
)
_ACQUIRER = "dataacquisition/acquirer"
_IDENTIFYING = {
    "name": (f"{_DATA}/name/lastname", f"{_DATA}/name/firstname", f"{_DATA}/name/middlename"),
    "patient number": (f"{_DATA}/patientid", f"{_DATA}/uniquepatientid", f"{_DATA}/MRN"),
    "birth date": (f"{_DATA}/age/dateofbirth",),
    "order or visit number": ("orderinfo/ordernumber", "orderinfo/uniqueorderid", "userdefines/userdefine/value"),
    "physician or technician": (
        f"{_ACQUIRER}/operatorid",
        f"{_ACQUIRER}/operator@id",
        "documentinfo/editor",
    ),
    "hospital or department": tuple(
        f"{_ACQUIRER}/{tag}" for tag in ("departmentid", "departmentname", "institutionname", "facilityname")
    ),
    "device serial number": ("dataacquisition/machine@machineid",),
    "free text": ("orderinfo/orderremarks", "orderinfo/reasonfororder"),
    "race": (f"{_DATA}/race",),
}


def recognises(root: xml.Element) -> bool:
    return xml.local_name(root) == "restingecgdata"


def parse(root: xml.Element) -> Recording:
    """Read a Sierra document; the limb leads are all stored, so derived_leads is empty."""
    version = _version(root)
    waveforms = next(xml.children(root, "waveforms/parsedwaveforms"), None)
    if waveforms is None:
        raise DamagedFileError(said("The Philips file holds no waveforms. Export it again with its waveforms."))
    signal = "dataacquisition/signalcharacteristics"
    rate_hz = checked_rate_hz(
        _agreed(mark("sampling rates"), xml.number(root, f"{signal}/samplingrate"), waveforms.get("samplespersecond"))
    )
    step_uv = xml.number(root, f"{signal}/resolution") or xml.number(root, f"{signal}/signalresolution")
    uv_per_bit = checked_uv_per_bit(_agreed(mark("amplitude resolutions"), step_uv, waveforms.get("resolution")))

    labels = _labels(root, waveforms)
    samples = _samples(waveforms, labels, rate_hz)  # (leads, T)
    stored_mv = {label: row * (uv_per_bit / 1000) for label, row in zip(labels, samples, strict=True)}
    signal_mv, derived, warnings = assemble(stored_mv, rate_hz)

    day = units.iso_date(_acquisition(root, "date"))
    patient, odd = _patient(root, day)
    findings = _findings(root)
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format="Philips Sierra XML",
        version=version,
        patient=patient,
        device=_device(root),
        derived_leads=derived,
        acquired_at=units.iso_moment(day, _acquisition(root, "time")),
        pacemaker=statements.pacemaker(_pacemaker(root), findings),
        findings=findings,
        representative=_representative(root),
        warnings=warnings + odd,
        left_out=receipt.in_xml(root, _IDENTIFYING),
    )


def _acquisition(root: xml.Element, name: str) -> str | None:
    acquisition = next(xml.children(root, "dataacquisition"), None)
    return None if acquisition is None else xml.known(acquisition.get(name))


def _version(root: xml.Element) -> str:
    kind = xml.text(root, "documentinfo/documenttype")
    version = xml.text(root, "documentinfo/documentversion")
    if kind in _TYPES and version in VERSIONS:
        return version
    found = " ".join(xml.word(stated) or "unnamed" for stated in (kind, version))
    raise UnsupportedError(
        said(
            "The Philips file is of type and version {found}; {types} of versions {versions} can be read. Export "
            "it in one of these.",
            found=found,
            types=with_and(_TYPES),
            versions=listed(VERSIONS),
        )
    )


def _agreed(what: str, value: float | None, repeated: str | None) -> float | None:
    """A number that the file states twice."""
    again = xml.number_in(repeated)
    if value is not None and again is not None and value != again:
        raise DamagedFileError(
            said("The Philips file states two different {what}. Export it again from the source.", what=what)
        )
    return again if value is None else value


def _labels(root: xml.Element, waveforms: xml.Element) -> list[str]:
    """Names of the stored leads, in the order of storage."""
    stated = xml.known(waveforms.get("leadlabels"))
    if stated is None and xml.text(root, "dataacquisition/signalcharacteristics/acquisitiontype") in _STANDARD:
        stated = " ".join(LEADS)  # mainwaveformformat is the order on paper, which may be Cabrera's
    stated = stated or xml.text(root, "reportinfo/reportformat/waveformformat/mainwaveformformat") or ""
    labels = [lead_name(label) for label in re.split(r"[\s,]+", stated)[:MAX_LEADS]]
    count = xml.number_in(waveforms.get("numberofleads"))
    labels = labels if count is None else labels[: max(0, int(count))]
    if tuple(labels[: len(LIMB)]) != LIMB or len(set(labels)) < len(labels):
        raise UnsupportedError(
            said(
                "The Philips file does not store its leads in the order I, II, III, aVR, aVL, aVF, ...; only this "
                "order can be read. Export a standard 12-lead ECG."
            )
        )
    return labels


def _samples(waveforms: xml.Element, labels: list[str], rate_hz: float) -> NDArray[np.int64]:
    """(leads, T) sample steps of the labelled leads."""
    encoding = waveforms.get("dataencoding")
    compression = waveforms.get("compressmethod") or waveforms.get("compression")
    if encoding != "Base64" or compression != "XLI":
        raise UnsupportedError(
            said(
                "The Philips file stores its samples in another way than Base64 with XLI compression, the only one "
                "that can be read. Export it again from the source."
            )
        )
    duration_ms = xml.number_in(waveforms.get("durationperchannel"))
    expected = None if duration_ms is None else int(duration_ms * rate_hz / 1000)
    leads = decode(xml.raw_text(waveforms), labels, max_samples=int(MAX_DURATION_S * rate_hz))
    for label, lead in zip(labels, leads, strict=True):
        wanted = leads[0].size if expected is None else expected
        if lead.size != wanted:
            raise DamagedFileError(
                said(
                    "Lead {label} of the Philips file has {count} samples instead of {wanted}. Export it again from "
                    "the source.",
                    label=label,
                    count=lead.size,
                    wanted=wanted,
                )
            )
    return reconstruct(np.stack(leads))


def _patient(root: xml.Element, acquired_on: date | None) -> tuple[Patient, tuple[str, ...]]:
    def quantities(of: str, *stated_in: str) -> list[units.Quantity]:
        return [(xml.number(root, f"{_DATA}/{of}/{unit}"), unit.removesuffix("s")) for unit in stated_in]

    return units.person(
        xml.text(root, f"{_DATA}/sex"),
        quantities("age", "years", "months", "weeks", "days"),
        units.iso_date(xml.text(root, f"{_DATA}/age/dateofbirth")),
        acquired_on,
        quantities("height", "cm", "inch"),
        quantities("weight", "kg", "lb"),
    )


def _device(root: xml.Element) -> Measurements:
    def first(tags: tuple[str, ...]) -> float | None:
        found = (xml.number(root, f"{block}/{tag}") for block in _MEASURED_IN for tag in tags)
        return next((value for value in found if value is not None), None)

    return units.measurements({name: first(tags) for name, tags in _MEASURED_AS.items()})


def _findings(root: xml.Element) -> tuple[Finding, ...]:
    return statements.findings(xml.raw_text(said) for path in _STATEMENTS for said in xml.children(root, path))


def _representative(root: xml.Element) -> RepresentativeBeat | None:
    """The device's average beat; None where it is absent or damaged, for nothing rests on it."""
    for block in chain(xml.children(root, "waveforms/repbeats"), xml.children(root, "repbeats")):
        uv_per_bit = xml.number_in(block.get("resolution"))
        if block.get("dataencoding") != "Base64" or uv_per_bit is None:
            continue
        stored_mv: dict[str, Samples] = {}
        for beat in islice(xml.children(block, "repbeat"), MAX_LEADS):
            text = xml.text(beat, "waveform") or beat.text or ""  # the latter in 1.03
            try:
                data = xml.base64_in(text)
            except ValueError:
                return None
            steps = np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")
            stored_mv[lead_name(beat.get("leadname") or "")] = steps * (uv_per_bit / 1000)
        return representative(stored_mv, xml.number_in(block.get("samplespersec")))
    return None


def _pacemaker(root: xml.Element) -> bool | None:
    for path in (f"{_DATA}/pacestatus", f"{_DATA}/pacemaker"):
        status = (xml.text(root, path) or "").lower()
        if re.match(r"(no|not|none|non|false)\b|nonpaced|unpaced", status):
            return False
        if re.match(r"(yes|true|paced|pacing|pacemaker$)\b", status):
            return True
    return None
