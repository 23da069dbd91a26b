"""What speaks for and against a map, by hand where it can be."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lvm.analysis import analyse
from lvm.estimate import estimate
from lvm.explain import METHODS, subject_of
from lvm.explain.cells import occlusion, shapley
from lvm.explain.subject import Attribution
from lvm.explain.trust import (
    agreement,
    by_chance,
    deletions,
    ecg_part,
    largest,
    limb_leads_possible,
    randomised,
    rank_correlation,
    second_method,
    similarity,
    top_of_folds,
    with_random_weights,
)
from lvm.waves import SEGMENTS
from tests.explain.nets import EDGES, attribution, beat, subject
from tests.helpers import bundle, recording

SILENT = subject(mv=beat())
QRS, T = ("QRS interval", "limb"), ("T wave", "precordial")


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A small bundle with an average patient, on a simulated heart."""
    small = bundle(tmp_path_factory.mktemp("weights"), folds=3)
    mv = np.random.default_rng(0).normal(scale=0.2, size=(12, 450)).astype(np.float32)
    small = replace(small, baseline=replace(small.baseline, beat_mv=mv, scalars=(55.0, 171, 80, 40, 20, 60, 90)))
    analysis = analyse(recording())
    return subject_of(analysis, estimate(analysis, bundle=small), small)


def test_randomised_weights_are_the_same_values_in_another_order(case):
    before = [p.clone() for fold in case.folds for p in fold.parameters()]
    state, numpy_state = torch.random.get_rng_state(), np.random.get_state()[1].copy()
    shuffled = randomised(case.folds)
    pairs = list(zip(before, (p for fold in shuffled for p in fold.parameters()), strict=True))
    for own, other in pairs:
        assert own.shape == other.shape
        assert torch.equal(own.flatten().sort().values, other.flatten().sort().values)
    moved = [not torch.equal(own, other) for own, other in pairs if own.unique().numel() > 8]
    assert len(moved) > 40
    assert all(moved)
    assert all(torch.equal(a, b) for a, b in zip(before, (p for f in case.folds for p in f.parameters()), strict=True))
    assert torch.equal(state, torch.random.get_rng_state())
    assert (numpy_state == np.random.get_state()[1]).all()
    assert not any(fold.training for fold in shuffled)
    assert not any(p.requires_grad for fold in shuffled for p in fold.parameters())


def test_randomised_weights_are_always_the_same_ones(case):
    first, second = randomised.__wrapped__(case.folds), randomised.__wrapped__(case.folds)
    for a, b in zip(first, second, strict=True):
        assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))
    one, other, *_ = first
    assert not torch.equal(one.projection.weight, other.projection.weight)
    assert with_random_weights(case).folds is with_random_weights(case).folds  # kept
    assert with_random_weights(case).beat_mv is case.beat_mv
    assert with_random_weights(case).baseline_g != pytest.approx(case.baseline_g)


def test_rank_correlation_by_hand():
    assert rank_correlation(np.array([1.0, 2, 3, 4]), np.array([1.0, 10, 100, 1000])) == pytest.approx(1)
    assert rank_correlation(np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4])) == pytest.approx(0.8)
    assert rank_correlation(np.array([1.0, 2, 3, 4]), -np.array([1.0, 3, 2, 4])) == pytest.approx(-0.8)
    assert rank_correlation(np.ones(4), np.arange(4.0)) is None
    assert rank_correlation(np.arange(4.0), np.ones(4)) is None


def noise(seed):
    return np.random.default_rng(seed).normal(size=(12, 450)).astype(np.float32)


def test_similarity_of_maps():
    one, other = attribution(noise(0)), attribution(noise(1))
    assert similarity(one, one, SILENT) == pytest.approx(1)
    assert similarity(one, attribution(-3 * noise(0)), SILENT) == pytest.approx(1)  # without signs
    assert similarity(one, attribution(1 / noise(0)), SILENT) == pytest.approx(-1)
    assert abs(similarity(one, other, SILENT)) < 0.05
    assert similarity(one, attribution(np.ones((12, 450))), SILENT) is None


def test_similarity_is_of_own_samples_and_the_mean_of_the_folds():
    filled = noise(0)
    filled[:, 400:] = 7 * noise(5)[:, 400:]
    part = subject(mv=beat(), own=slice(0, 400))
    assert similarity(attribution(noise(0)), attribution(filled), part) == pytest.approx(1)
    assert similarity(attribution(noise(0)), attribution(filled), SILENT) < 0.99
    two = attribution(noise(0), noise(1))
    assert similarity(two, attribution(noise(0), 1 / noise(1)), SILENT) == pytest.approx(0, abs=1e-9)
    assert similarity(two, attribution(noise(0), np.ones((12, 450))), SILENT) == pytest.approx(
        1
    )  # the other is unknown


