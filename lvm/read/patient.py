"""What a file says of the patient and what its device measured, in our units; implausible values become unknown."""

import re
from datetime import date, datetime, time

from lvm.recording import Measurements, Sex

MAX_AGE_YEARS = 130
_CM_PER_INCH, _KG_PER_LB = 2.54, 0.45359237
_HEIGHT_CM, _WEIGHT_KG = (50.0, 250.0), (10.0, 400.0)
_UNITS_A_YEAR = {"YEAR": 1.0, "MONTH": 12.0, "WEEK": 365.25 / 7, "DAY": 365.25, "HOUR": 365.25 * 24}
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_US_DATE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})(\.\d{1,9})?", re.ASCII)

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


def age_years(age: float | None, unit: str | None) -> float | None:
    """Whole completed years of an age in years, months, weeks, days or hours; no unit means years,
    an unknown one that the age is unknown."""
    units_a_year = _UNITS_A_YEAR.get((unit or "YEAR").strip().upper().removesuffix("S"))
    if age is None or units_a_year is None or not 0 <= age <= MAX_AGE_YEARS * units_a_year:
        return None
    return float(age // units_a_year)


def age_at(born: date | None, on: date | None) -> float | None:
    """Whole completed years between two dates; None where either is unknown or they contradict each other."""
    if born is None or on is None or born > on:
        return None
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return float(years) if years <= MAX_AGE_YEARS else None


def height_cm(cm: float | None, inch: float | None) -> float | None:
    return _body_size(cm, inch, _CM_PER_INCH, _HEIGHT_CM)


def weight_kg(kg: float | None, lb: float | None) -> float | None:
    return _body_size(kg, lb, _KG_PER_LB, _WEIGHT_KG)


def _body_size(
    metric: float | None, other: float | None, factor: float, plausible: tuple[float, float]
) -> float | None:
    for value in (metric, other and other * factor):
        if value is not None and plausible[0] <= value <= plausible[1]:
            return round(value, 1)
    return None


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


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def iso_moment(day: date | None, clock: str | None) -> str | None:
    """ISO 8601 of a day and HH:MM:SS; the day alone where the time is unknown."""
    if day is None:
        return None
    found = _TIME.fullmatch(clock or "")
    if found is None:
        return day.isoformat()
    try:
        return datetime.combine(day, time(int(found[1]), int(found[2]), int(found[3]))).isoformat()
    except ValueError:
        return day.isoformat()
