"""HL7 annotated ECG (aECG), as the FDA takes it; also as Mindray writes it and as Philips files are converted to it.

root          AnnotatedECG, in the namespace urn:hl7-org:v3, with a prefix or without, or in none
samples       component/series of code RHYTHM; of several series or sequence sets, the one with the most of the twelve
              leads. SLIST_PQ: origin + scale x digits, numbers separated by white space
rate          1 / increment of the TIME_ABSOLUTE or TIME_RELATIVE sequence, in s, ms or us
step          scale in uV, mV, nV or V; another unit, or none, is refused
leads         MDC_ECG_LEAD_*; leads beyond the twelve are dropped
cut off       the end where all leads are alike: zeros and the calibration pulse of files converted from Philips
representative beat   derivation/derivedSeries of code REPRESENTATIVE_BEAT; alone, without a rhythm, it is refused
patient       subjectDemographicPerson: administrativeGenderCode, birthTime, and Mindray's Age; controlVariable of the
              LOINC codes 21612-7 and 30525-0 (age), 8302-2 and 3137-7 (height), 29463-7 and 3141-9 (weight) with their
              units
measurements  annotations of the rhythm series: MDC_ECG_HEART_RATE, MDC_ECG_TIME_PD_{PR,QRS,QT} (ms unless a unit
              says otherwise), MDC_ECG_ANGLE_{P,QRS,T}_FRONT, MINDRAY_ECG_{P,QRS,T}_AXIS; the median where every beat
              has its own
statements    MDC_ECG_INTERPRETATION_*, and the rhythm MDC_ECG_RHY; a pacemaker also from Mindray's Paced
not read      boundaries, measurements of single leads, filters (already applied)
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from lvm.errors import DamagedFileError, UnsupportedError
from lvm.read import patient as units
from lvm.read import receipt, statements, xml
from lvm.read.leads import (
    Samples,
    assemble,
    checked_rate_hz,
    checked_uv_per_bit,
    lead_name,
    representative,
)
from lvm.recording import LEADS, Finding, Measurements, Patient, Recording, RepresentativeBeat

READS = "HL7 aECG XML"

_SERIES, _SET, _SEQUENCE = "component/series", "component/sequenceSet", "component/sequence"
_DERIVED = "derivation/derivedSeries"
_LEAD, _TIME = "MDC_ECG_LEAD_", ("TIME_ABSOLUTE", "TIME_RELATIVE")
_MV_PER_UNIT = {"NV": 1e-6, "UV": 1e-3, "ΜV": 1e-3, "MV": 1.0, "V": 1e3}  # the third begins with a Greek capital my
_S_PER_UNIT = {"S": 1.0, "MS": 1e-3, "US": 1e-6, "ΜS": 1e-6}
_MAX_LEADS, _MAX_ANNOTATIONS = 24, 2000
_SUBJECT = "componentOf/timepointEvent/componentOf/subjectAssignment/subject/trialSubject"
_PERSON = f"{_SUBJECT}/subjectDemographicPerson"
_TRIAL = "componentOf/timepointEvent/componentOf/subjectAssignment/componentOf/clinicalTrial"
_LOINC = {"age": ("21612-7", "30525-0"), "height": ("8302-2", "3137-7"), "weight": ("29463-7", "3141-9")}
_UCUM = {"a": "year", "mo": "month", "wk": "week", "d": "day", "h": "hour", "[in_i]": "in", "[ft_i]": "ft",
         "[lb_av]": "lb", "[oz_av]": "oz"}  # fmt: skip
_MEASURED_AS = {
    "MDC_ECG_ANGLE_P_FRONT": "p_axis_deg",
    "MDC_ECG_ANGLE_QRS_FRONT": "qrs_axis_deg",
    "MDC_ECG_ANGLE_T_FRONT": "t_axis_deg",
    "MINDRAY_ECG_P_AXIS": "p_axis_deg",
    "MINDRAY_ECG_QRS_AXIS": "qrs_axis_deg",
    "MINDRAY_ECG_T_AXIS": "t_axis_deg",
    "MDC_ECG_HEART_RATE": "heart_rate_bpm",
    "MDC_ECG_TIME_PD_PR": "pr_interval_ms",
    "MDC_ECG_TIME_PD_QRS": "qrs_duration_ms",
    "MDC_ECG_TIME_PD_QT": "qt_interval_ms",
}
_AUTHOR = f"{_SERIES}/author/seriesAuthor"
_IDENTIFYING = {
    "name": (f"{_PERSON}/name",),
    "patient number": (f"{_SUBJECT}/id@extension", f"{_PERSON}/PatientID", f"{_PERSON}/SecondPatientID"),
    "birth date": (f"{_PERSON}/birthTime@value",),
    "order or visit number": ("id@extension", f"{_TRIAL}/id@extension"),
    "physician or technician": (
        f"{_TRIAL}/responsibleParty/trialInvestigator/investigatorPerson/name",
        f"{_TRIAL}/location/trialSite/responsibleParty/trialInvestigator/investigatorPerson/name",
        f"{_SERIES}/secondaryPerformer/seriesPerformer/assignedPerson/name",
        "componentOf/timepointEvent/performer/studyEventPerformer/assignedPerson/name",
    ),
    "hospital or department": (
        f"{_TRIAL}/location/trialSite/location/name",
        "location/testingSite/location/name",
        *(f"{_PERSON}/{tag}" for tag in ("Bed", "Room", "PointOfCare")),
    ),
    "device serial number": (f"{_AUTHOR}/id@extension", f"{_AUTHOR}/manufacturedSeriesDevice/SerialNumber"),
    "race": (f"{_PERSON}/raceCode@code",),
}


def recognises(root: xml.Element) -> bool:
    return xml.local_name(root) == "AnnotatedECG"


def parse(root: xml.Element) -> Recording:
    """Read an aECG document; derived_leads is empty where it stores all twelve, as most do."""
    series, sequences = _rhythm(root)
    rate_hz = checked_rate_hz(_rate_hz(sequences))
    stored_mv = _leads_mv(sequences)
    signal_mv, derived, warnings = assemble(stored_mv, rate_hz)

    moment = _moment(series) or _moment(root)
    day = units.compact_date(moment)
    patient, odd = _patient(root, moment)
    found = list(_annotations(series))
    findings = _findings(found)
    paced = {"true": True, "false": False}.get((xml.text(root, f"{_PERSON}/Paced") or "").lower())
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format="HL7 aECG XML",
        version=None,
        patient=patient,
        device=_device(found),
        derived_leads=derived,
        acquired_at=units.iso_moment(day, (moment or "")[8:14]),
        pacemaker=statements.pacemaker(paced, findings),
        findings=findings,
        representative=_representative(series),
        warnings=warnings + odd,
        left_out=receipt.in_xml(root, _IDENTIFYING),
    )


def _code(element: xml.Element) -> str:
    code = next(xml.children(element, "code"), None)
    return "" if code is None else (code.get("code") or "").strip()


def _sequences(series: xml.Element) -> dict[str, xml.Element]:
    """The values of the sequence set with the most of the twelve leads, by code."""

    def by_code(found: xml.Element) -> dict[str, xml.Element]:
        values = ((_code(one), next(xml.children(one, "value"), None)) for one in xml.children(found, _SEQUENCE))
        sequences: dict[str, xml.Element] = {}
        for code, value in islice(values, 4 * _MAX_LEADS):
            if value is not None:
                if code in sequences and _lead(code) in LEADS:
                    raise DamagedFileError(
                        f"Lead {_lead(code)} is stored twice in the aECG file. Export it again from the source."
                    )
                sequences[code] = value
        return sequences

    sets = [by_code(found) for found in islice(xml.children(series, _SET), _MAX_LEADS)]
    return max(sets, key=_count_of_twelve, default={})


def _count_of_twelve(sequences: dict[str, xml.Element]) -> int:
    return sum(_lead(code) in LEADS for code in sequences)


def _lead(code: str) -> str:
    return lead_name(code.upper().removeprefix(_LEAD))


def _rhythm(root: xml.Element) -> tuple[xml.Element, dict[str, xml.Element]]:
    series = [(one, _code(one).upper()) for one in islice(xml.children(root, _SERIES), _MAX_LEADS)]
    rhythms = [(one, _sequences(one)) for one, code in series if code == "RHYTHM"]
    best = max(rhythms, key=lambda rhythm: _count_of_twelve(rhythm[1]), default=None)
    if best is not None and _count_of_twelve(best[1]):
        return best
    if any(
        code == "REPRESENTATIVE_BEAT" or next(xml.children(one, _DERIVED), None) is not None for one, code in series
    ):
        raise UnsupportedError(
            "The aECG file holds only a representative beat; a recording of several heartbeats is needed. "
            "Export it again with its rhythm."
        )
    raise DamagedFileError("The aECG file holds no rhythm. Export it again with its waveforms.")


def _rate_hz(sequences: dict[str, xml.Element]) -> float | None:
    for code in _TIME:
        for increment in xml.children(sequences[code], "increment") if code in sequences else ():
            value, unit = xml.number_in(increment.get("value")), (increment.get("unit") or "s").strip().upper()
            if value and unit in _S_PER_UNIT:
                return 1 / (value * _S_PER_UNIT[unit])
    return None


def _leads_mv(sequences: dict[str, xml.Element]) -> dict[str, Samples]:
    """(T,) millivolts of each lead; empty for a lead beyond the twelve."""
    leads = [(_lead(code), value) for code, value in sequences.items() if code not in _TIME]
    return {name: _samples_mv(name, value) if name in LEADS else np.empty(0) for name, value in leads[:_MAX_LEADS]}


def _samples_mv(name: str, value: xml.Element) -> Samples:
    scale, origin = (next(xml.children(value, tag), None) for tag in ("scale", "origin"))
    text = next((xml.raw_text(digits) for digits in xml.children(value, "digits")), "")
    mv_per_unit = _mv_per_unit(scale)
    per_step = None if scale is None else xml.number_in(scale.get("value"))
    if scale is not None and mv_per_unit is None:
        raise UnsupportedError(
            f"Lead {name} of the aECG file does not state its amplitudes in uV, mV, nV or V, the only units that can "
            "be read. Export it again with the unit of its scale."
        )
    step_mv = None if per_step is None or mv_per_unit is None else per_step * mv_per_unit
    if "." not in text:  # whole numbers are steps of a converter; others may be amplitudes
        checked_uv_per_bit(None if step_mv is None else step_mv * 1000)
    if not step_mv:
        raise DamagedFileError(f"Lead {name} of the aECG file states no scale. Export it again from the source.")
    try:
        digits = np.fromstring(text, sep=" ")
    except ValueError:
        digits = np.array([np.nan])
    if not np.isfinite(digits).all():
        raise DamagedFileError(
            f"The samples of lead {name} are not numbers separated by spaces. Export the ECG again from the source."
        )
    start = 0.0 if origin is None else xml.number_in(origin.get("value")) or 0.0
    start_mv = start * (_mv_per_unit(origin) or mv_per_unit or 0.0)
    samples_mv: Samples = digits * step_mv + start_mv
    return samples_mv


def _mv_per_unit(quantity: xml.Element | None) -> float | None:
    return None if quantity is None else _MV_PER_UNIT.get((quantity.get("unit") or "").strip().upper())


def _representative(series: xml.Element) -> RepresentativeBeat | None:
    """The device's own beat; None where it is absent or damaged, for nothing rests on it."""
    for derived in islice(xml.children(series, _DERIVED), _MAX_LEADS):
        if _code(derived).upper() == "REPRESENTATIVE_BEAT":
            try:
                sequences = _sequences(derived)
                return representative(_leads_mv(sequences), _rate_hz(sequences))
            except (DamagedFileError, UnsupportedError):
                return None
    return None


