"""The calipers' fields: a lead and two moments, for those who do not drag."""

from typing import TYPE_CHECKING

import streamlit as st

from lvm.language import tr
from lvm.ui.frame import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lvm.show.calipers import Caliper


def caliper_fields(leads: "Sequence[str]", span_s: tuple[float, float], longest_s: float, key: str) -> "Caliper":
    """What is typed.

    span_s : the moments that stand there at first. key : of the fields, another one for another ECG.
    """
    from lvm.show.calipers import Caliper

    def take(lead: str) -> None:
        st.session_state[chosen] = _bare(lead)

    chosen, (avr,) = f"{key}-chosen", (lead for lead in leads if _bare(lead) == "aVR")
    (lead,) = (lead for lead in leads if _bare(lead) == st.session_state.get(chosen, "II"))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", width="content"):
        pick(tr("Lead"), leads, lead, take, f"{key}-{avr}", width=110)
        from_s, to_s = (
            st.number_input(
                label, 0.0, longest_s, at_s, 0.01, "%.3f", key=f"{key}-{name}", persist_state="session", width=150
            )
            for name, label, at_s in (("from", tr("From, s"), span_s[0]), ("to", tr("To, s"), span_s[1]))
        )
    return Caliper(lead, from_s, to_s)


def _bare(lead: str) -> str:
    """aVR also where a layout turns it over: what is measured stays so from layout to layout."""
    return lead.removeprefix("−")
