"""What came out of a cohort, beside what was asked for: Table 1's marginals and the published correlations."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lvm import __version__
from lvm.cohort.mass import PUBLISHED_R, TABLE_1, Column
from lvm.cohort.report_page import page
from lvm.cohort.semisynthetic import Cohort, Member
from lvm.reference import bsa_m2

__all__ = ["describe", "page"]


def _columns(members: Sequence[Member]) -> dict[str, Column]:
    """The rows of Table 1, (n,) each; NaN where unknown."""
    lvm_g = np.array([m.lvm_g for m in members])
    body = [m.recording.patient for m in members]
    area = np.array([bsa_m2(p.height_cm or np.nan, p.weight_kg or np.nan) for p in body])
    found = {"lvm_g": lvm_g, "lvmi_g_m2": lvm_g / area}
    for of, names in (
        (body, ("age_years", "height_cm", "weight_kg")),
        ([m.recording.device for m in members], ("qrs_duration_ms", "p_axis_deg", "qrs_axis_deg", "t_axis_deg")),
    ):
        for name in names:
            values = [getattr(one, name) for one in of]
            found[name] = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return found


def describe(cohort: Cohort) -> dict[str, Any]:
    """Plain data for cohort.json and the card: sources and licences, marginals, correlations within a sex, method."""
    fields: dict[str, Any] = {
        "method": cohort.method,
        "seed": cohort.seed,
        "version": __version__,
        "members": len(cohort.members),
        "sources": [
            {
                "name": o.name,
                "attribution": o.attribution,
                "licence": o.licence,
                "recordings": len({m.patient for m in cohort.members if m.origin == o.name}),
                "members": sum(m.origin == o.name for m in cohort.members),
            }
            for o in cohort.origins
        ],
        "marginals": {},
        "correlations": {},
        "how": {sex: {name: round(v, 4) for name, v in how.items()} for sex, how in cohort.how.items()},
    }
    for sex, table in TABLE_1.items():
        rows = [k for k, m in enumerate(cohort.members) if m.recording.patient.sex == sex]
        if not rows:
            continue
        found = _columns([cohort.members[k] for k in rows])
        fields["marginals"][sex] = {
            name: {
                "table_1": list(table[name]),
                "cohort": [round(float(np.nanmean(found[name])), 2), round(float(np.nanstd(found[name])), 2)],
            }
            for name in table
        }
        measured = {name: column[rows] for name, column in cohort.criteria.items()}
        measured["QRS duration"] = found["qrs_duration_ms"]
        fields["correlations"][sex] = {
            name: {
                "r": _r(column, found["lvm_g"]),
                "published": list(PUBLISHED_R[name]) if name in PUBLISHED_R else None,
            }
            for name, column in measured.items()
        }
    return fields


def _r(one: Column, other: Column) -> float | None:
    """Pearson's r where both are known, to two digits."""
    known = ~(np.isnan(one) | np.isnan(other))
    if known.sum() < 3 or one[known].std() == 0:
        return None
    return round(float(np.corrcoef(one[known], other[known])[0, 1]), 2)
