"""The one object of a user's session: an ECG with what the user typed and chose. Another file replaces it whole.

It lives in the session's memory only; nothing of it is written to disk, logged, or put into the address. Heavy modules
are imported where they are used, so that the first page does not wait for them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from lvm.errors import LvmError
from lvm.recording import Typed
from lvm.ui.warm import warm

if TYPE_CHECKING:
    from lvm.analysis import Analysis
    from lvm.estimate import Estimate
    from lvm.explain import Explanation
    from lvm.net.config import InputSet

T = TypeVar("T")

_CASE, _ERROR, _COUNT = "case", "file_error", "cases_opened"
_REMEMBERED = 64  # results; the oldest goes first
UPLOADED = "Uploaded ECG"


@dataclass(eq=False)
class Case:
    """An open ECG.

    label : never the file's name.
    number : counts the files opened in this session; part of the keys of widgets, so that none outlives its patient.
    beat : index of the beat in use.
    about : describes a simulated patient.
    """

    label: str
    analysis: "Analysis"
    number: int
    beat: int | None
    about: str = ""
    typed: Typed = field(default_factory=Typed)
    input_set: "InputSet" = "model 2"
    _results: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    def remember(self, key: tuple[Any, ...], compute: Callable[[], T]) -> T:
        """A result of this case, computed once for each key."""
        if key not in self._results:
            while len(self._results) >= _REMEMBERED:
                del self._results[next(iter(self._results))]
            self._results[key] = compute()
        found: T = self._results[key]
        return found


def current_case() -> Case | None:
    return st.session_state.get(_CASE)


def file_error() -> str | None:
    return st.session_state.get(_ERROR)


def close_case() -> None:
    st.session_state.pop(_CASE, None)
    st.session_state.pop(_ERROR, None)


def open_case(data: bytes, label: str, about: str = "") -> None:
    """Read and analyse a file. Whatever comes of it, nothing of the case before is left."""
    from lvm.analysis import analyse
    from lvm.read import read

    if warm().is_alive():
        st.toast("Still starting up: the first ECG takes some seconds.")
    close_case()
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1
    try:
        analysis = analyse(read(data))
    except LvmError as error:
        st.session_state[_ERROR] = str(error)
        return
    st.session_state[_CASE] = Case(label, analysis, st.session_state[_COUNT], analysis.chosen, about)


def estimate_of(case: Case, input_set: "InputSet | None" = None) -> "Estimate":
    """The estimate for what is typed and chosen now; raises LvmError where no bundle fits."""
    from lvm.estimate import estimate

    inputs = input_set or case.input_set
    return case.remember(
        ("estimate", case.typed, case.beat, inputs),
        lambda: estimate(case.analysis, case.typed, input_set=inputs, beat=case.beat),
    )


def explanation_of(case: Case, method: str, threshold: float) -> "Explanation | None":
    """Why the estimate moves; None where there is no estimate to explain."""
    from lvm.explain import explain
    from lvm.weights import load

    estimate = estimate_of(case)
    if estimate.lvm_g is None or estimate.card is None:
        return None
    bundle = load(estimate.card.name)
    return case.remember(
        ("explanation", case.typed, case.beat, case.input_set, method, threshold),
        lambda: explain(case.analysis, estimate, bundle, beat=case.beat, method=method, threshold=threshold),
    )


def type_in(name: str, key: str) -> None:
    """Callback of an input's widget: its value becomes the typed one, unless it is what was there anyway."""
    from lvm.estimate import gather_inputs

    case = current_case()
    if case is not None:
        value = st.session_state[key]
        untouched = gather_inputs(case.analysis)[name].value
        case.typed = replace(case.typed, **{name: None if value == untouched else value})


def forget_typed() -> None:
    """Back to the file's values and ours."""
    case = current_case()
    if case is not None:
        case.typed = Typed()


def choose_beat(key: str) -> None:
    case = current_case()
    if case is not None and st.session_state[key] is not None:
        case.beat = st.session_state[key]


def choose_inputs(key: str) -> None:
    case = current_case()
    if case is not None and st.session_state[key] is not None:
        case.input_set = st.session_state[key]
