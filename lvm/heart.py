"""What the criteria of left-ventricular hypertrophy look at, and how they name waves: "SV1" is the S wave of V1."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from lvm.measure import Amplitudes, Timing
from lvm.recording import LEADS, LIMB, Sex


@dataclass(frozen=True)
class Doubt:
    """Why criteria are not judged: a sentence. leads : only those that rest on one of them; empty where it is all."""

    what: str
    leads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heart:
    """None is unknown.

    bandwidth_hz : of the samples that the voltages were measured on; unknown is held to be enough.
    fibrillating : the atria do, so that there is no P wave, whatever was measured.
    """

    amplitudes: Amplitudes
    qrs_duration_ms: float | None
    sex: Sex
    qrs_axis_deg: float | None = None
    timing: Timing | None = None
    bandwidth_hz: float | None = None
    fibrillating: bool = False
    doubts: tuple[Doubt, ...] = ()

    def without(self, leads: tuple[str, ...]) -> "Heart":
        """The same with what some leads show unknown."""
        return replace(
            self,
            amplitudes=self.amplitudes.without(leads),
            timing=self.timing and self.timing.without(leads),
            qrs_axis_deg=None if set(leads) & set(LIMB) else self.qrs_axis_deg,
        )


class Measured(NamedTuple):
    """A number and the waves, or leads, it rests on."""

    value: float | None
    waves: tuple[str, ...]


def wave_mv(heart: Heart, wave: str) -> float | None:
    """An R or S by its name."""
    return (heart.amplitudes.r if wave[0] == "R" else heart.amplitudes.s).get(wave[1:])


def in_leads(wave: str, leads: tuple[str, ...] = LEADS) -> tuple[str, ...]:
    """'SI', 'SII', ...: a wave in each of some leads."""
    return tuple(wave + lead for lead in leads)


def largest(heart: Heart, *waves: str) -> Measured:
    """The largest of some waves; one that is unknown, where there is one: then nobody knows which is the largest."""
    mv = {wave: wave_mv(heart, wave) for wave in waves}
    unknown = [wave for wave in waves if mv[wave] is None]
    found = unknown[0] if unknown else max(waves, key=lambda wave: mv[wave] or 0.0)
    return Measured(mv[found], (found,))
