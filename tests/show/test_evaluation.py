"""An evaluation for the screen and as a page of plots."""

import re
from dataclasses import replace

import pytest

from lvm import paper
from lvm.evaluation import Block
from lvm.show import evaluation
from lvm.show.agreement import bland_altman_described, calibration_described
from tests import made_up

PLOTLY = re.compile(r"<script[^>]*>/\*\*\s*\* plotly\.js.*?</script>", re.DOTALL)  # its own script, inlined
NBSP, JOINER = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"


@pytest.fixture(scope="module")
def found():
    return made_up.evaluation()


def test_tables_to_choose_from(found):
    labels = list(evaluation.tables(found, paper.TABLES))
    assert labels[:3] == ["Table 2: What each set of inputs adds", "Beat: What a beat adds", "Table 1: The patients"]
    assert len(labels) == len(paper.TABLES) + 1
    table = evaluation.tables(found)["Table 2: What each set of inputs adds"]
    assert [block.kind for block in table.blocks] == ["paper", "cohort", "real"]
    assert list(evaluation.tables(found)) == labels[:2]
    assert [table.name for table in evaluation.tables(None, paper.TABLES).values()] == [
        table.name for table in paper.TABLES
    ]


def test_no_figure_is_broken_in_a_narrow_cell(found):
    papers, ours, real = (evaluation.frame(block) for block in found.tables[0].blocks)
    assert list(papers.columns) == list(paper.TABLE_2.columns)
    assert papers.iloc[0, 1] == f"19.22{NBSP}±{NBSP}0.91{NBSP}g"
    assert ours.iloc[1, 2] == r"\< 0.01"
    assert ours.iloc[0, 2] == "–"
    assert real.iloc[0, 1] == f"0.93{NBSP}(0.89–{JOINER}0.96)"
    of = evaluation.frame(Block("own", ("Planted in", "Found"), (("T wave of 10", "98 %, 7 of 10"),)))
    assert of.iloc[0].tolist() == ["T wave of 10", f"98{NBSP}%, 7{NBSP}of{NBSP}10"]


def test_how_it_was_made(found):
    assert evaluation.made(found).to_numpy().tolist() == [["Recordings", "120, 60 of men"], ["Folds", "five"]]


def test_points_by_system_men_first(found):
    by_system = evaluation.by_system(found)
    assert list(by_system) == ["Model 2", "LVM-AI <own>"]
    assert [points.sex for points in by_system["Model 2"]] == ["male", "female"]


def test_the_page_of_plots_asks_nobody_for_anything(found):
    html = evaluation.page(found)
    assert html.startswith("<!DOCTYPE html>")
    assert not re.search(r"<script[^>]*\ssrc=|<link|<img|<iframe|@import|url\(", re.sub(PLOTLY, "", html))
    without = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert "http" not in without
    scripts = re.findall(r"<script([^>]*)>", html)
    assert not any("src" in attributes for attributes in scripts)
    assert html.count("Plotly.newPlot(") >= 4
    assert len(re.findall(PLOTLY, html)) == 1


def test_the_page_of_plots_says_what_is_drawn(found):
    html = evaluation.page(found)
    assert "<h2>LVM-AI &lt;own&gt;</h2>" in html
    assert "<own>" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    for words in ("Made up for a test", "Not a medical device", "masses a computer drew", "confirms nothing"):
        assert words in html
    parts = evaluation.by_system(found)["Model 2"]
    assert html.count(bland_altman_described(parts)) == html.count(calibration_described(parts)) == 2
    assert html.count("role='group'") == 4
    for id_ in ("bland-altman-1", "calibration-1", "bland-altman-2", "calibration-2"):
        assert f'id="{id_}"' in html


def test_a_page_without_points_is_whole(found):
    assert evaluation.page(replace(found, points=())).endswith("</main></body></html>\n")
