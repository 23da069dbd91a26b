"""Saliency behind the beat, in all 12 leads on one colour scale, on the sheet of `lvm.show.beat`."""

from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lvm.analysis import Analysis
from lvm.beats import WINDOW, BeatWindow
from lvm.recording import LEADS, Signal
from lvm.show.beat import MM_PER_SAMPLE, beat_sheet, name_below, trace
from lvm.show.colours import Palette
from lvm.waves import Waves, segments

SHORT = {"PR interval": "PR", "QRS interval": "QRS", "ST segment": "ST", "T wave": "T", "TP interval": "TP"}
_NARROWEST = 20  # samples: 40 ms, narrower has no room for its name
_BAR_PX = 58


def heatmap(
    analysis: Analysis, index: int, map_g_per_mv: Signal, colours: Palette, *, signed: bool = False
) -> go.Figure:
    """map_g_per_mv (12, 450): grams by which the estimate moves per mV at that sample.

    One scale for all leads, from 0 (clear) to the 99th percentile of the absolute values, or zero-centred with the
    sign: with the largest value on top, one sharp sample would leave the rest of the map pale.
    """
    cut = analysis.window(index)
    sheet, cells = beat_sheet([cut.mv], colours, 2)
    parts = _parts(analysis.waves[index], analysis.beats[index].r, cut)
    for cell in cells:
        row = LEADS.index(cell.lead)
        z = map_g_per_mv[row] if signed else np.abs(map_g_per_mv[row])
        sheet.trace(
            type="heatmap",
            z=z[None, :].astype(np.float32),
            x0=cell.x + MM_PER_SAMPLE / 2,
            dx=MM_PER_SAMPLE,
            y=[cell.bottom, cell.top],
            coloraxis="coloraxis",
            hoverinfo="skip",
            name=f"{cell.lead}, saliency",
        )
    for cell in cells:
        row = LEADS.index(cell.lead)
        for name, low, high in parts:
            if low:
                sheet.upright(cell.x + low * MM_PER_SAMPLE, (cell.bottom - 1, cell.top), colours.muted)
            if high - low > _NARROWEST:
                middle = cell.x + (low + high) / 2 * MM_PER_SAMPLE
                # QRS has no room beside its neighbours
                name_below(sheet, cell, SHORT[name], middle, line=int(name == "QRS interval"))
        hover = "%{customdata[0]:.0f} ms from R<br>%{customdata[1]:.2f} mV, %{customdata[2]:+.3f} g per mV"
        trace(sheet, cell, cut.mv[row], colours.trace, 1.8, hover, map_g_per_mv[row])
    # The colour bar takes room above the sheet, so that it does not narrow the paper.
    figure = sheet.figure("saliency", coloraxis=_scale(map_g_per_mv, colours, signed))
    return figure.update_layout(margin={"t": _BAR_PX}, height=figure.layout.height + _BAR_PX)


def _scale(map_g_per_mv: Signal, colours: Palette, signed: bool) -> dict[str, Any]:
    size = np.abs(map_g_per_mv)
    top = float(np.percentile(size, 99)) or float(size.max()) or 1.0
    sign = "blue lowers, orange raises" if signed else "either way"
    what = f"Grams per mV, {sign}; full colour from {top:.2g}"
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
            "title": {"text": what, "side": "top", "font": {"size": 13, "color": colours.text}},
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
