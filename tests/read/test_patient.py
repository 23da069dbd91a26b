from datetime import date

import pytest

from lvm.read.patient import (
    age_at,
    compact_date,
    iso_date,
    iso_moment,
    measurements,
    person,
    sex,
    us_date,
)
from lvm.recording import Measurements, Patient


@pytest.mark.parametrize(
    ("word", "found"),
    [("M", "male"), (" female ", "female"), ("F", "female"), ("UN", None), ("Unknown", None), ("", None), (None, None)],
)
def test_the_sex_is_never_assumed(word, found):
    assert sex(word) == found


@pytest.mark.parametrize(
    ("age", "unit", "years"),
    [
        (63, None, 63.0),
        (63.7, "Years", 63.0),
        (30, "MONTHS", 2.0),
        (11, "months", 0.0),
        (100, "WEEK", 1.0),
        (800, "days", 2.0),
        (None, "YEARS", None),
    ],
)
def test_an_age_in_completed_years(age, unit, years):
    assert person(None, [(age, unit)]) == (Patient(age_years=years), ())


@pytest.mark.parametrize(
    ("age", "unit"), [(0, "YEARS"), (999, "YEARS"), (131, None), (-3, "YEARS"), (63, "FORTNIGHTS")]
)
def test_an_age_of_no_person_is_unknown_and_named(age, unit):
    patient, warnings = person(None, [(age, unit)])
    assert patient.age_years is None
    assert warnings == (
        "The age in the file is not that of a person, or its unit is not known; it was not used. Type the age in.",
    )


def test_the_age_at_the_recording_from_the_birth_date():
    born = date(1957, 3, 2)
    assert person(None, born=born, on=date(2020, 3, 1))[0].age_years == 62.0
    assert person(None, born=born, on=date(2020, 3, 2))[0].age_years == 63.0
    assert person(None, born=born)[0].age_years is None
    assert age_at(date(2020, 3, 2), born) is None
    assert age_at(date(1850, 1, 1), date(2020, 1, 1)) is None


def test_an_age_of_zero_and_a_height_without_a_unit_are_asked_for():
    assert len(person(None, [(0, "YEARS")])[1]) == 1
    assert person(None, [(0, "YEARS")], date(1957, 3, 2), date(2020, 3, 2)) == (Patient(age_years=63.0), ())
    assert len(person(None, heights=[(1.75, None)])[1]) == 1


def test_a_stated_age_goes_before_the_birth_date_and_a_contradiction_is_named():
    born, on = date(1957, 3, 2), date(2020, 3, 2)
    assert person(None, [(62, "YEARS")], born, on) == (Patient(age_years=62.0), ())
    patient, warnings = person(None, [(36, "YEARS")], born, on)
    assert patient.age_years == 36.0
    assert warnings == ("The file's age and its birth date do not agree; the age was taken. Check it.",)


@pytest.mark.parametrize(
    ("value", "unit", "cm"),
    [
        (172, None, 172.0),
        (172, "cm", 172.0),
        (1.72, "m", 172.0),
        (1720, "mm", 172.0),
        (67, "in", 170.2),
        (67, "INCH", 170.2),
        (5.75, "ft", 175.3),
        (0, "in", None),
        (1, "cm", None),
        (1, "m", None),
        (0.01, "cm", None),
        (None, "cm", None),
    ],
)
def test_a_height_in_any_unit(value, unit, cm):
    assert person(None, heights=[(value, unit)]) == (Patient(height_cm=cm), ())


@pytest.mark.parametrize(
    ("value", "unit", "kg"),
    [
        (70, None, 70.0),
        (70000, "g", 70.0),
        (154, "lb", 69.9),
        (2469, "oz", 70.0),
        (0, "lb", None),
        (1, "lb", None),
        (0.00, "kg", None),
    ],
)
def test_a_weight_in_any_unit(value, unit, kg):
    assert person(None, weights=[(value, unit)]) == (Patient(weight_kg=kg), ())


@pytest.mark.parametrize(("value", "unit"), [(1720, "cm"), (-170, "cm"), (170, "m"), (170, "ells"), (12, "in.cm")])
def test_a_height_of_no_person_is_unknown_and_named(value, unit):
    patient, warnings = person(None, heights=[(value, unit)])
    assert patient.height_cm is None
    assert len(warnings) == 1
    assert "height" in warnings[0]
    assert str(value) not in warnings[0]


def test_the_first_plausible_of_several_is_taken_without_a_word():
    assert person("F", heights=[(0, "cm"), (9999, "cm"), (64, "in")], weights=[(None, "kg"), (150, "lb")]) == (
        Patient("female", None, 162.6, 68.0),
        (),
    )


def test_device_values_that_mean_not_measured_are_unknown():
    given = {
        "p_axis_deg": 999.0,
        "qrs_axis_deg": 270.0,
        "t_axis_deg": None,
        "heart_rate_bpm": 0.0,
        "pr_interval_ms": 29999.0,
        "qrs_duration_ms": 96.0,
        "qt_interval_ms": 32767.0,
    }
    assert measurements(given) == Measurements(qrs_axis_deg=-90.0, qrs_duration_ms=96.0)


def test_dates():
    assert iso_date("2020-3-01") == us_date("03-01-2020") == compact_date("20200301") == date(2020, 3, 1)
    assert compact_date("20200301102030.5+0800") == date(2020, 3, 1)
    assert iso_date("2020-02-30") is us_date("13-01-2020") is compact_date("2020") is iso_date(None) is None


@pytest.mark.parametrize(
    ("clock", "moment"),
    [
        ("10:20:30", "2020-03-01T10:20:30"),
        ("102030.123456", "2020-03-01T10:20:30"),
        ("25:00:00", "2020-03-01"),
        (None, "2020-03-01"),
    ],
)
def test_a_moment_is_a_day_with_its_time_where_it_is_known(clock, moment):
    assert iso_moment(date(2020, 3, 1), clock) == moment
    assert iso_moment(None, clock) is None
