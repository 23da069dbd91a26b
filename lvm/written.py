"""Sentences that training and evaluation write into files with figures filled in, and how the screen knows them again.

The files are in English. `told` says a text of theirs in the language spoken: as the catalog has it, by one of the
templates below, or by its parts. What it does not know, such as a hospital's own words, stays as it is.
"""

import re
from functools import cache, reduce
from string import Formatter

from lvm.language import SEMICOLON, SENTENCES, mark, tr

# Of a card.
WHAT_IT_IS = mark("eLVMass-Net, {inputs}, for {people}: LV mass in grams from one ECG beat.")
PEOPLE = {"male": mark("men"), "female": mark("women"), "all": mark("men and women")}
OWN_TABLE = mark("A user's own table of {n} recordings with LV mass.")
SIMULATED = mark("{n} simulated ECGs ({method}): no recording and no mass of anybody.")
SEMI_SYNTHETIC = mark(
    "Semi-synthetic: {n} ECGs made from recordings of {sources}, changed as whole hearts, with masses drawn from "
    "published relations."
)
LUDB = mark("LUDB, {n} recordings with cardiologists’ marks (Kalyakulina 2020, ODC-By)")
UNMARKED = mark("{n} recordings without marks, from PTB-XL (Wagner 2020, CC BY 4.0).")

# How an evaluation was made.
MADE_OF = mark("{data}, made of {sources}")
RECORDINGS = mark("{n} of {n_patients} patients; {n_men} of men, {n_women} of women")
MADE_WITH = mark("version {version}, Python {python}, torch {torch}")
CUT_OFF = mark("{n} % of a map’s largest value: {methods}")
FOLDS = mark("{n} of {n_all}, by patient, stratified on LV mass")
TRAINING = mark(
    "Adam, at most {n} epochs, ending after {n_patience} without a better one; LVM-AI with {n_filters} filters (its "
    "authors’ library: {n_library}), at most {n_epochs} epochs, ending after {n_end}, with the asymmetric loss never "
    "early; seed {n_seed}"
)
TOOK = mark("{n} min in all, one after the other")
REAL_ECGS = mark("{n} of PTB-XL, one a patient, no conduction disease, no atrial fibrillation")
MET = mark("{n} of the patients: this tells where networks look, not how far they err")
COHORTS = mark(
    "{n}, simulated, of {n_men} men each; {n_percent} % of the variance of the mass is planted in one cell of the ECG, "
    "in height and weight, or nowhere"
)
NETWORKS = mark("model 2 for men, five folds each, at most {n} epochs in batches of {n_batch}, dropout {n_dropout}")
JUDGED = mark("{men} further men of each cohort whom the networks have not met")

# In tables, and beneath them.
MEN_N, WOMEN_N = mark("Men, n = {n}"), mark("Women, n = {n}")
MEN_ECGS, WOMEN_ECGS = mark("Men, {n} ECGs"), mark("Women, {n} ECGs")
CRITERION = mark("Criterion: {name}")
AGAINST = mark("P, against {system}")
NARROW = mark("EfficientNet in one dimension, B0 at {n} of its width")
BY_METHOD = mark("Table {n} by {method}")
OF = mark("{n} of {n_all}")
SHARE_OF = mark("{n_percent} %, {n} of {n_all}")
SPAN, SPAN_G = mark("{n} ({n_low} to {n_high})"), mark("{n} ({n_low} to {n_high}) g")
IN_YEARS = mark("{n} ± {n_sd} years")
OVER_FOLDS = mark("± is the SD over {n} folds.")
HEAVY = mark("LVM-AI’s asymmetric loss was made for UK Biobank, where few hearts are above {n} g.")
HEAVY_MEN = mark(
    "LVM-AI’s asymmetric loss was made for UK Biobank, where few hearts are above {n} g; of the men here {n_percent} % "
    "are."
)
RULE = mark("a true mass index above {n} g/m² in men and {n_women} in women ({source})")
C_STATISTIC = mark(
    "c-statistic of the estimated mass over the body surface, for {rule}; of all: both over the limit of the sex."
)
LVM_AI_LIMITS = mark("LVM-AI’s LVH output was taught its own limits, {n} and {n_women} g/m².")
FOR_RULE = mark("For {rule}.")
AREA = mark("Area under the ROC curve, with its 95 % interval, at one body size; {groups}.")
CODED = mark("{people}: {n} ECGs, {n_coded} of them coded LVH")
DRAWN_AGAIN = mark("In brackets the 95 % interval, patients drawn again {n} times.")
MEAN_SHARE = mark("{method}: mean share of the importance and its SD over recordings, in thirds of the true LV mass.")
THIRDS = mark(
    "{who}: low below {n_low} g ({n} recordings), middle {n_from} to {n_to} g ({n_middle} recordings), high {n_high} g "
    "and more ({n_above} recordings)."
)
OUR_RULE = mark("Values below {n} % of a map’s largest counted as zero, by our own rule.")
MEAN_IN_CELL = mark(
    "Mean share of the cell in which the mass was planted, and in how many of those judged it is the largest of {n}."
)
LEARNED = mark(
    "Learned: correlation of the estimates with what of the mass can be known; below {n} the networks do not go by the "
    "cell, so no map can show it."
)
BY_CHANCE = mark(
    "By chance: the cell’s part of the beat’s samples, for methods that go by samples; for {methods}, which go by "
    "cells, {n} %."
)
FINDS = mark("{method} finds {n}, with {n_percent} % of its importance in the true cell")
SHOWN_FIRST = mark("Shown first elsewhere: of {n} cells learned, {first}, the most of all methods.")
NOT_FIRST = mark("Shown first elsewhere: of {n} cells learned, {first}; {best}.")

