"""ECG paper: one pair of axes in millimetres, so that every square of a figure is a true, equal square."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lvm.recording import Signal
from lvm.show import SHEET_PX
from lvm.show.colours import CLEAR, FONT, Palette

SPEED_MM_PER_S = 25
_HIGHEST_PX = 6000  # on the screen; what is higher, as only a grossly disturbed signal at a high gain is, comes smaller

Extent = tuple[float, float]  # mm below (<= 0) and above (>= 0) a baseline


def stack(rows: list[list[Extent]], gap_mm: float, top_mm: float) -> list[float]:
    """Baselines, in mm with y upwards, of rows of traces, as close as they can be without two of them touching.

    Each row has the extents of its columns; rows with the same number of columns only have to clear each other column
    by column. `top_mm` is left free above the first row, `gap_mm` between rows. Baselines lie on 5 mm lines.
    """
    baselines: list[float] = []
    floor: list[float] = []  # lower edge of the row above, by column
    for row in rows:
        if not baselines:
            room = [-top_mm - up for _, up in row]
        elif len(row) == len(floor):
            room = [edge - gap_mm - up for edge, (_, up) in zip(floor, row, strict=True)]
        else:
            room = [min(floor) - gap_mm - up for _, up in row]
        baseline = 5.0 * float(np.floor(min(room) / 5))
        baselines.append(baseline)
        floor = [baseline + down for down, _ in row]
    return baselines


def with_pulse(row: list[Extent], gain: float) -> list[Extent]:
    """The room of a row that begins with the calibration pulse, which so touches neither the row above nor the edge."""
    (down, up), *others = row
    return [(down, max(up, gain)), *others]


def extent(signals: list[Signal], gain: float, least_mm: float = 5.0) -> Extent:
    """(down, up) in mm that a row of signals in mV needs at a gain in mm/mV."""
    low = min((float(s.min()) for s in signals if s.size), default=0.0)
    high = max((float(s.max()) for s in signals if s.size), default=0.0)
    return min(low * gain, -least_mm), max(high * gain, least_mm)


@dataclass(frozen=True)
class Units:
    """What the axes of a sheet count: millimetres, or something of which one is x_mm wide and y_mm high.

    x0, y0 : the values at the sheet's upper left corner.
    """

    x_mm: float = 1.0
    y_mm: float = 1.0
    x0: float = 0.0
    y0: float = 0.0

    def x(self, mm: float) -> float:
        return self.x0 + mm / self.x_mm

    def y(self, mm: float) -> float:
        return self.y0 + mm / self.y_mm


class Sheet:
    """A sheet of paper to draw on, x from 0 to width_mm, y from -height_mm to 0; `figure()` hands it over.

    All is said in mm, but for a trace, which is in the units of the axes. What is drawn is gathered first, because
    Plotly checks all of a figure's shapes again for each one that is added.
    """

    def __init__(self, colours: Palette, width_mm: float, height_mm: float, units: Units = Units()) -> None:
        self.colours, self.units = colours, units
        self.width_mm, self.height_mm = width_mm, height_mm
        self._traces: list[dict[str, Any]] = []
        self._shapes: list[dict[str, Any]] = []
        self._labels: list[dict[str, Any]] = []

    def trace(self, **trace: Any) -> None:
        """A Plotly trace; a scatter of lines unless `type` and `mode` say otherwise."""
        self._traces.append({"type": "scatter"} | trace)

    def label(self, x: float, y: float, text: str, colour: str, size: int = 14, anchor: str = "left") -> None:
        """Text whose lower edge is at y."""
        font = {"color": colour, "size": size}
        self._labels.append(
            {
                "x": self.units.x(x),
                "y": self.units.y(y),
                "text": text,
                "showarrow": False,
                "xanchor": anchor,
                "yanchor": "bottom",
                "font": font,
            }
        )

    def shade(self, x: tuple[float, float], y: tuple[float, float], colour: str) -> None:
        """A rectangle behind the traces."""
        self._shapes.append(
            {"type": "rect", **self._corners(x, y), "fillcolor": colour, "layer": "below", "line": {"width": 0}}
        )

    def upright(self, x: float, y: tuple[float, float], colour: str, dash: str = "dot", width: float = 1) -> None:
        """An upright line behind the traces, over the grid: under it a solid line would look dashed."""
        line = {"color": colour, "width": width, "dash": dash}
        self._shapes.append({"type": "line", **self._corners((x, x), y), "layer": "between", "line": line})

    def _corners(self, x: tuple[float, float], y: tuple[float, float]) -> dict[str, float]:
        return {
            **{f"x{i}": self.units.x(mm) for i, mm in enumerate(x)},
            **{f"y{i}": self.units.y(mm) for i, mm in enumerate(y)},
        }

    def polyline(self, points_mm: list[tuple[float, float]], colour: str, width: float = 1.2) -> None:
        """A line that says nothing on hover."""
        x, y = [self.units.x(mm) for mm, _ in points_mm], [self.units.y(mm) for _, mm in points_mm]
        line = {"color": colour, "width": width}
        self.trace(x=x, y=y, mode="lines", line=line, hoverinfo="skip")

    def pulse(self, x: float, baseline: float, gain: float, speed: float = SPEED_MM_PER_S) -> None:
        """The calibration pulse: 1 mV for 200 ms, 5 mm wide at 25 mm/s and 3 mm more with its feet."""
        up, on, off = baseline + gain, x + 1.5, x + 1.5 + 0.2 * speed
        outline = [(x, baseline), (on, baseline), (on, up), (off, up), (off, baseline), (off + 1.5, baseline)]
        self.polyline(outline, self.colours.trace)

    def figure(self, **layout: Any) -> go.Figure:
        """The figure. Where the window has another shape than the sheet, room is left; paper is never stretched."""
        colours, units = self.colours, self.units

        def grid(mm: float, first: float) -> dict[str, Any]:
            """Of an axis of which one unit is `mm` long."""
            minor = {"dtick": 1 / mm, "tick0": first, "gridcolor": colours.grid_1mm, "showgrid": True}
            return {"dtick": 5 / mm, "tick0": first, "minor": minor}

        axis: dict[str, Any] = {
            "gridcolor": colours.grid_5mm,
            "gridwidth": 1,
            "showgrid": True,
            "zeroline": False,
            "showticklabels": False,
            "ticks": "",
            "constrain": "domain",  # "range" would add more paper with every change of the window
        }
        return go.Figure(
            data=self._traces,
            layout={
                "template": {},  # all is said here, and Plotly's own is 7 KiB
                "xaxis": axis
                | grid(units.x_mm, units.x0)
                | {"range": [units.x(0), units.x(self.width_mm)], "constraintoward": "left"},
                "yaxis": axis
                | grid(units.y_mm, units.y0)
                | {"range": [units.y(-self.height_mm), units.y(0)], "constraintoward": "top"}
                | {"scaleanchor": "x", "scaleratio": units.y_mm / units.x_mm},
                "shapes": self._shapes,
                "annotations": self._labels,
                "height": int(np.clip(self.height_mm * SHEET_PX / self.width_mm, 100, _HIGHEST_PX)),
                "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
                "plot_bgcolor": colours.paper,
                "paper_bgcolor": CLEAR,
                "font": {"family": FONT, "size": 13, "color": colours.text},
                "showlegend": False,
                "hovermode": "closest",
                "dragmode": "zoom",
                "hoverlabel": {"bgcolor": colours.paper, "font": {"color": colours.text}},
            }
            | layout,
        )
