"""Networks whose grams can be done by hand, and beats to explain with them."""

import numpy as np
from torch import nn, stack

from lvm.beats import WINDOW
from lvm.explain.subject import Attribution, Subject
from lvm.net.config import Config
from lvm.recording import LEADS
from lvm.waves import SEGMENTS
from lvm.weights import Baseline

BODY = Config(
    "model 1", "male", scalar_mean=(60.0, 168.0, 72.0), scalar_sd=(11.0, 6.0, 11.0), scalar_median=(61.0, 169.0, 71.0)
)
ECG_ONLY = Config("ecg", "male")
EDGES = {"PR interval": (50, 130), "QRS interval": (130, 175), "ST segment": (175, 230), "T wave": (230, 330)}


class ByHand(nn.Module):
    """grams(beat (m, 12, 450), scalars (m, n)) -> (m,), in the parts of an ELVMassNet: each of its two encoders gives
    its leads as they are."""

    def __init__(self, grams, config=BODY):
        super().__init__()
        self.grams, self.config = grams, config
        self.rows = [list(range(6)), list(range(6, 12))]

    def encode_group(self, group, signal):
        return signal[:, self.rows[group]].flatten(1)

    def project(self, groups):
        return stack([of.unflatten(1, (6, -1)) for of in groups], dim=1).flatten(1, 2)

    def head(self, encoded, scalars):
        return self.grams(encoded, scalars)

    def grid(self, encoded, scalars):
        return stack([self.grams(encoded, row.expand(len(encoded), -1)) for row in scalars], dim=1)

    def forward(self, beat, scalars):
        return self.grams(beat, scalars)


def masks(edges=EDGES):
    """The segments between these samples; TP is the rest."""
    found = {name: np.zeros(WINDOW, dtype=bool) for name in SEGMENTS}
    for name, (first, end) in edges.items():
        found[name][first:end] = True
    found["TP interval"] = ~np.any(list(found.values()), axis=0)
    return found


def beat(**values):
    """(12, 450) mV: 0 but for lead_sample=mV, such as V3_9=1.5."""
    mv = np.zeros((12, WINDOW), dtype=np.float32)
    for place, value in values.items():
        lead, sample = place.split("_")
        mv[LEADS.index(lead), int(sample)] = value
    return mv


def subject(*grams, mv, scalars=(), base_mv=None, base=None, edges=EDGES, own=slice(None), lead_groups=2):
    """Of networks of these functions; without scalars, of the ECG alone. The baseline is a flat line by default."""
    config = BODY if scalars else ECG_ONLY
    baseline = Baseline("by hand", beat() if base_mv is None else base_mv, config.scalar_mean if base is None else base)
    of_recording = np.zeros(WINDOW, dtype=bool)
    of_recording[own] = True
    folds = tuple(ByHand(of, config) for of in grams)
    return Subject(folds, mv, scalars, baseline, masks(edges), of_recording, lead_groups)


def attribution(*maps, **others):
    """Of a fold for each map (12, 450)."""
    return Attribution(np.stack(maps).astype(np.float32), **others)
