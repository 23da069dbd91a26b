"""Which weights: the list on the page LV mass, what it changes everywhere, and the models page with all of them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.show import words
from lvm.ui.weights import STANDARD
from tests import bundles
from tests.pages.walk import go


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The nine, and a user's own."""
    made = tmp_path_factory.mktemp("nine")
    bundles.install_nine(made)
    bundles.install_own(made)
    return made


@pytest.fixture
def app(folder: Path) -> Iterator[AppTest]:
    """The application with a simulated man open on the page LV mass."""
    with bundles.used(folder):
        yield go(upload(start(), EXAMPLES[0].data()), "mass")


def start() -> AppTest:
    return AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()


def upload(app: AppTest, data: bytes) -> AppTest:
    app.switch_page("pages/ecg.py").run()
    return app.file_uploader(key="ecg_file").set_value(("a.xml", data, "")).run()


def texts(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.subheader, *app.warning, *app.error, *app.info))


def key(app: AppTest, name: str) -> str:
    return f"{name}-{app.session_state['case'].number}"


def weights(app: AppTest) -> str:
    return f"{key(app, 'weights')}-en"


def networks(app: AppTest) -> pd.DataFrame:
    (found,) = [t.value for t in app.table if t.value.columns[0] == "Network for"]
    return found.set_index("Network for")


def choose(app: AppTest, name: str) -> AppTest:
    app.selectbox(key=weights(app)).select(name).run()
    assert not app.exception
    return app


def test_all_that_serve_the_sex_are_offered_by_readable_names(app):
    assert app.selectbox(key=weights(app)).options == [
        STANDARD,
        "Men, ECG only (male-ecg)",
        "Men and women, model 2 (all-model2)",
        "Men and women, model 1 (all-model1)",
        "Men and women, ECG only (all-ecg)",
        "our-clinic",
    ]
    assert app.selectbox(key=weights(app)).value == ""
    assert app.segmented_control(key=key(app, "inputs")).value == "model 2"
    assert [i.value for i in app.info] == [words.TRAINED_ON]


def test_the_choice_is_carried_everywhere_and_can_be_undone(app):
    before = app.metric[0].value
    choose(app, "all-ecg")
    assert app.session_state["case"].bundle == "all-ecg"
    assert app.metric[0].value != before
    assert not [c for c in app.segmented_control if c.key == key(app, "inputs")]
    assert "The network is given: **the ECG alone**" in texts(app)
    grams = app.metric[0].value
    assert "**Men and women, ECG only**: chosen here, in place of the network for the patient’s sex." in texts(app)
    found = networks(app)
    assert found.loc["Men and women", "ECG only"].startswith(f"**{grams} (")
    assert found.loc["Men and women", "ECG only"].endswith(")**, in use")
    for page in ("ecg", "saliency"):
        go(app, page)
        assert "LV mass (all-ecg)" in texts(app)
        assert f"**{grams} (" in texts(app)
    assert "Weights in use: **Men and women, ECG only (all-ecg)**" in texts(app)
    assert "This network is given the ECG alone." in texts(app)
    go(app, "mass")
    assert app.selectbox(key=weights(app)).value == "all-ecg"
    choose(app, "")
    assert app.metric[0].value == before
    assert app.segmented_control(key=key(app, "inputs")).value == "model 2"
    go(app, "saliency")
    assert "Weights in use" not in texts(app)


def test_all_networks_stand_side_by_side_and_the_one_in_use_is_marked(app):
    found = networks(app)
    assert list(found.columns) == ["Model 2", "Model 1", "ECG only"]
    assert list(found.index) == ["Men", "Men and women", "Women: what that network would say", "our-clinic"]
    assert found.loc["Men", "Model 2"].startswith(f"**{app.metric[0].value} (")
    assert [text for row in found.to_numpy() for text in row if "in use" in text] == [found.loc["Men", "Model 2"]]
    assert list(found.loc["our-clinic"] == "–") == [True, False, True]
    assert "**Men, model 2**: the file says man, and model 2 takes in the most: ECG, age" in texts(app)
    assert "P, QRS and T axis and QRS duration. All of it is known." in texts(app)
    before = found.loc["Women: what that network would say", "Model 2"]
    app.segmented_control(key=key(app, "inputs")).set_value("model 1").run()
    assert "**Men, model 1**: the file says man, and you chose model 1." in texts(app)
    assert networks(app).loc["Men", "Model 1"].startswith(f"**{app.metric[0].value} (")
    app.segmented_control(key=key(app, "sex")).set_value("female").run()
    assert "**Women, model 1**: you stated woman, and chose model 1." in texts(app)
    assert networks(app).loc["Women", "Model 2"] == before  # the same network, now as that for this patient


