"""Bring an ECG in, and see it on paper: what was read, and what is missing."""

import streamlit as st

from lvm.cohort.examples import EXAMPLES
from lvm.ui.case import UPLOADED, close_case, current_case, file_error, open_case
from lvm.ui.frame import CHART, colours


def upload() -> None:
    file = st.session_state["ecg_file"]
    if file is None:
        close_case()
    else:
        open_case(file.getvalue(), UPLOADED)


case = current_case()
st.title("ECG")
if case is None:
    st.markdown(
        "Estimates left-ventricular mass from one beat of a 12-lead ECG, says how sure it is, and shows where the "
        "network was sensitive."
    )
with st.expander("Open an ECG" if case is None else "Open another ECG", expanded=case is None):
    from_file, simulated = st.columns([2, 3], gap="large")
    from_file.file_uploader(
        "12-lead ECG: Philips Sierra XML or GE MUSE XML, up to 10 MB",
        type=["xml"],
        key="ecg_file",
        on_change=upload,
        max_upload_size=10,
    )
    from_file.markdown(":small[The file stays in the memory of this session. Names and identifiers are not read.]")
    simulated.markdown("Or try a simulated patient:")
    for i, example in enumerate(EXAMPLES, start=1):
        name = example.label.removeprefix("Simulated: ")
        simulated.button(
            f"{i}: {name}",
            key=example.key,
            help=example.description,
            on_click=lambda e=example, i=i: open_case(
                e.data(), f"Simulated patient {i}", f"{e.label}. {e.description}"
            ),
            width="stretch",
        )

if file_error():
    st.error(file_error())
if case is None:
    st.stop()

from lvm.show import alts, tables, words  # noqa: E402 - not before an ECG is there: the first page is up sooner
from lvm.show.ecg import LAYOUTS, PAGE_S, ecg, needs_pages  # noqa: E402

analysis, recording = case.analysis, case.analysis.recording
with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
    layout = st.segmented_control(
        "Layout", LAYOUTS, default=LAYOUTS[0], required=True, key="layout", persist_state="session"
    )
    gain = st.segmented_control("Gain, mm/mV", (5, 10), default=10, required=True, key="gain", persist_state="session")
    start_s = 0.0
    if needs_pages(analysis):
        start_s = st.slider(
            "First second shown", 0.0, recording.duration_s - PAGE_S, 0.0, 0.5, key=f"start-{case.number}", width=320
        )

cautions = (*recording.warnings, *(issue.what for issue in analysis.quality.issues))
if cautions:
    st.warning(words.cautions(cautions))
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
if case.about:
    st.markdown(case.about)

read, measured = st.columns(2, gap="large")
with read:
    st.subheader("What was read")
    st.table(tables.file_facts(analysis), hide_index=True, border="horizontal", alt="What was read from the file")
    for sentence in words.missing(analysis) or ["Nothing that the estimate uses is missing from the file."]:
        st.markdown(sentence)
with measured:
    st.subheader("Measurements")
    st.table(
        tables.measurements(analysis),
        hide_index=True,
        border="horizontal",
        alt="Measurements of the device beside those computed here",
    )
