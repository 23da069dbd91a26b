"""External validation: installed bundles on recordings that they have not met, nothing trained again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lvm import paper, weights, written
from lvm.errors import CohortError
from lvm.evaluation import Block, Evaluation, Kind, Points, Table
from lvm.language import mark
from lvm.recording import SEXES, Sex
from lvm.show.card_values import label, short, standard
from lvm.train.elvmassnet import predict
from lvm.train.examples import SCALARS, Examples, Rows
from lvm.train.folds import Fold
from lvm.train.found import BEST, BODY, UNKNOWN
from lvm.train.hypertrophy import index_over_limit
from lvm.train.metrics import demographics_only
from lvm.train.real import wins
from lvm.train.scores import LIMITS_G_M2, RULE
from lvm.train.table_1 import ours as table_1

RESAMPLES = 1000
_PERFECT = mark("Slope 1 and intercept 0 g are perfect.")
_INTERVAL = mark("The interval is that of the weights.")
_FITTED = mark("“Age, sex and body size alone” was fitted on this table.")

_Array = NDArray[np.float64]
_Span = tuple[float, float, float]  # a figure and the ends of its 95 % interval
_UNKNOWN: _Span = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Errors:
    """Of one bundle on one sex, each with its 95 % interval from patients drawn again; NaN where it cannot be said.

    slope, intercept_g : of the least-squares line of the truth over the estimate.
    lvh_c : c-statistic of the estimated mass index for a true one above the limit.
    """

    mae_g: _Span
    mape_percent: _Span
    bias_g: _Span
    slope: _Span
    intercept_g: _Span
    lvh_c: _Span


def errors_of(estimate_g: _Array, examples: Examples, rows: Rows, seed: int = 0) -> Errors:
    """How far estimates (n,) of some rows are from the truth."""
    truth = examples.lvm_g[rows]
    people, of = np.unique(examples.patient[rows], return_inverse=True)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), RESAMPLES)
    weight = np.vstack([np.ones(len(rows)), drawn[:, of]])  # (1 + resamples, n), the first as it is
    weight /= weight.sum(axis=1, keepdims=True)

    def mean(column: _Array) -> _Array:
        return np.asarray(weight @ column)

    off, m, t = estimate_g - truth, mean(estimate_g), mean(truth)
    spread = mean(estimate_g**2) - m**2
    slope = np.divide(mean(estimate_g * truth) - m * t, spread, out=np.full_like(m, np.nan), where=spread > 1e-9)
    return Errors(
        _span(mean(np.abs(off))),
        _span(mean(np.abs(off) / truth) * 100),
        _span(mean(off)),
        _span(slope),
        _span(t - slope * m),
        _lvh(estimate_g, examples, rows, weight),
    )


def _lvh(estimate_g: _Array, examples: Examples, rows: Rows, weight: _Array) -> _Span:
    grams = np.full(len(examples), np.nan)
    grams[rows] = estimate_g
    said = index_over_limit(grams, examples, LIMITS_G_M2)[rows]
    truly = index_over_limit(examples.lvm_g, examples, LIMITS_G_M2)[rows]
    known = ~np.isnan(said) & ~np.isnan(truly)
    positive = truly[known] > 1
    if positive.all() or not positive.any():
        return _UNKNOWN
    cases, controls = weight[:, known][:, positive], weight[:, known][:, ~positive]
    won = ((cases @ wins(said[known], positive)) * controls).sum(axis=1)
    pairs = cases.sum(axis=1) * controls.sum(axis=1)
    return _span(np.divide(won, pairs, out=np.full_like(won, np.nan), where=pairs > 0))


def _span(values: _Array) -> _Span:
    """Of what was found, then of what was drawn."""
    drawn = values[1:][~np.isnan(values[1:])]
    low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (np.nan, np.nan)
    return float(values[0]), float(low), float(high)


def estimates(bundle: weights.Bundle, examples: Examples, rows: Rows) -> _Array:
    """Grams (n,): the mean of the bundle's networks."""
    return np.asarray(np.mean([predict(net, examples, rows) for net in bundle.folds], axis=0))


def check_not_met(folder: Path, names: Sequence[str], patients: Sequence[str], table_sha256: str) -> None:
    """Raises CohortError where a bundle was trained on patients of the table, or on the table itself."""
    for name in names:
        file = folder / name / "splits.json"
        splits = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        met = len({p for fold in splits.get("test_patients_by_fold", []) for p in fold} & set(patients))
        if splits.get("table_sha256") == table_sha256:
            met = len(set(patients))
        if met:
            raise CohortError(
                f"{met} of the table's patients were in the training of {name}, so this is no external validation. "
                "Leave them out of the table, or name other weights with --bundles."
            )


