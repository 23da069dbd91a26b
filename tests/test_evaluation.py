"""An evaluation as files: nothing is lost, nothing confused, and a damaged one is refused in words."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from lvm import evaluation
from lvm.errors import EvaluationError
from lvm.evaluation import Block, Points, Table, cells, markdown, read, write
from lvm.kinds import KINDS, words
from lvm.show.evaluation import frame
from lvm.ui.frame import BANNER
from tests import made_up


@pytest.fixture(scope="module", params=["cohort", "own"])
def written(request, tmp_path_factory):
    """An evaluation, and the folder it was written to."""
    found = made_up.evaluation(request.param)
    folder = tmp_path_factory.mktemp("written") / "new" / request.param
    write(found, folder)
    return found, folder


def test_what_is_written_is_read_back_with_masses_to_a_tenth(written):
    found, folder = written
    assert {file.name for file in folder.iterdir()} == {"evaluation.json", "tables.md", "tables.csv", "plots.html"}
    again = read(folder)
    assert (again.title, again.kind, again.made, again.tables) == (found.title, found.kind, found.made, found.tables)
    assert [(p.sex, p.system) for p in again.points] == [(p.sex, p.system) for p in found.points]
    for one, other in zip(again.points, found.points, strict=True):
        assert one.estimate_g == tuple(round(g, 1) for g in other.estimate_g)
        assert one.truth_g == tuple(round(g, 1) for g in other.truth_g)
    write(again, folder)  # over the older ones
    assert read(folder) == again


def test_json_is_compact(written):
    text = (written[1] / "evaluation.json").read_text(encoding="utf-8")
    assert text.count("\n") == 1
    assert '", "' not in text
    assert len(text) < 6 * 2 * sum(len(p.truth_g) for p in written[0].points) + 5000


def test_nothing_there_is_none(tmp_path):
    assert read(tmp_path) is None
    assert read(tmp_path / "nowhere") is None


def sections(text):
    """The lines under each heading of a block: its table's name, its own heading, its rows."""
    found = []
    for part in text.split("\n### ")[1:]:
        lines = part.split("\n## ")[0].splitlines()
        name, heading = lines[0].split(". ", 1)
        found.append((name, heading, [line for line in lines if line.startswith("|")]))
    return found


def test_markdown_has_every_cell_under_the_heading_of_its_kind(written):
    found, folder = written
    text = (folder / "tables.md").read_text(encoding="utf-8")
    assert text == markdown(found)
    blocks = [(table, block) for table in found.tables for block in table.blocks]
    for (table, block), (name, heading, lines) in zip(blocks, sections(text), strict=True):
        assert (name, heading) == (table.name, KINDS[block.kind].heading)
        rows = [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in lines]
        assert rows[0] == list(block.columns)
        assert [[cell.replace("\\", "") for cell in row] for row in rows[2:]] == [list(row) for row in block.rows]
    for fact in ("Made up for a test", "Recordings: 120, 60 of men", "Folds: five", BANNER):
        assert fact in text
    for kind in ("paper", found.kind, "real"):
        assert text.count(KINDS[kind].beside) == 1


def test_csv_has_every_cell_with_the_heading_of_its_kind(written):
    found, folder = written
    text = (folder / "tables.csv").read_text(encoding="utf-8")
    assert text == cells(found)
    rows = list(csv.DictReader(io.StringIO(text)))
    wanted = [
        (table.name, KINDS[block.kind].heading, str(k), row[0], column, cell)
        for table in found.tables for block in table.blocks
        for k, row in enumerate(block.rows, start=1) for column, cell in zip(block.columns, row, strict=True)
    ]  # fmt: skip
    assert [tuple(row.values()) for row in rows] == wanted
    assert list(rows[0]) == ["table", "block", "row number", "row name", "column", "value"]


def test_the_notice_is_the_banner():
    assert evaluation.NOTICE == BANNER


def test_without_points_there_are_no_plots_not_even_older_ones(tmp_path):
    write(made_up.evaluation(), tmp_path)
    assert (tmp_path / "plots.html").is_file()
    found = replace(made_up.evaluation(), points=())
    write(found, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"evaluation.json", "tables.md", "tables.csv"}
    assert read(tmp_path) == found


