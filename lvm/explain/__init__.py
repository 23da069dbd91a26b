"""Where the model was sensitive on this beat - not why the heart is large."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from lvm.analysis import Analysis
from lvm.clean import SAMPLING_RATE_HZ
from lvm.errors import SignalError
from lvm.estimate import Estimate, scalar_row
from lvm.explain.methods import METHODS, Method
from lvm.explain.segments import Cell, table
from lvm.explain.subject import Attribution, Subject
from lvm.language import listed, said
from lvm.recording import Signal
from lvm.waves import BOUNDARIES, Waves, segments
from lvm.weights import Bundle

__all__ = [
    "DEFAULT", "METHODS", "TARGET", "Attribution", "Cell", "Explanation", "Method", "Subject", "explain",
    "subject_of", "summed",
]  # fmt: skip

TARGET = "LV mass in grams, mean of the folds"
DEFAULT = "smoothgrad"  # of all methods the best at finding a planted truth: see lvm.train.planted_truth
OTHER_BEATS = 4


@dataclass(frozen=True, eq=False)
class Explanation:
    """A map of one estimate and what it adds up to.

    map : (12, 450), the beat window of `lvm.beats`, in the method's unit.
    table : five segments x lead groups.
    scalars : (name, grams); empty where the method gives none, or the network takes none.
    baseline_name, baseline_lvm_g : from where the grams count; None where the method gives none.
    """

    method: Method
    target: str
    lvm_g: float
    baseline_name: str | None
    baseline_lvm_g: float | None
    map: Signal
    table: tuple[Cell, ...]
    scalars: tuple[tuple[str, float], ...]
    warnings: tuple[str, ...] = ()

    @property
    def gap_g(self) -> float | None:
        """What the grams of cells and scalars leave unexplained of the way from the baseline."""
        if self.baseline_lvm_g is None:
            return None
        parts = sum(cell.grams or 0.0 for cell in self.table) + sum(grams for _, grams in self.scalars)
        return self.lvm_g - self.baseline_lvm_g - parts


def subject_of(
    analysis: Analysis,
    estimate: Estimate,
    bundle: Bundle,
    *,
    beat: int | None = None,
    waves: Waves | None = None,
    lead_groups: int = 2,
) -> Subject:
    """What the methods explain: an estimate made with this bundle on this beat (the chosen one by default).

    waves : other boundaries of the beat than those found.
    Raises SignalError where there is no estimate.
    """
    index = analysis.chosen if beat is None else beat
    if index is None or estimate.lvm_g is None:
        raise SignalError(f"There is no estimate to explain. {estimate.withheld or ''}".strip())
    window = analysis.window(index)
    own: NDArray[np.bool_] = np.zeros(window.mv.shape[1], dtype=np.bool_)
    own[window.start : window.stop] = True
    masks = segments(analysis.waves[index] if waves is None else waves, analysis.beats[index].r, window)
    masks["TP interval"] = masks["TP interval"] | ~own
    scalars = tuple(scalar_row(bundle.card.config, estimate.inputs))
    return Subject(bundle.folds, window.mv, scalars, bundle.baseline, masks, own, lead_groups)


def summed(subject: Subject, method: Method, attribution: Attribution, threshold: float | None = None) -> Explanation:
    """What a method's attribution comes to: cheap, so that a cut-off or a boundary can be moved at once.

    threshold : values below this part of the map's largest count as zero in the shares; by default the method's own.
    """
    of_scalars = () if attribution.scalars is None else attribution.scalars.mean(axis=0).tolist()
    empty = [name for name, mask in subject.segments.items() if not mask.any()]
    missing = (
        [said("Empty in this beat, for want of a wave or of room between boundaries: {names}.", names=listed(empty))]
        if empty
        else []
    )
    return Explanation(
        method,
        TARGET,
        float(subject.estimate_g.mean()),
        method.baseline_name(subject),
        None if attribution.baseline_g is None else float(attribution.baseline_g.mean()),
        attribution.mean_map,
        table(attribution, subject, method.cut_off if threshold is None else threshold),
        tuple(zip(subject.folds[0].config.scalars, of_scalars, strict=False)),
        tuple(missing),
    )


def explain(subject: Subject, method: str = DEFAULT, threshold: float | None = None) -> Explanation:
    """Explain an estimate by one of METHODS; threshold as in `summed`."""
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; there is {', '.join(METHODS)}")
    chosen = METHODS[method]
    return summed(subject, chosen, chosen.attribute(subject), threshold)


def other_beats(
    analysis: Analysis, estimate: Estimate, bundle: Bundle, beat: int | None, lead_groups: int = 2
) -> list[Subject]:
    """Up to OTHER_BEATS usable beats besides this one, from all over the recording."""
    own = analysis.chosen if beat is None else beat
    usable = [i for i, one in enumerate(analysis.beats) if one.usable and i != own]
    taken = np.unique(np.linspace(0, len(usable) - 1, min(OTHER_BEATS, len(usable))).round().astype(int))
    return [subject_of(analysis, estimate, bundle, beat=usable[i], lead_groups=lead_groups) for i in taken]


def moved_boundaries(waves: Waves) -> list[Waves]:
    """The boundaries with every uncertain one moved by its margin, either way: all together, or of more than three one
    at a time. Boundaries keep their order."""
    margins = dict(zip(BOUNDARIES, waves.margins_ms, strict=True))
    far = {name: round((margins[name] or 0) * SAMPLING_RATE_HZ / 1000) for name in waves.uncertain}
    if not far:
        return []
    if len(far) <= 3:
        moves = [dict(zip(far, signs, strict=True)) for signs in product((-1, 1), repeat=len(far))]
    else:
        moves = [{name: sign} for name in far for sign in (-1, 1)]
    return [_moved(waves, {name: sign * far[name] for name, sign in move.items()}) for move in moves]


def _moved(waves: Waves, by: dict[str, int]) -> Waves:
    """Those that come earlier in their order, and those that come later against it: so none stands in another's way."""
    for name in [n for n in BOUNDARIES if by.get(n, 0) < 0] + [n for n in BOUNDARIES[::-1] if by.get(n, 0) > 0]:
        waves = waves.edited(name, getattr(waves, name) + by[name])
    return waves
