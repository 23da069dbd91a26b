"""Bring an ECG in, and see it on paper: what was read, and what is missing."""

import streamlit as st

from lvm.language import tr
from lvm.ui.case import current_case
from lvm.ui.frame import CHART, against_the_estimate, choice, colours, notes
from lvm.ui.opening import opening

case = current_case()
st.title(tr("ECG"))
opening(case)
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
