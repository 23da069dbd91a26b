"""How large ECG paper is in print, and on which sheet of paper that lies: known before anything is drawn."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from lvm.language import mark, tr
from lvm.show import SHEET_PX

PAGE_MM = 262.0  # as wide as the sheet of ten seconds, whose millimetres so are true; fits A4 across
FOOT_PX, LINE_PX = 24, 18  # for the notice, and for each line above it
SHEETS_MM = {mark("A4 across"): (297, 210), mark("A3 upright"): (297, 420), mark("A3 across"): (420, 297)}
_MARGIN_MM = 4


def long_mm(axis: dict[str, Any]) -> float:
    """Of an axis of ECG paper, whatever it counts: its thick lines are 5 mm apart."""
    return float(np.ptp(axis["range"])) / float(axis["dtick"]) * 5


def sheet_for(size_mm: tuple[float, float]) -> str | None:
    """The smallest of SHEETS_MM on which a picture lies with a margin; None where it is larger than all of them."""
    for name, sheet_mm in SHEETS_MM.items():
        if all(sheet - size >= 2 * _MARGIN_MM - 0.01 for sheet, size in zip(sheet_mm, size_mm, strict=True)):
            return name
    return None


def sheet_name(figure: go.Figure, lines: int) -> str:
    """On which sheet the PDF of a figure of ECG paper lies, with so many lines at its foot."""
    wide, high = (long_mm(figure.layout[axis].to_plotly_json()) for axis in ("xaxis", "yaxis"))
    larger = max(1.0, PAGE_MM / wide)
    foot_mm = (FOOT_PX + LINE_PX * lines) * wide * larger / SHEET_PX
    return tr(sheet_for((wide * larger, high * larger + foot_mm)) or mark("as large as the picture"))
