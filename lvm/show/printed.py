"""What stands at the foot of a printed ECG: whose it is, by the case's label, and what was measured."""

from lvm.analysis import Analysis
from lvm.estimate import Input
from lvm.recording import Measurements
from lvm.show.words import header

LINES = 2
_PERSON = 2  # the first facts of the header say who; the rest what was measured


def about(label: str, analysis: Analysis, inputs: dict[str, Input], by_hand: Measurements) -> list[str]:
    """LINES lines, without anything that names the patient."""
    facts = [f"{title}: {value}" for title, value in header(label, analysis, inputs, None, by_hand=by_hand)]
    return ["    ".join(facts[:_PERSON]), "    ".join(facts[_PERSON:])]
