"""Occlusion and Shapley values, on networks done by hand, over all coalitions, and on shipped networks."""

from dataclasses import replace
from itertools import product
from math import comb

import numpy as np
import pytest

from lvm import weights
from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import estimate
from lvm.explain import cells, explain, subject_of
from lvm.explain.cells import occlusion, shapley, shapley_error_g
from lvm.read import read
from tests.explain.nets import ECG_ONLY, beat, subject
from tests.helpers import SMALL, bundle, recording

# I at 140 is QRS, limb; V1 at 250 is T, precordial; II at 60 is PR, limb.
MV, BASE_MV = beat(I_140=2.0, V1_250=0.5, II_60=3.0), beat(I_140=0.5, V1_250=-0.5)
SCALARS, BASE = (64.0, 170.0, 70.0), (60.0, 168.0, 72.0)
QRS, T, PR = ("QRS interval", "limb"), ("T wave", "precordial"), ("PR interval", "limb")


def product_of_two(mv, scalars):
    """The voltage of the QRS times that of T, and of the QRS times the age."""
    return 10 * mv[:, 0, 140] * mv[:, 6, 250] + mv[:, 0, 140] * scalars[:, 0]


def by_name(found, s, fold=0):
    return dict(zip(s.cells, found.by_cell[fold].tolist(), strict=True))


@pytest.fixture(scope="module")
def hand():
    return subject(
        product_of_two, lambda *x: 2 * product_of_two(*x), mv=MV, scalars=SCALARS, base_mv=BASE_MV, base=BASE
    )


def test_occlusion_by_hand(hand):
    found = occlusion(hand)
    first, second = by_name(found, hand), by_name(found, hand, 1)
    assert first.pop(QRS) == pytest.approx(10 * 1.5 * 0.5 + 1.5 * 64)
    assert first.pop(T) == pytest.approx(10 * 2 * 1.0)
    assert set(first.values()) == {0.0}
    assert second[T] == pytest.approx(40)
    assert found.scalars == pytest.approx(np.array([[2.0 * 4, 0, 0], [16, 0, 0]]))
    assert found.baseline_g == pytest.approx([10 * -0.25 + 0.5 * 60, 55])


def test_shapley_by_hand(hand):
    """Of a product each of the two gets its own change times the mean of the other."""
    found = shapley(hand)
    first = by_name(found, hand)
    assert first.pop(QRS) == pytest.approx(10 * 1.5 * 0.0 + 1.5 * 62, rel=1e-5)
    assert first.pop(T) == pytest.approx(10 * 1.0 * 1.25, rel=1e-5)
    assert max(abs(grams) for grams in first.values()) == 0  # nothing depends on them
    assert found.scalars[0] == pytest.approx([4 * 1.25, 0, 0], rel=1e-5)
    assert found.by_cell[1] == pytest.approx(2 * found.by_cell[0], rel=1e-5)
    assert shapley_error_g(hand) is None


def test_a_cell_s_grams_are_painted_once_and_spread_over_its_samples(hand):
    found = shapley(hand)
    grams = by_name(found, hand)[T]
    mask = hand.cells[T]
    assert mask.sum() == 600
    assert found.map[0][mask] == pytest.approx(np.full(600, grams))
    assert found.grams[0][mask] == pytest.approx(np.full(600, grams / 600))
    assert {c.segment: c.grams for c in explain(hand, "shapley").table if c.group == "precordial"}["T wave"] == (
        pytest.approx(1.5 * grams)  # the mean of the two folds
    )


def test_symmetric_players_get_the_same():
    """Three cells and a scalar, any two of which make a gram."""

    def two_of_four(mv, scalars):
        there = (mv[:, 0, 140] > 1).int() + (mv[:, 6, 140] > 1) + (mv[:, 6, 250] > 1) + (scalars[:, 1] > 169)
        return (there >= 2).float()

    s = subject(two_of_four, mv=beat(I_140=2, V1_140=2, V1_250=2), scalars=SCALARS, base=BASE)
    found = shapley(s)
    grams = by_name(found, s)
    same = [grams[QRS], grams["QRS interval", "precordial"], grams[T], found.scalars[0, 1]]
    assert same == pytest.approx([0.25] * 4, abs=1e-9)
    assert sum(grams.values()) + found.scalars.sum() == pytest.approx(1, abs=1e-9)


