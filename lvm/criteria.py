"""Rule-based criteria of left-ventricular hypertrophy, each a row: what is measured, where it is met, who said.

All of them rest on voltages, which need a bandwidth of 150 Hz. With less they may read low, and the result says so
(what is met is met all the same); at 40 Hz or less they are not valid, and nothing is met or not met (AHA/ACC/HRS 2007,
part I). Nor is it in a paced heart, in bundle branch block, and on leads with a grave fault: see not_judged.py. No
criterion is superior (AHA/ACCF/HRS 2009, part V), so each is named. Products are in mm ms, 10 mm to a mV.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lvm import romhilt_estes
from lvm.heart import Heart, Measured, in_leads, largest, wave_mv
from lvm.language import mark, said
from lvm.recording import Sex
from lvm.romhilt_estes import Points

__all__ = ["CRITERIA", "DIAGNOSTIC_HZ", "NOT_VALID_HZ", "Criterion", "CriterionResult", "Heart", "Points", "judge"]

DIAGNOSTIC_HZ = 150.0
NOT_VALID_HZ = 40.0

_MM_PER_MV = 10
_QRS = "QRS duration"


@dataclass(frozen=True)
class Criterion:
    """`value` gives the measured number and the waves it rests on; it is met from `threshold[sex]` on, or only
    above it where `above` says so.

    grades : where there are several thresholds, each with its name, the lowest first, which is `threshold` too.
    points : where the value is a sum of points, what each of them is given for.
    note, note_women, note_fibrillating : what to know of every value, of every woman's, and of those in atrial
        fibrillation, as a sentence.
    """

    name: str
    unit: str
    value: Callable[[Heart], Measured]
    threshold: dict[Sex, float]
    source: str
    above: bool = False
    grades: tuple[tuple[float, str], ...] = ()
    points: Callable[[Heart], tuple[Points, ...]] | None = None
    note: str = ""
    note_women: str = ""
    note_fibrillating: str = ""


@dataclass(frozen=True)
class CriterionResult:
    """`met` where value >= threshold, or > threshold where `above`; None where the value is not known or not valid.

    notes : what the reader has to know of this value, in sentences.
    grades, grade : all grades with their thresholds, and the name of the one that is reached, if any.
    points : what the value is the sum of, for a score.
    """

    name: str
    value: float | None
    unit: str
    threshold: float
    above: bool
    met: bool | None
    leads: tuple[str, ...]
    source: str
    notes: tuple[str, ...] = ()
    grades: tuple[tuple[float, str], ...] = ()
    grade: str | None = None
    points: tuple[Points, ...] = ()


def _both(limit: float) -> dict[Sex, float]:
    return {"male": limit, "female": limit}


def _sum(h: Heart, *waves: str) -> Measured:
    """The sum of some waves in mV; unknown where one of them is."""
    mv = [wave_mv(h, wave) for wave in waves]
    known = [value for value in mv if value is not None]
    return Measured(sum(known) if len(known) == len(mv) else None, waves)


def _times_qrs(h: Heart, voltage: Measured, more_mv: float = 0.0) -> Measured:
    """mm ms."""
    product = None
    if voltage.value is not None and h.qrs_duration_ms is not None:
        product = (voltage.value + more_mv) * _MM_PER_MV * h.qrs_duration_ms
    return Measured(product, (*voltage.waves, _QRS))


def _sokolow(h: Heart) -> Measured:
    return _sum(h, "SV1", *largest(h, "RV5", "RV6").waves)


def _cornell(h: Heart) -> Measured:
    return _sum(h, "RaVL", "SV3")


def _cornell_product(h: Heart) -> Measured:
    return _times_qrs(h, _cornell(h), 0.8 if h.sex == "female" else 0.0)


def _peguero(h: Heart) -> Measured:
    return _sum(h, *largest(h, *in_leads("S")).waves, "SV4")


def _lewis(h: Heart) -> Measured:
    for_it, against = _sum(h, "RI", "SIII"), _sum(h, "RIII", "SI")
    value = None if for_it.value is None or against.value is None else for_it.value - against.value
    return Measured(value, (*for_it.waves, *(f"-{wave}" for wave in against.waves)))


CRITERIA = (
    Criterion(mark("Sokolow-Lyon"), "mV", _sokolow, _both(3.5), "Sokolow & Lyon 1949"),
    Criterion(mark("Sokolow-Lyon product"), "mm·ms", lambda h: _times_qrs(h, _sokolow(h)), _both(3710.0), "Okin 1995"),
    Criterion(mark("Cornell voltage"), "mV", _cornell, {"male": 2.8, "female": 2.0}, "Casale 1987"),
    Criterion(
        mark("Cornell product"),
        "mm·ms",
        _cornell_product,
        _both(2440.0),
        "Molloy 1992",
        note_women=mark("Cornell product: in women 0.8 mV are added to the voltage."),
    ),
    Criterion(mark("Peguero-Lo Presti"), "mV", _peguero, {"male": 2.8, "female": 2.3}, "Peguero 2017"),
    Criterion(mark("R in aVL"), "mV", lambda h: _sum(h, "RaVL"), _both(1.1), "Sokolow & Lyon 1949", above=True),
    Criterion(
        mark("Gubner-Ungerleider"), "mV", lambda h: _sum(h, "RI", "SIII"), _both(2.5), "Gubner & Ungerleider 1943"
    ),
    Criterion(mark("Lewis"), "mV", _lewis, _both(1.7), "Lewis 1914"),
    Criterion(
        mark("Romhilt-Estes"),
        mark("points"),
        romhilt_estes.total,
        _both(4.0),
        "Romhilt & Estes 1968",
        grades=((4.0, mark("probable")), (5.0, mark("definite"))),
        points=romhilt_estes.points,
        note=mark(
            "Romhilt-Estes: it is not known whether digitalis is taken; that it is not is assumed. With it, a "
            "secondary ST-T abnormality gives 1 point instead of 3."
        ),
        note_fibrillating=mark("Romhilt-Estes: in atrial fibrillation there is no P wave to give points for."),
    ),
)


def bandwidth_note(bandwidth_hz: float | None) -> str:
    """What the bandwidth of the samples means for their voltages; "" where it is wide enough, or not known."""
    if bandwidth_hz is None or bandwidth_hz >= DIAGNOSTIC_HZ:
        return ""
    if bandwidth_hz > NOT_VALID_HZ:
        return said(
            "Voltages may read low: the samples hold frequencies up to {hz:.0f} Hz, and voltages need {needed_hz:.0f} "
            "Hz (AHA 2007).",
            hz=bandwidth_hz,
            needed_hz=DIAGNOSTIC_HZ,
        )
    return said(
        "Voltages are not valid: the samples hold frequencies up to {hz:.0f} Hz, and voltages need {needed_hz:.0f} Hz; "
        "at {least_hz:.0f} Hz or less nothing is judged (AHA 2007).",
        hz=bandwidth_hz,
        needed_hz=DIAGNOSTIC_HZ,
        least_hz=NOT_VALID_HZ,
    )


def judge(heart: Heart) -> tuple[CriterionResult, ...]:
    """Every criterion on one heart, in the order of CRITERIA."""
    return tuple(_judged(criterion, heart) for criterion in CRITERIA)


def _judged(c: Criterion, heart: Heart) -> CriterionResult:
    value, waves = c.value(heart)
    limit, points = c.threshold[heart.sex], c.points(heart) if c.points else ()
    doubts = tuple(doubt.what for doubt in heart.doubts if value is not None and _rests_on(c, heart, doubt.leads))
    valid = not doubts and (heart.bandwidth_hz is None or heart.bandwidth_hz > NOT_VALID_HZ)
    met = None if value is None or not valid else value > limit if c.above else value >= limit
    reached = [name for least, name in c.grades if met and value is not None and value >= least]
    for_women = c.note_women if heart.sex == "female" else ""
    in_fibrillation = c.note_fibrillating if heart.fibrillating else ""
    about = (romhilt_estes.note(points), in_fibrillation, c.note, for_women)
    notes = (*doubts, bandwidth_note(heart.bandwidth_hz), *about)
    return CriterionResult(
        c.name,
        value,
        c.unit,
        limit,
        c.above,
        met,
        waves,
        c.source,
        notes=tuple(note for note in notes if note),
        grades=c.grades,
        grade=reached[-1] if reached else None,
        points=points,
    )


def _rests_on(c: Criterion, heart: Heart, leads: tuple[str, ...]) -> bool:
    """Whether a known value would be unknown without these leads; on "all of it", which is (), everything rests."""
    return not leads or c.value(heart.without(leads)).value is None
