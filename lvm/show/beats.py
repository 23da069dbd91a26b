"""All beats of a recording: a strip on which one is chosen by a click, and which ones are left out and why."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lvm.analysis import Analysis
from lvm.beats import AFTER_R, BEFORE_R
from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import SEMICOLON, listed, mark, said, tr
from lvm.recording import LEADS
from lvm.show.beat import MOST_DRAWN
from lvm.show.colours import Palette
from lvm.show.ecg import Paper, strip_line
from lvm.show.millimetres import SPEED_MM_PER_S, Sheet, extent
from lvm.show.words import usable_beats, why_this_beat

LEAD = "II"
CLICK = mark("Click on a number to use that beat; those with an open mark are left out.")
PAPER = Paper()  # how much fits on a sheet, and where one begins
MARKS = "beats"  # the name of the trace that can be clicked
MOST_LISTED = 30  # beats that a table shows at once

_GAIN = 10.0  # mm/mV
_LEFT_MM, _LABEL_MM, _MARKS_MM, _FOOT_MM = 10.0, 4.5, 9.0, 7.0
_MARK_PX, _CHOSEN_PX = 24, 30
_MM_PER_SAMPLE = SPEED_MM_PER_S / SAMPLING_RATE_HZ


def strip(analysis: Analysis, beat: int | None, colours: Palette, start_s: float = 0.0) -> go.Figure:
    """Lead II at 25 mm/s and 10 mm/mV with a numbered mark over each beat, filled where it can be used.

    The whole recording, or a sheet of a long one from `start_s`. Beat `beat` is shaded. Only the marks can be selected;
    their customdata is the beat's index, as `clicked` reads it.
    """
    first = int(start_s * SAMPLING_RATE_HZ)
    sheet_samples = int(PAPER.page_s * SAMPLING_RATE_HZ)
    mv = analysis.cleaned_mv[LEADS.index(LEAD), first : first + sheet_samples if PAPER.needs_pages(analysis) else None]
    down, up = extent([mv], _GAIN)
    zero = -5.0 * np.ceil((up + _LABEL_MM + _MARKS_MM) / 5)
    sheet = Sheet(colours, _LEFT_MM + max(len(mv), sheet_samples) * _MM_PER_SAMPLE + 5,
                  -(zero + down) + _FOOT_MM)  # fmt: skip

    def x_mm(sample: int) -> float:
        return _LEFT_MM + (sample - first) * _MM_PER_SAMPLE

    if beat is not None:
        r = analysis.beats[beat].r
        low, high = max(r - BEFORE_R, first), min(r + AFTER_R, first + len(mv))
        if low < high:
            sheet.shade((x_mm(low), x_mm(high)), (zero + down - 1, -1), colours.chosen)
    sheet.pulse(0.5, zero, _GAIN)
    sheet.trace(
        x0=_LEFT_MM,
        dx=_MM_PER_SAMPLE,
        y=(zero + _GAIN * mv).astype(np.float32),
        mode="lines",
        line={"color": colours.trace, "width": 1.3},
        hoverinfo="skip",
        name=LEAD,
    )
    there = [(i, b) for i, b in enumerate(analysis.beats) if 0 <= b.r - first < len(mv)]
    sheet.trace(
        x=[x_mm(b.r) for _, b in there],
        y=[zero + up + _LABEL_MM + _MARKS_MM / 2 - 1] * len(there),
        mode="markers+text",
        text=[f"<b>{i + 1}</b>" for i, _ in there],
        textfont={"size": 12, "color": [colours.paper if b.usable else colours.text for _, b in there]},
        marker={
            "symbol": "circle",
            "size": [_CHOSEN_PX if i == beat else _MARK_PX for i, _ in there],
            "color": [colours.ours if b.usable else colours.paper for _, b in there],
            "opacity": 1,
            "line": {"color": colours.ours, "width": 2},
        },
        # a mark once clicked must not pale the others
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        customdata=[i for i, _ in there],
        hovertext=[hover(analysis, i, beat) for i, _ in there],
        hovertemplate="%{hovertext}<extra></extra>",
        name=MARKS,
    )
    sheet.label(0.8, zero + max(up, _GAIN) + 0.4, f"<b>{LEAD}</b>", colours.limb)  # over the pulse, clear of the marks
    sheet.label(_LEFT_MM, zero + down - _FOOT_MM + 0.8, strip_line(analysis.recording, PAPER), colours.text, 12)
    return sheet.figure(dragmode=False)


def hover(analysis: Analysis, index: int, beat: int | None) -> str:
    """What a mark says of its beat."""
    reason = analysis.beats[index].reason
    if reason:
        return tr("Beat {number}, left out: {reason}", number=index + 1, reason=reason)
    if index == beat:
        return tr("Beat {number}, in use", number=index + 1)
    return tr("Beat {number}: click to use it", number=index + 1)


def clicked(selection: Mapping[str, Any]) -> int | None:
    """The index of the beat whose mark was clicked, from Streamlit's selection of the strip; None without one."""
    points = selection.get("points", ())
    return int(points[-1]["customdata"]) if points else None


