"""The profile by lead and segment on the page Beats."""

from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.cohort.muse import write_muse
from lvm.recording import LEADS, Measurements, Patient


def opened(data: bytes) -> AppTest:
    """The page Beats with a file uploaded."""
    app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()
    app.switch_page("pages/ecg.py").run()
    app.file_uploader(key="ecg_file").upload("ecg.xml", data, "text/xml").run()
    return app.switch_page("pages/beats.py").run()


def profiles(app: AppTest) -> list[pd.DataFrame]:
    return [t.value for t in app.table if "Slope, mV/s" in t.value.columns]


def texts(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in app.markdown)


def test_a_segment_can_be_chosen_and_stays():
    app = opened(next(e for e in EXAMPLES if e.key == "normal-man").data())
    assert not app.exception
    (expander,) = app.expander
    assert expander.label == "Profile by lead and segment"
    assert not expander.proto.expanded
    (qrs,) = profiles(app)
    assert tuple(qrs["Lead"]) == LEADS
    assert "The QRS lasts **" in texts(app)
    assert "The profile on which the method ecgAI (Tison 2019) rests; medians over " in texts(app)
    app.segmented_control(key="profile_segment").set_value("T wave").run()
    assert not app.exception
    (t,) = profiles(app)
    assert "The T wave lasts **" in texts(app)
    assert not t.equals(qrs)
    app.switch_page("pages/mass.py").run()
    app.switch_page("pages/beats.py").run()
    assert profiles(app)[0].equals(t)


def test_without_a_usable_beat_there_is_no_profile():
    noise = np.random.default_rng(0).normal(0, 0.05, (12, 5000)).astype(np.float32)
    app = opened(write_muse(noise, 500.0, Patient("male", 50, 170, 70), Measurements(), "nothing"))
    assert not app.exception
    assert not profiles(app)
