"""ECG paper: one pair of axes in millimetres, so that every square of a figure is a true, equal square."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lvm.recording import Signal
from lvm.show.colours import Palette

SPEED_MM_PER_S = 25
FONT = '"Source Sans", "Source Sans 3", sans-serif'

_DESIGN_WIDTH_PX = 1150  # the content is 864 px wide in a window of 1024 px, and 1280 px at most


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


def extent(signals: list[Signal], gain: float, least_mm: float = 5.0) -> Extent:
    """(down, up) in mm that a row of signals in mV needs at a gain in mm/mV."""
    low = min((float(s.min()) for s in signals if s.size), default=0.0)
    high = max((float(s.max()) for s in signals if s.size), default=0.0)
    return min(low * gain, -least_mm), max(high * gain, least_mm)


class Sheet:
    """A sheet of paper to draw on, x from 0 to width_mm, y from -height_mm to 0; `figure()` hands it over.

    What is drawn is gathered first, because Plotly checks all of a figure's shapes again for each one that is added.
    """

    def __init__(self, colours: Palette, width_mm: float, height_mm: float) -> None:
        self.colours = colours
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
            {"x": x, "y": y, "text": text, "showarrow": False, "xanchor": anchor, "yanchor": "bottom", "font": font}
        )

    def shade(self, x: tuple[float, float], y: tuple[float, float], colour: str) -> None:
        """A rectangle behind the traces."""
        self._shapes.append(
            {"type": "rect", "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1], "fillcolor": colour, "layer": "below",
             "line": {"width": 0}}
        )  # fmt: skip

    def upright(self, x: float, y: tuple[float, float], colour: str, dash: str = "dot", width: float = 1) -> None:
        """An upright line behind the traces, over the grid: under it a solid line would look dashed."""
        line = {"color": colour, "width": width, "dash": dash}
        self._shapes.append(
            {"type": "line", "x0": x, "x1": x, "y0": y[0], "y1": y[1], "layer": "between", "line": line}
        )

    def polyline(self, points_mm: list[tuple[float, float]], colour: str, width: float = 1.2) -> None:
        """A line that says nothing on hover."""
        xy: NDArray[np.float32] = np.asarray(points_mm, dtype=np.float32)
        line = {"color": colour, "width": width}
        self.trace(x=xy[:, 0], y=xy[:, 1], mode="lines", line=line, hoverinfo="skip")

    def pulse(self, x: float, baseline: float, gain: float) -> None:
        """The calibration pulse: 1 mV for 200 ms, 5 mm wide."""
        up = baseline + gain
        outline = [(0.0, baseline), (1.5, baseline), (1.5, up), (6.5, up), (6.5, baseline), (8.0, baseline)]
        self.polyline([(x + dx, y) for dx, y in outline], self.colours.trace)

    def figure(self, revision: str, **layout: Any) -> go.Figure:
        """The figure. Where the window has another shape than the sheet there is more paper, never stretched paper."""
        colours = self.colours
        axis: dict[str, Any] = {
            "dtick": 5,
            "tick0": 0,
            "gridcolor": colours.grid_5mm,
            "gridwidth": 1,
            "minor": {"dtick": 1, "tick0": 0, "gridcolor": colours.grid_1mm, "showgrid": True},
            "showgrid": True,
            "zeroline": False,
            "showticklabels": False,
            "ticks": "",
            "constrain": "range",
        }
        return go.Figure(
            data=self._traces,
            layout={
                "xaxis": axis | {"range": [0, self.width_mm], "constraintoward": "left"},
                "yaxis": axis
                | {"range": [-self.height_mm, 0], "scaleanchor": "x", "scaleratio": 1, "constraintoward": "top"},
                "shapes": self._shapes,
                "annotations": self._labels,
                "height": int(np.clip(self.height_mm * _DESIGN_WIDTH_PX / self.width_mm, 240, 1500)),
                "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
                "plot_bgcolor": colours.paper,
                "paper_bgcolor": "rgba(0,0,0,0)",
                "font": {"family": FONT, "size": 13, "color": colours.text},
                "showlegend": False,
                "hovermode": "closest",
                "dragmode": "zoom",
                "uirevision": revision,
                "hoverlabel": {"bgcolor": colours.paper, "font": {"color": colours.text}},
            }
            | layout,
        )
