"""Tables 5 and 6: where installed networks look in light, middling and heavy hearts, beside what the paper reports."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np

from lvm import paper, weights, written
from lvm.analysis import analyse
from lvm.errors import CohortError, LvmError
from lvm.estimate import estimate
from lvm.evaluation import Block, Evaluation, Kind, Table
from lvm.explain import METHODS, population, subject_of
from lvm.explain.population import Population
from lvm.explain.segments import shares
from lvm.explain.subject import CellName
from lvm.language import mark
from lvm.net.config import Sexes
from lvm.processes import over
from lvm.read.files import read_file
from lvm.recording import LEAD_GROUPS, Sex
from lvm.train.table import Row, read_table, refusal
from lvm.waves import SEGMENTS

_ALL = mark("All")


@dataclass(frozen=True)
class Explained:
    """One recording: its true mass, and for each network that serves its sex and each method the share of each cell."""

    lvm_g: float
    sex: Sex
    patient: str
    shares: dict[tuple[Sexes, str], dict[CellName, float]]


def _explained(row: Row, names: dict[Sexes, str], folder: Path, methods: Sequence[str]) -> Explained | str:
    """One row, or why it cannot be used."""
    try:
        analysis = analyse(read_file(row.file))
        found, sex = dict[tuple[Sexes, str], dict[CellName, float]](), None
        for sexes, name in names.items():
            bundle = weights.load(name, folder)
            e = estimate(analysis, row.typed, bundle=bundle)
            if e.withheld is not None:
                raise CohortError(e.withheld)
            sex = e.inputs["sex"].value
            if sex in bundle.card.sexes:
                subject = subject_of(analysis, e, bundle)
                for key in methods:
                    method = METHODS[key]
                    found[sexes, key] = shares(method.attribute(subject), subject, method.cut_off)
    except LvmError as error:
        return f"{row}: {error}"
    return Explained(row.lvm_g, "male" if sex == "male" else "female", row.patient, found)


def explained(
    table: Path,
    names: dict[Sexes, str],
    folder: Path,
    methods: Sequence[str],
    skip_bad_rows: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
    workers: int = 1,
) -> tuple[list[Explained], list[str]]:
    """All rows of a table, read, analysed, estimated and explained like anybody's, and a line for each left out.

    names : of the bundles under `folder`.
    Raises CohortError that names every bad row unless they are to be skipped, or where none is left.
    """
    rows, bad = read_table(table)
    total, found = len(rows) + len(bad), list[Explained]()
    work = partial(_explained, names=names, folder=folder, methods=methods)
    for done, result in enumerate(over(work, rows, workers), start=1):
        progress(done, len(rows))
        if isinstance(result, str):
            bad.append(result)
        else:
            found.append(result)
    if bad and not (skip_bad_rows and found):
        raise refusal(table, total, bad)
    return found, bad


def met_in_training(folder: Path, names: Iterable[str], patients: set[str]) -> int:
    """How many of the patients any of the bundles was trained on, as far as these tell."""
    met = set[str]()
    for name in names:
        file = folder / name / "splits.json"
        splits = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        met |= patients & {one for fold in splits.get("test_patients_by_fold", []) for one in fold}
    return len(met)


def populations(found: Sequence[Explained], kind: Kind, methods: Sequence[str]) -> tuple[Population, ...]:
    """Thirds of all, and of each sex that has at least three recordings."""
    every = list[Population]()
    for sexes in get_args(Sexes):
        own = [one for one in found if (sexes, methods[0]) in one.shares]
        grams = np.array([one.lvm_g for one in own])
        if len(set(grams.tolist())) < 3:
            continue
        for method in methods:
            of_own = [one.shares[sexes, method] for one in own]
            every += population.thirds(sexes, method, grams, of_own, kind, METHODS[method].cut_off)
    if not every:
        raise CohortError("The table needs recordings of at least three different masses: light, middling and heavy.")
    return tuple(every)


def evaluation(every: Sequence[Population], methods: Sequence[str], made: dict[str, str]) -> Evaluation:
    """The tables, by each method, beside the paper's."""
    tables = [
        _table(published, method, every, first=method == methods[0])
        for method in methods
        for published in paper.SALIENCY
    ]
    return Evaluation(
        mark("Importance of each segment, by LV mass"), every[0].kind, made, tuple(filter(None, tables)), ()
    )


def _table(published: Table, method: str, every: Sequence[Population], first: bool) -> Table | None:
    """None where none of its networks was asked."""
    name, cut_off = METHODS[method].name, METHODS[method].cut_off * 100
    rows, thirds = list[tuple[str, ...]](), list[str]()
    for who, sexes in paper.IMPORTANCE_OF[published.name].items():
        own = [one for one in every if (one.sexes, one.method) == (sexes, method)]
        if own:
            rows += _rows(who, own)
            thirds.append(_thirds(who or _ALL, own))
    if not rows:
        return None
    note = " ".join([written.MEAN_SHARE.format(method=name), *thirds, written.OUR_RULE.format(n=f"{cut_off:g}")])
    ours = Block(every[0].kind, ("Segment", *paper.IMPORTANCE_COLUMNS), tuple(rows), note, "importance")
    return Table(
        published.name if first else written.BY_METHOD.format(n=published.name.removeprefix("Table "), method=name),
        published.title,
        (*published.blocks, ours),
    )


def _rows(who: str, thirds: Sequence[Population]) -> list[tuple[str, ...]]:
    groups, names = tuple(LEAD_GROUPS[2]), paper.importance_rows(who)
    rows = [
        (
            name,
            *(f"{one.mean[segment, g] * 100:.1f} ± {one.sd[segment, g] * 100:.1f} %" for one in thirds for g in groups),
        )
        for name, segment in zip(names, SEGMENTS, strict=False)
    ]
    totals = (sum(one.mean[segment, g] for segment in SEGMENTS) for one in thirds for g in groups)
    return [*rows, (names[-1], *(f"{total * 100:.1f} %" for total in totals))]


def _thirds(who: str, of: Sequence[Population]) -> str:
    low, middle, high = of
    return written.THIRDS.format(
        who=who,
        n_low=f"{low.below_g:.1f}",
        n=f"{low.recordings:,}",
        n_from=f"{middle.from_g:.1f}",
        n_to=f"{middle.below_g:.1f}",
        n_middle=f"{middle.recordings:,}",
        n_high=f"{high.from_g:.1f}",
        n_above=f"{high.recordings:,}",
    )
