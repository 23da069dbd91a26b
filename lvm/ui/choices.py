"""What the user types and chooses, taken into the case: callbacks of widgets, and what follows from each."""

from dataclasses import replace

import streamlit as st

from lvm.recording import Typed
from lvm.ui.case import Case, by_boundaries, current_case, other_weights, reasons_against, waves_of


def _retype(case: Case, typed: Typed) -> None:
    """The sex may become one that the chosen weights do not serve."""
    case.typed = typed
    if case.bundle is not None and all(case.bundle != card.name for card in other_weights(case)):
        case.bundle = None
    _end_override(case)


def _end_override(case: Case) -> None:
    """What is typed or moved may make the case one that nothing speaks against: an override has served its time."""
    case.override = case.override and bool(reasons_against(case))


def type_in(name: str, key: str) -> None:
    """Callback of an input's widget: its value becomes the typed one, unless it is what was there anyway. An emptied
    one takes back what was typed."""
    from lvm.estimate import gather_inputs

    case = current_case()
    if case is not None:
        value = st.session_state[key]
        follows = by_boundaries(case)
        untouched = getattr(follows, name, None)
        if untouched is None:
            untouched = gather_inputs(case.analysis)[name].value
        _retype(case, replace(case.typed, **{name: None if value == untouched else value}))


def forget_typed() -> None:
    """Back to the file's values and ours."""
    case = current_case()
    if case is not None:
        _retype(case, Typed())


def choose_beat(key: str) -> None:
    """Callback of the list of beats."""
    case = current_case()
    if case is not None and st.session_state[key] is not None:
        use_beat(case, st.session_state[key])


def use_beat(case: Case, beat: int) -> None:
    """From here on; one that cannot be used is refused, and the last stays."""
    case.refused = None if case.analysis.beats[beat].usable else beat
    if case.refused is None:
        case.beat = beat
        _end_override(case)


def move_boundary(case: Case, name: str, ms_from_r: float) -> None:
    """Of the beat in use, to another place."""
    from lvm.clean import SAMPLING_RATE_HZ

    if case.beat is not None:
        mark = case.analysis.beats[case.beat].r + round(ms_from_r * SAMPLING_RATE_HZ / 1000)
        case.edited[case.beat] = waves_of(case, case.beat).edited(name, mark)
        _end_override(case)


def forget_boundaries(*, every: bool) -> None:
    """Back to the boundaries that were found: those of the beat in use, or of every beat."""
    case = current_case()
    if case is not None:
        case.edited = {beat: waves for beat, waves in case.edited.items() if not every and beat != case.beat}
        _end_override(case)


def choose_inputs(key: str) -> None:
    case = current_case()
    if case is not None and st.session_state[key] is not None:
        case.input_set = st.session_state[key]


def choose_weights(name: str) -> None:
    """From the list of weights, in which "" stands for those for the patient's sex."""
    case = current_case()
    if case is not None:
        case.bundle = name or None


def choose_override(key: str) -> None:
    case = current_case()
    if case is not None:
        case.override = bool(st.session_state[key])
