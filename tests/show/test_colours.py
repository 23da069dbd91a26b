"""The lead groups' colours: legible, told apart by those who see fewer colours, and the same in every place."""

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from lvm.recording import LEAD_GROUPS, LEADS
from lvm.show.colours import DARK, LIGHT, in_markdown, of_group, of_lead

THEMES = {"light": LIGHT, "dark": DARK}
CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]

# Machado, Oliveira & Fernandes 2009, of complete blindness for red, green and blue, in linear RGB.
SEEN_BY = {
    "all": np.eye(3),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
    "tritanopia": np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip


def linear(colour: str):
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    """CIE L*a*b* of linear sRGB."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    f = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 0.008856))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("groups", [2, 4])
def test_groups_are_legible_on_paper_and_on_the_page(theme, groups):
    colours = THEMES[theme]
    for group in LEAD_GROUPS[groups]:
        for ground in (colours.paper, CONFIG[theme]["backgroundColor"], CONFIG[theme]["secondaryBackgroundColor"]):
            assert contrast(of_group(group, colours), ground) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eyes", SEEN_BY)
@pytest.mark.parametrize("groups", [2, 4])
def test_groups_are_told_apart(theme, eyes, groups):
    seen = [lab(np.clip(SEEN_BY[eyes] @ linear(of_group(g, THEMES[theme])), 0, 1)) for g in LEAD_GROUPS[groups]]
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(one - other) >= 15  # 2 is just noticeable side by side


def test_a_lead_has_its_groups_colour():
    assert of_lead("aVL", LIGHT) == LIGHT.limb
    assert of_lead("aVL", LIGHT, 4) == LIGHT.lateral
    assert of_lead("V5", LIGHT, 4) == LIGHT.lateral
    assert of_lead("II", LIGHT, 4) == LIGHT.limb
    assert of_lead("V2", LIGHT, 4) == LIGHT.precordial
    assert of_lead("aVR", LIGHT, 4) == LIGHT.muted
    assert len({of_lead(lead, DARK, 4) for lead in LEADS}) == 4


@pytest.mark.parametrize("theme", THEMES)
def test_texts_have_the_figures_colours(theme):
    for group in (*LEAD_GROUPS[2], *LEAD_GROUPS[4]):
        named = in_markdown(group, "V1").removeprefix(":").removesuffix("[V1]")
        assert CONFIG[theme][f"{named}TextColor"] == of_group(group, THEMES[theme])


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("name", ["text", "muted", "limb", "precordial", "ours", "limit", "trace"])
def test_text_is_legible_on_paper(colours, name):
    assert contrast(getattr(colours, name), colours.paper) >= 4.5
