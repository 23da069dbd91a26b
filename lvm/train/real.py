"""What a network makes of real, unchanged ECGs: can it tell those coded as LV hypertrophy from normal ones?

The codes of PTB-XL rest on the ECG itself, largely on the Sokolow-Lyon voltage, and nobody's LV mass is known. So a
criterion near the one that made the codes has the advantage here, and the area under the ROC curve says how well a
network reads the signs of hypertrophy, not how well it estimates mass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lvm.clean import SAMPLING_RATE_HZ
from lvm.cohort.source import Source, criteria_of
from lvm.errors import CohortError
from lvm.net.config import BODY
from lvm.recording import SEXES, Sex, Typed
from lvm.train.crossvalidate import Trained
from lvm.train.elvmassnet import predict
from lvm.train.examples import SCALARS, Examples, example, together
from lvm.train.folds import FOLDS, Fold

RESAMPLES = 2000
WITHIN_YEARS = 10
# What of PTB-XL's conduction disease and infarction is left among the sources.
CONDUCTION = {"LAFB", "LPFB", "IRBBB", "1AVB", "2AVB", "3AVB"}
INFARCTION = {"IMI", "ASMI", "ILMI", "AMI", "ALMI", "LMI", "IPLMI", "IPMI", "PMI"}
INFARCTION |= {"INJAS", "INJAL", "INJIN", "INJLA", "INJIL"}
_CORNELL = "Cornell product"

_Array = NDArray[np.float64]


def wins(score: _Array, positive: NDArray[np.bool_]) -> _Array:
    """(positives, negatives): 1 where the positive one scores higher, half for a tie."""
    high, low = score[positive][:, None], score[~positive][None]
    return np.asarray((high > low) + 0.5 * (high == low), dtype=np.float64)


def area(score: _Array, positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve (Mann-Whitney)."""
    return float(wins(score, positive).mean())


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
    won_by = wins(score, positive) - (0 if less is None else wins(less, positive))
    counted = np.ones_like(won_by) if pairs is None else pairs
    if not counted.any():
        return None
    rng = np.random.default_rng(0)
    cases, controls = (rng.multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(float) for n in won_by.shape)
    won, of = (np.einsum("rm,rm->r", cases @ matrix, controls) for matrix in (won_by * counted, counted))
    drawn = won[of > 0] / of[of > 0]
    whole = (won_by * counted).sum() / counted.sum()
    return [round(float(v), 3) for v in (whole, *np.percentile(drawn, [2.5, 97.5]))]


def usual_body(examples: Examples, sex: Sex) -> Typed:
    """The medians of age, height and weight of one sex."""
    rows = examples.scalars[examples.of_sex(sex)]
    columns = [rows[:, SCALARS.index(name)] for name in BODY]
    age, height, weight = (None if np.isnan(c).all() else float(np.nanmedian(c)) for c in columns)
    return Typed(sex, age, height, weight)


def real_examples(
    sources: Sequence[Source], examples: Examples, all_systems: bool = False, filtered: bool = False
) -> Examples:
    """Sources of known sex with a beat, at the usual body size of their sex among the examples; nobody's mass is known.

    all_systems : with what the systems beside eLVMass-Net on one beat are given.
    filtered : LVM-AI, which filters nothing, is given filtered signals, as where it learned from a semi-synthetic
        cohort, whose signals are.
    """
    bodies = {sex: usual_body(examples, sex) for sex in SEXES if examples.of_sex(sex).any()}
    found = []
    for s in sources:
        if s.sex is None:
            raise CohortError("A recording of unknown sex cannot be judged.")
        cleaned = replace(s.analysis.recording, signal_mv=s.analysis.cleaned_mv, sampling_rate_hz=SAMPLING_RATE_HZ)
        found.append(example(s.analysis, bodies[s.sex], all_systems, cleaned if filtered else None))
    unknown, patient = np.full(len(found), np.nan), np.array([s.patient for s in sources])
    return together(found, unknown, unknown, patient, np.arange(len(found)))


def met_in(folds: Sequence[Fold], examples: Examples) -> dict[str, int]:
    """In which fold each patient was tested."""
    return {str(p): k for k, f in enumerate(folds) for p in np.unique(examples.patient[f.test])}


def by_who_has_not_met(real_g: _Array, real: Examples, fold_of: Mapping[str, int]) -> _Array:
    """Grams (n,) of (folds, n): by the network that has not met the patient; by the mean of all where none has."""
    fold = [fold_of.get(str(p)) for p in real.patient]
    return np.array([real_g[:, i].mean() if k is None else real_g[k, i] for i, k in enumerate(fold)])


def judged(sources: Sequence[Source], sex: Sex, fold_of: Mapping[str, int], trained: int = FOLDS) -> list[Source]:
    """One recording a patient, NORM or LVH/VCLVH and not both, without conduction disease; where some patients were in
    the folds, only those, so that all are judged in the same way.

    trained : so many folds, the first, were trained; patients who were tested in the others are left out.
    """
    one_each: dict[str, Source] = {}
    for s in sources:
        if s.sex == sex and s.normal != s.coded_lvh and not s.codes & CONDUCTION and s.analysis.chosen is not None:
            one_each.setdefault(s.patient, s)
    met = [s for patient, s in one_each.items() if patient in fold_of]
    return [s for s in met if fold_of[s.patient] < trained] if met else list(one_each.values())


def real_metrics(trained: Trained, examples: Examples, sources: Sequence[Source]) -> dict[str, Any]:
    """By sex, on records coded NORM or LVH/VCLVH: AUC of the estimate at the usual body size and of every criterion.

    Those coded as hypertrophy are decades older, and an ECG tells age too. So the AUC of age alone stands beside, and
    all AUCs once more from pairs of a case and a control whose ages are at most ten years apart.
    """
    fold_of, found = met_in(trained.folds, examples), dict[str, Any]()
    for sex in SEXES:
        people = judged(sources, sex, fold_of)
        if trained.config.sexes not in ("all", sex) or not people:
            continue
        real = real_examples(people, examples)
        real_g = np.stack([predict(net, real, np.arange(len(real))) for net in trained.nets])
        grams = by_who_has_not_met(real_g, real, fold_of)
        positive = np.array([s.coded_lvh for s in people])
        criteria = criteria_values(people, sex)
        age = np.array([np.nan if s.age_years is None else s.age_years for s in people])
        near = (np.abs(age[positive][:, None] - age[~positive][None]) <= WITHIN_YEARS).astype(float)  # NaN is not near
        known = ~np.isnan(age)
        found[sex] = {
            "recordings": len(people),
            "lvh": int(positive.sum()),
            "myocardial_infarction": sum(s.coded_lvh and bool(s.codes & INFARCTION) for s in people),
            "out_of_fold": sum(s.patient in fold_of for s in people),
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


def criteria_values(sources: Sequence[Source], sex: Sex) -> dict[str, _Array]:
    """Every criterion's value (n,) on the same recordings; what is not known counts as 0."""
    values = [criteria_of(s.analysis, sex) for s in sources]
    return {name: np.nan_to_num(np.array([of[name] for of in values])) for name in values[0]}
