from dataclasses import replace

import numpy as np

from lvm import paper
from lvm.train.examples import SCALARS
from lvm.train.table_1 import ours
from tests.train.planted import examples

PUBLISHED = paper.TABLES[0]


def people():
    """Two men, two women, of whom some things are unknown."""
    nan, data = np.nan, examples(n=4, beats=1, sexes=("male", "female"))
    columns = {
        "age_years": [60, 50, 70, 60],
        "height_cm": [180, 160, 170, 160],
        "weight_kg": [80, 60, 70, nan],
        "p_axis_deg": [nan, 40, nan, 60],
        "qrs_axis_deg": [10, 40, 50, 60],
        "t_axis_deg": [10, 40, 50, 60],
        "qrs_duration_ms": [90, 80, 100, 84],
    }
    scalars = data.scalars.copy()
    for name, values in columns.items():
        scalars[:, SCALARS.index(name)] = values
    return replace(data, scalars=scalars, lvm_g=np.array([150, 80, 100, 100.0]))


def test_an_own_table_by_hand():
    table = ours(people(), "own", None, PUBLISHED)
    assert (table.name, table.title) == (PUBLISHED.name, PUBLISHED.title)
    assert table.blocks[:1] == PUBLISHED.blocks
    (block,) = table.blocks[1:]
    assert block.kind == "own"
    assert block.columns == ("Patients", "Men, n = 2", "Women, n = 2")
    assert block.rows == (
        ("LV mass", "125.00 ± 25.00 g", "90.00 ± 10.00 g"),
        ("LV mass index", "65.20 ± 9.94 g/m²", "49.32 ± 0.00 g/m²"),  # 150 / 1.9964, 100 / 1.8097; 80 / 1.6221
        ("Age", "65.00 ± 5.00 years", "55.00 ± 5.00 years"),
        ("Height", "175.00 ± 5.00 cm", "160.00 ± 0.00 cm"),
        ("Weight", "75.00 ± 5.00 kg", "60.00 ± 0.00 kg"),
        ("QRS duration", "95.00 ± 5.00 ms", "82.00 ± 2.00 ms"),
        ("P axis, absolute", "–", "50.00 ± 10.00°"),
        ("QRS axis, absolute", "30.00 ± 20.00°", "50.00 ± 10.00°"),
        ("T axis, absolute", "30.00 ± 20.00°", "50.00 ± 10.00°"),
    )


def test_of_a_cohort_the_axes_have_their_signs():
    """Networks are given absolute values, so they are not in the examples."""
    marginals = {"male": {"qrs_axis_deg": {"table_1": [28.45, 35.37], "cohort": [28.4, 35.1]}}}
    (block,) = ours(people(), "cohort", {"method": "m", "marginals": marginals}, PUBLISHED).blocks[1:]
    assert block.kind == "cohort"
    assert block.rows[0] == ("LV mass", "125.00 ± 25.00 g", "90.00 ± 10.00 g")
    assert block.rows[6:] == (
        ("P axis", "–", "–"), ("QRS axis", "28.40 ± 35.10°", "–"), ("T axis", "–", "–")
    )  # fmt: skip


def test_rows_are_the_papers_in_its_order():
    cohort = {"marginals": {}}
    assert [row[0] for row in ours(people(), "simulated", cohort, PUBLISHED).blocks[1].rows] == [
        r[0] for r in paper.TABLE_1.rows
    ]


def test_one_sex_alone():
    (block,) = ours(examples(n=1200, beats=1), "own", None, PUBLISHED).blocks[1:]
    assert block.columns == ("Patients", "Men, n = 1,200", "Women, n = 0")
    assert [row[2] for row in block.rows] == ["–"] * 9
    assert block.rows[3][1] == "170.00 ± 0.00 cm"
