"""The application: page config, banner, navigation. Run with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from lvm.ui import frame
from lvm.ui.warm import warm

PAGES = [
    st.Page("pages/ecg.py", title="ECG", default=True),
    st.Page("pages/beats.py", title="Beats"),
    st.Page("pages/mass.py", title="LV mass"),
    st.Page("pages/saliency.py", title="Saliency"),
    st.Page("pages/models.py", title="Models"),
]

# A local icon, set before the navigation: without it the browser would ask an outside host for one.
icon = Path(__file__).parent / "lvm" / "ui" / "icon.png"
st.set_page_config(page_title="eLVMass-Net: LV mass from the ECG", page_icon=str(icon), layout="wide")
page = st.navigation(PAGES, position="top")
frame.banner()
frame.header()
page.run()
warm()
