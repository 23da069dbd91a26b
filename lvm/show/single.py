"""One beat that stands for all, in 12 leads on paper: the device's own, or the average of ours. Never a rhythm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from lvm.analysis import Analysis
from lvm.beats import BEFORE_R
from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import mark, tr
from lvm.recording import LEADS, Signal
from lvm.show.beat import shown
from lvm.show.calipers import Caliper
from lvm.show.colours import Palette
from lvm.show.ecg import Paper, foot, label, lead_mv, leads_of, of_caliper, trace, units_of
from lvm.show.millimetres import Sheet, extent, stack, with_pulse
from lvm.show.words import number

Kind = Literal["Rhythm", "Average beat", "Device’s beat"]
KINDS: tuple[Kind, ...] = (mark("Rhythm"), mark("Average beat"), mark("Device’s beat"))  # type: ignore[assignment]
RHYTHM, AVERAGE, DEVICE = KINDS
CAPTIONS: dict[Kind, str] = {
    RHYTHM: mark("Filled triangles mark usable beats; the beat in use is shaded."),
    AVERAGE: mark(
        "The median of the usable beats, sample by sample, as the network sees beats. Upright lines: where P, QRS and "
        "T begin and end, dashed where uncertain."
    ),
    DEVICE: mark("The device made this beat out of all beats of the recording; how, the file does not say."),
}

_WIDE_MM = 262.0  # a sheet as wide as the rhythm's, so that it prints in true size
_GAP_MM = 10.0  # between two leads at least: they are no strip
_HOVER = "%{customdata[0]:.0f} ms  %{customdata[1]:.2f} mV"  # ms from its first sample
_TITLE_MM, _LABEL_MM, _FOOT_MM = 7.0, 4.5, 8.0


@dataclass(frozen=True, eq=False)
class Single:
    """(12, T) mV of a beat, what it is in words, and from where to where its waves go, where we know.

    band : its filter, in words.
    boundaries_s : from its first sample, by name; None where it was not found.
    """

    signal_mv: Signal
    sampling_rate_hz: float
    title: str
    band: str
    boundaries_s: Mapping[str, float | None] = field(default_factory=dict)
    uncertain: frozenset[str] = frozenset()

    @property
    def duration_s(self) -> float:
        return float(self.signal_mv.shape[1] / self.sampling_rate_hz)

    @property
    def first_span_s(self) -> tuple[float, float]:
        """Where calipers stand at first: on the QRS, or on both ends."""
        ends = self.boundaries_s.get("qrs_onset_s"), self.boundaries_s.get("qrs_offset_s")
        return (0.0, self.duration_s) if ends[0] is None or ends[1] is None else (ends[0], ends[1])


def kinds(analysis: Analysis) -> list[Kind]:
    """What there is of this recording to put on paper."""
    has = {RHYTHM: True, AVERAGE: any(b.usable for b in analysis.beats)}
    return [kind for kind in KINDS if has.get(kind, analysis.recording.representative is not None)]


def single(analysis: Analysis, kind: Kind) -> Single:
    """The average of the usable beats, or the device's beat; see `kinds` for which there are."""
    if kind == AVERAGE:
        one = shown(analysis, None)
        r_s = BEFORE_R / SAMPLING_RATE_HZ
        usable = sum(b.usable for b in analysis.beats)
        return Single(
            one.mv,
            SAMPLING_RATE_HZ,
            tr("Average of {number} usable beats: one beat, not a rhythm", number=usable),
            "0.5–40 Hz",
            {name: None if ms is None else r_s + ms / 1000 for name, ms in one.marks_ms.items()},
            frozenset(f"{name}_s" for name in one.waves.uncertain),
        )
    own = analysis.recording.representative
    if own is None:
        raise ValueError("the file has no representative beat")
    return Single(
        own.signal_mv,
        own.sampling_rate_hz,
        tr("Representative beat, made by the device: one beat, not a rhythm"),
        tr("as in the file, {hz}", hz=number(own.sampling_rate_hz, "Hz")),
    )


