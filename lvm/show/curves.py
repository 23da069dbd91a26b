"""How the error fell in training, fold by fold."""

from collections import defaultdict

import plotly.graph_objects as go

from lvm.language import tr
from lvm.show.colours import Palette, on_page
from lvm.weights import Epoch
from lvm.written import COMMA


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
        at = tr("fold {fold}, epoch {epoch}: {grams} g", fold=k, epoch="%{x}", grams="%{y:.1f}")
        hover = f"{at}<extra></extra>"
        for name, y, line in (
            (tr("Training"), [e.train_mae_g for e in fold], {"color": colours.muted, "width": 1.2, "dash": "dot"}),
            (tr("Validation"), [e.validation_mae_g for e in fold], {"color": colours.ours, "width": 1.4}),
        ):
            traces.append(
                go.Scatter(
                    x=x, y=y, mode="lines", line=line, name=name, legendgroup=name, showlegend=first,
                    hovertemplate=tr(COMMA, name=name, more=hover),
                )
            )  # fmt: skip
        best, kept = _best(fold), tr("Kept")
        traces.append(
            go.Scatter(
                x=[best.epoch], y=[best.validation_mae_g], mode="markers", name=tr("Epoch kept"),
                marker={"color": colours.limit, "size": 8}, legendgroup="kept", showlegend=first,
                hovertemplate=tr(COMMA, name=kept, more=hover),
            )
        )  # fmt: skip
    axis = {"gridcolor": "rgba(128,128,128,0.25)", "zeroline": False, "fixedrange": True}
    return go.Figure(
        traces,
        layout={
            "height": 320,
            "margin": {"l": 56, "r": 10, "t": 34, "b": 50},
            **on_page(colours),
            "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
            "xaxis": axis | {"title": {"text": tr("Epoch"), "font": {"size": 14}}},
            "yaxis": axis
            | {
                "title": {"text": tr("Mean absolute error, g"), "font": {"size": 14}, "standoff": 12},
                "rangemode": "tozero",
            },
        },
    )


def described(epochs: tuple[Epoch, ...]) -> str:
    """For those who do not see the figure."""
    folds = _by_fold(epochs).values()
    kept = [_best(fold) for fold in folds]
    start, end = [[f(e.validation_mae_g for e in part) for f in (min, max)] for part in ([f[0] for f in folds], kept)]
    return tr(
        "Learning curves of {folds} folds, up to {epochs} epochs. Validation error from {start} g after the first "
        "epoch to {end} g at the epochs kept.",
        folds=len(kept),
        epochs=max(len(f) for f in folds),
        start="–".join(f"{grams:.1f}" for grams in start),
        end="–".join(f"{grams:.1f}" for grams in end),
    )
