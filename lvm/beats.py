"""R peaks, the window of a beat, and which beat is used and why.

The window of a beat, one rule in training and use: 300 ms before to 600 ms after the R peak, 450 samples at 500 Hz,
cut at the same instant from all leads; each lead's own median over the window is its zero. The 120 ms on the near side
of a neighbouring R peak belong to that neighbour's QRS: where the window would reach into them, it ends there and the
rest is 0 mV.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d
from scipy.signal import butter, sosfiltfilt

from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import mark, said
from lvm.recording import LEADS, Signal

BEFORE_R, AFTER_R = int(0.30 * SAMPLING_RATE_HZ), int(0.60 * SAMPLING_RATE_HZ)  # samples
WINDOW = BEFORE_R + AFTER_R
NEIGHBOUR_QRS = int(0.12 * SAMPLING_RATE_HZ)  # samples on the near side of a neighbour's R peak

# III, aVR, aVL and aVF are sums of I and II: counting them again would only weigh the limb leads more.
INDEPENDENT = [LEADS.index(lead) for lead in ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")]

_QRS_BAND = butter(2, (5.0, 30.0), "bandpass", fs=SAMPLING_RATE_HZ, output="sos")
_LEAST_SLOPE_MV, _OVER_REST, _OF_USUAL = 1e-3, 5.0, 0.2  # slopes are in mV a sample; see find_r_peaks

_EARLY = 0.8
# Samples from R in which beats are compared, and when they differ. Of 5,234 beats of PTB-XL 1-350 and LUDB 1-100 97 %
# correlate by .97 or more and 2 % by less than .9, nearly all of them premature, paced or conducted in another way.
_SHAPE, _ALIKE = (int(-0.06 * SAMPLING_RATE_HZ), int(0.09 * SAMPLING_RATE_HZ)), 0.9
_LIKENESS, _NOISE = (int(-0.10 * SAMPLING_RATE_HZ), int(0.30 * SAMPLING_RATE_HZ)), 0.5


@dataclass(frozen=True)
class Beat:
    """One heartbeat: its R peak in samples at 500 Hz, and whether it can be used ("" or the reason why not)."""

    r: int
    reason: str = ""

    @property
    def usable(self) -> bool:
        return not self.reason

    @property
    def r_s(self) -> float:
        return self.r / SAMPLING_RATE_HZ


@dataclass(frozen=True, eq=False)
class BeatWindow:
    """A beat cut from the recording: (12, 450) mV; samples start..stop are the recording's, the rest is filled."""

    mv: Signal
    start: int
    stop: int


def find_r_peaks(network_mv: Signal, qrs: Sequence[tuple[int, int]]) -> list[int | None]:
    """The R peak of each QRS, given as its first and last sample, in a (12, T) signal at 500 Hz; shared by all leads.

    It is where the spatial magnitude (5-30 Hz, the eight independent leads) is largest. None where there is no QRS
    after all, because nothing is steep: five times steeper than the recording usually is outside of them (in PTB-XL
    1-350 and LUDB 1-100 the usual QRS is twelve times, in white noise nothing three times), and a fifth as steep as the
    usual QRS (the flattest one of a record is half as steep, and a quarter at the edge of the recording).
    """
    band = sosfiltfilt(_QRS_BAND, network_mv[INDEPENDENT], axis=-1)
    magnitude = np.sqrt((band**2).sum(axis=0))
    slope = np.sqrt((np.gradient(band, axis=-1) ** 2).mean(axis=0))
    steepest = np.array([slope[first : last + 1].max() for first, last in qrs])
    outside = np.ones(slope.size, dtype=np.bool_)
    for first, last in qrs:
        outside[first : last + 1] = False
    rest = float(np.median(slope[outside])) if outside.any() else 0.0
    usual = float(np.median(steepest)) if qrs else 0.0
    least = max(_LEAST_SLOPE_MV, _OVER_REST * rest, _OF_USUAL * usual)
    return [
        first + int(magnitude[first : last + 1].argmax()) if steep >= least else None
        for (first, last), steep in zip(qrs, steepest, strict=True)
    ]


def window(network_mv: Signal, r_peaks: NDArray[np.intp], index: int) -> BeatWindow:
    """Cut beat `index` out of a (12, T) signal by the rule at the top of this file.

    Where the recording itself ends inside the window, the rest is 0 mV too.
    """
    r = int(r_peaks[index])
    first, last = r - BEFORE_R, r + AFTER_R
    low, high = max(first, 0), min(last, network_mv.shape[1])
    if index > 0:
        low = max(low, int(r_peaks[index - 1]) + NEIGHBOUR_QRS)
    if index + 1 < len(r_peaks):
        high = min(high, int(r_peaks[index + 1]) - NEIGHBOUR_QRS)
    cut = np.zeros((network_mv.shape[0], WINDOW), dtype=np.float32)
    if high > low:
        part = network_mv[:, low:high]
        cut[:, low - first : high - first] = part - np.median(part, axis=1, keepdims=True)
    return BeatWindow(cut, low - first, max(low, high) - first)


