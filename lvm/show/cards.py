"""The installed models beside each other, and the segmenter's card, as tables. One card as a label: model_facts."""

from typing import Any

import pandas as pd

from lvm.show.beat import boundary_names
from lvm.show.card_values import count, dig, error, numbers, percent, plain, short, with_span
from lvm.show.model_facts import WHO
from lvm.show.words import UNKNOWN, number
from lvm.weights import Card

_WAYS = {
    "network": "Network",
    "demographics_only": "Age, sex and body size",
    "oracle": "Best possible on these data",
}
LABELS_REST_ON = (
    "The codes themselves rest on the ECG, largely on Sokolow-Lyon voltage, so that criterion is judged by a standard "
    "near to its own; and nobody’s LV mass is known."
)
AGE_TELLS_TOO = (
    "The normal ones are far younger than those coded, and an ECG tells age too: so the patient’s age alone, without "
    "any ECG, is judged beside, and the last column counts only pairs of a coded and a normal one whose ages differ by "
    "at most ten years. In brackets the 95 % interval."
)


def errors(cards: tuple[Card, ...]) -> pd.DataFrame:
    """Out-of-fold mean absolute errors, by those judged: every model, what is trivial and what is possible."""
    rows = [
        (people, short(card), count(found.get("n")), *(error(found.get(way)) for way in _WAYS))
        for who, people in WHO.items()
        for card in cards
        if isinstance(found := dig(card.fields, "metrics", "out_of_fold", who), dict)
    ]
    return pd.DataFrame(rows, columns=["Judged on", "Model", "ECGs", *_WAYS.values()])


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
    return (
        f"Networks that err less than age, sex and body size alone, men and women counted apart: {better} of {judged}."
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
                f"Criterion: {plain(name)}": (auc, dig(near, "criteria", name))
                for name, auc in (criteria or {}).items()
            }
            by_name["Age alone"] = (found.get("age"), dig(near, "age"))
            points = repr([with_span(auc) for auc, _ in by_name.values()])  # the same on the same records
            same = groups.setdefault((f"{WHO[sex]}: {_judged_on(found)}", points), by_name)
            same[f"**Estimate: {short(card)}**"] = (found.get("estimate"), dig(near, "estimate"))
    return [(heading, _aucs(entries)) for (heading, _), entries in groups.items()]


def _judged_on(found: dict[str, Any]) -> str:
    """'208 ECGs, 56 of them coded LV hypertrophy, 9 of these also infarction'."""
    infarction = count(found.get("myocardial_infarction"))
    also = "" if infarction == UNKNOWN else f", {infarction} of these also infarction"
    return f"{count(found.get('recordings'))} ECGs, {count(found.get('lvh'))} of them coded LV hypertrophy{also}"


def _aucs(entries: dict[str, tuple[Any, Any]]) -> pd.DataFrame:
    """Each AUC with its 95 % interval: over all pairs of a coded and a normal one, and over those near in age."""
    found = {name: numbers(auc, 3) for name, (auc, _) in entries.items()}
    best_first = sorted(found, key=lambda name: -auc[0] if (auc := found[name]) else 1.0)
    rows = [(name, *(with_span(auc) for auc in entries[name])) for name in best_first]
    return pd.DataFrame(rows, columns=["Judged by", "AUC", "AUC, ages within 10 years"])


def about_boundaries(card: Card) -> str:
    """What the segmenter is and what its table shows."""
    found = card.fields["metrics"]
    invented, without = found["p_invented"]
    return (
        f"{card.fields['what_it_is']} Trained on {card.fields['training_data']} Below: the error on "
        "LUDB, each record read by the one network that has not met it, of a record the median over its beats. QRS: "
        f"{percent(found['qrs_sensitivity'])} found, {percent(found['qrs_ppv'])} of those "
        f"reported true. A P wave was reported on {invented} of {without} beats that have none."
    )


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
    return pd.DataFrame(rows, columns=["Boundary", "SD over records", "Bias", "95 % within", "Found"])
