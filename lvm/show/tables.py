"""Tables as the pages show them: pandas, every cell a text with its unit, "–" where nothing is known."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lvm.analysis import Analysis
from lvm.estimate import Estimate
from lvm.recording import Measurements
from lvm.show.beat import marks_ms
from lvm.show.quality import marks
from lvm.show.words import UNKNOWN, input_name, interval_name, number, span
from lvm.waves import SEGMENTS

if TYPE_CHECKING:
    from lvm.explain import Explanation

_MEASURES = {
    "heart_rate_bpm": ("Rate", "/min"),
    "pr_interval_ms": ("PR interval", "ms"),
    "qrs_duration_ms": ("QRS duration", "ms"),
    "qt_interval_ms": ("QT interval", "ms"),
    "p_axis_deg": ("P axis", "°"),
    "qrs_axis_deg": ("QRS axis", "°"),
    "t_axis_deg": ("T axis", "°"),
}
_MARKS = {
    "p_onset_s": "P onset",
    "p_offset_s": "P offset",
    "qrs_onset_s": "QRS onset",
    "qrs_offset_s": "QRS offset",
    "t_onset_s": "T onset",
    "t_offset_s": "T offset",
}


def _qtc_ms(m: Measurements) -> float | None:
    """Fridericia: QT / RR^(1/3), RR in s."""
    if m.qt_interval_ms is None or not m.heart_rate_bpm:
        return None
    return float(m.qt_interval_ms / np.cbrt(60 / m.heart_rate_bpm))


def file_facts(analysis: Analysis) -> pd.DataFrame:
    r = analysis.recording
    pacemaker = {True: "reported", False: "none reported", None: UNKNOWN}[r.pacemaker]
    own = r.representative
    beat = (
        "none"
        if own is None
        else f"{number(own.signal_mv.shape[1] / own.sampling_rate_hz, 's', 1)} at {number(own.sampling_rate_hz, 'Hz')}"
    )
    rows = {
        "Format": r.format,
        "Version": r.version or UNKNOWN,
        "Sampling rate": number(r.sampling_rate_hz, "Hz"),
        "Duration": number(r.duration_s, "s", 1),
        "Recorded": (r.acquired_at or UNKNOWN).replace("T", " "),
        "Pacemaker": pacemaker,
        "Rhythm and conduction": ", ".join(r.findings) or "no pacing, block or fibrillation stated",
        "Leads computed from I and II": ", ".join(r.derived_leads) or "none",
        "Device’s representative beat": beat,
    }
    return pd.DataFrame({"Read from the file": rows.keys(), "Value": rows.values()})


def measurements(analysis: Analysis) -> pd.DataFrame:
    """The device's measurements beside ours."""
    device, ours = analysis.recording.device, analysis.measured
    rows = [
        (name, number(getattr(device, key), unit), number(getattr(ours, key), unit))
        for key, (name, unit) in _MEASURES.items()
    ]
    rows.insert(4, ("QTc, Fridericia", number(_qtc_ms(device), "ms"), number(_qtc_ms(ours), "ms")))
    return pd.DataFrame(rows, columns=["Measurement", "Device", "Computed here"])


def beats(analysis: Analysis, chosen: int | None) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    before: float | None = None
    for i, beat in enumerate(analysis.beats):
        rr = None if before is None else (beat.r_s - before) * 1000
        use = beat.reason or ("chosen" if i == chosen else "used")
        rows.append((i + 1, f"{beat.r_s:.2f} s", number(rr, "ms"), use))
        before = beat.r_s
    return pd.DataFrame(rows, columns=["Beat", "Time", "RR before", "Use"])


def boundaries(analysis: Analysis, index: int) -> pd.DataFrame:
    marks = marks_ms(analysis.waves[index], analysis.beats[index].r)
    rows = [(name, number(marks[key], "ms")) for key, name in _MARKS.items()]
    return pd.DataFrame(rows, columns=["Boundary", "From R"])


def models(estimates: dict[str, Estimate]) -> pd.DataFrame:
    """Several input sets on the same ECG, by name."""
    rows = [
        (
            name,
            ", ".join(filter(None, (number(e.lvm_g, "g"), marks(e)))),
            span(e.interval_g),
            number(e.lvmi_g_m2, "g/m²"),
            {True: "above", False: "not above", None: UNKNOWN}[e.above_limit],
        )
        for name, e in estimates.items()
    ]
    level = next((interval_name(e) for e in estimates.values() if e.interval_level), "Interval")
    return pd.DataFrame(rows, columns=["Model", "LV mass", level, "Index", "Limit"])


def criteria(estimate: Estimate) -> pd.DataFrame:
    rows = [
        (
            c.name,
            " + ".join(lead for lead in c.leads if lead != "QRS duration")
            + (" × QRS duration" if "QRS duration" in c.leads else ""),
            number(c.value, c.unit, 2 if c.unit == "mV" else 0),
            f"{'above' if c.above else '≥'} {number(c.threshold, c.unit, 1 if c.unit == 'mV' else 0)}",
            {True: "**met**", False: "not met", None: UNKNOWN}[c.met],
            c.source,
        )
        for c in estimate.criteria
    ]
    return pd.DataFrame(rows, columns=["Criterion", "Measured", "Value", "Met at", "Result", "Source"])


def importance(explanation: "Explanation") -> pd.DataFrame:
    """Segments by lead group: share of the map, in percent, with the totals of groups and segments."""
    share = {(cell.segment, cell.group): cell.share * 100 for cell in explanation.table}
    groups = list(dict.fromkeys(cell.group for cell in explanation.table))
    rows = [(s, [share[s, g] for g in groups]) for s in SEGMENTS]
    rows.append(("Total", [sum(share[s, g] for s in SEGMENTS) for g in groups]))
    text = [(name, *(number(v, "%", 1) for v in values), number(sum(values), "%", 1)) for name, values in rows]
    return pd.DataFrame(text, columns=["Segment", *(f"{g.capitalize()} leads" for g in groups), "Both"])


def importance_detail(explanation: "Explanation") -> pd.DataFrame:
    """One row a cell, with plain numbers: what the download holds."""
    return pd.DataFrame(
        [
            (
                c.segment,
                c.group,
                round(c.share * 100, 2),
                None if c.density is None else round(c.density, 4),
                round(c.grams, 2),
            )
            for c in explanation.table
        ],
        columns=["segment", "lead_group", "share_percent", "density", "grams"],
    )


def detail(explanation: "Explanation") -> pd.DataFrame:
    """Density and grams a cell, for reading."""
    rows = [
        (c.segment, c.group, number(c.share * 100, "%", 1), number(c.density, "", 2), number(c.grams, "g", 1))
        for c in explanation.table
    ]
    return pd.DataFrame(rows, columns=["Segment", "Leads", "Share", "Density", "Grams"])


def scalars(explanation: "Explanation") -> pd.DataFrame:
    rows = [(input_name(name), number(grams, "g", 1)) for name, grams in explanation.scalars]
    return pd.DataFrame(rows, columns=["Input", "Contribution"])
