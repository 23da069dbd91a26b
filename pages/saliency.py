"""Where the model was sensitive on this beat: a map in all 12 leads, its table, its grams, and what it is worth."""

from functools import partial

import streamlit as st

from lvm.errors import LvmError
from lvm.ui.case import estimate_of
from lvm.ui.frame import CHART, case_or_empty, choice, colours
from lvm.ui.weights import which

st.title("Saliency")
case = case_or_empty("where the model was sensitive")

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
    steps,
)
from lvm.ui import explained  # noqa: E402
from lvm.ui.boundaries import boundary_inputs, waves_of  # noqa: E402
from lvm.ui.downloads import images  # noqa: E402

LEARNED, SHUFFLED = "Learned", "Shuffled"
BY = {"lead": "By lead", "group": "By lead group", "whole": "All leads together"}

groups = st.session_state.get("lead_groups", 2)  # stands further down, beside the table that it changes

try:
    estimate = estimate_of(case)
    subject = explained.subject_of_case(case, groups)
except LvmError as error:
    st.error(str(error))
    st.stop()
if subject is None or case.beat is None:
    st.markdown("**Nothing to explain: no estimate is made of this ECG.**")
    st.warning("\n\n".join(quality.reason(reason) for reason in estimate.reasons))
    st.page_link("pages/mass.py", label="Go to LV mass")
    st.stop()
beat, waves = case.beat, waves_of(case, case.beat)

which(case)
key = choice("Method", list(METHODS), "method", DEFAULT, format_func=lambda k: METHODS[k].name)
method = METHODS[key]
cut = st.session_state.get(f"cut_off-{key}", round(method.cut_off * 100)) / 100  # further down too
st.markdown(method.sentence)
with st.container(horizontal=True):
    by = choice("Map", list(BY), "by", format_func=BY.__getitem__)
    shown = choice(
        "Show",
        ("Magnitude", "Signed"),
        "shown",
        disabled=not method.signed,
        help=None if method.signed else "Grad-CAM has no sign.",
    )
    network = choice(
        "Network’s weights",
        (LEARNED, SHUFFLED),
        "network",
        help="Shuffled: the same map of a network that has learned nothing, to compare.",
    )
x = explained.explanation_of(case, subject, key, cut)
with st.container():  # of its own, so that what follows keeps its place, and open parts stay open
    if estimate.overridden:
        st.warning(quality.with_reasons(estimate))
    for warning in (*quality.other_warnings(estimate), *x.warnings):
        st.warning(warning)
verdict_place, chart_place = st.empty(), st.container()
verdict_place.progress(0.0, ":small[Checking this map …]")
sums = explained.explanation_of(case, subject, "shapley")

with chart_place:
    seen = x if network == LEARNED else explained.shuffled_of(case, subject, key, cut)
    slopes = explained.attribution_of(case, subject, "gradient").mean_map
    figure = heatmap.heatmap(
        case.analysis, beat, seen, slopes, colours(), signed=shown == "Signed", by=by, waves=waves
    )  # fmt: skip
    described = heatmap.described(seen, beat)
    if network == SHUFFLED:
        described = f"Of a network with shuffled weights. {described}"
    st.plotly_chart(figure, theme=None, config=CHART, key="heat_chart", alt=described)
    st.markdown(f"**{SENSITIVE}** {uncertain(waves)}")
    about = on_picture(seen, estimate, beat, shuffled=network == SHUFFLED, edited=beat in case.edited)
    images(figure, f"saliency-{key}{'-shuffled' * (network == SHUFFLED)}", "heatmap", about)

left, right = st.columns(2, gap="large")
with left:
    st.subheader("Importance by segment")
    with st.container(horizontal=True):
        st.slider(
            "Cut-off, % of the largest value",
            0,
            50,
            round(method.cut_off * 100),
            1,
            format="%d %%",
            key=f"cut_off-{key}",
            persist_state="session",
            help=CUT_OFF_HELP,
        )
        choice(
            "Lead groups",
            (2, 4),
            "lead_groups",
            format_func={2: "Two, by plane", 4: "Four, by coronary territory"}.__getitem__,
        )
    table_place = st.empty()
    with st.expander("Share, density and grams"):
        st.table(importance.detail(x), hide_index=True, border="horizontal", alt="Density and grams by segment")
        st.markdown(f":small[{DENSITY}]")
    with st.expander("Boundaries of this beat"):
        boundary_inputs(case, beat)
with right:
    st.subheader("From the average patient to this one")
    way = waterfall.waterfall(sums, colours(), partial(named, estimate))
    st.plotly_chart(way, theme=None, config=CHART, key="waterfall", alt=waterfall.described(sums))
    st.markdown(f":small[{steps(sums, explained.shapley_error_of(case, subject))}]")
    images(way, "waterfall", "waterfall", on_picture(sums, estimate, beat, edited=beat in case.edited))
    with st.expander("All grams as a table"):
        st.table(
            importance.grams(sums, partial(named, estimate)),
            hide_index=True,
            border="horizontal",
            alt="Shapley values in grams",
        )

explained.all_attributions(case, subject, verdict_place)
verdict_place.progress(1.0, ":small[Checking this map: shuffled weights, deletion, other beats …]")
found = explained.trust_of(case, subject, key, cut)
verdict_place.markdown(
    trust.line(found)
    if network == LEARNED
    else "**A network that has learned nothing:** compare its map. All below the map is of the learned network."
)
with table_place.container():
    st.table(
        importance.shares(x, found.bounds),
        hide_index=True,
        border="horizontal",
        alt="Share of the map by segment and lead group, adding to 100 %",
    )
    if found.bounds:
        st.markdown(f":small[{BOUNDS}]")
    st.download_button(
        "Table as CSV",
        importance.download(x, found.bounds),
        f"importance-{key}.csv",
        "text/csv",
        on_click="ignore",
    )

st.subheader("Can this map be believed?")
st.table(trust.table(found), hide_index=True, border="horizontal", alt=f"Checks of the map. {trust.line(found)}")
st.markdown(f":small[{trust.limb_leads(found)}]")
with st.expander("Every segment deleted, and inserted"):
    st.table(trust.deletions(found), hide_index=True, border="horizontal", alt="Deletion and insertion in grams")
    st.markdown(f":small[{DELETION}]")
with st.expander("All methods side by side"):
    every = [summed(subject, METHODS[k], a) for k, a in explained.all_attributions(case, subject).items()]
    st.table(importance.all_methods(every), hide_index=True, border="horizontal", alt="Shares by every method")
    st.markdown(":small[★ the largest share. Which method finds what is there: page Models, Saliency.]")

st.subheader("Against a cohort and the paper")
of_cohort = None
try:
    of_cohort = explained.population_of(case, x) if groups == 2 else None
except LvmError as error:
    st.error(str(error))
if of_cohort is None:
    st.markdown(
        ":small[There is something to set against it for the standard weights of model 2, with two lead groups and by "
        "the methods that the page Models shows under Saliency.]"
    )
else:
    st.table(
        importance.beside(
            explained.explanation_of(case, subject, key), of_cohort, paper.importance(of_cohort.sexes, of_cohort.third)
        ),
        hide_index=True,
        border="horizontal",
        alt="Shares of this ECG beside those of a cohort and of the paper",
    )
    st.markdown(f":small[{importance.whose(of_cohort)}]")
