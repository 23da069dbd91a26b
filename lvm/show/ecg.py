"""The whole recording on ECG paper, in a cardiologist's layouts; its axes count seconds and microvolts."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lvm import __version__
from lvm.analysis import Analysis
from lvm.beats import AFTER_R, BEFORE_R
from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import mark, tr
from lvm.recording import LEADS, LIMB, PRECORDIAL, Recording, Signal
from lvm.show.calipers import Caliper, holds, voltage_mv
from lvm.show.colours import Palette, of_lead
from lvm.show.filters import FILTERS, Filter, filtered, stated
from lvm.show.millimetres import Extent, Sheet, Units, extent, stack, with_pulse

Layout = Literal["3 × 4 + rhythm", "6 × 2", "12 × 1", "Cabrera"]
RHYTHM: Layout = mark("3 × 4 + rhythm")  # type: ignore[assignment]
CABRERA: Layout = mark("Cabrera")  # type: ignore[assignment]
LAYOUTS: tuple[Layout, ...] = (RHYTHM, "6 × 2", "12 × 1", CABRERA)
SPEEDS_MM_PER_S, GAINS_MM_PER_MV = (25, 50), (5, 10, 20)
MINUS_AVR = "−aVR"
CABRERA_LIMB = ("aVL", "I", MINUS_AVR, "II", "aVF", "III")  # from −30° to 120° in the frontal plane

_ROWS: dict[Layout, tuple[tuple[str, ...], ...]] = {
    RHYTHM: (
        ("I", "aVR", "V1", "V4"),
        ("II", "aVL", "V2", "V5"),
        ("III", "aVF", "V3", "V6"),
        ("II",),
    ),
    "6 × 2": tuple(zip(LIMB, PRECORDIAL, strict=True)),
    "12 × 1": tuple((lead,) for lead in LEADS),
    CABRERA: tuple(zip(CABRERA_LIMB, PRECORDIAL, strict=True)),
}
_PAGE_MM = 250.0  # of signal on one sheet
_TOLD_SAMPLES = 36_000  # with more the voltages are not told where one points: the figure is to stay under 400 KiB
_MORE = 1.1  # a recording up to so much longer is shown whole
_LABEL_MM = 4.5  # room for a lead's name above its trace
_MARKS_MM = 8.0  # room for the beat marks and their numbers above the strip
_FOOT_MM = 8.0  # room for speed, gain and filter


@dataclass(frozen=True)
class Paper:
    """How an ECG is put on paper. start_s : where the sheet of a long recording begins. lead_groups : whose colours the
    leads' names have."""

    layout: Layout = RHYTHM
    speed: int = 25
    gain: float = 10
    filter: Filter = FILTERS[0]
    start_s: float = 0.0
    lead_groups: int = 2

    @property
    def page_s(self) -> float:
        """How much of a recording fits on a sheet: 10 s at 25 mm/s."""
        return _PAGE_MM / self.speed

    @property
    def left_mm(self) -> float:
        """Room for the calibration pulse."""
        return 5 + 0.2 * self.speed

    def needs_pages(self, analysis: Analysis) -> bool:
        """Whether the recording is longer than a sheet."""
        return analysis.recording.duration_s > self.page_s * _MORE

    def first_second(self, analysis: Analysis, beat: int | None) -> float:
        """Where a sheet begins that has the beat in its middle, in half seconds."""
        middle_s = analysis.beats[beat].r_s if beat is not None else 0.0
        first_s = round(2 * (middle_s - self.page_s / 2)) / 2
        return float(np.clip(first_s, 0, analysis.recording.duration_s - self.page_s))


def leads_of(layout: Layout) -> tuple[str, ...]:
    """The twelve leads as the layout names them."""
    return (*CABRERA_LIMB, *PRECORDIAL) if layout == CABRERA else LEADS


def lead_mv(signal: Signal, lead: str) -> Signal:
    """(T,) mV of a lead out of (12, T), turned over where it is −aVR."""
    row: Signal = signal[LEADS.index(lead.removeprefix("−"))]
    return -row if lead == MINUS_AVR else row


def foot(speed: int, gain: float, band: str) -> str:
    """What stands at the foot of every ECG paper."""
    unconfirmed = tr("UNCONFIRMED")
    return f"{speed} mm/s    {gain:g} mm/mV    {band}    eLVMass-Net demonstrator {__version__}    {unconfirmed}"


def strip_line(recording: Recording, paper: Paper) -> str:
    return foot(paper.speed, paper.gain, stated(recording, paper.filter))


@dataclass(frozen=True, eq=False)
class _Piece:
    """A lead in its place: (T,) mV from sample `low` of the recording."""

    lead: str
    low: int
    mv: Signal


