"""Figures to take along. They are drawn when they are asked for."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from lvm.show.export import Kind

_MIME: "dict[Kind, str]" = {"png": "image/png", "svg": "image/svg+xml"}


def images(figure: "go.Figure", name: str, key: str, lines: Sequence[str]) -> None:
    """Buttons for the figure as PNG and as SVG, in the colours of the screen; lines say on it what it shows."""
    from lvm.show.export import image

    background = "#14181a" if st.context.theme.type == "dark" else "#ffffff"
    with st.container(horizontal=True):
        for kind, mime in _MIME.items():
            st.download_button(
                f"Picture, {kind.upper()}",
                partial(image, figure, kind, background, lines),
                f"{name}.{kind}",
                mime,
                key=f"{key}-{kind}",
                on_click="ignore",
            )
