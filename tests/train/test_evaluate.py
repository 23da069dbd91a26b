"""`python -m lvm evaluate`; tests/train/test_commands.py has `cohort` and `train`."""

import contextlib
import csv
import io
import json
import shutil

import pytest

from lvm import evaluation, weights
from lvm.__main__ import main
from lvm.cohort import files
from lvm.cohort.simulate import Heart
from lvm.recording import LEADS
from lvm.train import examples
from lvm.train.found import BODY
from lvm.train.systems import systems
from tests import bundles
from tests.helpers import recording


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The table of a planted cohort of 20 men and 20 women."""
    folder = tmp_path_factory.mktemp("both") / "planted"
    people = ["--men", "20", "--women", "20", "--workers", "1"]
    assert main(["cohort", "--planted", "QRS interval, precordial", *people, "--out", str(folder)]) == 0
    return folder / files.TABLE


def evaluate(table, out, *more):
    quick = ["--folds", "2", "--epochs", "1", "--lvm-ai-filters", "2", "--workers", "1"]
    return main(["evaluate", str(table), "--out", str(out), *quick, *more])


@pytest.fixture(scope="module")
def read_once():
    """Each table is read once, for the sake of time."""
    known, load = {}, examples.load

    def remembering(table, skip_bad_rows=False, progress=lambda *_: None, workers=1, all_systems=False):
        key = table, all_systems
        if key not in known:
            known[key] = load(table, skip_bad_rows, progress, workers, all_systems)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "load", remembering)
        yield


@pytest.fixture(scope="module")
def evaluated(both, read_once, tmp_path_factory):
    """The folder of results; what is kept is in "work" beside it."""
    folder = tmp_path_factory.mktemp("evaluated") / "out"
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        assert evaluate(both, folder, "--work", str(folder.parent / "work")) == 0
    return folder, out.getvalue(), err.getvalue()


TRAININGS = 2 * len(systems())
TABLES = ["Table 1", "Table 2", "Table 3", "Table 4", "Table S1", "Table S2", "Encoders", "LV hypertrophy"]


def test_from_a_table_to_all_tables(evaluated):
    folder, out, err = evaluated
    row = json.loads(out)
    assert (row["out"], row["tables"]) == (str(folder), TABLES)
    assert {file.name for file in folder.iterdir()} == {"evaluation.json", "tables.md", "tables.csv", "plots.html"}
    assert "recordings read: 40 of 40" in err
    assert err.splitlines()[-1] == (
        f"{TRAININGS} of {TRAININGS} trainings: ecgai-female-all-features, fold 2 is done, about 0 min left"
    )
    found = evaluation.read(folder)
    assert found.kind == "simulated"
    assert found.made["Data"].startswith("simulated cohort")
    assert found.made["Recordings"] == "40 of 40 patients; 20 of men, 20 of women"
    assert found.made["Folds"].startswith("2 of 5")
    assert "LVM-AI with 2 filters" in found.made["Training"]
    assert found.made["Training took"].endswith(" min in all, one after the other")
    assert "Real ECGs" not in found.made
    for table in found.tables[1:]:
        assert [block.kind for block in table.blocks] == ["paper", "simulated"]
        for row in table.blocks[1].rows:  # everything was trained
            assert any(" ± " in cell for cell in row[1:]), row
    assert [p.sex for p in found.points] == ["male", "female"] * 4
    assert sum(len(p.truth_g) for p in found.points[:2]) == 16  # of two folds


def same_figures(one, other):
    one, other = (evaluation.read(folder).as_dict() for folder in (one, other))
    assert one["made"].keys() == other["made"].keys()
    for found in (one, other):
        for fact in ("Date", "Training took"):
            found["made"].pop(fact)
    return one == other


def test_a_second_run_trains_nothing(both, evaluated, tmp_path, capsys):
    work = evaluated[0].parent / "work"
    assert evaluate(both, tmp_path, "--work", str(work)) == 0
    out, err = capsys.readouterr()
    assert err.splitlines()[-1] == f"{TRAININGS} of {TRAININGS} trainings are done already"
    assert json.loads(out)["tables"] == TABLES
    assert same_figures(tmp_path, evaluated[0])
    assert {file.suffix for file in work.iterdir()} == {".npz"}


def test_trained_again_the_figures_are_the_same(both, evaluated, tmp_path, capsys):
    """One of each kind; the rest is carried over for the sake of time."""
    work = shutil.copytree(evaluated[0].parent / "work", tmp_path / "work")
    for name in (
        "elvmassnet-male-model2",
        "elvmassnet-all-model2-crop",
        "lvm-ai-male-all-features",
        "ecgai-all-original",
    ):
        (work / f"{name}-fold2.npz").unlink()
    assert evaluate(both, tmp_path / "out", "--work", str(work)) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[-5] == f"{TRAININGS - 4} of {TRAININGS} trainings are done already"
    assert same_figures(tmp_path / "out", evaluated[0])


def test_what_was_kept_of_something_else_is_refused(both, evaluated, tmp_path, capsys):
    assert evaluate(both, tmp_path, "--work", str(evaluated[0].parent / "work"), "--seed", "2") == 2
    assert (
        "belongs to another table, other real ECGs, another recipe or version. Remove it, or" in capsys.readouterr().err
    )
    assert not any(tmp_path.iterdir())


@pytest.fixture(scope="module")
def few(both):
    """An own table: twelve men and twelve women of that cohort, two of whose ECGs are of one man."""
    with both.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    rows = [row | {"patient": f"p{k}"} for k, row in enumerate(rows[:12] + rows[20:32])]
    rows[1]["patient"] = "p0"
    table = both.parent / "few.csv"
    with table.open("w", encoding="utf-8", newline="") as opened:
        names = [name for name in rows[0] if name != "expected_g"]
        kept = csv.DictWriter(opened, names, extrasaction="ignore")
        kept.writeheader()
        kept.writerows(rows)
    return table


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    for sexes, input_set in (("male", "model 2"), ("all", "model 1")):
        of = bundles.config(sexes, input_set)
        bundles.install(folder, f"{sexes}-{input_set.replace(' ', '')}", of, bundles.fields(of), 2)
    return folder


MEN, BOTH = "Men, model 2", "Men and women, model 1"


def test_installed_weights_are_judged_and_nothing_is_trained(few, read_once, installed, tmp_path, capsys):
    before = {file: file.read_bytes() for file in installed.rglob("*") if file.is_file()}
    out = tmp_path / "out"
    assert evaluate(few, out, "--external", "--weights", str(installed)) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["tables"] == ["Errors", "Calibration", "LV hypertrophy", "Table 1"]
    assert "trainings" not in captured.err
    assert {file: file.read_bytes() for file in installed.rglob("*") if file.is_file()} == before
    assert {file.name for file in out.iterdir()} == {"evaluation.json", "tables.md", "tables.csv", "plots.html"}
    found = evaluation.read(out)
    assert found.kind == "own"
    assert found.made["Recordings"] == "24 of 23 patients; 12 of men, 12 of women"
    hashes = {name: weights.read_card(installed / name).sha256[:12] for name in ("all-model1", "male-model2")}
    assert found.made["Weights"] == ", ".join(f"{name} ({start})" for name, start in hashes.items())
    assert [row[:2] for row in found.tables[0].blocks[0].rows] == [
        ("Men, 12 ECGs", BOTH), ("Men, 12 ECGs", MEN), ("Men, 12 ECGs", BODY),
        ("Women, 12 ECGs", BOTH), ("Women, 12 ECGs", BODY),
    ]  # fmt: skip
    assert not (few.parent / "evaluation").exists()
    assert evaluate(few, out, "--external", "--weights", str(installed), "--bundles", "male-model2") == 0
    assert {p.system for p in evaluation.read(out).points} == {MEN}


def test_weights_that_are_not_there_or_met_a_patient_are_refused(few, read_once, installed, tmp_path, capsys):
    assert evaluate(few, tmp_path / "out", "--external", "--weights", str(installed), "--bundles", "nobody") == 2
    assert "There is no weights bundle of that name. Installed: all-model1, male-model2." in capsys.readouterr().err
    met = shutil.copytree(installed, tmp_path / "met")
    (met / "male-model2" / "splits.json").write_text(json.dumps({"test_patients_by_fold": [["p0", "p7"], ["p999"]]}))
    assert evaluate(few, tmp_path / "out", "--external", "--weights", str(met)) == 2
    assert "2 of the table's patients were in the training of male-model2" in capsys.readouterr().err
    assert evaluate(few, tmp_path / "out", "--external", "--weights", str(met), "--bundles", "all-model1") == 0


def test_where_there_is_nothing_to_judge_it_says_so(few, read_once, installed, tmp_path, capsys):
    assert evaluate(few, tmp_path / "out", "--external", "--weights", str(tmp_path / "nowhere")) == 2
    assert "No weights are installed in nowhere, so there is nothing to judge." in capsys.readouterr().err
    assert evaluate(few, tmp_path / "out", "--bundles", "male-model2") == 2
    assert "--bundles names weights to judge, which goes with --external." in capsys.readouterr().err
    of = bundles.config("female", "ecg")
    bundles.install(tmp_path / "hers", "female-ecg", of, bundles.fields(of), 1)
    men = few.with_name("men.csv")
    men.write_text("\n".join(few.read_text(encoding="utf-8").splitlines()[:3]))
    assert evaluate(men, tmp_path / "out", "--external", "--weights", str(tmp_path / "hers")) == 2
    assert "None of the weights is for the sex of the table's patients." in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "wrong", [("--folds", "6"), ("--folds", "0"), ("--epochs", "none"), ("--lvm-ai-filters", "0"), ("--seed", "-1")]
)
def test_arguments_out_of_range_are_refused(tmp_path, capsys, wrong):
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "table.csv", "--out", str(tmp_path), *wrong])
    assert stopped.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_a_folder_for_the_tables_has_to_be_named(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "table.csv"])
    assert stopped.value.code == 2
    assert "--out" in capsys.readouterr().err


def test_tables_that_cannot_be_evaluated_are_refused(few, tmp_path, capsys):
    assert evaluate(tmp_path / "none.csv", tmp_path / "out") == 2
    assert "There is no table none.csv in that place." in capsys.readouterr().err
    short = few.with_name("short.csv")
    short.write_text("\n".join(few.read_text(encoding="utf-8").splitlines()[:9]))
    assert evaluate(short, tmp_path / "out") == 2
    assert "Five folds need at least 10 patients; the table has 7." in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def write_ptbxl(folder):
    """Eight simulated men in PTB-XL's layout; one of them has conduction disease, one too fast a rhythm to be there."""
    lines = ["filename_hr,scp_codes,sex,patient_id,age"]
    names = [lead.upper() if lead.startswith("a") else lead for lead in LEADS]
    for k, codes in enumerate(["NORM", "NORM", "NORM", "LVH", "VCLVH", "LVH", "LVH IRBBB", "NORM SVTAC"]):
        signal = recording(Heart(qrs_gain=1.8 if "LVH" in codes else 1, seed=k)).signal_mv
        (1000 * signal.T).round().astype("<i2").tofile(folder / f"r{k}.dat")
        marks = [f"r{k}.dat 16 1000.0(0)/mV 16 0 0 0 0 {name}" for name in names]
        (folder / f"r{k}.hea").write_text("\n".join([f"r{k} 12 500 5000", *marks, ""]))
        written = str(dict.fromkeys(codes.split(), 100.0))
        lines.append(f'r{k},"{written}",0,{k}.0,{50 + 3 * k}')
    (folder / "ptbxl_database.csv").write_text("\n".join(lines))


