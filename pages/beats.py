"""The detected beats, the one in use or their average, and its waves in the two lead groups."""

import streamlit as st

from lvm.ui.case import choose_beat, neurokit_of, profile_of
from lvm.ui.frame import CHART, against_the_estimate, case_or_empty, choice, colours, notes

st.title("Beats")
case = case_or_empty("its beats, lead groups and wave boundaries")

from lvm.profile import SEGMENTS  # noqa: E402 - not before an ECG is there
from lvm.show import alts, profile, tables, words  # noqa: E402
from lvm.show.beat import beat, compared, shown  # noqa: E402

analysis = case.analysis
against_the_estimate(case)
seen = None
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
    view, switch = st.columns(2, gap="medium", vertical_alignment="bottom")
    with view:
        drawn = choice(
            "Show",
            ("This beat", "Average beat"),
            "drawn_beat",
            help="The average of the usable beats, sample by sample their median.",
        )
    compare = switch.toggle(
        "Compare with NeuroKit2",
        key="compare_neurokit",
        persist_state="session",
        help="Boundaries of the same beat by the prominence method of the open library NeuroKit2, dotted. It marks "
        "P waves also where there are none, and reads a wide QRS too short.",
    )
    index = case.beat if drawn == "This beat" else None
    seen = shown(analysis, index)
    other = compared(analysis, index, neurokit_of(case)) if compare else {}
    st.markdown(words.why_this_beat(analysis, case.beat))
    st.plotly_chart(
        beat(analysis, index, colours(), other),
        theme=None,
        config=CHART,
        key="beat_chart",
        alt=alts.beat(analysis, index),
    )
    st.markdown(
        ":small[All leads are cut at the same instant, 300 ms before to 600 ms after R, and drawn on the same "
        "millimetres. Coloured: the beat shown. Grey: the usable beats. Shaded: P, QRS and T, one set of boundaries "
        "for all leads. A dashed boundary is uncertain: a reader would hesitate."
        f"{' Dotted: NeuroKit2.' if compare else ''}]"
    )
notes(case, on_file=False)

listed, marked = st.columns([3, 2], gap="large")
with listed:
    st.subheader("All detected beats")
    st.table(tables.beats(analysis, case.beat), hide_index=True, border="horizontal", alt=words.usable(analysis))
if seen is not None:
    with marked:
        st.subheader(f"Boundaries: {seen.name.lower()}")
        st.table(
            tables.boundaries(seen, other),
            hide_index=True,
            border="horizontal",
            alt="Wave boundaries in milliseconds from the R peak, with their margins",
        )
        st.markdown(
            ":small[Negative: before R. “–”: no such wave was found. Margin: on test recordings four of five of "
            "cardiologists’ marks lay no farther off.]"
        )

    with st.expander("Profile by lead and segment"):
        segment = choice("Segment", SEGMENTS, "profile_segment", "QRS")
        found = profile_of(case)
        st.markdown(profile.lasts(found, segment))
        st.table(
            profile.of_segment(found, segment),
            hide_index=True,
            border="horizontal",
            alt=f"{segment}: highest and lowest voltage, area and slope in each of the twelve leads",
        )
        st.markdown(f":small[{profile.caption(found)}]")
