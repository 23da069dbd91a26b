"""What speaks for and against a map of one estimate, measured on this beat, these networks and this recording."""

import copy
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lvm.explain.methods import METHODS, Method
from lvm.explain.segments import shares
from lvm.explain.subject import Attribution, CellName, Subject
from lvm.net.elvmassnet import ELVMassNet
from lvm.recording import LEADS, LIMB, Signal

CONTROLS = 8
_SEED = 1


@dataclass(frozen=True)
class Deletion:
    """By how many grams the estimate falls when a cell becomes the baseline's, and by how many the baseline's estimate
    rises when the cell becomes the patient's; and the mean size of both for pieces as long elsewhere in the same leads.

    control_*_g : None where a cell is empty or leaves no room elsewhere.
    """

    segment: str
    group: str
    deletion_g: float
    insertion_g: float
    control_deletion_g: float | None
    control_insertion_g: float | None


@lru_cache(maxsize=8)
def randomised(folds: tuple[ELVMassNet, ...]) -> tuple[ELVMassNet, ...]:
    """The same networks with the values of every weight tensor shuffled (after Adebayo 2018): nothing learned is left.

    A generator of its own, because torch's is shared by all users of a server.
    """
    rng = np.random.default_rng(_SEED)
    shuffled = copy.deepcopy(folds)
    for fold in shuffled:
        for weights in fold.parameters():
            flat = weights.data.view(-1)
            flat.copy_(flat[rng.permutation(flat.numel()).tolist()])
    return shuffled


def with_random_weights(subject: Subject) -> Subject:
    return replace(subject, folds=randomised(subject.folds))


def rank_correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float | None:
    """Spearman's; None where one of the two is the same everywhere."""
    from scipy.stats import spearmanr

    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(spearmanr(one, other).statistic)


def similarity(one: Attribution, other: Attribution, subject: Subject) -> float | None:
    """Rank correlation of two attributions by the same method, without signs, the mean over the folds: of the
    recording's own samples in the 12 leads, or of the cells where the method goes by these."""

    def sizes(of: Attribution) -> list[NDArray[np.floating]]:
        parts = of.map[:, :, subject.own] if of.by_cell is None else of.by_cell
        return [np.abs(part).ravel() for part in parts]

    found = [rank_correlation(a, b) for a, b in zip(sizes(one), sizes(other), strict=True)]
    known = [r for r in found if r is not None]
    return float(np.mean(known)) if known else None


def by_chance(randomised: Attribution, subject: Subject) -> float | None:
    """How alike the maps of two networks are that learned nothing: each fold's with shuffled weights and the next
    one's. The ECG and the way the network is built leave them no more room."""
    if len(randomised.map) < 2:
        return None
    n = len(randomised.map)
    return similarity(randomised, randomised.of_folds([(k + 1) % n for k in range(n)]), subject)


def second_method(method: Method) -> Method:
    """The one to compare with: Shapley values, whose grams add up, and these with integrated gradients."""
    return METHODS["integrated-gradients" if method.key == "shapley" else "shapley"]


def agreement(one: Attribution, other: Attribution, subject: Subject) -> float | None:
    """Rank correlation of two methods' shares over the cells, with nothing cut off: what is cut off has no rank."""
    a, b = (np.array(list(shares(of, subject, 0.0).values())) for of in (one, other))
    return rank_correlation(a, b)


def largest(attribution: Attribution, subject: Subject, threshold: float) -> CellName | None:
    """The cell with the largest share; None of a map that is zero everywhere."""
    by_cell = shares(attribution, subject, threshold)
    name = max(by_cell, key=lambda cell: by_cell[cell])
    return name if by_cell[name] > 0 else None


def top_of_folds(attribution: Attribution, subject: Subject, threshold: float) -> list[CellName]:
    """The cell with the largest share, fold by fold, of those whose map is not zero everywhere."""
    tops = [largest(attribution.of_folds([k]), subject, threshold) for k in range(len(subject.folds))]
    return [top for top in tops if top is not None]


def _mixtures(subject: Subject, masks: NDArray[np.bool_]) -> tuple[Signal, Signal]:
    """(m, 12, 450) masks -> the beat with the baseline inside them, and the baseline with the beat inside them."""
    own, base = subject.beat_mv, subject.baseline.beat_mv
    return np.where(masks, base, own), np.where(masks, own, base)


def deletions(subject: Subject) -> tuple[Deletion, ...]:
    """Every cell, with CONTROLS pieces as long that lie elsewhere in the same leads, drawn by chance.

    A piece may go round the end of the window. Where a segment takes more than half of it, pieces as long cannot help
    overlapping it: then there is no control.
    """
    rng = np.random.default_rng(_SEED)
    names, masks, of = list(subject.cells), [], []
    for number, mask in enumerate(subject.cells.values()):
        masks.append(mask)
        of.append(number)
        free = [shift for shift in range(1, mask.shape[1]) if not (np.roll(mask, shift, axis=1) & mask).any()]
        if mask.any() and free:
            masks += [np.roll(mask, int(shift), axis=1) for shift in rng.choice(free, CONTROLS)]
            of += [number] * CONTROLS
    without, with_only = _mixtures(subject, np.stack(masks))
    fall_g = subject.estimate_g.mean() - subject.grams(without, subject.scalars).mean(axis=0)
    rise_g = subject.grams(with_only, subject.baseline.scalars).mean(axis=0) - subject.baseline_g.mean()
    found = []
    for number, (segment, group) in enumerate(names):
        own, *controls = np.flatnonzero(np.array(of) == number)
        elsewhere = [float(np.abs(grams[controls]).mean()) if controls else None for grams in (fall_g, rise_g)]
        found.append(Deletion(segment, group, float(fall_g[own]), float(rise_g[own]), *elsewhere))
    return tuple(found)


# III = II - I, aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2
_OF_I_AND_II = np.array([[1, 0], [0, 1], [-1, 1], [-0.5, -0.5], [1, -0.5], [-0.5, 1]])


def limb_leads_possible(gradient: Attribution) -> float | None:
    """Part of the limb leads' slopes that an ECG could follow, of their sum of squares.

    Of six limb leads four are sums of the other two: a third is what slopes by chance have, and all six leads a network
    that knew of it. None without any slope.
    """
    slopes = gradient.mean_map[[LEADS.index(lead) for lead in LIMB]].astype(np.float64)  # (6, 450)
    possible, _ = np.linalg.qr(_OF_I_AND_II)  # (6, 2)
    whole = float((slopes**2).sum())
    return float(((possible.T @ slopes) ** 2).sum()) / whole if whole > 0 else None


def ecg_part(shapley: Attribution) -> float:
    """Part of the Shapley values that belongs to the ECG's cells, of all, without their signs."""
    if shapley.by_cell is None or shapley.scalars is None:
        raise ValueError("Shapley values are needed")
    cells, scalars = (float(np.abs(of.mean(axis=0)).sum()) for of in (shapley.by_cell, shapley.scalars))
    return cells / (cells + scalars) if cells + scalars > 0 else 0.0
