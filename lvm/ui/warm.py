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
    from lvm.read import read
    from lvm.show import beat, colours, ecg, heatmap, mass, tables, words  # noqa: F401

    analysis = analyse(read(EXAMPLES[0].data()))
    ecg.ecg(analysis, analysis.chosen, colours.LIGHT).to_json()
    with suppress(LvmError):  # no bundles: the pages say so
        for sex in ("male", "female"):
            for input_set in ("model 2", "model 1"):
                estimate(analysis, Patient(sex=sex), input_set=input_set)
