"""The paper's table: a map over one beat, summed per segment and lead group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm.recording import LEAD_GROUPS, LEADS, Signal


@dataclass(frozen=True)
class Cell:
    """One segment in one lead group.

    share : part of the whole map's importance; all cells add to 1.
    density : share per sample, relative to the beat's average: TP and ST are long, QRS is short. None where empty.
    grams : the cell's contribution to the estimate, to first order (see the method).
    """

    segment: str
    group: str
    share: float
    density: float | None
    grams: float


def cut_off(map_: Signal, threshold: float) -> Signal:
    """The map without the values smaller than `threshold` times its largest. The paper's own rule is not published."""
    size = np.abs(map_)
    return np.where(size >= threshold * size.max(initial=0.0), map_, 0).astype(np.float32)


def table(
    map_: Signal, grams: Signal, segments: dict[str, NDArray[np.bool_]], lead_groups: int = 2
) -> tuple[Cell, ...]:
    """Sum |map| (12, 450) and grams (12, 450) per segment and group, in the order of the paper's Table 5."""
    size = np.abs(map_).astype(np.float64)
    whole = size.sum()
    samples = sum(int(mask.sum()) for mask in segments.values()) * len(LEADS)
    cells = []
    for segment, mask in segments.items():
        for group, leads in LEAD_GROUPS[lead_groups].items():
            rows = [LEADS.index(lead) for lead in leads]
            share = float(size[rows][:, mask].sum() / whole) if whole > 0 else 0.0
            part = mask.sum() * len(rows) / samples if samples else 0.0
            density = share / part if part > 0 else None
            cells.append(Cell(segment, group, share, density, float(grams[rows][:, mask].sum(dtype=np.float64))))
    return tuple(cells)
