"""The tables of planted truths by hand, and the command that makes them on tiny cohorts."""

import json
from dataclasses import replace

import pytest

from lvm import evaluation
from lvm.__main__ import main
from lvm.analysis import analyse
from lvm.cohort import planted
from lvm.cohort.planted import ECG_CELLS
from lvm.estimate import estimate
from lvm.explain import DEFAULT, METHODS, explain, subject_of
from lvm.train import planted_tables as tables
from lvm.train import planted_truth
from lvm.train.planted_truth import Judged
from lvm.weights import load

QRS, T = ("QRS interval", "limb"), ("T wave", "precordial")
QRS_NAME, T_NAME = "QRS interval, limb", "T wave, precordial"
OTHER = "occlusion" if DEFAULT != "occlusion" else "shapley"


def shares(qrs, t):
    """Of ten cells, what is left in an eleventh part each."""
    rest = (1 - qrs - t) / 8
    return {cell: qrs if cell == QRS else t if cell == T else rest for cell in ECG_CELLS.values()}


def one(estimate_g, expected_g, qrs, t, default=(0.0, 0.0), similarity=0.25, scalars_part=0.5):
    by_method = dict.fromkeys(METHODS, shares(qrs, t)) | {DEFAULT: shares(*default)}
    chance = dict.fromkeys(ECG_CELLS.values(), 0.1) | {QRS: 0.06}
    alike = dict.fromkeys(METHODS, similarity)
    return Judged(
        estimate_g, expected_g + 5, expected_g, chance, by_method, alike | {"grad-cam": None}, alike, scalars_part
    )


@pytest.fixture
def found():
    """QRS is learned, and found by all but the default; T is not learned, and nobody finds it."""
    qrs = [one(100, 100, 0.6, 0.1, (0.05, 0.5)), one(110, 120, 0.2, 0.3, (0.15, 0.6))]
    t = [one(100, 100, 0.5, 0.1, (0.9, 0.0)), one(99, 120, 0.5, 0.2, (0.9, 0.0))]
    nothing = [replace(each, similarity=dict.fromkeys(METHODS, 0.5), scalars_part=0.9) for each in t]
    return {QRS_NAME: qrs, T_NAME: t, planted.NOTHING: nothing}


def test_what_of_the_planted_is_found(found):
    assert tables.mean_share(found[QRS_NAME], OTHER)[QRS] == pytest.approx(0.4)
    assert tables.often_largest(found[QRS_NAME], OTHER, QRS) == 1
    assert [tables.cells_found(found, key) for key in (OTHER, DEFAULT)] == [1, 0]
    assert tables.in_true_cell(found, OTHER) == pytest.approx((0.4 + 0.15) / 2)
    assert [round(tables.learned(found[name]), 6) for name in (QRS_NAME, T_NAME)] == [1, -1]
    assert tables.learned([found[QRS_NAME][0]]) == 0


def test_a_map_that_says_nothing_finds_nothing(found):
    empty = [replace(each, shares=dict.fromkeys(METHODS, shares(0, 0) | dict.fromkeys(shares(0, 0), 0.0))) for each in
             found[QRS_NAME]]  # fmt: skip
    first = next(iter(ECG_CELLS))
    assert tables.often_largest(empty, OTHER, ECG_CELLS[first]) == 0
    assert tables.cells_found({first: empty}, OTHER) == 0


def test_the_table_of_planted_truths(found):
    block = tables.evaluation(found, {}).tables[0].blocks[0]
    assert block.kind == "simulated"
    assert block.columns[3:] == tuple(method.name for method in METHODS.values())
    at = 3 + list(METHODS).index(OTHER)
    default = 3 + list(METHODS).index(DEFAULT)
    qrs, t, every, known = block.rows
    assert qrs[:3] == (QRS_NAME, "1.00", "6 %")
    assert (qrs[at], qrs[default]) == ("40 %, 1 of 2", "10 %, 0 of 2")
    assert t[:3] == (T_NAME, "−1.00", "10 %")
    assert (every[at], every[default], known[at], known[default]) == ("1 of 2", "0 of 2", "1 of 1", "0 of 1")
    assert "for Occlusion and Shapley values, which go by cells, 10 %." in block.note
    first = next(iter(METHODS.values())).name
    assert f"of 1 cells learned, {METHODS[DEFAULT].name} finds 0, with 10 % of its importance" in block.note
    assert f"; {first} finds 1, with 40 % of its importance in the true cell." in block.note


