import csv
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lvm.explain import METHODS, Cell, Explanation
from lvm.explain.population import Population
from lvm.recording import LEAD_GROUPS
from lvm.show import importance
from lvm.waves import SEGMENTS

SHARES = [0.01, 0.0, 0.4, 0.3, 0.0, 0.05, 0.04, 0.2, 0.0, 0.0]
NAMES = [(segment, group) for segment in SEGMENTS for group in LEAD_GROUPS[2]]
CELLS = tuple(Cell(*name, share, share * 10 or None, 10 * share - 1) for name, share in zip(NAMES, SHARES, strict=True))


def explanation(method="integrated-gradients", cells=CELLS):
    return Explanation(
        METHODS[method], "grams", 130.0, "average", 120.0, np.zeros((12, 450), dtype=np.float32), cells,
        (("age_years", 1.25), ("sex", -0.04)),
    )  # fmt: skip


def shares(x, bounds):
    """With plain spaces."""
    return importance.shares(x, bounds).map(lambda text: text.replace("\xa0", " "))


def test_shares_with_totals():
    found = shares(explanation(), {})
    assert list(found.columns) == ["Segment", ":blue[Limb leads]", ":orange[Precordial leads]", "Both"]
    assert found.values.tolist() == [
        ["PR interval", "1.0 %", "0.0 %", "1.0 %"],
        ["QRS interval", "40.0 %", "30.0 %", "70.0 %"],
        ["ST segment", "0.0 %", "5.0 %", "5.0 %"],
        ["T wave", "4.0 %", "20.0 %", "24.0 %"],
        ["TP interval", "0.0 %", "0.0 %", "0.0 %"],
        ["Total", "45.0 %", "55.0 %", "100.0 %"],
    ]


def test_bounds_are_shown_where_they_matter():
    bounds = dict.fromkeys(NAMES, (0.0, 0.004)) | {("QRS interval", "limb"): (0.352, 0.449)}
    found = shares(explanation(), bounds).set_index("Segment")
    assert found.loc["QRS interval", ":blue[Limb leads]"] == "40.0 % (35–45)"
    assert found.loc["QRS interval", ":orange[Precordial leads]"] == "30.0 %"


def test_detail():
    found = importance.detail(explanation()).values.tolist()
    assert found[2] == ["QRS interval", "Limb", "40.0 %", "4.00", "+3.0 g"]
    assert found[1] == ["PR interval", "Precordial", "0.0 %", "–", "−1.0 g"]
    without = [Cell("T wave", "limb", 1.0, 1.0, None)]
    assert importance.detail(explanation("grad-cam", tuple(without))).values.tolist()[0][-1] == "–"


def test_download_holds_plain_numbers():
    bounds = dict.fromkeys(NAMES, (0.1, 0.5))
    about = ["Uploaded ECG.", "Integrated gradients, weights small. Beat 4, estimate 130 g (100–160 g)."]
    lines = importance.download(explanation(), bounds, about).splitlines()
    assert lines[:7] == [
        "# Research and education only. Not a medical device. Do not use for patient care.",
        "# Uploaded ECG.",
        "# Integrated gradients, weights small. Beat 4, estimate 130 g (100–160 g).",
        "# method: integrated-gradients. kind: a segment of the beat in a lead group, or a patient value.",
        "# share_percent: of the whole map; low and high while uncertain boundaries move.",
        "# density_per_beat_average: share per sample; 1 is the beat's average.",
        "# part_of_estimate_g: in grams, from the estimate of the average, 120.0 g.",
    ]
    rows = list(csv.DictReader(lines[7:]))
    assert len(rows) == 12
    assert list(rows[2].values()) == ["segment", "QRS interval", "limb", "40.0", "10.0", "50.0", "4.0", "3.0"]
    assert list(rows[2]) == [
        "kind", "name", "lead_group", "share_percent", "share_low_percent", "share_high_percent",
        "density_per_beat_average", "part_of_estimate_g",
    ]  # fmt: skip
    assert list(rows[10].values()) == ["patient value", "age_years", "", "", "", "", "", "1.25"]
    assert rows[0]["share_low_percent"] == "10.0"


def test_download_says_where_grams_are_none_or_need_not_add_up():
    without = replace(explanation("grad-cam", tuple(replace(cell, grams=None) for cell in CELLS)), scalars=())
    assert "# part_of_estimate_g: this method gives no grams.\n" in importance.download(without, {}, [])
    freely = replace(explanation("gradient-x-input"), baseline_name=None, baseline_lvm_g=None)
    assert "# part_of_estimate_g: in grams; they need not add up to the estimate.\n" in importance.download(
        freely, {}, []
    )


def test_download_is_read_as_other_tables_with_remarks_are():
    found = pd.read_csv(io.StringIO(importance.download(explanation(), {}, ["Uploaded ECG."])), comment="#")
    assert found.shape == (12, 8)
    assert found["share_percent"].sum() == pytest.approx(100)


def test_every_gram():
    found = importance.grams(explanation()).values.tolist()
    assert len(found) == 14
    assert found[0] == ["Average patient", "120.0 g"]
    assert found[1:3] == [["Age", "+1.2 g"], ["Sex", "0.0 g"]]
    assert found[5] == ["QRS interval, Limb", "+3.0 g"]
    assert found[-1] == ["This patient", "130.0 g"]


def test_beside_a_cohort_and_the_paper():
    mean, sd = (dict.fromkeys(NAMES, value) for value in (0.1, 0.02))
    ours = Population("male", "gradient", "high", 133.4, None, 313, "cohort", 0.15, mean, sd)
    found = importance.beside(explanation(), ours, dict.fromkeys(NAMES, 0.25))
    assert list(found.columns) == [
        "Segment",
        "Leads",
        "This ECG",
        "Heaviest third of our cohort",
        "Paper, heaviest patients",
    ]
    assert found.values.tolist()[2] == ["QRS interval", "Limb", "40.0 %", "10.0 ± 2.0 %", "25.0 %"]
    assert (
        "the heaviest third of the cohort, of which the true mass is from 133 g: mean and SD of 313"
        in importance.whose(ours)
    )
    assert "masses a computer drew" in importance.whose(ours)


def test_all_methods_side_by_side():
    found = importance.all_methods([explanation(), explanation("gradient")])
    assert list(found.columns) == ["Segment", "Leads", "Integrated gradients", "Gradient"]
    assert found["Gradient"].tolist()[:4] == ["1 %", "0 %", "40 % ★", "30 %"]
