"""Why an estimate is withheld, and the deliberate way past it."""

from typing import TYPE_CHECKING

import streamlit as st

from lvm.ui.case import Case, choose_override, reasons_against

if TYPE_CHECKING:
    from lvm.estimate import Estimate

ANYWAY = "Show an estimate anyway, for teaching"
WHAT_IT_MEANS = (
    "The network is not made for such an ECG, so nobody knows how wrong the number is. It is marked wherever it "
    "stands, until another file is opened."
)
FIRST_THE_SEX = "State the sex first: without it there is no estimate, not even for teaching."
NO_BEAT = "Without a usable beat there is nothing to estimate from, not even for teaching."


def scope(case: Case, estimate: "Estimate") -> None:
    """The reasons, each by itself, and the switch where one can help; nothing where nothing speaks against it."""
    from lvm.show import quality

    against = reasons_against(case)
    reasons = estimate.reasons or against
    if not reasons:
        return
    with st.container(border=True):
        if estimate.overridden:
            st.markdown(f"**{quality.marks(estimate).capitalize()}: an estimate for teaching only, in spite of this:**")
        else:
            st.markdown("**No estimate is made of this ECG:**")
        st.warning("\n\n".join(quality.reason(reason) for reason in reasons))
        if against and case.beat is None:
            st.markdown(f":small[{NO_BEAT}]")
        elif against:
            key, sexless = f"override-{case.number}", estimate.inputs["sex"].value is None
            st.session_state[key] = case.override
            st.toggle(ANYWAY, key=key, on_change=choose_override, args=(key,), disabled=sexless)
            st.markdown(f":small[{FIRST_THE_SEX if sexless else WHAT_IT_MEANS}]")