def ecg(
    analysis: Analysis,
    beat: int | None,
    colours: Palette,
    paper: Paper = Paper(),
    *,
    signal_mv: Signal | None = None,
    caliper: Caliper | None = None,
) -> go.Figure:
    """The recording, or a sheet of a long one, in true square millimetres.

    Rows are as far apart as their signal needs. Beats are marked above the last row; `beat` is shaded there.

    signal_mv : the filtered signal, where it is at hand.
    """
    signal = filtered(analysis, paper.filter) if signal_mv is None else signal_mv
    first, samples = _span(analysis, paper)
    rows = [
        [_Piece(lead, low, lead_mv(signal[:, low:end], lead)) for lead, low, end in row]
        for row in _places(analysis, paper)
    ]
    extents = [[extent([piece.mv], paper.gain) for piece in row] for row in rows]
    # Above each trace its lead's name; above the last row the beat marks too.
    marks_mm = [0.0] * (len(rows) - 1) + [_MARKS_MM]
    rooms = [
        with_pulse([(down, up + _LABEL_MM + more) for down, up in row], paper.gain)
        for row, more in zip(extents, marks_mm, strict=True)
    ]
    baselines = stack(rooms, gap_mm=2.0, top_mm=1.0)
    lowest, strip = min(down for down, _ in extents[-1]), max(up for _, up in extents[-1])
    height = -baselines[-1] - lowest + _FOOT_MM
    width = paper.left_mm + max(samples / SAMPLING_RATE_HZ * paper.speed, _PAGE_MM) + 2
    first_s = first / SAMPLING_RATE_HZ
    sheet = Sheet(
        colours, width, height, units_of(paper.speed, paper.gain, first_s - paper.left_mm / paper.speed, height)
    )

    few = sum(piece.mv.size for row in rows for piece in row) <= _TOLD_SAMPLES

    def told(piece: _Piece) -> dict[str, Any]:
        return {"hover": "%{x:.3f} s  %{customdata:.2f} mV", "told": piece.mv.astype(np.float32)} if few else {}

    within = (baselines[-1] + lowest, baselines[-1] + strip + _LABEL_MM)
    _beat_marks(sheet, analysis, beat, (first, samples), within)
    for row, baseline, reaches in zip(rows, baselines, extents, strict=True):
        sheet.pulse(0.5, baseline, paper.gain, paper.speed)
        for i, (piece, reached) in enumerate(zip(row, reaches, strict=True)):
            x0_mm = paper.left_mm + (piece.low - first) / SAMPLING_RATE_HZ * paper.speed
            trace(sheet, piece.lead, piece.mv, baseline, SAMPLING_RATE_HZ, piece.low / SAMPLING_RATE_HZ, **told(piece))
            if i:
                sheet.polyline([(x0_mm, baseline - 2.5), (x0_mm, baseline + 2.5)], colours.trace)
            label(sheet, piece.lead, x0_mm, baseline + reached[1], paper.lead_groups)
            if caliper is not None and caliper.lead == piece.lead:
                low_s = piece.low / SAMPLING_RATE_HZ
                of_caliper(sheet, caliper, piece.mv, SAMPLING_RATE_HZ, low_s, baseline, reached)
    sheet.label(paper.left_mm, -height + 1.2, strip_line(analysis.recording, paper), colours.text, size=13)
    return sheet.figure()


def units_of(speed: float, gain: float, x0_s: float, height_mm: float) -> Units:
    """Seconds, and microvolts from zero at the lower edge: whole ones fit into two bytes on any usual sheet."""
    y_mm = gain / 1000
    return Units(speed, y_mm, x0_s, float(np.ceil(height_mm / y_mm)))


def trace(
    sheet: Sheet,
    lead: str,
    mv: Signal,
    baseline: float,
    sampling_rate_hz: float,
    first_s: float,
    *,
    hover: str = "%{x:.3f} s",
    told: NDArray[np.float32] | None = None,
) -> None:
    """A lead's line, in whole µV. hover, told : what is read where one points, and the customdata that it needs."""
    microvolts = np.rint(1000 * mv.astype(np.float64) + sheet.units.y(baseline))
    fits = not mv.size or microvolts.max() <= np.iinfo(np.uint16).max
    sheet.trace(
        x0=first_s,
        dx=1 / sampling_rate_hz,
        y=microvolts.astype(np.uint16 if fits else np.int32),
        customdata=told,
        mode="lines",
        line={"color": sheet.colours.trace, "width": 1.3},
        name=lead,
        hovertemplate=f"<b>{lead}</b>  {hover}<extra></extra>",
    )


def label(sheet: Sheet, lead: str, x_mm: float, top_mm: float, groups: int) -> None:
    sheet.label(x_mm + 0.8, top_mm + 0.4, f"<b>{lead}</b>", of_lead(lead.removeprefix("−"), sheet.colours, groups))


