"""What a file turns into: a Recording, whatever its dialect."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lvm.language import mark

Sex = Literal["male", "female"]
SEXES: tuple[Sex, ...] = ("male", "female")
Finding = Literal["paced rhythm", "bundle branch block", "atrial fibrillation"]
Signal = NDArray[np.float32]

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
LIMB, PRECORDIAL = LEADS[:6], LEADS[6:]

# Keyed by the number of groups. Two: by electrical orientation. Four: by coronary territory (Pan 2026).
LEAD_GROUPS: dict[int, dict[str, tuple[str, ...]]] = {
    1: {"all": LEADS},
    2: {mark("limb"): LIMB, mark("precordial"): PRECORDIAL},
    4: {
        mark("anterior"): ("V1", "V2", "V3", "V4"),
        mark("lateral"): ("I", "aVL", "V5", "V6"),
        mark("inferior"): ("II", "III", "aVF"),
        "aVR": ("aVR",),
    },
}


@dataclass(frozen=True)
class Patient:
    """Who the ECG belongs to, as far as the estimate needs to know. No name, no identifier, no birth date."""

    sex: Sex | None = None
    age_years: float | None = None
    height_cm: float | None = None
    weight_kg: float | None = None


@dataclass(frozen=True)
class Measurements:
    """Axes and intervals of a whole recording. Axes in degrees, frontal plane, -180..180; None is unknown."""

    p_axis_deg: float | None = None
    qrs_axis_deg: float | None = None
    t_axis_deg: float | None = None
    heart_rate_bpm: float | None = None
    pr_interval_ms: float | None = None
    qrs_duration_ms: float | None = None
    qt_interval_ms: float | None = None


@dataclass(frozen=True)
class Typed(Patient):
    """What the user typed in, to go before the file's and our own values; None is not typed. Axes in degrees."""

    p_axis_deg: float | None = None
    qrs_axis_deg: float | None = None
    t_axis_deg: float | None = None
    qrs_duration_ms: float | None = None


@dataclass(frozen=True, eq=False)
class RepresentativeBeat:
    """The beat that the device made out of all beats of the recording: (12, T) mV, rows in the order of LEADS."""

    signal_mv: Signal
    sampling_rate_hz: float


@dataclass(frozen=True, eq=False)
class Recording:
    """One resting 12-lead ECG.

    signal_mv : (12, T) float32, millivolts, rows in the order of LEADS, at the file's own rate.
    device : what the electrocardiograph measured; unknown values are None.
    derived_leads : leads computed from I and II because the file does not store them.
    acquired_at : ISO 8601, local time of the device, or None.
    pacemaker : True or False where the file says so, else None.
    findings : what the file's statements say of the rhythm and conduction, as far as an estimate depends on it.
    representative : the device's own beat, None where the file has none.
    warnings : sentences for the user about what was odd in the file.
    left_out : kinds of identifying facts that the file holds and that were not kept, such as "name"; see
        lvm.read.receipt.
    low_pass_hz : the low-pass filter that the samples went through, as the file says; None where it says nothing.
    """

    signal_mv: Signal
    sampling_rate_hz: float
    format: str
    version: str | None
    patient: Patient = field(default_factory=Patient)
    device: Measurements = field(default_factory=Measurements)
    derived_leads: tuple[str, ...] = ()
    acquired_at: str | None = None
    pacemaker: bool | None = None
    findings: tuple[Finding, ...] = ()
    representative: RepresentativeBeat | None = None
    warnings: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    low_pass_hz: float | None = None

    @property
    def duration_s(self) -> float:
        return float(self.signal_mv.shape[1] / self.sampling_rate_hz)

    @property
    def bandwidth_hz(self) -> float:
        """Up to which frequency the samples hold the signal: the smaller of low_pass_hz and two fifths of the rate."""
        carried_hz = self.sampling_rate_hz * 2 / 5  # half is the limit, and the filter before the converter needs room
        return carried_hz if self.low_pass_hz is None else min(carried_hz, self.low_pass_hz)
