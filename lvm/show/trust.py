"""Whether a map can be believed, in plain words: each check with its figures and how they read, and a verdict."""

import re
from collections import Counter
from collections.abc import Callable

import pandas as pd

from lvm.explain.methods import PER_MV
from lvm.explain.subject import CellName
from lvm.explain.verdict import Reads, Trust, checks, verdict
from lvm.recording import LEADS
from lvm.show.words import number, signed

READS: dict[Reads, str] = {
    "good": "holds",
    "caution": "with care",
    "bad": "fails",
    "unknown": "not judged",
}
_LINES: dict[Reads, str] = {
    "good": "**The map holds in all {n} checks that could be made**, as a map of where the model was sensitive.",
    "caution": "**Read this map with care:**",
    "bad": "**Do not read this map:**",
}
_WHY = {
    "scope": "the estimate itself was made in spite of reasons against it",
    "ecg": "the estimate hardly rests on the waveform",
    "randomised": "networks that learned nothing put it in much the same places",
    "agreement": "another method finds other segments",
    "deletion": "its largest segment matters no more than pieces as long elsewhere",
    "gap": "its grams are a first approximation and do not add up",
    "folds": "the five networks differ in what is largest",
    "beats": "other beats of this recording give another answer",
    "boundaries": "boundaries are uncertain, or were moved by hand",
}


def cell(name: CellName) -> str:
    """'QRS interval, limb leads', 'T wave, aVR'."""
    segment, group = name
    return f"{segment}, {group}" if group in LEADS else f"{segment}, {group} leads"


def _scope(t: Trust) -> str:
    return "outside the model’s scope, or poor signal" if t.out_of_scope else "within the model’s scope"


def _ecg(t: Trust) -> str:
    if t.ecg_part == 1:
        return "all grams: the network is given nothing else"
    return f"{number(t.ecg_part * 100, '%')} of all grams by Shapley values; the rest is values of patient and device"


def _randomised(t: Trust) -> str:
    chance = "" if t.randomised_chance is None else f", and two such maps by {number(t.randomised_chance, '', 2)}"
    return f"alike by {number(t.randomised_similarity, '', 2)} (0 not at all, 1 the same){chance}"


def _agreement(t: Trust) -> str:
    return f"rank agreement over the segments {number(t.method_agreement, '', 2)} with {t.agreement_with.name}"


def _deletion(t: Trust) -> str:
    if t.top_share == 0:
        return "the map is zero everywhere"
    d = t.top_deletion
    found = f"{cell(t.top)}: without it the estimate moves by {signed(-d.deletion_g)}"
    if d.control_deletion_g is None or d.control_insertion_g is None:
        return f"{found}; it is too long for a piece as long elsewhere"
    return (
        f"{found}, without a piece as long elsewhere by ±{number(d.control_deletion_g, 'g', 1)}; it alone in the "
        f"average patient’s beat: {signed(d.insertion_g)} (elsewhere ±{number(d.control_insertion_g, 'g', 1)})"
    )


def _gap(t: Trust) -> str:
    if t.completeness_gap_g is None or t.distance_g is None:
        return "no grams to add up"
    part = f" ({abs(t.completeness_gap_g / t.distance_g) * 100:.1f} %)" if t.distance_g else ""
    slopes = "slope times voltage is a first approximation: " if t.method.unit == PER_MV else ""
    return f"{slopes}{number(abs(t.completeness_gap_g), 'g', 2)} of {number(abs(t.distance_g), 'g', 1)} left over{part}"


def _tops(tops: tuple[CellName, ...], of: str) -> str:
    if not tops:
        return f"no other {of}"
    return "; ".join(f"{cell(name)} in {n} of {len(tops)}" for name, n in Counter(tops).most_common(2))


def _boundaries(t: Trust) -> str:
    if t.edited:
        return "moved by hand: the segments are what the user made them, on this beat alone"
    if not t.bounds:
        return "no boundary of this beat is uncertain"
    low, high = t.bounds[t.top]
    return f"the share of {cell(t.top)} stays within {low * 100:.0f} to {high * 100:.0f} %"


_ROWS: dict[str, tuple[str, Callable[[Trust], str]]] = {
    "scope": ("The estimate", _scope),
    "ecg": ("What the waveform moves", _ecg),
    "randomised": ("Map of a network that learned nothing", _randomised),
    "agreement": ("A second method", _agreement),
    "deletion": ("Largest segment deleted, inserted", _deletion),
    "gap": ("Grams add up", _gap),
    "folds": ("Largest segment, network by network", lambda t: _tops(t.top_of_folds, "network")),
    "beats": ("Largest segment, other beats", lambda t: _tops(t.top_of_beats, "usable beat")),
    "boundaries": ("Uncertain boundaries", _boundaries),
}


def line(t: Trust) -> str:
    """The verdict: with care or not at all, and for which reasons."""
    found = verdict(t)
    each = checks(t)
    if found == "good":
        return _LINES["good"].format(n=sum(reads != "unknown" for reads in each.values()))
    worst = [_WHY[key] for key, reads in each.items() if reads == found]
    return f"{_LINES[found]} {'; '.join(worst)}."


def table(t: Trust) -> pd.DataFrame:
    rows = [(_ROWS[key][0], _unbroken(_ROWS[key][1](t)), READS[reads]) for key, reads in checks(t).items()]
    return pd.DataFrame(rows, columns=["Check", "Found", "Reads"])


def _unbroken(text: str) -> str:
    """No line ends between a number and its unit."""
    return re.sub(r"(?<=\d) (?=[g%])", "\N{NO-BREAK SPACE}", text)


def deletions(t: Trust) -> pd.DataFrame:
    """Every cell deleted and inserted, beside pieces as long elsewhere in the same leads."""

    def control(grams: float | None) -> str:
        return number(grams, "g", 1) if grams is None else f"±{number(grams, 'g', 1)}"

    rows = [
        (
            d.segment,
            d.group,
            signed(-d.deletion_g),
            control(d.control_deletion_g),
            signed(d.insertion_g),
            control(d.control_insertion_g),
        )
        for d in t.deletion
    ]
    return pd.DataFrame(rows, columns=["Segment", "Leads", "Deleted", "Elsewhere", "Inserted", "Elsewhere "])


def limb_leads(t: Trust) -> str:
    """What the dependence of the limb leads takes from the split among them."""
    if t.limb_leads_possible is None:
        return ""
    return (
        "III, aVR, aVL and aVF are sums of I and II. Of the gradient in the limb leads "
        f"{t.limb_leads_possible * 100:.0f} % lies in directions that a real ECG can take (33 % would be chance): the "
        "rest no patient can ever show, so the split among the limb leads is not unique."
    )
