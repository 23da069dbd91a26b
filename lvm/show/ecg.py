"""The whole recording on ECG paper: 3 x 4 with a rhythm strip, or 12 x 1."""

from typing import Literal

import numpy as np
import plotly.graph_objects as go

from lvm.analysis import Analysis
from lvm.beats import AFTER_R, BEFORE_R
from lvm.clean import CLEAN_BAND_HZ, SAMPLING_RATE_HZ
from lvm.recording import LEADS
from lvm.show.colours import Palette, of_lead
from lvm.show.millimetres import SPEED_MM_PER_S, Sheet, extent, stack

Layout = Literal["3 × 4 + rhythm", "12 × 1"]
LAYOUTS: tuple[Layout, ...] = ("3 × 4 + rhythm", "12 × 1")
PAGE_S = 10.0  # one sheet of paper
WHOLE_S = 11.0  # a recording up to this long is shown whole

_ROWS: dict[Layout, tuple[tuple[str, ...], ...]] = {
    "3 × 4 + rhythm": (
        ("I", "aVR", "V1", "V4"),
        ("II", "aVL", "V2", "V5"),
        ("III", "aVF", "V3", "V6"),
        ("II",),
    ),
    "12 × 1": tuple((lead,) for lead in LEADS),
}
_LEFT_MM = 10.0  # calibration pulse
_MM_PER_SAMPLE = SPEED_MM_PER_S / SAMPLING_RATE_HZ
_LABEL_MM = 4.5  # room for a lead's name above its trace
_MARKS_MM = 8.0  # room for the beat marks and their numbers above the strip
_FOOT_MM = 8.0  # room for speed, gain and filter


def strip_line(gain: float) -> str:
    low, high = CLEAN_BAND_HZ
    return f"{SPEED_MM_PER_S} mm/s    {gain:g} mm/mV    {low:g}–{high:g} Hz    UNCONFIRMED"


def needs_pages(analysis: Analysis) -> bool:
    """Whether the recording is longer than a sheet."""
    return analysis.recording.duration_s > WHOLE_S


def first_second(analysis: Analysis, beat: int | None) -> float:
    """Where a sheet begins that has the beat in its middle."""
    middle_s = analysis.beats[beat].r_s if beat is not None else 0.0
    return float(np.clip(round(middle_s - PAGE_S / 2), 0, analysis.recording.duration_s - PAGE_S))


def ecg(
    analysis: Analysis,
    beat: int | None,
    colours: Palette,
    *,
    layout: Layout = "3 × 4 + rhythm",
    gain: float = 10,
    start_s: float = 0.0,
) -> go.Figure:
    """The cleaned recording, or ten seconds of a long one from `start_s`, at 25 mm/s and `gain` mm/mV.

    Rows are as far apart as their signal needs. Beats are marked above the last row; `beat` is shaded there.
    """
    first = int(start_s * SAMPLING_RATE_HZ)
    page = min(analysis.cleaned_mv.shape[1], int(WHOLE_S * SAMPLING_RATE_HZ))
    if needs_pages(analysis):
        page = int(PAGE_S * SAMPLING_RATE_HZ)
    signal = analysis.cleaned_mv[:, first : first + page]
    samples = signal.shape[1]
    rows = _ROWS[layout]
    pieces = [[(lead, *_piece(samples, len(row), column)) for column, lead in enumerate(row)] for row in rows]
    extents = [[extent([signal[LEADS.index(lead), low:high]], gain) for lead, low, high in row] for row in pieces]
    # Above each trace its lead's name; above the last row the beat marks too.
    marks_mm = [0.0] * (len(rows) - 1) + [_MARKS_MM]
    reach = [[(down, up + _LABEL_MM + more) for down, up in row] for row, more in zip(extents, marks_mm, strict=True)]
    baselines = stack(reach, gap_mm=2.0, top_mm=1.0)
    foot, strip = min(down for down, _ in extents[-1]), max(up for _, up in extents[-1])
    height = -baselines[-1] - foot + _FOOT_MM
    width = _LEFT_MM + max(samples, int(PAGE_S * SAMPLING_RATE_HZ)) * _MM_PER_SAMPLE + 2
    sheet = Sheet(colours, width, height)

    within = (baselines[-1] + foot, baselines[-1] + strip + _LABEL_MM)
    _beat_marks(sheet, analysis, beat, first, samples, within)
    for row, baseline, reaches in zip(pieces, baselines, extents, strict=True):
        sheet.pulse(0.5, baseline, gain)
        for column, (lead, low, high) in enumerate(row):
            mv = signal[LEADS.index(lead), low:high]
            x0 = _LEFT_MM + low * _MM_PER_SAMPLE
            seconds = (first + np.arange(low, high)) / SAMPLING_RATE_HZ
            sheet.trace(
                x0=x0,
                dx=_MM_PER_SAMPLE,
                y=(baseline + gain * mv).astype(np.float32),
                customdata=np.stack([seconds, mv], axis=1).astype(np.float32),
                mode="lines",
                line={"color": colours.trace, "width": 1.3},
                name=lead,
                hovertemplate=f"<b>{lead}</b>  %{{customdata[0]:.3f}} s  %{{customdata[1]:.2f}} mV<extra></extra>",
            )
            if column:
                sheet.polyline([(x0, baseline - 2.5), (x0, baseline + 2.5)], colours.trace)
            up = reaches[column][1]
            sheet.label(x0 + 0.8, baseline + up + 0.4, f"<b>{lead}</b>", of_lead(lead, colours))
    sheet.label(_LEFT_MM, -height + 1.2, strip_line(gain), colours.text, size=13)
    return sheet.figure(f"{layout} {gain} {start_s}")


def _piece(samples: int, columns: int, column: int) -> tuple[int, int]:
    """Samples low..high of a column; a row's columns follow each other in time, as on paper."""
    return samples * column // columns, samples * (column + 1) // columns


def _beat_marks(
    sheet: Sheet,
    analysis: Analysis,
    beat: int | None,
    first: int,
    samples: int,
    y_mm: tuple[float, float],
) -> None:
    """Triangles and numbers above the strip, filled where the beat is usable; the chosen beat shaded."""
    bottom, top = y_mm
    colours = sheet.colours
    shown = [(i, b) for i, b in enumerate(analysis.beats) if 0 <= b.r - first < samples]

    def x_mm(sample: int) -> float:
        return _LEFT_MM + (sample - first) * _MM_PER_SAMPLE

    if beat is not None:
        r = analysis.beats[beat].r
        low, high = max(r - BEFORE_R, first), min(r + AFTER_R, first + samples)
        if low < high:
            sheet.shade((x_mm(low), x_mm(high)), (bottom - 1, top + 6.5), colours.chosen)
    sheet.trace(
        x=np.array([x_mm(b.r) for _, b in shown], dtype=np.float32),
        y=np.full(len(shown), top + 1.5, dtype=np.float32),
        mode="markers+text",
        text=[f"<b>{i + 1}</b>" if i == beat else str(i + 1) for i, _ in shown],
        textposition="top center",
        textfont={"size": 12, "color": colours.text},
        marker={
            "symbol": ["triangle-down" if b.usable else "triangle-down-open" for _, b in shown],
            "size": 9,
            "color": colours.ours,
        },
        customdata=[[i + 1, "used" if b.usable else f"not used, {b.reason}"] for i, b in shown],
        hovertemplate="Beat %{customdata[0]}: %{customdata[1]}<extra></extra>",
        name="beats",
    )
