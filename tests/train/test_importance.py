"""`python -m lvm evaluate --saliency`: every number against an explanation made by hand."""

import csv
import json

import numpy as np
import pytest

from lvm import evaluation, paper, weights
from lvm.__main__ import main
from lvm.analysis import analyse
from lvm.cohort import files
from lvm.estimate import estimate
from lvm.explain import DEFAULT, METHODS, explain, population, subject_of
from lvm.read.files import read_file
from lvm.recording import Typed
from tests import bundles


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A planted cohort of 6 men and 5 women, with random bundles, and the tables of it."""
    folder = tmp_path_factory.mktemp("importance")
    people = ["--men", "6", "--women", "5", "--workers", "1"]
    assert main(["cohort", "--planted", "QRS interval, precordial", *people, "--out", str(folder / "cohort")]) == 0
    for sexes in ("male", "female", "all"):
        of = bundles.config(sexes, "model 2")
        bundles.install(folder / "weights", f"{sexes}-model2", of, bundles.fields(of), folds=2)
    met = {"test_patients_by_fold": [["planted-male-1"], ["planted-female-2", "somebody else"]]}
    (folder / "weights" / "all-model2" / "splits.json").write_text(json.dumps(met))
    assert saliency(folder / "cohort" / files.TABLE, folder) == 0
    return folder


def saliency(table, folder, *more):
    places = ["--weights", str(folder / "weights"), "--out", str(folder / "out"), "--workers", "1"]
    return main(["evaluate", str(table), "--saliency", *places, *more])


def by_hand(folder, sexes, method):
    """True masses and shares of the table's rows of these sexes."""
    found = []
    bundle = weights.load(f"{sexes}-model2", folder / "weights")
    with (folder / "cohort" / files.TABLE).open() as file:
        for row in csv.DictReader(file):
            if row["sex"] in bundle.card.sexes:
                analysis = analyse(read_file(folder / "cohort" / row["file"]))
                # the file states what the table states, a decimal of the axes apart
                typed = Typed(row["sex"], *(float(row[n]) for n in ("age", "height", "weight", "p_axis", "qrs_axis")),
                              float(row["t_axis"]), float(row["qrs_duration"]))  # fmt: skip
                e = estimate(analysis, typed, bundle=bundle)
                table = explain(subject_of(analysis, e, bundle), method).table
                found.append((float(row["lvm_g"]), {(c.segment, c.group): c.share for c in table}))
    return found


def test_the_numbers_are_those_of_single_explanations(made):
    every = population.read(made / "out")
    methods = list(dict.fromkeys(["gradient", DEFAULT]))
    wanted = [(s, m, t) for s in ("all", "male", "female") for m in methods for t in paper.THIRDS]
    assert [(one.sexes, one.method, one.third) for one in every] == wanted
    for sexes, method, n in (("all", "gradient", 11), ("male", DEFAULT, 6), ("female", "gradient", 5)):
        own = sorted(by_hand(made, sexes, method), key=lambda pair: pair[0])
        thirds = [one for one in every if (one.sexes, one.method) == (sexes, method)]
        assert len(own) == sum(one.recordings for one in thirds) == n
        for one in thirds:
            part, own = own[: one.recordings], own[one.recordings :]
            for cell in part[0][1]:
                shares = [share[cell] for _, share in part]
                assert one.mean[cell] == pytest.approx(np.mean(shares), abs=2e-5)
                assert one.sd[cell] == pytest.approx(np.std(shares), abs=2e-5)
            assert sum(one.mean.values()) == pytest.approx(1, abs=1e-4)
            assert (one.kind, one.cut_off) == ("simulated", METHODS[method].cut_off)
            assert one.from_g is None or one.from_g <= part[0][0]
            assert one.below_g is None or one.below_g > part[-1][0]


