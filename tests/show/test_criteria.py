"""The criteria on the page: what was measured, where it is met, and what has to be known of it."""

import re
from dataclasses import replace

import pytest

from lvm.analysis import Analysis, analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import Estimate, estimate
from lvm.read import read
from lvm.show import criteria
from tests.helpers import bundle


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read(next(e for e in EXAMPLES if e.key == "lvh-man").data()))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return bundle(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def judged(analysis, small) -> Estimate:
    return replace(estimate(analysis, bundle=small), above_limit=True)


def with_low_pass(analysis, small, hz) -> Estimate:
    filtered = replace(analysis, recording=replace(analysis.recording, low_pass_hz=hz))
    return replace(estimate(filtered, bundle=small), above_limit=True)


def only(judged, *names) -> Estimate:
    return replace(judged, criteria=tuple(c for c in judged.criteria if c.name in names))


def test_in_one_line(judged):
    two = only(judged, "Sokolow-Lyon", "R in aVL", "Lewis")
    assert criteria.line(two) == (
        "3 of 3 met (Sokolow-Lyon, R in aVL and Lewis); the estimate is above the limit: they agree."
    )
    assert criteria.line(replace(two, above_limit=False)).endswith(
        "the estimate is not above the limit: they disagree."
    )
    assert criteria.line(replace(two, above_limit=None)) == "3 of 3 met (Sokolow-Lyon, R in aVL and Lewis)."
    assert criteria.line(replace(two, criteria=())) == (
        "The criteria need the sex and a measurable QRS in the limb leads."
    )


@pytest.mark.parametrize(
    ("met", "of", "above", "said"),
    [
        (9, 9, True, "is above the limit: they agree."),
        (5, 9, True, "is above the limit: most of the criteria agree with it."),
        (4, 8, True, "is above the limit: half of the criteria agree with it."),
        (1, 9, True, "is above the limit: most of the criteria disagree with it."),
        (0, 9, True, "is above the limit: they disagree."),
        (0, 9, False, "is not above the limit: they agree."),
        (1, 9, False, "is not above the limit: most of the criteria agree with it."),
        (8, 9, False, "is not above the limit: most of the criteria disagree with it."),
        (9, 9, False, "is not above the limit: they disagree."),
    ],
)
def test_they_agree_only_where_all_of_them_do(judged, met, of, above, said):
    some = tuple(replace(c, met=i < met) for i, c in enumerate(judged.criteria[:of]))
    line = criteria.line(replace(judged, criteria=some, above_limit=above))
    assert line.startswith(f"{met} of {of} met")
    assert line.endswith(f"; the estimate {said}")


def test_table_shows_what_was_measured_where_it_is_met_and_who_said_so(judged):
    table = criteria.table(judged).set_index("Criterion")
    assert len(table) == 9
    assert table.loc["Sokolow-Lyon", "Measured"] == "SV1 + RV5"
    assert table.loc["Sokolow-Lyon product", "Measured"] == "(SV1 + RV5) × QRS"
    assert table.loc["Lewis", "Measured"] == "RI + SIII − RIII − SI"
    assert table.loc["Romhilt-Estes", "Measured"] == "sum of points"
    assert list(table["Met at"]) == [
        "≥ 3.5 mV", "≥ 3710 mm·ms", "≥ 2.8 mV", "≥ 2440 mm·ms", "≥ 2.8 mV", "above 1.1 mV", "≥ 2.5 mV", "≥ 1.7 mV",
        "≥ 4 points probable, ≥ 5 points definite",
    ]  # fmt: skip
    assert table.loc["Romhilt-Estes", "Result"] == "**met**, definite"
    assert table.loc["Sokolow-Lyon", "Result"] == "**met**"
    assert table.loc["Sokolow-Lyon", "Source"] == "Sokolow & Lyon 1949"
    assert all(value.split(" ")[1] in ("mV", "mm·ms", "points") for value in table["Value"])


def test_what_is_not_met_not_judged_and_not_known_reads_differently(judged):
    one = judged.criteria[0]
    three = tuple(replace(one, value=value, met=met) for value, met in ((1.0, False), (4.0, None), (None, None)))
    table = criteria.table(replace(judged, criteria=three))
    assert list(table["Result"]) == ["not met", "not judged", "–"]
    assert list(table["Value"]) == ["1.00 mV", "4.00 mV", "–"]


def test_score_point_by_point(judged):
    table = criteria.score(judged).set_index("Sign")
    scored = judged.criteria[-1]
    assert list(table.index) == [*(sign.name for sign in scored.points), "Total"]
    assert table.loc["QRS duration"].tolist() == ["104 ms", "QRS duration ≥ 90 ms", "1 of 1"]
    assert table.loc["Total", "Points"] == f"{scored.value:.0f} of 13"
    assert table.loc["Secondary ST-T abnormality", "Measured"] == "I, aVL, V5, V6"
    assert re.fullmatch(r"[RS]V\d \d\.\d\d mV", table.loc["High voltage", "Measured"])
    assert table.loc["Left axis deviation"].tolist() == ["0°", "QRS axis −30° to −90°", "0 of 2"]


def test_score_with_a_sign_that_is_not_known(judged):
    *others, scored = judged.criteria
    unknown = tuple(replace(sign, given=None, value=None) for sign in scored.points)
    part = replace(judged, criteria=(*others, replace(scored, value=None, met=None, points=unknown)))
    table = criteria.score(part).set_index("Sign")
    assert list(table["Points"]) == ["– of 3", "– of 3", "– of 3", "– of 2", "– of 1", "– of 1", "– of 13"]
    assert table.loc["Secondary ST-T abnormality", "Measured"] == "–"
    assert "None" not in table.to_csv()
    assert criteria.score(replace(judged, criteria=tuple(others))) is None


def test_one_point_is_not_points(judged):
    scored = replace(judged.criteria[-1], value=1.0)
    assert criteria.table(replace(judged, criteria=(scored,)))["Value"][0] == "1 point"


def test_notes_come_once_and_only_where_there_is_something_to_say(analysis, small, judged):
    assert [note.split(":")[0] for note in criteria.notes(judged)] == ["Romhilt-Estes"]
    low = criteria.notes(with_low_pass(analysis, small, 100.0))
    assert [note.split(":")[0] for note in low] == ["Voltages may read low", "Romhilt-Estes"]


def test_at_40_hz_the_page_shows_values_and_no_verdict(analysis, small):
    at_40 = with_low_pass(analysis, small, 40.0)
    table = criteria.table(at_40)
    assert set(table["Result"]) == {"not judged"}
    assert "–" not in set(table["Value"])
    assert criteria.line(at_40) == "None of the criteria is judged: see the notes below them."
    assert criteria.notes(at_40)[0].startswith("Voltages are not valid: the samples hold frequencies up to 40 Hz")
    assert "0.5–40 Hz" in criteria.how(replace(analysis.recording, low_pass_hz=40.0))
    assert "0.5–150 Hz" in criteria.how(analysis.recording)
