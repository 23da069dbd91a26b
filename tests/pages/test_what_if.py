"""The what-if panel on the page LV mass: a field moved gives another number there, and nowhere else."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.recording import LEADS
from tests.pages.walk import give, go


@pytest.fixture
def opened() -> Callable[[str], AppTest]:
    """The page LV mass of a simulated patient."""
    app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()

    def upload(key: str) -> AppTest:
        return give(app, next(e for e in EXAMPLES if e.key == key).data(), "mass")

    return upload


def key(app: AppTest, name: str) -> str:
    return f"what-if-{name}-{app.session_state['case'].number}"


def slider(app: AppTest, name: str):
    return field(app.slider, app, name)


def field(of, app: AppTest, name: str):
    """The key goes on: a field that is moved by another is another."""
    (found,) = [one for one in of if (one.key or "").startswith(key(app, name))]
    return found


def answer(app: AppTest) -> tuple[str, str]:
    (metric,) = [m for m in app.metric if m.label == "LV mass, if so"]
    return metric.value, metric.delta


def effects(app: AppTest) -> dict[str, str]:
    (table,) = [t.value for t in app.table if t.value.columns[0] == "If"]
    return dict(zip(table["If"], table["Effect, by itself"], strict=True))


def header(app: AppTest) -> str:
    return next(m.value for m in app.markdown if re.search(r"\d+ g \(\d+–\d+ g\)", m.value))


def test_every_field_begins_at_the_patient(opened):
    app = opened("lvh-man")
    assert answer(app) == (app.metric[0].value, "0.0 g")
    begins = {"age_years": 63, "height_cm": 172, "weight_kg": 84, "p_axis_deg": 52, "qrs_axis_deg": 0,
              "t_axis_deg": 168, "qrs_duration_ms": 104, "qrs_gain": 1, "t_gain": 1}  # fmt: skip
    assert {name: slider(app, name).value for name in begins} == begins
    assert field(app.segmented_control, app, "sex").value == "male"
    assert field(app.selectbox, app, "without_lead").options == ["none", *LEADS]
    assert app.button(key=key(app, "reset")).disabled
    assert set(effects(app).values()) == {"–", "**0.0 g**"}


def test_a_slider_gives_a_new_number_and_the_reset_takes_it_back(opened):
    app = opened("lvh-man")
    before, said = app.metric[0].value, header(app)
    slider(app, "qrs_gain").set_value(1.5).run()
    assert not app.exception
    assert answer(app) == ("215 g", "+26.6 g")
    assert effects(app)["**QRS amplitude**"] == "**+26.6 g**"
    field(app.selectbox, app, "without_lead").select("V4").run()
    field(app.segmented_control, app, "sex").set_value("female").run()
    found = effects(app)
    assert {found[name] for name in ("**Sex**", "**Lead removed**")} == {"**−45.6 g**", "**−14.2 g**"}
    assert found["**All together**"] == f"**{answer(app)[1]}**"
    assert app.metric[0].value == before  # of the patient
    assert header(app) == said
    go(app, "saliency")
    assert header(app) == said
    go(app, "mass")
    assert effects(app) == found  # still asked
    app.button(key=key(app, "reset")).click().run()
    assert answer(app) == (before, "0.0 g")
    assert slider(app, "qrs_gain").value == 1
    assert field(app.selectbox, app, "without_lead").value == "none"


def test_nothing_asked_outlives_its_patient(opened):
    app = opened("lvh-man")
    slider(app, "weight_kg").set_value(120.0).run()
    assert answer(app)[1] == "+37.6 g"
    app = opened("normal-man")
    assert answer(app)[1] == "0.0 g"
    assert app.session_state["case"].what_if is None


def test_what_is_typed_is_where_the_question_begins(opened):
    app = opened("lvh-man")
    slider(app, "weight_kg").set_value(90.0).run()
    number = app.session_state["case"].number
    app.number_input(key=f"weight_kg-{number}").set_value(90.0).run()
    assert answer(app) == (app.metric[0].value, "0.0 g")  # the patient is what was asked about
    app.number_input(key=f"weight_kg-{number}").set_value(180.0).run()
    assert slider(app, "weight_kg").max == 180  # no narrower than the patient
    assert slider(app, "weight_kg").value == 180
    assert answer(app)[1] == "0.0 g"  # what the patient has become was asked for the last time


def test_what_is_put_back_is_asked_no_more(opened):
    app = opened("lvh-man")
    case = app.session_state["case"]
    for value in (100.0, 84.0):
        slider(app, "weight_kg").set_value(value).run()
    for sex in ("female", "male"):
        field(app.segmented_control, app, "sex").set_value(sex).run()
    assert case.what_if is None
    app.number_input(key=f"weight_kg-{case.number}").set_value(70.0).run()
    app.segmented_control(key=f"sex-{case.number}").set_value("female").run()
    assert answer(app)[1] == "0.0 g"
    assert slider(app, "weight_kg").value == 70
    assert field(app.segmented_control, app, "sex").value == "female"


def test_a_question_stays_as_asked_where_the_patient_changes_under_it(opened):
    app = opened("premature-woman")
    number = app.session_state["case"].number
    slider(app, "height_cm").set_value(165.3).run()
    assert slider(app, "height_cm").max == pytest.approx(199.3)
    before = slider(app, "height_cm").proto.id
    app.number_input(key=f"height_cm-{number}").set_value(160.0).run()
    moved = slider(app, "height_cm")
    assert (moved.min, moved.max, moved.value, moved.proto.format) == (140, 200, 165.3, "%.1f")
    assert moved.proto.id != before
    assert list(moved.proto.default) == [165.3]  # a slider that is new stands where it begins, not at its minimum
    assert not moved.proto.set_value
    table = next(t.value for t in app.table if t.value.columns[0] == "If").set_index("If")
    assert table.loc["**Height**", "Value"] == "160 cm → 165.3 cm"
    app.number_input(key=f"height_cm-{number}").set_value(220.0).run()
    slider(app, "height_cm").set_value(219.0).run()
    app.number_input(key=f"height_cm-{number}").set_value(160.0).run()
    assert slider(app, "height_cm").value == 200  # no further than can be asked


def test_an_emptied_number_is_what_it_was_before_anything_was_typed(opened):
    app = opened("lvh-man")
    case, before = app.session_state["case"], header(app)
    for typed in (95.0, None, None):
        app.number_input(key=f"weight_kg-{case.number}").set_value(typed).run()
        assert case.typed.weight_kg == typed
    assert header(app) == before
    assert app.number_input(key=f"weight_kg-{case.number}").value == 84
    assert app.number_input(key=f"weight_kg-{case.number}").label == "Weight, kg (from the file)"
    app = opened("premature-woman")
    number = app.session_state["case"].number
    for typed in (165.0, None):
        app.number_input(key=f"height_cm-{number}").set_value(typed).run()
        assert app.session_state["case"].typed.height_cm == typed
    assert app.number_input(key=f"height_cm-{number}").value is None


def test_an_emptied_boundary_does_not_move(opened):
    app = go(opened("lvh-man"), "beats")
    case = app.session_state["case"]
    key = f"boundary-{case.number}-{case.beat}-qrs_offset"
    before = app.number_input(key=key).value
    app.number_input(key=key).set_value(None).run()
    assert case.edited == {}
    assert app.number_input(key=key).value == before


def test_a_network_that_is_given_less_is_asked_less(opened):
    app = opened("normal-woman")
    number = app.session_state["case"].number
    slider(app, "t_axis_deg").set_value(120.0).run()
    app.segmented_control(key=f"inputs-{number}").set_value("model 1").run()
    assert not [s for s in app.slider if s.key.startswith(key(app, "t_axis_deg"))]
    assert "T axis" not in effects(app)
    assert answer(app)[1] == "0.0 g"


def test_an_imputed_height_is_said_beside_the_number_and_can_be_asked_about(opened):
    app = opened("premature-woman")
    assert any("training median was used: height 158 cm. The interval is wider" in m.value for m in app.markdown)
    assert not app.warning
    assert slider(app, "height_cm").value == pytest.approx(158.3)
    index = next(m for m in app.metric if m.label == "Index, if so")
    assert (index.value, index.delta) == ("–", "needs the height")
    slider(app, "height_cm").set_value(165.3).run()
    index = next(m for m in app.metric if m.label == "Index, if so")
    assert index.value.endswith("g/m²")
