"""A bundle's card as readable tables."""

from typing import Any

import pandas as pd

from lvm.show.beat import boundary_names
from lvm.show.words import UNKNOWN, number
from lvm.weights import Card

# How the ways to predict are called in the cards' metrics.
_WAYS = {
    "network": "This network",
    "demographics_only": "Age and body size alone",
    "oracle": "Best possible on this cohort",
}


def kind(card: Card) -> str:
    """'Men, model 2'."""
    people = {"male": "Men", "female": "Women", "all": "Men and women"}[card.config.sexes]
    return f"{people}, {card.config.input_set}"


def _mean_sd(value: Any, unit: str) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{value[0]:.2f} ± {value[1]:.2f} {unit}"
    return number(value, unit, 2) if isinstance(value, int | float) else UNKNOWN


def results(cards: tuple[Card, ...]) -> pd.DataFrame:
    """Out-of-fold mean absolute error of every bundle, beside what is trivial and what is possible on its cohort."""
    rows = []
    for card in cards:
        found = card.fields.get("metrics", {}).get("semi_synthetic_out_of_fold", {})
        row = [kind(card)]
        for way in _WAYS:
            errors = found.get(way) or {}
            row.append(f"{_mean_sd(errors.get('mae_g'), 'g')}, {_mean_sd(errors.get('mape_percent'), '%')}")
        rows.append(row)
    return pd.DataFrame(rows, columns=["Model", *_WAYS.values()])


def gain(cards: tuple[Card, ...]) -> str:
    """In one line, whether the ECG adds anything to body size on our own cohort."""
    better, judged = 0, 0
    for card in cards:
        found = card.fields.get("metrics", {}).get("semi_synthetic_out_of_fold", {})
        try:
            better += found["network"]["mae_g"][0] < found["demographics_only"]["mae_g"][0]
            judged += 1
        except (KeyError, TypeError, IndexError):
            continue
    return f"Networks that err less than age and body size alone: {better} of {judged}."


def real_ecgs(cards: tuple[Card, ...]) -> pd.DataFrame:
    """How well the estimate and the criteria pick out real ECGs coded as hypertrophy."""
    rows = []
    for card in cards:
        found = card.fields.get("metrics", {}).get("real_ecgs_out_of_fold")
        if not isinstance(found, dict):
            continue
        criteria = {name: v for name, v in (found.get("auc_criteria") or {}).items() if v is not None}
        best = max(criteria, key=criteria.__getitem__) if criteria else None
        rows.append(
            (
                kind(card),
                f"{found.get('recordings', UNKNOWN)}, {found.get('lvh', UNKNOWN)} coded LVH",
                number(found.get("auc_network"), "", 2),
                UNKNOWN if best is None else f"{number(criteria[best], '', 2)} ({best})",
            )
        )
    return pd.DataFrame(rows, columns=["Model", "Real ECGs", "AUC, estimate", "AUC, best voltage criterion"])


def _percent(share: float | None) -> str:
    return number(None if share is None else 100 * share, "%", 1)


def about_boundaries(card: Card) -> str:
    """What the segmenter is and what its table shows."""
    found = card.fields["metrics"]
    invented, without = found["p_invented"]
    return (
        f"{card.fields['what_it_is']} Trained on {card.fields['training_data']} Below: the error on "
        "LUDB, each record read by the one network that has not met it, of a record the median over its beats. QRS: "
        f"{_percent(found['qrs_sensitivity'])} found, {_percent(found['qrs_ppv'])} of those "
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
            _percent(found["sensitivity"]),
        )
        for name, found in card.fields["metrics"]["ludb_out_of_fold"].items()
    ]
    return pd.DataFrame(rows, columns=["Boundary", "SD over records", "Bias", "95 % within", "Found"])


def facts(card: Card) -> pd.DataFrame:
    """The rest of a card, a row a fact: nested entries are spelled out, long lists of numbers left to the file."""
    skip = {
        "title",
        "what_it_is",
        "intended_use",
        "not_for",
        "training_data",
        "metrics",
        "config",
        "interval",
        "sha256",
    }
    rows = [(_words(name), _text(value)) for name, value in card.fields.items() if name not in skip]
    rows += [(f"Network: {_words(n).lower()}", _text(v)) for n, v in card.config.as_dict().items() if "scalar" not in n]
    groups = " ".join(card.sha256[i : i + 16] for i in range(0, len(card.sha256), 16))  # so that it can be wrapped
    rows.insert(0, ("SHA-256 of the weights", groups))
    return pd.DataFrame(rows, columns=["Fact", "Value"])


def _words(name: str) -> str:
    text = name.replace("_", " ")
    return text[0].upper() + text[1:]


def _text(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{_words(k).lower()} {_text(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
