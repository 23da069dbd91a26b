"""Methods that follow the gradient, on networks done by hand, and on small and shipped ones."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lvm import weights
from lvm.analysis import analyse
from lvm.beats import WINDOW
from lvm.cohort.examples import EXAMPLES
from lvm.cohort.simulate import Heart
from lvm.estimate import estimate
from lvm.explain import METHODS, explain, subject_of
from lvm.explain.gradients import (
    SMOOTH_SAMPLES,
    grad_cam,
    gradient,
    gradient_x_input,
    integrated_gradients,
    smoothgrad,
)
from lvm.read import read
from tests.explain.nets import beat, subject
from tests.helpers import SMALL, bundle, recording

MV, SCALARS = beat(II_7=0.4, V3_9=1.5), (64.0, 170.0, 70.0)
BY_SAMPLE = [gradient, smoothgrad, gradient_x_input, integrated_gradients]


def weighted(mv, scalars):
    """3 g per mV of lead II at sample 7, 2 g per mV^2 of V3 at sample 9, half a gram a year."""
    return 100 + 3 * mv[:, 1, 7] + 2 * mv[:, 8, 9] ** 2 + 0.5 * scalars[:, 0]


def doubled(mv, scalars):
    return 2 * weighted(mv, scalars)


def only(value, **places):
    """A map that is 0 everywhere else."""
    return value == pytest.approx(beat(**places), abs=1e-4)


def test_gradient_by_hand():
    found = gradient(subject(weighted, doubled, mv=MV, scalars=SCALARS))
    assert found.map.shape == (2, 12, WINDOW)
    assert found.map.dtype == np.float32
    assert only(found.map[0], II_7=3, V3_9=6)
    assert only(found.map[1], II_7=6, V3_9=12)
    assert only(found.mean_map, II_7=4.5, V3_9=9)
    assert only(found.grams[0], II_7=1.2, V3_9=9)  # slope times signal
    assert found.scalars == pytest.approx(np.array([[2, 0, 0], [4, 0, 0]]))  # half a gram for four years above average
    assert found.baseline_g == pytest.approx([130, 260])  # flat line, 60 years
    assert found.by_cell is None


def test_gradient_x_input_by_hand():
    found = gradient_x_input(subject(weighted, doubled, mv=MV, scalars=SCALARS))
    assert only(found.map[0], II_7=1.2, V3_9=9)
    assert only(found.map[1], II_7=2.4, V3_9=18)
    assert (found.map == found.grams.astype(np.float32)).all()
    assert found.scalars == pytest.approx(np.array([[2, 0, 0], [4, 0, 0]]))
    assert found.baseline_g == pytest.approx([130, 260])


def test_integrated_gradients_by_hand():
    s = subject(weighted, doubled, mv=MV, scalars=SCALARS, base_mv=beat(II_7=0.1, V3_9=-0.5), base=(50.0, 160.0, 80.0))
    found = integrated_gradients(s)
    assert only(found.map[0], II_7=3 * 0.3, V3_9=2 * (1.5**2 - 0.5**2))
    assert found.scalars == pytest.approx(np.array([[7, 0, 0], [14, 0, 0]]), rel=1e-5)
    assert found.baseline_g == pytest.approx([100 + 0.3 + 0.5 + 25, 251.6])
    parts = found.grams.sum(axis=(1, 2)) + found.scalars.sum(axis=1)
    assert parts + found.baseline_g == pytest.approx(s.grams(MV[None], SCALARS)[:, 0], abs=1e-4)


def test_integrated_gradients_share_a_product_by_the_mean_of_the_other():
    s = subject(lambda mv, _: mv[:, 1, 7] * mv[:, 8, 9], mv=MV, base_mv=beat(II_7=0.1, V3_9=-0.5))
    assert only(integrated_gradients(s).map[0], II_7=0.3 * (1.5 - 0.5) / 2, V3_9=2 * (0.4 + 0.1) / 2)


def test_smoothgrad_is_the_slope_where_that_is_the_same_everywhere():
    s = subject(lambda mv, scalars: 3 * mv[:, 1, 7] + 0.5 * scalars[:, 0], mv=MV, scalars=SCALARS)
    assert only(smoothgrad(s).map[0], II_7=3)
    assert smoothgrad(s).grams[0, 1, 7] == pytest.approx(1.2)
    assert smoothgrad(s).scalars == pytest.approx(np.array([[2, 0, 0]]))


def test_smoothgrad_is_the_mean_slope_around_the_beat():
    quadratic = smoothgrad(subject(lambda mv, _: 2 * mv[:, 8, 9] ** 2, mv=MV)).map[0, 8, 9]
    assert quadratic == pytest.approx(6, abs=3 * 4 * 0.05 / SMOOTH_SAMPLES**0.5)
    assert quadratic != 6
    kink = smoothgrad(subject(lambda mv, _: F.relu(mv[:, 8, 9] - 1.5), mv=MV)).map[0, 8, 9]
    assert 3 <= kink * SMOOTH_SAMPLES <= 13  # about half of the copies lie above
    assert kink * SMOOTH_SAMPLES == round(kink * SMOOTH_SAMPLES)


def test_noise_and_slopes_stay_within_the_recording_s_own_samples():
    """A filled sample would multiply the slope of a true one by its noise."""
    s = subject(lambda mv, _: mv[:, 1, 7] * (1 + mv[:, 1, 420]) + mv[:, 1, 430], mv=MV, own=slice(5, 400))
    assert only(smoothgrad(s).map[0], II_7=1)
    assert only(gradient(s).map[0], II_7=1)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A fast heart, whose next QRS ends the window, and a small bundle with an average patient."""
    small = bundle(tmp_path_factory.mktemp("weights"), folds=3)
    mv = np.random.default_rng(0).normal(scale=0.2, size=(12, WINDOW)).astype(np.float32)
    small = replace(small, baseline=replace(small.baseline, beat_mv=mv, scalars=(55.0, 171, 80, 40, 20, 60, 90)))
    fast = analyse(recording(Heart(heart_rate_bpm=130.0)))
    return subject_of(fast, estimate(fast, bundle=small), small)


