"""LVM-AI on the page LV mass: only where its file is in place, and never as if its number were ours."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES, Example
from lvm.reference import Limit
from lvm.second_opinion import SecondOpinion
from lvm.show import second_opinion as shown
from tests import bundles
from tests.keras_file import PUBLISHED, estimate, need_keras, place, zero_net

need_keras()
MAN, WOMAN_OF_UNKNOWN_HEIGHT = EXAMPLES[0], EXAMPLES[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("weights")
    bundles.install_nine(made)
    return made


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[[Example], AppTest]]:
    """The page LV mass of a simulated patient."""
    with bundles.used(folder):
        app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()

        def upload(example: Example) -> AppTest:
            app.switch_page("pages/ecg.py").run()
            app.file_uploader(key="ecg_file").set_value(("a.xml", example.data(), "")).run()
            app.switch_page("pages/mass.py").run()
            assert not app.exception
            return app

        yield upload


@pytest.fixture
def file(folder: Path) -> Iterator[Path]:
    made = place(folder, zero_net(z=0.5, lvh=(0.0, -1.0986123)))
    yield made
    made.unlink(missing_ok=True)


def texts(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.warning, *app.info))


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def subheaders(app: AppTest) -> list[str]:
    return [part.value for part in app.subheader]


def test_nothing_of_it_without_a_file(opened):
    app = opened(MAN)
    assert shown.TITLE not in subheaders(app)
    for word in ("LVM-AI", "CMR"):
        assert word not in texts(app)
    assert len(app.metric) == 4  # two of the estimate, two of the what-if


def test_with_a_file_grams_by_cmr_against_their_own_limit(opened, file):
    app = opened(MAN)
    assert "Second opinion: LVM-AI (CMR)" in subheaders(app)
    found = metrics(app)
    assert found["LV mass, CMR"] == "102 g"
    assert found["LV mass index, CMR"] == "54 g/m²"
    assert found["LVH probability"] == "25 %"
    said = texts(app)
    assert "54 g/m²: **not above** the CMR limit for men, 72 g/m² (Khurshid 2021" in said
    ours = int(found["LV mass"].split()[0])
    words = f"{abs(102 - ours)} g {'more' if ours < 102 else 'less'} than the estimate above."
    assert ours != 102
    assert f"The mass is {words}" in said
    assert "Masses by CMR and by CT are not interchangeable" in said
    assert "UK Biobank" in said
    assert "0.79" in said
    assert "0.653" in said
    assert "It is not one that the authors published, by its hash or size, so their figures do not hold for it." in said


def test_it_moves_with_the_patient_and_follows_the_scope(opened, file):
    app = opened(WOMAN_OF_UNKNOWN_HEIGHT)
    number = app.session_state["case"].number
    assert metrics(app)["LV mass index, CMR"] == "–"
    assert "55 g/m² (Khurshid 2021, Circ Cardiovasc Imaging 14:e012281), enter height." in texts(app)
    assert "LVM-AI was given the mean of its training: body-mass index." in texts(app)
    app.number_input(key=f"height_cm-{number}").set_value(160).run()
    assert metrics(app)["LV mass index, CMR"] == "59 g/m²"
    assert "59 g/m²: **above** the CMR limit for women" in texts(app)
    app.number_input(key=f"age_years-{number}").set_value(12).run()
    assert shown.TITLE not in subheaders(app)
    app.toggle(key=f"override-{number}").set_value(True).run()
    assert metrics(app)["LV mass, CMR, outside scope"] == "102 g"
    assert "59 g/m², outside scope: **above** the CMR limit" in texts(app)
    assert not app.exception


def test_a_file_that_cannot_be_used_leaves_the_rest_of_the_page(opened, file):
    file.write_bytes(b"nonsense")
    app = opened(MAN)
    (warning,) = (part.value for part in app.warning if "LVM-AI" in part.value)
    assert warning.replace("\\", "") == (
        f"The LVM-AI file {PUBLISHED} is damaged, or no Keras network as of 2021. Fetch it again."
    )
    assert "LV mass, CMR" not in metrics(app)
    assert re.fullmatch(r"\d+ g", metrics(app)["LV mass"])
    assert "Criteria of LV hypertrophy on the same ECG" in subheaders(app)


LIMIT = Limit(55.0, "CMR", "Khurshid 2021")
SECOND = SecondOpinion("a_b.h5", "", False, 140.4, 78.0, LIMIT, True, 0.6)


def test_the_difference_is_of_the_numbers_on_the_page():
    of = estimate(sex="female", bsa_m2=1.8)
    assert shown.verdict(SECOND, of) == (
        "78 g/m²: **above** the CMR limit for women, 55 g/m² (Khurshid 2021). "
        "The mass is 20 g more than the estimate above."
    )
    assert shown.verdict(replace(SECOND, lvm_g=119.6), of).endswith("The mass is that of the estimate above.")
    assert shown.verdict(replace(SECOND, lvm_g=90.0), of).endswith("The mass is 30 g less than the estimate above.")
    unknown = replace(SECOND, lvmi_g_m2=None, above_limit=None)
    assert "compare with the CMR limit for women, 55 g/m² (Khurshid 2021), enter height and weight." in shown.verdict(
        unknown, of
    )
    assert "enter weight." in shown.verdict(unknown, estimate(sex="female", height_cm=170.0))


def test_what_was_unknown_and_whose_file_it_is():
    second = replace(SECOND, imputed=("age_years", "weight_kg"), warnings=("Odd [name].",))
    _, unknown, lvh, odd, whose = shown.notes(second)
    assert unknown == "Not known, so LVM-AI was given the mean of its training: age and body-mass index."
    assert lvh == "LVH probability: that the index by CMR is above 55 g/m², as LVM-AI gives it."
    assert odd == r"Odd \[name\]."
    assert whose == (
        r"The file a\_b.h5 does not come with this application. "
        "It is not one that the authors published, by its hash or size, so their figures do not hold for it."
    )
    assert shown.notes(replace(SECOND, published=True))[-1].endswith("the one that the authors published, by its hash.")
    assert "is not known" in shown.notes(replace(SECOND, published=None))[-1]
    assert [name for name, _ in shown.metrics(replace(SECOND, lvh_probability=None), estimate())] == [
        "LV mass, CMR",
        "LV mass index, CMR",
    ]
