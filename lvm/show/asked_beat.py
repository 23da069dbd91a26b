"""A few leads of the beat as it is and as it is asked about, for the what-if panel."""

import numpy as np
import plotly.graph_objects as go

from lvm.beats import BEFORE_R
from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import listed, mark, tr
from lvm.recording import LEADS, Signal
from lvm.show.colours import Palette, on_page
from lvm.show.words import number
from lvm.what_if import Changes

_LEADS = ("II", "V2", "V5")
_APART_MS = 1000  # from the R peak of one lead to that of the next
_HEIGHT_PX = 150
_STEP = 2  # samples
HOW_TO_READ = mark("Thin: the patient’s beat. Thick: as asked.")


def leads_of(changes: Changes) -> tuple[str, ...]:
    """Which are drawn: three, among them the one that is removed."""
    lost = changes.without_lead
    return _LEADS if lost is None or lost in _LEADS else (lost, *_LEADS[1:])


def asked_beat(before_mv: Signal, after_mv: Signal, changes: Changes, colours: Palette) -> go.Figure:
    """Side by side and to one scale; what is asked over what is. Both beats (12, 450) mV."""
    leads = leads_of(changes)
    rows = [LEADS.index(lead) for lead in leads]
    ms = (np.arange(0, before_mv.shape[1], _STEP) - BEFORE_R) * 1000 / SAMPLING_RATE_HZ
    traces = []
    for beat, colour, width in ((before_mv, colours.muted, 1), (after_mv, colours.ours, 1.8)):
        for i, row in enumerate(rows):
            line = {"color": colour, "width": width}
            x, y = (ms + i * _APART_MS).tolist(), beat[row, ::_STEP].round(3).tolist()
            traces.append(go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False))
    seen = np.stack([before_mv[rows], after_mv[rows]])
    low, high = min(float(seen.min()), -0.5), max(float(seen.max()), 0.5)
    axis = {"visible": False, "fixedrange": True}
    figure = go.Figure(
        traces,
        layout={
            "height": _HEIGHT_PX,
            "margin": {"l": 0, "r": 0, "t": 24, "b": 0},
            **on_page(colours),
            "xaxis": axis | {"range": [float(ms[0]) - 20, float(ms[-1]) + (len(rows) - 1) * _APART_MS + 20]},
            "yaxis": axis | {"range": [low - 0.1, high + 0.1]},
        },
    )
    for i, lead in enumerate(leads):
        figure.add_annotation(
            x=i * _APART_MS, y=1, yref="paper", yanchor="bottom", xanchor="center", showarrow=False, text=lead
        )  # fmt: skip
    return figure


def described(before_mv: Signal, after_mv: Signal, changes: Changes) -> str:
    """Highest and lowest value of each lead, before and after."""
    parts = []
    for lead in leads_of(changes):
        of_lead = (beat[LEADS.index(lead)] for beat in (before_mv, after_mv))
        ends = [tr("{low} to {high}", low=number(mv.min(), "", 2), high=number(mv.max(), "mV", 2)) for mv in of_lead]
        parts.append(tr("{lead}: {before}, if so {after}", lead=lead, before=ends[0], after=ends[1]))
    return tr("The beat as it is and as it is asked about. {leads}.", leads=listed(parts))
