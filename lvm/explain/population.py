"""Where networks look in light, middling and heavy hearts of a cohort, to set a patient's own table against.

`python -m lvm evaluate TABLE.csv --saliency` makes it; population.json holds it.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from lvm.errors import EvaluationError
from lvm.explain.subject import CellName
from lvm.kinds import Kind
from lvm.language import said
from lvm.net.config import Sexes
from lvm.paper import THIRDS, Third

FILE = "population.json"
FORMAT = 1
_DIGITS = 5


@dataclass(frozen=True)
class Population:
    """Shares of every cell over the recordings of one third of the true LV mass, by one method.

    sexes : whose network, and whose recordings.
    from_g, below_g : limits of the third; None where it is open.
    kind : of the masses. cut_off : see lvm.explain.Method.
    mean, sd : of each cell's share, over the recordings.
    """

    sexes: Sexes
    method: str
    third: Third
    from_g: float | None
    below_g: float | None
    recordings: int
    kind: Kind
    cut_off: float
    mean: dict[CellName, float]
    sd: dict[CellName, float]


def thirds(
    sexes: Sexes,
    method: str,
    lvm_g: NDArray[np.float64],
    shares: Sequence[dict[CellName, float]],
    kind: Kind,
    cut_off: float,
) -> tuple[Population, ...]:
    """The three thirds of recordings with true masses (n,) and shares; at least three, and not all as heavy."""
    limits = np.quantile(lvm_g, [1 / 3, 2 / 3]).round(1).tolist()
    of, cells = np.digitize(lvm_g, limits), list(shares[0])
    values = np.array([[row[name] for name in cells] for row in shares])  # (n, cells)
    found = []
    for k, third in enumerate(THIRDS):
        own = values[of == k]
        if not len(own):
            raise ValueError(f"no recording is in the {third} third")
        mean, sd = (dict(zip(cells, row.tolist(), strict=True)) for row in (own.mean(axis=0), own.std(axis=0)))
        from_g, below_g = (None, *limits)[k], (*limits, None)[k]
        found.append(Population(sexes, method, third, from_g, below_g, len(own), kind, cut_off, mean, sd))
    return tuple(found)


def of(populations: Sequence[Population], sexes: Sexes, method: str, lvm_g: float) -> Population | None:
    """The third in which a mass lies, of a network for these sexes by this method; None where there is none."""
    for one in populations:
        if (one.sexes, one.method) != (sexes, method):
            continue
        if (one.from_g is None or lvm_g >= one.from_g) and (one.below_g is None or lvm_g < one.below_g):
            return one
    return None


def write(populations: Sequence[Population], folder: Path) -> None:
    """Write population.json, over an older one."""
    rows = [
        {
            "sexes": one.sexes,
            "method": one.method,
            "third": one.third,
            "from_g": one.from_g,
            "below_g": one.below_g,
            "recordings": one.recordings,
            "kind": one.kind,
            "cut_off": one.cut_off,
            "cells": [[*name, round(one.mean[name], _DIGITS), round(one.sd[name], _DIGITS)] for name in one.mean],
        }
        for one in populations
    ]
    lines = ",\n".join(json.dumps(row, allow_nan=False) for row in rows)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(f'{{"format": {FORMAT}, "populations": [\n{lines}\n]}}\n', encoding="utf-8")


def read(folder: Path) -> tuple[Population, ...]:
    """What `write` left there, and nothing where there is no such file. Raises EvaluationError where it is damaged."""
    try:
        fields = json.loads((folder / FILE).read_bytes())
        if fields["format"] != FORMAT:
            raise ValueError(f"it has format {fields['format']!r}, and this version reads {FORMAT}")
        return tuple(map(_population, fields["populations"]))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvaluationError(
            said(
                "{file} in {folder} is damaged: {error}. Make it again with `python -m lvm evaluate --saliency`.",
                file=FILE,
                folder=folder.name,
                error=str(error),
            )
        ) from None


def _population(row: Any) -> Population:
    from_g, below_g = (None if row[name] is None else _number(row[name]) for name in ("from_g", "below_g"))
    cells = {(str(segment), str(group)): (_number(mean), _number(sd)) for segment, group, mean, sd in row["cells"]}
    for value, known in ((row["sexes"], Sexes), (row["third"], Third), (row["kind"], Kind)):
        if value not in get_args(known):
            raise ValueError(f"one of {', '.join(get_args(known))} is expected, not {value!r}")
    return Population(
        row["sexes"],
        str(row["method"]),
        row["third"],
        from_g,
        below_g,
        int(row["recordings"]),
        row["kind"],
        _number(row["cut_off"]),
        {name: mean for name, (mean, _) in cells.items()},
        {name: sd for name, (_, sd) in cells.items()},
    )


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"a number is expected, not {value!r}")
    return float(value)
