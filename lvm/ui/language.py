"""The user's language: chosen in the header, at first that of the browser."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

from lvm.language import LANGUAGES, Language, speak

P = ParamSpec("P")
T = TypeVar("T")

KEY = "language"
_CHINESE = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")


def of_browser() -> Language:
    return "zh_TW" if (st.context.locale or "").lower().startswith(_CHINESE) else "en"


def language() -> Language:
    """The user's."""
    found: Language = st.session_state.get(KEY) or of_browser()
    return found


def speak_users() -> None:
    """What is said from here on in this run is in the user's language."""
    speak(language())


def language_field() -> None:
    st.segmented_control(
        "Language, 語言",
        list(LANGUAGES),
        default=of_browser(),
        format_func=LANGUAGES.__getitem__,
        required=True,
        key=KEY,
        persist_state="session",
        label_visibility="collapsed",
    )


def fragment(part: Callable[P, T]) -> Callable[P, T]:
    """A part of a page that runs again by itself: Streamlit's, which begins in a thread that speaks English."""

    @wraps(part)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        speak_users()
        return part(*args, **kwargs)

    found: Callable[P, T] = st.fragment(run)
    return found
