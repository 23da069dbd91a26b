"""Bring an ECG in, and see it on paper: what was read, and what is missing."""

import streamlit as st

from lvm.cohort.examples import EXAMPLES
from lvm.read import accepted
from lvm.ui.case import current_case, file_error
from lvm.ui.frame import CHART, against_the_estimate, choice, colours, notes
from lvm.ui.upload import open_example, upload_field

case = current_case()
st.title("ECG")
if case is None:
    st.markdown(
        "Estimates left-ventricular mass from one beat of a 12-lead ECG, says how sure it is, and shows where the "
        "network was sensitive."
    )
with st.expander("Open an ECG" if case is None else "Open another ECG", expanded=case is None):
    from_file, simulated = st.columns([2, 3], gap="large")
    with from_file:
        upload_field(accepted())
        st.markdown(
            ":small[A file that turns red is too large and was not read. The file stays in the memory of this session; "
            "names and other facts that identify the patient are not kept.]"
        )
    simulated.markdown("Or try a simulated patient:")
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

if file_error():
    st.error(file_error())
if case is None:
    st.stop()

from lvm.show import alts, tables, words  # noqa: E402 - not before an ECG is there: the first page is up sooner
from lvm.show.ecg import LAYOUTS, PAGE_S, ecg, first_second, needs_pages  # noqa: E402

analysis, recording = case.analysis, case.analysis.recording
with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
    layout = choice("Layout", LAYOUTS, "layout")
    gain = choice("Gain, mm/mV", (5, 10), "gain", 10)
    start_s = 0.0
    if needs_pages(analysis):
        start_s = st.slider(
            "First second shown",
            0.0,
            recording.duration_s - PAGE_S,
            first_second(analysis, case.beat),
            0.5,
            key=f"start-{case.number}",
            width=320,
        )

against_the_estimate(case)
st.plotly_chart(
    ecg(analysis, case.beat, colours(), layout=layout, gain=gain, start_s=start_s),
    theme=None,
    config=CHART,
    key="paper",
    alt=alts.ecg(analysis, case.beat, layout, gain),
)
st.markdown(
    f":small[{words.why_this_beat(analysis, case.beat)} Filled triangles mark usable beats; the beat in use is shaded. "
    "Drag over the paper to enlarge, double-click to go back.]"
)
notes(case, on_file=True)
if case.about:
    st.markdown(case.about)

read, measured = st.columns(2, gap="large")
with read:
    st.subheader("What was read")
    st.table(tables.file_facts(analysis), hide_index=True, border="horizontal", alt="What was read from the file")
    for sentence in words.missing(analysis) or ["Nothing that the estimate uses is missing from the file."]:
        st.markdown(sentence)
    st.markdown(words.left_out(recording))
with measured:
    st.subheader("Measurements")
    st.table(
        tables.measurements(analysis),
        hide_index=True,
        border="horizontal",
        alt="Measurements of the device beside those computed here",
    )
if analysis.amplitudes is not None:
    with st.expander("Amplitudes in every lead"):
        st.table(tables.amplitudes(analysis), hide_index=True, border="horizontal", alt="Amplitudes in every lead")
        st.markdown(f":small[{words.AMPLITUDES}]")
