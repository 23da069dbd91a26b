"""The calipers' fields: a lead and two moments, for those who do not drag."""

from typing import TYPE_CHECKING

import streamlit as st

from lvm.language import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lvm.show.calipers import Caliper


def caliper_fields(leads: "Sequence[str]", span_s: tuple[float, float], longest_s: float, key: str) -> "Caliper":
    """What is typed.

    span_s : the moments that stand there at first. key : of the fields, another one for another ECG.
    """
    from lvm.show.calipers import Caliper

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", width="content"):
        lead = st.selectbox(tr("Lead"), leads, leads.index("II"), key=f"{key}-lead", width=110)
        from_s, to_s = (
            st.number_input(label, 0.0, longest_s, at_s, 0.01, "%.3f", key=f"{key}-{name}", width=150)
            for name, label, at_s in (("from", tr("From, s"), span_s[0]), ("to", tr("To, s"), span_s[1]))
        )
    return Caliper(lead, from_s, to_s)
