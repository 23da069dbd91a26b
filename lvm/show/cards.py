"""The installed models beside each other, and the segmenter's card, as tables. One card as a label: model_facts."""

from typing import Any

import pandas as pd

from lvm.language import SENTENCES, mark, tr
from lvm.show.beat import boundary_names
from lvm.show.card_values import count, dig, error, numbers, percent, plain, short, with_span
from lvm.show.model_facts import WHO
from lvm.show.words import UNKNOWN, number
from lvm.weights import Card
from lvm.written import CRITERION, told

_WAYS = {
    "network": mark("Network"),
    "demographics_only": mark("Age, sex and body size"),
    "oracle": mark("Best possible on these data"),
}
LABELS_REST_ON = mark(
    "The codes themselves rest on the ECG, largely on Sokolow-Lyon voltage, so that criterion is judged by a standard "
    "near to its own; and nobody’s LV mass is known."
)
AGE_TELLS_TOO = mark(
    "The normal ones are far younger than those coded, and an ECG tells age too: so the patient’s age alone, without "
    "any ECG, is judged beside, and the last column counts only pairs of a coded and a normal one whose ages differ by "
    "at most ten years. In brackets the 95 % interval."
)


def errors(cards: tuple[Card, ...]) -> pd.DataFrame:
    """Out-of-fold mean absolute errors, by those judged: every model, what is trivial and what is possible."""
    rows = [
        (tr(people), short(card), count(found.get("n")), *(error(found.get(way)) for way in _WAYS))
        for who, people in WHO.items()
        for card in cards
        if isinstance(found := dig(card.fields, "metrics", "out_of_fold", who), dict)
    ]
    return pd.DataFrame(rows, columns=[tr("Judged on"), tr("Model"), tr("ECGs"), *map(tr, _WAYS.values())])


def gain(cards: tuple[Card, ...]) -> str:
    """In one line, whether the ECG adds anything to body size, by sex."""
    better, judged = 0, 0
    for card in cards:
        for sex in card.sexes:
            found = dig(card.fields, "metrics", "out_of_fold", sex)
            ours, body = (numbers(dig(found, way, "mae_g"), 2) for way in ("network", "demographics_only"))
            if ours is not None and body is not None:
                better += ours[0] < body[0]
                judged += 1
    return tr(
        "Networks that err less than age, sex and body size alone, men and women counted apart: {better} of {judged}.",
        better=better,
        judged=judged,
    )


def real_ecgs(cards: tuple[Card, ...]) -> list[tuple[str, pd.DataFrame]]:
    """How well estimates, criteria and age pick out real ECGs coded as hypertrophy, the best first.

    A heading and a table for each sex; several where models were judged on different records.
    """
    groups: dict[tuple[str, str], dict[str, tuple[Any, Any]]] = {}
    for sex in ("male", "female"):
        for card in cards:
            found = dig(card.fields, "metrics", "real_ecgs_out_of_fold", sex)
            if not isinstance(found, dict):
                continue
            near = found.get("within_10_years")
            criteria = found.get("criteria") if isinstance(found.get("criteria"), dict) else {}
            by_name = {
                tr(CRITERION, name=plain(name)): (auc, dig(near, "criteria", name))
                for name, auc in (criteria or {}).items()
            }
            by_name[tr("Age alone")] = (found.get("age"), dig(near, "age"))
            points = repr([with_span(auc) for auc, _ in by_name.values()])  # the same on the same records
            heading = tr("{who}: {judged_on}", who=WHO[sex], judged_on=_judged_on(found))
            same = groups.setdefault((heading, points), by_name)
            ours = tr("Estimate: {model}", model=short(card))
            same[f"**{ours}**"] = (found.get("estimate"), dig(near, "estimate"))
    return [(heading, _aucs(entries)) for (heading, _), entries in groups.items()]


def _judged_on(found: dict[str, Any]) -> str:
    """'208 ECGs, 56 of them coded LV hypertrophy, 9 of these also infarction'."""
    infarction = count(found.get("myocardial_infarction"))
    counted = {"ecgs": count(found.get("recordings")), "coded": count(found.get("lvh"))}
    if infarction == UNKNOWN:
        return tr("{ecgs} ECGs, {coded} of them coded LV hypertrophy", **counted)
    return tr(
        "{ecgs} ECGs, {coded} of them coded LV hypertrophy, {infarction} of these also infarction",
        infarction=infarction,
        **counted,
    )


def _aucs(entries: dict[str, tuple[Any, Any]]) -> pd.DataFrame:
    """Each AUC with its 95 % interval: over all pairs of a coded and a normal one, and over those near in age."""
    found = {name: numbers(auc, 3) for name, (auc, _) in entries.items()}
    best_first = sorted(found, key=lambda name: -auc[0] if (auc := found[name]) else 1.0)
    rows = [(name, *(with_span(auc) for auc in entries[name])) for name in best_first]
    return pd.DataFrame(rows, columns=[tr("Judged by"), tr("AUC"), tr("AUC, ages within 10 years")])


def about_boundaries(card: Card) -> str:
    """What the segmenter is and what its table shows."""
    found = card.fields["metrics"]
    invented, without = found["p_invented"]
    below = tr(
        "Trained on {data} Below: the error on LUDB, each record read by the one network that has not met it, of a "
        "record the median over its beats. QRS: {found} found, {true} of those reported true. A P wave was reported on "
        "{invented} of {without} beats that have none.",
        data=told(card.fields["training_data"]),
        found=percent(found["qrs_sensitivity"]),
        true=percent(found["qrs_ppv"]),
        invented=invented,
        without=without,
    )
    return tr(SENTENCES, one=told(card.fields["what_it_is"]), other=below)


def boundaries(card: Card) -> pd.DataFrame:
    """How far off the segmenter's boundaries are on LUDB, out of fold, from its card."""
    rows = [
        (
            boundary_names([name]),
            number(found["sd_ms"], "ms", 1),
            number(found["bias_ms"], "ms", 1),
            number(found["p95_ms"], "ms", 1),
            percent(found["sensitivity"]),
        )
        for name, found in card.fields["metrics"]["ludb_out_of_fold"].items()
    ]
    heads = [tr("Boundary"), tr("SD over records"), tr("Bias"), tr("95 % within"), tr("Found")]
    return pd.DataFrame(rows, columns=heads)
