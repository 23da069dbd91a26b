"""From the average patient's estimate to this one, step by step: what each patient value and each segment adds."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from lvm.language import listed, mark, tr
from lvm.show.colours import Palette, on_page
from lvm.show.heatmap import SHORT
from lvm.show.words import input_name, number, signed
from lvm.weights import AVERAGE_PATIENT

if TYPE_CHECKING:
    from lvm.explain import Explanation

_FOLDED_G = 1.0  # the smallest steps are one bar as long as their sizes add up to less
_ADDS_UP_G = 0.05  # what labels with one decimal do not show
_ROW_PX, _LEFT_PX = 28, 122


@dataclass(frozen=True)
class Step:
    """What one input, one segment of a lead group, or several small ones together, add to the estimate."""

    name: str
    grams: float


def steps(x: "Explanation", name_of: Callable[[str], str] = input_name) -> tuple[Step, ...]:
    """Patient values, then the ECG's segments, each the largest first, then the small ones as one.

    name_of : what an input is called. Raises ValueError for a method whose grams do not add up to the estimate.
    """
    if x.gap_g is None or abs(x.gap_g) > _ADDS_UP_G:
        raise ValueError(f"{x.method.name}: grams that do not add up to the estimate make no waterfall")
    inputs = [Step(name_of(name), grams) for name, grams in x.scalars]
    segments = [Step(tr(listed((SHORT[c.segment], c.group))), c.grams or 0.0) for c in x.table]
    by_size = sorted(inputs + segments, key=lambda step: abs(step.grams))
    together = accumulate(abs(step.grams) for step in by_size)
    small = [step for step, size in zip(by_size, together, strict=True) if size < _FOLDED_G]
    small = small if len(small) > 1 else []
    large = [step for part in (inputs, segments) for step in sorted(part, key=by_size.index, reverse=True)]
    others = [Step(tr("{number} others", number=len(small)), sum(step.grams for step in small))] if small else []
    return (*(step for step in large if step not in small), *others)


def waterfall(x: "Explanation", colours: Palette, name_of: Callable[[str], str] = input_name) -> go.Figure:
    """A bar a step, from where the step before it ended, over grams of LV mass.

    The axis does not start at 0: steps of a few grams would be too short to see beside the 100 g that every heart has.
    It says so itself, because the first and the last bar are cut there.
    """
    found = steps(x, name_of)
    at = list(accumulate((step.grams for step in found), initial=x.baseline_lvm_g or 0.0))
    room = 0.24 * max(max(at) - min(at), 4.0)  # for the labels at the bars' ends
    low, high = max(min(at) - room, 0.0), max(at) + room
    rows = [
        (_from(x), low, at[0] - low, number(at[0], "g", 1), colours.ours),
        *(
            (step.name, start, end - start, signed(step.grams), _colour(step.grams, colours))
            for step, (start, end) in zip(found, pairwise(at), strict=True)
        ),
        (tr("This patient"), low, x.lvm_g - low, number(x.lvm_g, "g", 1), colours.ours),
    ]
    names, base, length, labels, fills = (list(column) for column in zip(*rows, strict=True))
    places = list(range(len(rows)))
    bars = {
        "type": "bar", "orientation": "h", "y": places, "x": length, "base": base, "text": labels, "width": 0.72,
        "textposition": "outside", "textfont": {"color": colours.text, "size": 13}, "cliponaxis": False,
        "marker": {"color": fills, "line": {"width": 0}}, "customdata": names,
        "hovertemplate": "%{customdata}: %{text}<extra></extra>",
    }  # fmt: skip
    line = {"color": colours.muted, "width": 1, "dash": "dot"}
    links = [
        {"type": "line", "x0": grams, "x1": grams, "y0": row - 0.36, "y1": row + 1.36, "layer": "below", "line": line}
        for row, grams in enumerate(at)
    ]
    title = tr("Estimated LV mass, g")
    if low > 0:
        start = tr("The axis starts at {grams}, not at 0", grams=number(low, "g"))
        title = f"{title}<br>{start}"
    return go.Figure([bars], layout=_layout(names, (low, high), title, colours, links))


def _layout(
    names: list[str], span: tuple[float, float], title: str, colours: Palette, links: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "height": 80 + _ROW_PX * len(names),
        "margin": {"l": _LEFT_PX, "r": 8, "t": 8, "b": 72},
        **on_page(colours),
        "showlegend": False,
        "shapes": links,
        "xaxis": {
            "range": span,
            "title": {"text": title, "font": {"size": 14}},
            "gridcolor": "rgba(128,128,128,0.25)",
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [len(names) - 0.4, -0.6],  # the first on top
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "ticklabelstandoff": 6,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "hoverlabel": {"bgcolor": colours.paper, "font": {"color": colours.text}},
        "dragmode": False,
    }


def described(x: "Explanation") -> str:
    """For those who do not see the figure."""
    each = [*((input_name(name), grams) for name, grams in x.scalars),
            *((tr("{segment} of the {group} leads", segment=c.segment, group=c.group), c.grams or 0.0)
              for c in x.table)]  # fmt: skip
    most, least = (pick(each, key=lambda one: one[1]) for pick in (max, min))
    whole = mark(
        "From the average patient, {start}, to this patient, {end}. Largest raising contribution: {raising}; largest "
        "lowering: {lowering}."
    )
    if x.baseline_name != AVERAGE_PATIENT:
        whole = mark(
            "From the flat line, {start}, to this patient, {end}. Largest raising contribution: {raising}; largest "
            "lowering: {lowering}."
        )
    return tr(
        whole,
        start=number(x.baseline_lvm_g, "g"),
        end=number(x.lvm_g, "g"),
        raising=listed((most[0], signed(most[1]))) if most[1] > 0 else mark("none"),
        lowering=listed((least[0], signed(least[1]))) if least[1] < 0 else mark("none"),
    )


def _from(x: "Explanation") -> str:
    return tr("Average patient") if x.baseline_name == AVERAGE_PATIENT else tr("Flat line")


def _colour(grams: float, colours: Palette) -> str:
    """As on the heatmap: orange raises, blue lowers."""
    return colours.signed[-1][1] if grams >= 0 else colours.signed[0][1]