def test_what_a_block_is_about_is_kept_and_words_it(tmp_path):
    mass = Block("cohort", ("a",), (("1",),))
    importance = replace(mass, about="importance")
    write(replace(made_up.evaluation(), tables=(Table("T", "Both", (mass, importance)),)), tmp_path)
    assert read(tmp_path).tables[0].blocks == (mass, importance)
    text = (tmp_path / "tables.md").read_text(encoding="utf-8")
    for block in (mass, importance):
        assert text.count(words("cohort", block.about).beside) == 1
    file = tmp_path / "evaluation.json"
    fields = json.loads(file.read_text())
    del fields["tables"][0]["blocks"][0]["about"]  # as older ones were written
    file.write_text(json.dumps(fields))
    assert read(tmp_path).tables[0].blocks == (mass, importance)


def altered(*path, value=None, drop=False):
    """The text of evaluation.json with one thing in it changed."""

    def change(fields):
        at = fields
        for key in path[:-1]:
            at = at[key]
        if drop:
            del at[path[-1]]
        else:
            at[path[-1]] = value
        return json.dumps(fields)

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda _: "", "is damaged"),
        (lambda _: "[]", "found but"),
        (lambda _: "null", "found but None"),
        (lambda f: json.dumps(f)[:-40], "is damaged"),
        (lambda _: "[" * 100_000, "is damaged"),
        (altered("format", value=2), "format 2"),
        (altered("format", drop=True), "found but"),
        (altered("more", value=1), "found but"),
        (altered("title", value=3), "a text is expected, not 3"),
        (altered("kind", value="phantom"), "one of paper, cohort, simulated, own, real is expected, not 'phantom'"),
        (altered("kind", value=["paper"]), "one of paper"),
        (altered("made", value=[]), "damaged"),
        (altered("made", "Folds", value=5), "a text is expected"),
        (altered("tables", value={}), "a list is expected"),
        (altered("tables", 0, "blocks", 0, "kind", value=None), "one of paper"),
        (altered("tables", 0, "blocks", 0, "about", value="cost"), "one of mass, importance is expected, not 'cost'"),
        (altered("tables", 0, "blocks", 0, value=3), "found but 3"),
        (altered("tables", 0, "blocks", 0, "rows", 0, value=["alone"]), "a row of another length"),
        (altered("tables", 0, "blocks", 0, "rows", 0, 1, value=1.5), "a text is expected, not 1.5"),
        (altered("tables", 0, "blocks", 0, "columns", value=["a", "a", "b"]), "not different"),
        (altered("points", 0, "sex", value="other"), "one of male, female"),
        (altered("points", 0, "truth_g", value=[1]), "not one for each estimate"),
        (altered("points", 0, "truth_g", 0, value="9"), "masses are numbers"),
        (altered("points", 0, "truth_g", 0, value=True), "masses are numbers"),
        (altered("points", 0, "truth_g", 0, value=float("nan")), "no number"),
        (altered("points", 0, "truth_g", 0, value=10**400), "damaged"),
    ],
)  # fmt: skip
def test_a_damaged_one_is_refused_in_words(tmp_path, change, why):
    write(made_up.evaluation(), tmp_path)
    file = tmp_path / "evaluation.json"
    file.write_text(change(json.loads(file.read_text())))
    with pytest.raises(EvaluationError, match=r"evaluation\.json in .* is damaged: .* Make it again with") as caught:
        read(tmp_path)
    assert why in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "evaluation.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(EvaluationError, match="is damaged"):
        read(tmp_path)
    (tmp_path / "evaluation.json").unlink()
    (tmp_path / "evaluation.json").mkdir()
    with pytest.raises(EvaluationError, match="cannot be opened"):
        read(tmp_path)


def test_blocks_and_points_that_contradict_themselves_are_not_made():
    with pytest.raises(ValueError, match="another length"):
        Block("own", ("a", "b"), (("1",),))
    with pytest.raises(ValueError, match="not different"):
        Block("own", ("a", "a"), ())
    with pytest.raises(ValueError, match="not different"):
        Block("own", (), ())
    with pytest.raises(ValueError, match="no masses"):
        Points("male", "x", (), ())
    with pytest.raises(ValueError, match="not one for each"):
        Points("male", "x", (1.0,), (1.0, 2.0))
    with pytest.raises(ValueError, match="no number"):
        Points("male", "x", (1.0,), (float("inf"),))


def test_a_frame_on_the_screen_takes_no_cell_for_formatting():
    table = frame(made_up.evaluation().tables[0].blocks[1])
    assert table.iloc[2, 2].replace("\N{NO-BREAK SPACE}", " ") == r"a | b \<i> \*c\* \[d\](http://e.f) \$g\$"
