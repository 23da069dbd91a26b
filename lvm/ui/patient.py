"""The inputs of the estimate on the screen: the file's or ours, unless the user types others."""

from typing import TYPE_CHECKING

import streamlit as st

from lvm.ui.case import Case, type_in

if TYPE_CHECKING:
    from lvm.estimate import Estimate


def _source(estimate: "Estimate", name: str) -> str:
    from lvm.show.words import SOURCES, number

    found = estimate.inputs[name]
    if found.source == "imputed" and found.value is not None:
        return f"not known, {number(float(found.value))} imputed"
    return SOURCES[found.source]


def _value(case: Case, name: str) -> float | str | None:
    from lvm.estimate import gather_inputs

    return gather_inputs(case.analysis, case.typed)[name].value


def sex_field(case: Case, estimate: "Estimate") -> None:
    """Male or female; nothing is preset where the file does not say."""
    key = f"sex-{case.number}"
    st.session_state[key] = _value(case, "sex")
    st.segmented_control(
        f"Sex ({_source(estimate, 'sex')})",
        ("male", "female"),
        key=key,
        on_change=type_in,
        args=("sex", key),
    )


def number_field(case: Case, estimate: "Estimate", name: str, label: str, low: float, high: float) -> None:
    """A number that may be left empty."""
    key = f"{name}-{case.number}"
    value = _value(case, name)
    # A file may hold what no person has: shown as unknown here, the estimate's warnings name it.
    st.session_state[key] = float(value) if value is not None and low <= float(value) <= high else None
    st.number_input(
        f"{label} ({_source(estimate, name)})",
        min_value=float(low),
        max_value=float(high),
        step=1.0,
        format="%.0f" if value is None or float(value).is_integer() else "%.1f",
        placeholder="not known",
        key=key,
        on_change=type_in,
        args=(name, key),
    )
