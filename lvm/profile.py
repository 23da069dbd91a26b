"""The profile of a recording: how long, high, large and steep each segment of its beat is, in every lead.

After ecgAI (Tison et al., Circ Cardiovasc Qual Outcomes 2019;12:e005289), whose estimates rest on such a profile and
not on the samples. Its segments are six, and not the paper's five of lvm.waves: P and PR are apart.

| segment | from | to |
|---|---|---|
| P wave | P onset | P offset |
| PR segment | P offset | QRS onset |
| QRS | QRS onset | QRS offset |
| ST segment | QRS offset | T onset |
| T wave | T onset | T offset |
| TP segment | T offset | P onset of the next beat, or its QRS onset where it has no P |

Each value is measured in every usable beat; the profile holds their medians, which one odd beat does not move. What is
not there in at least half of the usable beats, such as P in atrial fibrillation, or TP where P runs into T, is NaN.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lvm.analysis import Analysis
from lvm.beats import Beat
from lvm.clean import SAMPLING_RATE_HZ
from lvm.measure import level
from lvm.recording import LEADS, Signal
from lvm.waves import Waves

SEGMENTS = ("P wave", "PR segment", "QRS", "ST segment", "T wave", "TP segment")
QUANTITIES = {"highest": "mV", "lowest": "mV", "area": "mV·ms", "slope": "mV/s"}  # and their units

FEATURE_NAMES = (
    "Heart rate, /min",
    *(f"{segment} duration, ms" for segment in SEGMENTS),
    *(
        f"{lead} {segment} {quantity}, {unit}"
        for lead in LEADS
        for segment in SEGMENTS
        for quantity, unit in QUANTITIES.items()
    ),
)

_LEAST_SAMPLES = 2  # of a segment: fewer have no slope
_MS = 1000 / SAMPLING_RATE_HZ

_Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Profile:
    """Medians over the usable beats; NaN is unknown.

    beats : how many usable beats there are.
    heart_rate_bpm : over all beats, as measured.
    durations_ms : (6,) of SEGMENTS, one set of boundaries for all leads.
    values : (12, 6, 4) LEADS by SEGMENTS by QUANTITIES. From the level at QRS onset, see lvm.measure: the highest and
        the lowest value, and the signed area; and the slope of the straight line that fits best (least squares).
    """

    beats: int
    heart_rate_bpm: float
    durations_ms: _Array
    values: _Array

    def features(self) -> _Array:
        """(295,) in the order of FEATURE_NAMES."""
        return np.concatenate([[self.heart_rate_bpm], self.durations_ms, self.values.ravel()])


def profile(analysis: Analysis) -> Profile:
    """The profile of a recording. Never fails: without a usable beat all is NaN, and so are flat leads."""
    durations_ms, values = medians(analysis.cleaned_mv, analysis.beats, analysis.waves)
    values[[LEADS.index(lead) for lead in analysis.flat_leads]] = np.nan
    rate_bpm = analysis.measured.heart_rate_bpm
    return Profile(
        beats=sum(beat.usable for beat in analysis.beats),
        heart_rate_bpm=np.nan if rate_bpm is None else rate_bpm,
        durations_ms=durations_ms,
        values=values,
    )


def medians(cleaned_mv: Signal, beats: tuple[Beat, ...], waves: tuple[Waves, ...]) -> tuple[_Array, _Array]:
    """Durations (6,) in ms and values (12, 6, 4) of a (12, T) signal; see Profile."""
    with_next = zip(beats, pairwise((*waves, Waves())), strict=True)
    used = [(own, after) for beat, (own, after) in with_next if beat.usable and own.qrs_onset is not None]
    durations_ms, values = np.full(len(SEGMENTS), np.nan), np.full((len(LEADS), len(SEGMENTS), len(QUANTITIES)), np.nan)
    if not used:
        return durations_ms, values
    ends = np.array([_ends(own, after) for own, after in used], dtype=np.float64)  # (beats, 6, 2), None becomes NaN
    samples = ends[..., 1] - ends[..., 0]  # (beats, 6)
    there = samples >= _LEAST_SAMPLES
    beat_of = np.nonzero(there)[0]
    levels = np.hstack([level(cleaned_mv, own) for own, _ in used])  # (12, beats)
    found = np.full((*there.shape, *values.shape[::2]), np.nan)  # (beats, 6, 12, 4)
    found[there] = _measure(cleaned_mv, ends[there].astype(np.intp), levels[:, beat_of])
    for i in np.flatnonzero(2 * there.sum(axis=0) >= len(used)):
        durations_ms[i] = np.median(samples[there[:, i], i]) * _MS
        values[:, i] = np.median(found[there[:, i], i], axis=0)
    return durations_ms, values


def _ends(own: Waves, after: Waves) -> tuple[tuple[int | None, int | None], ...]:
    """First sample and end of each segment of a beat that is followed by another."""
    next_begins = after.qrs_onset if after.p_onset is None else after.p_onset
    at = (*own.marks(), next_begins)
    return tuple(pairwise(at))


def _measure(cleaned_mv: Signal, ends: NDArray[np.intp], levels_mv: _Array) -> _Array:
    """(n, 12, 4) quantities of n stretches of a (12, T) signal.

    ends : (n, 2) first sample and the one after the last. levels_mv : (12, n), what counts as 0 mV in each.
    """
    mv = np.pad(cleaned_mv.astype(np.float64), ((0, 0), (0, 1)))  # reduceat takes no end at T
    first, end = ends.T
    samples, middle = end - first, (first + end - 1) / 2

    def over(ufunc: np.ufunc, of: _Array) -> _Array:  # (12, n); every other stretch is the gap behind one
        return np.asarray(ufunc.reduceat(of, ends.ravel(), axis=1)[:, ::2])

    total = over(np.add, mv)
    about_middle = over(np.add, mv * np.arange(mv.shape[1])) - middle * total
    spread = (samples**3 - samples) / 12  # sum of (t - middle)^2 over the samples of a stretch
    quantities = (
        over(np.maximum, mv) - levels_mv,
        over(np.minimum, mv) - levels_mv,
        (total - samples * levels_mv) * _MS,
        about_middle / spread * SAMPLING_RATE_HZ,
    )
    return np.stack(quantities, axis=-1).transpose(1, 0, 2)
