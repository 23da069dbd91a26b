"""What stands at the foot of a printed ECG: whose it is, by the case's label, and what was measured."""

from lvm.analysis import Analysis
from lvm.estimate import Input
from lvm.language import tr
from lvm.recording import Measurements, Typed
from lvm.show.calipers import Caliper
from lvm.show.words import header, number

LINES = 2  # about the case
_PERSON = 2  # the first facts of the header say who; the rest what was measured


def about(
    label: str,
    analysis: Analysis,
    inputs: dict[str, Input],
    by_hand: Measurements,
    typed: Typed = Typed(),  # noqa: B008 - frozen
) -> list[str]:
    """LINES lines, without anything that names the patient. typed : which of by_hand was typed."""
    of_case = header(label, analysis, inputs, None, by_hand=by_hand, typed=typed)
    facts = [f"{title}: {value}" for title, value in of_case]
    return ["    ".join(facts[:_PERSON]), "    ".join(facts[_PERSON:])]


def of_calipers(caliper: Caliper, reading: str, note: str) -> str:
    """A line on what was measured. reading : as `told` by the calipers; note : where not all of it is on the paper."""
    start, end = f"{caliper.from_s:.3f}", number(caliper.to_s, "s", 3)
    line = tr("Calipers, {lead}, {start} to {end}: {reading}", lead=caliper.lead, start=start, end=end, reading=reading)
    return f"{line}    {note}".rstrip()
