"""Where the model was sensitive on this beat: a map in all 12 leads, its table, its grams, and what it is worth."""

from functools import partial

import streamlit as st

from lvm.errors import LvmError
from lvm.language import mark, tr
from lvm.ui.case import estimate_of, waves_of
from lvm.ui.frame import case_or_empty, chart, choice, colours, small, table
from lvm.ui.weights import which

st.title(tr("Saliency"), anchor=False)
case = case_or_empty(mark("where the model was sensitive"))

from lvm import paper  # noqa: E402 - not before an ECG is there
from lvm.explain import DEFAULT, METHODS, summed  # noqa: E402
from lvm.show import heatmap, importance, quality, trust, waterfall  # noqa: E402
from lvm.show.beat import uncertain  # noqa: E402
from lvm.show.explained import (  # noqa: E402
    BOUNDS,
    CUT_OFF_HELP,
    DELETION,
    DENSITY,
    SENSITIVE,
    named,
    on_picture,
    on_table,
    steps,
)
from lvm.ui import explained  # noqa: E402
from lvm.ui.beats import beat_list  # noqa: E402
from lvm.ui.boundaries import boundary_inputs  # noqa: E402
from lvm.ui.downloads import images  # noqa: E402
from lvm.ui.lead_groups import lead_groups, lead_groups_field  # noqa: E402

LEARNED, SHUFFLED = mark("Learned"), mark("Shuffled")
BY = {"lead": mark("By lead"), "group": mark("By lead group"), "whole": mark("All leads together")}

groups = lead_groups()  # its field stands further down, beside the table that it changes

try:
    estimate = estimate_of(case)
    subject = explained.subject_of_case(case, groups)
except LvmError as error:
    st.error(tr(error.args[0]))
    st.stop()
if subject is None or case.beat is None:
    nothing = tr("Nothing to explain: no estimate is made of this ECG.")
    st.markdown(f"**{nothing}**")
    st.warning("\n\n".join(quality.reason(reason) for reason in estimate.reasons))
    st.page_link("pages/mass.py", label=tr("Go to LV mass"))
    if case.beat in case.edited:  # which may be why
        boundary_inputs(case, case.beat)
    st.stop()
beat, waves = case.beat, waves_of(case, case.beat)

which(case)
key = choice(mark("Method"), list(METHODS), "method", DEFAULT, format_func=lambda k: tr(METHODS[k].name))
method = METHODS[key]
cut = st.session_state.get(f"cut_off-{key}", round(method.cut_off * 100)) / 100  # further down too
st.markdown(tr(method.sentence))
with st.container(horizontal=True):
    beat_list(case)
    by = choice(mark("Map"), list(BY), "by", format_func=lambda k: tr(BY[k]))
    shown = choice(
        mark("Show"),
        (mark("Magnitude"), mark("Signed")),
        "shown",
        disabled=not method.signed,
        help=None if method.signed else tr("Grad-CAM has no sign."),
    )
    network = choice(
        mark("Network’s weights"),
        (LEARNED, SHUFFLED),
        "network",
        help=tr("Shuffled: the same map of a network that has learned nothing, to compare."),
    )
x = explained.explanation_of(case, subject, key, cut)
with st.container():  # of its own, so that what follows keeps its place, and open parts stay open
    if estimate.overridden:
        st.warning(quality.with_reasons(estimate))
    for warning in (*quality.other_warnings(estimate), *x.warnings):
        st.warning(tr(warning))
verdict_place, chart_place = st.empty(), st.container()
checking = tr("Checking this map …")
verdict_place.progress(0.0, f":small[{checking}]")

