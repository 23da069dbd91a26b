"""Loads what is heavy while the user looks at the first page, so that the first ECG does not wait for it."""

import threading
from contextlib import suppress

import streamlit as st

from lvm.errors import LvmError
from lvm.recording import Patient


@st.cache_resource(show_spinner=False)
def warm() -> threading.Thread:
    """Start loading, once for the server. Sends one simulated patient the whole way."""
    thread = threading.Thread(target=_load, name="warm", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    from lvm.analysis import analyse
    from lvm.cohort.examples import EXAMPLES
    from lvm.estimate import estimate
    from lvm.explain import explain, subject_of
    from lvm.processes import one_thread
    from lvm.read import read
    from lvm.show import beat, colours, ecg, heatmap, importance, mass, tables, trust, waterfall, words  # noqa: F401
    from lvm.weights import load

    one_thread()  # of torch, for all users: small convolutions gain nothing by more, and integrated gradients lose half
    analysis = analyse(read(EXAMPLES[0].data()))
    ecg.ecg(analysis, analysis.chosen, colours.LIGHT).to_json()
    with suppress(LvmError):  # no bundles: the pages say so
        for sex in ("male", "female"):
            for input_set in ("model 2", "model 1"):
                found = estimate(analysis, Patient(sex=sex), input_set=input_set)
        if found.card is not None:
            explain(subject_of(analysis, found, load(found.card.name)))
