"""The detected beats, the one in use or their average, and its waves in the lead groups."""

import streamlit as st

from lvm.language import mark, tr
from lvm.ui.case import neurokit_of, profile_of, waves_of
from lvm.ui.frame import against_the_estimate, case_or_empty, chart, choice, colours, notes, small, table
from lvm.ui.lead_groups import lead_groups_field

st.title(tr("Beats"), anchor=False)
case = case_or_empty(mark("its beats, lead groups and wave boundaries"))

from lvm.profile import SEGMENTS  # noqa: E402 - not before an ECG is there
from lvm.show import alts, beats, boundaries, profile, tables, words  # noqa: E402
from lvm.show.beat import beat, compared, shown  # noqa: E402
from lvm.ui.beats import beat_list, beat_strip  # noqa: E402
from lvm.ui.boundaries import boundary_inputs  # noqa: E402

THIS, AVERAGE = mark("This beat"), mark("Average beat")

analysis = case.analysis
against_the_estimate(case)
beat_strip(case)
seen = None
if case.beat is None:
    st.error(tr("No beat of this recording can be used."))
else:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        beat_list(case)
        groups = lead_groups_field()
        drawn = choice(
            mark("Show"),
            (THIS, AVERAGE),
            "drawn_beat",
            help=tr("The average of the usable beats, sample by sample their median."),
        )
        compare = st.toggle(
            tr("Compare with NeuroKit2"),
            key="compare_neurokit",
            persist_state="session",
            help=tr(
                "Boundaries of the same beat by the prominence method of the open library NeuroKit2, dotted. It marks "
                "P waves also where there are none, and reads a wide QRS too short."
            ),
        )
    st.markdown(beats.which(analysis, case.beat, case.refused))
    index = case.beat if drawn == THIS else None
    waves = waves_of(case, case.beat) if drawn == THIS else None
    seen = shown(analysis, index, waves)
    other = compared(analysis, index, neurokit_of(case)) if compare else {}
    chart(
        beat(analysis, index, colours(), other, waves=waves, groups=groups),
        key="beat_chart",
        alt=alts.beat(analysis, index, waves),
    )
    small(beats.legend(analysis, compared=compare))
    if drawn == THIS:
        st.subheader(tr("Set the boundaries of beat {number}", number=case.beat + 1), anchor=False)
        boundary_inputs(case, case.beat)
notes(case, on_file=False)

listed, marked = st.columns(2, gap="large")
with listed:
    st.subheader(tr("All detected beats"), anchor=False)
    st.markdown(beats.left_out(analysis))
    beats_table = tables.beats(analysis, case.beat)
    if len(beats_table) <= beats.MOST_LISTED:
        table(beats_table, words.usable(analysis))
    else:  # scrolls by itself
        narrow = {name: st.column_config.Column(width="small") for name in beats_table.columns[:3]}
        st.dataframe(beats_table, hide_index=True, height=480, column_config=narrow, alt=words.usable(analysis))
if seen is not None:
    with marked:
        st.subheader(tr("Boundaries: {beat}", beat=tr(seen.name).lower()), anchor=False)
        table(boundaries.table(seen, other), tr("Wave boundaries in milliseconds from the R peak, with their margins"))
        small(boundaries.how_sure())

    with st.expander(tr("Profile by lead and segment")):
        segment = choice(mark("Segment"), SEGMENTS, "profile_segment", "QRS")
        found = profile_of(case)
        st.markdown(profile.lasts(found, segment))
        table(
            profile.of_segment(found, segment),
            tr("{segment}: highest and lowest voltage, area and slope in each of the twelve leads", segment=segment),
        )
        small(profile.caption(found))
