"""Recording and patient -> LV mass: the folds of one bundle on the chosen beat, with what the number rests on."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from lvm.analysis import Analysis
from lvm.criteria import CriterionResult, Heart, judge
from lvm.net.elvmassnet import DEMOGRAPHICS, ECG_MEASURES, encode_scalar
from lvm.recording import Patient
from lvm.reference import BSA_FORMULA, CT_LIMITS, Limit, bsa_m2
from lvm.weights import Bundle, Card

Source = Literal["device", "computed", "typed", "imputed"]

_QRS_LIMIT_MS = 120
_BODY = ("age_years", "height_cm", "weight_kg")


@dataclass(frozen=True)
class Input:
    """One scalar the estimate may rest on, and where it comes from. value None: unknown."""

    value: float | str | None
    source: Source | None


@dataclass(frozen=True)
class Estimate:
    """An estimate of LV mass, or the reason why there is none (`withheld`); numbers that are not known are None.

    interval_g is the central `interval_level` of the truth around an estimate, measured out of fold on the bundle's
    own training cohort; it is no more valid for a patient than that cohort is.
    """

    lvm_g: float | None
    interval_g: tuple[float, float] | None
    interval_level: float | None
    bsa_m2: float | None
    lvmi_g_m2: float | None
    limit: Limit | None
    above_limit: bool | None
    card: Card | None
    inputs: dict[str, Input]
    per_beat_g: tuple[float, ...] = ()
    per_fold_g: tuple[float, ...] = ()
    criteria: tuple[CriterionResult, ...] = ()
    withheld: str | None = None
    warnings: tuple[str, ...] = ()
    bsa_formula: str = BSA_FORMULA
