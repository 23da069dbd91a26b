"""Recording and patient -> LV mass: the folds of one bundle on the chosen beat, with what the number rests on."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lvm.analysis import Analysis
from lvm.criteria import CriterionResult, judge
from lvm.errors import WeightsError
from lvm.heart import Heart
from lvm.language import SENTENCES, listed, mark, said
from lvm.net.config import DEMOGRAPHICS, ECG_MEASURES, Config, InputSet, encode_scalar, unknown_key
from lvm.not_judged import doubts
from lvm.recording import LIMB, Patient, Sex, Signal, Typed
from lvm.reference import BSA_FORMULA, CT_LIMITS, Limit, bsa_m2
from lvm.scope import fibrillating, out_of_scope
from lvm.weights import Bundle, Card, choose, load

NAMES = {
    "age_years": mark("age"),
    "sex": mark("sex"),
    "height_cm": mark("height"),
    "weight_kg": mark("weight"),
    "p_axis_deg": mark("P axis"),
    "qrs_axis_deg": mark("QRS axis"),
    "t_axis_deg": mark("T axis"),
    "qrs_duration_ms": mark("QRS duration"),
}

STOOD_IN = mark("Not known, so the training median was used: {words}. The interval is wider for it.")

Source = Literal["device", "computed", "typed", "imputed"]

_NO_SEX = mark("The sex is not in the file. State it, male or female: the models differ.")
_NO_BEAT = mark("No beat can be used, so there is nothing to estimate from, and overriding cannot help.")


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
    reasons : what `withheld` is joined of, each by itself. against : the reasons that were overridden.
    out_of_scope : why the network is not for this recording, whether or not that was overridden; see lvm.scope.
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
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    out_of_scope: tuple[str, ...] = ()

    @property
    def overridden(self) -> bool:
        """Whether the estimate was made, knowingly, in spite of its scope or of what is wrong with the signal."""
        return bool(self.against)


def gather_inputs(analysis: Analysis, typed: Patient = Typed()) -> dict[str, Input]:  # noqa: B008 - frozen
    """The eight scalars of the paper: typed before device before computed; unknown ones have no value and no source."""
    recording = analysis.recording
    found: dict[str, Input] = {}
    for name in DEMOGRAPHICS + ECG_MEASURES:
        on_file = recording.patient if name in DEMOGRAPHICS else recording.device
        candidates: tuple[tuple[Source, object], ...] = (
            ("typed", typed),
            ("device", on_file),
            ("computed", analysis.measured),
        )
        known = ((getattr(of, name, None), source) for source, of in candidates)
        found[name] = next((Input(value, source) for value, source in known if value is not None), Input(None, None))
    return found


def _interval(card: Card, sex: Sex, imputed: list[str]) -> tuple[float, tuple[float, float]]:
    """Level, and truth/estimate ratios at its two ends, measured out of fold on this sex with these inputs imputed.

    Of a sex that the bundle does not serve there are none: then those of whom it does serve, and `estimate` warns.
    """
    interval: dict[str, Any] = card.fields["interval"]
    ratios = interval["truth_to_estimate"][sex if sex in card.sexes else card.sexes[0]]
    key = unknown_key(imputed)
    if key not in ratios:
        raise WeightsError(
            said("The card of the weights bundle {name} has no interval for this: {key} unknown.",
                 name=card.name, key=key)
        )  # fmt: skip
    low, high = ratios[key]
    return float(interval["level"]), (low, high)


def _criteria(analysis: Analysis, inputs: dict[str, Input]) -> tuple[CriterionResult, ...]:
    """None without the sex, a QRS, or the limb leads, for the chest leads are against these.

    Criteria that need another lead which is flat are there without a value; see lvm.not_judged for the others.
    """
    sex, flat = inputs["sex"].value, analysis.flat_leads
    if analysis.amplitudes is None or sex not in ("male", "female") or set(flat) & set(LIMB):
        return ()
    qrs_ms, axis_deg = (inputs[name].value for name in ("qrs_duration_ms", "qrs_axis_deg"))
    return judge(
        Heart(
            analysis.amplitudes.without(flat),
            None if qrs_ms is None else float(qrs_ms),
            "male" if sex == "male" else "female",
            None if axis_deg is None else float(axis_deg),
            analysis.timing.without(flat),
            analysis.recording.bandwidth_hz,
            fibrillating(analysis.recording, analysis.rhythm),
            doubts(analysis, inputs),
        )
    )


def estimate(
    analysis: Analysis,
    typed: Patient = Typed(),  # noqa: B008 - frozen
    *,
    bundle: Bundle | None = None,
    input_set: InputSet = "model 2",
    beat: int | None = None,
    override: bool = False,
    other_beats: bool = True,
) -> Estimate:
    """Estimate LV mass from one recording.

    bundle : its folds are averaged; by default the one installed for the patient's sex and `input_set`.
    beat : index of the beat to use instead of the chosen one.
    override : estimate although the recording is out of scope or its signal is poor; the warnings then say so.
    other_beats : give the estimates of the other usable beats too, for which per_beat_g is there.

    Withheld where the recording is out of scope, where the signal cannot carry it, and, override or not, without any
    beat and where the sex is unknown, which is never guessed. Other unknown inputs of the bundle are imputed with the
    median of its training set, as in the paper, and widen the interval.
    """
    inputs = gather_inputs(analysis, typed)
    height, weight = inputs["height_cm"].value, inputs["weight_kg"].value
    bsa = bsa_m2(float(height), float(weight)) if height is not None and weight is not None else None
    stated = inputs["sex"].value
    sex: Sex | None = None if stated is None else "male" if stated == "male" else "female"
    limit = None if sex is None else CT_LIMITS[sex]
    chosen = analysis.chosen if beat is None else beat
    outside = out_of_scope(analysis, inputs)
    against = (*analysis.quality.grave, *outside)
    criteria = _criteria(analysis, inputs)
    nothing = Estimate(None, None, None, bsa, None, limit, None, None, inputs, criteria=criteria, out_of_scope=outside)
    reasons = () if override and chosen is not None else against
    if chosen is None and (override or not against):
        reasons += (_NO_BEAT,)
    if sex is None:
        reasons += (_NO_SEX,)
    if reasons or chosen is None or sex is None:
        return replace(nothing, withheld=listed(reasons, SENTENCES), reasons=reasons)
    warnings: tuple[str, ...] = tuple(said("Overridden: {reason}", reason=reason) for reason in against)
    if bundle is None:
        bundle = load(choose(sex, input_set))
    elif sex not in bundle.card.sexes:
        served = mark("male") if bundle.card.config.sexes == "male" else mark("female")
        warnings += (
            said("The bundle {name} is for {served} patients; this one is {sex}.",
                 name=bundle.card.name, served=served, sex=sex),
        )  # fmt: skip

    config = bundle.card.config
    imputed = [name for name in config.scalars if inputs[name].value is None]
    for name, median in zip(config.scalars, config.scalar_median, strict=True):
        if name in imputed:
            inputs = inputs | {name: Input(median, "imputed")}
    if imputed:
        words = listed(_stood_in(name, inputs[name]) for name in imputed)
        warnings += (said(STOOD_IN, words=words),)

    usable = [i for i, b in enumerate(analysis.beats) if b.usable and (other_beats or i == chosen)]
    indices = [chosen, *(i for i in usable if i != chosen)]
    grams = predict(bundle, [analysis.window(i).mv for i in indices], scalar_row(config, inputs))  # (folds, beats)
    per_beat = dict(zip(indices, grams.mean(axis=0).tolist(), strict=True))
    lvm_g = per_beat[chosen]
    level, (low, high) = _interval(bundle.card, sex, imputed)
    lvmi = None if bsa is None else lvm_g / bsa
    return replace(
        nothing,
        lvm_g=lvm_g,
        interval_g=(lvm_g * low, lvm_g * high),
        interval_level=level,
        lvmi_g_m2=lvmi,
        above_limit=None if lvmi is None or limit is None else lvmi > limit.limit_g_m2,
        card=bundle.card,
        inputs=inputs,
        per_beat_g=tuple(per_beat[i] for i in usable),
        per_fold_g=tuple(grams[:, 0].tolist()),
        warnings=warnings,
        against=against,
    )


_UNITS = {"age_years": mark("years"), "height_cm": "cm", "weight_kg": "kg", "qrs_duration_ms": "ms"}


def _stood_in(name: str, of: Input) -> str:
    """'height 158 cm', 'P axis 53°'."""
    value, unit = f"{float(of.value or 0):.0f}", _UNITS.get(name)
    if unit is None:
        return said("{name} {value}°", name=NAMES[name], value=value)
    return said("{name} {value} {unit}", name=NAMES[name], value=value, unit=unit)


def scalar_row(config: Config, inputs: dict[str, Input]) -> list[float]:
    """The scalars of a network, encoded, in its order; every value must be known or imputed by now."""
    row = []
    for name, median in zip(config.scalars, config.scalar_median, strict=True):
        value = inputs[name].value
        row.append(median if value is None or inputs[name].source == "imputed" else encode_scalar(name, value))
    return row


def predict(bundle: Bundle, beats_mv: list[Signal], scalars: list[float]) -> NDArray[np.float64]:
    """Grams of every fold for every beat: (folds, beats)."""
    import torch

    batch = torch.from_numpy(np.stack(beats_mv))  # (beats, 12, 450)
    row = torch.tensor(scalars).expand(len(batch), len(scalars))
    with torch.inference_mode():
        return np.stack([fold(batch, row).numpy() for fold in bundle.folds]).astype(np.float64)
