"""What a network makes of real, unchanged ECGs: can it tell those coded as LV hypertrophy from normal ones?

The codes of PTB-XL rest on the ECG itself, largely on the Sokolow-Lyon voltage, and nobody's LV mass is known. So a
criterion near the one that made the codes has the advantage here, and the area under the ROC curve says how well a
network reads the signs of hypertrophy, not how well it estimates mass.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lvm.cohort.source import Source, criteria_of
from lvm.net.config import BODY
from lvm.recording import Sex, Typed
from lvm.train.crossvalidate import Trained
from lvm.train.examples import SCALARS, Examples, scalars_of
from lvm.train.fit import scalar_inputs

RESAMPLES = 2000
WITHIN_YEARS = 10
# What of PTB-XL's conduction disease and infarction is left among the sources.
CONDUCTION = {"LAFB", "LPFB", "IRBBB", "1AVB", "2AVB", "3AVB"}
INFARCTION = {"IMI", "ASMI", "ILMI", "AMI", "ALMI", "LMI", "IPLMI", "IPMI", "PMI"}
INFARCTION |= {"INJAS", "INJAL", "INJIN", "INJLA", "INJIL"}
_CORNELL = "Cornell product"

_Array = NDArray[np.float64]


def _wins(score: _Array, positive: NDArray[np.bool_]) -> _Array:
    """(positives, negatives): 1 where the positive one scores higher, half for a tie."""
    high, low = score[positive][:, None], score[~positive][None]
    return np.asarray((high > low) + 0.5 * (high == low), dtype=np.float64)


def auc_with_interval(
    score: _Array, positive: NDArray[np.bool_], less: _Array | None = None, pairs: _Array | None = None
) -> list[float] | None:
    """Area under the ROC curve (Mann-Whitney) with the 2.5th and 97.5th percentiles of its bootstrap, cases and
    controls each drawn again; None where one of the two classes is empty.

    less : another score, whose area is taken from it.
    pairs : (positives, negatives), which pairs of a case and a control count.
    """
    if positive.all() or not positive.any():
        return None
    wins = _wins(score, positive) - (0 if less is None else _wins(less, positive))
    counted = np.ones_like(wins) if pairs is None else pairs
    if not counted.any():
        return None
    rng = np.random.default_rng(0)
    cases, controls = (rng.multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(float) for n in wins.shape)
    won, of = (np.einsum("rm,rm->r", cases @ matrix, controls) for matrix in (wins * counted, counted))
    drawn = won[of > 0] / of[of > 0]
    area = (wins * counted).sum() / counted.sum()
    return [round(float(v), 3) for v in (area, *np.percentile(drawn, [2.5, 97.5]))]


def usual_body(examples: Examples, sex: Sex) -> Typed:
    """The medians of age, height and weight of one sex."""
    rows = examples.scalars[examples.of_sex(sex)]
    columns = [rows[:, SCALARS.index(name)] for name in BODY]
    age, height, weight = (None if np.isnan(c).all() else float(np.nanmedian(c)) for c in columns)
    return Typed(sex, age, height, weight)


def _grams(trained: Trained, source: Source, body: Typed, fold_of: Mapping[str, int]) -> float:
    """By the network that has not met the patient; by the mean of all five where none has."""
    analysis = source.analysis
    beat = torch.from_numpy(analysis.window(analysis.chosen or 0).mv[None])
    scalars = torch.from_numpy(scalar_inputs(trained.config, np.array([scalars_of(analysis, body)])))
    fold = fold_of.get(source.patient)
    with torch.inference_mode():
        nets = trained.nets if fold is None else (trained.nets[fold],)
        return float(torch.stack([net(beat, scalars) for net in nets]).mean())


def _judged(sources: Sequence[Source], sex: Sex, fold_of: Mapping[str, int]) -> list[Source]:
    """One recording a patient, NORM or LVH/VCLVH and not both, without conduction disease; where some patients were in
    the folds, only those, so that all are judged in the same way."""
    one_each: dict[str, Source] = {}
    for s in sources:
        if s.sex == sex and s.normal != s.coded_lvh and not s.codes & CONDUCTION and s.analysis.chosen is not None:
            one_each.setdefault(s.patient, s)
    met = [s for patient, s in one_each.items() if patient in fold_of]
    return met or list(one_each.values())


def real_metrics(trained: Trained, examples: Examples, sources: Sequence[Source]) -> dict[str, Any]:
    """By sex, on records coded NORM or LVH/VCLVH: AUC of the estimate at the usual body size and of every criterion.

    Those coded as hypertrophy are decades older, and an ECG tells age too. So the AUC of age alone stands beside, and
    all AUCs once more from pairs of a case and a control whose ages are at most ten years apart.
    """
    fold_of = {str(p): k for k, f in enumerate(trained.folds) for p in np.unique(examples.patient[f.test])}
    found: dict[str, Any] = {}
    sexes: tuple[Sex, ...] = ("male", "female")
    for sex in sexes:
        judged = _judged(sources, sex, fold_of)
        if trained.config.sexes not in ("all", sex) or not judged:
            continue
        body = usual_body(examples, sex)
        grams = np.array([_grams(trained, s, body, fold_of) for s in judged])
        positive = np.array([s.coded_lvh for s in judged])
        criteria = _criteria(judged, sex)
        age = np.array([np.nan if s.age_years is None else s.age_years for s in judged])
        near = (np.abs(age[positive][:, None] - age[~positive][None]) <= WITHIN_YEARS).astype(float)  # NaN is not near
        known = ~np.isnan(age)
        found[sex] = {
            "recordings": len(judged),
            "lvh": int(positive.sum()),
            "myocardial_infarction": sum(s.coded_lvh and bool(s.codes & INFARCTION) for s in judged),
            "out_of_fold": sum(s.patient in fold_of for s in judged),
            "estimate": auc_with_interval(grams, positive),
            "estimate_minus_cornell_product": auc_with_interval(grams, positive, less=criteria[_CORNELL]),
            "lvh_minus_normal_g": round(float(grams[positive].mean() - grams[~positive].mean()), 1)
            if positive.any() and not positive.all()
            else None,
            "criteria": {name: auc_with_interval(column, positive) for name, column in criteria.items()},
            "age": auc_with_interval(age[known], positive[known]),
            "within_10_years": {
                "pairs": int(near.sum()),
                "estimate": auc_with_interval(grams, positive, pairs=near),
                "age": auc_with_interval(age, positive, pairs=near),
                "criteria": {
                    name: auc_with_interval(column, positive, pairs=near) for name, column in criteria.items()
                },
            },
        }
    return found


def _criteria(sources: Sequence[Source], sex: Sex) -> dict[str, _Array]:
    """Every criterion's value (n,) on the same recordings; what is not known counts as 0."""
    values = [criteria_of(s.analysis, sex) for s in sources]
    return {name: np.nan_to_num(np.array([of[name] for of in values])) for name in values[0]}
