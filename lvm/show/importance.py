"""The paper's table of one ECG: shares by segment and lead group, with what they are to be set against."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from lvm.evaluation import NOTICE
from lvm.explain import Explanation
from lvm.explain.population import Population
from lvm.explain.subject import CellName
from lvm.kinds import KINDS
from lvm.language import listed, mark, tr
from lvm.show.colours import in_markdown
from lvm.show.words import input_name, number, signed
from lvm.waves import SEGMENTS

Bounds = Mapping[CellName, tuple[float, float]]

GROUPS = {
    "limb": mark("Limb leads"),
    "precordial": mark("Precordial leads"),
    "anterior": mark("Anterior: V1–V4"),
    "lateral": mark("Lateral: I, aVL, V5, V6"),
    "inferior": mark("Inferior: II, III, aVF"),
    "aVR": "aVR",
}
_SHORT = {
    "limb": mark("Limb"),
    "precordial": mark("Precordial"),
    "anterior": mark("Anterior"),
    "lateral": mark("Lateral"),
    "inferior": mark("Inferior"),
}
_PART = "part_of_estimate_g"
THIRDS = {"low": mark("lightest"), "middle": mark("middle"), "high": mark("heaviest")}


def shares(x: Explanation, bounds: Bounds) -> pd.DataFrame:
    """Segments by lead group, in percent, with the totals of groups and segments.

    bounds : lowest and highest share of cells while uncertain boundaries move; shown where they differ by a point.
    """
    share = {(cell.segment, cell.group): cell.share * 100 for cell in x.table}
    groups = list(dict.fromkeys(cell.group for cell in x.table))

    def text(segment: str, group: str) -> str:
        low, high = (end * 100 for end in bounds.get((segment, group), (0.0, 0.0)))
        told = number(share[segment, group], "%", 1)
        return f"{told} ({low:.0f}–{high:.0f})" if high - low >= 1 else told

    rows = [
        (tr(segment), *(text(segment, g) for g in groups), number(sum(share[segment, g] for g in groups), "%", 1))
        for segment in SEGMENTS
    ]
    totals = [sum(share[segment, g] for segment in SEGMENTS) for g in groups]
    rows.append((tr("Total"), *(number(v, "%", 1) for v in totals), number(sum(totals), "%", 1)))
    together = tr("All leads") if len(groups) > 2 else tr("Both")
    rows = [tuple(text.replace(" %", "\N{NO-BREAK SPACE}%") for text in row) for row in rows]
    return pd.DataFrame(rows, columns=[tr("Segment"), *(in_markdown(g, tr(GROUPS[g])) for g in groups), together])


def detail(x: Explanation) -> pd.DataFrame:
    """Share, density and grams a cell."""
    rows = [
        (
            tr(c.segment),
            _leads(c.group),
            number(c.share * 100, "%", 1),
            number(c.density, "", 2),
            number(None) if c.grams is None else signed(c.grams),
        )
        for c in x.table
    ]
    return pd.DataFrame(rows, columns=[tr("Segment"), tr("Leads"), tr("Share"), tr("Density"), tr("Grams")])


def download(x: Explanation, bounds: Bounds, about: Sequence[str]) -> str:
    """One row a segment and a patient value, with plain numbers, as CSV in English.

    about : what it is of, in lines that name nobody; they stand above the table, each after a "# ".
    """
    rows = [
        {
            "kind": "segment",
            "name": c.segment,
            "lead_group": c.group,
            "share_percent": round(c.share * 100, 3),
            "share_low_percent": _percent(bounds, c.segment, c.group, 0),
            "share_high_percent": _percent(bounds, c.segment, c.group, 1),
            "density_per_beat_average": None if c.density is None else round(c.density, 4),
            _PART: None if c.grams is None else round(c.grams, 3),
        }
        for c in x.table
    ]
    rows += [{"kind": "patient value", "name": name, _PART: round(grams, 3)} for name, grams in x.scalars]
    lines = [NOTICE, *about, *_explained(x)]
    return "".join(f"# {line}\n" for line in lines) + str(pd.DataFrame(rows).to_csv(index=False))


def _explained(x: Explanation) -> list[str]:
    """What the columns hold, in English."""
    lines = [
        f"method: {x.method.key}. kind: a segment of the beat in a lead group, or a patient value.",
        "share_percent: of the whole map; low and high while uncertain boundaries move.",
        "density_per_beat_average: share per sample; 1 is the beat's average.",
    ]
    if all(c.grams is None for c in x.table):
        return [*lines, f"{_PART}: this method gives no grams."]
    if x.baseline_lvm_g is None:
        return [*lines, f"{_PART}: in grams; they need not add up to the estimate."]
    return [*lines, f"{_PART}: in grams, from the estimate of the {x.baseline_name}, {x.baseline_lvm_g:.1f} g."]


def _percent(bounds: Bounds, segment: str, group: str, end: int) -> float | None:
    return round(bounds[segment, group][end] * 100, 3) if (segment, group) in bounds else None


def grams(x: Explanation, name_of: Callable[[str], str] = input_name) -> pd.DataFrame:
    """From the baseline's estimate to this one: every patient value and every cell, in grams."""
    rows = [(tr("Average patient"), number(x.baseline_lvm_g, "g", 1))]
    rows += [(name_of(name), signed(value)) for name, value in x.scalars]
    rows += [(tr(listed((c.segment, _leads(c.group)))), signed(c.grams)) for c in x.table if c.grams is not None]
    rows.append((tr("This patient"), number(x.lvm_g, "g", 1)))
    return pd.DataFrame(rows, columns=[tr("From"), tr("Grams")])


