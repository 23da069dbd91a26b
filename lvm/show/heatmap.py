"""A method's map behind the beat, in all 12 leads on one colour scale, on the sheet of `lvm.show.beat`."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import plotly.graph_objects as go

from lvm.analysis import Analysis
from lvm.beats import BEFORE_R, WINDOW, BeatWindow
from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import mark, tr
from lvm.recording import LEAD_GROUPS, LEADS, Signal
from lvm.show.beat import GAIN, MM_PER_SAMPLE, beat_sheet, marks_ms, name_below, time_ms, x_mm
from lvm.show.colours import Palette
from lvm.show.words import lead_names, number
from lvm.waves import BOUNDARIES, Waves, segments

if TYPE_CHECKING:
    from lvm.explain import Explanation

By = Literal["lead", "group", "whole"]
SHORT = {"PR interval": "PR", "QRS interval": "QRS", "ST segment": "ST", "T wave": "T", "TP interval": "TP"}
_NARROWEST = 20  # samples: 40 ms, narrower has no room for its name
_BAR_PX = 74
_EDGES = tuple(name for name in BOUNDARIES if name != "p_offset")  # which lies within the PR interval


@dataclass(frozen=True)
class _Scale:
    """How a method's map is told.

    digits : format of a value, the same in Python and d3. of_unit : what to multiply the map with for `unit`.
    either : what the colour of a magnitude leaves open.
    """

    title: str
    unit: str
    digits: str
    of_unit: float = 1.0
    either: str = mark("Size only, without the sign")
    relative: bool = False


_PER_MV = _Scale(mark("Grams per mV"), mark("g per mV"), ".3f")
# Such a map adds up over its samples; per millisecond it does not hang on the sampling rate.
_PER_MS = _Scale(mark("Grams per ms"), mark("g per ms"), ".3f", SAMPLING_RATE_HZ / 1000)
_PER_CELL = _Scale(mark("Grams per segment"), "g", ".1f")
_SCALES = {
    "gradient": _PER_MV,
    "smoothgrad": _PER_MV,
    "gradient-x-input": _PER_MS,
    "integrated-gradients": _PER_MS,
    "grad-cam": _Scale(
        mark("Relative, no unit"),
        mark("relative"),
        ".2g",
        either=mark("In favour of a larger mass"),
        relative=True,
    ),
    "occlusion": _PER_CELL,
    "shapley": _PER_CELL,
}


def heatmap(
    analysis: Analysis,
    index: int,
    x: "Explanation",
    slopes_g_per_mv: Signal,
    colours: Palette,
    *,
    signed: bool = False,
    by: By = "lead",
    waves: Waves | None = None,
) -> go.Figure:
    """The map of beat `index`, as its size, or with its sign where the method has one.

    slopes_g_per_mv (12, 450) : the plain gradient, told on hover whatever the method.
    by : see `values`. waves : other boundaries of the beat than those found.

    One scale for all leads, from 0 (clear) to the 99th percentile of the absolute values, or zero-centred with the
    sign: with the largest value on top, one sharp sample would leave the rest of the map pale. Cells have no such
    sample. Boundaries are upright lines, dashed where they are uncertain.
    """
    signed = signed and x.method.signed
    shown = values(x, signed=signed, by=by)
    told = values(x, signed=x.method.signed) if by == "lead" else shown
    cut = analysis.window(index)
    sheet, cells = beat_sheet([cut.mv], colours, 2, len(_groups(x)))
    waves = analysis.waves[index] if waves is None else waves
    parts = _parts(waves, analysis.beats[index].r, cut)
    boundaries = _boundaries(waves, analysis.beats[index].r)
    for cell in cells:
        sheet.trace(
            type="heatmap",
            z=shown[None, LEADS.index(cell.lead)],
            x0=cell.x + MM_PER_SAMPLE / 2,
            dx=MM_PER_SAMPLE,
            y=[cell.bottom, cell.top],
            coloraxis="coloraxis",
            hoverinfo="skip",
            name=tr("{lead}, map", lead=cell.lead),
        )
    for cell in cells:
        row = LEADS.index(cell.lead)
        for ms, dash in boundaries:
            sheet.upright(x_mm(cell, ms), (cell.bottom - 1, cell.top), colours.muted, dash, 0.8)
        for name, low, high in parts:
            if high - low > _NARROWEST:
                middle = cell.x + (low + high) / 2 * MM_PER_SAMPLE
                # these have no room beside their neighbours
                name_below(sheet, cell, SHORT[name], middle, line=int(name in ("QRS interval", "TP interval")))
        columns = [time_ms(), cut.mv[row], slopes_g_per_mv[row], told[row]]
        only_slope = x.method.key == "gradient" and by == "lead"
        sheet.trace(
            x0=cell.x,
            dx=MM_PER_SAMPLE,
            y=(cell.zero + GAIN * cut.mv[row]).astype(np.float32),
            mode="lines",
            line={"color": colours.trace, "width": 1.8},
            name=cell.lead,
            hovertemplate=_hover(x, cell.lead, by, signed),
            customdata=np.stack(columns[:3] if only_slope else columns, axis=1).astype(np.float32),
        )
    top = _top(shown, x)
    figure = sheet.figure(coloraxis=_colour_axis(top, colours, signed))
    figure.add_annotation(_above_bar(_said(x, top, signed, by)))
    # The colour bar takes room above the sheet, so that it does not narrow the paper.
    return figure.update_layout(margin={"t": _BAR_PX}, height=figure.layout.height + _BAR_PX)


def values(x: "Explanation", *, signed: bool, by: By = "lead") -> Signal:
    """(12, 450) what the colours stand for, in the unit that the colour bar names; without `signed`, sizes.

    by : "lead" each lead's own, "group" the mean over the leads of its group, "whole" that over all twelve, each in
    all leads that it is the mean of. A value of a cell is its whole group's already, so that "group" changes nothing;
    and over the whole the groups' grams of a segment add up. With signs two groups may cancel; sizes add up as they do
    in the table of shares.
    """
    scale = _SCALES[x.method.key]
    map_ = (x.map if signed else np.abs(x.map)) * scale.of_unit
    if by != "lead":
        rows = [[LEADS.index(lead) for lead in leads] for leads in _groups(x).values()]
        of_group = [map_[leads].mean(axis=0) for leads in rows]
        whole = np.sum(of_group, axis=0) if x.method.by_cells else map_.mean(axis=0)
        for leads, mean in zip(rows, of_group, strict=True):
            map_[leads] = mean if by == "group" else whole
    return map_.astype(np.float32)


def described(x: "Explanation", index: int) -> str:
    """For those who do not see the figure."""
    scale, size = _SCALES[x.method.key], np.abs(x.map)
    top = max(x.table, key=lambda cell: cell.share)
    of = tr("{method}, beat {number}, in 12 leads", method=x.method.name, number=index + 1)
    if not size.any():
        return tr("{what}: zero everywhere.", what=of)
    share = tr(
        "Largest share: {segment}, {group} leads, {percent}.",
        segment=top.segment,
        group=top.group,
        percent=number(top.share * 100, "%"),
    )
    if x.method.by_cells:
        largest = max(x.table, key=lambda cell: abs(cell.grams or 0.0))
        most = tr(
            "{what}, by segment: largest {grams}, {segment} of the {group} leads.",
            what=of,
            grams=_told(largest.grams or 0.0, scale),
            segment=largest.segment,
            group=largest.group,
        )
        return f"{most} {share}"
    row, sample = (int(at) for at in np.unravel_index(size.argmax(), size.shape))
    strongest = tuple(lead for lead, there in zip(LEADS, size[:, sample] == size[row, sample], strict=True) if there)
    ms = number((sample - BEFORE_R) * 1000 / SAMPLING_RATE_HZ, "ms")
    place = {"what": of, "leads": _together(strongest), "ms": ms}
    if scale.relative:
        most = tr("{what}: strongest in {leads}, {ms} from R.", **place)
    else:
        value = _told(float(x.map[row, sample]) * scale.of_unit, scale)
        most = tr("{what}: strongest in {leads}, {ms} from R, {value}.", value=value, **place)
    return f"{most} {share}"


def _groups(x: "Explanation") -> dict[str, tuple[str, ...]]:
    """The lead groups of its table."""
    names = {cell.group for cell in x.table}
    return next(groups for groups in LEAD_GROUPS.values() if set(groups) == names)


def _together(leads: tuple[str, ...]) -> str:
    """'V4', or of leads with the same map 'the limb leads'."""
    every = (group for groups in LEAD_GROUPS.values() for group in groups.items())
    named = (name for name, of in every if len(of) > 1 and set(of) == set(leads))
    name = next(named, None)
    return lead_names(leads) if name is None else tr("the {group} leads", group=name)


def _told(value: float, scale: _Scale) -> str:
    """'+0.083 g per ms'"""
    return f"{value:+{scale.digits}} {tr(scale.unit)}".replace("-", "−")


def _hover(x: "Explanation", lead: str, by: By, signed: bool) -> str:
    """Of customdata: 0 ms from R, 1 mV, 2 the gradient, 3 the map's value, as it is shown or with its sign."""
    scale = _SCALES[x.method.key]
    at = tr("{ms} ms from R", ms="%{customdata[0]:.0f}")
    voltage = f"<b>{lead}</b>  {at}<br>%{{customdata[1]:.2f}} mV<br>"
    slope = tr("{grams} g per mV", grams="%{customdata[2]:+.3f}")
    if x.method.key == "gradient" and by == "lead":
        return f"{voltage}{slope}<extra></extra>"
    sign = "+" if signed or (by == "lead" and x.method.signed) else ""
    group = next(name for name, leads in _groups(x).items() if lead in leads)
    if x.method.by_cells:
        over = mark("{method}, segment in all leads") if by == "whole" else mark("{method}, segment in {group} leads")
    else:
        over = {"lead": "{method}", "group": mark("{method}, mean of {group} leads"),
                "whole": mark("{method}, mean of 12 leads")}[by]  # fmt: skip
    of = tr(over, method=x.method.name, group=group)
    here = tr("here {slope}", slope=slope)
    return f"{voltage}{of}: %{{customdata[3]:{sign}{scale.digits}}} {tr(scale.unit)}<br>{here}<extra></extra>"


