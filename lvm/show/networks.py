"""Which network makes the estimate and why this one, and what every other says of the same ECG."""

from collections.abc import Sequence

import pandas as pd

from lvm.estimate import STOOD_IN, Estimate
from lvm.language import Said, mark, tr
from lvm.net.config import InputSet, Sexes
from lvm.recording import Sex
from lvm.show.card_values import plain, short, standard
from lvm.show.mass import Beats
from lvm.show.model_facts import given
from lvm.show.words import SEXES, UNKNOWN, mass, number
from lvm.weights import Card

SETS: dict[InputSet, str] = {"model 2": mark("Model 2"), "model 1": mark("Model 1"), "ecg": mark("ECG only")}
_FOR = {"male": mark("Men"), "female": mark("Women"), "all": mark("Men and women")}
HOW_TO_READ = mark(
    "LV mass and its interval by every network on this beat, with the values on this page. Model 2 is given the ECG, "
    "age, body size, axes and QRS duration, model 1 the ECG, age and body size. A network for the other sex is not "
    "meant for this patient: it shows what the choice of the network weighs."
)


def why(estimate: Estimate, *, by_hand: bool) -> str:
    """One sentence. by_hand : the user chose the weights; else they are those for the sex, of model 1 or 2."""
    card, sex = estimate.card, estimate.inputs["sex"]
    if card is None:
        return ""
    network, values = short(card), given(card)
    if by_hand:
        template = mark("**{network}**: chosen here, in place of the network for the patient’s sex. Given: {values}.")
        return tr(template, network=network, values=values)
    person = SEXES[str(sex.value)]
    if card.config.input_set == "model 1":
        if sex.source == "typed":
            template = mark("**{network}**: you stated {person}, and chose model 1. Given: {values}.")
        else:
            template = mark("**{network}**: the file says {person}, and you chose model 1. Given: {values}.")
    elif sex.source == "typed":
        template = mark("**{network}**: you stated {person}, and model 2 takes in the most: {values}.")
    else:
        template = mark("**{network}**: the file says {person}, and model 2 takes in the most: {values}.")
    return tr(template, network=network, person=person, values=values)


def stood_in(estimate: Estimate) -> str:
    """Which inputs were not known, and what stood in for them; a sentence too where there is none, so that nothing
    moves when one is entered."""
    found = [warning for warning in estimate.warnings if isinstance(warning, Said) and warning.template == STOOD_IN]
    return tr(found[0]) if found else tr("All of it is known.")


def table(estimates: Sequence[tuple[Card, Estimate]], in_use: Card | None, sex: Sex) -> pd.DataFrame:
    """A row for men, women and both, that of the patient's sex first, and for each of the user's own bundles."""
    ours = {(c.config.sexes, c.config.input_set): (c, e) for c, e in estimates if standard(c)}
    other: Sexes = "female" if sex == "male" else "male"

    def cell(found: tuple[Card, Estimate] | None) -> str:
        if found is None:
            return UNKNOWN
        card, estimate = found
        used = in_use is not None and card.name == in_use.name
        return tr("**{mass}**, in use", mass=mass(estimate)) if used else mass(estimate)

    rows = []
    for sexes in (sex, "all", other):
        cells = [cell(ours.get((sexes, input_set))) for input_set in SETS]
        name = tr(_FOR[sexes])
        if sexes == other:
            name = tr("{people}: what that network would say", people=name)
        if any(text != UNKNOWN for text in cells):
            rows.append((name, *cells))
    for card, estimate in estimates:
        if not standard(card):
            own = [cell((card, estimate)) if s == card.config.input_set else UNKNOWN for s in SETS]
            rows.append((plain(card.name), *own))
    return pd.DataFrame(rows, columns=[tr("Network for"), *map(tr, SETS.values())])


def beats(found: Beats) -> pd.DataFrame:
    """The estimate from every usable beat."""
    rows = [
        (tr("**{number}, in use**", number=name) if name == found.chosen else str(name), number(grams, "g", 1))
        for name, grams in zip(found.names, found.grams, strict=True)
    ]
    return pd.DataFrame(rows, columns=[tr("Beat"), tr("LV mass")])


def folds(estimate: Estimate) -> pd.DataFrame:
    """Of the beat in use by each of the networks whose mean is the estimate."""
    rows = [(str(i + 1), number(grams, "g", 1)) for i, grams in enumerate(estimate.per_fold_g)]
    mean = tr("Mean: the estimate")
    rows.append((f"**{mean}**", f"**{number(estimate.lvm_g, 'g', 1)}**"))
    return pd.DataFrame(rows, columns=[tr("Fold"), tr("LV mass")])
