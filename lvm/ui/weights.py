"""Which weights make the estimate: those for the patient's sex, or any other installed bundle that serves it."""

from typing import TYPE_CHECKING

import streamlit as st

from lvm.ui.case import Case, choose_inputs, choose_weights, other_weights, standard_estimates

if TYPE_CHECKING:
    from lvm.estimate import Estimate
    from lvm.weights import Card

STANDARD = "Those for the patient’s sex"


def weights_and_inputs(case: Case) -> None:
    """The list of weights, where there is a choice, and what the network is given; other bundles leave no choice."""
    from lvm.show import card_values, words
    from lvm.show.model_facts import given, not_given

    others = {card.name: card for card in card_values.ordered(other_weights(case))}
    if others or case.bundle is not None:
        key = f"weights-{case.number}"
        st.session_state[key] = case.bundle or ""
        st.selectbox(
            "Weights",
            list(dict.fromkeys(("", *others, case.bundle or ""))),
            format_func=lambda name: _label(name, others),
            key=key,
            on_change=choose_weights,
            args=(key,),
        )
    if case.bundle is None:
        key = f"inputs-{case.number}"
        st.session_state[key] = case.input_set
        st.segmented_control(
            "The network is given",
            ("model 2", "model 1"),
            format_func=words.INPUT_SETS.__getitem__,
            key=key,
            required=True,
            on_change=choose_inputs,
            args=(key,),
        )
    elif case.bundle in others:
        card = others[case.bundle]
        st.markdown(f"The network is given: **{given(card)}**. {not_given(card)}")


def _label(name: str, cards: "dict[str, Card]") -> str:
    from lvm.show.card_values import label

    return label(cards[name]) if name in cards else name or STANDARD


def estimates_by_model(case: Case, estimate: "Estimate") -> "dict[str, Estimate]":
    """The standard estimates by name, after the one in use where it is none of them."""
    from lvm.show.card_values import short

    standard = standard_estimates(case)
    if case.bundle is None or estimate.card is None:
        return standard
    return {short(e.card): e for e in (estimate, *standard.values()) if e.card is not None}


def which(case: Case) -> None:
    """Says whose estimate a page is about, where that is not what the user would expect."""
    if case.bundle is not None:
        from lvm.show.card_values import label, plain

        cards = {card.name: card for card in other_weights(case)}
        name = label(cards[case.bundle]) if case.bundle in cards else case.bundle
        st.markdown(f"Weights in use: **{plain(name)}**")
