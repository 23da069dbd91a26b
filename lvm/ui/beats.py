"""The choice of the beat in use: by a click on its mark, or from the list, whichever came last."""

import streamlit as st

from lvm.language import tr
from lvm.ui.case import Case, current_case
from lvm.ui.choices import choose_beat, use_beat
from lvm.ui.frame import chart, colours, put, small

_BUTTONS = 20  # usable beats: of more the list unfolds and can be searched


def beat_strip(case: Case) -> None:
    """Lead II with a mark over each beat, to be clicked; a long recording by sheets."""
    from lvm.show import beats

    start_s = 0.0
    if beats.PAPER.needs_pages(case.analysis):
        start = f"strip-start-{case.number}"
        st.session_state.setdefault(start, beats.PAPER.first_second(case.analysis, case.beat))
        start_s = st.slider(
            tr("First second shown"),
            0.0,
            case.analysis.recording.duration_s - beats.PAPER.page_s,
            step=0.5,
            key=start,
            persist_state="session",
            width=320,
        )
    key = f"strip-{case.number}-{_clicks(case)}"
    chart(
        beats.strip(case.analysis, case.beat, colours(), start_s),
        key=key,
        on_select=lambda: _click(key),
        selection_mode="points",
        alt=beats.described(case.analysis, case.beat),
    )
    small(tr(beats.CLICK))


def beat_list(case: Case) -> None:
    """The usable beats by their numbers."""
    from lvm.show.words import usable_beats

    key, usable = f"beat-{case.number}", usable_beats(case.analysis)
    put(key, case.beat)
    if len(usable) <= _BUTTONS:
        st.segmented_control(
            tr("Beat in use"),
            usable,
            format_func=lambda i: str(i + 1),
            key=key,
            persist_state="session",
            required=True,
            on_change=_choose,
            args=(key,),
        )
    else:
        st.selectbox(
            tr("Beat in use: choose, or type its number"),
            usable,
            format_func=lambda i: str(i + 1),
            key=key,
            persist_state="session",
            on_change=_choose,
            args=(key,),
            width=320,
        )


def _clicks(case: Case) -> int:
    """How many clicks were taken up: part of the strip's key, so that each begins with nothing selected, and a later
    choice from the list is not set against an old click."""
    return int(st.session_state.get(f"clicks-{case.number}", 0))


def _click(key: str) -> None:
    from lvm.show.beats import clicked

    case = current_case()
    beat = clicked(st.session_state[key].selection)
    if case is not None and beat is not None:
        use_beat(case, beat)
        st.session_state[f"clicks-{case.number}"] = _clicks(case) + 1


def _choose(key: str) -> None:
    """From the list: the sheet of a long recording follows."""
    from lvm.show.beats import PAPER

    choose_beat(key)
    case = current_case()
    if case is not None and f"strip-start-{case.number}" in st.session_state:
        st.session_state[f"strip-start-{case.number}"] = PAPER.first_second(case.analysis, case.beat)