def left_out(analysis: Analysis) -> str:
    """'Left out: beats 4 and 9 (premature)': every beat that cannot be used, by reason, in one sentence."""
    of_reason: dict[str, list[int]] = {}
    for i, beat in enumerate(analysis.beats):
        if not beat.usable:
            of_reason.setdefault(beat.reason, []).append(i)
    if not of_reason:
        return tr("No beat is left out.")
    parts = []
    for reason, beats in of_reason.items():
        numbers = ", ".join(str(i + 1) for i in beats)
        one = len(beats) == 1
        named = said("beat {numbers}", numbers=numbers) if one else said("beats {numbers}", numbers=numbers)
        parts.append(said("{beats} ({reason})", beats=named, reason=reason))
    return tr("Left out: {beats}.", beats=listed(parts, SEMICOLON))


def which(analysis: Analysis, beat: int, refused: int | None) -> str:
    """Why this beat is in use; and of one that was clicked on, why it cannot be."""
    why = why_this_beat(analysis, beat)
    if refused is None:
        return why
    reason = analysis.beats[refused].reason
    no = tr("Beat {number} cannot be used ({reason}).", number=refused + 1, reason=reason)
    return f"**{no}** {why}"


def legend(analysis: Analysis, *, compared: bool) -> str:
    """How the beat over all others is to be read. compared : another method's boundaries are drawn too."""
    sentences = [
        tr(
            "All leads are cut at the same instant, 300 ms before to 600 ms after R, and drawn on the same "
            "millimetres. Coloured: the beat shown, in the colour of its lead group. Grey: the usable beats."
        )
    ]
    usable = len(usable_beats(analysis))
    if usable < len(analysis.beats):
        sentences.append(tr("Dashed traces: the beats that are left out, cut off where they go far beyond the others."))
    if max(usable, len(analysis.beats) - usable) > MOST_DRAWN:
        sentences.append(tr("Of either {most} are drawn at most.", most=MOST_DRAWN))
    sentences.append(
        tr(
            "Shaded: P, QRS and T, one set of boundaries for all leads. A dashed boundary is uncertain: a reader would "
            "hesitate. A thick one was set by hand."
        )
    )
    if compared:
        sentences.append(tr("Dotted: NeuroKit2."))
    return " ".join(sentences)


def described(analysis: Analysis, beat: int | None) -> str:
    """For those who do not see the strip."""
    chosen = tr("Beat {number} is in use.", number=beat + 1) if beat is not None else ""
    return tr(
        "Rhythm strip of lead II with a mark over each of {number} beats. {chosen} {left_out}",
        number=len(analysis.beats), chosen=chosen, left_out=left_out(analysis),
    )  # fmt: skip
