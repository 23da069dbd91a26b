"""What every page has: the banner, the header that follows the user, and the empty state."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from lvm.errors import LvmError
from lvm.language import mark, tr
from lvm.show import SHEET_PX
from lvm.ui.case import Case, current_case, estimate_of, given, measured_by_hand
from lvm.ui.language import language, language_field

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from streamlit.delta_generator import DeltaGenerator

    from lvm.show.colours import Palette

T = TypeVar("T")

FOLD_NOTES = 3
BANNER = mark("Research and education only. Not a medical device. Do not use for patient care.")


def sheet() -> "DeltaGenerator":
    """The middle of the window: no wider than an ECG can be read at one glance."""
    return st.container(horizontal_alignment="center").container(width=SHEET_PX)


def banner() -> None:
    """What this is not, and the choice of the language."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        unconfirmed = tr("Computer statements are unconfirmed.")
        st.markdown(f":small[**{tr(BANNER)}** {unconfirmed}]", width="content")
        language_field()


def header() -> None:
    """One compact row of facts about the current case."""
    case = current_case()
    if case is None:
        return
    from lvm.estimate import gather_inputs
    from lvm.show import words
    from lvm.show.card_values import plain

    try:
        estimate = estimate_of(case)
    except LvmError:  # the page that needs the estimate says why there is none
        estimate = None
    inputs = gather_inputs(case.analysis, given(case))
    with st.container(border=True, horizontal=True, gap="xsmall"):
        weights = plain(case.bundle) if case.bundle else ""
        by_hand = measured_by_hand(case)
        facts = words.header(tr(case.label), case.analysis, inputs, estimate, weights, by_hand, case.typed)
        for title, value in facts:
            st.markdown(f":small[{title}]  \n:small[**{value}**]", width="content")


def case_or_empty(what: str) -> Case:
    """The current case; without one, a friendly word, the way to the ECG page, and the end of the script."""
    case = current_case()
    if case is None:
        st.info(tr("No ECG is open yet. Open a file or one of the simulated examples to see {what}.", what=what))
        st.page_link("pages/ecg.py", label=tr("Open an ECG"))
        st.stop()
    return case


def choice(label: str, options: Sequence[T], key: str, default: T | None = None, **more: Any) -> T:
    """One of several, by default the first; what is chosen stays so over all pages."""
    first = options[0] if default is None else default
    more.setdefault("format_func", lambda option: tr(str(option)))
    found: T = st.segmented_control(
        tr(label), options, default=first, required=True, key=key, persist_state="session", **more
    )
    return found


def table(data: Any, alt: str) -> None:
    st.table(data, hide_index=True, border="horizontal", alt=alt)


def chart(figure: "go.Figure", *, key: str, alt: str, config: Mapping[str, Any] | None = None, **more: Any) -> Any:
    """config : beside what holds for every chart."""
    return st.plotly_chart(figure, theme=None, config=CHART | dict(config or {}), key=key, alt=alt, **more)


def small(text: str) -> None:
    st.markdown(f":small[{text}]")


def put(key: str, value: object) -> None:
    """Make a widget show what holds now. One that shows it already is left alone: what it were set to would reach the
    browser after the user's next key press, and take that back. On several pages it needs persist_state="session"."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def pick(
    label: str,
    options: Sequence[T],
    now: T,
    take: Callable[[T], None],
    key: str,
    words: Callable[[T], str] = str,
    **more: Any,
) -> None:
    """A list that shows what is chosen now; take is called with what the user picks. The browser sends an option's
    words, not its place: in another language it is another list."""
    here = f"{key}-{language()}"
    put(here, now)
    st.selectbox(label, options, format_func=words, key=here, on_change=lambda: take(st.session_state[here]), **more)


def picked(label: str, options: Sequence[T], key: str, words: Callable[[T], str] = str, **more: Any) -> T:
    """What is picked from a list, at first its first; it stays so over all pages."""
    now: T = st.session_state[key] if st.session_state.get(key) in options else options[0]
    pick(label, options, now, partial(st.session_state.__setitem__, key), key, words, **more)
    return now


def against_the_estimate(case: Case) -> None:
    """What is wrong with the signal and stands against an estimate."""
    from lvm.show import quality

    grave = case.analysis.quality.grave
    if grave:
        st.warning(quality.grave_list(grave, overridden=case.override))


def notes(case: Case, *, on_file: bool) -> None:
    """What else is odd, in small print, folded where it is much; on_file: also what the reader said."""
    from lvm.show import quality

    found = quality.notes(case.analysis, on_file=on_file)
    if len(found) > FOLD_NOTES:
        with st.expander(tr("{number} notes that do not affect the estimate", number=len(found))):
            st.markdown(quality.bullets(found))
    elif found:
        st.markdown(quality.small_list(found))


def colours() -> "Palette":
    """The palette of the theme the user sees."""
    from lvm.show.colours import palette

    return palette(st.context.theme.type == "dark")


CHART = {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset"}
