"""The average patient of a training cohort, from whom estimates are explained; see lvm.weights.Baseline."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from lvm.net.elvmassnet import ELVMassNet
from lvm.train.elvmassnet import predict, scalar_inputs
from lvm.train.examples import Examples, Rows

_MOST = 2.0  # lambda is looked for between its negative and this
_HALVINGS = 30


def average_patient(nets: Sequence[ELVMassNet], examples: Examples, rows: Rows) -> dict[str, Tensor]:
    """beat_mv (12, 450) and scalars (n,) of these rows: weighted means of their chosen beats and of their scalars.

    Where no lambda gives the cohort's mean estimate, the mean is not weighted.
    """
    estimates_g = np.mean([predict(net, examples, rows) for net in nets], axis=0)
    beats = examples.beats_mv[examples.chosen[rows]]  # (rows, 12, 450)
    scalars = scalar_inputs(nets[0].config, examples.scalars[rows])
    z = (estimates_g - estimates_g.mean()) / (estimates_g.std() or 1.0)

    def average(tilt: float) -> dict[str, Tensor]:
        weight = np.exp(tilt * z)
        weight /= weight.sum()
        beat, values = (np.tensordot(weight, of, axes=1).astype(np.float32) for of in (beats, scalars))
        return {"beat_mv": torch.from_numpy(beat), "scalars": torch.from_numpy(values)}

    def over_mean_g(tilt: float) -> float:
        beat, values = (of[None] for of in average(tilt).values())
        with torch.inference_mode():
            return float(np.mean([float(net(beat, values)) for net in nets])) - float(estimates_g.mean())

    low, high = -_MOST, _MOST
    if over_mean_g(low) > 0 or over_mean_g(high) < 0:
        return average(0.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if over_mean_g(middle) < 0 else (low, middle)
    return average((low + high) / 2)