def _inside(card: weights.Card, sex: Sex, estimate_g: _Array, examples: Examples, rows: Rows) -> str:
    """The share of true masses within the bundle's interval, of rows whose numbers are all known."""
    columns = [SCALARS.index(n) for n in card.config.scalars]
    known = ~np.isnan(examples.scalars[rows][:, columns]).any(axis=1)
    low, high = card.fields["interval"]["truth_to_estimate"][sex][""]
    ratio = (examples.lvm_g[rows] / estimate_g)[known]
    return f"{np.mean((ratio >= low) & (ratio <= high)) * 100:.1f} %" if known.any() else UNKNOWN


def validate(
    bundles: Sequence[weights.Bundle],
    examples: Examples,
    folds: Sequence[Fold],
    kind: Kind,
    cohort: dict[str, Any] | None,
    made: dict[str, str],
) -> Evaluation:
    """Tables and points of bundles that have not met the examples' patients.

    folds : of the examples, for the baseline without any ECG, which is fitted on them, out of fold; where there are too
    few for folds, it is left out. kind, cohort, made : see lvm.train.tables.
    """
    baseline_g = demographics_only(examples, folds) if folds else np.full(len(examples), np.nan)
    errors, calibration, hypertrophy, points = [], [], [], list[Points]()
    for sex in SEXES:
        rows = np.flatnonzero(examples.of_sex(sex))
        who = (written.MEN_ECGS if sex == "male" else written.WOMEN_ECGS).format(n=f"{len(rows):,}")
        judged = []
        for bundle in bundles if len(rows) else ():
            if sex in bundle.card.sexes:
                grams, name = estimates(bundle, examples, rows), _name(bundle.card)
                judged.append((name, grams, _inside(bundle.card, sex, grams, examples, rows)))
                order = np.argsort(grams)  # no order in which patients could be found again
                truth = examples.lvm_g[rows][order]
                points.append(Points(sex, name, tuple(grams[order].tolist()), tuple(truth.tolist())))
        for name, whole in ((BODY, baseline_g), (BEST, examples.expected_g)):
            if len(rows) and np.isfinite(whole[rows]).all():
                judged.append((name, whole[rows], UNKNOWN))
        for name, grams, inside in judged:
            a = errors_of(grams, examples, rows)
            errors.append(
                (who, name, _text(a.mae_g, 2, " g"), _text(a.mape_percent, 2, " %"), _text(a.bias_g, 2, " g"))
            )
            calibration.append((who, name, _text(a.slope, 2), _text(a.intercept_g, 1, " g"), inside))
            hypertrophy.append((who, name, _text(a.lvh_c, 2)))
    note = f"{written.DRAWN_AGAIN.format(n=f'{RESAMPLES:,}')} {_FITTED} "
    first = (mark("Judged on"), mark("Weights"))

    def table(name: str, title: str, columns: tuple[str, ...], lines: Sequence[tuple[str, ...]], more: str) -> Table:
        return Table(name, title, (Block(kind, (*first, *columns), tuple(lines), note + more),))

    published = next(t for t in paper.TABLES if t.name == "Table 1")
    tables = (
        table(mark("Errors"), mark("How far off"),
              (mark("Mean absolute error"), mark("Mean absolute percentage error"), mark("Bias")), errors,
              mark("Bias: estimate minus true mass.")),
        table(mark("Calibration"), mark("Is a heavier estimate a heavier heart"),
              (mark("Slope"), mark("Intercept"), mark("Inside the interval")), calibration,
              f"{_PERFECT} {_INTERVAL}"),
        table(mark("LV hypertrophy"), mark("Told from the estimated mass"), (mark("c-statistic"),), hypertrophy,
              written.FOR_RULE.format(rule=RULE)),
        table_1(examples, kind, cohort, published),
    )  # fmt: skip
    return Evaluation(mark("External validation"), kind, made, tables, tuple(points))


def _name(card: weights.Card) -> str:
    return short(card) if standard(card) else label(card)


def _text(span: _Span, digits: int, unit: str = "") -> str:
    value, low, _ = span
    if np.isnan(value):
        return UNKNOWN
    n, n_low, n_high = (f"{one:.{digits}f}".replace("-", "−") for one in span)
    if low >= 0:
        return f"{n} ({n_low}–{n_high}){unit}"
    template = written.SPAN_G if unit == " g" else f"{written.SPAN}{unit}"
    return template.format(n=n, n_low=n_low, n_high=n_high)
