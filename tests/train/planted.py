"""Small training data of known truth, without any ECG."""

import numpy as np

from lvm.train.examples import SCALARS, Examples


def examples(n=240, beats=2, seed=0, sexes=("male",)):
    """Mass depends on the height of one bump in V2 and on age only; every recording has the same beat `beats` times."""
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
    return Examples(
        beats_mv,
        first,
        first[:-1].copy(),
        scalars,
        known_g + rng.normal(0, 3, n),
        known_g,
        patient,
        np.arange(2, n + 2),
    )
