"""The detected beats, the one in use, and its waves in the two lead groups."""

import streamlit as st

from lvm.ui.case import choose_beat
from lvm.ui.frame import CHART, against_the_estimate, case_or_empty, colours, notes

st.title("Beats")
case = case_or_empty("its beats, lead groups and wave boundaries")

from lvm.show import alts, tables, words  # noqa: E402 - not before an ECG is there
from lvm.show.beat import beat  # noqa: E402

analysis = case.analysis
against_the_estimate(case)
if case.beat is None:
    st.error("No beat of this recording can be used.")
else:
    key = f"beat-{case.number}"
    st.session_state[key] = case.beat
    st.segmented_control(
        "Beat in use",
        words.usable_beats(analysis),
        format_func=lambda i: str(i + 1),
        key=key,
        required=True,
        on_change=choose_beat,
        args=(key,),
    )
    st.markdown(words.why_this_beat(analysis, case.beat))
    st.plotly_chart(
        beat(analysis, case.beat, colours()),
        theme=None,
        config=CHART,
        key="beat_chart",
        alt=alts.beat(analysis, case.beat),
    )
    st.markdown(
        ":small[All leads are cut at the same instant, 300 ms before to 600 ms after R, and drawn on the same "
        "millimetres. Coloured: the beat in use. Grey: the other usable beats. Shaded: P, QRS and T, one set of "
        "boundaries for all leads.]"
    )
notes(case, on_file=False)

listed, marked = st.columns([3, 2], gap="large")
with listed:
    st.subheader("All detected beats")
    st.table(tables.beats(analysis, case.beat), hide_index=True, border="horizontal", alt=words.usable(analysis))
if case.beat is not None:
    with marked:
        st.subheader(f"Boundaries of beat {case.beat + 1}")
        st.table(
            tables.boundaries(analysis, case.beat),
            hide_index=True,
            border="horizontal",
            alt="Wave boundaries in milliseconds from the R peak",
        )
        st.markdown(":small[Negative: before R. “–”: the wave is absent or its boundary is unsure.]")