def premature(r_peaks: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which beats come after less than 0.8 of the usual RR around them.

    Usual is the median of the means of two intervals that follow each other, so that neither a pause nor bigeminy, in
    which every second interval is short, changes it.
    """
    early = np.zeros(len(r_peaks), dtype=np.bool_)
    rr = np.diff(r_peaks)
    if rr.size >= 2:
        pairs = (rr[1:] + rr[:-1]) / 2
        for i, own in enumerate(rr):
            usual = np.percentile(pairs[max(0, i - 4) : i + 4], 50, method="lower")
            early[i + 1] = own < _EARLY * usual
    return early


def _unlike(
    network_mv: Signal, r_peaks: NDArray[np.intp], early: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each beat against the usual one: Pearson's r of the QRS, and the rest of QRS, ST and T in parts of it.

    The usual beat is the median of those that do not come early, so that bigeminy has one.

    From every lead its own straight line is taken, so that a wandering baseline counts for neither. Beats that the
    recording cuts off are filled with zeros.
    """
    before, after = -_LIKENESS[0], _LIKENESS[1]
    padded = np.pad(network_mv[INDEPENDENT], ((0, 0), (before, after)))

    def level(first: int, end: int) -> NDArray[np.float64]:
        cuts = np.stack([padded[:, r + before + first : r + before + end] for r in r_peaks]).astype(np.float64)
        line = np.linspace(-1, 1, end - first)
        cuts -= cuts.mean(axis=-1, keepdims=True)
        return cuts - (cuts @ line / (line @ line))[..., None] * line

    qrs, whole = level(*_SHAPE), level(*_LIKENESS)  # (beats, 8, samples)
    on_time = ~early if (~early).any() else early
    usual = np.median(qrs[on_time], axis=0)
    size = np.sqrt((qrs**2).sum(axis=(1, 2)) * (usual**2).sum())
    correlation = (qrs * usual).sum(axis=(1, 2)) / np.where(size > 0, size, 1)
    usual = np.median(whole[on_time], axis=0)
    rest = np.sqrt(((whole - usual) ** 2).mean(axis=(1, 2)))
    return correlation, rest / max(float(np.sqrt((usual**2).mean())), 1e-9)


def find_beats(network_mv: Signal, r_peaks: NDArray[np.intp], t_offsets: Sequence[int | None]) -> tuple[Beat, ...]:
    """Every beat of a (12, T) signal at 500 Hz, each with the reason why it is not used, if so.

    t_offsets : where the T wave of each beat ends, in samples; None is not known.
    """
    if len(r_peaks) == 0:
        return ()
    early = premature(r_peaks)
    alike, rest = _unlike(network_mv, r_peaks, early)

    def reason(i: int) -> str:
        r, t_end = int(r_peaks[i]), t_offsets[i]
        if r < BEFORE_R:
            return mark("first: begins before the recording")
        if r + AFTER_R > network_mv.shape[1]:
            return mark("last: ends after the recording")
        if early[i]:
            return mark("premature")
        if alike[i] < _ALIKE:
            return mark("different shape")
        if rest[i] > _NOISE:
            return mark("noise")
        if t_end is not None and i + 1 < len(r_peaks) and t_end > r_peaks[i + 1] - NEIGHBOUR_QRS:
            return mark("overlaps the next beat")
        return ""

    return tuple(Beat(int(r), reason(i)) for i, r in enumerate(r_peaks))


def choose(beats: tuple[Beat, ...]) -> tuple[int | None, str]:
    """The middle usable beat, as in the paper, and the sentence that says why."""
    usable = [i for i, beat in enumerate(beats) if beat.usable]
    if not usable:
        return None, said("No beat can be used.")
    chosen = usable[len(usable) // 2]
    return chosen, said(
        "Beat {number} is the middle one of {usable} usable beats ({detected} detected).",
        number=chosen + 1,
        usable=len(usable),
        detected=len(beats),
    )


def flat_leads(network_mv: Signal) -> tuple[str, ...]:
    """Leads of a (12, T) signal in which, for three quarters of the time, nothing moves by 50 uV within a second.

    In the network's band, so that mains hum alone is no signal; not all the time, for an artefact is none either.
    """
    span = maximum_filter1d(network_mv, SAMPLING_RATE_HZ, axis=1) + maximum_filter1d(
        -network_mv, SAMPLING_RATE_HZ, axis=1
    )
    usual = np.percentile(span[:, :: SAMPLING_RATE_HZ // 10], 75, axis=1)
    return tuple(lead for lead, most in zip(LEADS, usual, strict=True) if most < 0.05)