def test_an_encoder_sees_the_coalitions_of_its_own_cells_only(monkeypatch):
    s, seen = subject(product_of_two, mv=MV, scalars=SCALARS, base=BASE), []
    encode = type(s.folds[0]).encode_group
    monkeypatch.setattr(
        type(s.folds[0]), "encode_group", lambda net, group, mv: seen.append((group, len(mv))) or encode(net, group, mv)
    )
    shapley(s)
    assert seen == [(0, 32), (1, 32)]


def random_subject(config, folder, lead_groups=2, folds=2):
    """The middle beat of a simulated heart against another one, as far away as noise."""
    small = bundle(folder, config, folds=folds)
    mv = np.random.default_rng(3).normal(scale=0.4, size=(12, 450)).astype(np.float32)
    scalars = tuple(mean + sd for mean, sd in zip(config.scalar_mean, config.scalar_sd, strict=True))
    small = replace(small, baseline=weights.Baseline("noise", mv, scalars))
    analysis = analyse(recording())
    return subject_of(analysis, estimate(analysis, bundle=small), small, lead_groups=lead_groups)


def three(config):
    """Without ECG measurements."""
    of = {name: getattr(config, name)[:3] for name in ("scalar_mean", "scalar_sd", "scalar_median")}
    return replace(config, input_set="model 1", **of)


ALONE = replace(SMALL, input_set="ecg", scalar_mean=(), scalar_sd=(), scalar_median=())


def values_of(s):
    """{coalition of cells and scalars: (folds,) grams}, each through the whole network."""
    masks, found = list(s.cells.values()), {}
    for there in product((False, True), repeat=len(s.scalars)):
        row = tuple(a if own else b for own, a, b in zip(there, s.scalars, s.baseline.scalars, strict=True))
        coalitions = list(product((False, True), repeat=len(masks)))
        own = [
            np.any([m for m, own in zip(masks, of, strict=True) if own] or [masks[0] & False], 0) for of in coalitions
        ]
        grams = s.grams(np.where(np.stack(own), s.beat_mv, s.baseline.beat_mv), row)
        found |= {(*of, *there): grams[:, i] for i, of in enumerate(coalitions)}
    return found


@pytest.mark.parametrize(
    ("config", "lead_groups", "players"), [(ALONE, 2, 10), (ALONE, 1, 5), (three(SMALL), 1, 8)], ids=["10", "5", "8"]
)
def test_shapley_equals_the_sum_over_all_coalitions(config, lead_groups, players, tmp_path):
    s = random_subject(config, tmp_path, lead_groups)
    value = values_of(s)
    assert len(value) == 2**players
    expected = np.zeros((2, players))
    for coalition, without in value.items():
        for i in range(players):
            if not coalition[i]:
                with_it = value[(*coalition[:i], True, *coalition[i + 1 :])]
                expected[:, i] += (with_it - without) / (players * comb(players - 1, sum(coalition)))
    found = shapley(s)
    assert np.hstack([found.by_cell, found.scalars]) == pytest.approx(expected, abs=2e-5)
    assert np.abs(expected).max() > 0.05


@pytest.mark.parametrize(("net_groups", "config"), [(1, three(SMALL)), (2, SMALL), (4, three(SMALL))])
def test_occlusion_replaces_a_cell_or_scalar_by_the_baseline_s(net_groups, config, tmp_path):
    s = random_subject(replace(config, lead_groups=net_groups), tmp_path)
    found, here_g = occlusion(s), s.grams(s.beat_mv[None], s.scalars)[:, 0]
    for i, mask in enumerate(s.cells.values()):
        without = np.where(mask, s.baseline.beat_mv, s.beat_mv)
        assert found.by_cell[:, i] == pytest.approx(here_g - s.grams(without[None], s.scalars)[:, 0], abs=1e-4)
    for i, base in enumerate(s.baseline.scalars):
        row = (*s.scalars[:i], base, *s.scalars[i + 1 :])
        assert found.scalars[:, i] == pytest.approx(here_g - s.grams(s.beat_mv[None], row)[:, 0], abs=1e-4)
    assert np.abs(found.by_cell).max() > 0.01


