"""The checks of a map, each at its thresholds, and what is measured for them."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lvm import weights
from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import estimate
from lvm.explain import METHODS, moved_boundaries, other_beats, subject_of, summed, trust
from lvm.explain.segments import shares
from lvm.explain.trust import Deletion
from lvm.explain.verdict import CHECKS, Trust, checks, gather, measure, verdict
from lvm.read import read

LOW = 0.02  # a cut-off that leaves something of T
QRS, T, ST = ("QRS interval", "limb"), ("T wave", "limb"), ("ST segment", "limb")


def of_qrs(deletion_g, control_g):
    """What deletes the largest cell, among others that say the opposite."""
    return (Deletion(*T, 50.0, 0.0, 1.0, 1.0), Deletion(*QRS, deletion_g, 0.0, control_g, control_g))


GOOD = Trust(
    method=METHODS["integrated-gradients"],
    randomised_similarity=0.2,
    randomised_chance=0.2,
    agreement_with=METHODS["shapley"],
    method_agreement=0.9,
    completeness_gap_g=0.0,
    distance_g=20.0,
    deletion=of_qrs(9.0, 1.0),
    top=QRS,
    top_share=0.6,
    top_of_folds=(QRS,) * 5,
    top_of_beats=(QRS,) * 4,
    bounds={},
    limb_leads_possible=0.4,
    ecg_part=0.5,
    out_of_scope=False,
)


def test_all_good():
    assert checks(GOOD) == dict.fromkeys(CHECKS, "good")
    assert verdict(GOOD) == "good"
    assert list(CHECKS) == [
        "scope",
        "ecg",
        "randomised",
        "agreement",
        "deletion",
        "gap",
        "folds",
        "beats",
        "boundaries",
    ]


@pytest.mark.parametrize(
    ("check", "change", "reads"),
    [
        ("scope", {"out_of_scope": True}, "bad"),
        ("ecg", {"ecg_part": 0.1}, "good"),
        ("ecg", {"ecg_part": 0.099}, "caution"),
        ("ecg", {"ecg_part": 0.05}, "caution"),
        ("ecg", {"ecg_part": 0.049}, "bad"),
        ("randomised", {"randomised_similarity": 0.59, "randomised_chance": 0.55}, "good"),
        ("randomised", {"randomised_similarity": 0.6, "randomised_chance": 0.6}, "caution"),
        ("randomised", {"randomised_similarity": 0.9, "randomised_chance": 0.9}, "bad"),
        ("randomised", {"randomised_similarity": 0.5, "randomised_chance": 0.41}, "good"),
        ("randomised", {"randomised_similarity": 0.5, "randomised_chance": 0.39}, "caution"),
        ("randomised", {"randomised_similarity": 0.6, "randomised_chance": 0.34}, "bad"),
        ("randomised", {"randomised_similarity": 0.49, "randomised_chance": -0.2}, "caution"),
        ("randomised", {"randomised_similarity": 0.29, "randomised_chance": -0.2}, "good"),
        ("randomised", {"randomised_similarity": 0.6, "randomised_chance": None}, "bad"),
        ("randomised", {"randomised_similarity": -0.4, "randomised_chance": 0.24}, "good"),
        ("randomised", {"randomised_similarity": None}, "unknown"),
        ("agreement", {"method_agreement": 0.6}, "good"),
        ("agreement", {"method_agreement": 0.59}, "caution"),
        ("agreement", {"method_agreement": 0.3}, "caution"),
        ("agreement", {"method_agreement": 0.29}, "bad"),
        ("agreement", {"method_agreement": -0.9}, "bad"),
        ("agreement", {"method_agreement": None}, "unknown"),
        ("deletion", {"deletion": of_qrs(-2.0, 1.0)}, "good"),
        ("deletion", {"deletion": of_qrs(1.99, 1.0)}, "caution"),
        ("deletion", {"deletion": of_qrs(-1.0, 1.0)}, "caution"),
        ("deletion", {"deletion": of_qrs(0.99, 1.0)}, "bad"),
        ("deletion", {"deletion": of_qrs(0.1, 0.0)}, "good"),
        ("deletion", {"deletion": of_qrs(9.0, None)}, "unknown"),
        ("deletion", {"top_share": 0.0}, "bad"),
        ("gap", {"completeness_gap_g": -1.0}, "good"),
        ("gap", {"completeness_gap_g": 1.01}, "caution"),
        ("gap", {"completeness_gap_g": 400.0}, "caution"),
        ("gap", {"completeness_gap_g": 1.0, "distance_g": -20.0}, "good"),
        ("gap", {"completeness_gap_g": 0.09, "distance_g": 0.5}, "good"),
        ("gap", {"completeness_gap_g": 0.11, "distance_g": 0.5}, "caution"),
        ("gap", {"completeness_gap_g": 0.0, "distance_g": 0.0}, "good"),
        ("gap", {"completeness_gap_g": 400.0, "method": METHODS["gradient"]}, "unknown"),
        ("gap", {"completeness_gap_g": None}, "unknown"),
        ("gap", {"distance_g": None}, "unknown"),
        ("folds", {"top_of_folds": (QRS,) * 4 + (T,)}, "good"),
        ("folds", {"top_of_folds": (QRS,) * 3 + (T,) * 2}, "caution"),
        ("folds", {"top_of_folds": (QRS,) * 2 + (T, T, ST)}, "bad"),
        ("beats", {"top_of_beats": (QRS, QRS, QRS, T)}, "good"),
        ("beats", {"top_of_beats": (QRS, QRS, T, T)}, "caution"),
        ("beats", {"top_of_beats": (QRS, T, T, T)}, "bad"),
        ("beats", {"top_of_beats": ()}, "unknown"),
        ("boundaries", {"edited": True}, "caution"),
        ("boundaries", {"bounds": {QRS: (0.4, 0.7), T: (0.1, 0.4), ST: (0, 0)}}, "good"),
        ("boundaries", {"bounds": {QRS: (0.4, 0.7), T: (0.1, 0.2), ST: (0, 0.41)}}, "caution"),
    ],
)
def test_checks_at_their_thresholds(check, change, reads):
    found = checks(replace(GOOD, **change))
    assert found.pop(check) == reads
    assert set(found.values()) == {"good"}
    assert verdict(replace(GOOD, **change)) == ("good" if reads == "unknown" else reads)


def test_the_verdict_is_the_worst_check():
    some = replace(GOOD, method_agreement=0.4, ecg_part=0.07)
    assert verdict(some) == "caution"
    assert verdict(replace(some, out_of_scope=True)) == "bad"
    assert verdict(replace(some, top_of_beats=(T,), randomised_similarity=None)) == "bad"


def test_the_deletion_of_the_largest_cell():
    assert GOOD.top_deletion == GOOD.deletion[1]
    assert replace(GOOD, top=T).top_deletion == GOOD.deletion[0]


@pytest.fixture(scope="module")
def case():
    """A shipped bundle on a simulated patient, T's boundaries taken for uncertain."""
    analysis, bundle = analyse(read(EXAMPLES[2].data())), weights.load("male-model1")
    e = estimate(analysis, bundle=bundle)
    waves = replace(analysis.waves[analysis.chosen], margins_ms=(5.0, 5.0, 5.0, 5.0, 40.0, 40.0))
    assert waves.uncertain == ("t_onset", "t_offset")
    subject = subject_of(analysis, e, bundle)
    moved = [subject_of(analysis, e, bundle, waves=of) for of in moved_boundaries(waves)]
    attributions = {key: method.attribute(subject) for key, method in METHODS.items()}
    return subject, attributions, other_beats(analysis, e, bundle, None)[:2], moved


