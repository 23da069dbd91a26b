"""The profile of a recording as tables for reading and for further work, and the words beside them."""

import numpy as np
import pandas as pd

from lvm.language import mark, said, tr
from lvm.profile import QUANTITIES, SEGMENTS, Profile
from lvm.recording import LEADS
from lvm.show.words import UNKNOWN, number

_DIGITS = {"highest": 2, "lowest": 2, "area": 1, "slope": 2}
_NAMES = {"highest": mark("Highest"), "lowest": mark("Lowest"), "area": mark("Area"), "slope": mark("Slope")}
# The segments' own names, to be translated where they are shown.
_SEGMENTS = (mark("P wave"), mark("PR segment"), mark("QRS"), mark("ST segment"), mark("T wave"), mark("TP segment"))


def of_segment(profile: Profile, segment: str) -> pd.DataFrame:
    """One row a lead, every cell a text, "–" where nothing is known."""
    values = profile.values[:, SEGMENTS.index(segment)]  # (12, 4)
    rows = [
        (lead, *(_text(value, digits) for value, digits in zip(of_lead, _DIGITS.values(), strict=True)))
        for lead, of_lead in zip(LEADS, values.tolist(), strict=True)
    ]
    columns = (f"{tr(_NAMES[name])}, {unit}" for name, unit in QUANTITIES.items())
    return pd.DataFrame(rows, columns=[tr("Lead"), *columns])


def _text(value: float, digits: int) -> str:
    return UNKNOWN if np.isnan(value) else number(value, digits=digits)


def by_lead_and_segment(profile: Profile) -> pd.DataFrame:
    """One row a lead and segment, with plain numbers; NaN is unknown."""
    rows = [
        (lead, segment, *of_segment, ms)
        for lead, of_lead in zip(LEADS, profile.values.round(4).tolist(), strict=True)
        for segment, of_segment, ms in zip(SEGMENTS, of_lead, profile.durations_ms.tolist(), strict=True)
    ]
    quantities = ("highest_mv", "lowest_mv", "area_mv_ms", "slope_mv_per_s")
    return pd.DataFrame(rows, columns=["lead", "segment", *quantities, "duration_ms"])


def lasts(profile: Profile, segment: str) -> str:
    """How long a segment is, in a sentence."""
    ms = float(profile.durations_ms[SEGMENTS.index(segment)])
    if np.isnan(ms):
        return tr("The {segment} is absent, or cannot be told apart, in most of the usable beats.", segment=segment)
    return tr("The {segment} lasts **{ms}**, taken over all leads.", segment=segment, ms=number(ms, "ms"))


def caption(profile: Profile) -> str:
    """What the numbers are and what they rest on."""
    over = said("medians over {number} usable beats", number=profile.beats)
    return tr(
        "The profile on which the method ecgAI (Tison 2019) rests; {over}. Highest and lowest: from the level at QRS "
        "onset. Area: what is below that level counts as negative. Slope: of the straight line that fits the segment "
        "best. “–”: absent, or the lead is flat.",
        over=said("of the one usable beat") if profile.beats == 1 else over,
    )
