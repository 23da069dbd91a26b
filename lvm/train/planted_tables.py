"""Which methods of explanation find what was planted, as tables."""

from collections.abc import Mapping, Sequence

import numpy as np

from lvm import written
from lvm.cohort.mass import TABLE_1
from lvm.cohort.planted import ECG_CELLS, NOTHING, PLANTED, SCALARS_ONLY
from lvm.evaluation import Block, Evaluation, Table
from lvm.explain import DEFAULT, METHODS
from lvm.explain.subject import CellName
from lvm.language import mark
from lvm.train.facts import cut_offs
from lvm.train.fit import Recipe
from lvm.train.planted_truth import DROPOUT, Judged

UNKNOWN = "–"
LEARNED = 0.5
_PLANTED_IN = mark("Planted in")
_NAMES = {**{name: name for name in ECG_CELLS}, SCALARS_ONLY: mark("Height and weight"), NOTHING: mark("Nothing")}
_BY_METHOD = tuple(method.name for method in METHODS.values())

Found = Mapping[str, Sequence[Judged]]  # by what was planted


def mean_share(judged: Sequence[Judged], method: str) -> dict[CellName, float]:
    """Of every cell."""
    return {name: float(np.mean([one.shares[method][name] for one in judged])) for name in judged[0].shares[method]}


def often_largest(judged: Sequence[Judged], method: str, cell: CellName) -> int:
    """In how many the cell has the largest share."""
    return sum(_largest(one.shares[method]) == cell for one in judged)


def _largest(shares: dict[CellName, float]) -> CellName | None:
    """None where a map says nothing."""
    cell = max(shares, key=lambda name: shares[name])
    return cell if shares[cell] > 0 else None


def cells_found(found: Found, method: str) -> int:
    """Of how many planted cells the mean share is the largest of all cells'."""
    by_cell = {cell: mean_share(judged, method) for cell, judged in _in_ecg(found).items()}
    return sum(_largest(mean) == ECG_CELLS[cell] for cell, mean in by_cell.items())


def in_true_cell(found: Found, method: str) -> float:
    """Mean share of the true cell, over all planted cells."""
    shares = [mean_share(judged, method)[ECG_CELLS[cell]] for cell, judged in _in_ecg(found).items()]
    return float(np.mean(shares)) if shares else 0.0


def _in_ecg(found: Found) -> Found:
    return {cell: judged for cell, judged in found.items() if cell in ECG_CELLS}


def learned(judged: Sequence[Judged]) -> float:
    """Correlation of the estimates with what of the mass can be known; 0 where all are alike."""
    pairs = np.array([(one.estimate_g, one.expected_g) for one in judged])
    return float(np.corrcoef(pairs.T)[0, 1]) if len(pairs) > 1 and np.ptp(pairs, axis=0).all() else 0.0


def evaluation(found: Found, made: dict[str, str]) -> Evaluation:
    tables = (
        Table(mark("Planted truth"), mark("Does a map find the cell on which the mass depends"), (_truth(found),)),
        Table(mark("Patient values"), mark("Is the ECG left alone where it tells nothing"), (_values(found),)),
        Table(mark("Shuffled weights"), mark("Does a map change with what was learned"), (_shuffled(found),)),
    )
    return Evaluation(mark("Networks whose mass depends on one known thing"), "simulated", made, tables, ())


def described(found: Found, men: int, recipe: Recipe) -> dict[str, str]:
    counts = sorted({len(judged) for judged in found.values()})
    each = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return {
        mark("Cohorts"): written.COHORTS.format(n=len(found), n_men=f"{men:,}", n_percent=f"{PLANTED * 100:.0f}"),
        mark("Networks"): written.NETWORKS.format(n=recipe.epochs, n_batch=recipe.batch, n_dropout=f"{DROPOUT:g}"),
        mark("Judged"): written.JUDGED.format(men=each),
        mark("Cut-off"): cut_offs(METHODS.values()),
    }


