"""Two rhythms that the paper left out, looked for in the signal itself: paced rhythm and atrial fibrillation.

**Pacing spikes.** At the file's own rate, because a spike hardly lasts longer than a sample: how far a sample stands
out from both samples 4 ms beside it, over the eight independent leads, each in parts of its own height. A spike stands
before a QRS, always about as far, and out by more than 3 %, more than twice the sharpest of the QRS, and more than five
times the sharpest twentieth of the recording (muscle, mains hum).

**Atrial fibrillation.** RR intervals that typically differ by 8 % or more from the one before, and no P wave: what I,
II and V1 do in the 300 ms before the QRS typically correlates by less than 0.4 between two beats. Typically is in the
median, so a few premature beats change neither.

Measured on PTB-XL 1-350 and LUDB 1-100, on which the limits were also chosen: paced 11 of 11 records, none of 439
others (at 240 or 250 Hz 10 of 11); fibrillation 12 of 14 without pacing, 2 of 426 others, one with a long PR and
premature atrial beats, one without a P wave in any beat. What stays unseen: fibrillation or flutter with regular
ventricles, and coarse fibrillation that keeps step with the QRS.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from lvm.analysis import Analysis
from lvm.beats import INDEPENDENT
from lvm.clean import SAMPLING_RATE_HZ
from lvm.recording import LEADS, Signal

_SPIKE_RATE_HZ = 200  # at less than that no spike is left
_SPIKE_MS = 4  # to the samples beside it
_SPIKE_SPAN_MS = (300, 32)  # before R: where a spike is looked for; nearer is the QRS itself
_QRS_SPAN_MS = (16, 120)  # before and after R: where the sharpest of the QRS is
_SPIKE_JITTER_MS = 12
_LEAST_SPIKE = 0.03  # of the lead's height
_OVER_QRS, _OVER_NOISE = 2.0, 5.0
_PACED_BEATS, _PACED_SHARE = 3, 0.25

_IRREGULAR = 0.08
_ALIKE = 0.4
_BEATS_NEEDED = 6
_P_LEADS = [LEADS.index(lead) for lead in ("I", "II", "V1")]
_P_BAND = butter(2, (1.0, 20.0), "bandpass", fs=SAMPLING_RATE_HZ, output="sos")
_P_BEFORE_R = int(0.30 * SAMPLING_RATE_HZ)  # samples; the P wave ends before the QRS, and at least 80 ms before R
_P_END = int(0.08 * SAMPLING_RATE_HZ)
_QRS_MARGIN = int(0.02 * SAMPLING_RATE_HZ)


@dataclass(frozen=True)
class Rhythm:
    """What the signal says of the rhythm.

    spikes : how many of the `beats` have a pacing spike before them.
    irregularity : median change from one RR interval to the next, of the median RR interval; None: too few beats.
    p_likeness : median correlation of what precedes the QRS between any two beats, -1 to 1; None: too few beats.
    """

    beats: int
    spikes: int
    irregularity: float | None
    p_likeness: float | None

    @property
    def paced(self) -> bool:
        return self.spikes >= max(_PACED_BEATS, _PACED_SHARE * self.beats)

    @property
    def fibrillation_suspected(self) -> bool:
        return (
            self.irregularity is not None
            and self.p_likeness is not None
            and self.irregularity >= _IRREGULAR
            and self.p_likeness < _ALIKE
        )


def rhythm(analysis: Analysis) -> Rhythm:
    """Look for pacing spikes, irregular ventricles and P waves in an analysed recording."""
    recording = analysis.recording
    r_s = np.array([beat.r_s for beat in analysis.beats])
    return Rhythm(
        beats=len(r_s),
        spikes=_spikes(recording.signal_mv, recording.sampling_rate_hz, r_s),
        irregularity=_irregularity(r_s),
        p_likeness=_p_likeness(analysis),
    )


def _sharpness(signal_mv: Signal, reach: int) -> NDArray[np.float32]:
    """How far each sample of a (12, T) signal stands out from those `reach` beside it, in parts of the leads' height.

    (T,), the root mean square over the independent leads in which anything moves.
    """
    leads = signal_mv[INDEPENDENT]
    ordered = np.sort(leads, axis=1)
    length = ordered.shape[1]
    height = ordered[:, int(0.995 * length)] - ordered[:, int(0.005 * length)]
    moving = height > 0
    out = np.zeros(length, dtype=np.float32)
    if moving.any() and length > 2 * reach:
        leads = leads[moving] / height[moving, None]
        before, after = (leads[:, reach:-reach] - beside for beside in (leads[:, : -2 * reach], leads[:, 2 * reach :]))
        tip = np.where(before * after > 0, np.minimum(np.abs(before), np.abs(after)), 0)
        out[reach:-reach] = np.sqrt((tip**2).mean(axis=0))
    return out


def _spikes(signal_mv: Signal, sampling_rate_hz: float, r_s: NDArray[np.float64]) -> int:
    """Before how many beats a pacing spike stands, all about as far before R; r_s: R peaks in seconds."""
    if sampling_rate_hz < _SPIKE_RATE_HZ:
        return 0

    def samples(ms: float) -> int:
        return round(ms * sampling_rate_hz / 1000)

    sharp = _sharpness(signal_mv, samples(_SPIKE_MS))
    r_peaks = np.minimum(np.round(r_s * sampling_rate_hz).astype(np.intp), sharp.size - 1)
    first, last = (samples(ms) for ms in _SPIKE_SPAN_MS)
    low, high = (samples(ms) for ms in _QRS_SPAN_MS)
    tips, before_r, of_qrs = [], [], []
    for i, r in enumerate(r_peaks):
        start = max(0, r - first, r_peaks[i - 1] + high if i else 0)
        if start < r - last:
            tip = int(sharp[start : r - last].argmax()) + start
            tips.append(sharp[tip])
            before_r.append(r - tip)
            of_qrs.append(sharp[max(0, r - low) : r + high].max())
    if not tips:
        return 0
    noise = np.percentile(sharp, 95)
    least = max(_LEAST_SPIKE, _OVER_QRS * float(np.median(of_qrs)), _OVER_NOISE * float(noise))
    found = np.array(before_r)[np.array(tips) > least]
    return max((int((np.abs(found - one) <= samples(_SPIKE_JITTER_MS)).sum()) for one in found), default=0)


def _irregularity(r_s: NDArray[np.float64]) -> float | None:
    if len(r_s) < _BEATS_NEEDED:
        return None
    rr_s = np.diff(r_s)
    return float(np.median(np.abs(np.diff(rr_s))) / np.median(rr_s))


def _p_likeness(analysis: Analysis) -> float | None:
    """Median over pairs of beats of the correlation, over I, II and V1, of the 300 ms before R without the QRS.

    Left out are premature beats and those of another shape: what precedes them is not the usual P wave.
    """
    ends = ("", "first: begins before the recording", "last: ends after the recording")
    r_peaks = [beat.r for beat in analysis.beats if beat.reason in ends and beat.r >= _P_BEFORE_R]
    if len(r_peaks) < _BEATS_NEEDED - 2:
        return None
    onsets = [
        beat.r - waves.qrs_onset
        for beat, waves in zip(analysis.beats, analysis.waves, strict=True)
        if beat.usable and waves.qrs_onset is not None
    ]
    until = max(_P_END, int(np.median(onsets)) + _QRS_MARGIN if onsets else 0)
    leads = sosfiltfilt(_P_BAND, analysis.network_mv[_P_LEADS], axis=-1)
    cuts = np.stack([leads[:, r - _P_BEFORE_R : r - until] for r in r_peaks])  # (beats, 3, samples)
    line = np.linspace(-1, 1, cuts.shape[-1])
    cuts -= cuts.mean(axis=-1, keepdims=True)
    cuts -= (cuts @ line / (line @ line))[..., None] * line  # no credit for a slope, such as the end of a T wave
    flat = cuts.reshape(len(cuts), -1)
    size = np.linalg.norm(flat, axis=1, keepdims=True)
    unit = flat / np.where(size > 0, size, 1)
    return float(np.median((unit @ unit.T)[np.triu_indices(len(unit), 1)]))
