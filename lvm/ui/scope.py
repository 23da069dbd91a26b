"""Why an estimate is withheld, and the deliberate way past it."""

from typing import TYPE_CHECKING

import streamlit as st

from lvm.language import mark, tr
from lvm.ui.case import Case, reasons_against
from lvm.ui.choices import choose_override
from lvm.ui.frame import put, small

if TYPE_CHECKING:
    from lvm.estimate import Estimate

ANYWAY = mark("Show an estimate anyway, for teaching")
WHAT_IT_MEANS = mark(
    "The network is not made for such an ECG, so nobody knows how wrong the number is. It is marked wherever it "
    "stands, until another file is opened."
)
FIRST_THE_SEX = mark("State the sex first: without it there is no estimate, not even for teaching.")
NO_BEAT = mark("Without a usable beat there is nothing to estimate from, not even for teaching.")


def scope(case: Case, estimate: "Estimate") -> None:
    """The reasons, each by itself, and the switch where one can help; nothing where nothing speaks against it."""
    from lvm.show import quality

    against = reasons_against(case)
    reasons = estimate.reasons or against
    if not reasons:
        return
    with st.container(border=True):
        if estimate.overridden:
            marks = quality.marks(estimate)
            told = tr("{marks}: an estimate for teaching only, in spite of this:", marks=marks[:1].upper() + marks[1:])
            st.markdown(f"**{told}**")
        else:
            st.markdown(tr("**No estimate is made of this ECG:**"))
        st.warning("\n\n".join(quality.reason(reason) for reason in reasons))
        if quality.which_paper(reasons):
            small(quality.which_paper(reasons))
        if against and case.beat is None:
            small(tr(NO_BEAT))
        elif against:
            key, sexless = f"override-{case.number}", estimate.inputs["sex"].value is None
            put(key, case.override)
            st.toggle(tr(ANYWAY), key=key, on_change=choose_override, args=(key,), disabled=sexless)
            small(tr(FIRST_THE_SEX if sexless else WHAT_IT_MEANS))
