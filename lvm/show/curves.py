"""How the error fell in training, fold by fold."""

from collections import defaultdict

import plotly.graph_objects as go

from lvm.show.colours import Palette
from lvm.show.millimetres import FONT
from lvm.weights import Epoch


def _by_fold(epochs: tuple[Epoch, ...]) -> dict[int, list[Epoch]]:
    folds = defaultdict[int, list[Epoch]](list)
    for one in epochs:
        folds[one.fold].append(one)
    return {k: sorted(folds[k], key=lambda e: e.epoch) for k in sorted(folds)}


def _best(fold: list[Epoch]) -> Epoch:
    return min(fold, key=lambda e: e.validation_mae_g)


def curves(epochs: tuple[Epoch, ...], colours: Palette) -> go.Figure:
    """A dotted line for the error in training and a full one in validation, each fold; a dot at the epoch kept."""
    traces: list[go.Scatter] = []
    for k, fold in _by_fold(epochs).items():
        first, x = not traces, [e.epoch for e in fold]
        hover = f"fold {k}, epoch %{{x}}: %{{y:.1f}} g<extra></extra>"
        for name, y, line in (
            ("Training", [e.train_mae_g for e in fold], {"color": colours.muted, "width": 1.2, "dash": "dot"}),
            ("Validation", [e.validation_mae_g for e in fold], {"color": colours.ours, "width": 1.4}),
        ):
            traces.append(
                go.Scatter(
                    x=x, y=y, mode="lines", line=line, name=name, legendgroup=name, showlegend=first,
                    hovertemplate=f"{name}, {hover}",
                )
            )  # fmt: skip
        best = _best(fold)
        traces.append(
            go.Scatter(
                x=[best.epoch], y=[best.validation_mae_g], mode="markers", name="Epoch kept",
                marker={"color": colours.limit, "size": 8}, legendgroup="kept", showlegend=first,
                hovertemplate=f"Kept, {hover}",
            )
        )  # fmt: skip
    axis = {"gridcolor": "rgba(128,128,128,0.25)", "zeroline": False, "fixedrange": True}
    return go.Figure(
        traces,
        layout={
            "height": 320,
            "margin": {"l": 56, "r": 10, "t": 34, "b": 50},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 14, "color": colours.text},
            "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
            "xaxis": axis | {"title": {"text": "Epoch", "font": {"size": 14}}},
            "yaxis": axis
            | {
                "title": {"text": "Mean absolute error, g", "font": {"size": 14}, "standoff": 12},
                "rangemode": "tozero",
            },
        },
    )


def described(epochs: tuple[Epoch, ...]) -> str:
    """For those who do not see the figure."""
    folds = _by_fold(epochs).values()
    kept = [_best(fold) for fold in folds]
    start, end = [[f(e.validation_mae_g for e in part) for f in (min, max)] for part in ([f[0] for f in folds], kept)]
    return (
        f"Learning curves of {len(kept)} folds, up to {max(len(f) for f in folds)} epochs. Validation error from "
        f"{start[0]:.1f}–{start[1]:.1f} g after the first epoch to {end[0]:.1f}–{end[1]:.1f} g at the epochs kept."
    )
