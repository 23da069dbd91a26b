"""How far off a network is on its own table, out of fold, beside what needs no ECG and what cannot be bettered."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lvm.net.config import BODY
from lvm.train.crossvalidate import Trained, out_of_fold
from lvm.train.elvmassnet import predict
from lvm.train.examples import SCALARS, Examples
from lvm.train.folds import Fold

_Array = NDArray[np.float64]


def demographics_only(examples: Examples, folds: Sequence[Fold]) -> _Array:
    """Out-of-fold grams of a linear model of log mass on sex, age, log height and log weight: what needs no ECG.

    Unknown ones are imputed with the median; NaN where no fold holds the row.
    """
    columns = examples.scalars[:, [SCALARS.index(n) for n in ("sex", *BODY)]]
    known = ~np.isnan(columns).all(axis=0)
    columns = columns[:, known]
    columns = np.where(np.isnan(columns), np.nanmedian(columns, axis=0) if known.any() else 0.0, columns)
    x = np.column_stack([np.ones(len(examples)), columns, np.log(np.maximum(columns, 1.0))])
    grams = np.full(len(examples), np.nan)
    for fold in folds:
        rows = np.concatenate([fold.train, fold.validation])
        weights, *_ = np.linalg.lstsq(x[rows], np.log(examples.lvm_g[rows]), rcond=None)
        grams[fold.test] = np.exp(x[fold.test] @ weights)
    return grams


def _errors(grams: _Array, examples: Examples, folds: Sequence[Fold]) -> dict[str, list[float]] | None:
    """MAE in g and MAPE in %: mean and SD over the folds; None where the grams are not known."""
    off = np.abs(grams - examples.lvm_g)
    mae = [float(off[f.test].mean()) for f in folds]
    mape = [float((off / examples.lvm_g)[f.test].mean() * 100) for f in folds]
    if not np.isfinite(mae).all():
        return None
    return {
        "mae_g": [round(float(np.mean(mae)), 2), round(float(np.std(mae, ddof=1)), 2)],
        "mape_percent": [round(float(np.mean(mape)), 2), round(float(np.std(mape, ddof=1)), 2)],
    }


def out_of_fold_metrics(trained: Trained, examples: Examples) -> dict[str, Any]:
    """By sex, and together for a network of both sexes."""
    grams, trivial = out_of_fold(trained, examples), demographics_only(examples, trained.folds)
    men = examples.of_sex("male")
    kinds = {"male": men, "female": ~men, "all": np.ones_like(men)}
    found = {}
    for kind, chosen in kinds.items():
        folds = [fold.of(chosen) for fold in trained.folds]
        if trained.config.sexes not in ("all", kind) or any(len(f.test) == 0 for f in folds):
            continue
        rows = np.concatenate([f.test for f in folds])
        own, truth = grams[rows], examples.lvm_g[rows]
        slope, at_zero = np.polyfit(own, truth, 1) if np.ptp(own) > 0 else (np.nan, np.nan)
        found[kind] = {
            "n": len(rows),
            "network": _errors(grams, examples, folds),
            "demographics_only": _errors(trivial, examples, folds),
            "oracle": _errors(examples.expected_g, examples, folds),
            "bias_g": _rounded(float((own - truth).mean()), 2),
            "r": _rounded(float(np.corrcoef(own, truth)[0, 1]), 3) if np.ptp(own) > 0 else None,
            "calibration": {"slope": _rounded(float(slope), 3), "intercept_g": _rounded(float(at_zero), 1)},
        }
    return found


def _rounded(value: float, digits: int) -> float | None:
    return round(value, digits) if np.isfinite(value) else None


def repeatability(trained: Trained, examples: Examples) -> dict[str, Any]:
    """SD of the estimate over the usable beats of a recording, out of fold, of recordings with three or more."""
    spread = []
    for net, fold in zip(trained.nets, trained.folds, strict=True):
        count = np.diff(examples.first)[fold.test]
        beat = np.concatenate([np.arange(*examples.first[[row, row + 1]]) for row in fold.test])
        row = np.repeat(fold.test, count)
        each = Examples(
            examples.beats_mv,
            np.arange(len(beat) + 1),
            beat,
            examples.scalars[row],
            examples.lvm_g[row],
            examples.expected_g[row],
            examples.patient[row],
            examples.row[row],
        )
        grams = predict(net, each, np.arange(len(beat)))
        spread += [float(part.std(ddof=1)) for part in np.split(grams, np.cumsum(count)[:-1]) if len(part) >= 3]
    if not spread:
        return {"recordings": 0, "median_sd_g": None, "p95_sd_g": None}
    median, most = np.percentile(spread, [50, 95])
    return {"recordings": len(spread), "median_sd_g": round(float(median), 2), "p95_sd_g": round(float(most), 2)}
