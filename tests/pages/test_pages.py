"""Every page as a user meets it: empty, with an ECG, with a bad file, with the next patient."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.cohort.muse import write_muse
from lvm.errors import ReadError, WeightsError
from lvm.read import read
from lvm.recording import Measurements, Patient
from lvm.ui.frame import BANNER
from lvm.ui.scope import NO_BEAT

PAGES = ("pages/ecg.py", "pages/beats.py", "pages/mass.py", "pages/saliency.py", "pages/models.py")


def example(key: str) -> bytes:
    return next(e for e in EXAMPLES if e.key == key).data()


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()


@pytest.fixture
def opened(app: AppTest) -> Callable[[bytes], AppTest]:
    """The application with a file uploaded."""

    def upload(data: bytes) -> AppTest:
        app.switch_page("pages/ecg.py").run()
        return app.file_uploader(key="ecg_file").upload("SURNAME_FIRST.xml", data, "text/xml").run()

    return upload


def everything(app: AppTest) -> str:
    """All texts on the screen."""
    parts = [*app.markdown, *app.title, *app.header, *app.subheader, *app.warning, *app.error, *app.info]
    metrics = [f"{m.label} {m.value}" for m in app.metric]
    frames = [t.value.to_csv() for t in app.table]
    return "\n".join([str(p.value) for p in parts] + metrics + frames)


@pytest.mark.parametrize("page", PAGES)
def test_without_an_ecg_every_page_opens_and_says_where_to_begin(app, page):
    app.switch_page(page).run()
    assert not app.exception
    assert BANNER in everything(app)
    if page not in ("pages/ecg.py", "pages/models.py"):
        assert "No ECG is open yet" in everything(app)


@pytest.mark.parametrize("page", PAGES)
def test_with_an_ecg_every_page_shows_its_header(opened, page):
    app = opened(example("lvh-man"))
    assert not app.exception
    app.switch_page(page).run()
    assert not app.exception
    shown = everything(app)
    assert BANNER in shown
    assert "man, 63 years" in shown
    assert "172 cm, 84 kg" in shown
    assert re.search(r"\d+ g \(\d+–\d+ g\)", shown)
    assert "SURNAME" not in shown
    assert "None" not in shown


def test_a_file_that_is_no_ecg_is_refused_in_the_librarys_words(opened):
    data = b"<html><body>not an ECG</body></html>"
    with pytest.raises(ReadError) as caught:
        read(data)
    app = opened(data)
    assert not app.exception
    assert [e.value for e in app.error] == [str(caught.value)]


def test_a_bad_file_leaves_nothing_of_the_last_patient(opened):
    opened(example("lvh-man"))
    app = opened(b"not even XML")
    assert app.error
    assert "63 years" not in everything(app)
    app.switch_page("pages/mass.py").run()
    assert "No ECG is open yet" in everything(app)


def test_the_next_file_replaces_the_last_whole(opened):
    app = opened(example("lvh-man"))
    app.switch_page("pages/mass.py").run()
    number = app.session_state["case"].number
    app.number_input(key=f"age_years-{number}").set_value(33.0).run()
    assert "man, 33 years" in everything(app)

    app = opened(example("normal-woman"))
    assert "woman, 47 years" in everything(app)
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        shown = everything(app)
        assert "33 years" not in shown
        assert "man, 63" not in shown.replace("woman", "")
    app.switch_page("pages/mass.py").run()
    assert app.number_input(key=f"age_years-{app.session_state['case'].number}").value == 47


def test_an_example_is_one_click_away(app):
    app.button(key="normal-man").click().run()
    assert not app.exception
    assert "man, 52 years" in everything(app)
    assert "Simulated patient 1" in everything(app)


def test_unknown_sex_is_asked_for_and_never_guessed(opened):
    data = re.sub(rb"<Gender>[^<]*</Gender>", b"", example("normal-man"))
    app = opened(data)
    assert "sex not known, 52 years" in everything(app)
    assert "withheld" in everything(app)
    app.switch_page("pages/saliency.py").run()
    assert "Nothing to explain" in everything(app)
    app.switch_page("pages/mass.py").run()
    assert "No estimate is made" in everything(app)
    assert not app.metric
    number = app.session_state["case"].number
    app.segmented_control(key=f"sex-{number}").set_value("male").run()
    assert not app.exception
    assert app.metric[0].label == "LV mass"
    assert app.metric[0].value.endswith(" g")


def test_typed_values_move_the_estimate_and_can_be_taken_back(opened):
    app = opened(example("normal-man"))
    app.switch_page("pages/mass.py").run()
    before = [m.value for m in app.metric]
    case = app.session_state["case"]
    field = app.number_input(key=f"weight_kg-{case.number}")
    assert field.label == "Weight, kg (from the file)"
    field.set_value(140.0).run()
    assert app.number_input(key=f"weight_kg-{case.number}").label == "Weight, kg (typed; file: 76)"
    assert [m.value for m in app.metric] != before
    app.switch_page("pages/beats.py").run()
    assert "174 cm, 140 kg" in everything(app)
    app.switch_page("pages/mass.py").run()
    next(b for b in app.button if b.label == "Take back all that was typed").click().run()
    assert [m.value for m in app.metric] == before


def test_axes_and_qrs_duration_can_be_typed(opened):
    app = opened(example("normal-man"))
    app.switch_page("pages/mass.py").run()
    before = app.metric[0].value
    key = f"qrs_duration_ms-{app.session_state['case'].number}"
    assert app.number_input(key=key).label == "QRS, ms (from the file)"
    app.number_input(key=key).set_value(118.0).run()
    assert app.number_input(key=key).label.startswith("QRS, ms (typed; file: ")
    assert app.metric[0].value != before


def test_missing_height_is_imputed_openly(opened):
    app = opened(example("premature-woman"))
    app.switch_page("pages/mass.py").run()
    assert "imputed" in " ".join(n.label for n in app.number_input)
    assert "training median was used" in everything(app)


def test_another_beat_can_be_chosen_and_stays(opened):
    app = opened(example("normal-man"))
    app.switch_page("pages/beats.py").run()
    number = app.session_state["case"].number
    app.segmented_control(key=f"beat-{number}").set_value(2).run()
    assert "Beat 3 was chosen by hand" in everything(app)
    app.switch_page("pages/saliency.py").run()
    app.switch_page("pages/beats.py").run()
    assert "Beat 3 was chosen by hand" in everything(app)


def test_shares_add_up_with_any_cut_off(opened):
    app = opened(example("lvh-man"))
    app.switch_page("pages/saliency.py").run()
    for cut in (0, 20):
        app.slider(key="cut_off-smoothgrad").set_value(cut).run()
        assert not app.exception
        table = app.table[0].value.set_index("Segment")
        assert table.loc["Total", "Both"] == "100.0\N{NO-BREAK SPACE}%"
    app.switch_page("pages/beats.py").run()
    app.switch_page("pages/saliency.py").run()
    assert app.slider(key="cut_off-smoothgrad").value == 20
    assert app.table[0].value.set_index("Segment").equals(table)
    assert "not why the heart is large" in everything(app)
    assert "sums of I and II" in everything(app)


def test_both_models_side_by_side(opened):
    app = opened(example("normal-woman"))
    app.switch_page("pages/mass.py").run()
    models = next(t.value for t in app.table if "Model 1" in t.value.columns).set_index("Network for")
    number = app.session_state["case"].number
    app.segmented_control(key=f"inputs-{number}").set_value("model 1").run()
    assert models.loc["Women", "Model 1"].startswith(f"{app.metric[0].value} (")


def test_a_recording_without_beats_is_shown_but_not_estimated(opened):
    noise = np.random.default_rng(0).normal(0, 0.05, (12, 5000)).astype(np.float32)
    app = opened(write_muse(noise, 500.0, Patient("male", 50, 170, 70), Measurements(), "nothing"))
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        assert not app.metric
        assert "None" not in everything(app)
    app.switch_page("pages/mass.py").run()
    assert "Only 0 of 0 detected beats can be used" in everything(app)
    assert not app.toggle
    assert NO_BEAT in everything(app)


def test_missing_weights_are_said_where_the_estimate_would_be(opened, monkeypatch):
    def none(*_: object) -> str:
        raise WeightsError("No weights bundle is installed.")

    monkeypatch.setattr("lvm.estimate.choose", none)
    app = opened(example("normal-man"))
    assert not app.exception
    for page in ("pages/mass.py", "pages/saliency.py"):
        app.switch_page(page).run()
        assert not app.exception
        assert [e.value for e in app.error] == ["No weights bundle is installed."]


def test_the_case_holds_nothing_that_names_a_person(opened):
    data = example("normal-man").replace(
        b"<PatientDemographics>", b"<PatientDemographics><PatientLastName>SURNAME</PatientLastName>", 1
    )
    case = opened(data).session_state["case"]
    assert case.label == "Uploaded ECG"
    assert "SURNAME" not in repr(case)
    assert not any(isinstance(value, bytes) for value in vars(case).values())


def test_the_average_beat_and_neurokits_boundaries(opened):
    app = opened(example("normal-woman"))
    app.switch_page("pages/beats.py").run()
    assert "Boundaries: beat" in everything(app)
    assert list(app.table[1].value.columns) == ["Boundary", "From R", "Margin"]
    app.segmented_control(key="drawn_beat").set_value("Average beat").run()
    assert "Boundaries: the average of" in everything(app)
    app.toggle(key="compare_neurokit").set_value(True).run()
    assert not app.exception
    table = app.table[1].value
    assert list(table.columns) == ["Boundary", "From R", "Margin", "NeuroKit2"]
    assert len(table) == 6
    assert table["NeuroKit2"].str.endswith("ms").sum() >= 4


def test_models_say_how_well_waves_are_found(opened):
    app = opened(example("normal-man"))
    app.switch_page("pages/models.py").run()
    app.segmented_control(key="models_section").set_value("Cohort and waves").run()
    assert "each record read by the one network that has not met it" in everything(app)
    table = next(t.value for t in app.table if "Bias" in t.value.columns)
    assert table["Boundary"].tolist() == ["P onset", "P offset", "QRS onset", "QRS offset", "T onset", "T offset"]
    assert table["SD over records"].str.endswith("ms").all()
