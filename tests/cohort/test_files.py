import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from lvm.cohort import files, planted
from lvm.errors import CohortError
from lvm.read import read
from lvm.train.table import read_table


@pytest.fixture(scope="module")
def cohort():
    return planted.build("T wave, precordial", {"male": 6, "female": 5}, seed=4)


@pytest.fixture(scope="module")
def written(cohort, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohorts") / "made" / "here"
    return folder, files.write(cohort, folder)


def rows_of(folder):
    with (folder / files.TABLE).open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def test_what_is_written(written):
    folder, fields = written
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert found == ["cohort.csv", "cohort.json", *(f"ecg/{k:02d}.xml" for k in range(1, 12)), "report.html"]
    assert json.loads((folder / files.REPORT).read_text(encoding="utf-8")) == fields
    assert "planted: T wave, precordial" in (folder / files.PAGE).read_text(encoding="utf-8")


def test_the_table_has_a_row_for_every_member(written, cohort):
    rows = rows_of(written[0])
    assert tuple(rows[0]) == files.COLUMNS
    assert len(rows) == 11
    for k, (row, member) in enumerate(zip(rows, cohort.members, strict=True), start=1):
        assert row["file"] == f"ecg/{k:02d}.xml"
        assert float(row["lvm_g"]) == pytest.approx(member.lvm_g, abs=0.051)
        assert float(row["expected_g"]) == pytest.approx(member.expected_g, abs=0.051)
        assert float(row["t_axis"]) == pytest.approx(member.recording.device.t_axis_deg, abs=0.051)
        assert row["sex"] == member.recording.patient.sex
        assert row["patient"] == member.patient
        assert row["origin"] == "simulated"


def test_the_table_is_one_to_train_on(written, cohort):
    rows, bad = read_table(written[0] / files.TABLE)
    assert bad == []
    assert [row.patient for row in rows] == [member.patient for member in cohort.members]
    assert [row.typed.sex for row in rows] == ["male"] * 6 + ["female"] * 5


def test_every_file_reads_back(written, cohort):
    for k, member in enumerate(cohort.members, start=1):
        data = (written[0] / f"ecg/{k:02d}.xml").read_bytes()
        recording = read(data)
        assert recording.format == "GE MUSE XML"
        assert recording.signal_mv.shape == (12, 5000)
        np.testing.assert_allclose(recording.signal_mv, member.recording.signal_mv, atol=0.0075)
        assert recording.patient.sex == member.recording.patient.sex
        assert recording.device.qrs_duration_ms == pytest.approx(member.recording.device.qrs_duration_ms, abs=0.5)
        assert recording.warnings == ()
        assert b"the patient is invented" in data


def test_unknown_values_are_left_empty():
    member = planted.build("nothing", {"male": 1}, seed=1).members[0]
    recording = replace(
        member.recording,
        patient=replace(member.recording.patient, height_cm=None),
        device=replace(member.recording.device, p_axis_deg=None),
    )
    row = files._row(replace(member, recording=recording), "a.xml")
    assert (row["height"], row["p_axis"]) == ("", "")
    assert row["weight"] != ""


def test_nothing_is_overwritten(written, cohort, tmp_path):
    with pytest.raises(CohortError, match=r"here is there already. Give a new or empty folder."):
        files.write(cohort, written[0])
    (tmp_path / "file").write_text("kept")
    with pytest.raises(CohortError, match="file is there already"):
        files.write(cohort, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"


def test_the_same_cohort_gives_the_same_files(written, cohort, tmp_path):
    (tmp_path / "empty").mkdir()
    files.write(cohort, tmp_path / "empty")
    for name in (files.TABLE, files.REPORT, files.PAGE, "ecg/07.xml"):
        assert (tmp_path / "empty" / name).read_bytes() == (written[0] / name).read_bytes(), name


def test_a_cohort_is_known_again_by_its_table(tmp_path):
    made = planted.build("nothing", {"male": 2, "female": 0}, seed=1)
    files.write(made, tmp_path / "cohort")
    table = tmp_path / "cohort" / files.TABLE
    assert files.made_here(table)["method"] == "planted: nothing"
    own = tmp_path / "own.csv"
    own.write_text("file,lvm_g\na.xml,100\n", encoding="utf-8")
    assert files.made_here(own) is None
    table.write_text(table.read_text(encoding="utf-8").replace("male", "female"), encoding="utf-8")
    with pytest.raises(CohortError, match="holds computed masses"):
        files.made_here(table)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"table_sha256": 3}'])
def test_an_odd_cohort_file_beside_an_own_table_counts_for_nothing(tmp_path, text):
    (tmp_path / files.REPORT).write_text(text, encoding="utf-8")
    (tmp_path / "own.csv").write_text("file,lvm_g\na.xml,100\n", encoding="utf-8")
    assert files.made_here(tmp_path / "own.csv") is None


def test_a_file_names_its_source_and_licence(tmp_path):
    files.write(planted.build("nothing", {"male": 1, "female": 0}, seed=1), tmp_path / "cohort")
    text = (tmp_path / "cohort" / "ecg" / "1.xml").read_text(encoding="iso-8859-1")
    assert "Source: simulated, This project, lvm/cohort/simulate.py, MIT." in text
