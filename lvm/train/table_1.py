"""Table 1: who the patients are, of a cohort of ours or of a user's own table."""

from typing import Any

import numpy as np

from lvm.evaluation import Block, Kind, Table
from lvm.recording import SEXES
from lvm.reference import bsa_m2
from lvm.train.examples import SCALARS, Examples

_ROWS = {
    "lvm_g": ("LV mass", " g"),
    "lvmi_g_m2": ("LV mass index", " g/m²"),
    "age_years": ("Age", " years"),
    "height_cm": ("Height", " cm"),
    "weight_kg": ("Weight", " kg"),
    "qrs_duration_ms": ("QRS duration", " ms"),
}
_AXES = {"p_axis_deg": "P axis", "qrs_axis_deg": "QRS axis", "t_axis_deg": "T axis"}


def ours(examples: Examples, kind: Kind, cohort: dict[str, Any] | None, published: Table) -> Table:
    """Beside the paper's. The axes, of which networks get the absolute value, are with their signs where cohort.json
    holds them."""
    height, weight = (examples.scalars[:, SCALARS.index(n)] for n in ("height_cm", "weight_kg"))
    surface = np.array([bsa_m2(h, w) for h, w in zip(height, weight, strict=True)])
    values = {"lvm_g": examples.lvm_g, "lvmi_g_m2": examples.lvm_g / surface}
    values |= {name: examples.scalars[:, SCALARS.index(name)] for name in (*_ROWS, *_AXES) if name in SCALARS}
    rows = [
        (title, *(_mean_sd(values[n][examples.of_sex(s)], unit) for s in SEXES)) for n, (title, unit) in _ROWS.items()
    ]
    for name, title in _AXES.items():
        if cohort is None:
            rows.append((f"{title}, absolute", *(_mean_sd(values[name][examples.of_sex(s)], "°") for s in SEXES)))
        else:
            rows.append((title, *(_stated(cohort.get("marginals", {}).get(s, {}).get(name)) for s in SEXES)))
    men, women = (int(examples.of_sex(s).sum()) for s in SEXES)
    columns = ("Patients", f"Men, n = {men:,}", f"Women, n = {women:,}")
    block = Block(kind, columns, tuple(rows), "Mean ± SD over recordings.")
    return Table(published.name, published.title, (*published.blocks, block))


def _mean_sd(values: np.ndarray[Any, np.dtype[np.float64]], unit: str) -> str:
    known = values[~np.isnan(values)]
    return f"{known.mean():.2f} ± {known.std():.2f}{unit}" if len(known) else "–"


def _stated(marginal: Any) -> str:
    return f"{marginal['cohort'][0]:.2f} ± {marginal['cohort'][1]:.2f}°" if marginal else "–"
