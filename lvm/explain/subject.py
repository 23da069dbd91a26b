"""What every method explains: one beat and its scalars, against a baseline, cut into cells."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lvm.net.elvmassnet import ELVMassNet
from lvm.recording import LEAD_GROUPS, LEADS, Signal
from lvm.weights import Baseline

CellName = tuple[str, str]  # segment, lead group


@dataclass(frozen=True, eq=False)
class Subject:
    """One beat (12, 450) mV and its scalars (n,) as the networks take them, and from whom both are explained.

    segments : masks (450,) that together cover the beat once; TP has with it what the window rule filled with 0 mV.
    own : (450,) where the beat holds samples of the recording.
    """

    folds: tuple[ELVMassNet, ...]
    beat_mv: Signal
    scalars: tuple[float, ...]
    baseline: Baseline
    segments: dict[str, NDArray[np.bool_]]
    own: NDArray[np.bool_]
    lead_groups: int = 2

    @cached_property
    def cells(self) -> dict[CellName, NDArray[np.bool_]]:
        """Masks (12, 450) of every segment in every lead group, in the order of the paper's Table 5."""
        return {
            (segment, group): np.isin(LEADS, leads)[:, None] & mask[None]
            for segment, mask in self.segments.items()
            for group, leads in LEAD_GROUPS[self.lead_groups].items()
        }

    @property
    def private_folds(self) -> tuple[ELVMassNet, ...]:
        """Copies, for what hangs something on a network: the networks are shared by all users of a server."""
        return copy.deepcopy(self.folds)

    @property
    def tensors(self) -> tuple[Tensor, Tensor]:
        """The beat (1, 12, 450) and the scalars (1, n), both to be derived by."""
        beat, scalars = torch.from_numpy(self.beat_mv[None].copy()), torch.tensor([self.scalars])
        return beat.requires_grad_(), scalars.requires_grad_()

    @property
    def baseline_tensors(self) -> tuple[Tensor, Tensor]:
        return torch.from_numpy(self.baseline.beat_mv[None].copy()), torch.tensor([self.baseline.scalars])

    @cached_property
    def estimate_g(self) -> NDArray[np.float64]:
        """(folds,) estimates of the beat."""
        return self.grams(self.beat_mv[None], self.scalars)[:, 0]

    @cached_property
    def baseline_g(self) -> NDArray[np.float64]:
        """(folds,) estimates of the baseline."""
        return self.grams(self.baseline.beat_mv[None], self.baseline.scalars)[:, 0]

    def painted(self, by_cell: NDArray[np.float64]) -> NDArray[np.float64]:
        """(folds, cells) -> (folds, 12, 450): every cell's value in all its samples."""
        values = np.zeros((len(by_cell), *self.beat_mv.shape))
        for value, mask in zip(by_cell.T, self.cells.values(), strict=True):
            values[:, mask] = value[:, None]
        return values

    def spread(self, by_cell: NDArray[np.float64]) -> NDArray[np.float64]:
        """(folds, cells) -> (folds, 12, 450): every cell's value in equal parts on its samples."""
        size = np.array([mask.sum() for mask in self.cells.values()])
        return self.painted(by_cell / np.maximum(size, 1))

    def grams(self, beats_mv: Signal, scalars: tuple[float, ...]) -> NDArray[np.float64]:
        """(folds, n) estimates of beats (n, 12, 450) with the same scalars."""
        batch = torch.from_numpy(beats_mv)
        row = torch.tensor([scalars]).expand(len(batch), len(scalars))
        with torch.inference_mode():
            return np.stack([fold(batch, row).numpy() for fold in self.folds]).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Attribution:
    """What one method says of a subject, fold by fold.

    map : (folds, 12, 450), in the method's unit; of a method that goes by cells, the cell's grams in all its samples.
    grams : (folds, 12, 450) what adds up to a cell's grams; None where the method gives no grams.
    scalars : (folds, n) grams of each scalar; None likewise.
    baseline_g : (folds,) from where the grams count; None likewise.
    by_cell : (folds, cells) grams, of a method that goes by cells.
    """

    map: Signal
    grams: NDArray[np.float64] | None = None
    scalars: NDArray[np.float64] | None = None
    baseline_g: NDArray[np.float64] | None = None
    by_cell: NDArray[np.float64] | None = None

    @property
    def mean_map(self) -> Signal:
        return np.asarray(self.map.mean(axis=0))

    def of_folds(self, folds: Sequence[int]) -> "Attribution":
        """The same of some folds, in this order."""
        parts = (self.map, self.grams, self.scalars, self.baseline_g, self.by_cell)
        return Attribution(*(None if of is None else of[list(folds)] for of in parts))  # type: ignore[arg-type]
