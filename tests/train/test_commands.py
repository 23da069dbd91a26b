import json

import pytest

from lvm import weights
from lvm.__main__ import main
from lvm.cohort import files


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """A planted cohort of 30 men, as files."""
    folder = tmp_path_factory.mktemp("cohort") / "planted"
    assert (
        main(["cohort", "--planted", "QRS interval, precordial", "--men", "30", "--women", "0", "--out", str(folder)])
        == 0
    )
    return folder


def train(cohort, out, *more):
    arguments = ["--sexes", "male", "--input-sets", "model 2", "--epochs", "1", "--workers", "1", "--out", str(out)]
    return main(["train", str(cohort / files.TABLE), *arguments, *more])


def test_from_a_table_to_a_bundle_and_an_estimate(cohort, tmp_path, capsys):
    assert train(cohort, tmp_path, "--name", "mine", "--work", str(tmp_path / "work")) == 0
    out, err = capsys.readouterr()
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert row["bundle"] == "mine-male-model2"
    assert row["sha256"] == weights.read_card(tmp_path / "mine-male-model2").sha256
    assert row["metrics"]["out_of_fold"]["male"]["n"] == 30
    assert "recordings read: 30 of 30" in err
    assert "mine-male-model2, fold 5/5, epoch 1/1: MAE" in err
    assert train(cohort, tmp_path, "--name", "mine", "--work", str(tmp_path / "work")) == 0  # finished: passed over
    assert json.loads(capsys.readouterr().out)["sha256"] == row["sha256"]
    assert train(cohort, tmp_path, "--name", "mine") == 2
    assert "There is already mine-male-model2" in capsys.readouterr().err
    assert train(cohort, tmp_path, "--name", "mine", "--replace", "--work", str(tmp_path / "again")) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["sha256"] == row["sha256"]


def test_a_cohort_is_not_written_over_something(cohort, capsys):
    assert main(["cohort", "--planted", "nothing", "--men", "1", "--women", "0", "--out", str(cohort)]) == 2
    assert "is there already. Give a new or empty folder." in capsys.readouterr().err


def test_a_simulated_cohort_makes_no_standard_network(cohort, tmp_path, capsys):
    assert train(cohort, tmp_path) == 2
    assert "Give them a --name." in capsys.readouterr().err


def test_a_name_that_is_no_folder_name_is_refused(cohort, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        train(cohort, tmp_path, "--name", "../mine")
    assert stopped.value.code == 2
    assert "a name of letters, digits" in capsys.readouterr().err


def test_an_unknown_cell_is_refused(tmp_path, capsys):
    assert main(["cohort", "--planted", "U wave", "--out", str(tmp_path / "c")]) == 2
    assert "precordial" in capsys.readouterr().err
