"""Table 1: who the patients are, of a cohort of ours or of a user's own table."""

from typing import Any

import numpy as np

from lvm import written
from lvm.evaluation import Block, Kind, Table
from lvm.language import mark
from lvm.paper import PATIENTS
from lvm.recording import SEXES
from lvm.reference import bsa_m2
from lvm.train.examples import SCALARS, Examples

_ABSOLUTE = mark("absolute")


def ours(examples: Examples, kind: Kind, cohort: dict[str, Any] | None, published: Table) -> Table:
    """Beside the paper's. The axes, of which networks get the absolute value, are with their signs where cohort.json
    holds them."""
    height, weight = (examples.scalars[:, SCALARS.index(n)] for n in ("height_cm", "weight_kg"))
    surface = np.array([bsa_m2(h, w) for h, w in zip(height, weight, strict=True)])
    values = {"lvm_g": examples.lvm_g, "lvmi_g_m2": examples.lvm_g / surface}
    values |= {name: examples.scalars[:, SCALARS.index(name)] for name in PATIENTS if name in SCALARS}
    rows = []
    for name, (title, unit) in PATIENTS.items():
        if name.endswith("_axis_deg") and cohort is not None:
            rows.append((title, *(_stated(cohort.get("marginals", {}).get(s, {}).get(name)) for s in SEXES)))
        else:
            absolute = f", {_ABSOLUTE}" * name.endswith("_axis_deg")
            cells = (_mean_sd(values[name][examples.of_sex(s)], unit) for s in SEXES)
            rows.append((f"{title}{absolute}", *cells))
    men, women = (int(examples.of_sex(s).sum()) for s in SEXES)
    columns = (mark("Patients"), written.MEN_N.format(n=f"{men:,}"), written.WOMEN_N.format(n=f"{women:,}"))
    block = Block(kind, columns, tuple(rows), mark("Mean ± SD over recordings."))
    return Table(published.name, published.title, (*published.blocks, block))


def _mean_sd(values: np.ndarray[Any, np.dtype[np.float64]], unit: str) -> str:
    known = values[~np.isnan(values)]
    return f"{known.mean():.2f} ± {known.std():.2f}{unit}" if len(known) else "–"


def _stated(marginal: Any) -> str:
    return f"{marginal['cohort'][0]:.2f} ± {marginal['cohort'][1]:.2f}°" if marginal else "–"
