"""Our Plotly figures as PNG, SVG or PDF, drawn by matplotlib: Plotly's own way to files wants a Chrome.

What is drawn is what our figures of one panel use. Other traces, shapes and symbols, arrows, legends and further panels
are a ValueError, for a picture must not lack a part.

traces       scatter (lines, markers, text), bars with a base, heatmaps on a colour axis
beside them  shapes (rect, line), annotations without arrows; no legend
axes         grids, major and minor; ticks and titles; categories
colour bar   lying above the panel; its title is an annotation
"""

import io
import threading
from collections.abc import Sequence
from typing import Literal

import matplotlib
import numpy as np
import plotly.graph_objects as go
from matplotlib.axis import Axis
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox, IdentityTransform, ScaledTranslation, Transform, blended_transform_factory

from lvm.evaluation import NOTICE
from lvm.show import SHEET_PX
from lvm.show.page import FOOT_PX, LINE_PX, PAGE_MM, SHEETS_MM, long_mm, sheet_for
from lvm.show.plotted import Along, Places, Said, Span, colours, plain, rgba, round_ticks, told

Kind = Literal["png", "svg", "pdf"]

DPI = 200
_CHART_PX = 760  # what a page gives to figures other than ECG paper
_FINER = 8  # samples of a picture for one of a heatmap
_FONT = 0.88  # DejaVu is wider than the fonts of the page
# No dates, and nothing of the machine.
_WITHOUT: dict[Kind, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_HEAT, _TRACES, _DOTS, _TEXT = 2.0, 3.0, 3.5, 5.0  # what covers what; grids are below
_LAYERS = {"below": 0.5, "between": 1.5, "above": 4.0}
_DASHES: dict[str, tuple[float, ...]] = {"dot": (1, 1), "dash": (3, 3), "dashdot": (3, 1, 1, 1)}
# matplotlib's markers, and how much larger than Plotly's size they have to be.
_SYMBOLS = {"circle": ("o", 1.0), "diamond": ("D", 0.92), "triangle-down": ("v", 1.0), "line-ns": ("|", 1.4)}
_ALONE = threading.Lock()  # matplotlib's settings are one for all threads


def image(figure: go.Figure, kind: Kind, background: str, lines: Sequence[str] = ()) -> bytes:
    """The figure as a file, the same bytes each time, with lines at its foot that say what it shows.

    ECG paper at least PAGE_MM wide comes in true size; the sheet of one beat is enlarged to it, squares and all. A PDF
    is a page of A4 across, or of A3 where it needs one, with the picture in its middle.

    background : the colour of what the figure leaves clear: white, or dark for a figure in the dark palette.
    """
    with _ALONE, matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever the machine's own settings are
        matplotlib.rcParams.update({"svg.hashsalt": "lvm", "text.parse_math": False})
        out = io.BytesIO()
        drawn = _Drawing(figure, background, lines).figure
        page = _laid_out(drawn) if kind == "pdf" else None
        drawn.savefig(out, format=kind, dpi=DPI, metadata=_WITHOUT[kind], bbox_inches=page)
    return out.getvalue()


def _laid_out(drawn: Figure) -> Bbox | None:
    """The page in inches from the picture's lower left corner, the picture in its middle."""
    wide, high = drawn.get_size_inches()
    name = sheet_for((wide * 25.4, high * 25.4))
    if name is None:
        return None
    x, y = ((page / 25.4 - size) / 2 for page, size in zip(SHEETS_MM[name], (wide, high), strict=True))
    return Bbox([[-x, -y], [wide + x, high + y]])


class _Drawing:
    """A Plotly figure as one of matplotlib's. Lengths are px of the page; `point` and `inch` are those of one."""

    def __init__(self, figure: go.Figure, background: str, lines: Sequence[str]) -> None:
        self.layout: Said = figure.layout.to_plotly_json()
        traces: list[Said] = [trace.to_plotly_json() for trace in figure.data]
        self._refuse(traces)
        margin, self.font = self.layout["margin"], self.layout["font"]
        sheet = "scaleanchor" in self.layout.get("yaxis", {})
        self.width: float = SHEET_PX if sheet else _CHART_PX
        left = margin["l"] + self._room(traces)
        across, height = self.width - left - margin["r"], self.layout["height"] - margin["t"] - margin["b"]
        mm = PAGE_MM / SHEET_PX
        if sheet:  # no more paper than it needs, which a window of another shape would show
            wide, high = (long_mm(self.layout[axis]) for axis in ("xaxis", "yaxis"))
            height, mm = high * across / wide, max(PAGE_MM, wide) / SHEET_PX
        foot = FOOT_PX + LINE_PX * len(lines)
        self.height: float = margin["t"] + height + margin["b"] + foot
        self.inch, self.point = mm / 25.4, mm / 25.4 * 72
        self.figure = Figure((self.width * self.inch, self.height * self.inch), facecolor=rgba(background))
        self.left, self.bottom, self.across, self.top = left, margin["b"] + foot, across, height
        self.axes = self.figure.add_axes(self._box(self.left, self.bottom, across, height))
        self.x, self.y = (
            Along(letter, self.layout.get(f"{letter}axis", {}), traces, px)
            for letter, px in (("x", across), ("y", height))
        )
        self._paper()
        for trace in traces:
            {"scatter": self._scatter, "bar": self._bar, "heatmap": self._heatmap}[trace["type"]](trace)
        for shape in self.layout.get("shapes", ()):
            self._shape(shape)
        for note in self.layout.get("annotations", ()):
            self._note(note)
        for name in {trace["coloraxis"] for trace in traces if "coloraxis" in trace}:
            self._colour_bar(self.layout[name])
        for i, line in enumerate([NOTICE, *reversed(lines)]):
            self._text((8, 6 + LINE_PX * i), line, {"size": 13}, "left", "bottom", IdentityTransform())

    def _refuse(self, traces: list[Said]) -> None:
        known = ("scatter", "bar", "heatmap")
        for trace in traces:
            if trace["type"] not in known:
                raise ValueError(f"cannot draw a trace of type {trace['type']!r}; there is {', '.join(known)}")
        if any(trace.get("xaxis", "x") != "x" for trace in traces):
            raise ValueError("cannot draw more than one panel")
        if self.layout.get("showlegend", any(trace.get("showlegend") for trace in traces)):
            raise ValueError("cannot draw a legend")

    def _room(self, traces: list[Said]) -> float:
        """For categories on an upright axis that asks for it, by the longest of them."""
        axis = self.layout.get("yaxis", {})
        if not axis.get("automargin"):
            return 0.0
        longest = max(len(name) for trace in traces for name in trace["y"])
        return float(12 + axis.get("ticklabelstandoff", 0) + 0.55 * longest * self.font["size"])

    def _box(self, left: float, bottom: float, width: float, height: float) -> tuple[float, float, float, float]:
        """As shares of the figure."""
        return left / self.width, bottom / self.height, width / self.width, height / self.height

    def _paper(self) -> None:
        self.axes.set(autoscale_on=False, xlim=self.x.span, ylim=self.y.span)
        self.axes.set_facecolor(rgba(self.layout["plot_bgcolor"]))
        self.axes.spines[:].set_visible(False)
        for along, other in ((self.x, self.y), (self.y, self.x)):
            for at, said, zorder in along.grids():
                if said.get("showgrid", True) and "gridcolor" in said:
                    ends = [[(p, o)[:: 1 if along is self.x else -1] for o in other.span] for p in at]
                    width, colour = said.get("gridwidth", 1) * self.point, rgba(said["gridcolor"])
                    self.axes.add_collection(LineCollection(ends, colors=[colour], linewidths=width, zorder=zorder))
        self._ticks(self.axes.xaxis, self.x)
        self._ticks(self.axes.yaxis, self.y)

    def _ticks(self, drawn: Axis, along: Along) -> None:
        said = along.said
        if not said.get("showticklabels", True):
            drawn.set_ticks([])
            return
        at, font = along.ticks(), self.font | said.get("tickfont", {})
        drawn.set_ticks(at, [plain(text)[0] for text in said.get("ticktext", along.categories) or map(told, at)])
        pad = (4 + said.get("ticklabelstandoff", 0)) * self.point
        drawn.set_tick_params(length=0, pad=pad, labelsize=self._size(font), labelcolor=rgba(font["color"]))
        if "title" in said:
            font = self.font | said["title"].get("font", {})
            look: Said = {"size": self._size(font), "color": rgba(font["color"]), "linespacing": 1.4}
            drawn.set_label_text(plain(said["title"]["text"])[0], **look)
            drawn.labelpad = 8 * self.point

    def _scatter(self, trace: Said) -> None:
        y = self.y.of(trace, 0)
        x, mode = self.x.of(trace, y.size), trace["mode"].split("+")
        if "lines" in mode:
            self.axes.add_line(Line2D(x, y, zorder=_TRACES, **self._line(trace["line"])))
        if "markers" in mode:
            self._markers(trace["marker"], x, y)
        if "text" in mode:
            if trace["textposition"] != "top center":
                raise ValueError("can write above points only")
            up = trace["marker"]["size"] / 2 + 1
            for *place, text in zip(x, y, trace["text"], strict=True):
                self._text((0, up), text, trace["textfont"], "center", "bottom", self.axes.transData, place)

    def _markers(self, marker: Said, x: Places, y: Places) -> None:
        symbols = np.broadcast_to(np.asarray(marker.get("symbol", "circle"), dtype=object), x.shape)
        colour = rgba(marker["color"])
        for symbol in dict.fromkeys(symbols.tolist()):
            shape, these = symbol.removesuffix("-open"), symbols == symbol
            if shape not in _SYMBOLS:
                raise ValueError(f"cannot draw the symbol {symbol!r}")
            drawn, larger = _SYMBOLS[shape]
            size = marker["size"] * larger * self.point
            width = marker.get("line", {}).get("width", int(shape != symbol)) * self.point
            face = "none" if shape != symbol else colour
            self.axes.add_line(
                Line2D(x[these], y[these], linestyle="none", marker=drawn, markersize=size, color=colour,
                       markerfacecolor=face, markeredgewidth=width, zorder=_DOTS)
            )  # fmt: skip

    def _bar(self, trace: Said) -> None:
        if trace.get("orientation") != "h" or trace.get("textposition") != "outside":
            raise ValueError("can draw bars only lying, and with their text outside")
        length, at = self.x.places(trace["x"]), self.y.places(trace["y"])
        base = np.broadcast_to(np.asarray(trace.get("base", 0.0), dtype=np.float64), length.shape)
        fills = [rgba(colour) for colour in trace["marker"]["color"]]
        self.axes.barh(at, length, trace["width"], base, color=fills, linewidth=0, zorder=_HEAT)
        for end, place, size, text in zip(base + length, at, length, trace["text"], strict=True):
            away, anchor = (4, "left") if size >= 0 else (-4, "right")
            self._text((away, 0), text, trace["textfont"], anchor, "center", self.axes.transData, (end, place))

    def _heatmap(self, trace: Said) -> None:
        z, axis = np.asarray(trace["z"], dtype=np.float64), self.layout[trace["coloraxis"]]
        if len(z) != 1 or len(trace["y"]) != 2:
            raise ValueError("can draw heatmaps of one row between two edges only")
        first = trace["x0"] - trace["dx"] / 2
        ends = (first, first + z.shape[1] * trace["dx"])
        shown = colours(axis)(Normalize(axis["cmin"], axis["cmax"], clip=True)(z))
        # In a vector file "none" keeps the picture's own samples: else it is moved a little. Viewers may smooth them.
        fine = np.repeat(shown, _FINER, axis=1)
        self.axes.imshow(fine, extent=(*ends, *trace["y"]), aspect="auto", interpolation="none", zorder=_HEAT)
        self.axes.set(xlim=self.x.span, ylim=self.y.span)  # which imshow moves

    def _shape(self, shape: Said) -> None:
        (x0, x1), (y0, y1) = ((shape[f"{letter}0"], shape[f"{letter}1"]) for letter in "xy")
        where: Said = {"transform": self._refers(shape), "zorder": _LAYERS[shape.get("layer", "above")]}
        line = self._line(shape.get("line", {}))
        if shape["type"] == "line":
            self.axes.add_line(Line2D([x0, x1], [y0, y1], **where, **line))
        elif shape["type"] == "rect" and line["linewidth"] == 0:
            face = rgba(shape["fillcolor"])
            face = (*face[:3], face[3] * shape.get("opacity", 1.0))
            self.axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, facecolor=face, linewidth=0, **where))
        else:
            raise ValueError(f"cannot draw a shape of type {shape['type']!r}, or its outline")

    def _note(self, note: Said) -> None:
        if note.get("showarrow", True):
            raise ValueError("cannot draw an annotation with an arrow")
        shift = note.get("xshift", 0), note.get("yshift", 0)
        place = note["x"], note["y"]
        self._text(
            shift, note["text"], note.get("font", {}), note["xanchor"], note["yanchor"], self._refers(note), place
        )

    def _refers(self, of: Said) -> Transform:
        """Where the x and y of a shape or annotation count from: the axes' values, or parts of the panel."""
        refs = (of.get(f"{letter}ref", letter) for letter in "xy")
        data, panel = self.axes.transData, self.axes.transAxes
        return blended_transform_factory(*(data if ref in ("x", "y") else panel for ref in refs))

    def _colour_bar(self, axis: Said) -> None:
        bar = axis["colorbar"]
        if (bar.get("orientation"), bar["y"], bar.get("yanchor")) != ("h", 1, "bottom") or "title" in bar:
            raise ValueError("can draw a colour bar only above the panel, and without a title of its own")
        up, high = 16, bar["thickness"]  # under it are its numbers
        left, width = self.left + bar["x"] * self.across, bar["len"] * self.across
        axes = self.figure.add_axes(self._box(left, self.bottom + self.top + up, width, high))
        ends = axis["cmin"], axis["cmax"]
        shown = colours(axis)(np.linspace(0, 1, 512))[None]
        axes.imshow(shown, extent=(*ends, 0, 1), aspect="auto", interpolation="nearest")
        axes.set_facecolor("none")
        axes.spines[:].set_visible(False)
        axes.set_yticks([])
        at = round_ticks(ends, bar["nticks"])
        axes.set_xticks(at, [told(value) for value in at])
        font = self.font | bar["tickfont"]
        if at[0] == ends[0]:  # not half beyond the paper's edge
            axes.get_xticklabels()[0].set_horizontalalignment("left")
        axes.tick_params(length=0, pad=2 * self.point, labelsize=self._size(font), labelcolor=rgba(font["color"]))

    def _line(self, line: Said) -> Said:
        """Plotly's line as matplotlib's; its dashes are of three px at least."""
        width = line.get("width", 2)
        dash, unit = line.get("dash", "solid"), max(width, 3) / width if width else 1
        style = "solid" if dash == "solid" else (0, tuple(part * unit for part in _DASHES[dash]))
        return {"color": rgba(line.get("color", "#444")), "linewidth": width * self.point, "linestyle": style}

    def _size(self, font: Said) -> float:
        return float((self.font | font)["size"]) * self.point * _FONT

    def _text(
        self, shift: Span, text: str, font: Said, ha: str, va: str, base: Transform, place: Sequence[float] = (0, 0)
    ) -> None:
        """shift : px from its place, to the right and up."""
        words, bold = plain(text)
        inches = ScaledTranslation(shift[0] * self.inch, shift[1] * self.inch, self.figure.dpi_scale_trans)
        self.figure.text(
            place[0], place[1], words, transform=base + inches, ha=ha, va={"middle": "center"}.get(va, va),
            size=self._size(font), color=rgba((self.font | font)["color"]), weight="bold" if bold else "normal",
            linespacing=1.35, zorder=_TEXT,
        )  # fmt: skip
