"""Whether samples in millivolts can be an ECG: a unit taken wrongly by a factor of 1000 must not pass.

The measure is how far the QRS reaches: the largest excursion of a lead within 100 ms in each second, its median over
the seconds, and of that the median over the leads in which anything moves. In 350 PTB-XL records it
is 0.3 to 3 mV.
"""

import numpy as np

from lvm.errors import DamagedFileError
from lvm.language import mark, said
from lvm.recording import Recording, Signal

REFUSED_MV = (0.02, 30.0)


def checked(recording: Recording) -> Recording:
    """The recording as it is. Raises DamagedFileError where its amplitudes are those of no heart."""
    if not np.isfinite(recording.signal_mv).all():
        raise DamagedFileError(
            said("The file holds samples that are no numbers. Export the ECG again from the source.")
        )
    reach_mv = qrs_reach_mv(recording.signal_mv, recording.sampling_rate_hz)
    low, high = REFUSED_MV
    if reach_mv is None or low <= reach_mv <= high:
        return recording
    small = mark(
        "The QRS complexes would be about {reach_mv:.2g} mV high, far too small for a heart. The likely cause is a "
        "wrong unit or gain in the file, such as microvolts stated for what are millivolts. Export the ECG again, or "
        "correct its unit."
    )
    tall = mark(
        "The QRS complexes would be about {reach_mv:.2g} mV high, far too tall for a heart. The likely cause is a "
        "wrong unit or gain in the file, such as millivolts stated for what are microvolts. Export the ECG again, or "
        "correct its unit."
    )
    raise DamagedFileError(said(tall if reach_mv > high else small, reach_mv=reach_mv))


def qrs_reach_mv(signal_mv: Signal, sampling_rate_hz: float) -> float | None:
    """How far the QRS reaches in a (12, T) signal, in mV; None where no lead moves."""
    width = max(2, round(0.1 * sampling_rate_hz))
    seconds = signal_mv.shape[1] // (10 * width)
    if not seconds:
        return None
    whole, starts = signal_mv[:, : seconds * 10 * width], np.arange(0, seconds * 10 * width, width)
    excursion = np.maximum.reduceat(whole, starts, axis=1) - np.minimum.reduceat(whole, starts, axis=1)
    reach = np.median(excursion.reshape(len(signal_mv), seconds, 10).max(axis=2), axis=1)
    moving = reach[reach > 0]
    return float(np.median(moving)) if moving.size else None