def _annotations(series: xml.Element) -> Iterator[tuple[str, xml.Element]]:
    """Code and element of the annotations that hold for all leads, also those of single beats."""

    def walk(parent: xml.Element, depth: int) -> Iterator[tuple[str, xml.Element]]:
        for one in xml.children(parent, "component/annotation"):
            yield _code(one), one
            if depth:
                yield from walk(one, depth - 1)

    sets = xml.children(series, "subjectOf/annotationSet")
    return islice((found for one in sets for found in walk(one, 3)), _MAX_ANNOTATIONS)


def _device(found: list[tuple[str, xml.Element]]) -> Measurements:
    values: dict[str, list[float]] = {}
    for code, annotation in found:
        name = _MEASURED_AS.get(code)
        value = next(xml.children(annotation, "value"), None) if name else None
        number = None if value is None else xml.number_in(value.get("value"))
        if name is not None and value is not None and number is not None:
            in_s = name.endswith("_ms") and (value.get("unit") or "").strip().lower() == "s"
            values.setdefault(name, []).append(number * 1000 if in_s else number)
    return units.measurements({name: float(np.median(of_beats)) for name, of_beats in values.items()})


def _findings(found: list[tuple[str, xml.Element]]) -> tuple[Finding, ...]:
    said = []
    for code, annotation in found:
        if code.startswith(("MDC_ECG_INTERPRETATION", "MDC_ECG_RHY")):
            for value in xml.children(annotation, "value"):
                said += [xml.raw_text(value), value.get("displayName") or ""]
    return statements.findings(said)


