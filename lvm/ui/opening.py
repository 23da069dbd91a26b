"""The way in: a file, or one of the simulated patients."""

import streamlit as st

from lvm.cohort.examples import EXAMPLES
from lvm.language import tr
from lvm.read import accepted
from lvm.ui.case import Case, file_error
from lvm.ui.upload import open_example, upload_field


def opening(case: Case | None) -> None:
    """Where an ECG is opened, folded while one is; and why the last one could not be."""
    if case is None:
        st.markdown(
            tr(
                "Estimates left-ventricular mass from one beat of a 12-lead ECG, says how sure it is, and shows where "
                "the network was sensitive."
            )
        )
    with st.expander(tr("Open an ECG") if case is None else tr("Open another ECG"), expanded=case is None):
        from_file, simulated = st.columns([2, 3], gap="large")
        with from_file:
            upload_field(accepted())
            note = tr(
                "A file that turns red is too large and was not read. The file stays in the memory of this session; "
                "names and other facts that identify the patient are not kept."
            )
            st.markdown(f":small[{note}]")
        simulated.markdown(tr("Or try a simulated patient:"))
        for i, example in enumerate(EXAMPLES, start=1):
            name = example.label.removeprefix("Simulated: ")
            simulated.button(
                f"{i}: {name}",
                key=example.key,
                help=example.description,
                on_click=lambda e=example, i=i: open_example(
                    e.data(), f"Simulated patient {i}", f"{e.label}. {e.description}"
                ),
                width="stretch",
            )
    error = file_error()
    if error:
        st.error(error)
