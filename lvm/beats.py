"""R peaks, the window of a beat, and which beat is used and why.

The window of a beat, one rule in training and use: 300 ms before to 600 ms after the R peak, 450 samples at 500 Hz,
cut at the same instant from all leads; each lead's own median over the window is its zero. The 120 ms on the near side
of a neighbouring R peak belong to that neighbour's QRS: where the window would reach into them, it ends there and the
rest is 0 mV.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import butter, find_peaks, sosfiltfilt

from lvm.clean import SAMPLING_RATE_HZ
from lvm.recording import LEADS, Signal

BEFORE_R, AFTER_R = int(0.30 * SAMPLING_RATE_HZ), int(0.60 * SAMPLING_RATE_HZ)  # samples
WINDOW = BEFORE_R + AFTER_R
NEIGHBOUR_QRS = int(0.12 * SAMPLING_RATE_HZ)  # samples on the near side of a neighbour's R peak

# III, aVR, aVL and aVF are sums of I and II: counting them again would only weigh the limb leads more.
INDEPENDENT = [LEADS.index(lead) for lead in ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")]

_QRS_BAND = butter(2, (5.0, 30.0), "bandpass", fs=SAMPLING_RATE_HZ, output="sos")
_LEAST_SLOPE_MV = 4e-3  # per sample; the least of 350 PTB-XL records is nine times that, 20 uV of noise a third
_SMOOTH = int(0.08 * SAMPLING_RATE_HZ)
_REFRACTORY = int(0.24 * SAMPLING_RATE_HZ)
_T_WAVE = int(0.40 * SAMPLING_RATE_HZ)


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


def find_r_peaks(network_mv: Signal) -> NDArray[np.intp]:
    """R peaks of a (12, T) signal at 500 Hz, in samples, ascending, shared by all leads.

    Slope energy (5-30 Hz) over the eight independent leads, smoothed over 80 ms; a peak counts where it passes a third
    of the local QRS level (the median of the maxima of 2 s stretches); gaps of more than 1.6 RR are searched again at
    half of that; a bump within 400 ms after a QRS and far less steep is its T wave. The R peak is where the spatial
    magnitude of the QRS is largest.
    """
    band = sosfiltfilt(_QRS_BAND, network_mv[INDEPENDENT], axis=-1)
    slope = np.gradient(band, axis=-1)
    energy = uniform_filter1d(np.sqrt((slope**2).mean(axis=0)), _SMOOTH)
    length = energy.size
    stretch = 2 * SAMPLING_RATE_HZ
    level = float(np.median([energy[i : i + stretch].max() for i in range(0, max(1, length - stretch // 2), stretch)]))
    if level < _LEAST_SLOPE_MV:
        return np.empty(0, dtype=np.intp)
    peaks, _ = find_peaks(energy, height=level / 6, distance=_REFRACTORY)
    strong = [int(p) for p in peaks if energy[p] > level / 3]
    if len(strong) > 2:
        gap = 1.6 * float(np.median(np.diff(strong)))
        edges = [-length, *strong, 2 * length]
        strong += [
            int(p)
            for before, after in pairwise(edges)
            if before >= 0 and after < length and after - before > gap
            for p in peaks
            if before + _T_WAVE < p < after - _T_WAVE
        ]
    kept: list[int] = []
    for peak in sorted(strong):
        if kept and peak - kept[-1] < _T_WAVE and energy[peak] < 0.5 * energy[kept[-1]]:
            continue
        kept.append(peak)
    magnitude = np.sqrt((band**2).sum(axis=0))
    reach = int(0.06 * SAMPLING_RATE_HZ)
    refined = {max(0, p - reach) + int(magnitude[max(0, p - reach) : p + reach + 1].argmax()) for p in kept}
    return np.array(sorted(refined), dtype=np.intp)


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


def _template_correlation(network_mv: Signal, r_peaks: NDArray[np.intp]) -> NDArray[np.float64]:
    """How much the QRS and T of each beat look like those of the median beat: Pearson's r over the eight leads."""
    cuts = np.stack([window(network_mv, r_peaks, i).mv[INDEPENDENT] for i in range(len(r_peaks))])
    core = cuts[:, :, BEFORE_R - 50 : BEFORE_R + 150].reshape(len(cuts), -1).astype(np.float64)
    core -= core.mean(axis=1, keepdims=True)
    template = np.median(core, axis=0)
    scale = np.linalg.norm(core, axis=1) * np.linalg.norm(template)
    correlation: NDArray[np.float64] = core @ template / np.where(scale > 0, scale, 1)
    return correlation


def find_beats(network_mv: Signal) -> tuple[Beat, ...]:
    """Every beat of a (12, T) signal at 500 Hz, each with the reason why it is not used, if so."""
    r_peaks = find_r_peaks(network_mv)
    if len(r_peaks) == 0:
        return ()
    rr = np.diff(r_peaks)
    alike = _template_correlation(network_mv, r_peaks)

    def reason(i: int) -> str:
        r = r_peaks[i]
        if r < BEFORE_R:
            return "first: begins before the recording"
        if r + AFTER_R > network_mv.shape[1]:
            return "last: ends after the recording"
        if i > 0 and rr[i - 1] < 0.8 * np.median(rr[max(0, i - 4) : i + 3]):
            return "premature"
        if alike[i] < 0.9:
            return "different shape or noise"
        return ""

    return tuple(Beat(int(r), reason(i)) for i, r in enumerate(r_peaks))


def choose(beats: tuple[Beat, ...]) -> tuple[int | None, str]:
    """The middle usable beat, as in the paper, and the sentence that says why."""
    usable = [i for i, beat in enumerate(beats) if beat.usable]
    if not usable:
        return None, "No beat can be used."
    chosen = usable[len(usable) // 2]
    return chosen, f"Beat {chosen + 1} is the middle one of {len(usable)} usable beats ({len(beats)} detected)."


def flat_leads(network_mv: Signal) -> tuple[str, ...]:
    """Leads of a (12, T) signal in which, for three quarters of the time, nothing moves by 50 uV within a second.

    In the network's band, so that mains hum alone is no signal; not all the time, for an artefact is none either.
    """
    span = maximum_filter1d(network_mv, SAMPLING_RATE_HZ, axis=1) + maximum_filter1d(
        -network_mv, SAMPLING_RATE_HZ, axis=1
    )
    usual = np.percentile(span[:, :: SAMPLING_RATE_HZ // 10], 75, axis=1)
    return tuple(lead for lead, most in zip(LEADS, usual, strict=True) if most < 0.05)
