"""Files as they are given: one, two that belong together, one after the other, one that is refused."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lvm.cohort.examples import EXAMPLES
from lvm.read import accepted
from lvm.ui.upload import kinds_of_file, one_ecg


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], []),
        (["a.xml"], [0]),
        (["a.xml", "b.xml"], [1]),  # the one given last
        (["r.hea", "r.dat"], [0, 1]),
        (["r.dat", "r.hea"], [0, 1]),
        (["R.HEA", "R.DAT", "R.XYZ"], [0, 1, 2]),
        (["r.hea", "r.dat", "b.csv"], [2]),
        (["a.xml", "r.hea", "b.pdf", "r.dat"], [1, 3]),
        (["r.hea", "r.dat", "s.hea"], [1, 2]),  # the header then asks for its own signals
        (["s.hea", "r.hea", "s.dat"], [0, 2]),
        (["r.hea", "r.dat", "s.hea", "s.dat"], [2, 3]),  # not the other record's signals with it
        (["r.dat"], [0]),
        (["no_extension"], [0]),
    ],
)
def test_which_files_make_up_the_ecg_given_last(names, chosen):
    assert one_ecg(names) == chosen


def test_the_label_names_only_kinds_that_are_read():
    assert kinds_of_file("Acme XML, DICOM 12-lead ECG or CSV with its rate") == "XML, DICOM or CSV"
    assert kinds_of_file("Acme XML, SCP-ECG or WFDB (.hea)") == "XML, SCP-ECG or WFDB (.hea with .dat)"
    assert "WFDB (.hea with .dat)" in kinds_of_file(accepted())


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(Path(__file__).parents[2] / "app.py", default_timeout=120).run()


def give(app: AppTest, **files: bytes) -> AppTest:
    """The list of files that Streamlit shows then."""
    given = [(name.replace("_", "."), data, "") for name, data in files.items()]
    app.file_uploader(key="ecg_file").set_value(given or None).run()
    assert not app.exception
    return app


def wfdb(signal: bytes = b"") -> dict[str, bytes]:
    """A record of eight leads, 10 s of a beat a second; III and the augmented leads are derived."""
    import numpy as np

    leads = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    t = np.arange(5000) / 500
    beat = np.exp(-(((t % 1 - 0.5) / 0.012) ** 2)) + 0.2 * np.exp(-(((t % 1 - 0.8) / 0.04) ** 2))
    rng = np.random.default_rng(0)
    steps = [np.round(1000 * beat * k + rng.normal(0, 8, 5000)) for k in (0.7, 0.9, -0.6, -0.5, 0.4, 1.1, 1.2, 0.8)]
    header = (
        "r 8 500 5000\n" + "".join(f"r.dat 16 1000/mV 16 0 0 0 0 {lead}\n" for lead in leads) + "# sex: F\n# age: 61\n"
    )
    return {"r_hea": header.encode(), "r_dat": np.array(steps, "<i2").T.tobytes()}


def test_the_signal_file_may_come_after_the_header(app):
    record = wfdb()
    give(app, r_hea=record["r_hea"])
    assert "give the signal file that it names (.dat) together with it" in app.error[0].value
    assert "case" not in app.session_state
    give(app, **record)
    assert not app.error
    recording = app.session_state["case"].analysis.recording
    assert (recording.format, recording.duration_s, recording.patient.age_years) == ("WFDB", 10.0, 61.0)
    give(app, r_hea=record["r_hea"])  # the signals removed again
    assert "give the signal file that it names (.dat) together with it" in app.error[0].value
    assert "case" not in app.session_state
    give(app)
    assert not app.error


def test_the_next_file_need_not_wait_until_the_last_is_removed(app):
    give(app, a_xml=EXAMPLES[0].data())
    first = app.session_state["case"].analysis.recording.patient
    give(app, a_xml=EXAMPLES[0].data(), b_xml=EXAMPLES[1].data())
    assert app.session_state["case"].analysis.recording.patient != first
    assert any("the ECG given last" in m.value for m in app.markdown)


def test_removing_the_file_closes_the_case(app):
    give(app, a_xml=EXAMPLES[0].data())
    assert "case" in app.session_state
    give(app)
    assert "case" not in app.session_state


def test_a_simulated_patient_stays_open_when_an_older_file_is_removed(app):
    give(app, a_xml=EXAMPLES[0].data())
    app.button(key=EXAMPLES[1].key).click().run()
    give(app)
    assert app.session_state["case"].label == "Simulated patient 2"


@pytest.mark.parametrize(
    ("name", "data", "what"), [("a_pdf", b"%PDF-1.7", "PDF"), ("a_jpg", b"\xff\xd8\xff\xe0", "picture")]
)
def test_what_is_no_ecg_is_refused_with_what_to_give_instead(app, name, data, what):
    give(app, **{name: data})
    assert what in app.error[0].value
    assert accepted() in app.error[0].value
    assert app.file_uploader(key="ecg_file").allowed_type == []  # else the browser would refuse it without a reason


def test_no_name_of_a_file_and_no_bytes_are_kept(app):
    give(app, SURNAME_xml=EXAMPLES[0].data())
    kept = repr([app.session_state[key] for key in ("case", "files_given", "files_opened")])
    assert "SURNAME" not in kept
    assert "to_be_read" not in app.session_state
