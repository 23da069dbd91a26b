"""What the installed networks are, on what they were trained, and how that compares with the paper."""

import pandas as pd
import streamlit as st

from lvm import segmenter, weights
from lvm.errors import LvmError
from lvm.show import card_values, cards, cohort, curves, model_facts, paper_results, words
from lvm.ui.frame import CHART, colours


def table(data: pd.DataFrame, alt: str) -> None:
    st.table(data, hide_index=True, border="horizontal", alt=alt)


def on_real_ecgs(models: tuple[weights.Card, ...]) -> bool:
    """The tables of AUCs, side by side; False where none was measured."""
    judged = cards.real_ecgs(models)
    places = st.columns(2, gap="medium")
    for i, (heading, aucs) in enumerate(judged):
        with places[i % 2]:
            st.markdown(f"**{heading}**")
            table(aucs, f"Discrimination on real ECGs, {heading}")
    return bool(judged)


st.title("Models")
st.info(words.TRAINED_ON)
for fault in weights.broken():
    st.error(card_values.plain(fault))
installed = {card.name: card for card in card_values.ordered(weights.cards())}
ours = tuple(card for card in installed.values() if card_values.standard(card))
own = tuple(card for card in installed.values() if not card_values.standard(card))

st.header("Model facts")
if installed:
    name = st.selectbox(
        "Model",
        list(installed),
        format_func=lambda n: card_values.label(installed[n]),
        key="model_card",
        persist_state="session",
    )
    card = installed[name]
    with st.container(border=True):
        st.subheader(card_values.short(card))
        st.markdown(f"**{card_values.plain(card.fields['title'])}**")
        left, right = st.columns([5, 6], gap="medium")
        with left:
            table(model_facts.facts(card), f"What {card_values.label(card)} is")
        with right:
            table(model_facts.performance(card), f"How well {card_values.label(card)} does")
            st.markdown(f":small[{model_facts.HOW_TO_READ}]")
        with st.expander("Learning curves and all other facts"):
            epochs = weights.read_curves(name)
            if epochs:
                figure = curves.curves(epochs, colours())
                st.plotly_chart(figure, theme=None, config=CHART, key="curves", alt=curves.described(epochs))
            else:
                st.markdown("No learning curves are kept with these weights.")
            table(model_facts.all_facts(card), f"All other facts of {card_values.label(card)}")
else:
    st.warning("No weights are installed.")

st.header("Ours, on the semi-synthetic cohort")
st.markdown(
    "Mean absolute error, out of fold: no recording was in both training and test. The figures say how well a network "
    "recovers masses that a computer drew; they say nothing about patients. The best possible knows the body and what "
    f"the ECG was made to tell; from the ECG alone nobody could reach it. {cards.gain(ours)}"
)
table(cards.errors(ours), "Errors on the semi-synthetic cohort")
if own:
    st.header("Your own, on their own data")
    st.markdown(
        "Mean absolute error, out of fold. Not to be set against the table above: the patients differ. Where real ECGs "
        "coded as LV hypertrophy were at hand, how well they were picked out follows, explained in the next section."
    )
    table(cards.errors(own), "Errors of your own models")
    on_real_ecgs(own)

st.header("Ours, on real ECGs")
st.markdown(
    "Picking out real ECGs coded as LV hypertrophy from normal ones, each by a network that has not seen it, body "
    f"size fixed. All in one table are judged on the same records. {cards.LABELS_REST_ON}\n\n"
    f"{cards.AGE_TELLS_TOO}"
)
if not on_real_ecgs(ours):
    st.markdown("Not measured.")

st.header("Paper, on patients")
st.markdown(f"{paper_results.SOURCE}. Its weights and data are not public: none of this was measured here.")
st.markdown("**Table 2: what each set of inputs adds**")
table(paper_results.input_sets(), "Table 2 of the paper")
st.markdown("**Table 4: mean absolute error by sex-specific training**")
table(paper_results.by_sex(), "Table 4 of the paper")

st.header("The cohort")
behind = cohort.of(ours)
if behind is None:
    st.markdown("No standard weights are installed, so there is nothing to show of their cohort.")
else:
    st.markdown("What came out of the semi-synthetic cohort beside what was published and asked of it.")
    table(cohort.marginals(behind), "Means and SDs of the cohort beside the paper’s Table 1")
    table(cohort.correlations(behind), "Correlations with LV mass beside published ranges")
    with st.expander("What the masses were made of"):
        table(cohort.how(behind), "Parameters of the model of the mass")
    st.markdown("**Recordings behind it**")
    table(cohort.origins(behind), "Sources of the recordings with their licences")

st.header("Wave boundaries")
try:
    finder = segmenter.load().card
except LvmError as error:
    st.error(str(error))
else:
    st.markdown(cards.about_boundaries(finder))
    table(cards.boundaries(finder), "Errors of wave boundaries on LUDB")
