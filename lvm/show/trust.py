"""Whether a map can be believed, in plain words: each check with its figures and how they read, and a verdict."""

import re
from collections import Counter
from collections.abc import Callable

import pandas as pd

from lvm.explain.methods import PER_MV
from lvm.explain.subject import CellName
from lvm.explain.verdict import Reads, Trust, checks, verdict
from lvm.language import SEMICOLON, listed, mark, tr
from lvm.recording import LEADS
from lvm.show.words import number, signed

READS: dict[Reads, str] = {
    "good": mark("holds"),
    "caution": mark("with care"),
    "bad": mark("fails"),
    "unknown": mark("not judged"),
}
_LINES: dict[Reads, str] = {
    "good": mark("**The map holds in all {n} checks that could be made**, as a map of where the model was sensitive."),
    "caution": mark("**Read this map with care:** {reasons}."),
    "bad": mark("**Do not read this map:** {reasons}."),
}
_WHY = {
    "scope": mark("the estimate itself was made in spite of reasons against it"),
    "ecg": mark("the estimate hardly rests on the waveform"),
    "randomised": mark("networks that learned nothing put it in much the same places"),
    "agreement": mark("another method finds other segments"),
    "deletion": mark("its largest segment matters no more than pieces as long elsewhere"),
    "gap": mark("its grams are a first approximation and do not add up"),
    "folds": mark("the five networks differ in what is largest"),
    "beats": mark("other beats of this recording give another answer"),
    "boundaries": mark("boundaries are uncertain, or were moved by hand"),
}


def cell(name: CellName) -> str:
    """'QRS interval, limb leads', 'T wave, aVR'."""
    segment, group = name
    if group in LEADS:
        return tr("{segment}, {lead}", segment=segment, lead=group)
    return tr("{segment}, {group} leads", segment=segment, group=group)


def _scope(t: Trust) -> str:
    return tr("outside the model’s scope, or poor signal") if t.out_of_scope else tr("within the model’s scope")


def _ecg(t: Trust) -> str:
    if t.ecg_part == 1:
        return tr("all grams: the network is given nothing else")
    return tr(
        "{part} of all grams by Shapley values; the rest is values of patient and device",
        part=number(t.ecg_part * 100, "%"),
    )


def _randomised(t: Trust) -> str:
    alike = number(t.randomised_similarity, "", 2)
    if t.randomised_chance is None:
        return tr("alike by {alike} (0 not at all, 1 the same)", alike=alike)
    return tr(
        "alike by {alike} (0 not at all, 1 the same), and two such maps by {chance}",
        alike=alike,
        chance=number(t.randomised_chance, "", 2),
    )


def _agreement(t: Trust) -> str:
    return tr(
        "rank agreement over the segments {r} with {method}",
        r=number(t.method_agreement, "", 2),
        method=t.agreement_with.name,
    )


def _deletion(t: Trust) -> str:
    if t.top_share == 0:
        return tr("the map is zero everywhere")
    d = t.top_deletion
    if d.control_deletion_g is None or d.control_insertion_g is None:
        return tr(
            "{cell}: without it the estimate moves by {grams}; it is too long for a piece as long elsewhere",
            cell=cell(t.top),
            grams=signed(-d.deletion_g),
        )
    return tr(
        "{cell}: without it the estimate moves by {grams}, without a piece as long elsewhere by ±{elsewhere}; it alone "
        "in the average patient’s beat: {inserted} (elsewhere ±{inserted_elsewhere})",
        cell=cell(t.top),
        grams=signed(-d.deletion_g),
        elsewhere=number(d.control_deletion_g, "g", 1),
        inserted=signed(d.insertion_g),
        inserted_elsewhere=number(d.control_insertion_g, "g", 1),
    )