def of_caliper(
    sheet: Sheet, caliper: Caliper, mv: Signal, sampling_rate_hz: float, first_s: float, baseline: float, reach: Extent
) -> None:
    """An upright line and a dot on the trace at each of the two moments that this piece of the lead holds."""
    colours, units = sheet.colours, sheet.units
    found = [(at_s, voltage_mv(mv, sampling_rate_hz, at_s - first_s)) for at_s in (caliper.from_s, caliper.to_s)]
    shown = [(at_s, voltage) for at_s, voltage in found if voltage is not None]
    for at_s, _ in shown:
        x_mm = (at_s - units.x0) * units.x_mm
        sheet.upright(x_mm, (baseline + reach[0] - 1, baseline + reach[1] + 1), colours.limit, "solid", 2)
    if shown:
        sheet.trace(
            x=[at_s for at_s, _ in shown],
            y=[units.y(baseline) + 1000 * voltage for _, voltage in shown],
            mode="markers",
            marker={"symbol": "circle", "size": 8, "color": colours.limit},
            hoverinfo="skip",
            name="caliper",
        )


def _span(analysis: Analysis, paper: Paper) -> tuple[int, int]:
    """The first sample on the sheet, and how many there are."""
    whole = analysis.cleaned_mv.shape[1]
    if not paper.needs_pages(analysis):
        return 0, whole
    first = int(paper.start_s * SAMPLING_RATE_HZ)
    return first, min(int(paper.page_s * SAMPLING_RATE_HZ), whole - first)


def _places(analysis: Analysis, paper: Paper) -> list[list[tuple[str, int, int]]]:
    """By row: a lead, its first sample, and the one after its last. Columns follow each other in time, as on paper."""
    first, samples = _span(analysis, paper)

    def start(column: int, columns: int) -> int:
        return first + samples * column // columns

    return [
        [(lead, start(i, len(row)), start(i + 1, len(row))) for i, lead in enumerate(row)]
        for row in _ROWS[paper.layout]
    ]


def not_on_paper(analysis: Analysis, paper: Paper, caliper: Caliper) -> str:
    """Where the sheet shows the calipers' lead, in words; empty where it shows it at both moments."""
    shown = [(low, end) for row in _places(analysis, paper) for lead, low, end in row if lead == caliper.lead]
    low, end = max(shown, key=lambda span: span[1] - span[0])
    if all(holds(end - low, at_s * SAMPLING_RATE_HZ - low) for at_s in (caliper.from_s, caliper.to_s)):
        return ""
    start, until = f"{low / SAMPLING_RATE_HZ:.2f}", f"{end / SAMPLING_RATE_HZ:.2f} s"
    return tr("On this paper {lead} stands from {start} to {end} only.", lead=caliper.lead, start=start, end=until)


def _beat_marks(
    sheet: Sheet, analysis: Analysis, beat: int | None, span: tuple[int, int], y_mm: tuple[float, float]
) -> None:
    """Triangles and numbers above the strip, filled where the beat is usable; the chosen beat shaded.

    span : first sample, and how many.
    """
    bottom, top = y_mm
    first, samples = span
    colours, units = sheet.colours, sheet.units
    shown = [(i, b) for i, b in enumerate(analysis.beats) if 0 <= b.r - first < samples]

    def x_mm(sample: int) -> float:
        return (sample / SAMPLING_RATE_HZ - units.x0) * units.x_mm

    if beat is not None:
        r = analysis.beats[beat].r
        low, high = max(r - BEFORE_R, first), min(r + AFTER_R, first + samples)
        if low < high:
            sheet.shade((x_mm(low), x_mm(high)), (bottom - 1, top + 6.5), colours.chosen)
    used, unused = tr("used"), mark("not used, {reason}")
    sheet.trace(
        x=[b.r_s for _, b in shown],
        y=[units.y(top + 1.5)] * len(shown),
        mode="markers+text",
        text=[f"<b>{i + 1}</b>" if i == beat else str(i + 1) for i, _ in shown],
        textposition="top center",
        textfont={"size": 12, "color": colours.text},
        marker={
            "symbol": ["triangle-down" if b.usable else "triangle-down-open" for _, b in shown],
            "size": 9,
            "color": colours.ours,
        },
        unselected={"marker": {"opacity": 1.0}, "textfont": {"color": colours.text}},  # by a box of the calipers
        customdata=[
            tr("Beat {number}: {use}", number=i + 1, use=used if b.usable else tr(unused, reason=b.reason))
            for i, b in shown
        ],
        hovertemplate="%{customdata}<extra></extra>",
        name="beats",
    )
