"""Descriptions of the figures for those who do not see them, computed from this patient."""

import numpy as np

from lvm.analysis import Analysis
from lvm.estimate import Estimate
from lvm.recording import LEADS
from lvm.show.beat import boundary_names, shown
from lvm.show.quality import marks
from lvm.show.words import best, interval_name, limit_g, number, span, usable


def ecg(analysis: Analysis, beat: int | None, layout: str, gain: float) -> str:
    m, _ = best(analysis)
    text = (
        f"12-lead ECG on millimetre paper, {layout}, 25 mm/s, {gain:g} mm/mV. Rate {number(m.heart_rate_bpm, '/min')}, "
        f"PR {number(m.pr_interval_ms, 'ms')}, QRS {number(m.qrs_duration_ms, 'ms')}, "
        f"QT {number(m.qt_interval_ms, 'ms')}, QRS axis {number(m.qrs_axis_deg, '°')}. {usable(analysis)}."
    )
    return text if beat is None else f"{text} Beat {beat + 1} is chosen and shaded."


def beat(analysis: Analysis, index: int | None) -> str:
    """Of one beat, or of the average of the usable ones if None."""
    one = shown(analysis, index)
    high, low = (np.unravel_index(at, one.mv.shape) for at in (one.mv.argmax(), one.mv.argmin()))
    marks = one.marks_ms
    over = "the other usable beats" if index is not None else "these beats"
    uncertain = f" Uncertain: {boundary_names(one.waves.uncertain)}." if one.waves.uncertain else ""
    return (
        f"{one.name} in 12 leads over {over}. Highest {one.mv[high]:.2f} mV in {LEADS[high[0]]}, "
        f"lowest {number(float(one.mv[low]), 'mV', 2)} in {LEADS[low[0]]}. "
        f"From R: P from {number(marks['p_onset_s'], 'ms')}, "
        f"QRS {number(marks['qrs_onset_s'])} to {number(marks['qrs_offset_s'], 'ms')}, "
        f"T ends at {number(marks['t_offset_s'], 'ms')}.{uncertain}"
    )


def mass(estimate: Estimate) -> str:
    if estimate.lvm_g is None:
        return "No estimate."
    against = marks(estimate)
    against = f" ({against})" if against else ""
    text = f"LV mass {estimate.lvm_g:.0f} g{against}, {interval_name(estimate)} {span(estimate.interval_g)}"
    limit = limit_g(estimate)
    return f"{text}; limit for this body size {limit:.0f} g." if limit is not None else f"{text}."
