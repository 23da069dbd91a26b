"""The semi-synthetic cohort behind the standard weights, from their cards: ours beside what was published."""

from typing import Any

import pandas as pd

from lvm.language import listed, mark, tr
from lvm.show.card_values import dig, figure, mean_sd, plain, span, standard, translated
from lvm.show.model_facts import sources
from lvm.show.words import UNKNOWN
from lvm.weights import Card

_SEXES = {"male": mark("Men"), "female": mark("Women")}
_ROWS = {
    "lvm_g": (mark("LV mass"), "g"),
    "lvmi_g_m2": (mark("LV mass index"), "g/m²"),
    "age_years": (mark("Age"), mark("years")),
    "height_cm": (mark("Height"), "cm"),
    "weight_kg": (mark("Weight"), "kg"),
    "qrs_duration_ms": (mark("QRS duration"), "ms"),
    "p_axis_deg": (mark("P axis"), "°"),
    "qrs_axis_deg": (mark("QRS axis"), "°"),
    "t_axis_deg": (mark("T axis"), "°"),
}
# How our cohorts name what their masses were made of.
_HOW = (
    mark("Weight of Cornell product"), mark("Weight of Sokolow-Lyon"), mark("Weight of QRS duration"),
    mark("Effect of secondary ST-T change"), mark("SD of the rest, logarithm"),
    mark("R of what body and ECG determine"),
)  # fmt: skip
_OR = mark("{one} or {other}")
Cohort = dict[str, Any]


def of(cards: tuple[Card, ...]) -> Cohort | None:
    """One description of the cohort of the standard bundles: each sex from the first card that holds it."""
    found = [c.fields["cohort"] for c in cards if standard(c) and isinstance(c.fields.get("cohort"), dict)]
    if not found:
        return None
    found.sort(key=lambda cohort: -sum(dig(cohort, "marginals", sex) is not None for sex in _SEXES))  # both sexes first
    whole = dict(found[0])
    for part in ("marginals", "correlations", "how"):
        parts = [known_part for cohort in found if isinstance(known_part := cohort.get(part), dict)]
        whole[part] = {sex: next((p[sex] for p in parts if sex in p), None) for sex in _SEXES}
    listed = [s for cohort in found[::-1] if isinstance(cohort.get("sources"), list) for s in cohort["sources"]]
    whole["sources"] = list({str(dig(s, "name")): s for s in listed if dig(s, "name")}.values())
    return whole


def _names(cohort: Cohort, part: str) -> list[str]:
    """The rows of a part, of both sexes."""
    found = [dig(cohort, part, sex) for sex in _SEXES]
    return list(dict.fromkeys(name for rows in found if isinstance(rows, dict) for name in rows))


def marginals(cohort: Cohort) -> pd.DataFrame:
    """Mean and SD, the paper's Table 1 beside ours."""
    rows = []
    for name in _names(cohort, "marginals"):
        title, unit = _ROWS.get(name, (plain(name), ""))
        both = [dig(cohort, "marginals", sex, name) for sex in _SEXES]
        told = (mean_sd(dig(one, whose), tr(unit), 1) for one in both for whose in ("table_1", "cohort"))
        rows.append((tr(title), *told))
    columns = [tr(whose, who=who) for who in _SEXES.values() for whose in (mark("{who}, paper"), mark("{who}, ours"))]
    return pd.DataFrame(rows, columns=[tr("Mean ± SD"), *columns])


def correlations(cohort: Cohort) -> pd.DataFrame:
    """Pearson's r with LV mass beside the range that is published."""
    rows = []
    for name in _names(cohort, "correlations"):
        found = [dig(cohort, "correlations", sex, name) for sex in _SEXES]
        published = list(dict.fromkeys(span(dig(one, "published")) for one in found if dig(one, "published")))
        rows.append(
            (
                translated(name),
                *(figure(dig(one, "r"), "", 2) for one in found),
                tr(listed(published, _OR)) or UNKNOWN,
            )
        )
    heads = [tr("Correlation with LV mass, r"), *map(tr, _SEXES.values()), tr("Published")]
    return pd.DataFrame(rows, columns=heads)


def how(cohort: Cohort) -> pd.DataFrame:
    """What the masses were made of."""
    rows = [
        (translated(_capital(name)), *(figure(dig(cohort, "how", sex, name), "", 3) for sex in _SEXES))
        for name in _names(cohort, "how")
    ]
    return pd.DataFrame(rows, columns=[tr("In the model of the mass"), *map(tr, _SEXES.values())])


def origins(cohort: Cohort) -> pd.DataFrame:
    """Whose recordings the cohort is made of, and on what terms."""
    heads = [tr("Source"), tr("By"), tr("Licence"), tr("Recordings"), tr("Members made of them")]
    return pd.DataFrame(sources(cohort), columns=heads)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