@pytest.fixture(scope="module", params=["gradient", "integrated-gradients", "grad-cam", "shapley"])
def measured(case, request):
    subject, attributions, beats, moved = case
    method = METHODS[request.param]
    gap_g = summed(subject, method, attributions[method.key]).gap_g
    evidence = gather(subject, method, attributions[method.key], beats, moved)
    return measure(subject, method, attributions, evidence, gap_g, threshold=LOW), evidence.randomised


def test_everything_is_measured_on_a_shipped_bundle(case, measured):
    subject, attributions, _, _ = case
    t, randomised = measured
    own = attributions[t.method.key]
    without_grams = {"completeness_gap_g", "distance_g"} if t.method.key == "grad-cam" else set()
    assert {name for name in vars(t) if getattr(t, name) is None} == without_grams
    assert t.top == trust.largest(own, subject, LOW)
    assert t.top_share == shares(own, subject, LOW)[t.top] > 0.1
    assert len(t.top_of_folds) == 5
    assert len(t.top_of_beats) == 2
    assert len(t.deletion) == 10
    assert randomised.map.shape == own.map.shape
    assert t.randomised_similarity == trust.similarity(own, randomised, subject)
    assert -1 <= t.randomised_similarity < 1
    assert t.randomised_chance == trust.by_chance(randomised, subject)
    assert t.agreement_with is trust.second_method(t.method)
    assert t.method_agreement == trust.agreement(own, attributions[t.agreement_with.key], subject)
    assert t.limb_leads_possible == trust.limb_leads_possible(attributions["gradient"])
    assert 0.1 < t.ecg_part == trust.ecg_part(attributions["shapley"]) < 1
    assert not t.out_of_scope
    assert set(checks(t)) == set(CHECKS)
    if t.distance_g is not None:
        here_g = subject.grams(subject.beat_mv[None], subject.scalars).mean()
        assert t.distance_g == pytest.approx(here_g - own.baseline_g.mean())


