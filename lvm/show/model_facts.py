"""One card as a label of model facts, after Sendak et al., npj Digit Med 2020;3:41: the same rows for every model."""

from typing import Any

import pandas as pd

from lvm.show.card_values import (
    count,
    dig,
    error,
    figure,
    joined,
    known,
    numbers,
    percent,
    plain,
    span,
    standard,
    with_span,
)
from lvm.show.words import TRAINED_ON, UNKNOWN, lead_names, number
from lvm.weights import Card

WHO = {"male": "Men", "female": "Women", "all": "Both"}
HOW_TO_READ = (
    "Each ECG is judged by the network that has not seen its patient. Errors: ± is the SD over the folds. Bias: "
    "estimate minus true mass. Calibration: slope 1 and intercept 0 g are perfect. Inside the interval: the share of "
    "the true masses, on average over a sex; of the heaviest hearts fewer are inside. AUC, with its 95 % interval: how "
    "well the estimate, at fixed body size, tells real ECGs coded as LV hypertrophy from normal ones; 0.5 is chance, 1 "
    "perfect. Ages within 10 years: the same, of pairs of a coded and a normal one so near in age, for the normal ones "
    "are far younger. Heavier by: the mean estimate of those coded, less that of the normal ones."
)


def facts(card: Card) -> pd.DataFrame:
    """What it is, on what it was trained, for what it is and is not meant."""
    fields = card.fields
    rows = {
        "What it is": plain(fields.get("what_it_is")),
        "Given to it": given(card),
        "Version": f"{plain(fields.get('version'))}, {plain(fields.get('date'))}",
        "Trained on": plain(fields.get("training_data")),
        "Data": _counts(fields.get("data")),
        "Sources": _sources(fields.get("cohort")),
        "Interval": f"holds {_level(card)} of the true masses, by the errors out of fold of each sex",
        "From beat to beat": _repeatability(dig(fields, "metrics", "repeatability")),
        "Use for": plain(fields.get("intended_use")),
        "Not for": plain(fields.get("not_for")),
    }
    return pd.DataFrame({"Fact": rows.keys(), "Value": rows.values()})


def performance(card: Card) -> pd.DataFrame:
    """How well it does, a column for each sex it serves, and one for both together."""
    who = [*card.sexes, *(["all"] if card.config.sexes == "all" else [])]
    table = pd.DataFrame({WHO[one]: _column(card, one) for one in who})
    return table.rename_axis("On patients it had not seen").reset_index()


def _column(card: Card, who: str) -> dict[str, str]:
    metrics = card.fields.get("metrics")
    found, real = dig(metrics, "out_of_fold", who), dig(metrics, "real_ecgs_out_of_fold", who)
    return {
        "ECGs judged": count(dig(found, "n")),
        "Mean absolute error": error(dig(found, "network")),
        "By age, sex and body size": error(dig(found, "demographics_only")),
        "Best possible on these data": error(dig(found, "oracle")),
        "Bias": figure(dig(found, "bias_g"), "g", 1),
        "Calibration": _calibration(dig(found, "calibration")),
        "Correlation, r": figure(dig(found, "r"), "", 2),
        f"Inside the {_level(card)} interval": percent(dig(card.fields, "interval", "coverage_measured", who)),
        "AUC on real ECGs": with_span(dig(real, "estimate")),
        "AUC, ages within 10 years": with_span(dig(real, "within_10_years", "estimate")),
        "AUC above Cornell product’s": _gain(dig(real, "estimate_minus_cornell_product")),
        "Coded LVH, heavier by": figure(dig(real, "lvh_minus_normal_g"), "g", 1),
        "Real ECGs, coded LVH": f"{count(dig(real, 'recordings'))}, {count(dig(real, 'lvh'))}"
        if isinstance(real, dict)
        else UNKNOWN,
    }


def _gain(value: Any) -> str:
    """'+0.04 (0.01–0.07)'."""
    found = numbers(value, 3)
    return UNKNOWN if found is None else f"{'+' * (found[0] > 0)}{number(found[0], '', 2)} ({span(found[1:])})"


def _level(card: Card) -> str:
    return percent(dig(card.fields, "interval", "level")).replace(".0", "").replace(" ", "\N{NO-BREAK SPACE}")


