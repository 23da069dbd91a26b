"""What a file says of the patient and what its device measured, in our units.

How devices write "not measured" (0, 1, ---, 999) is unknown, not a number. What no person has is unknown too, and the
user is told.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from lvm.language import mark, said
from lvm.recording import Measurements, Patient, Sex

Quantity = tuple[float | None, str | None]  # a number and its unit, as the file writes them

MAX_AGE_YEARS = 130
_UNITS_A_YEAR = {"YEAR": 1.0, "MONTH": 12.0, "WEEK": 365.25 / 7, "DAY": 365.25, "HOUR": 365.25 * 24}
# by their names without a plural s
_CM = {"CM": 1.0, "M": 100.0, "MM": 0.1, "IN": 2.54, "FT": 30.48, "CENTIMETER": 1.0, "METER": 100.0, "MILLIMETER": 0.1,
       "INCH": 2.54, "INCHE": 2.54, "FEET": 30.48}  # fmt: skip
_KG = {"KG": 1.0, "G": 1e-3, "LB": 0.45359237, "OZ": 0.0283495231, "KILOGRAM": 1.0, "GRAM": 1e-3, "POUND": 0.45359237,
       "OUNCE": 0.0283495231}  # fmt: skip
# In cm and kg: up to the first, "not measured" (0 or 1 in any unit); a person from the second to the third.
_HEIGHT_CM, _WEIGHT_KG = (10.0, 30.0, 250.0), (1.0, 1.5, 400.0)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_US_DATE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})", re.ASCII)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):?(\d{2}):?(\d{2})([.,]\d{1,9})?", re.ASCII)

# name: lowest and highest value a device can mean; zero is how devices write "not measured"
_PLAUSIBLE = {
    "heart_rate_bpm": (10.0, 400.0),
    "pr_interval_ms": (20.0, 1000.0),
    "qrs_duration_ms": (20.0, 400.0),
    "qt_interval_ms": (100.0, 1000.0),
}


def sex(value: str | None) -> Sex | None:
    """Male or female where the file says so, else None: never assumed."""
    word = (value or "").strip().lower()
    return "male" if word in ("m", "male") else "female" if word in ("f", "female") else None


def person(
    sex_word: str | None,
    ages: Sequence[Quantity] = (),
    born: date | None = None,
    on: date | None = None,
    heights: Sequence[Quantity] = (),
    weights: Sequence[Quantity] = (),
) -> tuple[Patient, tuple[str, ...]]:
    """The patient as the file describes him or her, and what was odd about it, in words that hold no value.

    ages, heights, weights : each way in which the file states them, best first; the first plausible one is taken. No
        unit means years, cm, kg.
    born, on : birth date and day of the recording, which give the age where it is not stated.
    """
    warnings: list[str] = []
    age, odd = _first([_age(value, unit) for value, unit in ages])
    by_birth = age_at(born, on)
    if odd and by_birth is None:
        warnings.append(said(_ODD_AGE))
    if age is not None and by_birth is not None and abs(age - by_birth) > 1:
        warnings.append(said("The file's age and its birth date do not agree; the age was taken. Check it."))
    height, odd = _first([_size(value, unit, _CM, "CM", _HEIGHT_CM) for value, unit in heights])
    if odd:
        warnings.append(said(_ODD_HEIGHT))
    weight, odd = _first([_size(value, unit, _KG, "KG", _WEIGHT_KG) for value, unit in weights])
    if odd:
        warnings.append(said(_ODD_WEIGHT))
    return Patient(sex(sex_word), by_birth if age is None else age, height, weight), tuple(warnings)


_ODD_AGE = mark(
    "The age in the file is not that of a person, or its unit is not known; it was not used. Type the age in."
)
_ODD_HEIGHT = mark(
    "The height in the file is not that of a person, or its unit is not known; it was not used. Type the height in."
)
_ODD_WEIGHT = mark(
    "The weight in the file is not that of a person, or its unit is not known; it was not used. Type the weight in."
)
_Found = tuple[float | None, bool]  # a value, and whether something was stated that cannot be one


def _first(found: list[_Found]) -> _Found:
    value = next((value for value, _ in found if value is not None), None)
    return value, value is None and any(odd for _, odd in found)


def _age(value: float | None, unit: str | None) -> _Found:
    """Whole completed years of an age in years, months, weeks, days or hours."""
    if value is None:
        return None, False
    units_a_year = _UNITS_A_YEAR.get((unit or "YEAR").strip().upper().removesuffix("S"))
    if units_a_year is None or not 0 < value <= MAX_AGE_YEARS * units_a_year:
        return None, True
    return float(value // units_a_year), False


def _size(
    value: float | None, unit: str | None, units: dict[str, float], usual: str, limits: tuple[float, float, float]
) -> _Found:
    """A height in cm or a weight in kg."""
    unknown_up_to, low, high = limits
    if value is None:
        return None, False
    factor = units.get((unit or usual).strip().upper().rstrip(".").removesuffix("S"))
    if factor is None:
        return None, True
    size = value * factor
    if value in (0, 1) or 0 <= size <= unknown_up_to:
        return None, unit is None and value > 1  # a height of 1.75 without its unit
    return (round(size, 1), False) if low <= size <= high else (None, True)


def age_at(born: date | None, on: date | None) -> float | None:
    """Whole completed years between two dates; None where either is unknown or they contradict each other."""
    if born is None or on is None or born > on:
        return None
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return float(years) if years <= MAX_AGE_YEARS else None


def axis_deg(axis: float | None) -> float | None:
    """An axis in -180..180; devices write up to 360, and 999 or 32767 for none."""
    if axis is None or not -360 <= axis <= 360:
        return None
    return axis - 360 if axis > 180 else axis + 360 if axis < -180 else axis


def measurements(found: dict[str, float | None]) -> Measurements:
    """Measurements from a device's numbers, keyed by the fields of Measurements."""
    values = {}
    for name, value in found.items():
        if name.endswith("_deg"):
            values[name] = axis_deg(value)
        else:
            low, high = _PLAUSIBLE[name]
            values[name] = value if value is not None and low <= value <= high else None
    return Measurements(**values)


def iso_date(value: str | None) -> date | None:
    """YYYY-MM-DD."""
    found = _ISO_DATE.fullmatch(value or "")
    return _date(int(found[1]), int(found[2]), int(found[3])) if found else None


def us_date(value: str | None) -> date | None:
    """MM-DD-YYYY."""
    found = _US_DATE.fullmatch(value or "")
    return _date(int(found[3]), int(found[1]), int(found[2])) if found else None


def compact_date(value: str | None) -> date | None:
    """YYYYMMDD, alone or as the beginning of a moment such as HL7's and DICOM's."""
    found = _COMPACT_DATE.match(value or "")
    return _date(int(found[1]), int(found[2]), int(found[3])) if found else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def iso_moment(day: date | None, clock: str | None) -> str | None:
    """ISO 8601 of a day and HH:MM:SS or HHMMSS; the day alone where the time is unknown."""
    if day is None:
        return None
    found = _TIME.fullmatch(clock or "")
    if found is None:
        return day.isoformat()
    try:
        return datetime.combine(day, time(int(found[1]), int(found[2]), int(found[3]))).isoformat()
    except ValueError:
        return day.isoformat()