def _top(shown: Signal, x: "Explanation") -> float:
    """From what value on the colour is full."""
    size = np.abs(shown)
    return float(np.percentile(size, 100 if x.method.by_cells else 99)) or float(size.max()) or 1.0


def _said(x: "Explanation", top: float, signed: bool, by: By) -> str:
    scale = _SCALES[x.method.key]
    over = {"lead": "{scale}", "group": mark("{scale}, mean of each lead group"),
            "whole": mark("{scale}, mean of the 12 leads")}[by]  # fmt: skip
    if x.method.by_cells:
        over = mark("{scale}, lead groups added up") if by == "whole" else mark("{scale} and lead group")
    colour = tr(
        "{sign}; full colour from {top:g} {unit}",
        sign=mark("Blue lowers, orange raises") if signed else scale.either,
        top=float(f"{top:.2g}"),
        unit=scale.unit,
    )
    return f"{tr(over, scale=scale.title)}<br>{colour}"


def _above_bar(text: str) -> dict[str, Any]:
    """The bar's own title would be centred above it, and cut where the bar is short."""
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom"}
    return place | {"text": text, "align": "left", "showarrow": False, "xshift": 2, "yshift": 30, "font": {"size": 13}}


def _colour_axis(top: float, colours: Palette, signed: bool) -> dict[str, Any]:
    return {
        "cmin": -top if signed else 0,
        "cmax": top,
        "colorscale": [list(stop) for stop in (colours.signed if signed else colours.heat)],
        "colorbar": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "len": 0.5,
            "thickness": 10,
            "xpad": 0,
            "ypad": 2,
            "outlinewidth": 0,
            "nticks": 5,
            "tickfont": {"size": 12, "color": colours.text},
        },
    }


def _parts(waves: Waves, r: int, cut: BeatWindow) -> list[tuple[str, int, int]]:
    """Segments of the beat as (name, first sample, last sample + 1), in time; TP may come twice."""
    names = np.full(WINDOW, "", dtype=object)
    for name, mask in segments(waves, r, cut).items():
        names[mask] = name
    edges = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist(), WINDOW]
    return [(str(names[low]), low, high) for low, high in pairwise(edges) if names[low]]


def _boundaries(waves: Waves, r: int) -> list[tuple[float, str]]:
    """Where segments meet within the window, in ms from R, and how the line there is drawn."""
    marks = marks_ms(waves, r)
    found = [(marks[f"{name}_s"], "dash" if name in waves.uncertain else "solid") for name in _EDGES]
    return [(ms, dash) for ms, dash in found if ms is not None and time_ms()[0] <= ms <= time_ms()[-1]]
