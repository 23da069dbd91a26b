"""The paper's table: a map over one beat, summed per segment and lead group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm.explain.subject import Attribution, CellName, Subject


@dataclass(frozen=True)
class Cell:
    """One segment in one lead group.

    share : part of the whole map's importance; all cells add to 1.
    density : share per sample, relative to the beat's average: TP and ST are long, QRS is short. None where empty.
    grams : the cell's contribution to the estimate (see the method); None where the method gives none.
    """

    segment: str
    group: str
    share: float
    density: float | None
    grams: float | None


def cut_off(map_: NDArray[np.floating], threshold: float) -> NDArray[np.bool_]:
    """Where a map is at least `threshold` times its largest value."""
    size = np.abs(map_)
    return np.asarray(size >= threshold * size.max(initial=0.0))


def shares(attribution: Attribution, subject: Subject, threshold: float) -> dict[CellName, float]:
    """Every cell's part of the sum of all values that the cut-off leaves, without their signs; 0 where there are none.

    Of a method that goes by cells, a cell counts once, however long it is.
    """
    size = _sizes(attribution, subject, threshold)
    whole = float(size.sum())
    return {name: float(size[mask].sum()) / whole if whole > 0 else 0.0 for name, mask in subject.cells.items()}


def _sizes(attribution: Attribution, subject: Subject, threshold: float) -> NDArray[np.float64]:
    """(12, 450) what is summed."""
    by_cell = attribution.by_cell
    values = attribution.mean_map if by_cell is None else subject.spread(by_cell.mean(axis=0)[None])[0]
    return np.where(cut_off(attribution.mean_map, threshold), np.abs(values).astype(np.float64), 0.0)


def table(attribution: Attribution, subject: Subject, threshold: float) -> tuple[Cell, ...]:
    """The cells in the order of the paper's Table 5. Densities go by the recording's own samples."""
    samples = int(subject.own.sum()) * len(subject.beat_mv)
    size = _sizes(attribution, subject, threshold)
    whole, cells = float(size.sum()), []
    for (segment, group), share in shares(attribution, subject, threshold).items():
        mask = subject.cells[segment, group]
        own = mask & subject.own
        part = int(own.sum()) / samples if samples else 0.0
        density = None if part == 0 else float(size[own].sum()) / whole / part if whole > 0 else 0.0
        grams = None if attribution.grams is None else float(attribution.grams.mean(axis=0)[mask].sum())
        cells.append(Cell(segment, group, share, density, grams))
    return tuple(cells)
