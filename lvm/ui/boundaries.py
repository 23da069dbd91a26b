"""The boundaries of a beat, as found or as the user put them."""

from typing import TYPE_CHECKING

import streamlit as st

from lvm.ui.case import Case, current_case

if TYPE_CHECKING:
    from lvm.waves import Waves


def waves_of(case: Case, beat: int) -> "Waves":
    return case.edited.get(beat, case.analysis.waves[beat])


def boundary_inputs(case: Case, beat: int) -> None:
    """A field for each boundary, in ms from R, and the way back to what was found."""
    from lvm.beats import AFTER_R, BEFORE_R
    from lvm.clean import SAMPLING_RATE_HZ
    from lvm.show.beat import boundary_names, marks_ms
    from lvm.waves import BOUNDARIES

    waves, r = waves_of(case, beat), case.analysis.beats[beat].r
    at = marks_ms(waves, r)
    step = 1000 / SAMPLING_RATE_HZ
    columns = st.columns(2)
    for i, name in enumerate(BOUNDARIES):
        key = f"boundary-{case.number}-{beat}-{name}"
        ms = at[f"{name}_s"]
        st.session_state[key] = ms
        uncertain = ", uncertain" if name in waves.uncertain else ""
        columns[i % 2].number_input(
            f"{boundary_names([name])}, ms from R{uncertain}",
            min(-BEFORE_R * step, ms or 0.0),
            max(AFTER_R * step, ms or 0.0),
            step=step,
            format="%.0f",
            key=key,
            on_change=_move,
            args=(name, key),
        )
    st.markdown(
        ":small[Moves the segments here and in all tables of this page. A boundary stays between its neighbours. The "
        "estimate does not follow.]"
    )
    if beat in case.edited:
        st.button("Back to the boundaries found", on_click=_forget)


def _move(name: str, key: str) -> None:
    from lvm.clean import SAMPLING_RATE_HZ

    case = current_case()
    if case is not None and case.beat is not None and st.session_state[key] is not None:
        r = case.analysis.beats[case.beat].r
        mark = r + round(st.session_state[key] * SAMPLING_RATE_HZ / 1000)
        case.edited[case.beat] = waves_of(case, case.beat).edited(name, mark)


def _forget() -> None:
    case = current_case()
    if case is not None and case.beat is not None:
        case.edited.pop(case.beat, None)
