"""The inputs of the estimate on the screen: the file's or ours, unless the user types others, and the way back."""

from typing import TYPE_CHECKING

import streamlit as st

from lvm.language import mark, tr
from lvm.ui.case import Case, follows_boundaries, given
from lvm.ui.choices import forget_typed, type_in
from lvm.ui.frame import put

if TYPE_CHECKING:
    from lvm.estimate import Estimate


def _row() -> tuple["st.delta_generator.DeltaGenerator", "st.delta_generator.DeltaGenerator"]:
    """Room for a field and, at its right, for the way back."""
    row = st.container(horizontal=True, gap="xxsmall", vertical_alignment="bottom")
    return row.container(width="stretch"), row.container(width=44)


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


def _way_back(case: Case, name: str) -> None:
    """Takes back one typed value. Always there, so that nothing moves when something is typed."""
    from lvm.estimate import NAMES

    st.button(
        "",
        icon=":material/undo:",
        key=f"back-{name}-{case.number}",
        help=tr("Take back the typed {value}", value=NAMES[name]),
        type="tertiary",
        disabled=getattr(case.typed, name) is None,
        on_click=forget_typed,
        args=(name,),
    )


def sex_field(case: Case, estimate: "Estimate") -> None:
    """Male or female; nothing is preset where the file does not say."""
    key = f"sex-{case.number}"
    put(key, _value(case, "sex"))
    field, back = _row()
    field.segmented_control(
        _label(case, estimate, "sex", mark("Sex")),
        ("male", "female"),
        format_func=tr,
        key=key,
        on_change=type_in,
        args=("sex", key),
    )
    with back:
        _way_back(case, "sex")


def number_field(case: Case, estimate: "Estimate", name: str, label: str, low: float, high: float) -> None:
    """A number, empty where it is not known. Emptied, it takes back what was typed and shows what there was before.

    low, high : no narrower than what readers let pass.
    """
    key = f"{name}-{case.number}"
    value = _value(case, name)
    put(key, float(value) if value is not None and low <= float(value) <= high else None)
    field, back = _row()
    field.number_input(
        _label(case, estimate, name, label),
        min_value=float(low),
        max_value=float(high),
        value=None,  # else an emptied field would give its minimum
        step=1.0,
        format="%.0f" if value is None or float(value).is_integer() else "%.1f",
        placeholder=tr("not known"),
        key=key,
        on_change=type_in,
        args=(name, key),
    )
    with back:
        _way_back(case, name)
