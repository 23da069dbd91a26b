"""A wide QRS looked for in the signal, for files that do not say how long it is: lvm.waves reads a wide one too short.

The slope of the median beat, as the root mean square over the eight independent leads, each in parts of its own height:
how long it stays above a tenth of its steepest. That is about 20 ms less than a cardiologist's QRS on LUDB, from the
earliest leads' onset to the latest leads' offset. On PTB-XL 1-350 and LUDB 1-100, on which the limit was also chosen:
all 17 complete bundle branch blocks reach it (the least 116 ms), and 6 of 415 others, in four of which the report says
block too or the QRS was marked as 177 ms. Three records coded as intraventricular conduction delay do not.
"""

import numpy as np
from scipy.ndimage import uniform_filter1d

from lvm.analysis import USABLE_BEATS_NEEDED, Analysis
from lvm.beats import INDEPENDENT
from lvm.clean import SAMPLING_RATE_HZ

WIDE_MS = 112

_BEFORE_R, _AFTER_R = int(0.20 * SAMPLING_RATE_HZ), int(0.30 * SAMPLING_RATE_HZ)  # samples of the median beat
_QRS = slice(
    _BEFORE_R - int(0.10 * SAMPLING_RATE_HZ), _BEFORE_R + int(0.16 * SAMPLING_RATE_HZ)
)  # it reaches no further
_SMOOTH = int(0.01 * SAMPLING_RATE_HZ)
_PAUSE = int(0.024 * SAMPLING_RATE_HZ)  # a notch or the top of a wave may be flat for that long
_STEEP = 0.1
_LEAST_MV = 0.05  # a lead with less has no QRS


def steep_qrs_ms(analysis: Analysis) -> float | None:
    """For how many ms the QRS of the median usable beat is steep; None without enough beats."""
    cleaned = analysis.cleaned_mv[INDEPENDENT]
    r_peaks = [b.r for b in analysis.beats if b.usable and _BEFORE_R <= b.r <= cleaned.shape[1] - _AFTER_R]
    if len(r_peaks) < USABLE_BEATS_NEEDED:
        return None
    beat = np.median([cleaned[:, r - _BEFORE_R : r + _AFTER_R] for r in r_peaks], axis=0)  # (8, samples)
    height = np.ptp(beat[:, _QRS], axis=1)
    if not (height > _LEAST_MV).any():
        return None
    slope = np.gradient(beat[height > _LEAST_MV] / height[height > _LEAST_MV, None], axis=1)
    slope = uniform_filter1d(np.sqrt((slope**2).mean(axis=0)), _SMOOTH)
    steepest = _QRS.start + int(slope[_QRS].argmax())
    steep = np.flatnonzero(slope > _STEEP * slope[steepest])
    parts = np.split(steep, np.flatnonzero(np.diff(steep) > _PAUSE) + 1)
    qrs = next(part for part in parts if part[0] <= steepest <= part[-1])
    return float(qrs[-1] - qrs[0]) * 1000 / SAMPLING_RATE_HZ
