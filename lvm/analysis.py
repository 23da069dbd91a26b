"""From a Recording to everything that is known about it before any estimate: beats, waves, measurements, quality."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm import beats, clean, measure, waves
from lvm.beats import Beat, BeatWindow
from lvm.measure import Amplitudes, Timing
from lvm.quality import USABLE_BEATS_NEEDED, Quality, judge
from lvm.recording import Measurements, Recording, Signal
from lvm.waves import Waves

__all__ = ["USABLE_BEATS_NEEDED", "Analysis", "analyse"]


@dataclass(frozen=True, eq=False)
class Analysis:
    """All stages before the estimate. Samples and boundaries are at 500 Hz from the recording's first sample."""

    recording: Recording
    cleaned_mv: Signal  # (12, T), 0.5-150 Hz
    network_mv: Signal  # (12, T), 0.5-40 Hz
    beats: tuple[Beat, ...]
    waves: tuple[Waves, ...]
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

    def window(self, index: int) -> BeatWindow:
        """Beat `index` as the network sees it: (12, 450) mV."""
        return beats.window(self.network_mv, self.r_peaks, index)


def analyse(recording: Recording) -> Analysis:
    """Run clean, beats, waves and measure on a recording. Never fails on a valid Recording: see `quality`."""
    cleaned = clean.clean(recording.signal_mv, recording.sampling_rate_hz)
    network = clean.network_band(cleaned)
    found = beats.find_beats(network)
    marked = waves.delineate(cleaned, np.array([beat.r for beat in found], dtype=np.intp))
    chosen, reason = beats.choose(found)
    amplitudes = measure.amplitudes(cleaned, found, marked)
    measured = measure.measure(cleaned, found, marked)
    flat = beats.flat_leads(network)
    return Analysis(
        recording,
        cleaned,
        network,
        found,
        marked,
        chosen,
        reason,
        measured,
        measure.timing(cleaned, found, marked),
        amplitudes,
        flat,
        judge(recording, cleaned, network, found, flat, amplitudes, measured),
    )