def test_the_tables_show_them_beside_the_papers(made):
    found, every = evaluation.read(made / "out"), population.read(made / "out")
    assert {file.name for file in (made / "out").iterdir()} == {
        "evaluation.json", "tables.md", "tables.csv", "population.json"
    }  # fmt: skip
    names = ["Table 5", "Table 6"]
    if DEFAULT != "gradient":
        names += [f"{name} by {METHODS[DEFAULT].name}" for name in names]
    assert [table.name for table in found.tables] == names
    assert found.kind == "simulated"
    for table, published in zip(found.tables, paper.SALIENCY * 2, strict=False):
        papers, ours = table.blocks
        assert papers == published.blocks[0]
        assert (ours.kind, ours.about, ours.columns) == ("simulated", "importance", papers.columns)
        assert [row[0] for row in ours.rows] == [row[0] for row in papers.rows]
    _, ours = found.tables[0].blocks
    thirds = [one for one in every if (one.sexes, one.method) == ("all", "gradient")]
    for k, one in enumerate(thirds):
        mean, sd = one.mean["QRS interval", "precordial"], one.sd["QRS interval", "precordial"]
        assert ours.rows[1][2 + 2 * k] == f"{mean * 100:.1f} ± {sd * 100:.1f} %"
        limb = sum(share for (_, group), share in one.mean.items() if group == "limb")
        assert ours.rows[-1][1 + 2 * k] == f"{limb * 100:.1f} %"
    low, middle, _ = thirds
    assert f"All: low below {low.below_g} g ({low.recordings} recordings), middle {middle.from_g} to" in ours.note
    _, by_sex = found.tables[1].blocks
    women = next(one for one in every if (one.sexes, one.method, one.third) == ("female", "gradient", "high"))
    assert by_sex.rows[6 + 3][0] == "Women, T wave"
    assert by_sex.rows[6 + 3][-2].startswith(f"{women.mean['T wave', 'limb'] * 100:.1f} ± ")


def test_how_it_was_made_is_told(made):
    facts = evaluation.read(made / "out").made
    assert facts["Recordings"] == "11 of 11 patients; 6 of men, 5 of women"
    assert facts["Data"].startswith("simulated cohort")
    assert facts["Met in training"].startswith("2 of the patients")
    assert facts["Weights"].count("model2 (") == 3
    assert facts["Cut-off"].startswith(f"{METHODS['gradient'].cut_off * 100:g} % of a map’s largest value: Gradient")
    assert METHODS[DEFAULT].name in facts["Cut-off"]


@pytest.fixture
def bad(made, tmp_path):
    """A table of its own with one row that holds no ECG."""
    with (made / "cohort" / files.TABLE).open() as file:
        rows = list(csv.DictReader(file))
    (tmp_path / "page.xml").write_text("<html/>")
    lines = [f"{made / 'cohort' / r['file']},{r['lvm_g']},{r['sex']}" for r in rows if r["sex"] == "male"]
    table = tmp_path / "own.csv"
    table.write_text("\n".join(["file,lvm_g,sex", *lines, "page.xml,120,male", ""]))
    (tmp_path / "weights").symlink_to(made / "weights")
    return table


def test_bad_rows_are_named_or_left_out(bad, tmp_path, capsys):
    assert saliency(bad, tmp_path) == 2
    assert "1 of 7 rows of own.csv cannot be used" in capsys.readouterr().err
    assert saliency(bad, tmp_path, "--skip-bad-rows") == 0
    assert "left out: row 8 (page.xml)" in capsys.readouterr().err
    found = evaluation.read(tmp_path / "out")
    assert (found.kind, found.made["Left out"]) == ("own", "1")
    assert {one.sexes for one in population.read(tmp_path / "out")} == {"all", "male"}
    names = [row[0] for row in found.tables[1].blocks[1].rows]
    assert (names[0], len(names)) == ("Men, PR interval", 6)


def test_too_few_masses_and_two_tasks_at_once_are_refused(bad, tmp_path, capsys):
    lines = bad.read_text().splitlines()
    bad.write_text("\n".join([*lines[:3], ""]))
    assert saliency(bad, tmp_path) == 2
    assert "at least three different masses" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        saliency(bad, tmp_path, "--external")
    assert stop.value.code == 2
    assert "not allowed with" in capsys.readouterr().err
    assert saliency(bad, tmp_path, "--bundles", "all-model2") == 2
    assert "goes with --external" in capsys.readouterr().err
