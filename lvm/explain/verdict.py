"""Whether a map can be believed: the checks as rows, and one verdict from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lvm.explain import trust
from lvm.explain.methods import PER_MV, Method
from lvm.explain.segments import shares
from lvm.explain.subject import Attribution, CellName, Subject

Reads = Literal["good", "caution", "bad", "unknown"]


@dataclass(frozen=True, eq=False)
class Trust:
    """What was measured; None is not known, or does not apply to the method.

    randomised_similarity : rank correlation, without signs, of the map with that of networks with shuffled weights;
        randomised_chance : what two such networks have with each other.
    method_agreement : rank correlation over the cells with agreement_with, another method.
    completeness_gap_g : what the grams of all cells and scalars leave unexplained of distance_g, the way from the
        baseline.
    top : the cell with the largest share; top_of_folds, top_of_beats : the same of single networks, and of other beats.
    bounds : lowest and highest share of each cell while the uncertain boundaries move within their margins; empty
        where none is uncertain.
    limb_leads_possible : see lvm.explain.trust. ecg_part : of the Shapley values.
    out_of_scope : the estimate was made in spite of reasons against it. edited : boundaries were moved by hand.
    """

    method: Method
    randomised_similarity: float | None
    randomised_chance: float | None
    agreement_with: Method
    method_agreement: float | None
    completeness_gap_g: float | None
    distance_g: float | None
    deletion: tuple[trust.Deletion, ...]
    top: CellName
    top_share: float
    top_of_folds: tuple[CellName, ...]
    top_of_beats: tuple[CellName, ...]
    bounds: Mapping[CellName, tuple[float, float]]
    limb_leads_possible: float | None
    ecg_part: float
    out_of_scope: bool
    edited: bool = False

    @property
    def top_deletion(self) -> trust.Deletion:
        return next(d for d in self.deletion if (d.segment, d.group) == self.top)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What takes long to compute and hangs on no cut-off: the method on networks with shuffled weights, deletions, and
    the method on other beats and with uncertain boundaries moved, each beside what it explains."""

    randomised: Attribution
    deletion: tuple[trust.Deletion, ...]
    beats: tuple[tuple[Subject, Attribution], ...]
    moved: tuple[tuple[Subject, Attribution], ...]


def gather(
    subject: Subject, method: Method, own: Attribution, beats: Sequence[Subject] = (), moved: Sequence[Subject] = ()
) -> Evidence:
    """own : what the method says of the subject. beats : other beats of the recording. moved : the same beat with its
    uncertain boundaries moved, on which a map by samples does not hang."""
    return Evidence(
        method.attribute(trust.with_random_weights(subject)),
        trust.deletions(subject),
        tuple((one, method.attribute(one)) for one in beats),
        tuple((one, method.attribute(one) if method.by_cells else own) for one in moved),
    )


def measure(
    subject: Subject,
    method: Method,
    attributions: Mapping[str, Attribution],
    evidence: Evidence,
    gap_g: float | None,
    *,
    threshold: float,
    out_of_scope: bool = False,
    edited: bool = False,
) -> Trust:
    """What a Trust holds. attributions : of the subject, by all methods. gap_g : see lvm.explain.Explanation."""
    own, other = attributions[method.key], trust.second_method(method)
    by_cell = shares(own, subject, threshold)
    top = max(by_cell, key=lambda name: by_cell[name])
    distance = None if own.baseline_g is None else float((subject.estimate_g - own.baseline_g).mean())
    ranges = [by_cell, *(shares(of, one, threshold) for one, of in evidence.moved)]
    bounds = {name: (min(r[name] for r in ranges), max(r[name] for r in ranges)) for name in by_cell}
    of_beats = (trust.largest(of, one, threshold) for one, of in evidence.beats)
    return Trust(
        method,
        trust.similarity(own, evidence.randomised, subject),
        trust.by_chance(evidence.randomised, subject),
        other,
        trust.agreement(own, attributions[other.key], subject),
        gap_g,
        distance,
        evidence.deletion,
        top,
        by_cell[top],
        tuple(trust.top_of_folds(own, subject, threshold)),
        tuple(name for name in of_beats if name is not None),
        bounds if evidence.moved else {},
        trust.limb_leads_possible(attributions["gradient"]),
        trust.ecg_part(attributions["shapley"]),
        out_of_scope,
        edited,
    )


def _ladder(value: float | None, good: float, caution: float) -> Reads:
    """Good from one value on, to be careful with from another, bad below."""
    return "unknown" if value is None else "good" if value >= good else "caution" if value >= caution else "bad"


def _randomised(t: Trust) -> Reads:
    """A map that is that of a network without knowledge says nothing, and one that is more like it than two such
    networks are like each other says little. Where any two networks are alike, as by methods that weigh by the voltage,
    the comparison cannot tell."""
    alike, chance = t.randomised_similarity, t.randomised_chance
    if alike is None:
        return "unknown"
    more = alike - max(chance or 0.0, 0.0)
    if alike >= 0.9 or (alike >= 0.5 and more >= 0.25):
        return "bad"
    return "caution" if alike >= 0.6 or (alike >= 0.3 and more >= 0.1) else "good"


def _deletion(t: Trust) -> Reads:
    """Of the cell that the map holds for the largest."""
    d = t.top_deletion
    if t.top_share == 0:
        return "bad"
    if d.control_deletion_g is None:
        return "unknown"
    return _ladder(abs(d.deletion_g) / max(d.control_deletion_g, 1e-6), 2.0, 1.0)


def _gap(t: Trust) -> Reads:
    """Slopes do not claim to add up to grams."""
    if t.method.unit == PER_MV or t.completeness_gap_g is None or t.distance_g is None:
        return "unknown"
    return "good" if abs(t.completeness_gap_g) <= max(0.05 * abs(t.distance_g), 0.1) else "caution"


def _boundaries(t: Trust) -> Reads:
    """Whether the largest cell stays the largest. Moved by hand, segments may become anything."""
    if t.edited:
        return "caution"
    if not t.bounds:
        return "good"
    others = max(high for name, (_, high) in t.bounds.items() if name != t.top)
    return "good" if t.bounds[t.top][0] >= others else "caution"


def _same(tops: Sequence[CellName], top: CellName) -> float | None:
    return sum(one == top for one in tops) / len(tops) if tops else None


# Where a check turns from good to caution, and from there to bad: our choices, for the literature has none.
CHECKS: dict[str, Callable[[Trust], Reads]] = {
    "scope": lambda t: "bad" if t.out_of_scope else "good",
    "ecg": lambda t: _ladder(t.ecg_part, 0.1, 0.05),
    "randomised": _randomised,
    "agreement": lambda t: _ladder(t.method_agreement, 0.6, 0.3),
    "deletion": _deletion,
    "gap": _gap,
    "folds": lambda t: _ladder(_same(t.top_of_folds, t.top), 0.8, 0.5),
    "beats": lambda t: _ladder(_same(t.top_of_beats, t.top), 0.75, 0.5),
    "boundaries": _boundaries,
}


def checks(t: Trust) -> dict[str, Reads]:
    return {key: reads(t) for key, reads in CHECKS.items()}


def verdict(t: Trust) -> Reads:
    """Bad where any check is: the map is not to be read then."""
    found = set(checks(t).values())
    return "bad" if "bad" in found else "caution" if "caution" in found else "good"
