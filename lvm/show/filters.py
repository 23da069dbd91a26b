"""Which signal the ECG paper shows: one of the bands that lvm.clean makes, or the file's samples as they are."""

from typing import Literal

import numpy as np

from lvm.analysis import Analysis
from lvm.clean import SAMPLING_RATE_HZ, diagnostic_band, resample
from lvm.language import mark, tr
from lvm.recording import Recording, Signal
from lvm.show.words import number

Filter = Literal["0.5–150", "0.05–150", "0.5–40", "None"]  # Hz
NONE: Filter = mark("None")  # type: ignore[assignment]
FILTERS: tuple[Filter, ...] = ("0.5–150", "0.05–150", "0.5–40", NONE)
_UPPER_EDGE_HZ: dict[Filter, float] = {"0.5–150": 150, "0.05–150": 150, "0.5–40": 40}


def filtered(analysis: Analysis, name: Filter) -> Signal:
    """(12, T) mV at 500 Hz, in step with the analysis.

    Unfiltered leads are moved up or down so that half of their samples lie on each side of zero, for electrode offsets
    can be many times as large as the ECG.
    """
    if name == "0.5–150":
        return analysis.cleaned_mv
    if name == "0.5–40":
        return analysis.network_mv
    recorded = analysis.recording.signal_mv, analysis.recording.sampling_rate_hz
    if name == "0.05–150":
        return diagnostic_band(*recorded)
    signal = resample(*recorded)
    return signal - np.median(signal, axis=1, keepdims=True)


def stated(recording: Recording, name: Filter) -> str:
    """The filter as the paper's foot says it, and what the file itself does not hold of it."""
    if name != NONE:
        text = f"{name} Hz"
    elif recording.sampling_rate_hz == SAMPLING_RATE_HZ:
        text = tr("no filter added, leads centred")
    else:
        text = tr("no filter added, leads centred, resampled to {hz}", hz=number(SAMPLING_RATE_HZ, "Hz"))
    if recording.bandwidth_hz >= _UPPER_EDGE_HZ.get(name, np.inf):
        return text
    return tr("{filter} (file: up to {hz})", filter=text, hz=number(recording.bandwidth_hz, "Hz"))
