"""One beat by lead groups, all leads on the same millimetres: the sheet on which the beat and the maps are drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lvm.analysis import Analysis
from lvm.beats import BEFORE_R, WINDOW
from lvm.by_hand import moved
from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import listed, mark, said, tr
from lvm.recording import LEAD_GROUPS, LEADS, Signal
from lvm.show.colours import Palette, of_group, of_lead
from lvm.show.ecg import foot
from lvm.show.millimetres import SPEED_MM_PER_S, Sheet, extent, stack
from lvm.show.words import usable_beats
from lvm.waves import Waves

GAIN = 10.0  # mm/mV, the same for all leads
MM_PER_SAMPLE = SPEED_MM_PER_S / SAMPLING_RATE_HZ
LEAD_MM = WINDOW * MM_PER_SAMPLE  # 22.5
TITLES = {
    "limb": mark("Limb leads, frontal plane"),
    "precordial": mark("Precordial leads, horizontal plane"),
    "anterior": mark("Anterior: V1–V4"),
    "lateral": mark("Lateral: I, aVL, V5, V6"),
    "inferior": mark("Inferior: II, III, aVF"),
}
ROWS = {2: (("limb",), ("precordial",)), 4: (("anterior", "inferior"), ("lateral", "aVR"))}
MOST_DRAWN = 30  # beats behind the one shown, of each kind: of more the figure is slow, and nothing is to be seen

_STEP_MM = LEAD_MM + 2.5  # from one lead to the next: on a 5 mm line
_LEFT_MM = 10.0
_TITLE_MM, _LABEL_MM, _NAMES_MM, _FOOT_MM = 5.0, 4.5, 2.8, 4.0
_BEYOND_MV = 1.5  # how far beats that are left out may widen a row; what is higher is cut off

# Samples of the beats behind: 4 ms apart around the QRS, and 12 ms elsewhere, where nothing is sharp.
_NEAR_R = slice(BEFORE_R - 40, BEFORE_R + 50)
_THIN = np.unique(np.r_[0:WINDOW:6, _NEAR_R.start : _NEAR_R.stop : 2])


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
    samples.

    found : the boundaries as they were found, where the user moved some; by_hand names those.
    """

    name: str
    mv: Signal
    waves: Waves
    r: int
    found: Waves

    @property
    def marks_ms(self) -> dict[str, float | None]:
        """The six boundaries in ms from the R peak."""
        return marks_ms(self.waves, self.r)

    @property
    def found_ms(self) -> dict[str, float | None]:
        return marks_ms(self.found, self.r)

    @property
    def by_hand(self) -> tuple[str, ...]:
        return moved(self.found, self.waves)


def shown(analysis: Analysis, index: int | None, waves: Waves | None = None) -> Shown:
    """Beat `index`, or, if that is None, the average of the usable beats, of which there must be one.

    waves : the beat's boundaries as the user put them.
    """
    if index is not None:
        found = analysis.waves[index]
        mv, r = analysis.window(index).mv, analysis.beats[index].r
        return Shown(said("Beat {number}", number=index + 1), mv, found if waves is None else waves, r, found)
    average = analysis.average()
    if average is None:
        raise ValueError("no usable beat")
    name = said("The average of {number} usable beats", number=len(usable_beats(analysis)))
    return Shown(name, average, analysis.average_waves, BEFORE_R, analysis.average_waves)


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


