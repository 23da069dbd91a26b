"""The ECG on paper with its controls. A choice of them draws the paper again, and nothing else of the page."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from lvm.language import mark, tr
from lvm.ui.calipers import caliper_fields
from lvm.ui.case import Case, given, measured_by_hand
from lvm.ui.downloads import prints
from lvm.ui.frame import chart, choice, colours, small
from lvm.ui.language import fragment
from lvm.ui.lead_groups import lead_groups

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from lvm.recording import Signal
    from lvm.show.calipers import Caliper
    from lvm.show.colours import Palette
    from lvm.show.ecg import Paper
    from lvm.show.single import Kind, Single

_, BY_MOUSE, BY_NUMBERS = CALIPERS = (mark("Off"), mark("By mouse"), mark("By numbers"))
_SETTINGS_PX = 200  # for the longest of them, so that no other moves what is beside it
_UNFOLDED = "settings_unfolded"


@fragment
def ecg_paper(case: Case) -> None:
    """Controls, calipers, the paper, and its prints."""
    from lvm.show.calipers import TOOLS, to_measure
    from lvm.show.single import RHYTHM, single

    kind, paper, calipers = _controls(case)
    one = None if kind == RHYTHM else single(case.analysis, kind)
    caliper = _by_numbers(case, kind, one, paper) if calipers == BY_NUMBERS else None
    above = st.container()
    figure, alt = _drawn(case, one, paper, colours(), caliper), _described(case, one, paper)
    if calipers == BY_MOUSE:
        to_measure(figure, colours())
        state = chart(figure, key="paper", alt=alt, config=TOOLS, on_select="rerun", selection_mode="box")
        text = _of_box(state.selection.box, rhythm=one is None)
        above.markdown(text)
        st.markdown(text)  # also here: on a small window the paper is higher than what is seen of it
    else:
        chart(figure, key="paper", alt=alt)
        small(tr("Drag over the paper to enlarge, double-click to go back."))
    _under(case, kind, one, paper, figure, caliper)


def _controls(case: Case) -> "tuple[Kind, Paper, str]":
    from lvm.show.ecg import LAYOUTS
    from lvm.show.single import RHYTHM, kinds

    analysis = case.analysis
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choice(mark("Paper shows"), kinds(analysis), f"paper_shows-{case.number}")
        calipers = choice(mark("Calipers"), CALIPERS, "calipers")
        layout = st.session_state.get("layout") or LAYOUTS[0]  # of a single beat: its order of leads
        if kind == RHYTHM:
            layout = choice(mark("Layout"), LAYOUTS, "layout")
        paper = replace(_settings(rhythm=kind == RHYTHM), layout=layout)
        if kind == RHYTHM and paper.needs_pages(analysis):
            start_s = st.slider(
                tr("First second shown"),
                0.0,
                analysis.recording.duration_s - paper.page_s,
                paper.first_second(analysis, case.beat),
                0.5,
                key=f"start-{case.number}-{case.beat}-{paper.speed}",
                persist_state="session",
                width=280,
            )
            paper = replace(paper, start_s=start_s)
    return kind, paper, calipers


def _settings(*, rhythm: bool) -> "Paper":
    """Speed, gain and filter, which few change: what they are, over a button that unfolds them. It is no popover, which
    the Tab key reaches only after all else on the page."""
    from lvm.show.ecg import GAINS_MM_PER_MV, SPEEDS_MM_PER_S, Paper
    from lvm.show.filters import FILTERS, NONE

    state, default = st.session_state, Paper()
    speed, gain = state.get("speed") or default.speed, state.get("gain") or default.gain
    band = state.get("filter") or default.filter
    facts = [f"{speed} mm/s", f"{gain} mm/mV"]
    if rhythm:
        facts.append(tr("no filter") if band == NONE else f"{band} Hz")
    unfolded = bool(state.get(_UNFOLDED))
    with st.container(gap="xxsmall", width=_SETTINGS_PX):
        small(", ".join(facts))
        icon = ":material/expand_less:" if unfolded else ":material/expand_more:"
        st.button(tr("Speed, gain, filter"), key="settings", icon=icon, icon_position="right", on_click=_fold)
    if unfolded:
        choice(mark("Speed, mm/s"), SPEEDS_MM_PER_S, "speed", default.speed)
        choice(mark("Gain, mm/mV"), GAINS_MM_PER_MV, "gain", default.gain)
        if rhythm:
            choice(mark("Filter, Hz"), FILTERS, "filter", default.filter)
    return Paper(speed=speed, gain=gain, filter=band, lead_groups=lead_groups())


def _fold() -> None:
    st.session_state[_UNFOLDED] = not st.session_state.get(_UNFOLDED)


def _signal(case: Case, one: "Single | None", paper: "Paper") -> "tuple[Signal, float]":
    """What is on the paper: (12, T) mV and its sampling rate."""
    from lvm.clean import SAMPLING_RATE_HZ
    from lvm.show.filters import filtered

    if one is not None:
        return one.signal_mv, one.sampling_rate_hz
    return case.remember(("filtered", paper.filter), lambda: filtered(case.analysis, paper.filter)), SAMPLING_RATE_HZ


def _drawn(
    case: Case, one: "Single | None", paper: "Paper", palette: "Palette", caliper: "Caliper | None"
) -> "go.Figure":
    from lvm.show.ecg import ecg
    from lvm.show.single import single_paper

    if one is not None:
        return single_paper(one, palette, paper, caliper)
    signal_mv, _ = _signal(case, one, paper)
    return ecg(case.analysis, case.beat, palette, paper, signal_mv=signal_mv, caliper=caliper)


def _described(case: Case, one: "Single | None", paper: "Paper") -> str:
    from lvm.show import alts
    from lvm.show.single import described

    if one is not None:
        return described(one, paper)
    return alts.ecg(case.analysis, case.beat, paper, measured_by_hand(case))


def _by_numbers(case: Case, kind: "Kind", one: "Single | None", paper: "Paper") -> "Caliper":
    """The fields of the calipers, at first on the beat in use and the next one, and what they read."""
    from lvm.show.calipers import first_span
    from lvm.show.ecg import leads_of

    signal_mv, rate_hz = _signal(case, one, paper)
    longest_s = (signal_mv.shape[1] - 1) / rate_hz
    first_s, second_s = one.first_span_s if one else first_span(case.analysis, case.beat)
    span_s = min(first_s, longest_s), min(second_s, longest_s)
    key = f"caliper-{case.number}-{kind if one else 'rhythm'}-{'' if one else case.beat}"
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        caliper = caliper_fields(leads_of(paper.layout), span_s, longest_s, key)
        reading, note = _read(case, one, paper, caliper)
        st.markdown(f"**{reading}**" + (f"  \n:small[{note}]" if note else ""), width="content")
    return caliper


def _read(case: Case, one: "Single | None", paper: "Paper", caliper: "Caliper") -> tuple[str, str]:
    """What the calipers measure, and where it is not on the paper."""
    from lvm.show.calipers import of_lead, told
    from lvm.show.ecg import lead_mv, not_on_paper

    signal_mv, rate_hz = _signal(case, one, paper)
    reading = of_lead(lead_mv(signal_mv, caliper.lead), rate_hz, caliper)
    return told(reading, rhythm=one is None), "" if one else not_on_paper(case.analysis, paper, caliper)


def _of_box(boxes: "list[dict[str, list[float]]]", *, rhythm: bool) -> str:
    from lvm.show.calipers import of_box, told

    if not boxes:
        return tr("Drag a box from one point of a lead to another: its width is the time, its height the voltage.")
    return f"**{told(of_box(boxes[-1]['x'], boxes[-1]['y']), rhythm=rhythm)}**"


def _under(
    case: Case, kind: "Kind", one: "Single | None", paper: "Paper", figure: "go.Figure", caliper: "Caliper | None"
) -> None:
    """What the paper shows, in a line, and its prints."""
    from lvm.estimate import gather_inputs
    from lvm.show import words
    from lvm.show.colours import LIGHT
    from lvm.show.page import sheet_name
    from lvm.show.printed import LINES, about, of_calipers
    from lvm.show.single import CAPTIONS

    caption = tr(CAPTIONS[kind])
    if one is None:
        caption = f"{tr(words.why_this_beat(case.analysis, case.beat))} {caption}"
    small(caption)

    def draw() -> "tuple[go.Figure, list[str]]":
        inputs = gather_inputs(case.analysis, given(case))
        lines = about(case.label, case.analysis, inputs, measured_by_hand(case), case.typed)
        if caliper is not None:
            lines.append(of_calipers(caliper, *_read(case, one, paper, caliper)))
        return _drawn(case, one, paper, LIGHT, caliper), lines

    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        prints(draw, "ecg" if one is None else "beat", "print")
        size = tr(
            "In true size: 1 s is {speed} mm and 1 mV {gain} mm on paper. The PDF’s page: {page}.",
            speed=paper.speed,
            gain=paper.gain,
            page=sheet_name(figure, LINES + (caliper is not None)),
        )
        st.markdown(f":small[{size}]", width="content")
