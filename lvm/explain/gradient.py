"""Gradient saliency (Simonyan 2014), the paper's: how the estimate in grams answers to a millivolt at each point."""

import numpy as np
import torch
from numpy.typing import NDArray

from lvm.net.elvmassnet import ELVMassNet
from lvm.recording import Signal


def gradient(
    folds: tuple[ELVMassNet, ...], beat_mv: Signal, scalars: list[float]
) -> tuple[Signal, NDArray[np.float64], float]:
    """Gradient of the mean of the folds at one beat (12, 450) mV and its scalars (n,) in their own units.

    Returns grams per mV (12, 450), grams per unit of each scalar (n,), and the estimate in grams.
    """
    beat = torch.from_numpy(beat_mv[None].copy()).requires_grad_()
    row = torch.tensor([scalars], dtype=beat.dtype, requires_grad=True)
    with torch.enable_grad():
        grams = torch.stack([fold(beat, row) for fold in folds]).mean()
        by_mv, by_scalar = torch.autograd.grad(grams, (beat, row), allow_unused=True)
    of_scalars = np.zeros(len(scalars)) if by_scalar is None else by_scalar[0].numpy().astype(np.float64)
    return by_mv[0].numpy(), of_scalars, float(grams.detach())