def beat_sheet(shown_mv: list[Signal], colours: Palette, name_lines: int, groups: int = 2) -> tuple[Sheet, list[Cell]]:
    """Paper with a cell for each of the 12 leads, high enough for all beats in `shown_mv`, each (12, 450).

    name_lines : lines of wave or segment names under each cell. groups : two lead groups, or four.
    """
    names_mm = 2.0 + _NAMES_MM * name_lines
    leads_of = LEAD_GROUPS[groups]
    rows = [[(group, lead) for group in row for lead in leads_of[group]] for row in ROWS[groups]]
    extents = [extent([mv[[LEADS.index(lead) for _, lead in row]] for mv in shown_mv], GAIN) for row in rows]
    reach = [[(down - names_mm, up + _LABEL_MM + _TITLE_MM)] for down, up in extents]
    baselines = stack(reach, gap_mm=1.0, top_mm=0.0)
    height = -(baselines[-1] + reach[-1][0][0]) + _FOOT_MM
    sheet = Sheet(colours, _LEFT_MM + max(map(len, rows)) * _STEP_MM, height)
    cells = []
    for row, zero, (down, up) in zip(rows, baselines, extents, strict=True):
        top = zero + up + 1
        sheet.pulse(0.5, zero, GAIN)
        for i, (group, lead) in enumerate(row):
            x, colour = _LEFT_MM + i * _STEP_MM, of_group(group, colours)
            cells.append(Cell(lead, x, zero, zero + down - 1, top))
            sheet.label(x, top, f"<b>{lead}</b>", colour)
            if lead == leads_of[group][0] and lead != group:
                sheet.label(x, top + _LABEL_MM, f"<b>{tr(TITLES[group])}</b>", colour, 15)
    sheet.label(_LEFT_MM, -height + 0.6, foot(SPEED_MM_PER_S, GAIN, "0.5–40 Hz"), colours.text, 13)
    return sheet, cells


def name_below(sheet: Sheet, cell: Cell, name: str, x: float, line: int = 0) -> None:
    """The name of a wave or segment under its cell, on the first or the second line."""
    lower = 3.6 + _NAMES_MM * line
    sheet.label(x, cell.bottom - lower, name, sheet.colours.muted, 12, "center")


def marks_ms(waves: Waves, r: int) -> dict[str, float | None]:
    """The six boundaries of a beat in ms from its R peak."""
    return {
        name: None if seconds is None else round(seconds * 1000 - r * 1000 / SAMPLING_RATE_HZ, 1)
        for name, seconds in waves.seconds().items()
    }


BOUNDARY_NAMES = {
    "p_onset": mark("P onset"),
    "p_offset": mark("P offset"),
    "qrs_onset": mark("QRS onset"),
    "qrs_offset": mark("QRS offset"),
    "t_onset": mark("T onset"),
    "t_offset": mark("T offset"),
}


def boundary_names(boundaries: Iterable[str]) -> str:
    """'P onset, T offset'."""
    return tr(listed(BOUNDARY_NAMES[name] for name in boundaries))


def x_mm(cell: Cell, ms: float) -> float:
    """Where `ms` from the R peak lies in a cell, kept inside it."""
    return cell.x + float(np.clip(ms * SPEED_MM_PER_S / 1000 + BEFORE_R * MM_PER_SAMPLE, 0, LEAD_MM))


def beat(
    analysis: Analysis,
    index: int | None,
    colours: Palette,
    other: Mapping[str, float | None] = MappingProxyType({}),
    *,
    waves: Waves | None = None,
    groups: int = 2,
) -> go.Figure:
    """Beat `index`, or the average if None, in its groups' colours over all other beats, with P, QRS and T shaded.

    Behind it lie the usable beats, grey, and those that are left out, dashed: MOST_DRAWN of each at most. Boundaries
    are upright lines, dashed where they are uncertain, and thick where `waves` has them elsewhere than they were found;
    `other` holds another method's, which are dotted. groups : two lead groups, or four.
    """
    one = shown(analysis, index, waves)
    used, left_out = (_behind(analysis, index, usable=usable) for usable in (True, False))
    cut = _cut(left_out, np.stack([one.mv, *used]), groups)
    sheet, cells = beat_sheet([np.nan_to_num(mv) for mv in (one.mv, *used, *cut)], colours, 1, groups)
    from_r = tr("{ms} ms from R", ms="%{customdata[0]:.0f}")
    for cell in cells:
        _waves(sheet, cell, one)
        for other_ms in other.values():
            if other_ms is not None:
                _boundary(sheet, cell, other_ms, colours.limit, "dot", 2)
        row = LEADS.index(cell.lead)
        _faint(sheet, cell, [mv[row] for mv in used], "usable beats", {"color": colours.faint, "width": 1})
        dashed = {"color": colours.muted, "width": 1, "dash": "4px,3px"}
        _faint(sheet, cell, [mv[row] for mv in cut], "beats left out", dashed)
        sheet.trace(
            x0=cell.x,
            dx=MM_PER_SAMPLE,
            y=(cell.zero + GAIN * one.mv[row]).astype(np.float32),
            mode="lines",
            line={"color": of_lead(cell.lead, colours, groups), "width": 2.2},
            name=cell.lead,
            hovertemplate=f"<b>{cell.lead}</b>  {from_r}  %{{customdata[1]:.2f}} mV<extra></extra>",
            customdata=np.stack([time_ms(), one.mv[row]], axis=1).astype(np.float32),
        )
    return sheet.figure()


