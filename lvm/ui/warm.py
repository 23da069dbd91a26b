"""Loads what is heavy while the user looks at the first page, so that the first ECG does not wait for it.

What it sends the whole way, a shipped simulated patient, the first page then shows.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from lvm.errors import LvmError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lvm.analysis import Analysis
    from lvm.estimate import Estimate
    from lvm.explain import Explanation

FIRST_LOOK = "lvh-man"  # key of the shipped case


@dataclass(frozen=True, eq=False)
class FirstLook:
    """The shipped case with its map. slopes : (12, 450) g/mV, for the hover."""

    analysis: "Analysis"
    estimate: "Estimate"
    explanation: "Explanation"
    slopes: "NDArray[np.float32]"


class Warm(threading.Thread):
    """Loads in the background; first_look is there before it ends, unless no weights are installed."""

    first_look: FirstLook | None = None

    def __init__(self) -> None:
        super().__init__(name="warm", daemon=True)

    def run(self) -> None:
        from lvm.analysis import analyse
        from lvm.cohort.examples import EXAMPLES
        from lvm.estimate import estimate
        from lvm.explain import METHODS, explain, subject_of
        from lvm.processes import one_thread
        from lvm.read import read
        from lvm.recording import Patient
        from lvm.show import beat, colours, ecg, heatmap, importance, mass, tables, trust, waterfall  # noqa: F401
        from lvm.weights import cards, load

        one_thread()  # of torch, for all users: small convolutions gain nothing by more; integrated gradients lose half
        analysis = analyse(read(next(e for e in EXAMPLES if e.key == FIRST_LOOK).data()))
        ecg.ecg(analysis, analysis.chosen, colours.LIGHT).to_json()
        with suppress(LvmError):  # no bundles: the pages say so
            found = estimate(analysis)
            if found.card is not None:
                subject = subject_of(analysis, found, load(found.card.name))
                slopes = METHODS["gradient"].attribute(subject).mean_map
                self.first_look = FirstLook(analysis, found, explain(subject), slopes)
            for sex in ("male", "female"):
                for input_set in ("model 2", "model 1"):
                    estimate(analysis, Patient(sex=sex), input_set=input_set)
        for card in cards():  # the page LV mass shows what each says
            with suppress(LvmError):
                load(card.name)


@st.cache_resource(show_spinner=False)
def warm() -> Warm:
    """Start loading, once for the server."""
    thread = Warm()
    thread.start()
    return thread
