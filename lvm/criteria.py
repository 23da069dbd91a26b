"""Rule-based voltage criteria of left-ventricular hypertrophy, each a row: what is measured, where it is met, who said.

Voltages need the 0.5-150 Hz band of `lvm.clean` (AHA/ACC/HRS 2007, part I). No criterion is superior (AHA/ACCF/HRS
2009, part V), so each is named.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lvm.measure import Amplitudes
from lvm.recording import Sex

_MM_PER_MV = 10


@dataclass(frozen=True)
class Heart:
    """What the criteria look at."""

    amplitudes: Amplitudes
    qrs_duration_ms: float | None
    sex: Sex


@dataclass(frozen=True)
class Criterion:
    """`value` gives the measured number and the waves it rests on; it is met from `threshold[sex]` on, or only
    above it where `above` says so."""

    name: str
    unit: str
    value: Callable[[Heart], tuple[float | None, tuple[str, ...]]]
    threshold: dict[Sex, float]
    source: str
    above: bool = False


@dataclass(frozen=True)
class CriterionResult:
    """`met` where value >= threshold, or > threshold where `above`; None where the value is not known."""

    name: str
    value: float | None
    unit: str
    threshold: float
    above: bool
    met: bool | None
    leads: tuple[str, ...]
    source: str


def _both(limit: float) -> dict[Sex, float]:
    return {"male": limit, "female": limit}


def _sokolow(h: Heart) -> tuple[float, tuple[str, ...]]:
    lead = max(("V5", "V6"), key=h.amplitudes.r.__getitem__)
    return h.amplitudes.s["V1"] + h.amplitudes.r[lead], ("SV1", f"R{lead}")


def _cornell(h: Heart) -> tuple[float, tuple[str, ...]]:
    return h.amplitudes.r["aVL"] + h.amplitudes.s["V3"], ("RaVL", "SV3")


def _cornell_product(h: Heart) -> tuple[float | None, tuple[str, ...]]:
    voltage, leads = _cornell(h)
    if h.qrs_duration_ms is None:
        return None, (*leads, "QRS duration")
    for_women = 0.8 if h.sex == "female" else 0.0
    return (voltage + for_women) * _MM_PER_MV * h.qrs_duration_ms, (*leads, "QRS duration")


def _peguero(h: Heart) -> tuple[float, tuple[str, ...]]:
    deepest = max(h.amplitudes.s, key=h.amplitudes.s.__getitem__)
    return h.amplitudes.s[deepest] + h.amplitudes.s["V4"], (f"S{deepest}", "SV4")


CRITERIA = (
    Criterion("Sokolow-Lyon", "mV", _sokolow, _both(3.5), "Sokolow & Lyon 1949"),
    Criterion("Cornell voltage", "mV", _cornell, {"male": 2.8, "female": 2.0}, "Casale 1987"),
    Criterion("Cornell product", "mm·ms", _cornell_product, _both(2440.0), "Molloy 1992"),
    Criterion("Peguero-Lo Presti", "mV", _peguero, {"male": 2.8, "female": 2.3}, "Peguero 2017"),
    Criterion(
        "R in aVL", "mV", lambda h: (h.amplitudes.r["aVL"], ("RaVL",)), _both(1.1), "Sokolow & Lyon 1949", above=True
    ),
)


def judge(heart: Heart) -> tuple[CriterionResult, ...]:
    """Every criterion on one heart, in the order of CRITERIA."""
    results = []
    for c in CRITERIA:
        value, leads = c.value(heart)
        limit = c.threshold[heart.sex]
        met = None if value is None else value > limit if c.above else value >= limit
        results.append(CriterionResult(c.name, value, c.unit, limit, c.above, met, leads, c.source))
    return tuple(results)
