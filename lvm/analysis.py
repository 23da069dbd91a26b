"""From a Recording to everything that is known about it before any estimate: beats, waves, measurements, quality."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lvm import beats, clean, measure, segmenter, waves
from lvm.beats import Beat, BeatWindow
from lvm.measure import Amplitudes, Timing
from lvm.quality import USABLE_BEATS_NEEDED, Quality, judge
from lvm.recording import Measurements, Recording, Signal
from lvm.segmenter import Shares
from lvm.waves import Span, Waves

if TYPE_CHECKING:
    from lvm.net.segmenter import Segmenter
    from lvm.rhythm import Rhythm

__all__ = ["USABLE_BEATS_NEEDED", "Analysis", "Delineation", "analyse", "delineate"]


@dataclass(frozen=True, eq=False)
class Analysis:
    """All stages before the estimate. Samples and boundaries are at 500 Hz from the recording's first sample."""

    recording: Recording
    cleaned_mv: Signal  # (12, T), 0.5-150 Hz
    network_mv: Signal  # (12, T), 0.5-40 Hz
    beats: tuple[Beat, ...]
    waves: tuple[Waves, ...]
    average_waves: Waves  # of the average of the usable beats, R at sample BEFORE_R of its window
    chosen: int | None
    chosen_reason: str
    measured: Measurements
    timing: Timing
    amplitudes: Amplitudes | None
    flat_leads: tuple[str, ...]
    quality: Quality

    @property
    def r_peaks(self) -> NDArray[np.intp]:
        return np.array([beat.r for beat in self.beats], dtype=np.intp)

    @cached_property
    def rhythm(self) -> "Rhythm":
        """Looked for once, when first asked about: every estimate asks."""
        from lvm.rhythm import rhythm

        return rhythm(self)

    def window(self, index: int) -> BeatWindow:
        """Beat `index` as the network sees it: (12, 450) mV."""
        return beats.window(self.network_mv, self.r_peaks, index)

    def average(self) -> Signal | None:
        """The median of the usable beats: (12, 450) mV, None without any."""
        usable = [self.window(i).mv for i, beat in enumerate(self.beats) if beat.usable]
        return np.median(usable, axis=0).astype(np.float32) if usable else None


@dataclass(frozen=True, eq=False)
class Delineation:
    """The signals and where their beats and waves are; see Analysis."""

    cleaned_mv: Signal
    network_mv: Signal
    beats: tuple[Beat, ...]
    waves: tuple[Waves, ...]
    average_waves: Waves


def delineate(recording: Recording, nets: "Sequence[Segmenter] | None" = None) -> Delineation:
    """Find the beats of a recording and their waves.

    nets : the networks that find the waves; by default those in use, see lvm.segmenter.
    """
    cleaned = clean.clean(recording.signal_mv, recording.sampling_rate_hz)
    network = clean.network_band(cleaned)
    shares = segmenter.wave_shares(cleaned, nets)
    qrs, r_peaks = _qrs_and_r(network, shares)
    marked = waves.delineate(shares, qrs, (~beats.premature(r_peaks)).tolist())
    found = beats.find_beats(network, r_peaks, [of_beat.t_offset for of_beat in marked])
    usable = [beat.r for beat in found if beat.usable]
    return Delineation(cleaned, network, found, marked, waves.average(shares, usable) if usable else Waves())


def _qrs_and_r(network_mv: Signal, shares: Shares) -> tuple[tuple[Span, ...], NDArray[np.intp]]:
    """The QRS complexes and their R peaks."""
    candidates = waves.find_qrs(shares)
    peaks = beats.find_r_peaks(network_mv, [(round(span.onset), round(span.offset)) for span in candidates])
    qrs = tuple(span for span, r in zip(candidates, peaks, strict=True) if r is not None)
    return qrs, np.array([r for r in peaks if r is not None], dtype=np.intp)


def analyse(recording: Recording, nets: "Sequence[Segmenter] | None" = None) -> Analysis:
    """Delineate and measure a recording. Never fails on a valid Recording: see `quality`. nets : see delineate."""
    d = delineate(recording, nets)
    of_beats = d.cleaned_mv, d.beats, d.waves
    chosen, reason = beats.choose(d.beats)
    amplitudes, measured = measure.amplitudes(*of_beats), measure.measure(*of_beats)
    flat = beats.flat_leads(d.network_mv)
    return Analysis(
        recording=recording,
        cleaned_mv=d.cleaned_mv,
        network_mv=d.network_mv,
        beats=d.beats,
        waves=d.waves,
        average_waves=d.average_waves,
        chosen=chosen,
        chosen_reason=reason,
        measured=measured,
        timing=measure.timing(*of_beats),
        amplitudes=amplitudes,
        flat_leads=flat,
        quality=judge(recording, d.cleaned_mv, d.network_mv, d.beats, flat, amplitudes, measured),
    )
