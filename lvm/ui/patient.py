"""The inputs of the estimate on the screen: the file's or ours, unless the user types others."""

from typing import TYPE_CHECKING

import streamlit as st

from lvm.language import mark, tr
from lvm.ui.case import Case, follows_boundaries, given
from lvm.ui.choices import type_in
from lvm.ui.frame import put

if TYPE_CHECKING:
    from lvm.estimate import Estimate

TAKE_BACK = mark("One value: empty its field, or click on the chosen sex again.")


def _label(case: Case, estimate: "Estimate", name: str, label: str) -> str:
    from lvm.estimate import gather_inputs
    from lvm.show.words import source

    where = source(estimate.inputs[name], gather_inputs(case.analysis)[name])
    if name in follows_boundaries(case):
        where = tr("by the boundaries you moved")
    return tr("{field} ({source})", field=label, source=where)


def _value(case: Case, name: str) -> float | str | None:
    from lvm.estimate import gather_inputs

    return gather_inputs(case.analysis, given(case))[name].value


def sex_field(case: Case, estimate: "Estimate") -> None:
    """Male or female; nothing is preset where the file does not say. Taken back by a second click."""
    key = f"sex-{case.number}"
    put(key, _value(case, "sex"))
    st.segmented_control(
        _label(case, estimate, "sex", mark("Sex")),
        ("male", "female"),
        format_func=tr,
        key=key,
        on_change=type_in,
        args=("sex", key),
    )


def number_field(case: Case, estimate: "Estimate", name: str, label: str, low: float, high: float) -> None:
    """A number, empty where it is not known. Emptied, it takes back what was typed and shows what there was before.

    low, high : what may be typed; what the file says or boundaries make may lie outside.
    """
    key = f"{name}-{case.number}"
    value = _value(case, name)
    now = None if value is None else float(value)
    put(key, now)
    st.number_input(
        _label(case, estimate, name, label),
        min_value=float(low if now is None else min(low, now)),
        max_value=float(high if now is None else max(high, now)),
        value=None,  # else an emptied field would give its minimum
        step=1.0,
        format="%.0f" if now is None or now.is_integer() else "%.1f",
        placeholder=tr("not known"),
        key=key,
        on_change=type_in,
        args=(name, key),
    )
