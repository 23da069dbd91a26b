from typing import get_args

from lvm.kinds import KINDS, Kind, words


def test_no_two_kinds_have_the_same_heading_or_words():
    assert set(KINDS) == set(get_args(Kind)) == {"paper", "cohort", "simulated", "own", "real"}
    assert len({of.heading for of in KINDS.values()}) == len({of.beside for of in KINDS.values()}) == 5
    assert KINDS["paper"].heading == "Paper, on patients (not measured here)"
    assert KINDS["cohort"].heading == "Ours, on the semi-synthetic cohort (masses a computer drew)"
    assert KINDS["real"].heading == "Ours, on real ECGs (nobody’s LV mass is known)"
    assert KINDS["own"].heading == "Ours, on your own table"
    for of in KINDS.values():
        assert of.beside.startswith("Shows ")
        assert " Does not show " in of.beside


def test_tables_of_importance_have_the_same_headings_and_words_of_their_own():
    said = set()
    for kind in ("paper", "cohort", "simulated", "own"):
        assert words(kind) == words(kind, "mass") == KINDS[kind]
        about = words(kind, "importance")
        assert about.heading == KINDS[kind].heading
        assert about.shows != KINDS[kind].shows
        assert "error" not in about.beside
        said.add(about.beside)
    assert len(said) == 4
    assert "QRS" in words("cohort", "importance").not_shows
    assert "confirms nothing" in words("cohort", "importance").not_shows
