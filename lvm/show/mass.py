"""The estimate against the limit for this body size: interval, folds, beats, and the other input set."""

import numpy as np
import plotly.graph_objects as go

from lvm.estimate import Estimate
from lvm.show.colours import Palette
from lvm.show.millimetres import FONT
from lvm.show.words import interval_name, limit_g, span


def mass(estimate: Estimate, others: dict[str, Estimate], colours: Palette) -> go.Figure:
    """One row each for the estimate with its interval, the other models, the folds and the beats, over grams."""
    rows: list[str] = []
    traces: list[go.Scatter] = []

    def dots(name: str, grams: tuple[float, ...], size: int, symbol: str, what: str) -> None:
        rows.append(name)
        hover = f"{what}%{{x:.0f}} g<extra></extra>"
        marker = {"size": size, "symbol": symbol, "color": colours.ours, "line": {"width": 1, "color": colours.ours}}
        traces.append(
            go.Scatter(x=list(grams), y=[name] * len(grams), mode="markers", marker=marker, hovertemplate=hover)
        )

    def bar(name: str, of: Estimate, width: int, size: int) -> None:
        if of.lvm_g is None or of.interval_g is None:
            return
        hover = f"{interval_name(of)} {span(of.interval_g)}<extra></extra>"
        line = {"color": colours.ours, "width": width}
        traces.append(go.Scatter(x=list(of.interval_g), y=[name] * 2, mode="lines", line=line, hovertemplate=hover))
        dots(name, (of.lvm_g,), size, "diamond", "")

    bar("This ECG", estimate, 7, 17)
    for name, other in others.items():
        bar(name, other, 3, 9)
    dots(f"{len(estimate.per_fold_g)} folds", estimate.per_fold_g, 9, "circle-open", "one fold: ")
    dots(f"{len(estimate.per_beat_g)} beats", estimate.per_beat_g, 9, "line-ns-open", "one beat: ")

    limit = limit_g(estimate)
    seen = [*(estimate.interval_g or ()), *estimate.per_fold_g, *estimate.per_beat_g]
    seen += [g for other in others.values() for g in other.interval_g or ()] + ([limit] if limit else [])
    low, high = np.floor(min(seen) / 20) * 20 - 5, np.ceil(max(seen) / 20) * 20 + 5
    figure = go.Figure(
        traces,
        layout={
            "height": 100 + 42 * len(rows),
            "margin": {"l": 0, "r": 10, "t": 34, "b": 50},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 14, "color": colours.text},
            "showlegend": False,
            "xaxis": {
                "range": [low, high],
                "title": {"text": "LV mass, g", "font": {"size": 14}},
                "gridcolor": "rgba(128,128,128,0.25)",
                "automargin": True,
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {
                "categoryorder": "array",
                "categoryarray": rows[::-1],
                "range": [-0.6, len(rows) - 0.4],
                "automargin": True,
                "gridcolor": "rgba(128,128,128,0.15)",
                "ticklabelstandoff": 8,
                "fixedrange": True,
            },
        },
    )
    if limit is not None:
        figure.add_vrect(x0=limit, x1=high, fillcolor=colours.limit, opacity=0.10, line_width=0, layer="below")
        figure.add_vline(x=limit, line={"color": colours.limit, "width": 2, "dash": "dash"})
        left = limit > (low + high) / 2
        figure.add_annotation(
            x=limit, y=1, yref="paper", yanchor="bottom", showarrow=False, xanchor="right" if left else "left",
            text=f"limit for this body size {limit:.0f} g", font={"color": colours.limit},
        )  # fmt: skip
    return figure
