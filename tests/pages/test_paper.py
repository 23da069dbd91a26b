"""The ECG on paper as a user works it: layouts, speeds, filters, calipers, single beats, prints."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.language import speaking
from lvm.show import single
from lvm.show.calipers import Caliper
from lvm.show.colours import LIGHT
from lvm.show.ecg import Paper
from lvm.ui import downloads, paper


def opened(key: str = "lvh-man") -> AppTest:
    data = next(e for e in EXAMPLES if e.key == key).data()
    app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()
    app.switch_page("pages/ecg.py").run()
    return app.file_uploader(key="ecg_file").upload("ecg.xml", data, "text/xml").run()


@pytest.fixture
def app() -> AppTest:
    return opened()


def chart(app: AppTest):
    (found,) = [e.proto for e in app.get("plotly_chart")]
    return found


def choose(app: AppTest, **values) -> None:
    """Among the controls, of which speed, gain and filter are unfolded first."""
    if not any(group.key == "speed" for group in app.segmented_control):
        app.button(key="settings").click().run()
    for key, value in values.items():
        app.segmented_control(key=key).set_value(value).run()
        assert not app.exception


def foot(app: AppTest) -> str:
    return json.loads(chart(app).spec)["layout"]["annotations"][-1]["text"]


def texts(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in app.markdown)


def test_every_choice_is_on_the_strip_and_in_the_description(app):
    assert foot(app).startswith("25 mm/s    10 mm/mV    0.5–150 Hz")
    choose(app, layout="Cabrera", speed=50, gain=20, filter="None")
    assert foot(app).startswith("50 mm/s    20 mm/mV    no filter added, leads centred")
    assert "Cabrera, 50 mm/s, 20 mm/mV, filter no filter added" in chart(app).alt
    number = app.session_state["case"].number
    start = app.slider(key=f"start-{number}-{app.session_state['case'].beat}-50")
    assert (start.min, start.max) == (0, 5)
    start.set_value(4.0).run()
    assert "Shown: 4–9 s of 10.0 s." in chart(app).alt


def test_speed_gain_and_filter_are_told_while_folded_and_stay_over_pages(app):
    def folded() -> bool:
        return not any(group.key in ("speed", "gain", "filter") for group in app.segmented_control)

    assert folded()
    assert ":small[25 mm/s, 10 mm/mV, 0.5–150 Hz]" in texts(app)
    choose(app, speed=50, gain=5, filter="None")
    app.button(key="settings").click().run()
    for page in ("models", "ecg"):
        app.switch_page(f"pages/{page}.py").run()
    assert folded()
    assert ":small[50 mm/s, 5 mm/mV, no filter]" in texts(app)
    assert foot(app).startswith("50 mm/s    5 mm/mV    no filter added")
    app.button(key="settings").click().run()
    assert [app.segmented_control(key=key).value for key in ("speed", "gain", "filter")] == [50, 5, "None"]
    app.segmented_control(key=f"paper_shows-{app.session_state['case'].number}").set_value("Average beat").run()
    assert ":small[50 mm/s, 5 mm/mV]" in texts(app)  # whose filter is its own


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
    app.selectbox(key=f"{key}-aVR-en").set_value("V5").run()
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
    assert "On this paper" not in told
    app.number_input(key=f"{key}-from").set_value(4.84).run()  # where the paper shows V1 to V3
    told = next(m.value for m in app.markdown if m.value.startswith("**3480 ms"))
    assert told.endswith("  \n:small[On this paper V5 stands from 7.50 to 10.00 s only.]")
    app.segmented_control(key="layout").set_value("12 × 1").run()
    assert "On this paper" not in texts(app)


def test_calipers_by_mouse_make_dragging_draw_a_box(app):
    app.segmented_control(key="calipers").set_value("By mouse").run()
    assert json.loads(chart(app).spec)["layout"]["dragmode"] == "select"
    assert "zoom2d" in chart(app).config
    assert "Drag a box from one point of a lead to another" in texts(app)
    assert "Drag over the paper to enlarge" not in texts(app)


def test_the_average_beat_is_one_beat_with_its_own_filter(app):
    number = app.session_state["case"].number
    shows = app.segmented_control(key=f"paper_shows-{number}")
    assert shows.options == ["Rhythm", "Average beat"]
    shows.set_value("Average beat").run()
    assert not app.exception
    app.button(key="settings").click().run()
    shown = {control.key for control in app.segmented_control}
    assert "gain" in shown
    assert {"layout", "filter"}.isdisjoint(shown)  # a single beat has its own
    assert "Average of 11 usable beats: one beat, not a rhythm" in chart(app).alt
    assert "0.5–40 Hz" in foot(app)
    assert "The median of the usable beats" in texts(app)
    app.segmented_control(key="calipers").set_value("By numbers").run()
    told = next(m.value for m in app.markdown if m.value.startswith("**") and " mV: from " in m.value)
    assert "/min" not in told
    assert "On this paper" not in told


def test_a_single_beat_is_made_once_a_run(app, monkeypatch):
    made = []
    whole = single.single
    monkeypatch.setattr(single, "single", lambda *of: made.append(of) or whole(*of))
    app.segmented_control(key="calipers").set_value("By numbers").run()
    assert not made
    app.segmented_control(key=f"paper_shows-{app.session_state['case'].number}").set_value("Average beat").run()
    assert not app.exception
    assert len(made) == 1


def test_the_devices_beat_where_the_file_has_one(shared):
    data = (shared / "ecg-files/ge_muse_xml/braveheart_example2.xml").read_bytes()
    app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()
    app.switch_page("pages/ecg.py").run()
    app.file_uploader(key="ecg_file").upload("ecg.xml", data, "text/xml").run()
    number = app.session_state["case"].number
    app.segmented_control(key=f"paper_shows-{number}").set_value("Device’s beat").run()
    assert not app.exception
    assert chart(app).alt.startswith("Representative beat, made by the device: one beat, not a rhythm")
    assert "as in the file, 500 Hz" in foot(app)


def test_prints_are_offered_with_their_size_and_page(app):
    choose(app, gain=5)
    labels = [b.proto.label for b in app.get("download_button")]
    assert labels == ["Picture, PDF", "Picture, SVG", "Picture, PNG"]
    assert "In true size: 1 s is 25 mm and 1 mV 5 mm on paper. The PDF’s page: A4 across." in texts(app)


def test_a_print_is_in_english_on_light_paper_with_the_case_and_the_notice(app, monkeypatch):
    """Whatever the screen shows: drawn when asked for."""
    case, drawn = app.session_state["case"], {}
    monkeypatch.setattr(paper, "prints", lambda draw, name, key: drawn.update(draw=draw, name=name))
    sheet = Paper()
    caliper = Caliper("V5", 8.0, 8.32)
    with speaking("zh_TW"):
        paper._under(case, "Rhythm", None, sheet, paper._drawn(case, None, sheet, LIGHT, caliper), caliper)
        svg = downloads._made(drawn["draw"], "svg").decode()
    assert drawn["name"] == "ecg"
    assert f"fill: {LIGHT.paper}" in svg
    for said in ("UNCONFIRMED", "Not a medical device", "man, 63 years", "QTcF (device): 172, 104, 408, 425 ms"):
        assert said in svg
    assert "Calipers, V5, 8.000 to 8.320 s: 320 ms (188 /min), " in svg
    figure, lines = drawn["draw"]()
    assert len(lines) == 3
    assert [s.x0 for s in figure.layout.shapes if s.type == "line"] == pytest.approx([8.0, 8.32])
    paper._under(case, "Rhythm", None, sheet, paper._drawn(case, None, sheet, LIGHT, None), None)
    figure, lines = drawn["draw"]()
    assert len(lines) == 2
    assert not [s for s in figure.layout.shapes if s.type == "line"]