def uncertain(waves: Waves) -> str:
    """What a table over the segments should be read with, where a boundary is uncertain."""
    if not waves.uncertain:
        return ""
    return tr(
        "Uncertain on this beat: {names}; so are the shares of the segments that meet there.",
        names=boundary_names(waves.uncertain),
    )


def _behind(analysis: Analysis, index: int | None, *, usable: bool) -> list[Signal]:
    """The other beats, (12, 450) mV each; NaN where they hold nothing of the recording."""
    others = [i for i, b in enumerate(analysis.beats) if b.usable == usable and i != index]
    some = np.unique(np.linspace(0, len(others) - 1, min(len(others), MOST_DRAWN)).astype(int))
    found = []
    for window in (analysis.window(others[i]) for i in some):
        mv = window.mv.copy()
        mv[:, : window.start] = mv[:, window.stop :] = np.nan
        found.append(mv)
    return found


def _cut(beats_mv: list[Signal], usual_mv: Signal, groups: int) -> list[Signal]:
    """Beats (12, 450) mV without what is far from all that the other beats (n, 12, 450) have in the same row."""
    least, most = np.empty((len(LEADS), 1)), np.empty((len(LEADS), 1))
    for row in ROWS[groups]:
        leads = [LEADS.index(lead) for group in row for lead in LEAD_GROUPS[groups][group]]
        least[leads] = np.nanmin(usual_mv[:, leads]) - _BEYOND_MV
        most[leads] = np.nanmax(usual_mv[:, leads]) + _BEYOND_MV
    return [np.where((mv < least) | (mv > most), np.nan, mv).astype(np.float32) for mv in beats_mv]


def _waves(sheet: Sheet, cell: Cell, one: Shown) -> None:
    """P, QRS and T shaded and named, and their boundaries."""
    colours = sheet.colours
    for name, wave, shade in zip(("P", "QRS", "T"), ("p", "qrs", "t"), colours.waves, strict=True):
        onset, offset = (one.marks_ms[f"{wave}_{end}_s"] for end in ("onset", "offset"))
        if onset is None or offset is None:
            continue
        low, high = x_mm(cell, onset), x_mm(cell, offset)
        sheet.shade((low, high), (cell.bottom, cell.top), shade)
        for end, ms in ((f"{wave}_onset", onset), (f"{wave}_offset", offset)):
            if end in one.by_hand:
                _boundary(sheet, cell, ms, colours.ours, "solid", 3)
            else:
                _boundary(sheet, cell, ms, colours.muted, "dash" if end in one.waves.uncertain else "solid")
        name_below(sheet, cell, name, (low + high) / 2)


def _boundary(sheet: Sheet, cell: Cell, ms: float, colour: str, dash: str, width: float = 1) -> None:
    """An upright line `ms` from R, unless that is outside the cell."""
    if time_ms()[0] <= ms <= time_ms()[-1]:
        sheet.upright(x_mm(cell, ms), (cell.bottom, cell.top), colour, dash, width)


def _faint(sheet: Sheet, cell: Cell, beats_mv: list[Signal], name: str, line: Mapping[str, object]) -> None:
    """Beats (450,) mV as one trace of several lines: a gap in it costs less than several traces."""
    if not beats_mv:
        return
    thin = np.stack(beats_mv)[:, _THIN]
    x = cell.x + _THIN * MM_PER_SAMPLE
    gap = np.full((len(thin), 1), np.nan)
    sheet.trace(
        x=np.concatenate([np.tile(x, (len(thin), 1)), gap], axis=1).ravel().astype(np.float32),
        y=np.concatenate([cell.zero + GAIN * thin, gap], axis=1).ravel().astype(np.float32),
        mode="lines",
        line=line,
        hoverinfo="skip",
        name=f"{cell.lead}, {name}",
    )
