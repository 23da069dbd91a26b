"""Methods that go by cells, a segment in a lead group, and by scalars: what changes if they are the baseline's.

Shapley values (Shapley 1953; Lundberg 2017, arXiv:1705.07874) are here exact: a network with an encoder for each lead
group need not see all 2^18 coalitions of ten cells and eight scalars. Each encoder sees those of its own five cells,
32 beats, and the scalars' network its own 256; what is combined of them passes a small regressor only.
"""

from itertools import product
from math import factorial

import numpy as np
import torch
from captum.attr import FeatureAblation
from numpy.typing import NDArray
from torch import Tensor

from lvm.explain.subject import Attribution, Subject
from lvm.net.elvmassnet import ELVMassNet

_AT_ONCE = 64
# Of an encoder: 1024 beats. Of all cells and scalars: 2^18 sums. Beyond, orders are drawn.
_MOST_CELLS, _MOST_PLAYERS = 10, 18
DRAWN_ORDERS = 32
_SEED = 1


def occlusion(subject: Subject) -> Attribution:
    """Zeiler 2014 (arXiv:1311.2901), by cells and scalars: by how much the estimate falls if one is the baseline's."""
    beat, scalars = subject.tensors
    numbers = np.zeros((1, *subject.beat_mv.shape), dtype=np.int64)
    for number, mask in enumerate(subject.cells.values()):
        numbers[0][mask] = number
    base_beat, base_scalars = subject.baseline_tensors
    each_its_own = torch.arange(scalars.shape[1])[None] + len(subject.cells)
    by_cell, by_scalar = [], []
    for fold in subject.folds:
        found = (
            FeatureAblation(fold)
            .attribute(
                beat,
                baselines=base_beat,
                additional_forward_args=(scalars,),
                feature_mask=torch.from_numpy(numbers),
                perturbations_per_eval=_AT_ONCE,
            )[0]
            .numpy()
        )  # (12, 450)
        by_cell.append([float(found[mask][0]) if mask.any() else 0.0 for mask in subject.cells.values()])
        by_scalar.append(
            FeatureAblation(lambda s, b, fold=fold: fold(b.expand(len(s), -1, -1), s))
            .attribute(scalars, baselines=base_scalars, additional_forward_args=(beat,), feature_mask=each_its_own)[0]
            .tolist()
            if scalars.shape[1]
            else []
        )
    return _by_cells(subject, np.array(by_cell), np.array(by_scalar))


def _by_cells(subject: Subject, by_cell: NDArray[np.float64], by_scalar: NDArray[np.float64]) -> Attribution:
    painted = subject.painted(by_cell).astype(np.float32)
    return Attribution(painted, subject.spread(by_cell), by_scalar, subject.baseline_g, by_cell)


def shapley(subject: Subject) -> Attribution:
    """Every cell's and scalar's share of the way from the baseline to this estimate; they add up to it.

    Where an encoder has too many cells, as with four lead groups in a network of two, over orders drawn by chance:
    they add up as exactly, and a single one is uncertain by what `shapley_error_g` says.
    """
    with torch.inference_mode():
        if _few_enough(subject):
            found = np.stack([_exact(subject, fold) for fold in subject.folds])
        else:
            found = _drawn(subject).mean(axis=1)
    cells = len(subject.cells)
    return _by_cells(subject, found[:, :cells], found[:, cells:])


def shapley_error_g(subject: Subject) -> NDArray[np.float64] | None:
    """Standard errors (cells + scalars,) where orders were drawn; None where Shapley values are exact."""
    if _few_enough(subject):
        return None
    with torch.inference_mode():
        pairs = _drawn(subject).mean(axis=0).reshape(DRAWN_ORDERS // 2, 2, -1).mean(axis=1)
    return np.asarray(pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs)))


def _few_enough(subject: Subject) -> bool:
    """Whether every coalition can be looked at."""
    players = len(subject.cells) + len(subject.scalars)
    return players <= _MOST_PLAYERS and max(map(len, _seen_by(subject))) <= _MOST_CELLS


def _seen_by(subject: Subject) -> list[list[int]]:
    """For each encoder the numbers of the cells with leads of its own."""
    masks = list(subject.cells.values())
    return [[i for i, mask in enumerate(masks) if mask[rows].any()] for rows in subject.folds[0].rows]


