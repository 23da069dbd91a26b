from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lvm.clean import clean
from lvm.cohort.simulate import Heart, simulate
from lvm.net.segmenter import SegmenterConfig
from lvm.recording import LEADS, Recording
from lvm.train import ludb
from lvm.train.ludb import Mark, Marked
from lvm.train.segmenter import Example, Recipe, _draw, example, fit, folds, train_fold, unmarked_example

LUDB = Path("../shared/ecg-data/ludb")
needs_ludb = pytest.mark.skipif(not LUDB.exists(), reason="the LUDB part is not beside this project")
SMALL = SegmenterConfig(lead_channels=4, channels=(8, 12, 16), dropout=0.0)
PLAIN = Recipe(erased_p=0, erased_t=0, steps=60, first_steps=60, batch=4, times=1024, learning_rate=1e-2)


def marked(heart, number=1):
    """A simulated heart with its true boundaries as marks in every lead, V1's QRS 8 samples later."""
    simulated = simulate(heart)

    def of_lead(lead):
        late = 8 if lead == "V1" else 0
        marks = []
        for beat in simulated.beats[1:-1]:
            for wave in ("p", "qrs", "t"):
                onset, offset = (round(500 * getattr(beat, f"{wave}_{end}_s")) for end in ("onset", "offset"))
                shift = late if wave == "qrs" else 0
                marks.append(Mark(wave, onset + shift, (onset + offset) // 2, offset + shift))
        return tuple(marks)

    recording = Recording(simulated.signal_mv, 500.0, "simulated", None)
    return Marked(number, recording, tuple(of_lead(lead) for lead in LEADS))


@pytest.fixture(scope="module")
def one():
    return example(marked(Heart(seed=2)))


def test_shares_are_those_of_the_leads(one):
    marks = marked(Heart(seed=2)).leads[0]
    qrs = next(mark for mark in marks if mark.wave == "qrs")
    assert one.shares.shape == (4, 5000)
    np.testing.assert_allclose(one.shares.sum(axis=0), 1)
    assert one.shares[2, qrs.onset] == pytest.approx(11 / 12)
    assert one.shares[2, qrs.onset + 8] == 1
    assert one.shares[2, qrs.offset + 1] == pytest.approx(1 / 12)
    assert one.first == marks[0].onset
    assert one.last == marks[-1].offset


def test_every_record_is_tested_once_and_the_folds_are_the_same_twice():
    parts = folds(range(1, 101))
    assert sorted(number for part in parts for number in part) == list(range(1, 101))
    assert [len(part) for part in parts] == [20] * 5
    assert folds(range(1, 101)) == parts


def test_a_draw_keeps_signal_and_shares_in_step(one):
    rng = np.random.default_rng(0)
    still = replace(PLAIN, stretch=(1.0, 1.0), far_stretch=(1.0, 1.0))
    found = []
    for _ in range(20):
        signal, shares, counts = _draw(one, still, rng)
        assert signal.shape == (12, 1024)
        assert shares.shape == (4, 512)
        np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-5)
        steep = np.abs(np.gradient(signal, axis=1)).mean(axis=0).reshape(-1, 2).mean(axis=1)
        inside = shares[2] > 0.9
        if (counts > 0).all() and inside.any():
            found.append(steep[inside].mean() / steep[shares[0] > 0.9].mean())
    assert np.median(found) > 3


def test_erased_waves_are_gone_from_signal_and_shares(one):
    quiet = Example(clean(simulate(Heart(seed=2, noise_uv=0, wander_mv=0)).signal_mv, 500), one.shares, 0, 5000)
    rng = np.random.default_rng(4)
    recipe = replace(PLAIN, erased_p=1.0, stretch=(1.0, 1.0), far_stretch=(1.0, 1.0))
    for _ in range(5):
        signal, shares, _ = _draw(quiet, recipe, rng)
        assert shares[1].max() == 0
        np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-5)
        assert np.isfinite(signal).all()


def test_a_network_learns_and_the_second_round_listens_to_the_first(one):
    losses = []
    net = fit(SMALL, [one], [], replace(PLAIN, steps=200), lambda _, loss: losses.append(loss))
    assert len(losses) == 2
    assert losses[1] < 0.6 * losses[0]
    taught = unmarked_example(one.signal_mv, net)
    assert taught.shares.shape == (4, 5000)
    agree = (taught.shares.argmax(axis=0) == one.shares.argmax(axis=0))[one.first : one.last].mean()
    assert agree > 0.8


def test_the_same_seed_gives_the_same_network(one):
    recipe = replace(PLAIN, steps=5, first_steps=5)
    first, second, other = (
        train_fold((2,), {1: one, 2: one}, [one.signal_mv], replace(recipe, seed=seed), SMALL).state_dict()
        for seed in (1, 1, 2)
    )
    assert all((first[name] == second[name]).all() for name in first)
    assert any((first[name] != other[name]).any() for name in first)


@needs_ludb
def test_ludb_marks_of_a_record():
    assert ludb.numbers(LUDB) == list(range(1, 101))
    found = ludb.load(LUDB, 2)
    assert found.recording.signal_mv.shape == (12, 5000)
    assert found.leads[0][:2] == (Mark("qrs", 550, 569, 586), Mark("t", 666, 708, 749))
    assert len(found.leads) == 12
