"""The saliency page: every method, the table and what moves it, the checks, and what can be taken along."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.explain import METHODS

APP = Path(__file__).parents[2] / "app.py"


def texts(app):
    return " ".join(m.value for m in app.markdown)


@pytest.fixture
def app():
    app = AppTest.from_file(APP, default_timeout=120).run()
    app.button(key="lvh-man").click().run()
    app.switch_page("pages/saliency.py").run()
    assert not app.exception
    return app


def table(app, column):
    return next(t.value for t in app.table if column in t.value.columns)


def grams(text):
    return re.findall(r"\d+ g \(\d+–\d+ g\)", text)


def shares(app):
    return table(app, "Both").set_index("Segment")


@pytest.mark.parametrize("key", METHODS)
def test_every_method(app, key):
    app.segmented_control(key="method").set_value(key).run()
    assert not app.exception
    assert METHODS[key].sentence in texts(app)
    assert shares(app).loc["Total", "Both"] == "100.0\N{NO-BREAK SPACE}%"
    assert "not why the heart is large" in texts(app)
    assert re.search(r"Read this map with care:|Do not read this map:|The map holds in all", texts(app))
    assert len(app.get("plotly_chart")) == 2  # the map and the waterfall
    assert len(table(app, "Found")) == 9
    assert "directions that a real ECG can take" in texts(app)
    assert app.segmented_control(key="shown").disabled is (key == "grad-cam")
    assert app.slider(key=f"cut_off-{key}").value == (15 if key in ("gradient", "smoothgrad", "grad-cam") else 1)


def test_the_table_of_all_methods(app):
    every = table(app, "Grad-CAM")
    assert list(every.columns) == ["Segment", "Leads", *(m.name for m in METHODS.values())]
    assert len(every) == 10
    for method in METHODS.values():
        assert every[method.name].str.contains("★").sum() >= 1


def test_four_lead_groups_and_back(app):
    app.segmented_control(key="lead_groups").set_value(4).run()
    assert not app.exception
    found = table(app, "All leads")
    assert list(found.columns)[1:5] == [
        ":orange[Anterior: V1–V4]", ":violet[Lateral: I, aVL, V5, V6]", ":blue[Inferior: II, III, aVF]", ":gray[aVR]"
    ]  # fmt: skip
    assert found.set_index("Segment").loc["Total", "All leads"] == "100.0\N{NO-BREAK SPACE}%"
    assert "There is something to set against it" in texts(app)
    assert "Not every order could be tried" in texts(app)
    app.segmented_control(key="lead_groups").set_value(2).run()
    assert shares(app).loc["Total", "Both"] == "100.0\N{NO-BREAK SPACE}%"


def test_a_moved_boundary_moves_the_table_at_once_and_can_be_taken_back(app):
    app.segmented_control(key="method").set_value("gradient").run()
    app.slider(key="cut_off-gradient").set_value(0).run()
    before, estimate = shares(app), texts(app)
    case = app.session_state["case"]
    key = f"boundary-{case.number}-{case.beat}-qrs_offset"
    old = app.number_input(key=key).value
    app.number_input(key=key).set_value(old - 20).run()
    assert not app.exception
    assert app.number_input(key=key).value == old - 20
    moved = shares(app)
    both = [float(t.loc["QRS interval", "Both"].split()[0]) for t in (before, moved)]
    assert both[1] < both[0]
    assert re.search(r"(with care|not read this map):\*\* .*moved by hand", texts(app))
    assert moved.loc["Total", "Both"] == "100.0\N{NO-BREAK SPACE}%"
    assert grams(texts(app)) != grams(estimate)  # the QRS is shorter, and the estimate follows
    next(b for b in app.button if b.label == "Back to the boundaries found").click().run()
    assert shares(app).equals(before)
    assert grams(texts(app)) == grams(estimate)
    assert app.number_input(key=key).value == old


def test_a_boundary_cannot_pass_its_neighbour(app):
    case = app.session_state["case"]
    key = f"boundary-{case.number}-{case.beat}-t_onset"
    app.number_input(key=key).set_value(-250.0).run()
    qrs_offset = app.number_input(key=f"boundary-{case.number}-{case.beat}-qrs_offset").value
    assert app.number_input(key=key).value == qrs_offset
    assert shares(app).loc["ST segment", "Both"].startswith("0.0")


def test_where_a_boundary_withholds_the_estimate_it_can_be_taken_back(app):
    before, case = shares(app), app.session_state["case"]
    app.number_input(key=f"boundary-{case.number}-{case.beat}-qrs_offset").set_value(100.0).run()
    assert not app.exception
    assert "Nothing to explain" in texts(app)
    assert "QRS 15" in app.warning[0].value
    app.button(key="boundaries_of_beat").click().run()
    assert shares(app).equals(before)


def test_shuffled_weights_are_one_click_away_and_say_so(app):
    app.segmented_control(key="network").set_value("Shuffled").run()
    assert not app.exception
    assert "A network that has learned nothing:" in texts(app)
    assert not re.search(r"Read this map|Do not read|The map holds", texts(app))
    assert "shuffled weights" in app.get("plotly_chart")[0].proto.alt


def test_by_group_and_by_all_leads(app):
    for by in ("group", "whole"):
        for shown in ("Magnitude", "Signed"):
            app.segmented_control(key="by").set_value(by)
            app.segmented_control(key="shown").set_value(shown).run()
            assert not app.exception


def test_downloads(app):
    labels = [b.label for b in app.get("download_button")]
    assert sorted(labels) == [*["Picture, PNG"] * 2, *["Picture, SVG"] * 2, "Table as CSV"]


def test_another_patient_brings_no_boundary_of_the_last(app):
    case = app.session_state["case"]
    app.number_input(key=f"boundary-{case.number}-{case.beat}-t_offset").set_value(400.0).run()
    assert app.session_state["case"].edited
    app.switch_page("pages/ecg.py").run()
    app.button(key=EXAMPLES[0].key).click().run()
    app.switch_page("pages/saliency.py").run()
    assert app.session_state["case"].edited == {}


def test_a_damaged_table_of_a_cohort_is_said_and_the_rest_stays(app, tmp_path, monkeypatch):
    (tmp_path / "saliency").mkdir()
    (tmp_path / "saliency" / "population.json").write_text("{", encoding="utf-8")
    monkeypatch.setattr("lvm.weights.FOLDER", tmp_path)
    app.run()
    assert not app.exception
    assert "population.json in saliency is damaged" in app.error[0].value
    assert len(app.get("plotly_chart")) == 2
