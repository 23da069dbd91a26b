"""Small training data of known truth, without any ECG."""

from dataclasses import replace

import numpy as np

from lvm.net.lvmai import LEAD_ORDER
from lvm.recording import LEADS
from lvm.train.examples import SCALARS, Examples


def examples(n=240, beats=2, seed=0, sexes=("male",), all_systems=False):
    """Mass depends on the height of one bump in V2 and on age only; every recording has the same beat `beats` times.

    all_systems : the bump is in each second of whole_mv and lvm_ai too, and its height in the profile: the first of
    three features, of which the second is chance, and the third chance and unknown in most.
    """
    rng = np.random.default_rng(seed)
    height, age = rng.uniform(0.2, 1.5, n), rng.uniform(40, 80, n)
    beats_mv = 0.01 * rng.normal(size=(n * beats, 12, 450)).astype(np.float32)
    beats_mv[:, 7, 140:160] += np.repeat(height, beats)[:, None].astype(np.float32)
    scalars = np.full((n, len(SCALARS)), np.nan)
    scalars[:, SCALARS.index("age_years")] = age
    scalars[:, SCALARS.index("sex")] = [float(sexes[k % len(sexes)] == "male") for k in range(n)]
    scalars[:, SCALARS.index("height_cm")] = 170
    scalars[:, SCALARS.index("weight_kg")] = 70
    known_g = 60 + 50 * height + 0.3 * age
    first = np.arange(0, n * beats + 1, beats)
    patient = np.array([f"p{k // 2}" for k in range(n)])
    own = Examples(
        beats_mv,
        first,
        first[:-1].copy(),
        scalars,
        known_g + rng.normal(0, 3, n),
        known_g,
        patient,
        np.arange(2, n + 2),
    )
    return _for_all_systems(own, height, rng) if all_systems else own


def _for_all_systems(own, height, rng):
    n = len(own)
    whole_mv = np.tile(0.01 * rng.normal(size=(1, 12, 5000)), (n, 1, 1)).astype(np.float32)
    for second in range(10):
        whole_mv[:, 7, 500 * second + 240 : 500 * second + 260] += height[:, None].astype(np.float32)
    chance, unknown = rng.normal(size=(2, n))
    unknown[rng.random(n) < 0.7] = np.nan
    profile = np.column_stack([height, chance, unknown])
    lvm_ai = np.ascontiguousarray(whole_mv[:, [LEADS.index(lead) for lead in LEAD_ORDER]] / 2)
    return replace(own, whole_mv=whole_mv, lvm_ai=lvm_ai, profile=profile)
