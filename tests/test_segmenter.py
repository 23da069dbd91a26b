import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from lvm import segmenter, weights
from lvm.clean import clean
from lvm.cohort.simulate import Heart, simulate
from lvm.errors import WeightsError
from lvm.segmenter import QRS, P, T, scale, wave_shares

HEART = Heart(seed=3)


@pytest.fixture(scope="module")
def cleaned():
    return clean(simulate(HEART).signal_mv, 500)


@pytest.fixture(scope="module")
def shares(cleaned):
    return wave_shares(cleaned)


def test_shares_of_every_instant_make_one(shares):
    assert shares.shape == (4, 5000)
    assert shares.dtype == np.float32
    assert shares.min() >= 0
    np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-5)


def test_shares_are_high_in_the_waves_and_low_between_them(shares):
    for beat in simulate(HEART).beats[1:-1]:
        for row, wave in ((P, "p"), (QRS, "qrs"), (T, "t")):
            onset, offset = (round(500 * getattr(beat, f"{wave}_{end}_s")) for end in ("onset", "offset"))
            assert shares[row, (onset + offset) // 2] > 0.8
        before = round(500 * beat.p_onset_s) - 40
        assert shares[0, before - 20 : before].min() > 0.8


def test_ensemble_is_the_mean_of_its_networks(cleaned, shares):
    each = [wave_shares(cleaned, (net,)) for net in segmenter.load().in_use]
    assert len(each) == 3
    np.testing.assert_allclose(np.mean(each, axis=0), shares, atol=1e-5)


@pytest.mark.parametrize("length", [1, 2, 63, 500, 1251])
def test_any_length(cleaned, length):
    assert wave_shares(cleaned[:, :length]).shape == (4, length)


def test_gain_of_a_lead_and_order_of_leads_do_not_matter(cleaned, shares):
    gains = np.linspace(0.5, 2, 12, dtype=np.float32)[::-1, None]
    np.testing.assert_allclose(wave_shares((cleaned * gains)[::-1]), shares, atol=1e-3)


def test_scale_leaves_silence_silent():
    signal = np.zeros((12, 500), np.float32)
    signal[0] = 3 * np.sin(np.arange(500) / 10)
    scaled = scale(signal)
    assert scaled[0].std() == pytest.approx(1)
    assert np.abs(scaled[1:]).max() == 0
    assert np.abs(scale(signal * 1e-6)).max() < 0.1


def test_result_is_the_same_twice_and_the_signal_untouched(cleaned, shares):
    before = cleaned.copy()
    np.testing.assert_array_equal(wave_shares(cleaned), shares)
    np.testing.assert_array_equal(cleaned, before)


def test_records_are_tested_by_one_network_each():
    tested = [number for fold in segmenter.load().card.fields["test_records_by_fold"] for number in fold]
    assert sorted(tested) == list(range(1, 101))


def test_altered_missing_and_foreign_weights_are_refused(tmp_path):
    with pytest.raises(WeightsError, match="cannot be read"):
        segmenter.load(tmp_path)
    bundle = tmp_path / "altered" / weights.SEGMENTER
    shutil.copytree(weights.FOLDER / weights.SEGMENTER, bundle)
    data = bytearray((bundle / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (bundle / "model.safetensors").write_bytes(data)
    with pytest.raises(WeightsError, match="was altered"):
        segmenter.load(bundle.parent)
    card = json.loads((bundle / "card.json").read_text())
    (bundle / "card.json").write_text(json.dumps(card | {"config": {"colour": 1}}))
    with pytest.raises(WeightsError, match="cannot be read"):
        segmenter.load.__wrapped__(bundle.parent)


def test_it_is_no_bundle_for_an_estimate():
    assert weights.SEGMENTER not in {card.name for card in weights.cards()}
    with pytest.raises(WeightsError, match="no weights bundle of that name"):
        weights.load(weights.SEGMENTER)


def test_slow_and_fast_hearts():
    for rate in (35, 60, 100, 150, 180):
        heart = replace(HEART, heart_rate_bpm=rate, pr_interval_ms=140)
        found = wave_shares(clean(simulate(heart).signal_mv, 500))[QRS]
        for beat in simulate(heart).beats[1:-1]:
            assert found[round(500 * beat.r_s)] > 0.8


def test_threads_do_not_change_the_shares_by_much(cleaned, shares):
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1 if threads > 1 else 2)
        np.testing.assert_allclose(wave_shares(cleaned), shares, atol=1e-4)
    finally:
        torch.set_num_threads(threads)
