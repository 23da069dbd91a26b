"""The first page: what it shows before any file, and links to simulated patients."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.ui.opening import LINK
from lvm.ui.warm import FIRST_LOOK, warm

APP = Path(__file__).parents[2] / "app.py"


def start(**query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def texts(app: AppTest) -> str:
    return "\n".join(m.value for m in app.markdown)


def test_before_any_file_a_simulated_patient_is_shown_with_its_own_estimate() -> None:
    app = start()
    number = [e.key for e in EXAMPLES].index(FIRST_LOOK) + 1
    look = warm().first_look
    assert look is not None
    assert f"**Simulated patient {number}: LV mass {look.estimate.lvm_g:.0f} g (" in texts(app)
    app.button(key="open-first-look").click().run()
    assert not app.exception
    assert f"Simulated patient {number}" in texts(app)
    assert [b for b in app.button if b.key == "open-first-look"] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.key)
def test_a_link_opens_its_simulated_patient(example) -> None:
    app = start(**{LINK: example.key})
    assert not app.exception
    assert f"Simulated patient {EXAMPLES.index(example) + 1}" in texts(app)
    assert f"{example.patient.age_years:.0f} years" in texts(app)


def test_a_link_to_nobody_says_so() -> None:
    app = start(**{LINK: "somebody"})
    assert not app.exception
    assert [e.value for e in app.error] == ["The link names no simulated patient that there is. They are listed above."]
    app.button(key="normal-man").click().run()
    assert not app.error
    assert "man, " in texts(app)


def test_where_a_file_was_refused_no_mass_of_somebody_else_is_shown() -> None:
    app = start()
    app.file_uploader(key="ecg_file").upload("letter.xml", b"<letter/>", "text/xml").run()
    assert app.error
    assert " g (" not in texts(app)


def test_a_defect_while_reading_ends_with_that_file(monkeypatch) -> None:
    def broken(recording):
        raise ZeroDivisionError

    app = start()
    with monkeypatch.context() as patched:
        patched.setattr("lvm.analysis.analyse", broken)
        app.file_uploader(key="ecg_file").upload("a.xml", EXAMPLES[0].data(), "text/xml").run()
    assert app.exception
    app.run()
    assert not app.exception
    app.button(key="normal-man").click().run()
    assert "man, " in texts(app)


def test_a_file_takes_the_link_out_of_the_address() -> None:
    app = start(**{LINK: "normal-man"})
    app.file_uploader(key="ecg_file").upload("a.xml", EXAMPLES[1].data(), "text/xml").run()
    assert "woman, 47 years" in texts(app)
    assert dict(app.query_params) == {}
    app.run()
    assert "woman, 47 years" in texts(app)  # the link is followed once
