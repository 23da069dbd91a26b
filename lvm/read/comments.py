"""Comment lines such as "# age: 63", in which the text formats WFDB and CSV say who the patient is.

patient       age (63, 63 years, 10 months), sex or gender, height (170 cm), weight (70 kg), by these words alone
statements    what stands under diagnosis, reason, statement, ..., or alone; SNOMED CT codes under Dx, as in the
              PhysioNet/CinC challenges
"""

import re
from collections.abc import Iterable, Mapping

from lvm.read import patient as units
from lvm.read import receipt, statements, xml
from lvm.recording import Finding, Patient

Facts = Mapping[str, str]  # what is said, by the word before the colon in lower case; "" for what stands alone

_TAGGED = re.compile(r"<([^<>]{1,30})>:?([^<]*)")  # "<age>: 42 <sex>: M", as in MIT's records
_STATED = re.compile(r"([^:=]{1,60})[:=](.*)", re.DOTALL)
_QUANTITY = re.compile(r"([\d.,]{1,12})\s*([A-Za-z]{0,7})\.?", re.ASCII)
_YEARS = ("y", "yr", "yrs")
_SAYS = re.compile(r"diagnos|reason|statement|interpretation|report|rhythm|finding|conclusion|comment|^dx$|^$")
_SNOMED = {
    "10370003": "paced rhythm",
    "59118001": "right bundle branch block",
    "713427006": "complete right bundle branch block",
    "164909002": "left bundle branch block",
    "733534002": "complete left bundle branch block",
    "164889003": "atrial fibrillation",
}
_IDENTIFYING = {
    "name": re.compile(r"\bname\b|^patient$"),
    "patient number": re.compile(r"\b(id|mrn|patient (number|no\.?))\b"),
    "birth date": re.compile(r"\b(birth|dob|born)\b|birthdate"),
    "physician or technician": re.compile(r"physician|doctor|technician|operator"),
    "hospital or department": re.compile(r"^hospital|department|\bward\b|institution"),
}
_OURS = {"age", "sex", "gender", "height", "weight"}


def facts(comments: Iterable[str]) -> dict[str, str]:
    """What the comments say, by the word before the colon; of the same word, all lines."""
    said: dict[str, list[str]] = {}
    for comment in comments:
        line = comment.strip("# \t\r\n\ufeff")
        stated = _STATED.fullmatch(line)
        pairs = _TAGGED.findall(line) or ([stated.groups()] if stated else [("", line)])
        for word, value in pairs:
            if value.strip():
                said.setdefault(word.strip().lower(), []).append(value.strip())
    return {word: "\n".join(values) for word, values in said.items()}


def person(said: Facts) -> tuple[Patient, tuple[str, ...]]:
    """The patient, and what was odd."""
    age, unit = quantity(said.get("age"))
    return units.person(
        said.get("sex") or said.get("gender"),
        [(age, "years" if unit in _YEARS else unit)],
        heights=[quantity(said.get("height"))],
        weights=[quantity(said.get("weight"))],
    )


def quantity(value: str | None) -> units.Quantity:
    """A number and its unit, such as "170 cm"; None for what is not stated."""
    found = _QUANTITY.fullmatch((value or "").strip())
    return (xml.number_in(found[1]), found[2] or None) if found else (None, None)


def findings(said: Facts) -> tuple[Finding, ...]:
    return statements.findings(
        _SNOMED.get(text.strip(), text)
        for word, value in said.items()
        if _SAYS.search(word)
        for text in (value.split(",") if word == "dx" else value.split("\n"))
    )


def left_out(said: Facts, used: Iterable[str] = ()) -> tuple[str, ...]:
    """The kinds of identifying facts; any further line is free text. `used`: words that the format itself knows."""
    kinds = set()
    for word in said.keys() - _OURS - set(used):
        kinds |= {kind for kind, words in _IDENTIFYING.items() if words.search(word)} or {"free text"}
    return receipt.left_out(kinds)
