"""HL7 annotated ECG (aECG), as the FDA takes it; also as Mindray writes it and as Philips files are converted to it.

root          AnnotatedECG, in the namespace urn:hl7-org:v3, with a prefix or without, or in none
samples       component/series of code RHYTHM. SLIST_PQ: origin + scale x digits, numbers separated by white space
several       of several series, or sequence sets of a series, the one with the most of the twelve leads, of these the
              longest, of these the first; the user is told. They are never joined
rate          1 / increment of the TIME_ABSOLUTE or TIME_RELATIVE sequence, in s, ms or us; s where no unit is stated
step          scale in uV, mV, nV or V; another unit, or none, is refused
low-pass      controlVariable of the rhythm series: MDC_ECG_CTL_VBL_ATTR_FILTER_CUTOFF_FREQ, Hz, of the
              MDC_ECG_CTL_VBL_ATTR_FILTER_LOW_PASS
leads         MDC_ECG_LEAD_* or another maker's *_LEAD_*, or the bare name; leads beyond the twelve are dropped
cut off       the end where all leads are alike: zeros and the calibration pulse of files converted from Philips
representative beat   derivation/derivedSeries, or a series, of code REPRESENTATIVE_BEAT; alone, without a rhythm, it is
              refused
patient       subjectDemographicPerson: administrativeGenderCode, birthTime, and Mindray's Age; controlVariable, of the
              document or of a series, of the LOINC codes 21612-7 and 30525-0 (age), 8302-2, 3137-7 and 3138-5 (height),
              29463-7, 3141-9 and 3142-7 (weight) with their units
measurements  annotations of the rhythm series, else of its representative beat: MDC_ECG_HEART_RATE,
              MDC_ECG_TIME_PD_{PR,QRS,QT} (ms unless a unit says otherwise), MDC_ECG_ANGLE_{P,QRS,T}_FRONT, these with
              _GL too, MINDRAY_ECG_{P,QRS,T}_AXIS and MINDRAY_ECG_HEART_RATE; of the whole recording, else the median
              over its beats; of several annotation sets the latest
statements    MDC_ECG_INTERPRETATION_* and MDC_ECG_RHY, in words; the codes MDC_ECG_RHY_ATR_FIB, MDC_ECG_BEAT_PACED and
              MDC_ECG_WAVP_PACE; those of complete bundle branch blocks where half of the beats have one; a pacemaker
              also from Mindray's Paced
not read      boundaries, measurements of single leads, other filters (already applied)
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from lvm.errors import DamagedFileError, UnsupportedError
from lvm.language import mark, said
from lvm.read import aecg_facts as facts
from lvm.read import patient as units
from lvm.read import statements, xml
from lvm.read.leads import (
    MAX_LEADS,
    Samples,
    assemble,
    checked_rate_hz,
    checked_uv_per_bit,
    lead_name,
    representative,
    stored_twice,
)
from lvm.recording import LEADS, Recording, RepresentativeBeat

READS = "HL7 aECG XML"

_SERIES, _SET, _SEQUENCE = "component/series", "component/sequenceSet", "component/sequence"
_DERIVED = "derivation/derivedSeries"
_RHYTHM, _BEAT = "RHYTHM", "REPRESENTATIVE_BEAT"
_TIME = ("TIME_ABSOLUTE", "TIME_RELATIVE")
_MV_PER_UNIT = {"NV": 1e-6, "UV": 1e-3, "ΜV": 1e-3, "MV": 1.0, "V": 1e3}  # the third begins with a Greek capital my
_S_PER_UNIT = {"S": 1.0, "MS": 1e-3, "US": 1e-6, "ΜS": 1e-6}
_MAX_SEQUENCES, _MAX_SETS = 96, 24


class _Sequences(NamedTuple):
    """A sequence set: the sampling rate, None where it states none, and the values of its leads by name."""

    rate_hz: float | None
    leads: dict[str, xml.Element]

    def of_the_twelve(self) -> int:
        return sum(lead in LEADS for lead in self.leads)

    def length(self) -> int:
        """Samples of the longest lead."""
        return max((len(_digits(lead).split()) for lead in self.leads.values()), default=0)


def recognises(root: xml.Element) -> bool:
    return xml.local_name(root) == "AnnotatedECG"


def parse(root: xml.Element) -> Recording:
    """Read an aECG document; derived_leads is empty where it stores all twelve, as most do."""
    series, sequences, several = _rhythm(root)
    rate_hz = checked_rate_hz(sequences.rate_hz)
    stored_mv = _leads_mv(sequences)
    signal_mv, derived, warnings = assemble(stored_mv, rate_hz)

    acquired_at = facts.moment(series) or facts.moment(root)
    patient, odd = facts.patient(root, acquired_at)
    sets = [found for one in (*_beats(series), series) for found in facts.annotation_sets(one)]
    findings = facts.findings(list(chain.from_iterable(sets)))
    return Recording(
        signal_mv=signal_mv,
        sampling_rate_hz=rate_hz,
        format="HL7 aECG XML",
        version=None,
        patient=patient,
        device=facts.measurements(sets),
        derived_leads=derived,
        acquired_at=units.iso_moment(units.compact_date(acquired_at), (acquired_at or "")[8:14]),
        pacemaker=statements.pacemaker(facts.paced(root), findings),
        findings=findings,
        representative=_representative(root, series),
        warnings=several + warnings + odd,
        left_out=facts.left_out(root),
        low_pass_hz=facts.low_pass_hz(series),
    )


def _sequence_sets(series: xml.Element) -> Iterator[_Sequences]:
    for found in islice(xml.children(series, _SET), _MAX_SETS):
        times: dict[str, xml.Element] = {}
        leads: dict[str, xml.Element] = {}
        for one in islice(xml.children(found, _SEQUENCE), _MAX_SEQUENCES):
            code, value = facts.code_of(one).upper(), next(xml.children(one, "value"), None)
            if value is None:
                continue
            if code in _TIME:
                times.setdefault(code, value)
                continue
            lead = lead_name(code.rpartition("LEAD_")[2])
            if lead in leads and lead in LEADS:
                raise stored_twice(lead, mark("aECG file"))
            if lead in LEADS or len(leads) < MAX_LEADS:
                leads[lead] = value
        yield _Sequences(_rate_hz(times), leads)


def _best(sets: list[_Sequences]) -> int:
    """Which set has the most of the twelve leads, and of these the most samples, which are counted only then."""
    most = max(found.of_the_twelve() for found in sets)
    full = [number for number, found in enumerate(sets) if found.of_the_twelve() == most]
    return full[0] if len(full) == 1 else max(full, key=lambda number: sets[number].length())


def _rhythm(root: xml.Element) -> tuple[xml.Element, _Sequences, tuple[str, ...]]:
    """The series and the sequence set to read, and what to say of others."""
    series = [(facts.code_of(one).upper(), one) for one in islice(xml.children(root, _SERIES), _MAX_SETS)]
    rhythms = [(one, found) for code, one in series if code == _RHYTHM for found in _sequence_sets(one)]
    rhythms = [(one, found) for one, found in rhythms if found.of_the_twelve()]
    if rhythms:
        one, found = rhythms[_best([found for _, found in rhythms])]
        several = (
            said(
                "The file holds {count} recordings or parts of one; that with the most leads, or the longest, was "
                "read.",
                count=len(rhythms),
            ),
        )
        return one, found, several if len(rhythms) > 1 else ()
    if any(code == _BEAT or next(xml.children(one, _DERIVED), None) is not None for code, one in series):
        raise UnsupportedError(
            said(
                "The aECG file holds only a representative beat; a recording of several heartbeats is needed. Export "
                "it again with its rhythm."
            )
        )
    raise DamagedFileError(said("The aECG file holds no rhythm. Export it again with its waveforms."))


def _rate_hz(times: dict[str, xml.Element]) -> float | None:
    for code in _TIME:
        for increment in xml.children(times[code], "increment") if code in times else ():
            value, unit = xml.number_in(increment.get("value")), (increment.get("unit") or "s").strip().upper()
            if value and unit in _S_PER_UNIT:
                return 1 / (value * _S_PER_UNIT[unit])
    return None


def _leads_mv(sequences: _Sequences) -> dict[str, Samples]:
    """(T,) millivolts of each lead; empty for a lead beyond the twelve."""
    leads = sequences.leads.items()
    return {name: _samples_mv(name, value) if name in LEADS else np.empty(0) for name, value in leads}


def _digits(value: xml.Element) -> str:
    return next((xml.raw_text(digits) for digits in xml.children(value, "digits")), "")


def _samples_mv(name: str, value: xml.Element) -> Samples:
    scale, origin = (next(xml.children(value, tag), None) for tag in ("scale", "origin"))
    text = _digits(value).strip()
    if not text:
        raise DamagedFileError(
            said("Lead {name} of the aECG file holds no samples. Export the ECG again from the source.", name=name)
        )
    mv_per_unit = _mv_per_unit(scale)
    per_step = None if scale is None else xml.number_in(scale.get("value"))
    if scale is not None and mv_per_unit is None:
        raise UnsupportedError(
            said(
                "Lead {name} of the aECG file does not state its amplitudes in uV, mV, nV or V, the only units that "
                "can be read. Export it again with the unit of its scale.",
                name=name,
            )
        )
    step_mv = None if per_step is None or mv_per_unit is None else per_step * mv_per_unit
    if "." not in text:  # whole numbers are steps of a converter; others may be amplitudes
        checked_uv_per_bit(None if step_mv is None else step_mv * 1000)
    if not step_mv:
        raise DamagedFileError(
            said("Lead {name} of the aECG file states no scale. Export it again from the source.", name=name)
        )
    digits = _numbers(text)
    if not np.isfinite(digits).all():
        raise DamagedFileError(
            said(
                "The samples of lead {name} are not numbers separated by spaces. Export the ECG again from the source.",
                name=name,
            )
        )
    start = 0.0 if origin is None else xml.number_in(origin.get("value")) or 0.0
    start_mv = start * (_mv_per_unit(origin) or mv_per_unit or 0.0)
    samples_mv: Samples = digits * step_mv + start_mv
    return samples_mv


def _numbers(text: str) -> Samples:
    """(T,) numbers separated by white space; not a number where anything else stands among them."""
    for kind in (np.int64, np.float64):  # whole numbers, as nearly all files hold, are read five times as fast
        with suppress(ValueError):
            return np.fromstring(text, dtype=kind, sep=" ").astype(np.float64)
    return np.array([np.nan])


def _mv_per_unit(quantity: xml.Element | None) -> float | None:
    return None if quantity is None else _MV_PER_UNIT.get((quantity.get("unit") or "").strip().upper())


def _beats(series: xml.Element) -> list[xml.Element]:
    """The representative beats derived from a series."""
    return [one for one in islice(xml.children(series, _DERIVED), _MAX_SETS) if facts.code_of(one).upper() == _BEAT]


def _representative(root: xml.Element, series: xml.Element) -> RepresentativeBeat | None:
    """The device's own beat; None where it is absent or damaged, for nothing rests on it."""
    alone = (one for one in islice(xml.children(root, _SERIES), _MAX_SETS) if facts.code_of(one).upper() == _BEAT)
    for one in chain(_beats(series), alone):
        try:
            sets = list(_sequence_sets(one))
            if sets:
                found = sets[_best(sets)]
                return representative(_leads_mv(found), found.rate_hz)
        except (DamagedFileError, UnsupportedError):
            return None
    return None
