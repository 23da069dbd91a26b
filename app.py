"""The application: page config, banner, navigation. Run with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from lvm.language import tr
from lvm.ui import frame
from lvm.ui.case import read_waiting
from lvm.ui.language import speak_users
from lvm.ui.opening import follow_link
from lvm.ui.warm import warm

speak_users()
# No address is a file's name: else Streamlit, on a fresh server, would take pages/ for an app of its own kind and open
# that file without what is below, banner included.
PAGES = [
    st.Page("pages/ecg.py", title=tr("ECG"), url_path="recording", default=True),
    st.Page("pages/beats.py", title=tr("Beats"), url_path="beat"),
    st.Page("pages/mass.py", title=tr("LV mass"), url_path="lv-mass"),
    st.Page("pages/saliency.py", title=tr("Saliency"), url_path="saliency-map"),
    st.Page("pages/models.py", title=tr("Models"), url_path="model-cards"),
]

# A local icon, set before the navigation: without it the browser would ask an outside host for one.
icon = Path(__file__).parent / "lvm" / "ui" / "icon.png"
st.set_page_config(page_title=tr("eLVMass-Net: LV mass from the ECG"), page_icon=str(icon), layout="wide")
page = st.navigation(PAGES, position="top")
with frame.sheet():
    frame.banner()
    follow_link()
    read_waiting()
    frame.header()
    try:
        page.run()
    finally:  # also where a page stops early
        warm()
