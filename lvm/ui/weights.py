"""Which weights make the estimate: those for the patient's sex, or any other installed bundle that serves it."""

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from lvm.errors import LvmError
from lvm.language import mark, tr
from lvm.ui.case import Case, given, other_weights
from lvm.ui.choices import choose_inputs, choose_weights
from lvm.ui.frame import pick, put

if TYPE_CHECKING:
    from lvm.estimate import Estimate
    from lvm.show.distribution import Spread
    from lvm.weights import Card

STANDARD = mark("Those for the patient’s sex")


def weights_and_inputs(case: Case) -> None:
    """The list of weights, where there is a choice, and what the network is given; other bundles leave no choice."""
    from lvm.show import card_values, words
    from lvm.show.model_facts import given as given_to
    from lvm.show.model_facts import not_given

    others = {card.name: card for card in card_values.ordered(other_weights(case))}
    if others or case.bundle is not None:
        pick(
            tr("Weights"),
            list(dict.fromkeys(("", *others, case.bundle or ""))),
            case.bundle or "",
            choose_weights,
            f"weights-{case.number}",
            lambda name: _label(name, others),
        )
    if case.bundle is None:
        key = f"inputs-{case.number}"
        put(key, case.input_set)
        st.segmented_control(
            tr("The network is given"),
            ("model 2", "model 1"),
            format_func=lambda name: tr(words.INPUT_SETS[name]),
            key=key,
            required=True,
            on_change=choose_inputs,
            args=(key,),
        )
    elif case.bundle in others:
        card = others[case.bundle]
        st.markdown(
            tr("The network is given: **{values}**. {not_given}", values=given_to(card), not_given=not_given(card))
        )


def _label(name: str, cards: "dict[str, Card]") -> str:
    from lvm.show.card_values import label

    return label(cards[name]) if name in cards else name or tr(STANDARD)


def estimates_of_all(case: Case) -> "list[tuple[Card, Estimate]]":
    """What every installed network says of the beat in use, also those for the other sex; the models page names those
    that cannot be used."""
    from lvm.estimate import estimate
    from lvm.show.card_values import ordered
    from lvm.weights import cards, load

    own = given(case)

    def of(name: str) -> "Estimate":
        def compute() -> "Estimate":
            bundle = load(name)
            return estimate(
                case.analysis, own, bundle=bundle, beat=case.beat, override=case.override, other_beats=False
            )

        return case.remember(("network", name, own, case.beat, case.override), compute)

    found = []
    for card in ordered(cards()):
        with suppress(LvmError):
            found.append((card, of(card.name)))
    return found


def spread_of(case: Case) -> "Spread":
    """How the masses of the cohort are spread."""
    from lvm import weights
    from lvm.show.distribution import spread

    return case.remember(("spread",), lambda: spread(weights.FOLDER, weights.cards()))


def which(case: Case) -> None:
    """Says whose estimate a page is about, where that is not what the user would expect."""
    if case.bundle is not None:
        from lvm.show.card_values import label, plain

        cards = {card.name: card for card in other_weights(case)}
        name = label(cards[case.bundle]) if case.bundle in cards else case.bundle
        st.markdown(tr("Weights in use: **{name}**", name=plain(name)))
