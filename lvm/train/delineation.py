"""The protocol by which the boundaries of P, QRS and T are compared with LUDB's marks.

Reference. The R marks of all leads, in order of time, belong to one beat as long as each follows the last by at most
100 ms; it is a beat of the reference where at least 6 leads mark it. Of each beat a boundary's global mark is the
median over the leads that mark it; there is one where at least 6 leads do. Only marks between the first and the last R
peak of the reference count, and the first and the last QRS.

Boundaries. A mark is found where the method reports the same boundary within 150 ms; the nearest counts, and its error
is reported less marked. A record's error is the median over its beats. The SD of this over the records is the figure,
its mean the bias, and the 95th percentile is that of its size. Sensitivity is over all beats of all records.

QRS. A beat is found where an R peak is reported within 150 ms. Among the R peaks reported from 100 ms before the first
to 100 ms after the last of the reference each one at no beat is false, and so is a second one at the same beat.

No P. A beat without P is one, not the first, before which no lead has a P mark since the last R peak. A P is invented
there where one is reported to begin between these two R peaks.

All positions are samples at 500 Hz.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lvm.analysis import Analysis
from lvm.train.ludb import Mark, Marked
from lvm.waves import BOUNDARIES

__all__ = ["BOUNDARIES", "Beat", "Reference", "Score", "Summary", "beats_of", "reference", "score", "summarise"]

LEADS_NEEDED = 6

MS = 1000 / 500  # a sample
_SAME_BEAT, _MATCH, _EDGE = 50, 75, 50  # samples

Position = float | None


@dataclass(frozen=True)
class Beat:
    """R peak and boundaries, in the order of BOUNDARIES; None is not marked or not found."""

    r: float
    marks: tuple[Position, ...]


def beats_of(analysis: Analysis) -> list[Beat]:
    """Ours in the form in which methods are compared."""
    return [Beat(beat.r, waves.marks()) for beat, waves in zip(analysis.beats, analysis.waves, strict=True)]


@dataclass(frozen=True)
class Reference:
    """The beats of a record; of each beat without P, the R peak before it and its own."""

    number: int
    beats: tuple[Beat, ...]
    without_p: tuple[tuple[float, float], ...]


def shared_r_peaks(leads: Iterable[Iterable[float]]) -> list[float]:
    """The beats that at least 6 leads have, from every lead's R peaks: of each the median over the leads."""
    beats: list[list[tuple[float, int]]] = []
    for peak in sorted((float(r), row) for row, lead in enumerate(leads) for r in lead):
        if beats and peak[0] - beats[-1][-1][0] <= _SAME_BEAT:
            beats[-1].append(peak)
        else:
            beats.append([peak])
    return [float(np.median([r for r, _ in beat])) for beat in beats if len({row for _, row in beat}) >= LEADS_NEEDED]


def over_leads(marks: Iterable[Position]) -> Position:
    """The median over the leads that have a mark; None where fewer than 6 do."""
    known = [mark for mark in marks if mark is not None]
    return float(np.median(known)) if len(known) >= LEADS_NEEDED else None


def reference(record: Marked) -> Reference:
    """The global marks of a record."""
    r_peaks = shared_r_peaks([mark.peak for mark in lead if mark.wave == "qrs"] for lead in record.leads)
    around = [-np.inf, *r_peaks, np.inf]
    beats, without_p = [], []
    for last, r, following in zip(around, r_peaks, around[2:], strict=False):
        p = [_between(lead, "p", last, r) for lead in record.leads]
        qrs = [_between(lead, "qrs", r - _MATCH, r + _MATCH) for lead in record.leads]
        t = [_between(lead, "t", r, following) for lead in record.leads]
        marks = [over_leads(getattr(m, end) for m in of if m) for of in (p, qrs, t) for end in ("onset", "offset")]
        for k, mark in enumerate(marks):
            if mark is not None and not BOUNDARIES[k].startswith("qrs") and not r_peaks[0] <= mark <= r_peaks[-1]:
                marks[k] = None
        beats.append(Beat(r, tuple(marks)))
        if r > r_peaks[0] and not any(p):
            without_p.append((last, r))
    return Reference(record.number, tuple(beats), tuple(without_p))


