"""What an aECG document states beside its samples: patient, measurements, statements, identifying facts."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from math import pi
from statistics import median
from typing import NamedTuple

from lvm.read import leads, receipt, statements, xml
from lvm.read import patient as units
from lvm.recording import Finding, Measurements, Patient

_SUBJECT = "componentOf/timepointEvent/componentOf/subjectAssignment/subject/trialSubject"
_PERSON = f"{_SUBJECT}/subjectDemographicPerson"
_LOINC = {
    "age": ("21612-7", "30525-0"),
    "height": ("8302-2", "3137-7", "3138-5"),
    "weight": ("29463-7", "3141-9", "3142-7"),
}
_OBSERVED = ("controlVariable/*", "component/series/controlVariable/*")
_MAX_OBSERVED = 200
_UCUM = {"a": "year", "yr": "year", "mo": "month", "wk": "week", "d": "day", "h": "hour", "[in_i]": "in",
         "[in_us]": "in", "[ft_i]": "ft", "[lb_av]": "lb", "[oz_av]": "oz"}  # fmt: skip

_MEASURED = {
    "ECG_ANGLE_P_FRONT": "p_axis_deg",
    "ECG_ANGLE_QRS_FRONT": "qrs_axis_deg",
    "ECG_ANGLE_T_FRONT": "t_axis_deg",
    "ECG_P_AXIS": "p_axis_deg",
    "ECG_QRS_AXIS": "qrs_axis_deg",
    "ECG_T_AXIS": "t_axis_deg",
    "ECG_HEART_RATE": "heart_rate_bpm",
    "ECG_TIME_PD_PR": "pr_interval_ms",
    "ECG_TIME_PD_QRS": "qrs_duration_ms",
    "ECG_TIME_PD_QT": "qt_interval_ms",
}
_VENDOR = re.compile(r"^(MDC|MINDRAY)_(?=ECG_)")
# No unit means the usual one, as in files converted from Philips; a value in a unit that is not here is not used.
_IN_UNIT = {
    "ms": {"": 1.0, "ms": 1.0, "s": 1e3, "us": 1e-3, "µs": 1e-3, "μs": 1e-3},
    "deg": {"": 1.0, "deg": 1.0, "°": 1.0, "rad": 180 / pi},
    "bpm": {unit: 1.0 for unit in ("", "1", "bpm", "/min", "1/min", "{beats}/min", "{beat}/min", "min-1")},
}
_DEEPEST = 3  # annotations within annotations: a beat's, then a wave's
_MOST_OF_TWELVE = 8  # an annotation that names fewer leads is about those leads only

_LOW_PASS, _CUTOFF = "_FILTER_LOW_PASS", "_FILTER_CUTOFF_FREQ"

_SAID_IN = ("MDC_ECG_INTERPRETATION", "MDC_ECG_RHY")
# Codes of ISO 11073-10102 in words that statements.py knows. An incomplete block is none there.
_FIBRILLATES = ("MDC_ECG_RHY_ATR_FIB",)
_PACES = ("MDC_ECG_BEAT_PACED", "MDC_ECG_WAVP_PACE", "MDC_ECG_RHY_PACE")
_BLOCKED = frozenset(
    f"MDC_ECG_BEAT_{block}"
    for block in ("BB_BLK", "LBB_BLK_COMP", "RBB_BLK_COMP", "BLK_BIFASC", "BLK_TRIFASC", "BLK_BILAT")
)

_TRIAL = "componentOf/timepointEvent/componentOf/subjectAssignment/componentOf/clinicalTrial"
_SITE = f"{_TRIAL}/location/trialSite"
_SERIES = "component/series"
_AUTHOR = f"{_SERIES}/author/seriesAuthor"
_PERFORMERS = (
    f"{_SERIES}/secondaryPerformer/seriesPerformer",
    "componentOf/timepointEvent/performer/studyEventPerformer",
)
_INVESTIGATORS = tuple(f"{at}/responsibleParty/trialInvestigator" for at in (_TRIAL, _SITE))
_AUTHORS = tuple(
    f"{at}/author/assignedEntity"
    for at in (
        "controlVariable/relatedObservation",
        f"{_SERIES}/subjectOf/annotationSet",
        f"{_SERIES}/derivation/derivedSeries/subjectOf/annotationSet",
    )
)
_IDENTIFYING = {
    "name": (f"{_PERSON}/name",),
    "patient number": (f"{_SUBJECT}/id@extension", f"{_PERSON}/PatientID", f"{_PERSON}/SecondPatientID"),
    "birth date": (f"{_PERSON}/birthTime@value",),
    "order or visit number": ("id@extension", f"{_TRIAL}/id@extension"),
    "physician or technician": (
        *(f"{who}/{what}" for who in _INVESTIGATORS for what in ("investigatorPerson/name", "id@extension")),
        *(f"{who}/{what}" for who in _PERFORMERS for what in ("assignedPerson/name", "id@extension")),
        *(f"{who}/{what}" for who in _AUTHORS for what in ("assignedAuthorType/assignedPerson/name", "id@extension")),
    ),
    "hospital or department": (
        *(f"{at}/{what}" for at in (_SITE, "location/testingSite") for what in ("location/name", "id@extension")),
        *(f"{who}/representedAuthoringOrganization/name" for who in _AUTHORS),
        *(f"{_PERSON}/{tag}" for tag in ("Bed", "Room", "PointOfCare")),
    ),
    "device serial number": (
        f"{_AUTHOR}/id@extension",
        f"{_AUTHOR}/manufacturedSeriesDevice/id@extension",
        f"{_AUTHOR}/manufacturedSeriesDevice/SerialNumber",
        *(f"{who}/assignedAuthorType/assignedDevice/id@extension" for who in _AUTHORS),
    ),
    "free text": ("text", "pertainsTo/subjectFindingComment/text", f"{_PERSON}/Medications/Medication"),
    "race": (f"{_PERSON}/raceCode@code",),
}


class Annotation(NamedTuple):
    """One annotation of the whole recording (depth 0) or within another one, such as that of a beat.

    of_few_leads : whether it, or one around it, says that it is about single leads.
    """

    code: str
    element: xml.Element
    depth: int
    of_few_leads: bool


def code_of(element: xml.Element) -> str:
    code = next(xml.children(element, "code"), None)
    return "" if code is None else (code.get("code") or "").strip()


def moment(element: xml.Element) -> str | None:
    """YYYYMMDDhhmmss at which a series or the whole document begins."""
    for time in xml.children(element, "effectiveTime"):
        for stated in (time, *(one for tag in ("low", "center") for one in xml.children(time, tag))):
            if value := xml.known(stated.get("value")):
                return value
    return None


def patient(root: xml.Element, acquired_at: str | None) -> tuple[Patient, tuple[str, ...]]:
    """The patient, and what was odd about it."""
    observed: dict[str, list[units.Quantity]] = {kind: [] for kind in _LOINC}
    for path in _OBSERVED:
        for _, one in zip(range(_MAX_OBSERVED), xml.children(root, path), strict=False):
            kind = next((kind for kind, codes in _LOINC.items() if code_of(one) in codes), None)
            if kind is not None:
                observed[kind] += [
                    (xml.number_in(value.get("value")), _unit(value.get("unit")))
                    for value in xml.children(one, "value")
                ]

    def attribute(tag: str, name: str) -> str | None:
        return next((xml.known(one.get(name)) for one in xml.children(root, f"{_PERSON}/{tag}")), None)

    sex = attribute("administrativeGenderCode", "code")
    return units.person(
        sex if units.sex(sex) else attribute("administrativeGenderCode", "displayName"),
        [*observed["age"], (xml.number(root, f"{_PERSON}/Age"), None)],
        units.compact_date(attribute("birthTime", "value")),
        units.compact_date(acquired_at),
        observed["height"],
        observed["weight"],
    )


def _unit(ucum: str | None) -> str | None:
    unit = xml.known(ucum)
    return None if unit is None else _UCUM.get(unit.lower(), unit)


def annotation_sets(series: xml.Element) -> list[list[Annotation]]:
    """The annotations of each set of a series or derived series, the latest set last."""

    def when(one: xml.Element) -> str:
        return next((time.get("value") or "" for time in xml.children(one, "activityTime")), "")

    return [list(_within(one)) for one in sorted(xml.children(series, "subjectOf/annotationSet"), key=when)]


def _within(parent: xml.Element, depth: int = 0, of_few_leads: bool = False) -> Iterator[Annotation]:
    for one in xml.children(parent, "component/annotation"):
        few = of_few_leads or _names_few_leads(one)
        yield Annotation(code_of(one), one, depth, few)
        if depth < _DEEPEST:
            yield from _within(one, depth + 1, few)


def _names_few_leads(annotation: xml.Element) -> bool:
    bounds = xml.children(annotation, "support/supportingROI/component/boundary/code")
    leads = {code for bound in bounds if "_ECG_LEAD_" in (code := bound.get("code") or "")}
    return 0 < len(leads) < _MOST_OF_TWELVE


def measurements(sets: list[list[Annotation]]) -> Measurements:
    """What the device measured; of several sets the last that states a value, as a physician's follows the device's."""
    known: dict[str, float | None] = {}
    for annotations in sets:
        known |= _measured(annotations)
    return units.measurements(known)


def _measured(annotations: list[Annotation]) -> dict[str, float]:
    """Measurements of one set: those of the whole recording, else the median over its beats."""
    found: dict[str, list[tuple[int, float]]] = {}
    for code, element, depth, of_few_leads in annotations:
        name = None if of_few_leads else _MEASURED.get(_VENDOR.sub("", code).removesuffix("_GL"))
        value = next(xml.children(element, "value"), None) if name else None
        if name is not None and value is not None:
            factor = _IN_UNIT[name.rpartition("_")[2]].get((value.get("unit") or "").strip().lower())
            number = xml.number_in(value.get("value"))
            if factor is not None and number is not None:
                plausible = getattr(units.measurements({name: number * factor}), name)
                if plausible is not None:
                    found.setdefault(name, []).append((depth, plausible))
    return {name: _typical(name, values) for name, values in found.items()}


def _typical(name: str, found: list[tuple[int, float]]) -> float:
    """Median of the values that stand highest: those of the whole recording before those of its beats."""
    highest = min(depth for depth, _ in found)
    values = [value for depth, value in found if depth == highest]
    if name.endswith("_deg"):  # 179 and -179 degrees are two apart: their middle is 180, not 0
        values = [values[0] + (value - values[0] + 180) % 360 - 180 for value in values]
    return median(values)


def findings(annotations: list[Annotation]) -> tuple[Finding, ...]:
    """What statements say, and what the codes of the rhythm and the beats mean.

    One paced beat is enough for a paced rhythm; a bundle branch block is one where half of the beats have it, for
    single beats can be aberrant.
    """
    coded: list[str] = []
    said: list[str] = []
    beats: Counter[str] = Counter()
    for code, element, *_ in annotations:
        stated = list(xml.children(element, "value"))
        codes = [code, *((value.get("code") or "").strip() for value in stated)]
        if any(one.startswith(_PACES) for one in codes):
            coded.append("paced rhythm")
        if any(one.startswith(_FIBRILLATES) for one in codes):
            coded.append("atrial fibrillation")
        if code == "MDC_ECG_BEAT":
            beats.update(codes[1:2])
        if code.startswith(_SAID_IN):
            said += [text for value in stated for text in (xml.raw_text(value), value.get("displayName")) if text]
            said += [xml.raw_text(text) for text in xml.children(element, "text")]
    if 2 * sum(beats[block] for block in _BLOCKED) >= max(1, beats.total()):
        coded.append("bundle branch block")
    return statements.findings(dict.fromkeys([*coded, *said]))


def paced(root: xml.Element) -> bool | None:
    """Mindray's Paced."""
    return {"true": True, "false": False}.get((xml.text(root, f"{_PERSON}/Paced") or "").lower())


def low_pass_hz(series: xml.Element) -> float | None:
    """The low-pass filter of a series."""
    variables = islice(xml.children(series, "controlVariable/controlVariable"), _MAX_OBSERVED)
    cutoffs = (
        value
        for one in variables
        if code_of(one).endswith(_LOW_PASS)
        for part in xml.children(one, "component/controlVariable")
        if code_of(part).endswith(_CUTOFF)
        for value in xml.children(part, "value")
    )
    return leads.stated_low_pass_hz(
        xml.number_in(value.get("value")) for value in cutoffs if (value.get("unit") or "Hz").strip().lower() == "hz"
    )


def left_out(root: xml.Element) -> tuple[str, ...]:
    return receipt.in_xml(root, _IDENTIFYING)
