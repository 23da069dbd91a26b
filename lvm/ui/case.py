"""The one object of a user's session: an ECG with what the user typed and chose. Another file replaces it whole.

It lives in the session's memory only; nothing of it is written to disk, logged, or put into the address. Heavy modules
are imported where they are used, so that the first page does not wait for them.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from lvm.errors import LvmError
from lvm.language import mark, tr
from lvm.net.config import ECG_MEASURES
from lvm.recording import Measurements, Sex, Typed
from lvm.ui.warm import warm

if TYPE_CHECKING:
    from lvm.analysis import Analysis
    from lvm.estimate import Estimate
    from lvm.net.config import InputSet
    from lvm.profile import Profile
    from lvm.second_opinion import SecondOpinion
    from lvm.waves import Waves
    from lvm.weights import Card
    from lvm.what_if import Changes

T = TypeVar("T")

_CASE, _ERROR, _COUNT, _WAITING = "case", "file_error", "cases_opened", "to_be_read"
_REMEMBERED = 64  # results; what was not asked for longest goes first
UPLOADED = mark("Uploaded ECG")
_STANDARD: "tuple[InputSet, ...]" = ("model 1", "model 2")


@dataclass(eq=False)
class Case:
    """An open ECG.

    label : never the file's name.
    number : counts the files opened in this session; part of the keys of widgets, so that none outlives its patient.
    beat : index of the beat in use.
    about : describes a simulated patient.
    bundle : name of the weights in use; None for those for the patient's sex, of which input_set chooses one.
    override : the user wants an estimate in spite of the reasons against it.
    edited : by beat, the boundaries as the user put them; what rests on those of the beat in use follows them.
    what_if : what is asked on the page LV mass; no estimate of the patient rests on it.
    refused : a beat that the user clicked on and that cannot be used.
    """

    label: str
    analysis: "Analysis"
    number: int
    beat: int | None
    about: str = ""
    typed: Typed = field(default_factory=Typed)
    input_set: "InputSet" = "model 2"
    bundle: str | None = None
    override: bool = False
    edited: "dict[int, Waves]" = field(default_factory=dict)
    what_if: "Changes | None" = None
    refused: int | None = None
    _results: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    def remember(self, key: tuple[Any, ...], compute: Callable[[], T]) -> T:
        """A result of this case, computed once for each key."""
        if key in self._results:
            self._results[key] = self._results.pop(key)  # to the end
        else:
            value = compute()
            while len(self._results) >= _REMEMBERED:
                del self._results[next(iter(self._results))]
            self._results[key] = value
        found: T = self._results[key]
        return found


def current_case() -> Case | None:
    return st.session_state.get(_CASE)


def file_error() -> str | None:
    return st.session_state.get(_ERROR)


def refuse(why: str) -> None:
    """No case, and the page ECG says why. why : made by said, which remembers how it is said in other languages."""
    close_case()
    st.session_state[_ERROR] = why


def close_case() -> None:
    for key in (_CASE, _ERROR, _WAITING):
        st.session_state.pop(key, None)


def open_case(files: Mapping[str, bytes], label: str, about: str = "") -> None:
    """Close the case and put the files of the next one, by name, where read_waiting finds them."""
    close_case()
    st.session_state[_WAITING] = files, label, about


def read_waiting() -> None:
    """Read and analyse what waits to be opened, with a sign of life. Files and their names are not kept."""
    if _WAITING not in st.session_state:
        return
    from lvm.analysis import analyse
    from lvm.read import read_together

    files, label, about = st.session_state[_WAITING]
    starting = warm().is_alive()
    wait = tr("Starting up: the first ECG takes some seconds…") if starting else tr("Reading the ECG…")
    with st.spinner(wait):
        number = st.session_state.get(_COUNT, 0) + 1
        try:
            analysis = analyse(read_together(files))
        except LvmError as error:
            refuse(error.args[0])
        except Exception:  # a defect of ours: the file must not be tried again at every step from here on
            close_case()
            raise
        else:
            close_case()
            st.session_state[_CASE] = Case(label, analysis, number, analysis.chosen, about)
        st.session_state[_COUNT] = number


def neurokit_of(case: Case) -> "tuple[Waves, ...]":
    """NeuroKit2's boundaries of the same beats."""
    from lvm.neurokit import delineate

    with st.spinner(tr("NeuroKit2 looks for the waves…")):
        return case.remember(("neurokit",), lambda: delineate(case.analysis.cleaned_mv, case.analysis.r_peaks))