def _between(lead: Iterable[Mark], wave: str, first: float, last: float) -> Mark | None:
    """The mark of a wave with its peak between two samples; of P and T LUDB 1-100 has one a beat and lead at most."""
    return next((mark for mark in lead if mark.wave == wave and first < mark.peak < last), None)


@dataclass(frozen=True)
class Score:
    """One method on one record: errors in ms of the marks that it found, and numbers of beats."""

    number: int
    errors_ms: dict[str, tuple[float, ...]]
    missed: dict[str, int]
    qrs_marked: int
    qrs_found: int
    qrs_reported: int
    without_p: int
    p_invented: int


def score(ref: Reference, found: Sequence[Beat]) -> Score:
    """What a method found in a record against its reference."""
    errors_ms: dict[str, tuple[float, ...]] = {}
    missed: dict[str, int] = {}
    for k, name in enumerate(BOUNDARIES):
        marked = [mark for beat in ref.beats if (mark := beat.marks[k]) is not None]
        reported = np.array([mark for beat in found if (mark := beat.marks[k]) is not None])
        off = [float(reported[np.abs(reported - mark).argmin()]) - mark for mark in marked if reported.size]
        errors_ms[name] = tuple(MS * samples for samples in off if abs(samples) <= _MATCH)
        missed[name] = len(marked) - len(errors_ms[name])
    r_peaks = np.array([beat.r for beat in ref.beats])
    inside = [beat.r for beat in found if r_peaks[0] - _EDGE <= beat.r <= r_peaks[-1] + _EDGE]
    at = {int(np.abs(r_peaks - r).argmin()) for r in inside if np.abs(r_peaks - r).min() <= _MATCH}
    p_onsets = [mark for beat in found if (mark := beat.marks[0]) is not None]
    invented = sum(any(last < onset < r for onset in p_onsets) for last, r in ref.without_p)
    return Score(ref.number, errors_ms, missed, len(r_peaks), len(at), len(inside), len(ref.without_p), invented)


@dataclass(frozen=True)
class Summary:
    """One method on many records; nan where there is nothing to count.

    errors_ms : of each boundary, the records' errors by their numbers.
    sensitivity : of each boundary, 0 to 1.
    """

    errors_ms: dict[str, dict[int, float]]
    sensitivity: dict[str, float]
    qrs_sensitivity: float
    qrs_ppv: float
    p_invented: int
    without_p: int

    def sd_ms(self, boundary: str) -> float:
        return self._over_records(boundary, np.std)

    def bias_ms(self, boundary: str) -> float:
        return self._over_records(boundary, np.mean)

    def p95_ms(self, boundary: str) -> float:
        return self._over_records(boundary, lambda errors: np.percentile(np.abs(errors), 95))

    def _over_records(self, boundary: str, figure: Callable[[list[float]], float]) -> float:
        errors = list(self.errors_ms[boundary].values())
        return float(figure(errors)) if len(errors) > 1 else float("nan")


def summarise(scores: Iterable[Score], among: Container[int] | None = None) -> Summary:
    """Over all records, or those whose numbers are among some."""
    kept = [one for one in scores if among is None or one.number in among]

    def part(some: int, whole: int) -> float:
        return some / whole if whole else float("nan")

    def sensitivity(name: str) -> float:
        hits = sum(len(one.errors_ms[name]) for one in kept)
        return part(hits, hits + sum(one.missed[name] for one in kept))

    found = sum(one.qrs_found for one in kept)
    return Summary(
        {n: {one.number: float(np.median(e)) for one in kept if (e := one.errors_ms[n])} for n in BOUNDARIES},
        {n: sensitivity(n) for n in BOUNDARIES},
        part(found, sum(one.qrs_marked for one in kept)),
        part(found, sum(one.qrs_reported for one in kept)),
        sum(one.p_invented for one in kept),
        sum(one.without_p for one in kept),
    )
