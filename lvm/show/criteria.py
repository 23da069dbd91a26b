"""The criteria of left-ventricular hypertrophy as the page shows them: in one line, in a table, point by point."""

import pandas as pd

from lvm.clean import CLEAN_BAND_HZ
from lvm.criteria import CriterionResult
from lvm.estimate import Estimate
from lvm.language import listed, mark, tr
from lvm.recording import Recording
from lvm.romhilt_estes import Points
from lvm.show.quality import marks
from lvm.show.words import UNKNOWN, lead_names, number

_POINTS, _ONE_POINT = mark("points"), mark("point")
_DIGITS = {"mV": 2, "mm·s": 3}
_LIMIT_DIGITS = {"mV": 1}
_TOGETHER = {  # whether the estimate is above its limit
    True: mark("{told}; {estimate} is above the limit: {agreement}."),
    False: mark("{told}; {estimate} is not above the limit: {agreement}."),
}
_NONE, _FEW, _HALF, _MOST, _ALL = (
    mark("they disagree"),
    mark("most of the criteria disagree with it"),
    mark("half of the criteria agree with it"),
    mark("most of the criteria agree with it"),
    mark("they agree"),
)


def line(estimate: Estimate) -> str:
    """What the criteria say together, in one line."""
    judged = [c for c in estimate.criteria if c.met is not None]
    if not estimate.criteria:
        return tr("The criteria need the sex and a measurable QRS in the limb leads.")
    if not judged:
        return tr("None of the criteria is judged: see the notes below them.")
    met = [c.name for c in judged if c.met]
    told = tr("{met} of {judged} met", met=len(met), judged=len(judged))
    if met:
        told = tr("{told} ({names})", told=told, names=lead_names(tuple(met)))
    unjudged = sum(c.met is None and c.value is not None for c in estimate.criteria)
    if unjudged:
        told = tr("{told}, {number} not judged", told=told, number=unjudged)
    if estimate.above_limit is None:
        return tr("{told}.", told=told)
    name = tr("the estimate")
    if estimate.overridden:
        name = tr("{told} ({names})", told=name, names=marks(estimate))
    agreement = _agreement(len(met) if estimate.above_limit else len(judged) - len(met), len(judged))
    return tr(_TOGETHER[estimate.above_limit], told=told, estimate=name, agreement=tr(agreement))


def _agreement(agreeing: int, judged: int) -> str:
    """How many of the judged criteria say of the limit what the estimate says."""
    if agreeing in (0, judged):
        return _ALL if agreeing else _NONE
    if 2 * agreeing == judged:
        return _HALF
    return _MOST if 2 * agreeing > judged else _FEW


def notes(estimate: Estimate) -> list[str]:
    """What has to be known of the criteria's values, each once."""
    return list(dict.fromkeys(tr(note) for c in estimate.criteria for note in c.notes))


def how(recording: Recording) -> str:
    """How the voltages were measured, and what they are worth."""
    low, high = CLEAN_BAND_HZ
    return tr(
        "Voltages are medians over the usable beats, from the level at QRS onset, {band}. No criterion is better than "
        "the others; most miss more than half of hypertrophied hearts and are right in 85–90 % of normal ones "
        "(AHA/ACCF/HRS 2009).",
        band=f"{number(low, digits=1)}–{number(min(high, recording.bandwidth_hz), 'Hz')}",
    )


def table(estimate: Estimate) -> pd.DataFrame:
    rows = [
        (tr(c.name), _formula(c), _amount(c.value, c.unit), _limits(c), _verdict(c), c.source)
        for c in estimate.criteria
    ]
    columns = (mark("Criterion"), mark("Measured"), mark("Value"), mark("Met at"), mark("Result"), mark("Source"))
    return pd.DataFrame(rows, columns=list(map(tr, columns)))


def _formula(c: CriterionResult) -> str:
    """'(SV1 + RV5) × QRS'."""
    if c.points:
        return tr("sum of points")
    waves = [lead for lead in c.leads if lead != "QRS duration"]
    total = " + ".join(waves).replace("+ -", "− ")
    return total if len(waves) == len(c.leads) else f"({total}) × QRS"


def _amount(value: float | None, unit: str) -> str:
    return number(value, tr(_ONE_POINT if unit == _POINTS and value == 1 else unit), _DIGITS.get(unit, 0))


def _limits(c: CriterionResult) -> str:
    digits = _LIMIT_DIGITS.get(c.unit, 0)
    if c.grades:
        return tr(listed(f"≥ {number(limit, tr(c.unit), digits)} {tr(name)}" for limit, name in c.grades))
    limit = number(c.threshold, tr(c.unit), digits)
    return tr("above {limit}", limit=limit) if c.above else f"≥ {limit}"


def _verdict(c: CriterionResult) -> str:
    if c.met is None:
        return UNKNOWN if c.value is None else tr("not judged")
    if not c.met:
        return tr("not met")
    return tr("**met**, {grade}", grade=c.grade) if c.grade else tr("**met**")


def score(estimate: Estimate) -> pd.DataFrame | None:
    """What the points of the Romhilt-Estes score are given for; None where it is not there."""
    scored = next((c for c in estimate.criteria if c.points), None)
    if scored is None:
        return None

    def points(given: float | None, most: int) -> str:
        return tr("{given} of {most}", given=number(given), most=most)

    rows = [(tr(p.name), _found(p), tr(p.rule), points(p.given, p.most)) for p in scored.points]
    rows.append((tr("Total"), "", "", points(scored.value, sum(p.most for p in scored.points))))
    return pd.DataFrame(rows, columns=[tr("Sign"), tr("Measured"), tr("Points for"), tr("Points")])


def _found(p: Points) -> str:
    """'SV2 1.45 mV', 'V5, V6'."""
    if p.unit == "leads":
        return UNKNOWN if p.value is None else ", ".join(p.leads) or tr("in no lead")
    return " ".join((*p.leads, _amount(p.value, p.unit)))
