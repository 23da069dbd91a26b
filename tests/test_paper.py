"""The papers' figures, each against a table typed once more."""

import re

import pytest

from lvm import paper
from lvm.cohort.mass import TABLE_1
from lvm.waves import SEGMENTS

TABLE_2 = {"ECG only": "19.22 0.91 17.39 1.39", "Model 1": "14.56 0.53 13.03 1.00", "Model 2": "14.33 0.71 12.90 1.12"}
TABLE_3 = {
    "ecgAI": "21.28 0.36 19.12 29.62 0.93 26.85",
    "LVM-AI": "19.51 0.82 17.62 19.58 0.94 17.52",
    "eLVMass-Net, model 1": "14.56 13.03",
    "eLVMass-Net, model 2": "14.33 12.90",
}
TABLE_4 = {
    "ecgAI": "21.28 19.12 23.93 0.29 19.34 15.92 1.13 18.42",
    "LVM-AI": "19.51 17.62 21.13 1.06 16.42 13.33 1.45 14.85",
    "eLVMass-Net, model 1": "14.56 13.03 16.41 0.63 12.74 11.12 0.63 12.64",
    "eLVMass-Net, model 2": "14.33 12.90 16.05 0.75 12.55 0.88 11.02 0.71 12.52 0.34",
}
LVH = {"Trained on men": "0.77 0.05", "Trained on women": "0.75 0.05", "Not sex-specific": "0.70 0.02"}
PATIENTS = {
    "LV mass": "123.29 29.88 85.21 21.41",
    "LV mass index": "67.43 14.71 52.98 13.02",
    "Age": "60.29 11.29 62.99 11.15",
    "Height": "168.59 6.12 158.16 6.39",
    "Weight": "72.86 11.53 60.47 9.36",
    "QRS duration": "93.86 10.74 86.26 9.63",
    "P axis": "49.52 20.76 49.85 23.30",
    "QRS axis": "28.45 35.37 36.79 34.21",
    "T axis": "40.29 32.98 43.47 33.05",
}


def figures(block):
    """The figures of each row in their order, by the row's name."""
    return {
        row[0].split(":")[0]: " ".join(re.findall(r"\d+\.\d+", " ".join(row[1:]).replace("(", " ")))
        for row in block.rows
    }


def test_every_figure_of_every_table():
    assert figures(paper.TABLE_1) == PATIENTS
    assert figures(paper.TABLE_2) == TABLE_2
    assert figures(paper.TABLE_3) == TABLE_3
    assert figures(paper.TABLE_4) == TABLE_4
    assert figures(paper.LVH) == LVH


def test_every_figure_has_its_unit():
    for block in (paper.TABLE_2, paper.TABLE_3, paper.TABLE_4):
        for cell in (cell for row in block.rows for part in row[1:] for cell in part.split(", ")):
            assert cell == "–" or re.fullmatch(r"\d\d\.\d\d( ± \d\.\d\d)? (g|%)", cell)
    units = ["g", "g/m²", "years", "cm", "kg", "ms", "°", "°", "°"]
    assert all(cell.endswith(unit) for row, unit in zip(paper.TABLE_1.rows, units, strict=True) for cell in row[1:])


def test_table_1_is_the_one_that_the_cohort_is_drawn_from():
    assert paper.TABLE_1.columns == ("Patients", "Men, n = 940", "Women, n = 519")
    assert len(paper.TABLE_1.rows) == len(TABLE_1["male"])


def test_where_only_the_best_is_known_no_figure_stands():
    best = {}
    for block in (paper.TABLE_S1, paper.TABLE_S2, paper.ENCODERS):
        assert figures(block) == dict.fromkeys(figures(block), "")
        assert all(cell.endswith("; no figure is public") for _, cell in block.rows)
        best |= {row[0]: cell for row in block.rows if not (cell := row[1]).startswith("compared")}
    assert best == {
        "A single heartbeat": "best; no figure is public",
        "Two, by electrical orientation: limb and precordial": "best; no figure is public",
        "Temporal convolutional network": "best; no figure is public",
        "EfficientNet, in one dimension": "overfitted; no figure is public",
    }


def test_the_other_systems_facts():
    khurshid, tison = paper.OTHERS.rows
    assert re.findall(r"[\d.,]*\d", " ".join(khurshid)) == [
        "10", "32,239", "0.79", "0.60", "0.653", "0.621", "0.618", "0.588"
    ]  # fmt: skip
    assert "36,186" in tison[1]