def _mixed(subject: Subject, present: NDArray[np.bool_]) -> Tensor:
    """(m, cells) which are the subject's -> (m, 12, 450) beats, the rest of them the baseline's."""
    masks = np.stack(list(subject.cells.values()))  # (cells, 12, 450)
    own = np.tensordot(present, masks, axes=1)
    return torch.from_numpy(np.where(own, subject.beat_mv, subject.baseline.beat_mv))


def _scalars(subject: Subject, present: NDArray[np.bool_]) -> Tensor:
    """(m, scalars) which are the subject's -> (m, scalars)."""
    return torch.from_numpy(np.where(present, subject.scalars, subject.baseline.scalars).astype(np.float32))


def _all_of(n: int) -> NDArray[np.bool_]:
    """(2^n, n) every coalition of n; the last player changes fastest."""
    return np.array(list(product((False, True), repeat=n)), dtype=np.bool_).reshape(2**n, n)


def _exact(subject: Subject, fold: ELVMassNet) -> NDArray[np.float64]:
    """(cells + scalars,) of one fold, over all coalitions."""
    cells, scalars = len(subject.cells), len(subject.scalars)
    all_cells, groups = _all_of(cells), []
    for group, seen in enumerate(_seen_by(subject)):
        own = np.zeros((2 ** len(seen), cells), dtype=np.bool_)
        own[:, seen] = _all_of(len(seen))
        encoded = fold.encode_group(group, _mixed(subject, own))
        which = all_cells[:, seen] @ (1 << np.arange(len(seen))[::-1])
        groups.append(encoded[torch.from_numpy(which)])
    value = fold.grid(fold.project(groups), _scalars(subject, _all_of(scalars))).numpy().astype(np.float64).ravel()
    players = cells + scalars
    others = np.array([bin(i).count("1") for i in range(2 ** (players - 1))])
    chance = np.array([factorial(k) * factorial(players - 1 - k) / factorial(players) for k in range(players)])
    weight = chance[others]
    found = []
    for player in range(players):
        without, with_it = np.moveaxis(value.reshape(2**player, 2, -1), 1, 0)
        found.append(float(((with_it - without).ravel() * weight).sum()))
    return np.array(found)


def _drawn(subject: Subject) -> NDArray[np.float64]:
    """(folds, orders, cells + scalars): what each brings when they come one after the other; every order also reversed.

    An encoder sees a beat once for each of its own cells that comes.
    """
    cells, players = len(subject.cells), len(subject.cells) + len(subject.scalars)
    rng = np.random.default_rng(_SEED)
    drawn = [rng.permutation(players) for _ in range(DRAWN_ORDERS // 2)]
    orders = np.array([order for one in drawn for order in (one, one[::-1])])
    there = np.zeros((DRAWN_ORDERS, players + 1, players), dtype=np.bool_)
    for i, order in enumerate(orders):
        for step, player in enumerate(order):
            there[i, step + 1 :, player] = True
    flat = there.reshape(-1, players)
    scalars = _scalars(subject, flat[:, cells:])
    seen_by = _seen_by(subject)
    kinds = []
    for seen in seen_by:
        own = np.zeros((len(flat), cells), dtype=np.bool_)
        own[:, seen] = flat[:, seen]
        kinds.append(np.unique(own, axis=0, return_inverse=True))
    value = np.empty((len(subject.folds), len(flat)))
    for k, fold in enumerate(subject.folds):
        groups = []
        for group, (own, which) in enumerate(kinds):
            parts = np.array_split(own, len(own) // _AT_ONCE + 1)
            encoded = [fold.encode_group(group, _mixed(subject, part)) for part in parts]
            groups.append(torch.cat(encoded)[torch.from_numpy(which.ravel())])
        value[k] = fold.head(fold.project(groups), scalars).numpy()
    steps = np.diff(value.reshape(len(subject.folds), DRAWN_ORDERS, players + 1), axis=2)
    found = np.empty_like(steps)
    np.put_along_axis(found, np.broadcast_to(orders, steps.shape), steps, axis=2)
    return found
