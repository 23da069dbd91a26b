"""Recordings that no person has: the package deepfake-ecg, whose wheel carries a GAN trained on normal ECGs.

Thambawita et al., Sci Rep 2021;11:21896. The GAN says no sex, so each recording serves men and women alike: its QRS and
T voltages are brought to the usual ones of the sex by one factor each.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lvm.analysis import analyse
from lvm.cohort.change import limb_leads
from lvm.cohort.source import Origin, Source, usable
from lvm.errors import CohortError
from lvm.recording import Patient, Recording, Sex

ORIGIN = Origin("deepfake-ecg", "Thambawita et al., Sci Rep 2021;11:21896", "MIT")
# Medians of normals in PTB-XL, 139 men and 158 women, over those of 396 generated recordings: of the Sokolow-Lyon
# voltage, 2.33 and 2.11 mV over 2.08; of T in V2 and V5, (.64 + .40) and (.36 + .28) mV over (.48 + .35).
QRS_GAIN: dict[Sex, float] = {"male": 1.12, "female": 1.01}
T_GAIN: dict[Sex, float] = {"male": 1.25, "female": 0.77}

_MV = 6.0  # what the GAN's unit stands for; the package multiplies by 6000 for microvolts


def _generator() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # its own, at import and as it is made
            import deepfakeecg

            net = deepfakeecg.Generator()
    except ImportError:
        raise CohortError("Generated recordings need the package deepfake-ecg: pip install deepfake-ecg.") from None
    state = torch.load(
        Path(deepfakeecg.__file__).parent / "checkpoints" / "g_stat.pt", map_location="cpu", weights_only=True
    )
    net.load_state_dict(state["stat_dict"])
    return net.eval()


def sources(n: int, seed: int, progress: Callable[[int, int], None] = lambda *_: None) -> list[Source]:
    """n usable recordings; the same seed gives the same ones."""
    if n == 0:
        return []
    net, found, made = _generator(), list[Source](), 0
    noise = torch.Generator().manual_seed(seed)
    while len(found) < n:
        if made > 2 * n + 10:
            raise CohortError("Too few of the generated recordings are usable.")
        with torch.inference_mode():
            eight = net(torch.rand(1, 8, 5000, generator=noise) * 2 - 1)[0].numpy() * np.float32(_MV)  # (8, 5000) mV
        analysis = analyse(Recording(limb_leads(eight), 500.0, ORIGIN.name, None, Patient()))
        if usable(analysis):
            found.append(Source(f"generated-{seed}-{made}", None, frozenset({"NORM"}), analysis, ORIGIN))
            progress(len(found), n)
        made += 1
    return found
