"""The semi-synthetic cohort behind the standard weights, from their cards: ours beside what was published."""

from typing import Any

import pandas as pd

from lvm.show.card_values import dig, figure, mean_sd, plain, span, standard
from lvm.show.model_facts import sources
from lvm.show.words import UNKNOWN
from lvm.weights import Card

_SEXES = {"male": "Men", "female": "Women"}
_ROWS = {
    "lvm_g": ("LV mass", "g"),
    "lvmi_g_m2": ("LV mass index", "g/m²"),
    "age_years": ("Age", "years"),
    "height_cm": ("Height", "cm"),
    "weight_kg": ("Weight", "kg"),
    "qrs_duration_ms": ("QRS duration", "ms"),
    "p_axis_deg": ("P axis", "°"),
    "qrs_axis_deg": ("QRS axis", "°"),
    "t_axis_deg": ("T axis", "°"),
}
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
        rows.append((title, *(mean_sd(dig(one, whose), unit, 1) for one in both for whose in ("table_1", "cohort"))))
    columns = [f"{who}, {whose}" for who in _SEXES.values() for whose in ("paper", "ours")]
    return pd.DataFrame(rows, columns=["Mean ± SD", *columns])


def correlations(cohort: Cohort) -> pd.DataFrame:
    """Pearson's r with LV mass beside the range that is published."""
    rows = []
    for name in _names(cohort, "correlations"):
        found = [dig(cohort, "correlations", sex, name) for sex in _SEXES]
        published = list(dict.fromkeys(span(dig(one, "published")) for one in found if dig(one, "published")))
        rows.append((plain(name), *(figure(dig(one, "r"), "", 2) for one in found), " or ".join(published) or UNKNOWN))
    return pd.DataFrame(rows, columns=["Correlation with LV mass, r", *_SEXES.values(), "Published"])


def how(cohort: Cohort) -> pd.DataFrame:
    """What the masses were made of."""
    rows = [
        (_capital(plain(name)), *(figure(dig(cohort, "how", sex, name), "", 3) for sex in _SEXES))
        for name in _names(cohort, "how")
    ]
    return pd.DataFrame(rows, columns=["In the model of the mass", *_SEXES.values()])


def origins(cohort: Cohort) -> pd.DataFrame:
    """Whose recordings the cohort is made of, and on what terms."""
    return pd.DataFrame(sources(cohort), columns=["Source", "By", "Licence", "Recordings", "Members made of them"])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
