"""What the installed networks are, how they compare with other systems and with the papers, and on what they rest."""

import streamlit as st

from lvm import paper, segmenter, weights
from lvm.errors import LvmError
from lvm.evaluation import EXTERNAL, PLANTED, SALIENCY, SYSTEMS
from lvm.show import card_values, cards, cohort, curves, evaluation, model_facts, words
from lvm.ui.evaluation import MARKS, evaluated, plots, table, tables
from lvm.ui.frame import CHART, choice, colours

COMMAND = "`python -m lvm evaluate` does it, and `python -m lvm evaluate --help` says how."
NOT_COMPARED = f"Other systems were not compared with ours here yet. {COMMAND}"
NOT_ELSEWHERE = f"No model was judged on another cohort or on a hospital’s own table here yet. {COMMAND}"

NOT_EXPLAINED = (
    "Where the installed networks look was not measured over a cohort here yet. `python -m lvm evaluate TABLE.csv "
    f"--saliency --out weights/{SALIENCY}` does it."
)
NOT_PLANTED = (
    "No method was tried here yet on networks of which it is known where they ought to look. `python -m lvm "
    f"planted-truth --out weights/{PLANTED}` does it."
)


def one_model() -> None:
    st.header("Model facts")
    if not installed:
        st.warning("No weights are installed.")
        return
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


def on_real_ecgs(models: tuple[weights.Card, ...]) -> bool:
    """The tables of AUCs, side by side; False where none was measured."""
    judged = cards.real_ecgs(models)
    places = st.columns(2, gap="medium")
    for i, (heading, aucs) in enumerate(judged):
        with places[i % 2]:
            st.markdown(f"**{heading}**")
            table(aucs, f"Discrimination on real ECGs, {heading}")
    return bool(judged)


def all_installed() -> None:
    if own:
        st.header("Your own, on their own data", **MARKS["own"])
        st.markdown(
            "Mean absolute error, out of fold. Not to be set against the table below: the patients differ. Where real "
            "ECGs coded as LV hypertrophy were at hand, how well they were picked out follows, explained under “Ours, "
            "on real ECGs”."
        )
        table(cards.errors(own), "Errors of your own models")
        on_real_ecgs(own)
    if not ours:
        st.markdown("No standard weights are installed.")
        return
    st.header("Ours, on the semi-synthetic cohort", **MARKS["cohort"])
    st.markdown(
        "Mean absolute error, out of fold: no recording was in both training and test. The figures say how well a "
        "network recovers masses that a computer drew; they say nothing about patients. The best possible knows the "
        "body and what the ECG was made to tell; from the ECG alone nobody could reach it. "
        f"{cards.gain(ours)}"
    )
    table(cards.errors(ours), "Errors on the semi-synthetic cohort")
    st.header("Ours, on real ECGs", **MARKS["real"])
    st.markdown(
        "Picking out real ECGs coded as LV hypertrophy from normal ones, each by a network that has not seen it, body "
        f"size fixed. All in one table are judged on the same records. {cards.LABELS_REST_ON}\n\n"
        f"{cards.AGE_TELLS_TOO}"
    )
    if not on_real_ecgs(ours):
        st.markdown("Not measured.")


def compared() -> None:
    st.header("All systems compared")
    tables(evaluation.tables(evaluated(SYSTEMS, NOT_COMPARED), paper.TABLES), "systems_table")


def agree() -> None:
    st.header("How estimates agree with true masses")
    found = evaluated(SYSTEMS, NOT_COMPARED)
    if found is not None:
        plots(found, "systems")


def elsewhere() -> None:
    st.header("On ECGs that no model has met")
    found = evaluated(EXTERNAL, NOT_ELSEWHERE)
    if found is not None:
        tables(evaluation.tables(found), "external_table")
        plots(found, "external")


def saliency() -> None:
    st.header("Where the networks look")
    tables(evaluation.tables(evaluated(SALIENCY, NOT_EXPLAINED), paper.SALIENCY), "saliency_table")
    st.header("Which method finds the truth, where it is known")
    found = evaluated(PLANTED, NOT_PLANTED)
    if found is not None:
        tables(evaluation.tables(found), "planted_table")


def cohort_and_waves() -> None:
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


SECTIONS = {
    "One model": one_model,
    "All installed": all_installed,
    "Systems compared": compared,
    "Agreement": agree,
    "External validation": elsewhere,
    "Saliency": saliency,
    "Cohort and waves": cohort_and_waves,
}

st.title("Models")
st.info(words.TRAINED_ON)
for fault in weights.broken():
    st.error(card_values.plain(fault))
installed = {card.name: card for card in card_values.ordered(weights.cards())}
ours = tuple(card for card in installed.values() if card_values.standard(card))
own = tuple(card for card in installed.values() if not card_values.standard(card))
section = choice("Show", list(SECTIONS), "models_section")
SECTIONS[section]()