_TEMPLATES = (
    WHAT_IT_IS, OWN_TABLE, SIMULATED, SEMI_SYNTHETIC, LUDB, UNMARKED, MADE_OF, RECORDINGS, MADE_WITH, CUT_OFF, FOLDS,
    TRAINING, TOOK, REAL_ECGS, MET, COHORTS, NETWORKS, JUDGED, MEN_N, WOMEN_N, MEN_ECGS, WOMEN_ECGS, CRITERION,
    AGAINST, NARROW, BY_METHOD, OF, SHARE_OF, SPAN, SPAN_G, IN_YEARS, OVER_FOLDS, HEAVY, HEAVY_MEN, RULE, C_STATISTIC,
    LVM_AI_LIMITS, FOR_RULE, AREA, CODED, DRAWN_AGAIN, MEAN_SHARE, THIRDS, OUR_RULE, MEAN_IN_CELL, LEARNED, BY_CHANCE,
    FINDS, SHOWN_FIRST, NOT_FIRST,
)  # fmt: skip
_NAME = 80  # characters at most; what is longer is a sentence, of which no part is said alone
_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z“±])")
COLON = mark("{one}: {other}")
COMMA = mark("{name}, {more}")  # within a name of several words; the commas of a list are others


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (
            template,
            re.compile(
                "".join(
                    re.escape(text) + (f"(?P<{field}>{_filled(field)})" if field else "")
                    for text, field, _, _ in Formatter().parse(template)
                )
            ),
        )
        for template in _TEMPLATES
    )


def _filled(field: str) -> str:
    """What a field of a template can hold: n or n_... a number; others no end of a sentence, lists semicolons."""
    if field == "n" or field.startswith("n_"):
        return "[-−]?[0-9][0-9.,]*"
    return r"(?:(?!\. ).)+?" if field in ("sources", "groups") else r"(?:(?![.;] ).)+?"


def told(text: str) -> str:
    """A text that stands in a file, in the language spoken."""
    if (known := tr(text)) != text:
        return known
    for template, pattern in _patterns():
        if match := pattern.fullmatch(text):
            return tr(template, **{name: told(value) for name, value in match.groupdict().items()})
    sentences = _SENTENCE.split(text)
    if len(sentences) > 1 and (said := [*map(told, sentences)]) != sentences:
        return reduce(lambda one, other: tr(SENTENCES, one=one, other=other), said)
    if parts := _all_told(text, "; "):
        return reduce(lambda one, other: tr(SEMICOLON, one=one, other=other), parts)
    if parts := _all_told(text, ": "):
        return reduce(lambda one, other: tr(COLON, one=one, other=other), parts)
    if parts := _all_told(text, " and "):
        return reduce(lambda one, other: tr("{one} and {other}", one=one, other=other), parts)
    parts = text.split(", ")
    if len(parts) > 1 and len(text) <= _NAME and (said := [*map(told, parts)]) != parts:
        return reduce(lambda name, more: tr(COMMA, name=name, more=more), said)
    return text


def _all_told(text: str, sign: str) -> list[str]:
    """The parts between signs, where all of them are known."""
    parts = text.split(sign)
    said = [*map(told, parts)] if len(parts) > 1 else parts
    return said if all(one != part for one, part in zip(said, parts, strict=True)) else []
