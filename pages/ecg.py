"""Bring an ECG in, and see it on paper: what was read, and what is missing."""

import streamlit as st

from lvm.language import tr
from lvm.ui.case import current_case
from lvm.ui.frame import against_the_estimate, notes, small, table
from lvm.ui.opening import opening

case = current_case()
st.title(tr("ECG"), anchor=False)
opening(case)
if case is None:
    st.stop()

from lvm.show import tables, words  # noqa: E402 - not before an ECG is there: the first page is up sooner
from lvm.ui.paper import ecg_paper  # noqa: E402

analysis, recording = case.analysis, case.analysis.recording
against_the_estimate(case)
ecg_paper(case)
notes(case, on_file=True)
if case.about:
    st.markdown(tr(case.about))

read, measured = st.columns(2, gap="large")
with read:
    st.subheader(tr("What was read"), anchor=False)
    table(tables.file_facts(analysis), tr("What was read from the file"))
    for sentence in words.missing(analysis, case.typed) or [
        tr("Nothing that the estimate uses is missing from the file.")
    ]:
        st.markdown(sentence)
    st.markdown(words.left_out(recording))
with measured:
    st.subheader(tr("Measurements"), anchor=False)
    table(tables.measurements(analysis), tr("Measurements of the device beside those computed here"))
if analysis.amplitudes is not None:
    with st.expander(tr("Amplitudes in every lead")):
        table(tables.amplitudes(analysis), tr("Amplitudes in every lead"))
        small(tr(words.AMPLITUDES))
