"""Where the model was sensitive on this beat: a map in all 12 leads, and its sum per segment and lead group."""

import streamlit as st

from lvm.errors import LvmError
from lvm.ui.case import estimate_of, explanation_of
from lvm.ui.frame import CHART, case_or_empty, colours
from lvm.ui.weights import which

st.title("Saliency")
case = case_or_empty("where the model was sensitive")

from lvm.explain import METHODS  # noqa: E402 - not before an ECG is there
from lvm.show import alts, quality, tables, words  # noqa: E402
from lvm.show.beat import uncertain  # noqa: E402
from lvm.show.heatmap import heatmap  # noqa: E402

cut = st.session_state.get("cut_off", 0)  # the slider stands further down, beside the table that it changes
try:
    explanation = explanation_of(case, METHODS[0], cut / 100)
except LvmError as error:
    st.error(str(error))
    st.stop()
if explanation is None or case.beat is None:
    st.markdown("**Nothing to explain: no estimate is made of this ECG.**")
    st.warning("\n\n".join(quality.reason(reason) for reason in estimate_of(case).reasons))
    st.page_link("pages/mass.py", label="Go to LV mass")
    st.stop()

which(case)
shown = st.segmented_control(
    "Show", ("Magnitude", "Signed"), default="Magnitude", required=True, key="shown", persist_state="session"
)
if estimate_of(case).overridden:
    st.warning(quality.with_reasons(estimate_of(case)))
for warning in explanation.warnings:
    st.warning(warning)
st.plotly_chart(
    heatmap(case.analysis, case.beat, explanation.map_g_per_mv, colours(), signed=shown == "Signed"),
    theme=None,
    config=CHART,
    key="heat_chart",
    alt=alts.heatmap(explanation, case.beat),
)
st.markdown(f"**{words.SENSITIVE}** {words.SUMS} {uncertain(case.analysis.waves[case.beat])}")

shares, trust = st.columns(2, gap="large")
with shares:
    st.subheader("Importance by segment")
    st.slider(
        "Cut-off, % of the map’s largest value",
        0,
        50,
        0,
        1,
        format="%d %%",
        key="cut_off",
        persist_state="session",
        help="Smaller values count as zero in the table. The paper’s own rule is not published.",
    )
    st.table(
        tables.importance(explanation),
        hide_index=True,
        border="horizontal",
        alt="Share of the map by segment and lead group, adding to 100 %",
    )
    st.download_button(
        "Download as CSV",
        tables.importance_detail(explanation).to_csv(index=False),
        "importance.csv",
        "text/csv",
        on_click="ignore",
    )
with trust:
    st.subheader("Can this map be believed?")
    st.markdown("\n".join(f"- {sentence}" for sentence in words.trust(explanation)))
    st.subheader("Patient and measurements")
    if explanation.scalars:
        st.table(
            tables.scalars(explanation),
            hide_index=True,
            border="horizontal",
            alt="Contribution of each patient value in grams",
        )
        st.markdown(
            ":small[Grams by which each value moves this estimate from the training cohort’s average, to first order.]"
        )
    else:
        st.markdown("This network is given the ECG alone.")
with shares:
    st.subheader("Density and grams")
    st.table(tables.detail(explanation), hide_index=True, border="horizontal", alt="Density and grams by segment")
    st.markdown(
        ":small[Share counts every sample, so long segments collect more. Density is the share per sample against the "
        "beat’s average: above 1 is more than average. Grams: the segment’s part of the estimate, to first order.]"
    )
