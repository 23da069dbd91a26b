import json
from html.parser import HTMLParser

import numpy as np
import pytest

from lvm.cohort import planted
from lvm.cohort.mass import TABLE_1
from lvm.cohort.report import describe, page
from lvm.cohort.semisynthetic import Picture


@pytest.fixture(scope="module")
def cohort():
    return planted.build("QRS interval, limb", {"male": 12, "female": 8}, seed=3)


FIELDS = {
    "method": "semi-synthetic",
    "seed": 3,
    "version": "1.2.3",
    "members": 1459,
    "sources": [
        {"name": "A <b>", "attribution": "X & Y", "licence": "CC BY 4.0", "recordings": 300, "members": 1459},
    ],
    "marginals": {
        "male": {
            "lvm_g": {"table_1": [123.29, 29.88], "cohort": [123.29, 29.88]},
            "weight_kg": {"table_1": [72.86, 11.53], "cohort": [80.0, 11.0]},
            "t_axis_deg": {"table_1": [40.29, 32.98], "cohort": [41.0, 45.0]},
        },
        "female": {"lvm_g": {"table_1": [85.21, 21.41], "cohort": [95.0, 15.0]}},
    },
    "correlations": {
        "male": {
            "Sokolow-Lyon": {"r": 0.31, "published": [0.05, 0.28]},
            "Cornell product": {"r": 0.4, "published": [0.26, 0.6]},
            "QRS duration": {"r": 0.1, "published": [0.32, 0.59]},
            "Lewis": {"r": -0.04, "published": None},
        },
        "female": {"Sokolow-Lyon": {"r": None, "published": [0.05, 0.28]}},
    },
    "how": {"male": {"weight of Lewis": -0.0123, "SD of the rest, logarithm": 0.2}, "female": {"other": 1.0}},
}


class Reader(HTMLParser):
    """The words of every table row and heading, and what the page would ask for."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.headings, self.asked, self.scripts, self.inside = [], [], [], 0, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = tag if tag not in ("span", "sup", "b") else self.inside
        self.asked += [value for name, value in attributes if name in ("src", "href", "srcset") or tag == "link"]
        self.scripts += tag == "script"
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag in ("h1", "h2", "h3", "figcaption"):
            self.headings.append("")

    def handle_data(self, data):
        if self.inside in ("td", "th"):
            self.rows[-1][-1] += data.strip("\n")
        if self.inside in ("h1", "h2", "h3", "figcaption"):
            self.headings[-1] += data

    def handle_endtag(self, tag):
        self.inside = "" if tag == self.inside else self.inside


def picture(title="male, hypertrophy"):
    before = np.random.default_rng(0).normal(0, 0.3, (12, 450)).astype(np.float32)
    return Picture(title, before, 1.5 * before)


def test_describe_copes_without_criteria(cohort):
    fields = describe(cohort)
    assert fields["members"] == 20
    assert fields["sources"] == [
        {
            "name": "simulated",
            "attribution": "This project, lvm/cohort/simulate.py",
            "licence": "MIT",
            "recordings": 20,
            "members": 20,
        }
    ]
    assert list(fields["marginals"]["male"]) == list(TABLE_1["male"])
    assert list(fields["correlations"]["female"]) == ["QRS duration"]
    assert fields["how"]["male"]["share of the variance that is planted"] == 0.8
    lvm_g = [m.lvm_g for m in cohort.members[:12]]
    assert fields["marginals"]["male"]["lvm_g"]["cohort"] == pytest.approx([np.mean(lvm_g), np.std(lvm_g)], abs=0.005)
    json.dumps(fields, allow_nan=False)


def test_page_says_what_the_cohort_is():
    text = page(FIELDS, ())
    read = Reader(text)
    assert read.headings[0] == "A semi-synthetic cohort"
    assert "Nobody's LV mass is in it." in text
    assert "1459 members, seed 3, made with version 1.2.3." in text
    assert ["A <b>", "300", "1459", "X & Y", "CC BY 4.0"] in read.rows
    assert "A <b>" not in text


def test_page_says_where_table_1_is_missed():
    rows = {row[0]: row[1:] for row in Reader(page(FIELDS, ())).rows if len(row) == 6}
    assert rows["Weight, kg"] == ["72.9 ± 11.5", "80.0 ± 11.0", "+9.8", "−4.6", "mean off by more than 5 %"]
    assert rows["T axis, degrees"][-1] == "SD off by more than 10 %"
    both = "mean off by more than 5 % and SD off by more than 10 %"
    assert rows["LV mass, g"] == ["85.2 ± 21.4", "95.0 ± 15.0", "+11.5", "−29.9", both]  # of the women, who come last
    assert "met" in page(FIELDS, ())


def test_page_sets_correlations_beside_the_published():
    rows = Reader(page(FIELDS, ())).rows
    assert ["", "Published r", "Male", "Female"] in rows
    assert ["Sokolow-Lyon", "0.05 to 0.28", "+0.31, above", "unknown"] in rows
    assert ["Cornell product", "0.26 to 0.60", "+0.40, inside", "unknown"] in rows
    assert ["QRS duration", "0.32 to 0.59", "+0.10, below", "unknown"] in rows
    assert ["Lewis", "none", "−0.04", "unknown"] in rows
    assert ["weight of Lewis", "−0.012", ""] in rows


def test_page_without_pictures_has_no_script_and_asks_for_nothing():
    text = page(FIELDS, ())
    read = Reader(text)
    assert text.startswith("<!DOCTYPE html>")
    assert (read.scripts, read.asked) == (0, [])
    assert "http" not in text
    assert "url(" not in text
    assert "What was changed" not in text


def test_page_holds_plotly_once_and_asks_for_nothing():
    pictures = [picture(), picture("female, <i>no</i> hypertrophy")]
    one, two = (page(FIELDS, pictures[:n]) for n in (1, 2))
    assert len(one) > 2_000_000
    assert len(two) - len(one) < 1_000_000
    read = Reader(two)
    assert read.asked == []
    assert read.headings[-2:] == ["male, hypertrophy", "female, <i>no</i> hypertrophy"]
    assert "female, <i>no" not in two
    assert two == page(FIELDS, pictures)  # the same every time


def test_a_planted_cohort_is_called_so(cohort):
    text = page(describe(cohort), ())
    read = Reader(text)
    assert read.headings[0] == "A cohort with a known truth, planted: QRS interval, limb"
    assert "Correlations with the LV mass" not in read.headings
    assert "nobody's ECG" in text
    assert ["share of the variance that is planted", "0.800", "0.800"] in read.rows
