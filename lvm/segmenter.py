"""Which part of the heartbeat each instant belongs to: the networks in weights/segmenter on a cleaned signal.

They were trained on cardiologists' marks, lead by lead, to say for each instant in what share of the leads it lies
within P, QRS or T. Where that share passes half of its peak is the median of the leads' marks: one global boundary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lvm import weights
from lvm.errors import WeightsError
from lvm.language import said
from lvm.recording import Signal
from lvm.weights import Card

if TYPE_CHECKING:
    from lvm.net.segmenter import Segmenter

Shares = NDArray[np.float32]  # (4, T) at 500 Hz: none, P, QRS, T, together 1
NONE, P, QRS, T = range(4)

_IN_USE = 3
_STRETCH, _OVER_USUAL = 1250, 1.5  # 2.5 s at 500 Hz: a slow heart beats within it
_LEAST_SD_MV = 1e-4  # a lead with less stays small: no noise is blown up into waves


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The card and the networks of the folds; fold k has not seen the records `test_records_by_fold[k]`."""

    card: Card
    folds: "tuple[Segmenter, ...]"

    @property
    def in_use(self) -> "tuple[Segmenter, ...]":
        """Those that run: between them they have seen every record, and more would change little for their time."""
        return self.folds[:_IN_USE]


@lru_cache(maxsize=2)
def load(folder: Path = weights.FOLDER) -> Ensemble:
    """The installed segmenter, its hash and shapes checked. Raises WeightsError."""
    from lvm.net.segmenter import Segmenter, SegmenterConfig

    bundle = folder / weights.SEGMENTER
    card = Card(weights.SEGMENTER, weights.read_fields(bundle))
    try:
        config = SegmenterConfig.from_dict(card.fields["config"])
        card.fields["metrics"], card.fields["test_records_by_fold"]
    except (KeyError, TypeError) as error:
        raise WeightsError(
            said(
                "The card of the weights bundle {bundle} cannot be read: {error}.", bundle=card.name, error=repr(error)
            )
        ) from None
    return Ensemble(card, weights.build_folds(bundle, card, lambda: Segmenter(config, norm=False)))


def wave_shares(cleaned_mv: Signal, nets: "Sequence[Segmenter] | None" = None) -> Shares:
    """(12, T) cleaned signal at 500 Hz -> (4, T) shares, the mean over the networks.

    nets : by default those in use.
    """
    import torch

    from lvm.net.segmenter import STRIDE

    nets = nets or load().in_use
    length = cleaned_mv.shape[1]
    scaled = scale(cleaned_mv)
    filled = np.pad(scaled, ((0, 0), (0, -length % nets[0].config.multiple)))
    with torch.inference_mode():
        signal = torch.from_numpy(filled)[None]  # (1, 12, T')
        mean = torch.stack([net(signal).softmax(dim=1)[0] for net in nets]).mean(dim=0).numpy()  # (4, T' / 2)
    at = np.arange(mean.shape[1]) * STRIDE + (STRIDE - 1) / 2
    return np.stack([np.interp(np.arange(length), at, share) for share in mean]).astype(np.float32)


def scale(signal_mv: Signal) -> Signal:
    """(leads, T) -> each lead in parts of its own SD; of an artefact only so much of that counts as is usual."""
    values = signal_mv.astype(np.float64)  # a damaged signal may be huge
    stretches = np.array_split(values, max(1, values.shape[1] // _STRETCH), axis=1)
    usual = np.median([part.std(axis=1) for part in stretches], axis=0)
    sd = np.minimum(values.std(axis=1), _OVER_USUAL * usual)
    return np.asarray(values / np.maximum(sd, _LEAST_SD_MV)[:, None], dtype=np.float32)
