"""The profile in tables and words."""

import numpy as np
import pytest

from lvm.profile import SEGMENTS, Profile
from lvm.recording import LEADS
from lvm.show import profile


@pytest.fixture
def found() -> Profile:
    values = np.zeros((12, 6, 4))
    values[LEADS.index("V5"), 2] = 1.234, -0.456, 43.21, -3.5
    values[LEADS.index("V1"), 2] = -0.001
    values[LEADS.index("V2")] = np.nan
    values[:, 0] = np.nan
    return Profile(9, 64.0, np.array([np.nan, 50.0, 92.0, 100.0, 200.0, 350.0]), values)


def test_a_segment_has_one_row_a_lead(found):
    table = profile.of_segment(found, "QRS")
    assert list(table.columns) == ["Lead", "Highest, mV", "Lowest, mV", "Area, mV·ms", "Slope, mV/s"]
    assert tuple(table["Lead"]) == LEADS
    rows = table.set_index("Lead")
    assert rows.loc["V5"].tolist() == ["1.23", "−0.46", "43.2", "−3.50"]
    assert rows.loc["V1"].tolist() == ["0.00", "0.00", "0.0", "0.00"]
    assert rows.loc["V2"].tolist() == ["–"] * 4
    assert (profile.of_segment(found, "P wave").set_index("Lead") == "–").all(axis=None)


def test_all_of_it_has_one_row_a_lead_and_segment(found):
    table = profile.by_lead_and_segment(found)
    assert list(table.columns) == [
        "lead", "segment", "highest_mv", "lowest_mv", "area_mv_ms", "slope_mv_per_s", "duration_ms",
    ]  # fmt: skip
    assert len(table) == 72
    assert table["segment"].tolist() == list(SEGMENTS) * 12
    rows = table.set_index(["lead", "segment"])
    assert rows.loc["V5", "QRS"].tolist() == [1.234, -0.456, 43.21, -3.5, 92.0]
    assert rows.loc["V5", "P wave"].isna().all()
    assert table.to_csv(index=False).splitlines()[1] == "I,P wave,,,,,"


def test_words(found):
    assert profile.lasts(found, "QRS") == "The QRS lasts **92 ms**, taken over all leads."
    assert profile.lasts(found, "P wave") == (
        "The P wave is absent, or cannot be told apart, in most of the usable beats."
    )
    assert "; medians over 9 usable beats. " in profile.caption(found)
    assert "; of the one usable beat. " in profile.caption(Profile(1, 64.0, found.durations_ms, found.values))
