"""The choice of the lead groups, the same on every page that draws leads by groups."""

import streamlit as st

from lvm.language import mark, tr
from lvm.ui.frame import choice

_KEY = "lead_groups"
_NAMES = {2: mark("Two, by plane"), 4: mark("Four, by coronary territory")}


def lead_groups() -> int:
    """How many, as chosen; also where the field stands further down on the page, or on another one."""
    return int(st.session_state.get(_KEY) or 2)


def lead_groups_field() -> int:
    return choice(mark("Lead groups"), tuple(_NAMES), _KEY, format_func=lambda count: tr(_NAMES[count]))
