"""The ECG on paper as a user works it: layouts, speeds, filters, calipers, single beats, prints."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.language import speaking
from lvm.show.colours import LIGHT
from lvm.show.ecg import Paper
from lvm.ui import downloads, paper


def opened(key: str = "lvh-man") -> AppTest:
    data = next(e for e in EXAMPLES if e.key == key).data()
    app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=60).run()
    app.switch_page("pages/ecg.py").run()
    return app.file_uploader(key="ecg_file").upload("ecg.xml", data, "text/xml").run()


@pytest.fixture
def app() -> AppTest:
    return opened()


def chart(app: AppTest):
    (found,) = [e.proto for e in app.get("plotly_chart")]
    return found


def foot(app: AppTest) -> str:
    return json.loads(chart(app).spec)["layout"]["annotations"][-1]["text"]


def texts(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in app.markdown)


def test_every_choice_is_on_the_strip_and_in_the_description(app):
    assert foot(app).startswith("25 mm/s    10 mm/mV    0.5–150 Hz")
    for key, value in (("layout", "Cabrera"), ("speed", 50), ("gain", 20), ("filter", "None")):
        app.segmented_control(key=key).set_value(value).run()
        assert not app.exception
    assert foot(app).startswith("50 mm/s    20 mm/mV    no filter added, leads centred")
    assert "Cabrera, 50 mm/s, 20 mm/mV, filter no filter added" in chart(app).alt
    number = app.session_state["case"].number
    start = app.slider(key=f"start-{number}-50")
    assert (start.min, start.max) == (0, 5)
    start.set_value(4.0).run()
    assert "Shown: 4–9 s of 10.0 s." in chart(app).alt


def test_choices_stay_for_the_next_patient_but_not_the_caliper(app):
    app.segmented_control(key="layout").set_value("12 × 1").run()
    app.segmented_control(key="calipers").set_value("By numbers").run()
    number = app.session_state["case"].number
    app.number_input(key=f"caliper-{number}-rhythm-{app.session_state['case'].beat}-to").set_value(9.0).run()
    data = next(e for e in EXAMPLES if e.key == "normal-woman").data()
    app.file_uploader(key="ecg_file").upload("next.xml", data, "text/xml").run()
    assert not app.exception
    assert app.segmented_control(key="layout").value == "12 × 1"
    case = app.session_state["case"]
    second_s = app.number_input(key=f"caliper-{case.number}-rhythm-{case.beat}-to").value
    assert second_s == pytest.approx(case.analysis.beats[case.beat + 1].r_s)


def test_calipers_by_numbers_measure_and_are_drawn(app):
    assert "Drag over the paper to enlarge" in texts(app)
    app.segmented_control(key="calipers").set_value("By numbers").run()
    case = app.session_state["case"]
    key = f"caliper-{case.number}-rhythm-{case.beat}"
    app.selectbox(key=f"{key}-lead").set_value("V5").run()
    app.number_input(key=f"{key}-from").set_value(8.0).run()
    app.number_input(key=f"{key}-to").set_value(8.32).run()
    assert not app.exception
    v5 = case.analysis.cleaned_mv[10]
    first, second = round(float(v5[4000]), 2), round(float(v5[4160]), 2)
    told = next(m.value for m in app.markdown if m.value.startswith("**320 ms"))
    found = [float(n.replace("−", "-")) for n in re.findall(r"([−\d.]+) mV", told)]
    assert told.startswith("**320 ms (188 /min), ")
    assert found == pytest.approx([second - first, first, second])
    lines = [s["x0"] for s in json.loads(chart(app).spec)["layout"]["shapes"] if s["type"] == "line"]
    assert lines == pytest.approx([8.0, 8.32])


def test_calipers_by_mouse_make_dragging_draw_a_box(app):
    app.segmented_control(key="calipers").set_value("By mouse").run()
    assert json.loads(chart(app).spec)["layout"]["dragmode"] == "select"
    assert "zoom2d" in chart(app).config
    assert "Drag a box from one point of a lead to another" in texts(app)


def test_the_average_beat_is_one_beat_with_its_own_filter(app):
    number = app.session_state["case"].number
    shows = app.segmented_control(key=f"paper_shows-{number}")
    assert shows.options == ["Rhythm", "Average beat"]
    shows.set_value("Average beat").run()
    assert not app.exception
    assert app.segmented_control(key="layout").disabled
    assert app.segmented_control(key="filter").disabled
    assert "Average of 11 usable beats: one beat, not a rhythm" in chart(app).alt
    assert "0.5–40 Hz" in foot(app)
    assert "The median of the usable beats" in texts(app)
    app.segmented_control(key="calipers").set_value("By numbers").run()
    told = next(m.value for m in app.markdown if m.value.startswith("**") and " mV: from " in m.value)
    assert "/min" not in told


def test_the_devices_beat_where_the_file_has_one(shared):
    data = (shared / "ecg-files/ge_muse_xml/braveheart_example2.xml").read_bytes()
    app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=60).run()
    app.switch_page("pages/ecg.py").run()
    app.file_uploader(key="ecg_file").upload("ecg.xml", data, "text/xml").run()
    number = app.session_state["case"].number
    app.segmented_control(key=f"paper_shows-{number}").set_value("Device’s beat").run()
    assert not app.exception
    assert chart(app).alt.startswith("Representative beat, made by the device: one beat, not a rhythm")
    assert "as in the file, 500 Hz" in foot(app)


def test_prints_are_offered_with_their_size_and_page(app):
    app.segmented_control(key="gain").set_value(5).run()
    labels = [b.proto.label for b in app.get("download_button")]
    assert labels == ["Picture, PDF", "Picture, SVG", "Picture, PNG"]
    assert "In true size: 1 s is 25 mm and 1 mV 5 mm on paper. The PDF’s page: A4 across." in texts(app)


def test_a_print_is_in_english_on_light_paper_with_the_case_and_the_notice(app, monkeypatch):
    """Whatever the screen shows: drawn when asked for."""
    case, drawn = app.session_state["case"], {}
    monkeypatch.setattr(paper, "prints", lambda draw, name, key: drawn.update(draw=draw, name=name))
    sheet = Paper()
    with speaking("zh_TW"):
        paper._under(case, "Rhythm", sheet, paper._drawn(case, "Rhythm", sheet, LIGHT))
        svg = downloads._made(drawn["draw"], "svg").decode()
    assert drawn["name"] == "ecg"
    assert f"fill: {LIGHT.paper}" in svg
    for said in ("UNCONFIRMED", "Not a medical device", "man, 63 years", "QTcF (device): 172, 104, 408, 425 ms"):
        assert said in svg