def beside(x: Explanation, ours: Population, paper: Mapping[CellName, float]) -> pd.DataFrame:
    """This ECG's shares beside the mean of a cohort's third, and the paper's of its own, in percent."""
    third = THIRDS[ours.third]
    rows = [
        (
            tr(c.segment),
            _leads(c.group),
            number(c.share * 100, "%", 1),
            f"{ours.mean[c.segment, c.group] * 100:.1f} ± {ours.sd[c.segment, c.group] * 100:.1f} %",
            number(paper[c.segment, c.group] * 100, "%", 1),
        )
        for c in x.table
    ]
    cohort = tr("{third} third of our cohort", third=third)
    heads = [
        tr("Segment"),
        tr("Leads"),
        tr("This ECG"),
        cohort[:1].upper() + cohort[1:],
        tr("Paper, {third} patients", third=third),
    ]
    return pd.DataFrame(rows, columns=heads)


def whose(ours: Population) -> str:
    """Which third it is, and whose figures stand beside each other."""
    low, high = ours.from_g, ours.below_g
    if low is None:
        of = tr("below {high:.0f} g", high=high)
    else:
        of = tr("from {low:.0f} g", low=low) if high is None else tr("{low:.0f} to {high:.0f} g", low=low, high=high)
    return tr(
        "All with the default cut-off. By its estimate this ECG belongs to the {third} third of the cohort, of which "
        "the true mass is {of}: mean and SD of {recordings} recordings, by the same method. {whose}. The paper’s: "
        "averages of five patients each, by the gradient and a cut-off of its own. That they differ says nothing about "
        "this patient.",
        third=THIRDS[ours.third],
        of=of,
        recordings=ours.recordings,
        whose=KINDS[ours.kind].heading,
    )


def all_methods(explanations: Sequence[Explanation]) -> pd.DataFrame:
    """Shares of every cell by every method, the largest of each marked with a star."""
    columns: dict[str, list[str]] = {
        tr("Segment"): [tr(c.segment) for c in explanations[0].table],
        tr("Leads"): [_leads(c.group) for c in explanations[0].table],
    }
    for x in explanations:
        top = max(c.share for c in x.table)
        columns[tr(x.method.name)] = [
            f"{number(c.share * 100, '%')}{' ★' if c.share == top and top > 0 else ''}" for c in x.table
        ]
    return pd.DataFrame(columns)


def _leads(group: str) -> str:
    """'Limb', 'Anterior'."""
    return tr(_SHORT.get(group, group))
