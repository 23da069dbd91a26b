"""What the delineation benchmark prints, as text."""

from collections.abc import Mapping, Sequence

import numpy as np

from lvm.train.delineation import BOUNDARIES, Summary
from tests.bench.devices import AXES, DRAWN, INTERVALS, PREMATURE, Compared

HEADS = ("P on", "P off", "QRS on", "QRS off", "T on", "T off")


def _text(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose first row is its head, in columns of one width."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]]) + "\n"


def _number(value: float, form: str) -> str:
    return "-" if np.isnan(value) else format(value, form)


def _percent(value: float) -> str:
    return _number(100 * value, ".1f")


def _boundary(of: Summary, name: str) -> str:
    if np.isnan(of.sd_ms(name)):
        return "-"
    bias, p95 = _number(of.bias_ms(name), "+.1f"), _number(of.p95_ms(name), ".0f")
    return f"{of.sd_ms(name):.1f} ({bias}; {_percent(of.sensitivity[name])} %; {p95})"


def _beats(of: Summary) -> list[str]:
    ppv = f"{100 * of.qrs_sensitivity:.2f} / {100 * of.qrs_ppv:.2f}"
    return [ppv, _percent(of.sensitivity["p_onset"]), f"{of.p_invented} of {of.without_p}"]


_BEATS = ["QRS Se / PPV, %", "P Se, %", "P where none"]


def methods(found: Mapping[str, tuple[Summary, float]], records: int) -> str:
    """The table of the issue, from every method's summary and its CPU time in ms."""
    rows = [["method", *HEADS, *_BEATS, "12 leads, ms"]]
    for name, (of, ms) in found.items():
        rows.append([name, *(_boundary(of, b) for b in BOUNDARIES), *_beats(of), f"{ms:.0f}"])
    return (
        f"\nLUDB, {records} records: SD over records of the error, ms (bias; sensitivity; 95th percentile of its size)."
        f"\nTime: median CPU time of all threads together for one recording of 10 s.\n\n{_text(rows)}"
    )


def groups(found: Mapping[str, Mapping[str, Summary]], sizes: Mapping[str, int]) -> str:
    """The same by subgroup, from the summaries of each method by group."""
    rows = [["group", "records", "method", *HEADS, *_BEATS]]
    for group, size in sizes.items():
        for name, of in found.items():
            one = of[group]
            rows.append([group, str(size), name, *(_boundary(one, b) for b in BOUNDARIES), *_beats(one)])
    return f"\nBy subgroup, in the same terms.\n\n{_text(rows)}"


def devices(compared: Sequence[Compared]) -> str:
    """Ours less the device's, file by file, then the median and the largest of its size."""
    columns = INTERVALS + AXES
    heads = ("PR, ms", "QRS, ms", "QT, ms", "P axis", "QRS axis", "T axis")
    rows = [["file", *heads, "remark"]]
    for one in compared:
        remark = one.repeats and f"the recording of {one.repeats}"
        if one.name == DRAWN:
            remark = "a drawn curve: left out"
        elif one.name in PREMATURE:
            remark = "a premature beat: axes apart"
        cells = [format(one.off[c], "+.0f") if c in one.off else "none" if c in one.lacking else "-" for c in columns]
        rows.append([one.name, *cells, remark])
    for name, figure in (("median of |difference|", np.median), ("largest", np.max)):
        off = [differences(compared, what) for what in columns]
        rows.append([name, *(format(float(figure(list(d.values()))), ".1f") for d in off), "each recording once"])
    return f"\nOurs less the device's. '-': the device has none, or it is left out.\n\n{_text(rows)}"


def differences(compared: Sequence[Compared], what: str) -> dict[str, float]:
    """Absolute differences in ms or degrees by file: each recording once, no axes of those with premature beats."""
    kept = [one for one in compared if one.counts and not (what in AXES and one.name in PREMATURE)]
    return {one.name: abs(one.off[what]) for one in kept if what in one.off}
