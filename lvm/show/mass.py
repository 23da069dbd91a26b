"""The estimate with its interval on the cohort's masses, the limit for this body size, and folds and beats below."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lvm.analysis import Analysis
from lvm.estimate import Estimate
from lvm.language import mark, tr
from lvm.show.colours import Palette, on_page
from lvm.show.distribution import Spread
from lvm.show.quality import metric_name
from lvm.show.words import interval_name, limit_g, needs_size, number, size_lacking, span, usable_beats
from lvm.show.words import mass as words_mass

_CURVE = {"male": mark("Men of the cohort"), "female": mark("Women of the cohort")}
_CURVES, _ROWS = (0.33, 1.0), (0.0, 0.27)  # which parts of the height they take
_HEIGHT_PX = 330


@dataclass(frozen=True)
class Beats:
    """Estimates of the usable beats; names : their numbers as a reader counts them; chosen : the one in use."""

    grams: tuple[float, ...]
    names: tuple[int, ...]
    chosen: int | None


def beats_of(analysis: Analysis, estimate: Estimate, chosen: int | None) -> Beats:
    """chosen : index of the beat in use."""
    usable = tuple(i + 1 for i in usable_beats(analysis))
    return Beats(estimate.per_beat_g, usable, None if chosen is None else chosen + 1)


@dataclass(frozen=True)
class Large:
    """A number that stands large; below it, in a few words, its interval or its limit."""

    name: str
    value: str
    below: str
    what: str


def large(estimate: Estimate) -> tuple[Large, Large]:
    """The grams with their interval, and the index with its limit, of the modality that it was measured by."""
    grams = Large(
        metric_name(estimate), number(estimate.lvm_g, "g"), span(estimate.interval_g), interval_name(estimate)
    )
    limit, index = estimate.limit, number(estimate.lvmi_g_m2, "g/m²")
    if limit is None:
        return grams, Large(tr("LV mass index"), index, tr("no limit"), tr("without the sex"))
    if estimate.above_limit is None:
        return grams, Large(tr("LV mass index"), index, needs_size(size_lacking(estimate)), "")
    whose = tr("the {modality} limit, {limit}", modality=limit.modality, limit=number(limit.limit_g_m2, "g/m²"))
    side = mark("above") if estimate.above_limit else mark("not above")
    return grams, Large(tr("LV mass index"), index, tr(side), whose)


def mass(estimate: Estimate, beats: Beats, spread: Spread, colours: Palette) -> go.Figure:
    """Over grams. The estimate must have been made."""
    if estimate.lvm_g is None or estimate.interval_g is None:
        raise ValueError("nothing was estimated")
    curves, top = _curves(estimate, spread, colours)
    rows, strip = _strip(estimate, beats, colours)
    limit = limit_g(estimate)
    figure = go.Figure(
        [*curves, *strip],
        layout={
            "height": _HEIGHT_PX,
            "margin": {"l": 0, "r": 10, "t": 56, "b": 10},
            **on_page(colours),
            "legend": {
                "orientation": "h", "x": 0, "xanchor": "left", "y": -0.22, "yanchor": "top", "itemclick": False,
                "itemdoubleclick": False,
            },
            "xaxis": {
                "range": _ends(estimate, beats, spread, limit),
                "anchor": "y2",
                "title": {"text": tr("LV mass, g"), "font": {"size": 14}, "standoff": 6},
                "gridcolor": "rgba(128,128,128,0.25)",
                "automargin": True,
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {"domain": _CURVES, "range": [0, 1.08 * top], "visible": False, "fixedrange": True},
            "yaxis2": {
                "domain": _ROWS,
                "categoryorder": "array",
                "categoryarray": rows[::-1],
                "range": [-0.6, len(rows) - 0.4],
                "automargin": True,
                "gridcolor": "rgba(128,128,128,0.15)",
                "ticklabelstandoff": 8,
                "fixedrange": True,
            },
        },
    )  # fmt: skip
    low, high = estimate.interval_g
    figure.add_shape(
        type="rect", x0=low, x1=high, y0=0, y1=1, xref="x", yref="y domain", layer="below", line_width=0,
        fillcolor=colours.ours, opacity=0.22,
    )  # fmt: skip
    _line(figure, estimate.lvm_g, colours.ours, "solid", 3)
    text = tr("<b>this ECG</b> {mass}", mass=words_mass(estimate))
    _label(figure, estimate.lvm_g, text, colours.ours, row=0)
    if limit is not None:
        _line(figure, limit, colours.limit, "dash", 2)
        _label(figure, limit, tr("limit for this body size {grams}", grams=number(limit, "g")), colours.limit, row=1)
    return figure


def _curves(estimate: Estimate, spread: Spread, colours: Palette) -> tuple[list[go.Scatter], float]:
    """This sex filled and full, the other dotted; and how high they reach."""
    own = estimate.inputs["sex"].value
    traces = []
    for sex in sorted(spread.by_sex, key=lambda sex: sex != own):
        of = spread.by_sex[sex]
        line = {"color": colours.muted, "width": 2, "dash": "solid" if sex == own else "dot"}
        fill = {"fill": "tozeroy", "fillcolor": "rgba(128, 128, 128, 0.28)"} if sex == own else {}
        traces.append(
            go.Scatter(
                x=of.grams.round(1).tolist(), y=of.density.round(6).tolist(), mode="lines", line=line,
                name=tr(_CURVE[sex]), hoverinfo="skip", **fill,
            )
        )  # fmt: skip
    return traces, max((float(of.density.max()) for of in spread.by_sex.values()), default=1.0)


def _strip(estimate: Estimate, beats: Beats, colours: Palette) -> tuple[list[str], list[go.Scatter]]:
    """A row of marks each for the folds and the beats, the chosen beat as a diamond; and the names of the rows."""
    rows = [
        tr("{number} networks", number=len(estimate.per_fold_g)),
        tr("{number} beats", number=len(beats.grams)),
    ]

    def marks(row: str, grams: Sequence[float], names: list[str], **marker: Any) -> go.Scatter:
        line = {"width": 1.4, "color": colours.ours}
        return go.Scatter(
            x=list(grams), y=[row] * len(grams), yaxis="y2", mode="markers", text=names, showlegend=False,
            marker=marker | {"color": colours.ours, "line": line}, hovertemplate="%{text}: %{x:.1f} g<extra></extra>",
        )  # fmt: skip

    folds = [tr("network {number}", number=i + 1) for i in range(len(estimate.per_fold_g))]
    names = [tr("beat {number}", number=name) for name in beats.names]
    traces = [
        marks(rows[0], estimate.per_fold_g, folds, size=9, symbol="circle-open"),
        marks(rows[1], beats.grams, names, size=13, symbol="line-ns-open"),
    ]
    if beats.chosen is not None and estimate.lvm_g is not None:
        chosen = marks(
            rows[1], [estimate.lvm_g], [tr("beat {number}, the one in use", number=beats.chosen)], size=11,
            symbol="diamond",
        )  # fmt: skip
        traces.append(chosen.update(name=tr("Beat {number}, in use", number=beats.chosen), showlegend=True))
    return rows, traces


def _ends(estimate: Estimate, beats: Beats, spread: Spread, limit: float | None) -> list[float]:
    """All that is drawn, but of the curves not their thin ends."""
    seen = [*(estimate.interval_g or ()), *estimate.per_fold_g, *beats.grams] + ([] if limit is None else [limit])
    for of in spread.by_sex.values():
        thick = of.grams[of.density > 0.02 * of.density.max()]
        seen += [float(thick[0]), float(thick[-1])]
    return [float(np.floor(min(seen) / 10) * 10 - 5), float(np.ceil(max(seen) / 10) * 10 + 5)]


def _line(figure: go.Figure, grams: float, colour: str, dash: str, width: int) -> None:
    figure.add_shape(
        type="line", x0=grams, x1=grams, y0=0, y1=1, xref="x", yref="paper",
        line={"color": colour, "dash": dash, "width": width},
    )  # fmt: skip


def _label(figure: go.Figure, grams: float, text: str, colour: str, *, row: int) -> None:
    """Above the picture, each in a row of its own, so that no two meet; towards the middle where the edge is near."""
    low, high = figure.layout.xaxis.range
    at = (grams - low) / (high - low)
    anchor = "left" if at < 0.3 else "right" if at > 0.7 else "center"
    figure.add_annotation(
        x=grams, y=1, yref="paper", yanchor="bottom", yshift=2 + 23 * row, showarrow=False, xanchor=anchor, text=text,
        font={"color": colour},
    )  # fmt: skip