def profile_of(case: Case) -> "Profile":
    """How long, high, large and steep each segment is in every lead."""
    from lvm.profile import profile

    return case.remember(("profile",), lambda: profile(case.analysis))


def waves_of(case: Case, beat: int) -> "Waves":
    """The boundaries of a beat, as found or as the user put them."""
    return case.edited.get(beat, case.analysis.waves[beat])


def by_boundaries(case: Case) -> Measurements:
    """What is measured by the boundaries that the user moved on the beat in use; all else is None."""
    from lvm.by_hand import by_hand

    if case.beat is None or case.beat not in case.edited:
        return Measurements()
    beat, waves = case.beat, case.edited[case.beat]
    return case.remember(("by hand", beat, waves), lambda: by_hand(case.analysis, beat, waves))


def follows_boundaries(case: Case) -> tuple[str, ...]:
    """The inputs of the estimate that are measured by moved boundaries, and not typed over, by their names in Typed."""
    found = by_boundaries(case)
    return tuple(
        name for name in ECG_MEASURES if getattr(found, name) is not None and getattr(case.typed, name) is None
    )


def given(case: Case) -> Typed:
    """What goes before the file's values and ours: what is typed, and then what follows from moved boundaries."""
    found = by_boundaries(case)
    return replace(case.typed, **{name: getattr(found, name) for name in follows_boundaries(case)})


def measured_by_hand(case: Case) -> Measurements:
    """What stands in place of the device's measurements and ours."""
    now = given(case)
    typed = {name: getattr(now, name) for name in ECG_MEASURES}
    return replace(by_boundaries(case), **{name: value for name, value in typed.items() if value is not None})


def _estimate(case: Case, bundle: str | None, inputs: "InputSet", typed: Typed | None = None) -> "Estimate":
    """typed : other values than those given now."""
    from lvm.estimate import estimate
    from lvm.weights import load

    own = given(case) if typed is None else typed

    def compute() -> "Estimate":
        weights = None if bundle is None else load(bundle)
        return estimate(case.analysis, own, bundle=weights, input_set=inputs, beat=case.beat, override=case.override)

    with st.spinner(tr("Estimating LV mass…")):  # shown only where it takes long
        return case.remember(("estimate", own, case.beat, bundle, inputs, case.override), compute)


def estimate_of(case: Case) -> "Estimate":
    """The estimate for what is typed and chosen now; raises LvmError where no bundle fits."""
    return _estimate(case, case.bundle, case.input_set)


def estimate_as_found(case: Case) -> "Estimate":
    """What it would be with the boundaries found; raises LvmError where no bundle fits."""
    return _estimate(case, case.bundle, case.input_set, case.typed)


def second_opinion_of(case: Case) -> "SecondOpinion | None":
    """LVM-AI's estimate beside the one in use; None where no file of it is in place, or there is no estimate."""
    from lvm.second_opinion import find, second_opinion

    estimate, file = estimate_of(case), find()
    if file is None or estimate.lvm_g is None:
        return None
    now = file.stat()
    with st.spinner(tr("LVM-AI reads the ECG…")):  # the first time in some seconds
        return case.remember(
            ("second opinion", given(case), case.bundle, case.input_set, file.name, now.st_size, now.st_mtime_ns),
            lambda: second_opinion(case.analysis.recording, estimate, file),
        )


def reasons_against(case: Case) -> tuple[str, ...]:
    """Why no estimate should be made of this case, whether or not the user overrides it."""
    from lvm.estimate import gather_inputs
    from lvm.scope import out_of_scope

    outside = case.remember(
        ("scope", given(case)), lambda: out_of_scope(case.analysis, gather_inputs(case.analysis, given(case)))
    )
    return (*case.analysis.quality.grave, *outside)


def other_weights(case: Case) -> "tuple[Card, ...]":
    """The installed bundles for this patient's sex, other than those that the sex chooses by itself."""
    from lvm.estimate import gather_inputs
    from lvm.weights import cards, choose

    stated = gather_inputs(case.analysis, case.typed)["sex"].value
    if stated is None:
        return ()
    sex: Sex = "male" if stated == "male" else "female"
    standard = set[str]()
    for input_set in _STANDARD:
        with suppress(LvmError):
            standard.add(choose(sex, input_set))
    return tuple(card for card in cards() if sex in card.sexes and card.name not in standard)
