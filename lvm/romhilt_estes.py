"""The Romhilt-Estes score: six signs of left-ventricular hypertrophy, each a row with its points and its limits.

Source: Romhilt DW, Estes EH. A point-score system for the ECG diagnosis of left ventricular hypertrophy. Am Heart J
1968;75:752-8. It gives no numbers for an ST-T vector opposite to the QRS; here it is, in a lateral lead with an R of at
least 0.5 mV that is taller than Q and S are deep, an ST segment of -0.05 mV or less 60 ms after its beginning and a T
wave of -0.1 mV or less, as in Minnesota codes 4-2 and 5-2. The axis is a left one, -30 to -90 degrees: beyond, it is a
right or undetermined one. Left atrial involvement is a terminal force of P in V1 of 0.04 mm s (Morris 1964).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from lvm.heart import Heart, Measured, in_leads, largest
from lvm.language import listed, mark, said
from lvm.recording import LIMB

LATERAL = ("I", "aVL", "V5", "V6")

_LEAST_R_MV, _ST_MV, _T_MV = 0.5, -0.05, -0.1


@dataclass(frozen=True)
class Rule:
    """Fulfilled where the value lies from `low` to `high`."""

    value: Callable[[Heart], Measured]
    low: float
    high: float = inf


@dataclass(frozen=True)
class Sign:
    """What `points` are given for: any one of its rules, which `says` puts in words."""

    name: str
    points: int
    unit: str
    says: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Points:
    """The points of one sign: `given` of `most`, None where the sign is not known.

    value, unit, leads : what was measured, and in which waves or leads; of several rules for the one that is fulfilled,
        or the nearest to it.
    rule : what the points are given for.
    """

    name: str
    given: int | None
    most: int
    value: float | None
    unit: str
    leads: tuple[str, ...]
    rule: str


def _secondary_st_t(h: Heart) -> Measured:
    """In how many of the lateral leads ST and T point away from an upright QRS."""
    a = h.amplitudes
    if a.q is None or a.st_j60 is None or a.t is None or any(lead not in a.r for lead in LATERAL):
        return Measured(None, LATERAL)
    found = tuple(
        lead
        for lead in LATERAL
        if a.r[lead] >= max(_LEAST_R_MV, a.s[lead], a.q[lead]) and a.st_j60[lead] <= _ST_MV and a.t[lead] <= _T_MV
    )
    return Measured(float(len(found)), found)


def _terminal_force(h: Heart) -> Measured:
    """Unknown in atrial fibrillation, which has no P wave to measure it on."""
    return Measured(h.timing.p_terminal_force_mm_s if h.timing and not h.fibrillating else None, ("PV1",))


def _intrinsicoid(h: Heart) -> Measured:
    """The longer one of V5 and V6; a lead without R has none."""
    of = h.timing.intrinsicoid_ms if h.timing else {}
    known = {lead: ms for lead in ("V5", "V6") if (ms := of.get(lead)) is not None}
    if not known:
        return Measured(None, ("V5", "V6"))
    longer = max(known, key=known.__getitem__)
    return Measured(known[longer], (longer,))


SIGNS = (
    Sign(
        mark("High voltage"),
        3,
        "mV",
        mark("R or S in a limb lead ≥ 2.0 mV, S in V1 or V2 ≥ 3.0 mV, or R in V5 or V6 ≥ 3.0 mV"),
        (
            Rule(lambda h: largest(h, *in_leads("R", LIMB), *in_leads("S", LIMB)), 2.0),
            Rule(lambda h: largest(h, "SV1", "SV2"), 3.0),
            Rule(lambda h: largest(h, "RV5", "RV6"), 3.0),
        ),
    ),
    Sign(
        mark("Secondary ST-T abnormality"),
        3,
        mark("leads"),
        mark("ST depression and T inversion with an upright QRS in I, aVL, V5 or V6"),
        (Rule(_secondary_st_t, 1.0),),
    ),
    Sign(
        mark("Left atrial involvement"),
        3,
        "mm·s",
        mark("P terminal force in V1 ≥ 0.04 mm·s"),
        (Rule(_terminal_force, 0.04),),
    ),
    Sign(
        mark("Left axis deviation"),
        2,
        "°",
        mark("QRS axis −30° to −90°"),
        (Rule(lambda h: Measured(h.qrs_axis_deg, ()), -90.0, -30.0),),
    ),
    Sign(
        mark("QRS duration"),
        1,
        "ms",
        mark("QRS duration ≥ 90 ms"),
        (Rule(lambda h: Measured(h.qrs_duration_ms, ()), 90.0),),
    ),
    Sign(
        mark("Intrinsicoid time"),
        1,
        "ms",
        mark("R peak in V5 or V6 ≥ 50 ms after QRS onset"),
        (Rule(_intrinsicoid, 50.0),),
    ),
)


def _given(sign: Sign, h: Heart) -> Points:
    found = [(rule, rule.value(h)) for rule in sign.rules]
    fulfilled = [(r, m) for r, m in found if m.value is not None and r.low <= m.value <= r.high]
    unknown = [(r, m) for r, m in found if m.value is None]
    _, nearest = max(fulfilled or unknown or found, key=lambda pair: (pair[1].value or 0.0) / pair[0].low)
    given = sign.points if fulfilled else None if unknown else 0
    return Points(sign.name, given, sign.points, nearest.value, sign.unit, nearest.waves, sign.says)


def points(h: Heart) -> tuple[Points, ...]:
    """Every sign on one heart, in the order of SIGNS."""
    return tuple(_given(sign, h) for sign in SIGNS)


def total(h: Heart) -> Measured:
    """The score, unknown where a sign is; and the waves and leads that gave points."""
    of = points(h)
    known = [sign.given for sign in of if sign.given is not None]
    waves = tuple(dict.fromkeys(wave for sign in of if sign.given for wave in sign.leads))
    return Measured(float(sum(known)) if len(known) == len(of) else None, waves)


def note(of: tuple[Points, ...]) -> str:
    """Where a sign is not known: which, and how many points there are at least."""
    unknown = [sign.name for sign in of if sign.given is None]
    if not unknown:
        return ""
    return said(
        "Romhilt-Estes: not known is {unknown}; at least {points} points.",
        unknown=listed(unknown),
        points=sum(sign.given or 0 for sign in of),
    )