def test_real_ecgs_get_blocks_of_their_own(both, read_once, tmp_path, monkeypatch, capsys):
    trees = [s for s in systems() if s.key.startswith("ecgai-")]  # the rest for the sake of time not
    monkeypatch.setattr("lvm.train.systems.systems", lambda _: trees)
    write_ptbxl(tmp_path)
    assert evaluate(both, tmp_path / "out", "--work", str(tmp_path / "work"), "--ptbxl", str(tmp_path)) == 0
    assert "8 of 8 trainings: " in capsys.readouterr().err
    found = evaluation.read(tmp_path / "out")
    assert found.made["Real ECGs"].startswith("6 of PTB-XL, one a patient, no conduction disease")
    for table in found.tables[1:]:
        assert [block.kind for block in table.blocks] == ["paper", "simulated", "real"]
    block = found.tables[2].blocks[2]
    assert "men: 6 ECGs, 3 of them coded LVH; women: 0 ECGs" in block.note
    cells = {row[0]: row[1:] for row in block.rows}
    assert set(cells) == {
        "ecgAI, all features", "ecgAI, original setting", "Criterion: Cornell product", "Criterion: Sokolow-Lyon",
        "The patient’s age alone, no ECG",
    }  # fmt: skip
    assert cells["Criterion: Sokolow-Lyon"] == ("1.00 (1.00–1.00)", "–")
    assert cells["The patient’s age alone, no ECG"] == ("1.00 (1.00–1.00)", "–")
