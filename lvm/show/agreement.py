"""How estimates agree with true masses, men beside women: Bland-Altman and calibration plots.

Bland & Altman, Lancet 1986;1:307: bias is the mean of estimate minus truth, and the 95 % limits of agreement lie 1.96
SDs to either side. Calibration: the least-squares line of the truth on the estimate; slope 1 and intercept 0 g are
perfect.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lvm.evaluation import Points
from lvm.language import mark, tr
from lvm.show.colours import Palette, on_page
from lvm.show.words import number

PEOPLE = {"male": mark("Men"), "female": mark("Women")}
_TENTHS_FROM = 50  # recordings: with fewer a tenth is no group to speak of
_DRAWN = 1500  # dots of a panel at most: more hide each other and make the page slow
_FEW = 300  # dots that need not be faint to be told apart
_GAP = 0.1  # between the panels, as a share of the figure
Grams = NDArray[np.float64]
Span = tuple[float, float]


@dataclass(frozen=True)
class Agreement:
    """limits_g is None of a single recording, slope and intercept where all estimates are equal."""

    n: int
    bias_g: float
    limits_g: Span | None
    slope: float | None
    intercept_g: float | None
    tenths_g: tuple[Span, ...]  # mean estimate and mean truth of each tenth by estimate, the lightest first


def agreement(points: Points) -> Agreement:
    estimate, truth = np.array(points.estimate_g), np.array(points.truth_g)
    n, off = len(truth), estimate - truth
    bias = float(off.mean())
    spread = 1.96 * float(off.std(ddof=1)) if n > 1 else None
    slope, intercept = np.polyfit(estimate, truth, 1) if np.ptp(estimate) > 0 else (None, None)
    groups = np.array_split(np.argsort(estimate, kind="stable"), 10) if n >= _TENTHS_FROM else []
    return Agreement(
        n,
        bias,
        None if spread is None else (bias - spread, bias + spread),
        None if slope is None else float(slope),
        None if intercept is None else float(intercept),
        tuple((float(estimate[rows].mean()), float(truth[rows].mean())) for rows in groups),
    )


def bland_altman(parts: tuple[Points, ...], colours: Palette) -> go.Figure:
    """Estimate minus truth over the mean of both, a panel a sex, with bias and limits of agreement."""
    panels = _Panels(parts, colours)
    estimates, truths = ([np.array(getattr(p, name)) for p in parts] for name in ("estimate_g", "truth_g"))
    means = [(estimate + truth) / 2 for estimate, truth in zip(estimates, truths, strict=True)]
    off = [estimate - truth for estimate, truth in zip(estimates, truths, strict=True)]
    across, most = _span(means), 1.15 * max(20.0, *(float(np.abs(one).max()) for one in off))
    for panel, points in enumerate(parts):
        found = agreement(points)
        panels.dots(panel, means[panel], off[panel], tr("mean {x} g, difference {y} g", x="%{x:.0f}", y="%{y:.0f}"))
        panels.line(panel, across, (0, 0), colour=colours.muted, dash="dot")
        panels.level(panel, across, found.bias_g, tr("bias {grams}", grams=number(found.bias_g, "g", 1)))
        for limit in found.limits_g or ():
            panels.level(panel, across, limit, number(limit, "g", 1), "dash")
    titles = tr("Mean of estimate and true mass, g"), tr("Estimate − true mass, g")
    return panels.figure(titles, (across, (-most, most)))


def calibration(parts: tuple[Points, ...], colours: Palette) -> go.Figure:
    """True mass over the estimate, a panel a sex, with the means of tenths, the least-squares line and the perfect."""
    panels = _Panels(parts, colours)
    both = _span([np.array(grams) for p in parts for grams in (p.estimate_g, p.truth_g)])
    for panel, points in enumerate(parts):
        estimate, found = np.array(points.estimate_g), agreement(points)
        hover = tr("estimate {x} g, true {y} g", x="%{x:.0f}", y="%{y:.0f}")
        panels.dots(panel, estimate, np.array(points.truth_g), hover)
        panels.line(panel, both, both, tr("Perfect"), colour=colours.muted, dash="dot")
        if found.slope is not None and found.intercept_g is not None:
            ends = float(estimate.min()), float(estimate.max())
            fitted = found.intercept_g + found.slope * ends[0], found.intercept_g + found.slope * ends[1]
            panels.line(panel, ends, fitted, tr("Least-squares line"), colour=colours.limit)
            panels.corner(panel, _line(found))
        if found.tenths_g:
            panels.tenths(panel, found.tenths_g)
    return panels.figure((tr("Estimate, g"), tr("True mass, g")), (both, both), legend=True)


def bland_altman_described(parts: tuple[Points, ...]) -> str:
    """For those who do not see the figure, and beside it."""
    return " ".join(_disagreement(p.sex, agreement(p)) for p in parts)


def _disagreement(sex: str, found: Agreement) -> str:
    whose = {"people": PEOPLE[sex], "counted": _counted(found.n), "bias": number(found.bias_g, "g", 1)}
    if found.limits_g is None:
        return tr("{people}, {counted}: bias {bias}.", **whose)
    low, high = found.limits_g
    return tr(
        "{people}, {counted}: bias {bias}, 95 % limits of agreement {low} to {high}.",
        low=number(low, "", 1),
        high=number(high, "g", 1),
        **whose,
    )


def calibration_described(parts: tuple[Points, ...]) -> str:
    """For those who do not see the figure, and beside it."""
    return " ".join(_calibrated(p.sex, agreement(p)) for p in parts)


def _calibrated(sex: str, found: Agreement) -> str:
    text = tr("{people}, {counted}: {line}.", people=PEOPLE[sex], counted=_counted(found.n), line=_line(found))
    if not found.tenths_g:
        return text
    (light, light_true), (heavy, heavy_true) = found.tenths_g[0], found.tenths_g[-1]
    tenths = tr(
        "The tenth with the lowest estimates: {light} estimated, {light_true} true on average; with the highest: "
        "{heavy} and {heavy_true}.",
        light=number(light, "g"),
        light_true=number(light_true, "g"),
        heavy=number(heavy, "g"),
        heavy_true=number(heavy_true, "g"),
    )
    return f"{text} {tenths}"


def _line(found: Agreement) -> str:
    if found.slope is None:
        return tr("no line can be fitted")
    return tr(
        "slope {slope}, intercept {intercept}",
        slope=number(found.slope, "", 2),
        intercept=number(found.intercept_g, "g", 1),
    )


def _span(columns: list[Grams]) -> Span:
    """From ten to ten around all of them."""
    low, high = min(float(c.min()) for c in columns), max(float(c.max()) for c in columns)
    return float(np.floor(low / 10) * 10 - 5), float(np.ceil(high / 10) * 10 + 5)


def _counted(n: int) -> str:
    return tr("{n:,} ECG", n=n) if n == 1 else tr("{n:,} ECGs", n=n)


def _drawn(n: int) -> str:
    return _counted(n) if n <= _DRAWN else tr("{drawn:,} of {counted} drawn", drawn=_DRAWN, counted=_counted(n))


def _axis(name: str, panel: int) -> str:
    """'x', 'x2', ...: Plotly's name of the axis of a panel."""
    return name if panel == 0 else f"{name}{panel + 1}"