with chart_place:
    seen = x if network == LEARNED else explained.shuffled_of(case, subject, key, cut)
    slopes = explained.attribution_of(case, subject, "gradient").mean_map
    draw = partial(
        heatmap.heatmap, case.analysis, beat, seen, slopes, colours(), signed=shown == "Signed", by=by, waves=waves
    )
    described = heatmap.described(seen, beat)
    if network == SHUFFLED:
        whose = tr("Of a network with shuffled weights.")
        described = f"{whose} {described}"
    chart(draw(), key="heat_chart", alt=described)
    st.markdown(f"**{tr(SENSITIVE)}** {uncertain(waves)}")
    about = on_picture(seen, estimate, beat, shuffled=network == SHUFFLED, edited=beat in case.edited)
    images(draw, f"saliency-{key}{'-shuffled' * (network == SHUFFLED)}", "heatmap", about)

sums = explained.explanation_of(case, subject, "shapley")
left, right = st.columns(2, gap="large")
with left:
    st.subheader(tr("Importance by segment"), anchor=False)
    with st.container(horizontal=True):
        st.slider(
            tr("Cut-off, % of the largest value"),
            0,
            50,
            round(method.cut_off * 100),
            1,
            format="%d %%",
            key=f"cut_off-{key}",
            persist_state="session",
            help=tr(CUT_OFF_HELP),
        )
        lead_groups_field()
    table_place = st.empty()
    with st.expander(tr("Share, density and grams")):
        table(importance.detail(x), tr("Density and grams by segment"))
        small(tr(DENSITY))
    with st.expander(tr("Boundaries of this beat")):
        boundary_inputs(case, beat)
with right:
    st.subheader(tr("From the average patient to this one"), anchor=False)
    way = partial(waterfall.waterfall, sums, colours(), partial(named, estimate))
    chart(way(), key="waterfall", alt=waterfall.described(sums))
    small(steps(sums, explained.shapley_error_of(case, subject)))
    images(way, "waterfall", "waterfall", on_picture(sums, estimate, beat, edited=beat in case.edited))
    with st.expander(tr("All grams as a table")):
        table(importance.grams(sums, partial(named, estimate)), tr("Shapley values in grams"))

explained.all_attributions(case, subject, verdict_place)
checking = tr("Checking this map: shuffled weights, deletion, other beats …")
verdict_place.progress(1.0, f":small[{checking}]")
found = explained.trust_of(case, subject, key, cut)
verdict_place.markdown(
    trust.line(found)
    if network == LEARNED
    else tr("**A network that has learned nothing:** compare its map. All below the map is of the learned network.")
)
about_table = on_table(case.label, x, estimate, beat, edited=beat in case.edited)
with table_place.container():
    table(importance.shares(x, found.bounds), tr("Share of the map by segment and lead group, adding to 100 %"))
    if found.bounds:
        small(tr(BOUNDS))
    st.download_button(
        tr("Table as CSV"),
        importance.download(x, found.bounds, about_table),
        f"importance-{key}.csv",
        "text/csv",
        on_click="ignore",
    )

st.subheader(tr("Can this map be believed?"), anchor=False)
checked = tr("Checks of the map.")
table(trust.table(found), f"{checked} {trust.line(found)}")
small(trust.limb_leads(found))
with st.expander(tr("Every segment deleted, and inserted")):
    table(trust.deletions(found), tr("Deletion and insertion in grams"))
    small(tr(DELETION))
with st.expander(tr("All methods side by side")):
    every = [summed(subject, METHODS[k], a) for k, a in explained.all_attributions(case, subject).items()]
    table(importance.all_methods(every), tr("Shares by every method"))
    star = tr("★ the largest share. Which method finds what is there: page Models, Saliency.")
    small(star)

st.subheader(tr("Against a cohort and the paper"), anchor=False)
of_cohort = None
try:
    of_cohort = explained.population_of(case, x) if groups == 2 else None
except LvmError as error:
    st.error(tr(error.args[0]))
if of_cohort is None:
    only = tr(
        "There is something to set against it for the standard weights of model 2, with two lead groups and by the "
        "methods that the page Models shows under Saliency."
    )
    small(only)
else:
    table(
        importance.beside(
            explained.explanation_of(case, subject, key), of_cohort, paper.importance(of_cohort.sexes, of_cohort.third)
        ),
        tr("Shares of this ECG beside those of a cohort and of the paper"),
    )
    small(importance.whose(of_cohort))