@pytest.mark.parametrize("method", [occlusion, shapley])
def test_an_empty_cell_has_nothing(method):
    s = subject(lambda mv, _: mv.sum(dim=(1, 2)), mv=np.ones((12, 450), np.float32), edges={"QRS interval": (130, 175)})
    found = by_name(method(s), s)
    assert found == {
        name: pytest.approx({"QRS interval": 270, "TP interval": 2430}.get(name[0], 0)) for name in s.cells
    }
    assert [found[name] for name in found if name[0] == "T wave"] == [0, 0]
    assert s.folds[0].config == ECG_ONLY


SHIPPED = [card.name for card in weights.cards() if card.fields["default"]]


@pytest.fixture(scope="module")
def analysed():
    return [analyse(read(example.data())) for example in EXAMPLES]


def shipped(name, analysed, lead_groups=2):
    own, analysis = weights.load(name), analysed[SHIPPED.index(name) % 4]
    return subject_of(analysis, estimate(analysis, bundle=own), own, lead_groups=lead_groups)


@pytest.mark.parametrize("lead_groups", [2, 4])
@pytest.mark.parametrize("name", SHIPPED)
def test_shapley_values_of_shipped_bundles_add_up(name, lead_groups, analysed):
    s = shipped(name, analysed, lead_groups)
    if lead_groups == 4:
        s = replace(s, folds=s.folds[1:2])
    found, here_g = shapley(s), s.grams(s.beat_mv[None], s.scalars)[:, 0]
    parts = found.by_cell.sum(axis=1) + found.scalars.sum(axis=1)
    assert found.baseline_g + parts == pytest.approx(here_g, abs=1e-3)
    assert found.by_cell.shape == (len(s.folds), 5 * lead_groups)


def off_and_error(s, monkeypatch, orders):
    """How far Shapley values over so many drawn orders are from the exact ones, and what they say of it themselves."""
    exact = shapley(s)
    with monkeypatch.context() as patch:
        patch.setattr(cells, "_MOST_CELLS", 4)
        patch.setattr(cells, "DRAWN_ORDERS", orders)
        drawn, error_g = shapley(s), shapley_error_g(s)
        assert (shapley(s).by_cell == drawn.by_cell).all()
    parts = ((drawn.by_cell, exact.by_cell), (drawn.scalars, exact.scalars))
    return np.hstack([(a - b).mean(axis=0) for a, b in parts]), error_g


def test_drawn_orders_come_near_the_exact_values(analysed, monkeypatch):
    off, error_g = off_and_error(shipped("all-model1", analysed), monkeypatch, cells.DRAWN_ORDERS)
    assert error_g.shape == off.shape == (14,)
    assert (np.abs(off) <= 5 * error_g + 1e-4).all()
    assert 0.3 < np.sqrt((off**2).mean() / (error_g**2).mean()) < 3
    assert 0.05 < error_g.max() < 0.3


def test_many_drawn_orders_come_to_the_exact_values(tmp_path, monkeypatch):
    s = random_subject(three(SMALL), tmp_path, folds=1)
    few, few_g = off_and_error(s, monkeypatch, 8)
    many, many_g = off_and_error(s, monkeypatch, 512)
    assert np.abs(many).max() < np.abs(few).max() / 3
    assert (np.abs(many) <= 4 * many_g + 1e-5).all()
    assert many_g.mean() == pytest.approx(few_g.mean() / 8, rel=0.5)  # as many pairs of orders as 64 times
