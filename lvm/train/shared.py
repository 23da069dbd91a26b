"""Examples in memory that several processes share, so that each is not handed a copy of its own."""

import shutil
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lvm.processes import one_thread
from lvm.train.examples import Examples

ARRAYS = [f.name for f in fields(Examples) if f.name != "patient"]

Handed = tuple[dict[str, Tensor], list[str]]
received: list[Examples] = []  # of a process that trains: what it was handed at its start


def fits(sets: Sequence[Examples]) -> bool:
    """Whether there is room; containers often have little of it."""
    room = Path("/dev/shm")  # noqa: S108 - how much there is, not a file
    needed = sum(getattr(examples, name).nbytes for examples in sets for name in ARRAYS)
    return not room.is_dir() or shutil.disk_usage(room).free > 1.2 * needed


def share(sets: Sequence[Examples]) -> list[Handed]:
    """What `receive` takes in another process."""
    return [
        ({n: torch.from_numpy(getattr(of, n)).share_memory_() for n in ARRAYS}, of.patient.tolist())  # type: ignore[no-untyped-call]
        for of in sets
    ]


def receive(handed: Sequence[Handed]) -> None:
    """Start of a process that trains, on one thread."""
    one_thread()
    for tensors, patient in handed:
        received.append(
            Examples(**{name: t.numpy() for name, t in tensors.items()}, patient=np.array(patient, dtype=str))
        )
