"""One beat in its two lead groups: limb leads in one row, precordial leads in the next, all on the same millimetres."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lvm.analysis import Analysis
from lvm.beats import BEFORE_R, WINDOW
from lvm.clean import SAMPLING_RATE_HZ
from lvm.recording import LEAD_GROUPS, LEADS, Signal
from lvm.show.colours import Palette, of_lead
from lvm.show.millimetres import SPEED_MM_PER_S, Sheet, extent, stack
from lvm.show.words import usable_beats
from lvm.waves import Waves

GAIN = 10.0  # mm/mV, the same for all leads
MM_PER_SAMPLE = SPEED_MM_PER_S / SAMPLING_RATE_HZ
LEAD_MM = WINDOW * MM_PER_SAMPLE  # 22.5
GROUPS = LEAD_GROUPS[2]
TITLES = {"limb": "Limb leads, frontal plane", "precordial": "Precordial leads, horizontal plane"}

_STEP_MM = LEAD_MM + 2.5  # from one lead to the next: on a 5 mm line
_LEFT_MM = 10.0
_TITLE_MM, _LABEL_MM, _NAMES_MM, _FOOT_MM = 5.0, 4.5, 2.8, 4.0


@dataclass(frozen=True)
class Cell:
    """Where a lead's beat lies on the sheet: x of its first sample, its zero, and the lower and upper edge, in mm."""

    lead: str
    x: float
    zero: float
    bottom: float
    top: float


@dataclass(frozen=True, eq=False)
class Shown:
    """A beat to look at, or the average of the usable ones: (12, 450) mV, its boundaries, and its R peak in their
    samples."""

    name: str
    mv: Signal
    waves: Waves
    r: int

    @property
    def marks_ms(self) -> dict[str, float | None]:
        """The six boundaries in ms from the R peak."""
        return marks_ms(self.waves, self.r)


def shown(analysis: Analysis, index: int | None) -> Shown:
    """Beat `index`, or, if that is None, the average of the usable beats, of which there must be one."""
    if index is not None:
        return Shown(f"Beat {index + 1}", analysis.window(index).mv, analysis.waves[index], analysis.beats[index].r)
    average = analysis.average()
    if average is None:
        raise ValueError("no usable beat")
    return Shown(
        f"The average of {len(usable_beats(analysis))} usable beats", average, analysis.average_waves, BEFORE_R
    )


def compared(analysis: Analysis, index: int | None, waves: tuple[Waves, ...]) -> dict[str, float | None]:
    """Another method's boundaries of the beats, in ms from R: of beat `index`, or the medians over the usable beats."""
    if index is not None:
        return marks_ms(waves[index], analysis.beats[index].r)
    each = [marks_ms(w, b.r) for w, b in zip(waves, analysis.beats, strict=True) if b.usable]
    found = {name: [ms for marks in each if (ms := marks[name]) is not None] for name in each[0]}
    return {name: float(np.median(ms)) if len(ms) > len(each) / 2 else None for name, ms in found.items()}


def time_ms() -> NDArray[np.float32]:
    """(450,) ms from the R peak."""
    return ((np.arange(WINDOW) - BEFORE_R) * 1000 / SAMPLING_RATE_HZ).astype(np.float32)


def beat_sheet(shown_mv: list[Signal], colours: Palette, name_lines: int) -> tuple[Sheet, list[Cell]]:
    """Paper with a cell for each of the 12 leads, high enough for all beats in `shown_mv`, each (12, 450).

    name_lines : lines of wave or segment names under each cell.
    """
    names_mm = 2.0 + _NAMES_MM * name_lines
    rows = [[LEADS.index(lead) for lead in leads] for leads in GROUPS.values()]
    extents = [extent([mv[row] for mv in shown_mv], GAIN) for row in rows]
    reach = [[(down - names_mm, up + _LABEL_MM + _TITLE_MM)] for down, up in extents]
    baselines = stack(reach, gap_mm=1.0, top_mm=0.0)
    height = -(baselines[-1] + reach[-1][0][0]) + _FOOT_MM
    sheet = Sheet(colours, _LEFT_MM + 6 * _STEP_MM, height)
    cells = []
    for (group, leads), zero, (down, up) in zip(GROUPS.items(), baselines, extents, strict=True):
        top = zero + up + 1
        sheet.label(_LEFT_MM, top + _LABEL_MM, f"<b>{TITLES[group]}</b>", of_lead(leads[0], colours), 15)
        sheet.pulse(0.5, zero, GAIN)
        for i, lead in enumerate(leads):
            x = _LEFT_MM + i * _STEP_MM
            cells.append(Cell(lead, x, zero, zero + down - 1, top))
            sheet.label(x, top, f"<b>{lead}</b>", of_lead(lead, colours))
    sheet.label(_LEFT_MM, -height + 0.6, f"{SPEED_MM_PER_S} mm/s    {GAIN:g} mm/mV    0.5–40 Hz", colours.text, 13)
    return sheet, cells