def test_bounds_hold_the_share_and_what_it_becomes(case, measured):
    t, _ = measured
    subject, attributions, _, moved = case
    own = attributions[t.method.key]
    assert list(t.bounds) == list(subject.cells)
    now = shares(own, subject, LOW)
    for name, (low, high) in t.bounds.items():
        assert low <= now[name] <= high
    widths = {name: high - low for name, (low, high) in t.bounds.items()}
    assert max(widths[name] for name in widths if name[0] in ("ST segment", "T wave", "TP interval")) > 0.01
    again = [own if own.by_cell is None else t.method.attribute(one) for one in moved]
    of_each = [now, *(shares(found, one, LOW) for found, one in zip(again, moved, strict=True))]
    for name in subject.cells:
        values = [of[name] for of in of_each]
        assert t.bounds[name] == (min(values), max(values))
    if own.by_cell is None:
        assert {width for name, width in widths.items() if name[0] == "PR interval"} == {0.0}


def test_bounds_widen_with_every_boundary_that_moves(case):
    subject, attributions, _, moved = case
    method = METHODS["integrated-gradients"]
    evidence = [gather(subject, method, attributions[method.key], moved=moved[:n]) for n in (0, 1, 4)]
    found = [measure(subject, method, attributions, of, None, threshold=LOW).bounds for of in evidence]
    assert found[0] == {}
    now = shares(attributions[method.key], subject, LOW)
    for fewer, more in pairwise([{n: (share, share) for n, share in now.items()}, *found[1:]]):
        assert all(more[n][0] <= fewer[n][0] <= fewer[n][1] <= more[n][1] for n in fewer)
    assert found[1] != found[2]
    assert len(moved) == 4


def test_an_overridden_estimate_is_out_of_scope(case):
    subject, attributions, _, _ = case
    evidence = gather(subject, METHODS["occlusion"], attributions["occlusion"])
    t = measure(subject, METHODS["occlusion"], attributions, evidence, 1.0, out_of_scope=True, threshold=LOW)
    assert t.out_of_scope
    assert verdict(t) == "bad"
    assert t.top_of_beats == ()
    assert t.completeness_gap_g == 1.0
    assert np.isfinite(t.distance_g)
