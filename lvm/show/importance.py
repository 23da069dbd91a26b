"""The paper's table of one ECG: shares by segment and lead group, with what they are to be set against."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from lvm.explain import Explanation
from lvm.explain.population import Population
from lvm.explain.subject import CellName
from lvm.kinds import KINDS
from lvm.show.words import input_name, number, signed
from lvm.waves import SEGMENTS

Bounds = Mapping[CellName, tuple[float, float]]

GROUPS = {
    "limb": "Limb leads",
    "precordial": "Precordial leads",
    "anterior": "Anterior: V1–V4",
    "lateral": "Lateral: I, aVL, V5, V6",
    "inferior": "Inferior: II, III, aVF",
    "aVR": "aVR",
}
THIRDS = {"low": "lightest", "middle": "middle", "high": "heaviest"}


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
        (segment, *(text(segment, g) for g in groups), number(sum(share[segment, g] for g in groups), "%", 1))
        for segment in SEGMENTS
    ]
    totals = [sum(share[segment, g] for segment in SEGMENTS) for g in groups]
    rows.append(("Total", *(number(v, "%", 1) for v in totals), number(sum(totals), "%", 1)))
    together = "All leads" if len(groups) > 2 else "Both"
    rows = [tuple(text.replace(" %", "\N{NO-BREAK SPACE}%") for text in row) for row in rows]
    return pd.DataFrame(rows, columns=["Segment", *(GROUPS[g] for g in groups), together])


def detail(x: Explanation) -> pd.DataFrame:
    """Share, density and grams a cell."""
    rows = [
        (
            c.segment,
            _leads(c.group),
            number(c.share * 100, "%", 1),
            number(c.density, "", 2),
            number(None) if c.grams is None else signed(c.grams),
        )
        for c in x.table
    ]
    return pd.DataFrame(rows, columns=["Segment", "Leads", "Share", "Density", "Grams"])


def download(x: Explanation, bounds: Bounds) -> str:
    """One row a cell and a patient value, with plain numbers, as CSV."""
    rows = [
        {
            "method": x.method.key,
            "segment": c.segment,
            "lead_group": c.group,
            "share_percent": round(c.share * 100, 3),
            "share_low_percent": _percent(bounds, c.segment, c.group, 0),
            "share_high_percent": _percent(bounds, c.segment, c.group, 1),
            "density": None if c.density is None else round(c.density, 4),
            "grams": None if c.grams is None else round(c.grams, 3),
        }
        for c in x.table
    ]
    rows += [{"method": x.method.key, "patient_value": name, "grams": round(grams, 3)} for name, grams in x.scalars]
    return str(pd.DataFrame(rows).to_csv(index=False))


def _percent(bounds: Bounds, segment: str, group: str, end: int) -> float | None:
    return round(bounds[segment, group][end] * 100, 3) if (segment, group) in bounds else None


def grams(x: Explanation, name_of: Callable[[str], str] = input_name) -> pd.DataFrame:
    """From the baseline's estimate to this one: every patient value and every cell, in grams."""
    rows = [("Average patient", number(x.baseline_lvm_g, "g", 1))]
    rows += [(name_of(name), signed(value)) for name, value in x.scalars]
    rows += [(f"{c.segment}, {_leads(c.group)}", signed(c.grams)) for c in x.table if c.grams is not None]
    rows.append(("This patient", number(x.lvm_g, "g", 1)))
    return pd.DataFrame(rows, columns=["From", "Grams"])


def beside(x: Explanation, ours: Population, paper: Mapping[CellName, float]) -> pd.DataFrame:
    """This ECG's shares beside the mean of a cohort's third, and the paper's of its own, in percent."""
    third = THIRDS[ours.third]
    rows = [
        (
            c.segment,
            _leads(c.group),
            number(c.share * 100, "%", 1),
            f"{ours.mean[c.segment, c.group] * 100:.1f} ± {ours.sd[c.segment, c.group] * 100:.1f} %",
            number(paper[c.segment, c.group] * 100, "%", 1),
        )
        for c in x.table
    ]
    cohort = f"{third.capitalize()} third of our cohort"
    return pd.DataFrame(rows, columns=["Segment", "Leads", "This ECG", cohort, f"Paper, {third} patients"])


def whose(ours: Population) -> str:
    """Which third it is, and whose figures stand beside each other."""
    low, high = ours.from_g, ours.below_g
    of = f"below {high:.0f} g" if low is None else f"from {low:.0f} g" if high is None else f"{low:.0f} to {high:.0f} g"
    return (
        f"All with the default cut-off. By its estimate this ECG belongs to the {THIRDS[ours.third]} third of the "
        f"cohort, of which the true mass is {of}: mean and SD of {ours.recordings} recordings, by the same method. "
        f"{KINDS[ours.kind].heading}. The paper’s: averages of five patients each, by the gradient and a cut-off of "
        "its own. That they differ says nothing about this patient."
    )


def all_methods(explanations: Sequence[Explanation]) -> pd.DataFrame:
    """Shares of every cell by every method, the largest of each marked with a star."""
    columns: dict[str, list[str]] = {
        "Segment": [c.segment for c in explanations[0].table],
        "Leads": [_leads(c.group) for c in explanations[0].table],
    }
    for x in explanations:
        top = max(c.share for c in x.table)
        columns[x.method.name] = [
            f"{number(c.share * 100, '%')}{' ★' if c.share == top and top > 0 else ''}" for c in x.table
        ]
    return pd.DataFrame(columns)


def _leads(group: str) -> str:
    """'Limb', 'Anterior'."""
    return GROUPS[group].removesuffix(" leads").partition(":")[0]
