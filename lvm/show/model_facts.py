"""One card as a label of model facts, after Sendak et al., npj Digit Med 2020;3:41: the same rows for every model."""

from typing import Any

import pandas as pd

from lvm.language import SEMICOLON, listed, mark, tr
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
    translated,
    with_span,
)
from lvm.show.words import TRAINED_ON, UNKNOWN, lead_names, number
from lvm.weights import Card
from lvm.written import COLON

WHO = {"male": mark("Men"), "female": mark("Women"), "all": mark("Both")}
HOW_TO_READ = mark(
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
        tr("What it is"): translated(fields.get("what_it_is")),
        tr("Given to it"): given(card),
        tr("Version"): f"{plain(fields.get('version'))}, {plain(fields.get('date'))}",
        tr("Trained on"): translated(fields.get("training_data")),
        tr("Data"): _counts(fields.get("data")),
        tr("Sources"): _sources(fields.get("cohort")),
        tr("Interval"): tr(
            "holds {level} of the true masses, by the errors out of fold of each sex", level=_level(card)
        ),
        tr("From beat to beat"): _repeatability(dig(fields, "metrics", "repeatability")),
        tr("Use for"): translated(fields.get("intended_use")),
        tr("Not for"): translated(fields.get("not_for")),
    }
    return pd.DataFrame({tr("Fact"): rows.keys(), tr("Value"): rows.values()})


def performance(card: Card) -> pd.DataFrame:
    """How well it does, a column for each sex it serves, and one for both together."""
    who = [*card.sexes, *(["all"] if card.config.sexes == "all" else [])]
    table = pd.DataFrame({tr(WHO[one]): _column(card, one) for one in who})
    return table.rename_axis(tr("On patients it had not seen")).reset_index()