def test_p_values_stand_in_the_notes():
    p = {block: re.findall(r"P [=<] 0\.\d+|0\.\d\d in %|0\.\d\d for women", block.note) for block in
         (paper.TABLE_2, paper.TABLE_3, paper.TABLE_4, paper.LVH)}  # fmt: skip
    assert list(p.values()) == [
        ["P = 0.82", "0.85 in %"], ["P = 0.04", "0.07 in %"], ["P = 0.48", "0.71 for women"], ["P < 0.01"]
    ]  # fmt: skip


def test_all_are_of_the_papers_and_name_their_source():
    names = [table.name for table in paper.TABLES]
    assert names[:6] == ["Table 1", "Table 2", "Table 3", "Table 4", "Table S1", "Table S2"]
    assert len(set(names)) == len(names)
    for table in paper.TABLES:
        (block,) = table.blocks
        assert block.kind == "paper"
        assert block.note.startswith("Khurshid 2021, " if block is paper.OTHERS else paper.SOURCE)


# Limb, precordial of a low, a middle and a high mass.
IMPORTANCE = {
    "all": {
        "PR interval": "3.52 0.52 3.16 0.06 3.90 0.00",
        "QRS interval": "34.32 42.90 37.96 41.78 53.28 17.52",
        "ST segment": "0.00 11.08 0.00 16.62 0.04 0.08",
        "T wave": "0.00 6.52 0.00 0.00 2.76 22.42",
        "TP interval": "0.00 1.18 0.48 0.00 0.00 0.00",
        "total": "37.84 62.16 41.58 58.42 59.98 40.02",
    },
    "Men": {
        "PR interval": "1.0 0.0 0.5 0.0 0.2 0.0",
        "QRS interval": "34.8 53.7 39.0 22.8 49.2 9.2",
        "ST segment": "0.0 10.5 0.0 7.4 0.0 0.0",
        "T wave": "0.0 0.0 0.0 30.3 7.0 34.5",
        "TP interval": "0.0 0.0 0.0 0.0 0.0 0.0",
        "total": "35.8 64.2 39.5 60.5 56.4 43.6",
    },
    "Women": {
        "PR interval": "0.0 0.0 4.4 0.0 1.5 0.4",
        "QRS interval": "36.5 49.2 34.5 30.8 54.7 26.3",
        "ST segment": "0.0 0.0 0.0 8.4 0.0 1.2",
        "T wave": "0.0 14.3 0.0 21.9 0.0 16.0",
        "TP interval": "0.0 0.0 0.0 0.0 0.0 0.0",
        "total": "36.5 63.5 38.9 61.1 56.2 43.8",
    },
}


def test_every_figure_of_the_tables_of_importance():
    both = {name[0].upper() + name[1:]: row for name, row in IMPORTANCE["all"].items()}
    assert figures(paper.TABLE_5) == both
    by_sex = {f"{who}, {name}": row for who in ("Men", "Women") for name, row in IMPORTANCE[who].items()}
    assert figures(paper.TABLE_6) == by_sex
    for block in (paper.TABLE_5, paper.TABLE_6):
        assert block.columns == (
            "Segment", "Low: limb", "Low: precordial", "Middle: limb", "Middle: precordial", "High: limb",
            "High: precordial",
        )  # fmt: skip
        assert all(re.fullmatch(r"\d+\.\d+ %", cell) for row in block.rows for cell in row[1:])
        assert block.note.startswith(paper.SOURCE)
        assert (block.kind, block.about) == ("paper", "importance")
    assert [table.name for table in paper.SALIENCY] == ["Table 5", "Table 6"]


@pytest.mark.parametrize(("sexes", "who"), [("all", "all"), ("male", "Men"), ("female", "Women")])
def test_importance_as_numbers(sexes, who):
    for k, third in enumerate(paper.THIRDS):
        found = paper.importance(sexes, third)
        assert list(found) == [(segment, group) for segment in SEGMENTS for group in ("limb", "precordial")]
        for (segment, group), share in found.items():
            printed = IMPORTANCE[who][segment].split()[2 * k + (group == "precordial")]
            assert share == pytest.approx(float(printed) / 100)
        assert sum(found.values()) == pytest.approx(1, abs=0.0015)  # as far as the paper's own figures add up


def test_how_many_cells_are_empty():
    """By which lvm.explain.CUT_OFF was chosen."""
    empty = {
        sexes: sum(share == 0 for third in paper.THIRDS for share in paper.importance(sexes, third).values())
        for sexes in ("all", "male", "female")
    }
    assert empty == {"all": 10, "male": 16, "female": 16}
