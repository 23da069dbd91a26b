"""Measurements on the ECG page and criteria on the page LV mass, as a user reads them."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES


def opened(key: str, old: bytes = b"", new: bytes = b"") -> AppTest:
    """The application with a simulated patient uploaded, something in the file replaced."""
    data = next(e for e in EXAMPLES if e.key == key).data().replace(old, new, 1)
    app = AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()
    app.switch_page("pages/ecg.py").run()
    return app.file_uploader(key="ecg_file").upload("ecg.xml", data, "text/xml").run()


def table(app: AppTest, first_column: str) -> pd.DataFrame:
    (found,) = [t.value for t in app.table if t.value.columns[0] == first_column]
    return found.set_index(first_column)


def texts(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in app.markdown)


@pytest.fixture(scope="module")
def lvh() -> AppTest:
    return opened("lvh-man")


def test_device_and_computed_stand_side_by_side_with_both_qtc(lvh):
    lvh.switch_page("pages/ecg.py").run()
    assert not lvh.exception
    measured = table(lvh, "Measurement")
    assert measured.loc["QT interval", "Device"] == "408 ms"
    assert measured.loc["QTc, Bazett", "Device"] == "434 ms"
    assert measured.loc["QTc, Fridericia", "Device"] == "425 ms"
    assert measured.loc["RR, mean ± SD, all beats", "Computed here"].endswith(" ms")
    assert table(lvh, "Lead").shape == (12, 8)


def test_criteria_and_the_points_of_the_score(lvh):
    lvh.switch_page("pages/mass.py").run()
    assert not lvh.exception
    criteria = table(lvh, "Criterion")
    assert criteria.loc["Romhilt-Estes", "Result"] == "**met**, definite"
    assert criteria.loc["Romhilt-Estes", "Value"] == table(lvh, "Sign").loc["Total", "Points"].split()[0] + " points"
    assert table(lvh, "Sign").loc["Secondary ST-T abnormality", "Points"] == "3 of 3"
    assert "whether digitalis is taken" in texts(lvh)
    assert "strain" not in texts(lvh).lower()


@pytest.mark.parametrize(
    ("low_pass", "verdicts", "said"),
    [
        (b"40", {"not judged"}, "Voltages are not valid: the samples hold frequencies up to 40 Hz"),
        (
            b"100",
            {"**met**", "**met**, definite", "not met"},
            "Voltages may read low: the samples hold frequencies up to 100",
        ),
        (b"150", {"**met**", "**met**, definite", "not met"}, None),
    ],
)
def test_what_the_recorders_filter_does_to_the_criteria(low_pass, verdicts, said):
    app = opened("lvh-man", b"<SampleType>", b"<LowPassFilter>" + low_pass + b"</LowPassFilter><SampleType>")
    assert f"up to {low_pass.decode()} Hz" in table(app, "Read from the file").loc["Bandwidth", "Value"]
    app.switch_page("pages/mass.py").run()
    assert not app.exception
    assert set(table(app, "Criterion")["Result"]) <= verdicts
    assert ("Voltages" in texts(app).replace("Voltages are medians", "")) == (said is not None)
    assert said is None or said in texts(app)


def test_without_the_sex_there_are_no_criteria():
    app = opened("normal-man", b"<Gender>MALE</Gender>")
    app.switch_page("pages/mass.py").run()
    assert not app.exception
    assert "The criteria need the sex" in texts(app)
    assert "Criterion" not in [t.value.columns[0] for t in app.table]