class _Panels:
    """Panels with the same axes side by side, a sex each.

    What is drawn is gathered first, for Plotly is slow to add to a figure.
    """

    def __init__(self, parts: tuple[Points, ...], colours: Palette) -> None:
        self.colours, self.count = colours, len(parts)
        self._traces: list[dict[str, Any]] = []
        self._named = set[str]()
        self._labels = [
            {"text": f"<b>{tr(PEOPLE[p.sex])}</b>, {_drawn(len(p.truth_g))}", "x": 0, "y": 1, "xanchor": "left",
             "yanchor": "bottom"} | self._inside(panel)
            for panel, p in enumerate(parts)
        ]  # fmt: skip

    @staticmethod
    def _inside(panel: int) -> dict[str, Any]:
        """A label's place is a share of its panel."""
        return {"xref": f"{_axis('x', panel)} domain", "yref": f"{_axis('y', panel)} domain", "showarrow": False}

    def _add(self, panel: int, name: str, x: Iterable[float], y: Iterable[float], **trace: Any) -> None:
        """A name stands in the legend once."""
        self._traces.append(
            {
                "type": "scatter", "name": name, "x": [round(float(v), 1) for v in x],
                "y": [round(float(v), 1) for v in y], "xaxis": _axis("x", panel), "yaxis": _axis("y", panel),
                "legendgroup": name, "showlegend": bool(name) and name not in self._named,
            }
            | trace
        )  # fmt: skip
        self._named.add(name)

    def dots(self, panel: int, x: Grams, y: Grams, hover: str) -> None:
        """Of many ones only some, evenly over the rows."""
        rows = np.linspace(0, len(x) - 1, min(len(x), _DRAWN)).astype(int)
        marker = {"color": self.colours.ours, "size": 5, "opacity": 0.8 if len(rows) <= _FEW else 0.4}
        shown = {"mode": "markers", "marker": marker, "hovertemplate": f"{hover}<extra></extra>"}
        self._add(panel, tr("One ECG"), x[rows], y[rows], **shown)

    def tenths(self, panel: int, means: tuple[tuple[float, float], ...]) -> None:
        edge = {"color": self.colours.paper, "width": 1.5}
        marker = {"color": self.colours.text, "size": 11, "symbol": "diamond", "line": edge}
        at = tr("mean of a tenth: estimate {x} g, true {y} g", x="%{x:.0f}", y="%{y:.0f}")
        x, y = zip(*means, strict=True)
        hover = f"{at}<extra></extra>"
        self._add(panel, tr("Mean of a tenth"), x, y, mode="markers", marker=marker, hovertemplate=hover)

    def line(self, panel: int, x: Span, y: Span, name: str = "", *, colour: str, dash: str = "solid") -> None:
        self._add(panel, name, x, y, mode="lines", line={"color": colour, "dash": dash, "width": 2}, hoverinfo="skip")

    def level(self, panel: int, x: Span, y: float, text: str, dash: str = "solid") -> None:
        """A line across, with its text above its right end."""
        self.line(panel, x, (y, y), colour=self.colours.limit, dash=dash)
        self._label(panel, text, y, "bottom", {"yref": _axis("y", panel)})

    def corner(self, panel: int, text: str) -> None:
        """Text in the lower right corner."""
        self._label(panel, text, 0.02, "bottom", {})

    def _label(self, panel: int, text: str, y: float, anchor: str, where: dict[str, str]) -> None:
        place = {"x": 0.99, "y": y, "xanchor": "right", "yanchor": anchor}
        look = {"text": text, "font": {"color": self.colours.limit}}
        self._labels.append(self._inside(panel) | place | look | where)

    def figure(self, titles: tuple[str, str], spans: tuple[Span, Span], *, legend: bool = False) -> go.Figure:
        """titles and spans : of the horizontal and the upright axis."""
        axis: dict[str, Any] = {"gridcolor": "rgba(128,128,128,0.25)", "zeroline": False, "fixedrange": True}
        layout: dict[str, Any] = {}
        width = (1 - _GAP * (self.count - 1)) / self.count
        for panel in range(self.count):
            left = panel * (width + _GAP)
            across = {
                "title": {"text": titles[0], "font": {"size": 14}},
                "range": spans[0],
                "domain": [left, left + width],
            }
            up = {
                "title": {"text": titles[1], "font": {"size": 14}, "standoff": 8},
                "range": spans[1],
                "anchor": _axis("x", panel),
            }
            layout |= {f"xaxis{panel + 1}": axis | across, f"yaxis{panel + 1}": axis | up}
        return go.Figure(
            self._traces,
            layout=layout
            | {
                "height": 440,
                "margin": {"l": 60, "r": 10, "t": 66 if legend else 34, "b": 50},
                **on_page(self.colours),
                "annotations": self._labels,
                "showlegend": legend,
                "legend": {"orientation": "h", "y": 1.08, "yanchor": "bottom", "itemclick": False,
                           "itemdoubleclick": False},
                "hovermode": "closest",
                "dragmode": False,
            },
        )  # fmt: skip
