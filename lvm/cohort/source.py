"""A recording to start from, whoever made it."""

import math
from dataclasses import dataclass

from lvm.analysis import USABLE_BEATS_NEEDED, Analysis
from lvm.criteria import CRITERIA, Heart
from lvm.recording import Sex
from lvm.scope import QRS_LIMIT_MS


@dataclass(frozen=True)
class Origin:
    """Where recordings come from, and on what terms."""

    name: str
    attribution: str
    licence: str


@dataclass(frozen=True, eq=False)
class Source:
    """One recording: whose it is (for grouped folds), the sex (None serves both), diagnostic codes and analysis.

    age_years is None where it is not known.
    """

    patient: str
    sex: Sex | None
    codes: frozenset[str]
    analysis: Analysis
    origin: Origin
    age_years: float | None = None

    @property
    def normal(self) -> bool:
        return "NORM" in self.codes

    @property
    def coded_lvh(self) -> bool:
        return bool(self.codes & {"LVH", "VCLVH"})


def criteria_of(analysis: Analysis, sex: Sex) -> dict[str, float]:
    """The value of every criterion of LV hypertrophy by its name; NaN where it is not known."""
    if analysis.amplitudes is None:
        return dict.fromkeys((c.name for c in CRITERIA), math.nan)
    m = analysis.measured
    heart = Heart(analysis.amplitudes, m.qrs_duration_ms, sex, m.qrs_axis_deg, analysis.timing)
    values = {c.name: c.value(heart)[0] for c in CRITERIA}
    return {name: math.nan if value is None else value for name, value in values.items()}


def usable(analysis: Analysis) -> bool:
    """Whether a recording can be changed and then still pass as one that the estimate is for."""
    beats = zip(analysis.beats, analysis.waves, strict=True)
    whole = sum(beat.usable and w.qrs_onset is not None and w.t_onset is not None for beat, w in beats)
    found, qrs_ms = analysis.rhythm, analysis.measured.qrs_duration_ms
    axes = analysis.measured.qrs_axis_deg, analysis.measured.t_axis_deg
    return (
        whole >= USABLE_BEATS_NEEDED
        and analysis.amplitudes is not None
        and analysis.amplitudes.t is not None
        and qrs_ms is not None
        and qrs_ms < QRS_LIMIT_MS
        and None not in axes
        and not analysis.quality.grave
        and not found.paced
        and not found.fibrillation_suspected
    )
