"""Simulated patients to try the application with, each a GE MUSE file: computed here, no recording of anybody."""

from dataclasses import dataclass, replace

from lvm.cohort.muse import write_muse
from lvm.cohort.simulate import Heart, simulate, true_measurements
from lvm.language import mark, said
from lvm.recording import Measurements, Patient

_SAMPLING_RATE_HZ = 500.0
_ORIGIN = mark("It was computed by this project and is no recording of a person.")


@dataclass(frozen=True)
class Example:
    """One simulated patient. Where `device` is False the file carries no axes and intervals, as some files do."""

    key: str
    label: str
    description: str
    patient: Patient
    heart: Heart
    device: bool = True

    def data(self) -> bytes:
        """The ECG as a GE MUSE XML file: 10 s, 500 Hz."""
        simulated = simulate(self.heart, sampling_rate_hz=_SAMPLING_RATE_HZ)
        device = true_measurements(self.heart) if self.device else Measurements()
        return write_muse(simulated.signal_mv, _SAMPLING_RATE_HZ, self.patient, device, f"{self.label}. {_ORIGIN}")


_WOMAN = Heart(
    heart_rate_bpm=72,
    pr_interval_ms=150,
    qrs_duration_ms=86,
    qtc_ms=415,
    qrs_gain=0.95,
    qrs_axis_deg=54,
    t_amplitude_mv=0.17,
    t_anterior_mv=0.22,
    seed=2,
)

EXAMPLES: tuple[Example, ...] = (
    Example(
        "normal-man",
        mark("Simulated: normal ECG, man of 52"),
        said(
            "Normal voltages and intervals, and a file that carries everything the estimate uses. {origin}",
            origin=_ORIGIN,
        ),
        Patient("male", 52, 174, 76),
        Heart(seed=1),
    ),
    Example(
        "normal-woman",
        mark("Simulated: normal ECG, woman of 47"),
        said(
            "Normal voltages in a file without axes and QRS duration, which are then computed from the signal. "
            "{origin}",
            origin=_ORIGIN,
        ),
        Patient("female", 47, 162, 58),
        _WOMAN,
        device=False,
    ),
    Example(
        "lvh-man",
        mark("Simulated: LV hypertrophy voltage with secondary ST-T change, man of 63"),
        said(
            "Tall R in I, aVL and V5, deep S in V1 to V3, a QRS of 104 ms, and ST-T opposite to the QRS in the lateral "
            "leads: Sokolow-Lyon and Cornell are met. {origin}",
            origin=_ORIGIN,
        ),
        Patient("male", 63, 172, 84),
        Heart(
            heart_rate_bpm=68,
            pr_interval_ms=172,
            qrs_duration_ms=104,
            qtc_ms=425,
            qrs_gain=1.8,
            qrs_axis_deg=0,
            t_amplitude_mv=0.10,
            t_anterior_mv=0.25,
            strain_mv=0.30,
            seed=3,
        ),
    ),
    Example(
        "premature-woman",
        mark("Simulated: ventricular premature beats, woman of 69, height unknown"),
        said(
            "Two ventricular premature beats, which are found and left out, and a file without the height, which must "
            "be entered or is imputed. {origin}",
            origin=_ORIGIN,
        ),
        Patient("female", 69, None, 71),
        replace(_WOMAN, heart_rate_bpm=70, qrs_gain=0.95, qrs_axis_deg=35, premature_beats=(3, 8), seed=4),
        device=False,
    ),
)
