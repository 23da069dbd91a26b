import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from lvm.analysis import analyse
from lvm.beats import WINDOW
from lvm.cohort.simulate import Heart
from lvm.errors import SignalError
from lvm.estimate import estimate, scalar_row
from lvm.explain import explain
from lvm.explain.gradient import gradient
from lvm.recording import Patient
from tests.helpers import bundle, recording


class Weighted(nn.Module):
    """Grams by hand: 3 g per mV of lead II at sample 7, 2 g per mV^2 of V3 at sample 9, half a gram a year."""

    def forward(self, beat, scalars):
        return 100 + 3 * beat[:, 1, 7] + 2 * beat[:, 8, 9] ** 2 + 0.5 * scalars[:, 0]


def test_gradient_by_hand():
    beat = np.zeros((12, WINDOW), dtype=np.float32)
    beat[8, 9] = 1.5
    map_, of_scalars, grams = gradient((Weighted(), Weighted()), beat, [60.0])
    assert grams == pytest.approx(100 + 2 * 1.5**2 + 30)
    assert map_.shape == (12, WINDOW)
    assert map_[1, 7] == pytest.approx(3)
    assert map_[8, 9] == pytest.approx(6)
    assert np.count_nonzero(map_) == 2
    assert of_scalars == pytest.approx([0.5])


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    small = bundle(tmp_path_factory.mktemp("weights"))
    analysis = analyse(recording(Heart(noise_uv=0.0)))
    return analysis, estimate(analysis, bundle=small), small


def test_gradient_is_the_slope_of_the_estimate(case):
    analysis, e, small = case
    beat = torch.from_numpy(analysis.window(analysis.chosen).mv).double()[None]
    scalars = torch.tensor([scalar_row(small.card.config, e.inputs)]).double()
    folds = tuple(copy.deepcopy(fold).double() for fold in small.folds)  # float32 rounds a small step away

    def grams(mv, row):
        return float(torch.stack([fold(mv, row) for fold in folds]).mean())

    map_, of_scalars, lvm_g = gradient(folds, beat[0].numpy(), scalars[0].tolist())
    assert lvm_g == pytest.approx(e.lvm_g, abs=1e-3)
    step = 1e-6 * torch.randn(beat.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    slope = (grams(beat + step, scalars) - grams(beat - step, scalars)) / 2
    assert slope == pytest.approx(float((torch.from_numpy(map_) * step).sum()), rel=1e-3)
    year = torch.eye(1, scalars.shape[1], dtype=torch.float64) * 1e-4
    slope = (grams(beat, scalars + year) - grams(beat, scalars - year)) / 2e-4
    assert slope == pytest.approx(of_scalars[0], rel=1e-3)


def test_explain_has_no_side_effects_and_repeats(case):
    analysis, e, small = case
    before = [p.clone() for net in small.folds for p in net.parameters()]
    state = torch.random.get_rng_state()
    first, second = explain(analysis, e, small), explain(analysis, e, small)
    assert (first.map_g_per_mv == second.map_g_per_mv).all()
    assert first.table == second.table
    assert first.trust == second.trust
    assert all(torch.equal(a, b) for a, b in zip(before, (p for n in small.folds for p in n.parameters()), strict=True))
    assert not any(p.requires_grad or p.grad is not None for net in small.folds for p in net.parameters())
    assert torch.equal(state, torch.random.get_rng_state())


def test_the_parts_and_the_gap_add_up(case):
    analysis, e, small = case
    x = explain(analysis, e, small)
    assert x.lvm_g == pytest.approx(e.lvm_g, abs=1e-3)
    assert sum(c.share for c in x.table) == pytest.approx(1)
    assert len(x.table) == 10
    parts = sum(c.grams for c in x.table) + sum(g for _, g in x.scalars)
    assert x.baseline_lvm_g + parts + x.trust["completeness_gap_g"] == pytest.approx(x.lvm_g, abs=1e-3)
    assert -1 <= x.trust["randomised_similarity"] <= 1
    assert [name for name, _ in x.scalars] == list(small.card.config.scalars)


def test_cut_off_leaves_only_what_is_large(case):
    analysis, e, small = case
    x = explain(analysis, e, small, threshold=0.5)
    assert sum(c.share for c in x.table) == pytest.approx(1)
    assert sum(c.share == 0 for c in x.table) > sum(c.share == 0 for c in explain(analysis, e, small).table)


def test_nothing_outside_the_recording_s_own_samples(tmp_path):
    fast = analyse(recording(Heart(heart_rate_bpm=130.0)))
    small = bundle(tmp_path)
    x = explain(fast, estimate(fast, bundle=small), small)
    window = fast.window(fast.chosen)
    assert window.stop < WINDOW
    assert not x.map_g_per_mv[:, window.stop :].any()


def test_a_beat_without_waves_is_said(case):
    analysis, e, small = case
    blind = replace(analysis, waves=tuple(replace(w, p_onset=None, p_offset=None) for w in analysis.waves))
    x = explain(blind, e, small)
    assert x.warnings == ("No P wave was found in this beat: its PR interval is empty.",)
    assert [c.share for c in x.table if c.segment == "PR interval"] == [0, 0]


def test_nothing_to_explain(case):
    analysis, _, small = case
    withheld = estimate(analyse(recording(patient=Patient())), bundle=small)
    with pytest.raises(SignalError, match=r"no estimate to explain. The sex is not in the file"):
        explain(analysis, withheld, small)