def test_the_note_says_when_the_default_is_the_best(found):
    qrs = [one(100, 100, 0.1, 0.6, (0.8, 0.1)), one(110, 120, 0.1, 0.6, (0.8, 0.1))]
    block = tables.evaluation({QRS_NAME: qrs, planted.NOTHING: found[planted.NOTHING]}, {}).tables[0].blocks[0]
    assert block.note.endswith("finds 1, with 80 % of its importance in the true cell, the most of all methods.")
    assert [row[0] for row in block.rows] == [QRS_NAME, "Found"]  # all was learned, so nothing is told twice


def test_the_tables_of_patient_values_and_of_shuffled_weights(found):
    _, values, shuffled = (table.blocks[0] for table in tables.evaluation(found, {}).tables)
    # true masses 105 and 125 g; Table 1's mean is 123.29 g
    assert values.rows[0] == (QRS_NAME, "50 %", "10.0 g", "5.0 g", "10.0 g")
    assert values.rows[2][:2] == ("Nothing", "90 %")
    assert [row[0] for row in shuffled.rows] == [QRS_NAME, T_NAME, "Nothing", "Mean", "Both shuffled"]
    assert [row[1] for row in shuffled.rows] == ["0.25", "0.25", "0.50", "0.33", "0.25"]
    grad_cam = 1 + list(METHODS).index("grad-cam")
    assert [row[grad_cam] for row in shuffled.rows] == ["–", "–", "0.50", "0.50", "0.25"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The command on two cells, of 20 men each, and what it prints."""
    folder = tmp_path_factory.mktemp("planted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planted, "CELLS", (QRS_NAME, planted.NOTHING))
        assert command(folder) == 0
    return folder


def command(folder):
    few = ["--men", "20", "--judged", "2", "--epochs", "1", "--workers", "1"]
    return main(["planted-truth", *few, "--work", str(folder / "work"), "--out", str(folder / "out")])


def test_the_command_writes_the_tables(made):
    found = evaluation.read(made / "out")
    assert {file.name for file in (made / "out").iterdir()} == {"evaluation.json", "tables.md", "tables.csv"}
    assert found.kind == "simulated"
    assert [table.name for table in found.tables] == ["Planted truth", "Patient values", "Shuffled weights"]
    truth, values, shuffled = (table.blocks[0] for table in found.tables)
    assert [row[0] for row in truth.rows][:2] == [QRS_NAME, "Found"]
    assert all(cell.endswith(" of 2") for cell in truth.rows[0][3:])
    assert [row[0] for row in values.rows] == [QRS_NAME, "Nothing"]
    assert len(shuffled.rows) == 4
    assert found.made["Judged"] == "2 further men of each cohort whom the networks have not met"
    assert found.made["Cohorts"].startswith("2, simulated, of 20 men each; 80 %")
    assert "at most 1 epochs in batches of 16, dropout 0" in found.made["Networks"]
    assert "1 % of a map’s largest value: Gradient × input, " in found.made["Cut-off"]
    assert sorted(p.name for p in (made / "work").iterdir()) == ["nothing", "qrs_limb", "training", "weights"]


def test_the_judged_are_others_and_are_explained_like_anybody(made):
    work = made / "work" / planted_truth.WEIGHTS
    judged = planted_truth.judged(QRS_NAME, "qrs_limb-male-model2", work, 2, seed=2)
    members = planted.build(QRS_NAME, {"male": 2, "female": 0}, 2).members
    trained = json.loads((made / "work" / "qrs_limb" / "cohort.json").read_text())
    assert trained["seed"] == 1
    bundle = load("qrs_limb-male-model2", work)
    for person, member in zip(judged, members, strict=True):
        analysis = analyse(member.recording)
        e = estimate(analysis, bundle=bundle)
        subject = subject_of(analysis, e, bundle)
        assert (person.estimate_g, person.lvm_g, person.expected_g) == (e.lvm_g, member.lvm_g, member.expected_g)
        for key in ("gradient", "shapley"):
            table = explain(subject, key).table
            assert person.shares[key] == pytest.approx({(c.segment, c.group): c.share for c in table})
        assert sum(person.by_chance.values()) == pytest.approx(1)
        x = explain(subject, "shapley")
        grams = [sum(abs(g) for g in of) for of in ([c.grams for c in x.table], [g for _, g in x.scalars])]
        assert person.scalars_part == pytest.approx(grams[1] / sum(grams), abs=1e-4)
        assert all(-1 <= r <= 1 for r in person.similarity.values() if r is not None)


def test_a_second_run_trains_nothing(made, monkeypatch, capsys):
    monkeypatch.setattr(planted, "CELLS", (QRS_NAME, planted.NOTHING))
    before = evaluation.read(made / "out")
    assert command(made) == 0
    assert "epoch" not in capsys.readouterr().err
    assert evaluation.read(made / "out").tables == before.tables
