"""Figures to take along. They are drawn when they are asked for."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from lvm.language import speaking, tr

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from lvm.show.export import Kind

_MIME: "dict[Kind, str]" = {"pdf": "application/pdf", "svg": "image/svg+xml", "png": "image/png"}
_SCREEN: "tuple[Kind, ...]" = ("png", "svg")


def images(draw: "Callable[[], go.Figure]", name: str, key: str, lines: Sequence[str]) -> None:
    """Buttons for a figure as PNG and as SVG, in the colours of the screen; lines say on it what it shows.

    draw : makes it; called in English.
    """
    background = "#14181a" if st.context.theme.type == "dark" else "#ffffff"
    with st.container(horizontal=True):
        for kind in _SCREEN:
            _button(kind, partial(_made, lambda: (draw(), lines), kind, background), name, key)


def prints(draw: "Callable[[], tuple[go.Figure, Sequence[str]]]", name: str, key: str) -> None:
    """Buttons for a sheet of paper as PDF, SVG and PNG, with the lines about it, whatever the screen's language.

    draw : makes the figure and the lines; called in English, for the file's fonts hold no other letters.
    """
    with st.container(horizontal=True, width="content"):
        for kind in _MIME:
            _button(kind, partial(_made, draw, kind), name, key)


def _made(draw: "Callable[[], tuple[go.Figure, Sequence[str]]]", kind: "Kind", background: str = "#ffffff") -> bytes:
    from lvm.show.export import image

    with speaking("en"):
        figure, lines = draw()
    return image(figure, kind, background, lines)


def _button(kind: "Kind", data: Callable[[], bytes], name: str, key: str) -> None:
    st.download_button(
        tr("Picture, {kind}", kind=kind.upper()),
        data,
        f"{name}.{kind}",
        _MIME[kind],
        key=f"{key}-{kind}",
        on_click="ignore",
    )
