"""Where the model was sensitive on this beat - not why the heart is large."""

import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from lvm.analysis import Analysis
from lvm.errors import SignalError
from lvm.estimate import Estimate, predict, scalar_row
from lvm.explain.segments import Cell, cut_off, table
from lvm.recording import Signal
from lvm.waves import segments
from lvm.weights import Bundle

if TYPE_CHECKING:
    from lvm.net.elvmassnet import ELVMassNet

METHODS = ("gradient",)
TARGET = "LV mass in grams, mean of the folds"
BASELINE = "flat line (0 mV) with the average values of the training cohort"
_SEED = 1


@dataclass(frozen=True, eq=False)
class Explanation:
    """A saliency map of one estimate and what it adds up to.

    map_g_per_mv : (12, 450), the beat window of `lvm.beats`; 0 where the window rule filled it.
    table : five segments x lead groups; `grams` is gradient times signal, a first-order part of lvm_g - baseline_lvm_g.
    scalars : (name, grams) likewise, against the training cohort's average.
    trust : what speaks for and against the map; None or empty is not measured.
    """

    method: str
    target: str
    lvm_g: float
    baseline_name: str
    baseline_lvm_g: float
    map_g_per_mv: Signal
    table: tuple[Cell, ...]
    scalars: tuple[tuple[str, float], ...]
    trust: dict[str, Any]
    warnings: tuple[str, ...] = ()


def _similarity(one: Signal, other: Signal, start: int, stop: int) -> float:
    """Spearman's rank correlation of two maps' magnitudes."""
    from scipy.stats import spearmanr

    a, b = (np.abs(m[:, start:stop]).ravel() for m in (one, other))
    return float(spearmanr(a, b).statistic)


@lru_cache(maxsize=8)
def _randomised(bundle: Bundle) -> tuple["ELVMassNet", ...]:
    """The same networks with the values of every weight tensor shuffled (after Adebayo 2018): nothing learned is left.

    A generator of its own, because torch's is shared by all users of a server.
    """
    rng = np.random.default_rng(_SEED)
    folds = copy.deepcopy(bundle.folds)
    for fold in folds:
        for weights in fold.parameters():
            flat = weights.data.view(-1)
            flat.copy_(flat[rng.permutation(flat.numel()).tolist()])
    return folds


def explain(
    analysis: Analysis,
    estimate: Estimate,
    bundle: Bundle,
    *,
    beat: int | None = None,
    method: str = "gradient",
    threshold: float = 0.0,
    lead_groups: int = 2,
) -> Explanation:
    """Explain an estimate made with this bundle on this beat (the chosen one by default).

    threshold : values below this part of the map's largest count as zero in the shares.
    """
    from lvm.explain.gradient import gradient

    index = analysis.chosen if beat is None else beat
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; there is {', '.join(METHODS)}")
    if index is None or estimate.lvm_g is None:
        raise SignalError(f"There is no estimate to explain. {estimate.withheld or ''}".strip())
    window, waves = analysis.window(index), analysis.waves[index]
    config = bundle.card.config
    scalars = scalar_row(config, estimate.inputs)
    map_, of_scalars, lvm_g = gradient(bundle.folds, window.mv, scalars)
    inside = np.zeros(map_.shape[1], dtype=np.float32)
    inside[window.start : window.stop] = 1
    map_ = map_ * inside
    grams = map_ * window.mv
    average = list(config.scalar_mean)
    by_scalar = [
        (name, float(g * (value - mean)))
        for name, g, value, mean in zip(config.scalars, of_scalars, scalars, average, strict=True)
    ]
    baseline_g = float(predict(bundle, [np.zeros_like(window.mv)], average).mean())
    cells = table(cut_off(map_, threshold), grams, segments(waves, analysis.beats[index].r, window), lead_groups)
    random_map, _, _ = gradient(_randomised(bundle), window.mv, scalars)
    explained = sum(cell.grams for cell in cells) + sum(g for _, g in by_scalar)
    missing = [
        f"No {wave} wave was found in this beat: its {where} empty."
        for wave, mark, where in (
            ("P", waves.p_onset, "PR interval is"),
            ("T", waves.t_onset, "ST segment and T wave are"),
        )
        if mark is None
    ]
    return Explanation(
        method,
        TARGET,
        lvm_g,
        BASELINE,
        baseline_g,
        map_,
        cells,
        tuple(by_scalar),
        {
            "randomised_similarity": _similarity(map_, random_map, window.start, window.stop),
            "method_agreement": None,
            "completeness_gap_g": lvm_g - baseline_g - explained,
            "deletion": [],
        },
        tuple(missing),
    )