def test_similarity_is_of_cells_where_the_method_goes_by_these():
    def by_cell(*values):
        return Attribution(np.stack([noise(3)] * 1), by_cell=np.array([values], dtype=float))

    assert similarity(by_cell(1, -2, 3, 4), by_cell(-1, 3, -2, 4), SILENT) == pytest.approx(0.8)


def test_by_chance_compares_each_network_with_the_next():
    maps = [noise(0), 2 * noise(0), 1 / noise(0)]
    assert by_chance(attribution(*maps), SILENT) == pytest.approx((1 - 1 - 1) / 3)
    assert by_chance(attribution(*maps[:2]), SILENT) == pytest.approx(1)
    assert by_chance(attribution(maps[0]), SILENT) is None


def test_the_second_method():
    assert {key: second_method(method).key for key, method in METHODS.items()} == dict.fromkeys(METHODS, "shapley") | {
        "shapley": "integrated-gradients"
    }


def test_largest_cell_of_all_and_of_every_fold():
    maps = beat(I_140=3.0, V1_250=1.0), beat(I_140=1.0, V1_250=-2.0), beat(I_140=2.0)
    assert largest(attribution(*maps), SILENT, 0.1) == QRS
    assert top_of_folds(attribution(*maps), subject(*[None] * 3, mv=beat()), 0.1) == [QRS, T, QRS]


def test_a_map_that_is_zero_everywhere_has_no_largest_cell():
    assert largest(attribution(beat()), SILENT, 0.1) is None
    maps = beat(I_140=3.0), beat(), beat(V1_250=1.0)
    assert top_of_folds(attribution(*maps), subject(*[None] * 3, mv=beat()), 0.1) == [QRS, T]


def test_agreement_is_of_the_shares_of_the_cells():
    one, other = beat(), beat()
    for k, (first, _) in enumerate(EDGES.values(), start=1):
        one[0, first], other[0, first] = k, 1 / k
    assert agreement(attribution(one), attribution(2 * one), SILENT) == pytest.approx(1)
    assert agreement(attribution(one), attribution(other), SILENT) == pytest.approx(
        rank_correlation(np.array([1, 2, 3, 4, 0, 0, 0, 0, 0, 0]), np.array([4, 3, 2, 1, 0, 0, 0, 0, 0, 0]))
    )
    assert agreement(attribution(one), attribution(beat()), SILENT) is None


def test_deletion_is_occlusion_and_insertion_the_same_from_the_baseline(case):
    found, occluded = deletions(case), occlusion(case).by_cell.mean(axis=0)
    assert [(d.segment, d.group) for d in found] == list(case.cells)
    assert [d.deletion_g for d in found] == pytest.approx(occluded.tolist(), abs=1e-4)
    for d, mask in zip(found, case.cells.values(), strict=True):
        with_it = np.where(mask, case.beat_mv, case.baseline.beat_mv)[None]
        rise_g = case.grams(with_it, case.baseline.scalars).mean() - case.baseline_g.mean()
        assert d.insertion_g == pytest.approx(rise_g, abs=1e-4)
    assert deletions(case) == found


def counted(mv, _):
    """A gram for each sample in each lead that is the patient's, 1 mV high, and not the baseline's."""
    return mv.sum(dim=(1, 2))


HIGH = np.ones((12, 450), dtype=np.float32)


def test_controls_are_as_long():
    edges = EDGES | {"T wave": (230, 449)}
    for d in deletions(subject(counted, mv=HIGH, edges=edges, own=slice(0, 400))):
        length = {name: 6 * (end - first) for name, (first, end) in edges.items()}.get(d.segment, 6 * 51)
        assert d.deletion_g == d.insertion_g == d.control_deletion_g == d.control_insertion_g == length


@pytest.mark.parametrize("name", EDGES)
def test_controls_do_not_overlap_their_cell_and_are_in_the_same_leads(name):
    first, end = EDGES[name]
    inside = deletions(subject(lambda mv, _: mv[:, :6, first:end].sum(dim=(1, 2)), mv=HIGH))
    own = next(d for d in inside if (d.segment, d.group) == (name, "limb"))
    assert own.deletion_g == own.insertion_g == 6 * (end - first)
    assert own.control_deletion_g == own.control_insertion_g == 0
    assert all(d.control_deletion_g in (0, None) for d in inside if d.group == "precordial")
    assert all(d.control_deletion_g > 0 for d in inside if d.group == "limb" and d.segment not in (name, "TP interval"))


