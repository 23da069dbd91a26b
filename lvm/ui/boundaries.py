"""The boundaries of a beat as fields, the way back to what was found, and what follows from them."""

import streamlit as st

from lvm.errors import LvmError
from lvm.language import tr
from lvm.ui.case import Case, by_boundaries, current_case, estimate_as_found, estimate_of, waves_of
from lvm.ui.choices import forget_boundaries, move_boundary
from lvm.ui.frame import put, small

_FIELD_PX = 170  # six beside each other on a whole page


def boundary_inputs(case: Case, beat: int) -> None:
    """A field for each boundary of the beat in use, in ms from R, and the way back."""
    from lvm.beats import AFTER_R, BEFORE_R
    from lvm.by_hand import as_found
    from lvm.clean import SAMPLING_RATE_HZ
    from lvm.show import boundaries
    from lvm.show.beat import BOUNDARY_NAMES, marks_ms

    waves, r = waves_of(case, beat), case.analysis.beats[beat].r
    at = marks_ms(waves, r)
    step = 1000 / SAMPLING_RATE_HZ
    row = st.container(horizontal=True)
    for name, title in BOUNDARY_NAMES.items():
        key = f"boundary-{case.number}-{beat}-{name}"
        ms = at[f"{name}_s"]
        put(key, ms)
        row.number_input(
            tr("{boundary}, ms from R", boundary=title),
            min(-BEFORE_R * step, ms or 0.0),
            max(AFTER_R * step, ms or 0.0),
            value=None,  # else an emptied field would move the boundary to its minimum
            step=step,
            format="%.0f",
            placeholder=tr("none found"),
            key=key,
            persist_state="session",
            on_change=_move,
            args=(name, key),
            width=_FIELD_PX,
        )
    with st.container(horizontal=True):
        st.button(
            tr("Back to the boundaries found"),
            key="boundaries_of_beat",
            disabled=beat not in case.edited,
            on_click=forget_boundaries,
            kwargs={"every": False},
        )
        st.button(
            tr("Back on all beats"),
            key="boundaries_of_all",
            disabled=not case.edited,
            on_click=forget_boundaries,
            kwargs={"every": True},
        )
    small(boundaries.how_to_move())
    try:
        estimates = estimate_of(case), estimate_as_found(case)
    except LvmError:  # the page that needs the estimate says why there is none
        estimates = None
    found = case.remember(("as found", beat), lambda: as_found(case.analysis, beat))
    st.markdown(boundaries.follows(case.analysis, found, by_boundaries(case), case.typed, estimates))


def _move(name: str, key: str) -> None:
    """Callback of a field; an emptied one moves nothing, and shows its boundary again."""
    case = current_case()
    if case is not None and st.session_state[key] is not None:
        move_boundary(case, name, st.session_state[key])
