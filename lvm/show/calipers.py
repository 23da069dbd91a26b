"""Calipers: the time and the voltage between two points of an ECG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lvm.analysis import Analysis
from lvm.language import tr
from lvm.show.colours import CLEAR, Palette
from lvm.show.words import number

# Enlarging stays at hand while one measures, and changes nothing outside of the browser, which so keeps it.
TOOLS: dict[str, Any] = {"displayModeBar": True, "modeBarButtons": [["select2d", "zoom2d", "resetScale2d"]]}
_TOOLS_PX = 30
_SHORTEST_RR_S = 0.15


@dataclass(frozen=True)
class Caliper:
    """Two moments in a lead, in s of the recording."""

    lead: str
    from_s: float
    to_s: float


@dataclass(frozen=True)
class Reading:
    """What lies between two points; `seconds` is never negative, `millivolts` is from the first point to the second.

    ends_mv : the voltages at both, where they are points of a lead.
    """

    seconds: float
    millivolts: float | None
    ends_mv: tuple[float | None, float | None] = (None, None)

    @property
    def rate_bpm(self) -> float | None:
        """As the time between two beats; None where it is too short for that."""
        seconds = round(self.seconds, 4)  # 0.32 and what is next to it are 188 a minute alike
        return 60 / seconds if seconds >= _SHORTEST_RR_S else None


def first_span(analysis: Analysis, beat: int | None) -> tuple[float, float]:
    """Where calipers stand at first, in s: on the R peaks of the beat in use and the next one, or the one before."""
    peaks_s = [b.r_s for b in analysis.beats]
    if len(peaks_s) < 2:
        return 0.0, min(1.0, analysis.recording.duration_s / 2)
    first = min(beat or 0, len(peaks_s) - 2)
    return peaks_s[first], peaks_s[first + 1]


def of_box(x_s: Sequence[float], y_uv: Sequence[float]) -> Reading:
    """Of a box drawn over the paper, whose axes count s and µV: its width and its height."""
    return Reading(abs(x_s[1] - x_s[0]), abs(y_uv[1] - y_uv[0]) / 1000)


def of_lead(lead_mv: NDArray[np.floating], sampling_rate_hz: float, caliper: Caliper) -> Reading:
    """Between two moments of a lead's (T,) mV, of which the first is at 0 s."""
    ends = voltage_mv(lead_mv, sampling_rate_hz, caliper.from_s), voltage_mv(lead_mv, sampling_rate_hz, caliper.to_s)
    difference = None if ends[0] is None or ends[1] is None else ends[1] - ends[0]
    return Reading(abs(caliper.to_s - caliper.from_s), difference, ends)


def voltage_mv(lead_mv: NDArray[np.floating], sampling_rate_hz: float, at_s: float) -> float | None:
    """On the line between the two samples beside that moment; None outside the recording."""
    at = at_s * sampling_rate_hz
    if not holds(lead_mv.size, at):
        return None
    return float(np.interp(at, np.arange(lead_mv.size), lead_mv))


def holds(samples: int, at: float) -> bool:
    """Whether so many samples have one at, before and after a place that is counted in samples."""
    return 0 <= round(at, 6) <= samples - 1  # 2.498 s less 2 s, times 500, is a little more than 249


def told(reading: Reading, *, rhythm: bool = True) -> str:
    """'320 ms (188 /min), 1.24 mV'; from where to where, where both are known. rhythm : not of a single beat."""
    time = number(reading.seconds * 1000, "ms")
    if rhythm and reading.rate_bpm is not None:
        time = f"{time} ({number(reading.rate_bpm, '/min')})"
    first, second = reading.ends_mv
    if first is None or second is None:
        return f"{time}, {_mv(reading.millivolts)}"
    difference = round(second, 2) - round(first, 2)  # as a reader would take it from the two that are told
    return tr(
        "{time}, {difference}: from {first} to {second}",
        time=time, difference=_mv(difference), first=_mv(first), second=_mv(second),
    )  # fmt: skip


def _mv(value: float | None) -> str:
    return number(value, "mV", 2)


def to_measure(figure: go.Figure, colours: Palette) -> go.Figure:
    """The paper with room for the tools above it, where dragging draws a box instead of enlarging."""
    line = {"color": colours.limit, "width": 2, "dash": "solid"}
    tools = {"bgcolor": CLEAR, "color": colours.muted, "activecolor": colours.ours}
    figure.update_layout(
        dragmode="select",
        selectdirection="d",  # a box as it was drawn, however flat, and no stripe from edge to edge
        newselection={"line": line},
        activeselection={"fillcolor": colours.chosen, "opacity": 1.0},
        modebar=tools,
        margin={"t": _TOOLS_PX},
        height=figure.layout.height + _TOOLS_PX,
    )
    return figure