def _truth(found: Found) -> Block:
    in_ecg = _in_ecg(found)
    known = {cell: judged for cell, judged in in_ecg.items() if learned(judged) >= LEARNED}
    rows = []
    for name, judged in in_ecg.items():
        chance = float(np.mean([one.by_chance[ECG_CELLS[name]] for one in judged]))
        cells = (_found(judged, method, ECG_CELLS[name]) for method in METHODS)
        rows.append((name, _two_digits(learned(judged)), _percent(chance), *cells))
    for of, heading in ((in_ecg, mark("Found")), (known, mark("Found, of those learned")))[
        : 1 + (len(known) < len(in_ecg))
    ]:
        rows.append(
            (
                heading,
                UNKNOWN,
                UNKNOWN,
                *(written.OF.format(n=cells_found(of, method), n_all=len(of)) for method in METHODS),
            )
        )
    by_cells = " and ".join(method.name for method in METHODS.values() if method.by_cells)
    sentences = [
        written.MEAN_IN_CELL.format(n=len(ECG_CELLS)),
        mark("Found: its mean share is the largest."),
        written.LEARNED.format(n=LEARNED),
        written.BY_CHANCE.format(methods=by_cells, n=f"{100 / len(ECG_CELLS):.0f}"),
        _about_default(known),
    ]
    columns = (_PLANTED_IN, mark("Learned, r"), mark("By chance"), *_BY_METHOD)
    return Block("simulated", columns, tuple(rows), " ".join(sentences))


def _found(judged: Sequence[Judged], method: str, cell: CellName) -> str:
    share = mean_share(judged, method)[cell]
    often = often_largest(judged, method, cell)
    return written.SHARE_OF.format(n_percent=f"{share * 100:.0f}", n=often, n_all=len(judged))


def _about_default(known: Found) -> str:
    """Which method comes first elsewhere, and whether these figures speak for it."""
    score = {key: (cells_found(known, key), in_true_cell(known, key)) for key in METHODS}
    best = max(score, key=lambda key: score[key])

    def said(key: str) -> str:
        cells, share = score[key]
        return written.FINDS.format(method=METHODS[key].name, n=cells, n_percent=f"{share * 100:.0f}")

    if best == DEFAULT:
        return written.SHOWN_FIRST.format(n=len(known), first=said(DEFAULT))
    return written.NOT_FIRST.format(n=len(known), first=said(DEFAULT), best=said(best))


def _values(found: Found) -> Block:
    rows = []
    for cell, judged in found.items():
        truth = np.array([one.lvm_g for one in judged])
        said = ([one.estimate_g for one in judged], [one.expected_g for one in judged], TABLE_1["male"]["lvm_g"][0])
        errors = (f"{np.abs(np.array(of) - truth).mean():.1f} g" for of in said)
        part = float(np.mean([one.scalars_part for one in judged]))
        rows.append((_NAMES[cell], _percent(part), *errors))
    columns = (
        _PLANTED_IN,
        mark("Part of the patient values"),
        mark("Mean absolute error"),
        mark("Best possible"),
        mark("If all were called average"),
    )
    part_of = mark(
        "Part of age, height, weight, axes and QRS duration in the Shapley values, without their signs, the rest being "
        "the ECG’s; mean over those judged."
    )
    errors_tell = mark("The errors tell whether the networks learned what was planted at all.")
    return Block("simulated", columns, tuple(rows), f"{part_of} {errors_tell}")


def _shuffled(found: Found) -> Block:
    rows, alike = [], list[list[float | None]]()
    for cell, judged in found.items():
        alike.append([_mean([one.similarity[key] for one in judged]) for key in METHODS])
        rows.append((_NAMES[cell], *map(_two_digits, alike[-1])))
    rows.append((mark("Mean"), *(_two_digits(_mean(of)) for of in zip(*alike, strict=True))))
    every = [one for judged in found.values() for one in judged]
    rows.append((mark("Both shuffled"), *(_two_digits(_mean([one.chance[key] for one in every])) for key in METHODS)))
    sentences = (
        mark(
            "Rank correlation of a map’s sizes, sign aside, with the same method’s map of the same networks with "
            "shuffled weights; mean over those judged."
        ),
        mark("The nearer it is to 1, the less the map tells of what was learned."),
        mark(
            "Both shuffled: of two networks that learned nothing, for an ECG’s own shape makes any two maps a little "
            "alike."
        ),
    )
    return Block("simulated", (_PLANTED_IN, *_BY_METHOD), tuple(rows), " ".join(sentences))


def _mean(values: Sequence[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _two_digits(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
