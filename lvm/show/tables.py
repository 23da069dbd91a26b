"""Tables as the pages show them: pandas, every cell a text with its unit, "–" where nothing is known."""

from collections.abc import Mapping

import pandas as pd

from lvm.analysis import Analysis
from lvm.estimate import Estimate
from lvm.measure import INTRINSICOID_LEADS, Timing, qtc_bazett_ms, qtc_fridericia_ms
from lvm.recording import LEADS, Measurements
from lvm.show.beat import Shown, boundary_names
from lvm.show.quality import marks
from lvm.show.words import UNKNOWN, bandwidth, interval_name, number, span
from lvm.waves import BOUNDARIES

_MEASURES = {
    "pr_interval_ms": ("PR interval", "ms"),
    "qrs_duration_ms": ("QRS duration", "ms"),
    "qt_interval_ms": ("QT interval", "ms"),
}
_AXES = {
    "p_axis_deg": ("P axis", "°"),
    "qrs_axis_deg": ("QRS axis", "°"),
    "t_axis_deg": ("T axis", "°"),
}


_AMPLITUDES = {
    "p": "P",
    "q": "Q",
    "r": "R",
    "s": "S",
    "r_prime": "R′",
    "st_j": "ST at J",
    "st_j60": "ST at J + 60 ms",
    "t": "T",
}


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
        "Bandwidth": bandwidth(r),
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
    own = analysis.timing

    def both(measures: dict[str, tuple[str, str]]) -> list[tuple[str, str, str]]:
        return [
            (name, number(getattr(device, key), unit), number(getattr(ours, key), unit) + _doubt(analysis, key))
            for key, (name, unit) in measures.items()
        ]

    def qtc(m: Measurements) -> list[str]:
        qt_ms, rate_bpm = m.qt_interval_ms, m.heart_rate_bpm
        return [number(qtc_ms(qt_ms, rate_bpm), "ms") for qtc_ms in (qtc_bazett_ms, qtc_fridericia_ms)]

    names = ("QTc, Bazett", "QTc, Fridericia")
    rows = [
        *both({"heart_rate_bpm": ("Rate", "/min")}),
        ("RR, mean ± SD, all beats", UNKNOWN, _rr(own)),
        ("RMSSD, without premature beats", UNKNOWN, number(own.rmssd_ms, "ms")),
        *both(_MEASURES),
        *zip(names, qtc(device), qtc(ours), strict=True),
        *both(_AXES),
        (f"Intrinsicoid time, {', '.join(INTRINSICOID_LEADS)}", UNKNOWN, _intrinsicoid(own)),
    ]
    return pd.DataFrame(rows, columns=["Measurement", "Device", "Computed here"])


_RESTS_ON = {
    "pr_interval_ms": {"p_onset", "qrs_onset"},
    "qrs_duration_ms": {"qrs_onset", "qrs_offset"},
    "qt_interval_ms": {"qrs_onset", "t_offset"},
    "p_axis_deg": {"p_onset", "p_offset"},
}


def _doubt(analysis: Analysis, measure: str) -> str:
    """', uncertain' where a boundary of the average beat is, on which the measurement rests."""
    known = getattr(analysis.measured, measure) is not None
    return ", uncertain" if known and _RESTS_ON.get(measure, set()) & set(analysis.average_waves.uncertain) else ""


def _rr(own: Timing) -> str:
    """'938 ± 28 ms'."""
    return number(own.rr_mean_ms, "ms") if own.rr_sd_ms is None else f"{own.rr_mean_ms:.0f} ± {own.rr_sd_ms:.0f} ms"


def _intrinsicoid(own: Timing) -> str:
    """'22, 44, 46 ms'."""
    if not any(own.intrinsicoid_ms.values()):
        return UNKNOWN
    return f"{', '.join(number(ms) for ms in own.intrinsicoid_ms.values())} ms"


def amplitudes(analysis: Analysis) -> pd.DataFrame | None:
    """Waves of every lead in mV; None without a QRS. Flat leads are not known."""
    a = analysis.amplitudes
    if a is None:
        return None
    known = a.without(analysis.flat_leads)
    columns = {name: getattr(known, key) or {} for key, name in _AMPLITUDES.items()}
    rows = [(lead, *(number(of.get(lead), digits=2) for of in columns.values())) for lead in LEADS]
    return pd.DataFrame(rows, columns=["Lead", *(f"{name}, mV" for name in columns)])


def beats(analysis: Analysis, chosen: int | None) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    before: float | None = None
    for i, beat in enumerate(analysis.beats):
        rr = None if before is None else (beat.r_s - before) * 1000
        use = beat.reason or ("chosen" if i == chosen else "used")
        rows.append((i + 1, f"{beat.r_s:.2f} s", number(rr, "ms"), use))
        before = beat.r_s
    return pd.DataFrame(rows, columns=["Beat", "Time", "RR before", "Use"])


def boundaries(seen: Shown, other: Mapping[str, float | None]) -> pd.DataFrame:
    """The six boundaries of what is shown, how sure they are, and NeuroKit2's where `other` holds them."""
    margins = dict(zip(BOUNDARIES, seen.waves.margins_ms, strict=True))
    rows = []
    for name, margin in margins.items():
        margin_text = UNKNOWN if margin is None else f"± {number(margin, 'ms')}"
        sure = f"{margin_text}, uncertain" if name in seen.waves.uncertain else margin_text
        own = (boundary_names([name]), number(seen.marks_ms[f"{name}_s"], "ms"), sure)
        rows.append((*own, number(other[f"{name}_s"], "ms")) if other else own)
    columns = ["Boundary", "From R", "Margin"] + (["NeuroKit2"] if other else [])
    return pd.DataFrame(rows, columns=columns)


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