def _gap(t: Trust) -> str:
    if t.completeness_gap_g is None or t.distance_g is None:
        return tr("no grams to add up")
    gap, whole = number(abs(t.completeness_gap_g), "g", 2), number(abs(t.distance_g), "g", 1)
    left = tr("{gap} of {whole} left over", gap=gap, whole=whole)
    if t.distance_g:
        left += f" ({abs(t.completeness_gap_g / t.distance_g) * 100:.1f} %)"
    return tr("slope times voltage is a first approximation: {left}", left=left) if t.method.unit == PER_MV else left


def _tops(tops: tuple[CellName, ...], none: str) -> str:
    if not tops:
        return tr(none)
    counted = Counter(tops).most_common(2)
    each = (tr("{cell} in {n} of {all}", cell=cell(name), n=n, all=len(tops)) for name, n in counted)
    return tr(listed(each, SEMICOLON))


def _boundaries(t: Trust) -> str:
    if t.edited:
        return tr("moved by hand: the segments are what the user made them, on this beat alone")
    if not t.bounds:
        return tr("no boundary of this beat is uncertain")
    low, high = t.bounds[t.top]
    return tr(
        "the share of {cell} stays within {low:.0f} to {high:.0f} %", cell=cell(t.top), low=low * 100, high=high * 100
    )


_ROWS: dict[str, tuple[str, Callable[[Trust], str]]] = {
    "scope": (mark("The estimate"), _scope),
    "ecg": (mark("What the waveform moves"), _ecg),
    "randomised": (mark("Map of a network that learned nothing"), _randomised),
    "agreement": (mark("A second method"), _agreement),
    "deletion": (mark("Largest segment deleted, inserted"), _deletion),
    "gap": (mark("Grams add up"), _gap),
    "folds": (mark("Largest segment, network by network"), lambda t: _tops(t.top_of_folds, mark("no other network"))),
    "beats": (mark("Largest segment, other beats"), lambda t: _tops(t.top_of_beats, mark("no other usable beat"))),
    "boundaries": (mark("Uncertain boundaries"), _boundaries),
}


def line(t: Trust) -> str:
    """The verdict: with care or not at all, and for which reasons."""
    found = verdict(t)
    each = checks(t)
    if found == "good":
        return tr(_LINES["good"], n=sum(reads != "unknown" for reads in each.values()))
    worst = [_WHY[key] for key, reads in each.items() if reads == found]
    return tr(_LINES[found], reasons=listed(worst, SEMICOLON))


def table(t: Trust) -> pd.DataFrame:
    rows = [(tr(_ROWS[key][0]), _unbroken(_ROWS[key][1](t)), tr(READS[reads])) for key, reads in checks(t).items()]
    return pd.DataFrame(rows, columns=[tr("Check"), tr("Found"), tr("Reads")])


def _unbroken(text: str) -> str:
    """No line ends between a number and its unit."""
    return re.sub(r"(?<=\d) (?=[g%])", "\N{NO-BREAK SPACE}", text)


def deletions(t: Trust) -> pd.DataFrame:
    """Every cell deleted and inserted, beside pieces as long elsewhere in the same leads."""

    def control(grams: float | None) -> str:
        return number(grams, "g", 1) if grams is None else f"±{number(grams, 'g', 1)}"

    rows = [
        (
            tr(d.segment),
            tr(d.group),
            signed(-d.deletion_g),
            control(d.control_deletion_g),
            signed(d.insertion_g),
            control(d.control_insertion_g),
        )
        for d in t.deletion
    ]
    elsewhere = tr("Elsewhere")
    heads = [tr("Segment"), tr("Leads"), tr("Deleted"), elsewhere, tr("Inserted"), f"{elsewhere} "]
    return pd.DataFrame(rows, columns=heads)


def limb_leads(t: Trust) -> str:
    """What the dependence of the limb leads takes from the split among them."""
    if t.limb_leads_possible is None:
        return ""
    return tr(
        "III, aVR, aVL and aVF are sums of I and II. Of the gradient in the limb leads {percent:.0f} % lies in "
        "directions that a real ECG can take (33 % would be chance): the rest no patient can ever show, so the split "
        "among the limb leads is not unique.",
        percent=t.limb_leads_possible * 100,
    )
