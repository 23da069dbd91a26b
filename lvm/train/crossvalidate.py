"""Train the five folds of one bundle and measure them out of fold."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata

from lvm.cohort.ptbxl import Source
from lvm.cohort.semisynthetic import SCALARS, Cohort
from lvm.criteria import CRITERIA, Heart
from lvm.net.config import BODY, ECG_MEASURES, Config, unknown_key
from lvm.net.elvmassnet import ELVMassNet
from lvm.train import fit
from lvm.train.folds import Fold, split

LEVEL = 0.90


def cross_validate(
    config: Config,
    cohort: Cohort,
    recipe: fit.Recipe,
    progress: Callable[[int, int, float, float], None] = lambda *_: None,
) -> tuple[tuple[ELVMassNet, ...], tuple[Fold, ...]]:
    """One network a fold. Standardisation constants come from the whole cohort, so that one configuration serves all.

    `progress(fold, epoch, train_mae_g, validation_mae_g)`
    """
    config = fit.with_statistics(config, cohort, np.arange(len(cohort.lvm_g)))
    folds = split(cohort.patient, cohort.lvm_g, recipe.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    nets = []
    for k, fold in enumerate(folds):
        own = replace(recipe, seed=recipe.seed + k)  # the folds' spread is to hold that of the start too
        nets.append(fit.fit(config, cohort, fold, own, lambda e, t, v, k=k: progress(k, e, t, v), device))  # type: ignore[misc]
    return tuple(nets), folds


def out_of_fold(
    nets: Sequence[ELVMassNet], folds: Sequence[Fold], cohort: Cohort, unknown: Sequence[str] = ()
) -> NDArray[np.float64]:
    """Grams (n,), every row by the network that has not seen its patient; `unknown` scalars are imputed."""
    scalars = cohort.scalars.copy()
    scalars[:, [SCALARS.index(name) for name in unknown]] = np.nan
    blinded = Cohort(cohort.beats_mv, scalars, cohort.lvm_g, cohort.expected_g, cohort.source, cohort.patient)
    grams = np.empty(len(cohort.lvm_g))
    for net, fold in zip(nets, folds, strict=True):
        grams[fold.test] = fit.predict(net, blinded, fold.test)
    return grams


def _demographics_only(cohort: Cohort, folds: Sequence[Fold]) -> NDArray[np.float64]:
    """Out-of-fold grams of a linear model of log mass on age, log height and log weight: what needs no ECG."""
    age, height, weight = (cohort.scalars[:, SCALARS.index(n)] for n in BODY)
    x = np.column_stack([np.ones_like(age), age, np.log(height), np.log(weight)])
    grams = np.empty(len(age))
    for fold in folds:
        rows = np.concatenate([fold.train, fold.validation])
        weights, *_ = np.linalg.lstsq(x[rows], np.log(cohort.lvm_g[rows]), rcond=None)
        grams[fold.test] = np.exp(x[fold.test] @ weights)
    return grams


def _errors(grams: NDArray[np.float64], cohort: Cohort, folds: Sequence[Fold]) -> dict[str, list[float]]:
    """MAE in g and MAPE in %: mean and SD over the folds."""
    off = np.abs(grams - cohort.lvm_g)
    mae = [float(off[f.test].mean()) for f in folds]
    mape = [float((off / cohort.lvm_g)[f.test].mean() * 100) for f in folds]
    return {
        "mae_g": [round(float(np.mean(mae)), 2), round(float(np.std(mae, ddof=1)), 2)],
        "mape_percent": [round(float(np.mean(mape)), 2), round(float(np.std(mape, ddof=1)), 2)],
    }


def semisynthetic_metrics(nets: Sequence[ELVMassNet], folds: Sequence[Fold], cohort: Cohort) -> dict[str, Any]:
    """Errors out of fold on the semi-synthetic cohort, between what needs no ECG and what cannot be beaten."""
    grams = out_of_fold(nets, folds, cohort)
    return {
        "network": _errors(grams, cohort, folds),
        "demographics_only": _errors(_demographics_only(cohort, folds), cohort, folds),
        "oracle": _errors(cohort.expected_g, cohort, folds),
        "bias_g": round(float((grams - cohort.lvm_g).mean()), 2),
        "r": round(float(np.corrcoef(grams, cohort.lvm_g)[0, 1]), 3),
    }


def interval(nets: Sequence[ELVMassNet], folds: Sequence[Fold], cohort: Cohort) -> dict[str, Any]:
    """Central 90 % of truth/estimate out of fold, for every set of inputs that may be unknown, and its coverage.

    Knowing less never narrows it: each set takes the outer bounds of all sets within it. Measured on single folds, so
    for their mean it is, if anything, wide. The coverage of the interval without imputation is measured with each fold
    left out of its own quantiles.
    """
    tail = (1 - LEVEL) / 2
    known = nets[0].config.scalars
    body = [n for n in BODY if n in known]
    ecg = [n for n in ECG_MEASURES if n in known]
    ratios = {}
    for subset in (s for k in range(len(body) + 1) for s in combinations(body, k)):
        for unknown in ([*subset], [*subset, *ecg]):
            if (key := unknown_key(unknown)) not in ratios:
                ratios[key] = out_of_fold(nets, folds, cohort, unknown)
    quantiles: dict[str, list[float]] = {}
    for key, grams in ratios.items():
        low, high = np.quantile(cohort.lvm_g / grams, [tail, 1 - tail])
        within = [q for k, q in quantiles.items() if set(k.split("+")) - {""} <= set(key.split("+"))]
        quantiles[key] = [
            min([round(float(low), 4), *(q[0] for q in within)]),
            max([round(float(high), 4), *(q[1] for q in within)]),
        ]
    ratio = cohort.lvm_g / ratios[""]
    inside = []
    for fold in folds:
        low, high = np.quantile(np.delete(ratio, fold.test), [tail, 1 - tail])
        inside.append((ratio[fold.test] >= low) & (ratio[fold.test] <= high))
    return {
        "level": LEVEL,
        "truth_to_estimate": quantiles,
        "coverage_measured": round(float(np.concatenate(inside).mean()), 3),
    }


def auc(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float | None:
    """Area under the ROC curve (Mann-Whitney), to three digits; None where one of the two classes is empty."""
    n = int(positive.sum())
    if n == 0 or n == len(positive):
        return None
    ranks = rankdata(score)
    return round(float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(positive) - n))), 3)


def real_metrics(
    nets: Sequence[ELVMassNet], folds: Sequence[Fold], cohort: Cohort, sources: Sequence[Source]
) -> dict[str, Any]:
    """On the unchanged source recordings, each by the network that has not seen its patient, body fixed at the median:
    AUC of coded LVH against NORM beside the criteria's, and the SD over the beats of a recording."""
    config = nets[0].config
    fold_of = {int(p): k for k, f in enumerate(folds) for p in cohort.patient[f.test]}
    rows, labels, criteria, spread = [], [], [], []
    for index in np.unique(cohort.source):
        source = sources[int(index)]
        a = source.analysis
        chosen = a.chosen
        if chosen is None or a.amplitudes is None or not (source.normal or source.coded_lvh):
            continue
        inputs = dict(zip(config.scalars, config.scalar_median, strict=True))
        for name in ECG_MEASURES:
            value = getattr(a.measured, name)
            if name in inputs and value is not None:
                inputs[name] = abs(value)
        usable = [chosen, *(i for i, b in enumerate(a.beats) if b.usable and i != chosen)]
        beats = torch.from_numpy(np.stack([a.window(i).mv for i in usable]))
        with torch.inference_mode():
            grams = nets[fold_of[source.patient]](beats, torch.tensor([list(inputs.values())]).expand(len(usable), -1))
        rows.append(float(grams[0]))
        spread.append(float(grams.std()))
        labels.append(source.coded_lvh)
        heart = Heart(a.amplitudes, a.measured.qrs_duration_ms, source.sex, a.measured.qrs_axis_deg, a.timing)
        criteria.append([c.value(heart)[0] or 0.0 for c in CRITERIA])
    positive = np.array(labels)
    return {
        "recordings": len(rows),
        "lvh": int(positive.sum()),
        "auc_network": auc(np.array(rows), positive),
        "auc_criteria": {
            c.name: auc(np.array(column), positive) for c, column in zip(CRITERIA, np.array(criteria).T, strict=True)
        },
        "median_sd_over_beats_g": round(float(np.median(spread)), 2),
    }
