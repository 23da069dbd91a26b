"""The ECG on paper with its controls. A choice of them draws the paper again, and nothing else of the page."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from lvm.language import mark, tr
from lvm.ui.calipers import caliper_fields
from lvm.ui.case import Case, given, measured_by_hand
from lvm.ui.downloads import prints
from lvm.ui.frame import CHART, choice, colours
from lvm.ui.language import fragment
from lvm.ui.lead_groups import lead_groups

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from lvm.recording import Signal
    from lvm.show.calipers import Caliper
    from lvm.show.colours import Palette
    from lvm.show.ecg import Paper
    from lvm.show.single import Kind

_, BY_MOUSE, BY_NUMBERS = CALIPERS = (mark("Off"), mark("By mouse"), mark("By numbers"))


@fragment
def ecg_paper(case: Case) -> None:
    """Controls, calipers, the paper, and its prints."""
    from lvm.show.calipers import TOOLS, to_measure

    kind, paper, calipers = _controls(case)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        caliper = _typed(case, kind, paper) if calipers == BY_NUMBERS else None
        beside = st.container(width="content")
    figure = _drawn(case, kind, paper, colours(), caliper)
    alt = _described(case, kind, paper)
    if calipers == BY_MOUSE:
        to_measure(figure, colours())
        state = st.plotly_chart(
            figure, theme=None, config=CHART | TOOLS, key="paper", alt=alt, on_select="rerun", selection_mode="box"
        )
        text = _of_box(state.selection.box, kind)
        st.markdown(text)  # also here: on a small window the paper is higher than what is seen of it
    else:
        st.plotly_chart(figure, theme=None, config=CHART, key="paper", alt=alt)
        text = tr("Drag over the paper to enlarge, double-click to go back.")
        if caliper is not None:
            text = _of_numbers(case, kind, paper, caliper)
    beside.markdown(text)
    _under(case, kind, paper, figure)


def _controls(case: Case) -> "tuple[Kind, Paper, str]":
    from lvm.show.ecg import GAINS_MM_PER_MV, LAYOUTS, SPEEDS_MM_PER_S, Paper
    from lvm.show.filters import FILTERS
    from lvm.show.single import RHYTHM, kinds

    analysis = case.analysis
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        kind = choice(mark("Paper shows"), kinds(analysis), f"paper_shows-{case.number}")
        layout = choice(mark("Layout"), LAYOUTS, "layout", disabled=kind != RHYTHM)
        band = choice(mark("Filter, Hz"), FILTERS, "filter", disabled=kind != RHYTHM)
        speed = choice(mark("Speed, mm/s"), SPEEDS_MM_PER_S, "speed")
        gain = choice(mark("Gain, mm/mV"), GAINS_MM_PER_MV, "gain", 10)
        calipers = choice(mark("Calipers"), CALIPERS, "calipers")
        paper = Paper(layout, speed, gain, band, lead_groups=lead_groups())
        if kind == RHYTHM and paper.needs_pages(analysis):
            start_s = st.slider(
                tr("First second shown"),
                0.0,
                analysis.recording.duration_s - paper.page_s,
                paper.first_second(analysis, case.beat),
                0.5,
                key=f"start-{case.number}-{speed}",
                width=280,
            )
            paper = replace(paper, start_s=start_s)
    return kind, paper, calipers


def _signal(case: Case, kind: "Kind", paper: "Paper") -> "tuple[Signal, float]":
    """What is on the paper: (12, T) mV and its sampling rate."""
    from lvm.clean import SAMPLING_RATE_HZ
    from lvm.show.filters import filtered
    from lvm.show.single import RHYTHM, single

    if kind == RHYTHM:
        band = paper.filter
        return case.remember(("filtered", band), lambda: filtered(case.analysis, band)), SAMPLING_RATE_HZ
    one = single(case.analysis, kind)
    return one.signal_mv, one.sampling_rate_hz


def _drawn(
    case: Case, kind: "Kind", paper: "Paper", palette: "Palette", caliper: "Caliper | None" = None
) -> "go.Figure":
    from lvm.show.ecg import ecg
    from lvm.show.single import RHYTHM, single, single_paper

    if kind == RHYTHM:
        signal_mv, _ = _signal(case, kind, paper)
        return ecg(case.analysis, case.beat, palette, paper, signal_mv=signal_mv, caliper=caliper)
    return single_paper(single(case.analysis, kind), palette, paper, caliper)


def _described(case: Case, kind: "Kind", paper: "Paper") -> str:
    from lvm.show import alts
    from lvm.show.single import RHYTHM, described, single

    if kind == RHYTHM:
        return alts.ecg(case.analysis, case.beat, paper, measured_by_hand(case))
    return described(single(case.analysis, kind), paper)


def _typed(case: Case, kind: "Kind", paper: "Paper") -> "Caliper":
    """The fields of the calipers, at first on the beat in use and the next one."""
    from lvm.show.calipers import first_span
    from lvm.show.ecg import leads_of
    from lvm.show.single import RHYTHM, single

    signal_mv, rate_hz = _signal(case, kind, paper)
    longest_s = (signal_mv.shape[1] - 1) / rate_hz
    rhythm = kind == RHYTHM
    first_s, second_s = first_span(case.analysis, case.beat) if rhythm else single(case.analysis, kind).first_span_s
    span_s = min(first_s, longest_s), min(second_s, longest_s)
    key = f"caliper-{case.number}-{'rhythm' if rhythm else kind}-{case.beat if rhythm else ''}"
    return caliper_fields(leads_of(paper.layout), span_s, longest_s, key)


def _of_numbers(case: Case, kind: "Kind", paper: "Paper", caliper: "Caliper") -> str:
    from lvm.show.calipers import of_lead, told
    from lvm.show.ecg import lead_mv
    from lvm.show.single import RHYTHM

    signal_mv, rate_hz = _signal(case, kind, paper)
    reading = of_lead(lead_mv(signal_mv, caliper.lead), rate_hz, caliper)
    return f"**{told(reading, rhythm=kind == RHYTHM)}**"


def _of_box(boxes: "list[dict[str, list[float]]]", kind: "Kind") -> str:
    from lvm.show.calipers import of_box, told
    from lvm.show.single import RHYTHM

    if not boxes:
        return tr("Drag a box from one point of a lead to another: its width is the time, its height the voltage.")
    return f"**{told(of_box(boxes[-1]['x'], boxes[-1]['y']), rhythm=kind == RHYTHM)}**"


def _under(case: Case, kind: "Kind", paper: "Paper", figure: "go.Figure") -> None:
    """What the paper shows, in a line, and its prints."""
    from lvm.estimate import gather_inputs
    from lvm.show import words
    from lvm.show.colours import LIGHT
    from lvm.show.page import sheet_name
    from lvm.show.printed import LINES, about
    from lvm.show.single import CAPTIONS, RHYTHM

    caption = tr(CAPTIONS[kind])
    if kind == RHYTHM:
        caption = f"{tr(words.why_this_beat(case.analysis, case.beat))} {caption}"
    st.markdown(f":small[{caption}]")

    def draw() -> "tuple[go.Figure, list[str]]":
        inputs = gather_inputs(case.analysis, given(case))
        lines = about(case.label, case.analysis, inputs, measured_by_hand(case))
        return _drawn(case, kind, paper, LIGHT), lines

    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        prints(draw, "ecg" if kind == RHYTHM else "beat", "print")
        size = tr(
            "In true size: 1 s is {speed} mm and 1 mV {gain} mm on paper. The PDF’s page: {page}.",
            speed=paper.speed,
            gain=paper.gain,
            page=sheet_name(figure, LINES),
        )
        st.markdown(f":small[{size}]", width="content")
