"""What the installed networks are, how they compare with other systems and with the papers, and on what they rest."""

import streamlit as st

from lvm import paper, segmenter, weights
from lvm.errors import LvmError
from lvm.evaluation import EXTERNAL, PLANTED, SALIENCY, SYSTEMS
from lvm.language import mark, said, tr
from lvm.show import card_values, cards, cohort, curves, evaluation, model_facts, words
from lvm.ui.evaluation import MARKS, evaluated, plots, tables
from lvm.ui.frame import chart, choice, colours, picked, small, table

NOT_COMPARED = mark(
    "Other systems were not compared with ours here yet. `python -m lvm evaluate` does it, and `python -m lvm evaluate "
    "--help` says how."
)
NOT_ELSEWHERE = mark(
    "No model was judged on another cohort or on a hospital’s own table here yet. `python -m lvm evaluate` does it, "
    "and `python -m lvm evaluate --help` says how."
)

NOT_EXPLAINED = said(
    "Where the installed networks look was not measured over a cohort here yet. {command} does it.",
    command=f"`python -m lvm evaluate TABLE.csv --saliency --out weights/{SALIENCY}`",
)
NOT_PLANTED = said(
    "No method was tried here yet on networks of which it is known where they ought to look. {command} does it.",
    command=f"`python -m lvm planted-truth --out weights/{PLANTED}`",
)


def one_model() -> None:
    st.header(tr("Model facts"), anchor=False)
    if not installed:
        st.warning(tr("No weights are installed."))
        return
    name = picked(tr("Model"), list(installed), "model_card", lambda n: card_values.label(installed[n]))
    card = installed[name]
    with st.container(border=True):
        st.subheader(card_values.short(card), anchor=False)
        st.markdown(f"**{card_values.translated(card.fields['title'])}**")
        left, right = st.columns([5, 6], gap="medium")
        with left:
            table(model_facts.facts(card), tr("What {model} is", model=card_values.label(card)))
        with right:
            table(model_facts.performance(card), tr("How well {model} does", model=card_values.label(card)))
            small(tr(model_facts.HOW_TO_READ))
        with st.expander(tr("Learning curves and all other facts")):
            epochs = weights.read_curves(name)
            if epochs:
                figure = curves.curves(epochs, colours())
                chart(figure, key="curves", alt=curves.described(epochs))
            else:
                st.markdown(tr("No learning curves are kept with these weights."))
            table(model_facts.all_facts(card), tr("All other facts of {model}", model=card_values.label(card)))


def on_real_ecgs(models: tuple[weights.Card, ...]) -> bool:
    """The tables of AUCs, side by side; False where none was measured."""
    judged = cards.real_ecgs(models)
    places = st.columns(2, gap="medium")
    for i, (heading, aucs) in enumerate(judged):
        with places[i % 2]:
            st.markdown(f"**{heading}**")
            table(aucs, tr("Discrimination on real ECGs, {heading}", heading=heading))
    return bool(judged)


def all_installed() -> None:
    if own:
        st.header(tr("Your own, on their own data"), anchor=False, **MARKS["own"])
        st.markdown(
            tr(
                "Mean absolute error, out of fold. Not to be set against the table below: the patients differ. Where "
                "real ECGs coded as LV hypertrophy were at hand, how well they were picked out follows, explained "
                "under “Ours, on real ECGs”."
            )
        )
        table(cards.errors(own), tr("Errors of your own models"))
        on_real_ecgs(own)
    if not ours:
        st.markdown(tr("No standard weights are installed."))
        return
    st.header(tr("Ours, on the semi-synthetic cohort"), anchor=False, **MARKS["cohort"])
    means = tr(
        "Mean absolute error, out of fold: no recording was in both training and test. The figures say how well a "
        "network recovers masses that a computer drew; they say nothing about patients. The best possible knows the "
        "body and what the ECG was made to tell; from the ECG alone nobody could reach it."
    )
    st.markdown(f"{means} {cards.gain(ours)}")
    table(cards.errors(ours), tr("Errors on the semi-synthetic cohort"))
    st.header(tr("Ours, on real ECGs"), anchor=False, **MARKS["real"])
    judged = tr(
        "Picking out real ECGs coded as LV hypertrophy from normal ones, each by a network that has not seen it, body "
        "size fixed. All in one table are judged on the same records."
    )
    st.markdown(f"{judged} {tr(cards.LABELS_REST_ON)}\n\n{tr(cards.AGE_TELLS_TOO)}")
    if not on_real_ecgs(ours):
        st.markdown(tr("Not measured."))


def compared() -> None:
    st.header(tr("All systems compared"), anchor=False)
    tables(evaluation.tables(evaluated(SYSTEMS, tr(NOT_COMPARED)), paper.TABLES), "systems_table")


def agree() -> None:
    st.header(tr("How estimates agree with true masses"), anchor=False)
    found = evaluated(SYSTEMS, tr(NOT_COMPARED))
    if found is not None:
        plots(found, "systems")


def elsewhere() -> None:
    st.header(tr("On ECGs that no model has met"), anchor=False)
    found = evaluated(EXTERNAL, tr(NOT_ELSEWHERE))
    if found is not None:
        tables(evaluation.tables(found), "external_table")
        plots(found, "external")


def saliency() -> None:
    st.header(tr("Where the networks look"), anchor=False)
    tables(evaluation.tables(evaluated(SALIENCY, tr(NOT_EXPLAINED)), paper.SALIENCY), "saliency_table")
    st.header(tr("Which method finds the truth, where it is known"), anchor=False)
    found = evaluated(PLANTED, tr(NOT_PLANTED))
    if found is not None:
        tables(evaluation.tables(found), "planted_table")


def cohort_and_waves() -> None:
    st.header(tr("The cohort"), anchor=False)
    behind = cohort.of(ours)
    if behind is None:
        st.markdown(tr("No standard weights are installed, so there is nothing to show of their cohort."))
    else:
        st.markdown(tr("What came out of the semi-synthetic cohort beside what was published and asked of it."))
        table(cohort.marginals(behind), tr("Means and SDs of the cohort beside the paper’s Table 1"))
        table(cohort.correlations(behind), tr("Correlations with LV mass beside published ranges"))
        with st.expander(tr("What the masses were made of")):
            table(cohort.how(behind), tr("Parameters of the model of the mass"))
        behind_it = tr("Recordings behind it")
        st.markdown(f"**{behind_it}**")
        table(cohort.origins(behind), tr("Sources of the recordings with their licences"))
    st.header(tr("Wave boundaries"), anchor=False)
    try:
        finder = segmenter.load().card
    except LvmError as error:
        st.error(tr(error.args[0]))
    else:
        st.markdown(cards.about_boundaries(finder))
        table(cards.boundaries(finder), tr("Errors of wave boundaries on LUDB"))


SECTIONS = {
    mark("One model"): one_model,
    mark("All installed"): all_installed,
    mark("Systems compared"): compared,
    mark("Agreement"): agree,
    mark("External validation"): elsewhere,
    mark("Saliency"): saliency,
    mark("Cohort and waves"): cohort_and_waves,
}

st.title(tr("Models"), anchor=False)
st.info(tr(words.TRAINED_ON))
for fault in weights.broken():
    st.error(card_values.plain(tr(fault)))
installed = {card.name: card for card in card_values.ordered(weights.cards())}
ours = tuple(card for card in installed.values() if card_values.standard(card))
own = tuple(card for card in installed.values() if not card_values.standard(card))
section = choice(mark("Show"), list(SECTIONS), "models_section")
SECTIONS[section]()
