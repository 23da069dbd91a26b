"""The estimate of LV mass: what it rests on, how sure it is, and what the criteria of LV hypertrophy say."""

import streamlit as st

from lvm.errors import LvmError
from lvm.ui.case import estimate_of, forget_typed, second_opinion_of
from lvm.ui.frame import CHART, case_or_empty, colours
from lvm.ui.patient import number_field, sex_field
from lvm.ui.scope import scope
from lvm.ui.weights import estimates_by_model, weights_and_inputs

st.title("LV mass")
case = case_or_empty("the estimate of LV mass")

from lvm.show import alts, criteria, model_facts, quality, tables, words  # noqa: E402 - not before an ECG is there
from lvm.show import second_opinion as lvm_ai  # noqa: E402
from lvm.show.mass import mass  # noqa: E402

try:
    estimate = estimate_of(case)
except LvmError as error:
    st.error(str(error))
    weights_and_inputs(case)  # other weights may do
    st.stop()
models = estimates_by_model(case, estimate)
others = {name: e for name, e in models.items() if e is not estimate}

patient, result = st.columns([1, 2], gap="large")
with patient:
    st.subheader("Patient")
    sex_field(case, estimate)
    number_field(case, estimate, "age_years", "Age, years", 0, 130)
    number_field(case, estimate, "height_cm", "Height, cm", 30, 250)
    number_field(case, estimate, "weight_kg", "Weight, kg", 1, 400)
    st.subheader("From the ECG")
    number_field(case, estimate, "p_axis_deg", "P axis, °", -180, 180)
    number_field(case, estimate, "qrs_axis_deg", "QRS axis, °", -180, 180)
    number_field(case, estimate, "t_axis_deg", "T axis, °", -180, 180)
    number_field(case, estimate, "qrs_duration_ms", "QRS, ms", 20, 400)
    st.button("Take back all that was typed", on_click=forget_typed, disabled=not words.anything_typed(case.typed))

with result:
    weights_and_inputs(case)
    scope(case, estimate)
    if estimate.lvm_g is not None:
        grams, interval, index = st.columns(3)
        grams.metric(quality.metric_name(estimate), words.number(estimate.lvm_g, "g"))
        interval.metric(words.interval_name(estimate).capitalize(), words.span(estimate.interval_g))
        index.metric("LV mass index", words.number(estimate.lvmi_g_m2, "g/m²"))
        st.markdown(words.verdict(estimate))
        st.plotly_chart(
            mass(estimate, others, colours()),
            theme=None,
            config=CHART,
            key="mass_chart",
            alt=alts.mass(estimate),
        )
        st.markdown(f":small[{words.how_sure(estimate)}]")
    if quality.other_warnings(estimate):
        st.warning(words.cautions(quality.other_warnings(estimate)))
    st.info(model_facts.trained_on(estimate.card))
    if estimate.lvm_g is not None:
        st.subheader("The models on this ECG")
        st.table(
            tables.models(models),
            hide_index=True,
            border="horizontal",
            alt="The models side by side",
        )
    second = second_opinion_of(case)
    if second is not None:
        st.subheader(lvm_ai.TITLE)
        if second.withheld:
            st.warning(lvm_ai.why_none(second))
        else:
            facts = lvm_ai.metrics(second, estimate)
            for column, (name, value) in zip(st.columns(len(facts)), facts, strict=True):
                column.metric(name, value)
            st.markdown(lvm_ai.verdict(second, estimate))
            st.info(lvm_ai.NOT_CT)
            st.markdown(quality.small_list(lvm_ai.notes(second)))

st.subheader("Criteria of LV hypertrophy on the same ECG")
st.markdown(criteria.line(estimate))
if estimate.criteria:
    st.table(criteria.table(estimate), hide_index=True, border="horizontal", alt=criteria.line(estimate))
    st.markdown(quality.small_list(criteria.notes(estimate)))
    st.markdown("**Romhilt-Estes, point by point**")
    st.table(
        criteria.score(estimate), hide_index=True, border="horizontal", alt="The points of the Romhilt-Estes score"
    )
    st.markdown(f":small[{criteria.how(case.analysis.recording)}]")
