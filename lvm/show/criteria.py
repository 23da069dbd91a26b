"""The criteria of left-ventricular hypertrophy as the page shows them: in one line, in a table, point by point."""

import pandas as pd

from lvm.clean import CLEAN_BAND_HZ
from lvm.criteria import CriterionResult
from lvm.estimate import Estimate
from lvm.recording import Recording
from lvm.romhilt_estes import Points
from lvm.show.quality import marks
from lvm.show.words import UNKNOWN, lead_names, number

_DIGITS = {"mV": 2, "mm·s": 3}
_LIMIT_DIGITS = {"mV": 1}


def line(estimate: Estimate) -> str:
    """What the criteria say together, in one line."""
    judged = [c for c in estimate.criteria if c.met is not None]
    if not estimate.criteria:
        return "The criteria need the sex and a measurable QRS in the limb leads."
    if not judged:
        return "None of the criteria is judged: see the notes below them."
    met = [c.name for c in judged if c.met]
    said = f"{len(met)} of {len(judged)} met" + (f" ({lead_names(tuple(met))})" if met else "")
    if estimate.above_limit is None:
        return f"{said}."
    side = "above" if estimate.above_limit else "not above"
    agree = "agree" if bool(met) == estimate.above_limit else "disagree"
    mark = f" ({marks(estimate)})" if estimate.overridden else ""
    return f"{said}; the estimate{mark} is {side} the limit: they {agree}."


def notes(estimate: Estimate) -> list[str]:
    """What has to be known of the criteria's values, each once."""
    return list(dict.fromkeys(note for c in estimate.criteria for note in c.notes))


def how(recording: Recording) -> str:
    """How the voltages were measured, and what they are worth."""
    low, high = CLEAN_BAND_HZ
    return (
        f"Voltages are medians over the usable beats, from the level at QRS onset, {number(low, digits=1)}–"
        f"{number(min(high, recording.bandwidth_hz), 'Hz')}. No criterion is better than the others; most miss more "
        "than half of hypertrophied hearts and are right in 85–90 % of normal ones (AHA/ACCF/HRS 2009)."
    )


def table(estimate: Estimate) -> pd.DataFrame:
    rows = [
        (c.name, _formula(c), _amount(c.value, c.unit), _limits(c), _verdict(c), c.source) for c in estimate.criteria
    ]
    return pd.DataFrame(rows, columns=["Criterion", "Measured", "Value", "Met at", "Result", "Source"])


def _formula(c: CriterionResult) -> str:
    """'(SV1 + RV5) × QRS'."""
    if c.points:
        return "sum of points"
    waves = [lead for lead in c.leads if lead != "QRS duration"]
    total = " + ".join(waves).replace("+ -", "− ")
    return total if len(waves) == len(c.leads) else f"({total}) × QRS"


def _amount(value: float | None, unit: str) -> str:
    return number(value, "point" if unit == "points" and value == 1 else unit, _DIGITS.get(unit, 0))


def _limits(c: CriterionResult) -> str:
    digits = _LIMIT_DIGITS.get(c.unit, 0)
    if c.grades:
        return ", ".join(f"≥ {number(limit, c.unit, digits)} {name}" for limit, name in c.grades)
    return f"{'above' if c.above else '≥'} {number(c.threshold, c.unit, digits)}"


def _verdict(c: CriterionResult) -> str:
    if c.met is None:
        return UNKNOWN if c.value is None else "not judged"
    if not c.met:
        return "not met"
    return f"**met**, {c.grade}" if c.grade else "**met**"


def score(estimate: Estimate) -> pd.DataFrame | None:
    """What the points of the Romhilt-Estes score are given for; None where it is not there."""
    scored = next((c for c in estimate.criteria if c.points), None)
    if scored is None:
        return None
    rows = [(p.name, _found(p), p.rule, f"{number(p.given)} of {p.most}") for p in scored.points]
    most = sum(p.most for p in scored.points)
    rows.append(("Total", "", "", f"{number(scored.value)} of {most}"))
    return pd.DataFrame(rows, columns=["Sign", "Measured", "Points for", "Points"])


def _found(p: Points) -> str:
    """'SV2 1.45 mV', 'V5, V6'."""
    if p.unit == "leads":
        return UNKNOWN if p.value is None else ", ".join(p.leads) or "in no lead"
    return " ".join((*p.leads, _amount(p.value, p.unit)))
