"""What a Plotly figure says of its axes, colours and texts, in plain numbers: what `lvm.show.export` draws from."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

Said = dict[str, Any]  # a part of a Plotly figure
Places = NDArray[np.float64]
Span = tuple[float, float]
Colour = tuple[float, float, float, float]

MINOR, MAJOR = 0.9, 1.0  # layers of the grids
_TICK_PX = 90  # from one tick to the next, at least about


@dataclass
class Along:
    """One of the two axes. said : its part of the layout. px : how long it is."""

    letter: str
    said: Said
    traces: list[Said]
    px: float

    def __post_init__(self) -> None:
        given = [trace[self.letter] for trace in self.traces if len(trace.get(self.letter, ()))]
        texts = bool(given) and isinstance(given[0][0], str)
        values = dict.fromkeys(value for one in given for value in one) if texts else ()
        self.categories: list[str] = list(self.said.get("categoryarray", values)) if texts else []
        if "range" not in self.said:
            raise ValueError(f"the {self.letter} axis has no range")
        self.span: Span = self.said["range"][0], self.said["range"][1]
        self.ends: Span = min(self.span), max(self.span)

    def places(self, values: Sequence[Any]) -> Places:
        if self.categories:
            return np.array([self.categories.index(value) for value in values], dtype=np.float64)
        return np.asarray(values, dtype=np.float64)

    def of(self, trace: Said, count: int) -> Places:
        """Where the points of a trace lie, which may be given by the first and a step."""
        if self.letter in trace:
            return self.places(trace[self.letter])
        first, step = trace.get(f"{self.letter}0", 0.0), trace.get(f"d{self.letter}", 1.0)
        return np.asarray(first + step * np.arange(count))

    def grids(self) -> list[tuple[Places, Said, float]]:
        """The minor and the major grid: where, how, and in what layer."""
        minor = self.said.get("minor")
        major = [(self.ticks(), self.said, MAJOR)]
        return major if minor is None else [(every(minor, self.ends), minor, MINOR), *major]

    def ticks(self) -> Places:
        if "dtick" in self.said:
            return every(self.said, self.ends)
        if self.categories:
            return np.arange(len(self.categories), dtype=np.float64)
        return np.asarray(self.said.get("tickvals", round_ticks(self.ends, self.px / _TICK_PX)), dtype=np.float64)


def rgba(colour: str) -> Colour:
    """Of '#1f5fa8', 'rgb(...)' or 'rgba(...)'."""
    if not colour.startswith("rgb"):
        return to_rgba(colour)
    red, green, blue, *alpha = (float(part) for part in colour[colour.index("(") + 1 : -1].split(","))
    return red / 255, green / 255, blue / 255, alpha[0] if alpha else 1.0


def colours(axis: Said) -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list("", [(at, rgba(colour)) for at, colour in axis["colorscale"]], 512)


def plain(text: str) -> tuple[str, bool]:
    """Text without its tags, and whether it is bold."""
    lines = re.sub("<br ?/?>", "\n", text)
    return html.unescape(re.sub("</?[a-z]+>", "", lines)), text.startswith("<b>")


def told(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def every(said: Said, ends: Span) -> Places:
    step, first = said["dtick"], said.get("tick0", 0)
    low, high = ((end - first) / step for end in ends)  # 1e-6: a line that ends on the edge is not lost to rounding
    return np.asarray(first + step * np.arange(np.ceil(low - 1e-6), np.floor(high + 1e-6) + 1))


def round_ticks(ends: Span, most: float) -> Places:
    """Round numbers within two ends, about so many."""
    at = np.asarray(MaxNLocator(max(2, int(most)), steps=[1, 2, 5, 10]).tick_values(*ends))
    return at[(at >= ends[0]) & (at <= ends[1])]
