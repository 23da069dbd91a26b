"""Tables as the pages show them: pandas, every cell a text with its unit, "–" where nothing is known."""

import pandas as pd

from lvm.analysis import Analysis
from lvm.by_hand import RESTS_ON
from lvm.language import listed, mark, tr
from lvm.measure import INTRINSICOID_LEADS, Timing, qtc_bazett_ms, qtc_fridericia_ms
from lvm.recording import LEADS, Measurements
from lvm.show.words import UNKNOWN, bandwidth, number

INTERVAL_TITLES = {
    "pr_interval_ms": (mark("PR interval"), "ms"),
    "qrs_duration_ms": (mark("QRS duration"), "ms"),
    "qt_interval_ms": (mark("QT interval"), "ms"),
}
AXIS_TITLES = {
    "p_axis_deg": (mark("P axis"), "°"),
    "qrs_axis_deg": (mark("QRS axis"), "°"),
    "t_axis_deg": (mark("T axis"), "°"),
}


_AMPLITUDES = {
    "p": "P",
    "q": "Q",
    "r": "R",
    "s": "S",
    "r_prime": "R′",
    "st_j": mark("ST at J"),
    "st_j60": mark("ST at J + 60 ms"),
    "t": "T",
}


def file_facts(analysis: Analysis) -> pd.DataFrame:
    r = analysis.recording
    pacemaker = {True: mark("reported"), False: mark("none reported"), None: UNKNOWN}[r.pacemaker]
    own = r.representative
    beat = (
        tr("none")
        if own is None
        else tr(
            "{length} at {rate}",
            length=number(own.signal_mv.shape[1] / own.sampling_rate_hz, "s", 1),
            rate=number(own.sampling_rate_hz, "Hz"),
        )
    )
    rows = {
        tr("Format"): r.format,
        tr("Version"): r.version or UNKNOWN,
        tr("Sampling rate"): number(r.sampling_rate_hz, "Hz"),
        tr("Bandwidth"): bandwidth(r),
        tr("Duration"): number(r.duration_s, "s", 1),
        tr("Recorded"): (r.acquired_at or UNKNOWN).replace("T", " "),
        tr("Pacemaker"): tr(pacemaker),
        tr("Rhythm and conduction"): tr(listed(r.findings) or mark("no pacing, block or fibrillation stated")),
        tr("Leads computed from I and II"): tr(listed(r.derived_leads)) or tr("none"),
        tr("Device’s representative beat"): beat,
    }
    return pd.DataFrame({tr("Read from the file"): rows.keys(), tr("Value"): rows.values()})


def measurements(analysis: Analysis) -> pd.DataFrame:
    """The device's measurements beside ours."""
    device, ours = analysis.recording.device, analysis.measured
    own = analysis.timing

    def both(measures: dict[str, tuple[str, str]]) -> list[tuple[str, str, str]]:
        return [
            (tr(name), number(getattr(device, key), unit), number(getattr(ours, key), unit) + _doubt(analysis, key))
            for key, (name, unit) in measures.items()
        ]

    def qtc(m: Measurements) -> list[str]:
        qt_ms, rate_bpm = m.qt_interval_ms, m.heart_rate_bpm
        return [number(qtc_ms(qt_ms, rate_bpm), "ms") for qtc_ms in (qtc_bazett_ms, qtc_fridericia_ms)]

    names = (tr("QTc, Bazett"), tr("QTc, Fridericia"))
    rows = [
        *both({"heart_rate_bpm": (mark("Rate"), "/min")}),
        (tr("RR, mean ± SD, all beats"), UNKNOWN, _rr(own)),
        (tr("RMSSD, without premature beats"), UNKNOWN, number(own.rmssd_ms, "ms")),
        *both(INTERVAL_TITLES),
        *zip(names, qtc(device), qtc(ours), strict=True),
        *both(AXIS_TITLES),
        (tr("Intrinsicoid time, {leads}", leads=listed(INTRINSICOID_LEADS)), UNKNOWN, _intrinsicoid(own)),
    ]
    return pd.DataFrame(rows, columns=[tr("Measurement"), tr("Device"), tr("Computed here")])


_MARKED = (*INTERVAL_TITLES, "p_axis_deg")  # marked where one of its boundaries is uncertain


def _doubt(analysis: Analysis, measure: str) -> str:
    """', uncertain' where a boundary of the average beat is, on which the measurement rests."""
    known = getattr(analysis.measured, measure) is not None
    ends = RESTS_ON[measure] if known and measure in _MARKED else ()
    return tr(", uncertain") if set(ends) & set(analysis.average_waves.uncertain) else ""


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
    return pd.DataFrame(rows, columns=[tr("Lead"), *(f"{tr(name)}, mV" for name in columns)])


def beats(analysis: Analysis, chosen: int | None) -> pd.DataFrame:
    """All detected beats, and of those that are left out the reason."""
    rows: list[tuple[object, ...]] = []
    before: float | None = None
    for i, beat in enumerate(analysis.beats):
        rr = None if before is None else (beat.r_s - before) * 1000
        if beat.reason:
            use = tr("left out ({reason})", reason=beat.reason)
        else:
            use = tr("in use") if i == chosen else tr("usable")
        rows.append((i + 1, f"{beat.r_s:.2f}\N{NO-BREAK SPACE}s", number(rr, "ms"), use))
        before = beat.r_s
    return pd.DataFrame(rows, columns=[tr("Beat"), tr("Time"), tr("RR before"), tr("Use")])