def test_the_gradient_is_the_slope_of_the_estimate(case):
    folds = copy.deepcopy(case.folds)
    for fold in folds:
        fold.double()  # float32 rounds a small step away
    mv, row = (of.detach().double() for of in case.tensors)

    def grams(mv, row):
        return torch.stack([fold(mv, row) for fold in folds]).mean().item()

    found = gradient(case)
    step = 1e-6 * torch.randn(mv.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    step[..., ~torch.from_numpy(case.own)] = 0
    slope = (grams(mv + step, row) - grams(mv - step, row)) / 2
    assert slope == pytest.approx(float((found.mean_map * step[0].numpy()).sum()), rel=1e-3)
    from_average = np.array(case.scalars) - SMALL.scalar_mean
    for i in range(row.shape[1]):
        unit = torch.eye(row.shape[1], dtype=torch.float64)[[i]] * 1e-4
        slope = (grams(mv, row + unit) - grams(mv, row - unit)) / 2e-4
        assert slope * from_average[i] == pytest.approx(found.scalars.mean(axis=0)[i], rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("method", [gradient, smoothgrad, gradient_x_input, grad_cam])
def test_nothing_outside_the_recording_s_own_samples(case, method):
    assert not case.own.all()
    found = method(case)
    assert not found.map[:, :, ~case.own].any()
    assert found.map[:, :, case.own].any()


def test_integrated_gradients_count_the_filled_samples_to_tp(case):
    """There the patient's beat is 0 mV and the baseline is not; without them the grams would not add up."""
    found, x = integrated_gradients(case), explain(case, "integrated-gradients")
    assert found.map[:, :, ~case.own].any()
    assert case.segments["TP interval"][~case.own].all()
    assert abs(x.gap_g) < 0.01 * abs(x.lvm_g - x.baseline_lvm_g)


def plain_grad_cam(fold, mv, scalars, group):
    """Selvaraju 2017, equations 1 and 2, for one encoder: (225,)."""
    pooled = F.avg_pool1d(mv, fold.config.pool)
    steps = [encoder(pooled[:, rows]).detach() for rows, encoder in zip(fold.rows, fold.encoders, strict=True)]
    steps[group].requires_grad_()
    both = [torch.cat([of.mean(dim=2), of.amax(dim=2)], dim=1) for of in steps]
    grams = fold.head(F.relu(fold.projection(torch.cat(both, dim=1))), scalars)
    (slope,) = torch.autograd.grad(grams.sum(), steps[group])
    weight = slope.mean(dim=2, keepdim=True)
    return F.relu((weight * steps[group]).sum(dim=1))[0].detach().numpy()


@pytest.mark.parametrize("lead_groups", [1, 2, 4])
def test_grad_cam_equals_its_equations(case, lead_groups, tmp_path):
    folds = bundle(tmp_path, replace(SMALL, lead_groups=lead_groups), folds=3).folds
    s = replace(case, folds=folds, own=np.ones(WINDOW, dtype=bool))
    found = grad_cam(s)
    assert found.grams is found.scalars is found.baseline_g is None
    assert found.map.any()
    mv, scalars = (of.detach() for of in s.tensors)
    at = (np.arange(WINDOW) + 0.5) / 2 - 0.5  # each step is the mean of two samples and lies between them
    for k, fold in enumerate(folds):
        for group, rows in enumerate(fold.rows):
            by_step = plain_grad_cam(fold, mv, scalars, group)
            expected = np.interp(at, np.arange(len(by_step)), by_step)
            assert found.map[k, rows] == pytest.approx(np.tile(expected, (len(rows), 1)), abs=1e-7, rel=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_a_network_without_scalars_has_none(method, tmp_path):
    small = bundle(tmp_path, replace(SMALL, input_set="ecg", scalar_mean=(), scalar_sd=(), scalar_median=()), folds=2)
    analysis = analyse(recording())
    s = subject_of(analysis, estimate(analysis, bundle=small), small)
    found, x = METHODS[method].attribute(s), explain(s, method)
    assert found.map.shape == (2, 12, WINDOW)
    assert found.map.any()
    assert np.isfinite(found.map).all()
    assert x.scalars == ()
    if found.scalars is not None:
        assert found.scalars.shape == (2, 0)
        assert found.baseline_g.shape == (2,)


# Every shipped bundle on ECGs; between them all four examples.
SHIPPED = [card.name for card in weights.cards() if card.fields["default"]]


@pytest.fixture(scope="module")
def analysed():
    return [analyse(read(example.data())) for example in EXAMPLES]


@pytest.mark.parametrize(("number", "name"), list(enumerate(SHIPPED)))
def test_integrated_gradients_of_shipped_bundles_add_up(number, name, analysed):
    """Within 1 %, or within 0.05 g where the way is short."""
    own, analysis = weights.load(name), analysed[number % 4]
    s = subject_of(analysis, estimate(analysis, bundle=own), own)
    x = explain(s, "integrated-gradients")
    assert x.lvm_g - x.baseline_lvm_g == pytest.approx(
        sum(cell.grams for cell in x.table) + sum(grams for _, grams in x.scalars), rel=0.01, abs=0.05
    )
    assert s.baseline_g.mean() == x.baseline_lvm_g