def given(card: Card) -> str:
    """'ECG, age, height and weight'."""
    config = card.config
    sex = ["sex"] if config.sexes == "all" else []
    names = {
        "ecg": ["the ECG alone"],
        "model 1": ["ECG", "age", *sex, "height", "weight"],
        "model 2": ["ECG", "age", *sex, "height", "weight", "P, QRS and T axis", "QRS duration"],
    }[config.input_set]
    return lead_names(tuple(names))


def not_given(card: Card) -> str:
    """Which of the patient's values on the page do not move this estimate; "" where all do."""
    return {
        "ecg": "Age, body size, axes and QRS duration do not move this estimate; height and weight give the index.",
        "model 1": "Axes and QRS duration do not move this estimate.",
        "model 2": "",
    }[card.config.input_set]


def trained_on(card: Card | None) -> str:
    """What must stand beside every estimate; of a user's own bundle that is its title. None: no estimate was made."""
    return TRAINED_ON if card is None or standard(card) else plain(card.fields["title"])


def _counts(data: Any) -> str:
    """'5,000 ECGs, 2,500 of men, 2,500 of women, 297 patients, 3 left out'."""
    facts = {
        "ECGs": dig(data, "recordings"),
        "of men": dig(data, "by_sex", "male"),
        "of women": dig(data, "by_sex", "female"),
        "patients": dig(data, "patients"),
        "left out": dig(data, "left_out"),
    }
    return ", ".join(f"{count(n)} {what}" for what, n in facts.items() if known(n)) or UNKNOWN


def _sources(cohort: Any) -> str:
    """'PTB-XL, 297 recordings, CC BY 4.0'."""
    return "; ".join(f"{s[0]}, {s[3]} recordings, {s[2]}" for s in sources(cohort)) or UNKNOWN


def sources(cohort: Any) -> list[tuple[str, ...]]:
    """Name, attribution, licence, recordings used, cohort members made of them."""
    listed = dig(cohort, "sources")
    words, counts = ("name", "attribution", "licence"), ("recordings", "members")
    return [
        (*(plain(dig(s, key)) for key in words), *(count(dig(s, key)) for key in counts))
        for s in (listed if isinstance(listed, list) else [])
    ]


def _repeatability(found: Any) -> str:
    if not isinstance(found, dict):
        return UNKNOWN
    return (
        f"SD of one patient’s beats: median {figure(found.get('median_sd_g'), 'g', 1)}, 95 % of the ECGs below "
        f"{figure(found.get('p95_sd_g'), 'g', 1)} ({count(found.get('recordings'))} ECGs)"
    )


def _calibration(found: Any) -> str:
    slope, intercept = known(dig(found, "slope")), known(dig(found, "intercept_g"))
    if slope is None or intercept is None:
        return UNKNOWN
    return joined(f"slope {number(slope, '', 2)}", f"intercept {number(intercept, 'g', 1)}")


_ON_THE_LABEL = {"title", "what_it_is", "intended_use", "not_for", "training_data", "version", "date", "data"}
_ON_THE_LABEL |= {"cohort", "metrics", "interval", "config", "sha256"}


def all_facts(card: Card) -> pd.DataFrame:
    """What the label leaves out, a row a fact."""
    rows = [("SHA-256 of the weights", " ".join(card.sha256[i : i + 16] for i in range(0, len(card.sha256), 16)))]
    for name, value in card.fields.items():
        if name in _ON_THE_LABEL:
            continue
        if isinstance(value, dict):
            rows += [(f"{_words(name)}: {_words(n).lower()}", _text(v)) for n, v in value.items()]
        else:
            rows.append((_words(name), _text(value)))
    left_out = ("scalar", "multiplier") if card.config.encoder == "tcn" else ("scalar",)
    network = {n: v for n, v in card.config.as_dict().items() if not any(word in n for word in left_out)}
    rows += [(f"Network: {_words(n).lower()}", _text(v)) for n, v in network.items()]
    return pd.DataFrame(rows, columns=["Fact", "Value"])


def _words(name: Any) -> str:
    text = plain(str(name).replace("_", " "))
    return text[:1].upper() + text[1:]


def _text(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{_words(k).lower()} {_text(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else plain(value)