def test_an_own_bundle_is_announced_by_its_own_title(app):
    choose(app, "our-clinic")
    assert [i.value for i in app.info] == [bundles.TITLE]
    assert "Axes and QRS duration do not move this estimate." in texts(app)


def test_the_choice_ends_with_the_sex_that_it_serves_and_with_the_file(app):
    choose(app, "male-ecg")
    app.segmented_control(key=key(app, "sex")).set_value("female").run()
    assert not app.exception
    assert app.session_state["case"].bundle is None
    assert app.selectbox(key=weights(app)).options[1] == "Women, ECG only (female-ecg)"
    choose(app, "all-model1")
    app.segmented_control(key=key(app, "sex")).set_value("male").run()
    assert app.session_state["case"].bundle == "all-model1"
    upload(app, EXAMPLES[1].data())
    assert app.session_state["case"].bundle is None


def test_without_the_sex_and_without_other_weights_nothing_is_offered(folder, tmp_path):
    with bundles.used(folder):
        app = go(upload(start(), re.sub(rb"<Gender>[^<]*</Gender>", b"", EXAMPLES[0].data())), "mass")
        assert not app.selectbox
    for name in ("male-model1", "male-model2"):
        (tmp_path / name).symlink_to(folder / name)
    with bundles.used(tmp_path):
        app = go(upload(start(), EXAMPLES[0].data()), "mass")
        assert not [box for box in app.selectbox if box.key == weights(app)]
        assert app.metric
        (sex,) = (c for c in app.segmented_control if str(c.key).startswith("what-if-sex"))
        assert sex.disabled  # no network for women is there to be asked


def test_altered_weights_are_refused_and_others_can_still_be_chosen(tmp_path):
    for name, sexes, inputs in (("male-model2", "male", "model 2"), ("all-ecg", "all", "ecg")):
        of = bundles.config(sexes, inputs)
        bundles.install(tmp_path, name, of, bundles.fields(of))
    file = tmp_path / "all-ecg" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with bundles.used(tmp_path):
        app = go(upload(start(), EXAMPLES[0].data()), "mass")
        choose(app, "all-ecg")
        assert "was altered" in app.error[0].value
        assert not app.metric
        choose(app, "")
        assert not app.error
        assert app.metric


def test_the_models_page_lists_all_and_names_what_is_broken(folder, tmp_path):
    for bundle in folder.iterdir():
        (tmp_path / bundle.name).symlink_to(bundle)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "card.json").write_text("{}")
    with bundles.used(tmp_path):
        app = go(start(), "models")
        assert [e.value for e in app.error] == [
            "The card of the weights bundle broken cannot be read: it has no 'format'."
        ]
        assert len(app.selectbox(key="model_card-en").options) == 10
        assert [h.value for h in app.header] == ["Model facts"]
        assert len(app.get("plotly_chart")) == 1
        for name in ("all-model2", "our-clinic"):
            app.selectbox(key="model_card-en").select(name).run()
            assert not app.exception
            assert list(app.table[1].value.columns) == ["On patients it had not seen", "Men", "Women", "Both"]
            assert "None" not in "\n".join([texts(app), *(t.value.to_csv() for t in app.table)])
        assert bundles.TITLE in texts(app)


def test_a_poor_card_of_a_users_own_shows_dashes(tmp_path):
    of = bundles.config("female", "model 2")
    kept = ("title", "training_data", "version", "interval")
    bundles.install(tmp_path, "bare", of, {k: v for k, v in bundles.fields(of).items() if k in kept}, folds=1)
    (tmp_path / "bare" / "curves.csv").write_text("fold;epoch\n")
    with bundles.used(tmp_path):
        app = go(start(), "models")
        assert not app.error
        assert "No learning curves are kept with these weights." in texts(app)
        assert "–" in app.table[1].value.to_csv()
        app = go(upload(start(), EXAMPLES[1].data()), "mass")  # a woman; no standard weights at all
        assert "No weights bundle for sex female" in app.error[0].value
        choose(app, "bare")
        assert app.metric
        assert app.info[0].value == json.loads((tmp_path / "bare" / "card.json").read_text())["title"]