def test_controls_count_without_their_signs():
    """What lies elsewhere adds a gram in the first half of the window and takes one away in the second."""

    def two_halves(mv, _):
        return mv[:, :, :225].sum(dim=(1, 2)) - mv[:, :, 225:].sum(dim=(1, 2))

    found = {(d.segment, d.group): d for d in deletions(subject(two_halves, mv=HIGH, edges={"T wave": (225, 226)}))}
    assert found["T wave", "limb"].deletion_g == -6
    assert found["T wave", "limb"].control_deletion_g == found["T wave", "limb"].control_insertion_g == 6


def test_no_control_for_what_is_empty_or_too_long():
    """The T wave takes 225 of 450 samples, for which there is one place; ST one more, for which there is none."""
    half = {d.segment: d for d in deletions(subject(counted, mv=HIGH, edges={"T wave": (0, 225)}))}
    assert half["T wave"].control_deletion_g == half["TP interval"].control_deletion_g == 6 * 225
    assert (half["PR interval"].deletion_g, half["PR interval"].insertion_g) == (0, 0)
    assert half["PR interval"].control_deletion_g is half["PR interval"].control_insertion_g is None
    more = {d.segment: d for d in deletions(subject(counted, mv=HIGH, edges={"ST segment": (0, 226)}))}
    assert more["ST segment"].deletion_g == 6 * 226
    assert more["ST segment"].control_deletion_g is None
    assert more["TP interval"].control_deletion_g == 6 * 224
    assert set(more) == set(SEGMENTS)


def test_slopes_that_an_ecg_can_follow():
    i, ii = np.random.default_rng(1).normal(size=(2, 450))
    chest = np.random.default_rng(2).normal(size=(6, 450))
    possible = np.stack([i, ii, ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2, *chest])
    assert limb_leads_possible(attribution(possible)) == pytest.approx(1, abs=1e-6)
    # an ECG whose I is 1 mV and whose II is 0 has 3.5 mV^2 in its limb leads, and so has one of II; half as much of
    # each lies in the other, so that of a slope in I alone 8/21 is possible
    assert limb_leads_possible(attribution(beat(I_9=-3.0, V2_9=7.0))) == pytest.approx(8 / 21)
    assert limb_leads_possible(attribution(beat(aVR_9=1.0))) == pytest.approx(2 / 7)
    einthoven = beat(I_9=1.0, II_9=-1.0, III_9=1.0)  # the sum that is 0 in every ECG
    assert limb_leads_possible(attribution(einthoven)) == pytest.approx(0, abs=1e-6)
    assert limb_leads_possible(attribution(beat(V2_9=7.0))) is None


def test_a_third_of_slopes_by_chance_is_possible():
    found = [limb_leads_possible(attribution(noise(seed))) for seed in range(20)]
    assert np.mean(found) == pytest.approx(1 / 3, abs=0.01)


def test_possible_slopes_are_of_the_mean_of_the_folds():
    both = beat(I_9=1.0, V1_9=1.0), beat(I_9=-1.0, II_9=2.0)
    assert limb_leads_possible(attribution(*both)) == pytest.approx(limb_leads_possible(attribution(beat(II_9=1.0))))


def test_ecg_part_by_hand():
    by_cell, scalars = np.array([[1.0, -3.0], [3.0, -5.0]]), np.array([[2.0, 4.0], [-2.0, 0.0]])
    # means 2, -4 | 0, 2
    assert ecg_part(Attribution(np.zeros((2, 12, 450)), by_cell=by_cell, scalars=scalars)) == pytest.approx(6 / 8)
    assert ecg_part(Attribution(np.zeros((2, 12, 450)), by_cell=0 * by_cell, scalars=0 * scalars)) == 0
    with pytest.raises(ValueError, match="Shapley values are needed"):
        ecg_part(attribution(beat()))


def test_ecg_part_of_networks_that_look_at_one_thing_only():
    age_alone = subject(
        lambda _, scalars: scalars[:, 0], mv=HIGH, scalars=(64.0, 170.0, 70.0), base=(60.0, 168.0, 72.0)
    )
    assert ecg_part(shapley(age_alone)) == pytest.approx(0, abs=1e-6)
    assert ecg_part(shapley(subject(counted, mv=HIGH))) == 1
