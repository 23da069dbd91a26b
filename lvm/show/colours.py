"""The colours of every figure, for light and dark paper, and those of the lead groups, the same on every page.

Limb leads are blue, precordial leads brown-orange. Of the four coronary territories inferior is blue too, for it holds
limb leads alone, and anterior brown-orange; lateral, which has of both, is violet, and aVR grey.
"""

from dataclasses import dataclass
from typing import Any

from lvm.recording import LEAD_GROUPS

FONT = '"Source Sans", "Source Sans 3", sans-serif'  # the page's
CLEAR = "rgba(0,0,0,0)"


@dataclass(frozen=True)
class Palette:
    """`text`, `limb`, `precordial`, `lateral`, `ours` and `muted` are legible (4.5:1) on `paper` and on the page."""

    paper: str
    grid_1mm: str
    grid_5mm: str
    trace: str
    text: str
    muted: str
    limb: str
    precordial: str
    lateral: str
    ours: str
    limit: str
    faint: str  # other beats behind the chosen one
    chosen: str  # shade over the chosen beat
    waves: tuple[str, str, str]  # shades of P, QRS and T
    heat: tuple[tuple[float, str], ...]  # magnitude: clear at 0
    signed: tuple[tuple[float, str], ...]  # clear at 0.5


LIGHT = Palette(
    paper="#fff5f2",
    grid_1mm="#f8ddd6",
    grid_5mm="#eab5a8",
    trace="#15191c",
    text="#1b2226",
    muted="#566068",
    limb="#1f5fa8",
    precordial="#a34a10",
    lateral="#5b1f7a",
    ours="#0b6b72",
    limit="#a3341a",
    faint="rgba(70, 80, 90, 0.28)",
    chosen="rgba(11, 107, 114, 0.16)",
    waves=("rgba(31, 95, 168, 0.13)", "rgba(30, 40, 46, 0.13)", "rgba(122, 60, 150, 0.13)"),
    # cividis from its pale end towards its dark one: more is darker, and the black trace still stands out
    heat=(
        (0.0, "rgba(253, 231, 85, 0.0)"),
        (0.12, "rgba(238, 211, 90, 0.45)"),
        (0.4, "rgba(190, 175, 110, 0.70)"),
        (0.7, "rgba(125, 135, 150, 0.80)"),
        (1.0, "rgba(60, 105, 175, 0.85)"),
    ),
    signed=(
        (0.0, "rgba(45, 105, 190, 0.85)"),
        (0.3, "rgba(90, 140, 205, 0.62)"),
        (0.5, "rgba(255, 255, 255, 0.0)"),
        (0.7, "rgba(225, 130, 70, 0.62)"),
        (1.0, "rgba(205, 90, 25, 0.85)"),
    ),
)

DARK = Palette(
    paper="#1d1614",
    grid_1mm="#2b201c",
    grid_5mm="#54382f",
    trace="#f3f1ee",
    text="#edf1f2",
    muted="#b0babf",
    limb="#79b4f2",
    precordial="#f2a365",
    lateral="#d070c8",
    ours="#54c7cc",
    limit="#ff9d80",
    faint="rgba(200, 210, 215, 0.30)",
    chosen="rgba(84, 199, 204, 0.20)",
    waves=("rgba(121, 180, 242, 0.20)", "rgba(220, 225, 228, 0.18)", "rgba(200, 140, 230, 0.20)"),
    # cividis from its dark end to its bright one, so that more is brighter on dark paper
    heat=(
        (0.0, "rgba(0, 42, 102, 0.0)"),
        (0.12, "rgba(40, 68, 110, 0.60)"),
        (0.4, "rgba(110, 112, 118, 0.72)"),
        (0.7, "rgba(180, 165, 95, 0.80)"),
        (1.0, "rgba(235, 210, 50, 0.70)"),
    ),
    signed=(
        (0.0, "rgba(80, 145, 225, 0.80)"),
        (0.3, "rgba(70, 120, 190, 0.60)"),
        (0.5, "rgba(0, 0, 0, 0.0)"),
        (0.7, "rgba(190, 95, 40, 0.60)"),
        (1.0, "rgba(225, 130, 55, 0.80)"),
    ),
)


def palette(dark: bool) -> Palette:
    return DARK if dark else LIGHT


def of_group(group: str, colours: Palette) -> str:
    """Of one of LEAD_GROUPS."""
    return {
        "limb": colours.limb,
        "inferior": colours.limb,
        "precordial": colours.precordial,
        "anterior": colours.precordial,
        "lateral": colours.lateral,
    }.get(group, colours.muted)


def of_lead(lead: str, colours: Palette, groups: int = 2) -> str:
    """Of the lead's group, where the leads are in two groups or in four."""
    return of_group(next(name for name, leads in LEAD_GROUPS[groups].items() if lead in leads), colours)


def in_markdown(group: str, text: str) -> str:
    """A text in the colour of one of LEAD_GROUPS, which .streamlit/config.toml gives Streamlit's own names."""
    own = {"limb": "blue", "inferior": "blue", "precordial": "orange", "anterior": "orange", "lateral": "violet"}
    return f":{own.get(group, 'gray')}[{text}]"


def on_page(colours: Palette) -> dict[str, Any]:
    """The layout of a chart that lies on the page itself, not on ECG paper."""
    font = {"family": FONT, "size": 14, "color": colours.text}
    return {"plot_bgcolor": CLEAR, "paper_bgcolor": CLEAR, "font": font}
