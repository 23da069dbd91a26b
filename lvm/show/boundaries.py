"""The boundaries of a beat in a table and in words, and what follows where the user moves them."""

from collections.abc import Mapping

import pandas as pd

from lvm.analysis import Analysis
from lvm.estimate import Estimate
from lvm.language import SEMICOLON, listed, mark, tr
from lvm.recording import Measurements, Typed
from lvm.show.beat import BOUNDARY_NAMES, Shown
from lvm.show.makers import DEVICE, best
from lvm.show.tables import AXIS_TITLES, INTERVAL_TITLES
from lvm.show.words import UNKNOWN, mass, number
from lvm.waves import BOUNDARIES

_REPLACES = {  # whether the device states it, and whether that beat had another by the boundaries found
    (True, True): mark("{measure} in place of the device’s {before} ({found} by the boundaries found)"),
    (True, False): mark("{measure} in place of the device’s {before}"),
    (False, True): mark("{measure} in place of {before} computed over all beats ({found} by the boundaries found)"),
    (False, False): mark("{measure} in place of {before} computed over all beats"),
}


def table(seen: Shown, other: Mapping[str, float | None]) -> pd.DataFrame:
    """The six boundaries of what is shown, how sure they are, and NeuroKit2's where `other` holds them."""
    rows = []
    for name, margin in zip(BOUNDARIES, seen.waves.margins_ms, strict=True):
        at = f"{name}_s"
        own = (tr(BOUNDARY_NAMES[name]), number(seen.marks_ms[at], "ms"), _sure(seen, name, margin))
        rows.append((*own, number(other[at], "ms")) if other else own)
    columns = [tr("Boundary"), tr("From R"), tr("Margin")] + (["NeuroKit2"] if other else [])
    return pd.DataFrame(rows, columns=columns)


def _sure(seen: Shown, name: str, margin: float | None) -> str:
    if name in seen.by_hand:
        found_ms = seen.found_ms[f"{name}_s"]
        if found_ms is None:
            return tr("set by hand, none found")
        return tr("set by hand, found at {ms}", ms=number(found_ms, "ms"))
    text = UNKNOWN if margin is None else f"± {number(margin, 'ms')}"
    return tr("{margin}, uncertain", margin=text) if name in seen.waves.uncertain else text


def how_to_move() -> str:
    return tr(
        "A boundary stays between its neighbours. What rests on it follows: the segments here and on the page "
        "Saliency, and the QRS duration and axes that the estimate takes."
    )


def how_sure() -> str:
    """Under the table."""
    return tr(
        "Negative: before R. “–”: no such wave was found. Margin: on test recordings four of five of cardiologists’ "
        "marks lay no farther off."
    )


def follows(
    analysis: Analysis,
    found: Measurements,
    by_hand: Measurements,
    typed: Typed,
    estimates: tuple[Estimate, Estimate] | None,
) -> str:
    """What is measured by the moved boundaries, what it replaces, and what becomes of the estimate.

    found, by_hand : of this beat, by the boundaries found and by the moved ones.
    estimates : now, and with the boundaries found; None where none can be made at all.
    """
    (before_all, who), measured = best(analysis), []
    for name, (title, unit) in (INTERVAL_TITLES | AXIS_TITLES).items():
        value = getattr(by_hand, name)
        if value is not None:
            told = f"{tr(title)} {number(value, unit)}"
            over = getattr(typed, name, None) is not None
            if over:
                measured.append(tr("{measure} (but another is typed)", measure=told))
            else:
                now, before, of_beat = (
                    number(one, unit) for one in (value, getattr(before_all, name), getattr(found, name))
                )
                measured.append(_replaces(told, now, before, of_beat, by_device=who.get(name) == DEVICE))
    if not measured:
        return tr("No measurement rests on a boundary that was moved by hand.")
    text = tr("By your boundaries, on this beat: {measures}.", measures=listed(measured, SEMICOLON))
    if estimates is None:
        return text
    now, before = map(mass, estimates)
    masses = tr("LV mass {now}; with the boundaries found {before}.", now=now, before=before)
    return " ".join([text, masses, *map(tr, _why_none(*estimates))])


def _replaces(told: str, now: str, before: str, found: str, *, by_device: bool) -> str:
    """told : the measure and its value now; the others are values with their unit, found that of this beat."""
    if before in (UNKNOWN, now):
        return told
    other = found not in (UNKNOWN, before)
    return tr(_REPLACES[by_device, other], measure=told, before=before, found=found)


def _why_none(now: Estimate, before: Estimate) -> tuple[str, ...]:
    """Why the estimate is withheld now: what the boundaries brought about, or else the first reason."""
    return tuple(reason for reason in now.reasons if reason not in before.reasons) or now.reasons[:1]