def _moment(element: xml.Element) -> str | None:
    """YYYYMMDDhhmmss at which a series or the whole document begins."""
    for time in xml.children(element, "effectiveTime"):
        for stated in (time, *(one for tag in ("low", "center") for one in xml.children(time, tag))):
            if value := xml.known(stated.get("value")):
                return value
    return None


def _patient(root: xml.Element, moment: str | None) -> tuple[Patient, tuple[str, ...]]:
    def quantities(kind: str) -> list[units.Quantity]:
        observed = (one for path in ("controlVariable/relatedObservation", "controlVariable/observation")
                    for one in xml.children(root, path) if _code(one) in _LOINC[kind])  # fmt: skip
        stated = [value for one in islice(observed, _MAX_LEADS) for value in xml.children(one, "value")]
        return [(xml.number_in(value.get("value")), _unit(value.get("unit"))) for value in stated]

    def attribute(tag: str, name: str) -> str | None:
        return next((xml.known(one.get(name)) for one in xml.children(root, f"{_PERSON}/{tag}")), None)

    return units.person(
        attribute("administrativeGenderCode", "code"),
        [*quantities("age"), (xml.number(root, f"{_PERSON}/Age"), None)],
        units.compact_date(attribute("birthTime", "value")),
        units.compact_date(moment),
        quantities("height"),
        quantities("weight"),
    )


def _unit(ucum: str | None) -> str | None:
    unit = xml.known(ucum)
    return None if unit is None else _UCUM.get(unit.lower(), unit)