def name_below(sheet: Sheet, cell: Cell, name: str, x: float, line: int = 0) -> None:
    """The name of a wave or segment under its cell, on the first or the second line."""
    lower = 3.6 + _NAMES_MM * line
    sheet.label(x, cell.bottom - lower, name, sheet.colours.muted, 12, "center")


def trace(sheet: Sheet, cell: Cell, mv: Signal, colour: str, width: float, hover: str) -> None:
    """(450,) mV in its cell. `hover` may use customdata: 0 ms from R, 1 mV."""
    sheet.trace(
        x0=cell.x,
        dx=MM_PER_SAMPLE,
        y=(cell.zero + GAIN * mv).astype(np.float32),
        mode="lines",
        line={"color": colour, "width": width},
        name=cell.lead,
        hovertemplate=f"<b>{cell.lead}</b>  {hover}<extra></extra>",
        customdata=np.stack([time_ms(), mv], axis=1).astype(np.float32),
    )


def marks_ms(waves: Waves, r: int) -> dict[str, float | None]:
    """The six boundaries of a beat in ms from its R peak."""
    return {
        name: None if seconds is None else round(seconds * 1000 - r * 1000 / SAMPLING_RATE_HZ, 1)
        for name, seconds in waves.seconds().items()
    }


def boundary_names(boundaries: Iterable[str]) -> str:
    """'P onset, T offset'."""
    return ", ".join(f"{wave.upper()} {end}" for wave, end in (name.split("_") for name in boundaries))


def x_mm(cell: Cell, ms: float) -> float:
    """Where `ms` from the R peak lies in a cell, kept inside it."""
    return cell.x + float(np.clip(ms * SPEED_MM_PER_S / 1000 + BEFORE_R * MM_PER_SAMPLE, 0, LEAD_MM))


def beat(
    analysis: Analysis, index: int | None, colours: Palette, other: Mapping[str, float | None] = MappingProxyType({})
) -> go.Figure:
    """Beat `index`, or the average if None, in its groups' colours over all usable beats, with P, QRS and T shaded.

    Boundaries are upright lines, dashed where they are uncertain; `other` holds another method's, which are dotted.
    """
    one = shown(analysis, index)
    others = [analysis.window(i).mv for i, b in enumerate(analysis.beats) if b.usable and i != index]
    sheet, cells = beat_sheet([one.mv, *others], colours, 1)
    for cell in cells:
        for name, wave, shade in zip(("P", "QRS", "T"), ("p", "qrs", "t"), colours.waves, strict=True):
            onset, offset = (one.marks_ms[f"{wave}_{end}_s"] for end in ("onset", "offset"))
            if onset is None or offset is None:
                continue
            low, high = x_mm(cell, onset), x_mm(cell, offset)
            sheet.shade((low, high), (cell.bottom, cell.top), shade)
            for end, ms in (("onset", onset), ("offset", offset)):
                dash = "dash" if f"{wave}_{end}" in one.waves.uncertain else "solid"
                _boundary(sheet, cell, ms, colours.muted, dash)
            name_below(sheet, cell, name, (low + high) / 2)
        for other_ms in other.values():
            if other_ms is not None:
                _boundary(sheet, cell, other_ms, colours.limit, "dot", 2)
        row = LEADS.index(cell.lead)
        _faint(sheet, cell, np.stack([mv[row] for mv in others]) if others else np.empty((0, WINDOW)))
        hover = "%{customdata[0]:.0f} ms from R  %{customdata[1]:.2f} mV"
        trace(sheet, cell, one.mv[row], of_lead(cell.lead, colours), 2.2, hover)
    return sheet.figure("beat")


def uncertain(waves: Waves) -> str:
    """What a table over the segments should be read with, where a boundary is uncertain."""
    if not waves.uncertain:
        return ""
    names = boundary_names(waves.uncertain)
    return f"Uncertain on this beat: {names}; so are the shares of the segments that meet there."


def _boundary(sheet: Sheet, cell: Cell, ms: float, colour: str, dash: str, width: float = 1) -> None:
    """An upright line `ms` from R, unless that is outside the cell."""
    if time_ms()[0] <= ms <= time_ms()[-1]:
        sheet.upright(x_mm(cell, ms), (cell.bottom, cell.top), colour, dash, width)


def _faint(sheet: Sheet, cell: Cell, beats_mv: NDArray[np.floating]) -> None:
    """(n, 450) mV as one trace of n lines: a gap in it costs less than n traces. Every second sample will do."""
    if not len(beats_mv):
        return
    thin = beats_mv[:, ::2]
    x = cell.x + np.arange(0, WINDOW, 2) * MM_PER_SAMPLE
    gap = np.full((len(thin), 1), np.nan)
    sheet.trace(
        x=np.concatenate([np.tile(x, (len(thin), 1)), gap], axis=1).ravel().astype(np.float32),
        y=np.concatenate([cell.zero + GAIN * thin, gap], axis=1).ravel().astype(np.float32),
        mode="lines",
        line={"color": sheet.colours.faint, "width": 1},
        hoverinfo="skip",
        name=f"{cell.lead}, other beats",
    )
