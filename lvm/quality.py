"""Whether an estimate may rest on the signal, and what is wrong with it: which lead, what, and what follows.

quality_lead.py looks at every lead by itself, electrodes.py at the leads against each other, this file at the whole:
height, number of beats, heart rate, and beats too much alike. An issue that withholds the estimate is one that real,
usable recordings do not show; what only may harm is a note.
"""

from dataclasses import dataclass

import numpy as np

from lvm import electrodes, quality_lead
from lvm.beats import Beat
from lvm.language import said
from lvm.measure import Amplitudes
from lvm.quality_issue import Issue
from lvm.quality_lead import MedianBeat
from lvm.recording import Measurements, Recording, Signal

__all__ = ["USABLE_BEATS_NEEDED", "Issue", "Quality", "height", "judge"]

USABLE_BEATS_NEEDED = 3
QRS_MV = (0.2, 10.0)  # what the tallest lead's QRS may measure from R to S; 0.9 to 6.5 in PTB-XL
RATE_BPM = (20.0, 230.0)
RATES_DIFFER, RATES_CONTRADICT = 1.15, 1.25  # ratio; at most 1.03 in 107 of 110 files (LUDB, seven devices)
# By how much beats differ in most leads, absolutely and of the QRS. A simulator's file: 0.002; patients: 0.010 or more
_REPEATED_MV, _REPEATED = 0.0025, 0.005


@dataclass(frozen=True)
class Quality:
    """What is wrong with a recording, the gravest first."""

    issues: tuple[Issue, ...]

    @property
    def grave(self) -> tuple[str, ...]:
        """What the estimate is withheld for."""
        return tuple(issue.what for issue in self.issues if issue.affects_estimate)

    @property
    def usable(self) -> bool:
        return not self.grave


def judge(
    recording: Recording,
    cleaned_mv: Signal,
    network_mv: Signal,
    found: tuple[Beat, ...],
    flat: tuple[str, ...],
    amplitudes: Amplitudes | None,
    measured: Measurements,
) -> Quality:
    """All that is wrong with a recording, from its own samples and from the (12, T) signals at 500 Hz.

    flat : leads without a signal, see lvm.beats.flat_leads.

    What withholds the estimate comes first, and of that the causes before what follows from them.
    """
    median = quality_lead.median_beat(network_mv, found, USABLE_BEATS_NEEDED)
    any_beat = median or quality_lead.median_beat(network_mv, found, USABLE_BEATS_NEEDED, usable_only=False)

    disagree = electrodes.limb_leads_that_disagree(network_mv, recording.derived_leads, flat)
    swapped = electrodes.limb_electrodes(median) if median and not disagree else []
    explained = {lead for issue in swapped for lead in issue.leads}
    hidden = quality_lead.hidden(any_beat, flat) if any_beat else []
    doubtful = {*flat, *(lead for issue in hidden for lead in issue.leads)}
    noisy = quality_lead.noisy(median, doubtful) if median else []
    gain = electrodes.chest_gain(median, flat) if median else []
    doubtful |= {lead for issue in (*noisy, *gain) for lead in issue.leads}

    issues = quality_lead.no_signal(tuple(lead for lead in flat if lead not in explained))
    issues += electrodes.copies(cleaned_mv, flat)
    issues += disagree
    issues += swapped
    issues += quality_lead.interrupted(recording, flat)
    issues += quality_lead.clipped(recording)
    issues += height(amplitudes)
    issues += gain
    issues += electrodes.chest_order(median, doubtful) if median else []
    issues += hidden
    issues += noisy
    issues += _rate(recording.device.heart_rate_bpm, measured.heart_rate_bpm)
    issues += _too_few(found)
    issues += quality_lead.hum(cleaned_mv, network_mv, found)
    issues += quality_lead.baseline(recording)
    issues += _repeated(median)
    return Quality(tuple(sorted(issues, key=lambda issue: not issue.affects_estimate)))


def height(amplitudes: Amplitudes | None) -> list[Issue]:
    """A wrong unit or gain of all leads."""
    if amplitudes is None:
        return []
    tallest = max(amplitudes.r, key=lambda lead: amplitudes.r[lead] + amplitudes.s[lead])
    height_mv = amplitudes.r[tallest] + amplitudes.s[tallest]
    if QRS_MV[0] <= height_mv <= QRS_MV[1]:
        return []
    what = said(
        "The tallest QRS, in {tallest}, is {mv:.3g} mV high: check the unit and the gain.",
        tallest=tallest,
        mv=height_mv,
    )
    return [Issue(what, (tallest,), True)]


def _rate(device_bpm: float | None, measured_bpm: float | None) -> list[Issue]:
    """The beats found here against the device's, and against any heart's."""
    if measured_bpm is None:
        return []
    if device_bpm is not None and device_bpm > 0:
        ratio = max(measured_bpm / device_bpm, device_bpm / measured_bpm)
        if ratio > RATES_DIFFER:
            what = said(
                "The beats found make {ours:.0f}/min, the device counted {device:.0f}/min: a wrong sampling rate, or "
                "beats missed or counted twice.",
                ours=measured_bpm,
                device=device_bpm,
            )
            return [Issue(what, (), ratio > RATES_CONTRADICT)]
    if not RATE_BPM[0] <= measured_bpm <= RATE_BPM[1]:
        what = said(
            "The beats found make {ours:.0f}/min: the sampling rate is wrong, or these are no heartbeats.",
            ours=measured_bpm,
        )
        return [Issue(what, (), True)]
    return []


def _too_few(found: tuple[Beat, ...]) -> list[Issue]:
    usable = sum(beat.usable for beat in found)
    if usable >= USABLE_BEATS_NEEDED:
        return []
    what = said(
        "Only {usable} of {detected} detected beats can be used; at least {needed} are needed.",
        usable=usable,
        detected=len(found),
        needed=USABLE_BEATS_NEEDED,
    )
    return [Issue(what, (), True)]


def _repeated(median: MedianBeat | None) -> list[Issue]:
    if median is None:
        return []
    differ_mv = max(np.median(median.spread_mv), np.median(median.qrs_spread_mv))
    if differ_mv >= min(_REPEATED_MV, _REPEATED * np.median(median.qrs_mv)):
        return []
    what = said("All beats are exactly alike: one beat repeated, or a simulator, not a heart's rhythm.")
    return [Issue(what, (), False)]