def _column(card: Card, who: str) -> dict[str, str]:
    metrics = card.fields.get("metrics")
    found, real = dig(metrics, "out_of_fold", who), dig(metrics, "real_ecgs_out_of_fold", who)
    return {
        tr("ECGs judged"): count(dig(found, "n")),
        tr("Mean absolute error"): error(dig(found, "network")),
        tr("By age, sex and body size"): error(dig(found, "demographics_only")),
        tr("Best possible on these data"): error(dig(found, "oracle")),
        tr("Bias"): figure(dig(found, "bias_g"), "g", 1),
        tr("Calibration"): _calibration(dig(found, "calibration")),
        tr("Correlation, r"): figure(dig(found, "r"), "", 2),
        tr("Inside the {level} interval", level=_level(card)): percent(
            dig(card.fields, "interval", "coverage_measured", who)
        ),
        tr("AUC on real ECGs"): with_span(dig(real, "estimate")),
        tr("AUC, ages within 10 years"): with_span(dig(real, "within_10_years", "estimate")),
        tr("AUC above Cornell product’s"): _gain(dig(real, "estimate_minus_cornell_product")),
        tr("Coded LVH, heavier by"): figure(dig(real, "lvh_minus_normal_g"), "g", 1),
        tr("Real ECGs, coded LVH"): f"{count(dig(real, 'recordings'))}, {count(dig(real, 'lvh'))}"
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
    if config.input_set == "ecg":
        return tr("the ECG alone")
    sex = [mark("sex")] if config.sexes == "all" else []
    names = ["ECG", mark("age"), *sex, mark("height"), mark("weight")]
    measures = [mark("P, QRS and T axis"), mark("QRS duration")] if config.input_set == "model 2" else []
    return lead_names((*names, *measures))


def not_given(card: Card) -> str:
    """Which of the patient's values on the page do not move this estimate; "" where all do."""
    if card.config.input_set == "ecg":
        return tr("Age, body size, axes and QRS duration do not move this estimate; height and weight give the index.")
    return tr("Axes and QRS duration do not move this estimate.") if card.config.input_set == "model 1" else ""


def trained_on(card: Card | None) -> str:
    """What must stand beside every estimate; of a user's own bundle that is its title. None: no estimate was made."""
    return tr(TRAINED_ON) if card is None or standard(card) else translated(card.fields["title"])


def _counts(data: Any) -> str:
    """'5,000 ECGs, 2,500 of men, 2,500 of women, 297 patients, 3 left out'."""
    facts = {
        mark("{n} ECGs"): dig(data, "recordings"),
        mark("{n} of men"): dig(data, "by_sex", "male"),
        mark("{n} of women"): dig(data, "by_sex", "female"),
        mark("{n} patients"): dig(data, "patients"),
        mark("{n} left out"): dig(data, "left_out"),
    }
    return tr(listed(tr(what, n=count(n)) for what, n in facts.items() if known(n))) or UNKNOWN


def _sources(cohort: Any) -> str:
    """'PTB-XL, 297 recordings, CC BY 4.0'."""
    each = (
        tr("{name}, {n} recordings, {licence}", name=name, n=n, licence=licence)
        for name, _, licence, n, _ in sources(cohort)
    )
    return tr(listed(each, SEMICOLON)) or UNKNOWN


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
    return tr(
        "SD of one patient’s beats: median {median}, 95 % of the ECGs below {most} ({n} ECGs)",
        median=figure(found.get("median_sd_g"), "g", 1),
        most=figure(found.get("p95_sd_g"), "g", 1),
        n=count(found.get("recordings")),
    )


def _calibration(found: Any) -> str:
    slope, intercept = known(dig(found, "slope")), known(dig(found, "intercept_g"))
    if slope is None or intercept is None:
        return UNKNOWN
    return joined(
        tr("slope {slope}", slope=number(slope, "", 2)), tr("intercept {grams}", grams=number(intercept, "g", 1))
    )


_ON_THE_LABEL = {"title", "what_it_is", "intended_use", "not_for", "training_data", "version", "date", "data"}
_ON_THE_LABEL |= {"cohort", "metrics", "interval", "config", "sha256"}
# How our cards name and say what the label leaves out; further words of a user's own card stay as they are.
_CARD_WORDS = (
    mark("Default"), mark("Made with"), mark("Choices"), mark("Beat window"), mark("Band hz"), mark("Axes"),
    mark("Missing"), mark("Pooling"), mark("Beat"), mark("Recipe"), mark("Epochs"), mark("Patience"), mark("Batch"),
    mark("Learning rate"), mark("Noise mv"), mark("Gain"), mark("Lead gain"), mark("Chest shift"), mark("Jitter"),
    mark("Seed"), mark("Loss"), mark("Optimiser"), mark("Kept"), mark("Format"), mark("Folds"), mark("Average"),
    mark("Input set"), mark("Sexes"), mark("Lead groups"), mark("View"), mark("Encoder"), mark("Pool"),
    mark("Channels"), mark("Kernel"), mark("Blocks"), mark("Dropout"), mark("Embedding"), mark("Lvm mean g"),
    mark("Lvm sd g"), mark("ecg"), mark("beat"), mark("full signal"), mark("crop"), mark("male"), mark("female"),
    mark("all"),
)  # fmt: skip


def all_facts(card: Card) -> pd.DataFrame:
    """What the label leaves out, a row a fact."""
    rows = [(tr("SHA-256 of the weights"), " ".join(card.sha256[i : i + 16] for i in range(0, len(card.sha256), 16)))]
    for name, value in card.fields.items():
        if name in _ON_THE_LABEL:
            continue
        if isinstance(value, dict):
            rows += [(tr(COLON, one=_words(name), other=_words(n).lower()), _text(v)) for n, v in value.items()]
        else:
            rows.append((_words(name), _text(value)))
    left_out = ("scalar", "multiplier") if card.config.encoder == "tcn" else ("scalar",)
    network = {n: v for n, v in card.config.as_dict().items() if not any(word in n for word in left_out)}
    rows += [(tr("Network: {name}", name=_words(n).lower()), _text(v)) for n, v in network.items()]
    return pd.DataFrame(rows, columns=[tr("Fact"), tr("Value")])


def _words(name: Any) -> str:
    text = str(name).replace("_", " ").strip()
    return translated(text[:1].upper() + text[1:])


def _text(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return UNKNOWN
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, dict):
        return "; ".join(f"{_words(k).lower()} {_text(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else translated(value)
