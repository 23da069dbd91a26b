"""Recordings that the network is not for: withheld with the reasons, and the deliberate way past them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.ui.scope import ANYWAY, FIRST_THE_SEX, WHAT_IT_MEANS
from tests.pages.walk import give, go

PAGES = ("pages/ecg.py", "pages/beats.py", "pages/mass.py", "pages/saliency.py", "pages/models.py")
OVERRIDDEN = re.compile(r"\d+ g, outside scope")


@pytest.fixture
def opened() -> Callable[[bytes], AppTest]:
    app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()

    def upload(data: bytes) -> AppTest:
        return give(app, data, "mass")

    return upload


def texts(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.warning, *app.error, *app.info))


def number(app: AppTest) -> int:
    return app.session_state["case"].number


def type_age(app: AppTest, years: float | None) -> AppTest:
    return app.number_input(key=f"age_years-{number(app)}").set_value(years).run()


def override(app: AppTest, on: bool = True) -> AppTest:
    return app.toggle(key=f"override-{number(app)}").set_value(on).run()


def test_a_wide_qrs_is_withheld_everywhere_and_the_rest_still_works(opened, shared):
    app = opened((shared / "ecg-files/philips_sierra_xml/129DYPRG_1_03.xml").read_bytes())
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        assert "**withheld**" in texts(app)
        assert not app.metric
    go(app, "mass")
    assert "**QRS 135 ms (device)**" in texts(app)
    assert len(app.table) == 2  # the criteria, and the points of one of them
    assert not app.slider  # nothing to ask of an estimate that is not made
    go(app, "saliency")
    assert "**QRS 135 ms (device)**" in texts(app)
    assert "Nothing to explain" in texts(app)
    assert len(app.get("page_link")) == 1
    assert not app.get("plotly_chart")
    go(app, "beats")
    assert len(app.get("plotly_chart")) == 2  # all beats, and the one in use


def test_overriding_marks_the_number_on_every_page_and_can_be_undone(opened, shared):
    app = override(opened((shared / "ecg-files/philips_sierra_xml/129DYPRG_1_03.xml").read_bytes()))
    assert app.metric[0].label == "LV mass, outside scope"
    for page in PAGES:
        app.switch_page(page).run()
        assert OVERRIDDEN.search(texts(app))
    go(app, "saliency")
    assert "Outside scope: shown for teaching only." in app.warning[0].value
    assert "QRS 135 ms" in app.warning[0].value
    override(go(app, "mass"), on=False)
    assert not app.metric
    assert "**withheld**" in texts(app)


def test_a_child_is_withheld_until_overridden(opened):
    app = type_age(opened(EXAMPLES[0].data()), 12.0)
    assert "**Age 12 (set by hand)**" in texts(app)
    assert not app.metric
    override(app)
    assert app.metric[0].value.endswith(" g")
    assert OVERRIDDEN.search(texts(app))


def test_an_override_ends_with_its_reason_and_with_its_file(opened):
    app = override(type_age(opened(EXAMPLES[0].data()), 12.0))
    type_age(app, 40.0)
    assert not app.session_state["case"].override
    assert not app.toggle
    type_age(app, 11.0)
    assert not app.metric  # overridden anew, or not at all
    override(app)
    app = opened(EXAMPLES[1].data())
    assert not app.session_state["case"].override
    assert not OVERRIDDEN.search(texts(app))


def test_no_override_without_the_sex(opened):
    app = opened(re.sub(rb"<Gender>[^<]*</Gender>", b"", EXAMPLES[0].data()))
    assert not app.toggle  # nothing but the sex is missing
    assert "**The sex is not in the file**" in texts(app)
    type_age(app, 12.0)
    toggle = app.toggle(key=f"override-{number(app)}")
    assert toggle.label == ANYWAY
    assert toggle.disabled
    assert FIRST_THE_SEX in texts(app)
    assert WHAT_IT_MEANS not in texts(app)


def test_beside_the_reasons_stand_the_paper_and_below_criteria_without_a_verdict(opened, shared):
    app = opened((shared / "ecg-files/schiller_sema_xml/cvrg_schiller.xml").read_bytes())
    assert texts(app).count("The paper: Pan 2026") == 1
    assert "None of the criteria is judged: see the notes below them." in texts(app)
    assert "Nothing is judged: QRS 146 ms (device)." in texts(app)
    (criteria,) = (t.value for t in app.table if "Criterion" in t.value.columns)
    assert set(criteria["Result"]) == {"not judged"}


def test_what_was_typed_is_not_asked_for_on_the_page_ecg(opened, shared):
    app = opened((shared / "ecg-files/scp_ecg/ecgtoolkit_Example.scp").read_bytes())
    for name, value in (("height_cm", 172.0), ("weight_kg", 71.0)):
        go(app, "ecg")
        assert "Enter on the page LV mass." in texts(app)
        go(app, "mass")
        app.number_input(key=f"{name}-{number(app)}").set_value(value).run()
    go(app, "ecg")
    assert "Enter on the page LV mass." not in texts(app)
    assert "Not in the file, but typed: height and weight." in texts(app)


def test_each_value_has_its_own_way_back(opened):
    app = opened(EXAMPLES[0].data())
    before = app.metric[0].value
    sex, kept = f"sex-{number(app)}", f"weight_kg-{number(app)}"
    type_age(app, 71.0)
    app.number_input(key=kept).set_value(90.0).run()
    assert app.number_input(key=f"age_years-{number(app)}").label == "Age, years (typed; file: 52)"
    type_age(app, None)
    assert app.number_input(key=f"age_years-{number(app)}").value == 52
    assert app.number_input(key=f"age_years-{number(app)}").label == "Age, years (from the file)"
    assert app.number_input(key=kept).value == 90
    app.segmented_control(key=sex).set_value("female").run()
    assert "typed; file: male" in app.segmented_control(key=sex).label
    app.segmented_control(key=sex).set_value(None).run()
    assert app.segmented_control(key=sex).value == "male"
    app.number_input(key=kept).set_value(None).run()
    assert app.metric[0].value == before


def test_what_was_read_ends_with_the_receipt(opened, shared):
    app = opened((shared / "ecg-files/philips_sierra_xml/2020-5-18_1_04_01.xml").read_bytes())
    go(app, "ecg")
    assert "Left out on purpose, never kept: name, patient number, birth date, order or visit number" in texts(app)
    facts = app.table[0].value.set_index("Read from the file")["Value"]
    assert re.fullmatch(r"\d\.\d s at \d+ Hz", facts["Device’s representative beat"])
    app = opened(EXAMPLES[0].data())
    assert "none of the identifying facts" in texts(go(app, "ecg"))
