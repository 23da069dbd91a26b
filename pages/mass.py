"""The estimate of LV mass: what it rests on, how sure it is, what others say, and what it would be if."""

import streamlit as st

from lvm.errors import LvmError
from lvm.language import mark, tr
from lvm.ui.case import estimate_of, second_opinion_of
from lvm.ui.choices import forget_typed
from lvm.ui.frame import case_or_empty, chart, colours, small, table
from lvm.ui.patient import TAKE_BACK, number_field, sex_field
from lvm.ui.scope import scope
from lvm.ui.weights import estimates_of_all, spread_of, weights_and_inputs
from lvm.ui.what_if import what_if

st.title(tr("LV mass"), anchor=False)
case = case_or_empty(mark("the estimate of LV mass"))

from lvm.show import alts, criteria, model_facts, networks, quality, words  # noqa: E402 - not before an ECG is there
from lvm.show import second_opinion as lvm_ai  # noqa: E402
from lvm.show import what_if as if_so  # noqa: E402
from lvm.show.mass import beats_of, large, mass  # noqa: E402

try:
    estimate = estimate_of(case)
except LvmError as error:
    st.error(tr(error.args[0]))
    weights_and_inputs(case)  # other weights may do
    st.stop()
made = estimate.lvm_g is not None

patient, result = st.columns([1, 2.2], gap="large")
with patient:
    st.subheader(tr("Patient"), anchor=False)
    sex_field(case, estimate)
    number_field(case, estimate, "age_years", mark("Age, years"), 0, 130)
    number_field(case, estimate, "height_cm", mark("Height, cm"), 30, 250)
    number_field(case, estimate, "weight_kg", mark("Weight, kg"), 1, 400)
    st.subheader(tr("From the ECG"), anchor=False)
    number_field(case, estimate, "p_axis_deg", mark("P axis, °"), -180, 180)
    number_field(case, estimate, "qrs_axis_deg", mark("QRS axis, °"), -180, 180)
    number_field(case, estimate, "t_axis_deg", mark("T axis, °"), -180, 180)
    number_field(case, estimate, "qrs_duration_ms", mark("QRS, ms"), 20, 400)
    typed = words.anything_typed(case.typed)
    st.button(tr("Take back all that was typed"), on_click=forget_typed, disabled=not typed)
    small(tr(TAKE_BACK))

with result:
    scope(case, estimate)
    if made:
        for column, one in zip(st.columns(2), large(estimate), strict=True):
            more = {"delta_color": "off", "delta_arrow": "off", "delta_description": one.what or None}
            column.metric(one.name, one.value, one.below, **more)
        st.markdown(words.verdict(estimate))
        known = networks.stood_in(estimate)
        why = networks.why(estimate, by_hand=case.bundle is not None)
        st.markdown(tr("{first} {then}", first=why, then=known))
        others = tuple(warning for warning in quality.other_warnings(estimate) if warning != known)
        if others:
            st.warning(words.cautions(others))
        spread, beats = spread_of(case), beats_of(case.analysis, estimate, case.beat)
        chart(mass(estimate, beats, spread, colours()), key="mass_chart", alt=alts.mass(estimate, beats, spread))
        small(f"{words.how_sure(estimate)} {spread.said}")
    st.info(model_facts.trained_on(estimate.card))
    second = second_opinion_of(case)
    if second is not None:
        st.subheader(tr(lvm_ai.TITLE), anchor=False)
        if second.withheld:
            st.warning(lvm_ai.why_none(second))
        else:
            facts = lvm_ai.metrics(second, estimate)
            for column, (name, value) in zip(st.columns(len(facts)), facts, strict=True):
                column.metric(name, value)
            st.markdown(lvm_ai.verdict(second, estimate))
            st.info(tr(lvm_ai.NOT_CT))
            st.markdown(quality.small_list(lvm_ai.notes(second)))

if made:
    st.subheader(tr("What if"), anchor=False)
    st.markdown(if_so.question(estimate))
    what_if(case, estimate)

st.subheader(tr("Criteria of LV hypertrophy on the same ECG"), anchor=False)
st.markdown(criteria.line(estimate))
if estimate.criteria:
    table(criteria.table(estimate), criteria.line(estimate))
    st.markdown(quality.small_list(criteria.notes(estimate)))
    points = criteria.score(estimate)
    if points is not None:
        with st.expander(tr("Romhilt-Estes, point by point")):
            table(points, tr("The points of the Romhilt-Estes score"))
    small(criteria.how(case.analysis.recording))

st.subheader(tr("The networks on this ECG"), anchor=False)
weights_and_inputs(case)
if made:
    everyone = estimates_of_all(case)
    sex = "male" if estimate.inputs["sex"].value == "male" else "female"
    table(networks.table(everyone, estimate.card, sex), tr("LV mass by every installed network"))
    small(tr(networks.HOW_TO_READ))
    with st.expander(tr("Every beat and every fold")):
        left, right = st.columns(2, gap="large")
        with left:
            table(networks.beats(beats), tr("LV mass by every usable beat"))
        with right:
            table(networks.folds(estimate), tr("LV mass by every fold"))
