"""The papers' figures, each against a table typed once more."""

import re

from lvm import paper
from lvm.cohort.mass import TABLE_1

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
