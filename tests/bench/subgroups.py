"""Groups of LUDB's records in which delineation is hard, by number.

| group | rule |
|---|---|
| LVH | ludb.csv says left ventricular hypertrophy |
| inverted T | in V5 or V6 the marked T peak lies, in the median of the beats, below the line from T onset to T offset |
| paced | ludb.csv says anything under cardiac pacing |
| AF or flutter | ludb.csv gives atrial fibrillation or flutter as the rhythm |

(From the level before QRS onset instead of that line, the same 24 of LUDB 1-100 have inverted T waves.)
"""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from lvm.recording import LEADS
from lvm.train.ludb import Marked

LVH, INVERTED_T, PACED, AF = "LVH", "inverted T in V5 or V6", "paced", "AF or flutter"


def subgroups(folder: Path, records: Iterable[Marked]) -> dict[str, frozenset[int]]:
    """The numbers of the records in each group, from a LUDB folder with its ludb.csv."""
    with (folder / "ludb.csv").open(newline="", encoding="utf-8") as table:
        rows = {int(row["ID"]): row for row in csv.DictReader(table)}  # cells hold line breaks
    groups: dict[str, set[int]] = {LVH: set(), INVERTED_T: set(), PACED: set(), AF: set()}
    for record in records:
        row = rows[record.number]
        if "left ventricular hypertrophy" in row["Hypertrophies"].lower():
            groups[LVH].add(record.number)
        if inverted_t(record):
            groups[INVERTED_T].add(record.number)
        if row["Cardiac pacing"].strip():
            groups[PACED].add(record.number)
        if row["Rhythms"].lower().startswith(("atrial fibrillation", "atrial flutter")):
            groups[AF].add(record.number)
    return {name: frozenset(numbers) for name, numbers in groups.items()}


def inverted_t(record: Marked) -> bool:
    """Whether the T waves of V5 or V6 point down."""
    return any(_t_height(record, LEADS.index(lead)) < 0 for lead in ("V5", "V6"))


def _t_height(record: Marked, row: int) -> float:
    """The median over the beats of T's peak above the line between its ends, in parts of mV; 0 without a whole T."""
    lead = record.recording.signal_mv[row]
    heights = [
        lead[mark.peak] - np.interp(mark.peak, (mark.onset, mark.offset), (lead[mark.onset], lead[mark.offset]))
        for mark in record.leads[row]
        if mark.wave == "t" and mark.onset is not None and mark.offset is not None
    ]
    return float(np.median(heights)) if heights else 0.0