def single_paper(one: Single, colours: Palette, paper: Paper, caliper: Caliper | None = None) -> go.Figure:
    """The beat in every lead, parted by gaps, at the paper's speed and gain and in its layout's order of leads."""
    step_mm, columns = _columns(one.duration_s * paper.speed, paper.left_mm)
    leads = leads_of(paper.layout)
    rows = [leads[i : i + columns] for i in range(0, len(leads), columns)]
    extents = [[extent([lead_mv(one.signal_mv, lead)], paper.gain) for lead in row] for row in rows]
    rooms = [with_pulse([(down, up + _LABEL_MM) for down, up in row], paper.gain) for row in extents]
    baselines = stack(rooms, gap_mm=3.0, top_mm=_TITLE_MM)
    height = -baselines[-1] - min(down for down, _ in extents[-1]) + _FOOT_MM
    width = max(_WIDE_MM, paper.left_mm + columns * step_mm)
    sheet = Sheet(colours, width, height, units_of(paper.speed, paper.gain, 0.0, height))
    times_ms = np.arange(one.signal_mv.shape[1]) * 1000 / one.sampling_rate_hz
    sheet.label(paper.left_mm, -_TITLE_MM + 1, f"<b>{one.title}</b>", colours.text, 15)
    for row, baseline, reaches in zip(rows, baselines, extents, strict=True):
        sheet.pulse(0.5, baseline, paper.gain, paper.speed)
        for i, (lead, reach) in enumerate(zip(row, reaches, strict=True)):
            x_mm = paper.left_mm + i * step_mm
            first_s, mv = sheet.units.x(x_mm), lead_mv(one.signal_mv, lead)
            ends = baseline + reach[0] - 1, baseline + reach[1]
            for name, at_s in one.boundaries_s.items():
                if at_s is not None and 0 <= at_s <= one.duration_s:
                    dash = "dash" if name in one.uncertain else "solid"
                    sheet.upright(x_mm + at_s * paper.speed, ends, colours.muted, dash)
            told = np.stack([times_ms, mv], axis=1).astype(np.float32)
            trace(sheet, lead, mv, baseline, one.sampling_rate_hz, first_s, hover=_HOVER, told=told)
            label(sheet, lead, x_mm, baseline + reach[1], paper.lead_groups)
            if caliper is not None and caliper.lead == lead:
                here = Caliper(lead, first_s + caliper.from_s, first_s + caliper.to_s)
                of_caliper(sheet, here, mv, one.sampling_rate_hz, first_s, baseline, reach)
    sheet.label(paper.left_mm, -height + 1.2, foot(paper.speed, paper.gain, one.band), colours.text, 13)
    return sheet.figure()


def _columns(beat_mm: float, left_mm: float) -> tuple[float, int]:
    """How far from one lead to the next, on 5 mm lines, and how many leads beside each other."""
    for columns in (6, 4, 3, 2):
        step = 5 * float(np.floor((_WIDE_MM - left_mm) / columns / 5))
        if step >= beat_mm + _GAP_MM:
            return step, columns
    return 5 * float(np.ceil((beat_mm + _GAP_MM) / 5)), 1


def described(one: Single, paper: Paper) -> str:
    """For those who do not see it."""
    high, low = (np.unravel_index(at, one.signal_mv.shape) for at in (one.signal_mv.argmax(), one.signal_mv.argmin()))
    return tr(
        "{title}. 12 leads on millimetre paper, {speed} mm/s, {gain} mm/mV. {length} long. Highest {high} in "
        "{high_lead}, lowest {low} in {low_lead}.",
        title=one.title,
        speed=paper.speed,
        gain=f"{paper.gain:g}",
        length=number(one.duration_s * 1000, "ms"),
        high=number(float(one.signal_mv[high]), "mV", 2),
        high_lead=LEADS[high[0]],
        low=number(float(one.signal_mv[low]), "mV", 2),
        low_lead=LEADS[low[0]],
    )
