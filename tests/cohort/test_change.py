import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.change import Change, apply, limb_leads
from lvm.cohort.ptbxl import Source
from lvm.cohort.semisynthetic import beat_and_waves
from lvm.cohort.simulate import Heart
from lvm.measure import axis_deg, r_s_t
from lvm.recording import LEADS
from lvm.waves import Waves
from tests.helpers import recording


@pytest.fixture(scope="module")
def beat():
    source = Source(1, "male", frozenset({"NORM"}), analyse(recording(Heart(noise_uv=0.0))))
    return beat_and_waves(source, source.analysis.chosen)


def lead(signal, name):
    return signal[LEADS.index(name)]


def test_no_change_changes_nothing(beat):
    mv, waves = beat
    changed, at = apply(mv, waves, Change())
    assert at == waves
    assert np.abs(changed - mv).max() < 2e-3


@pytest.mark.parametrize(
    "change", [Change(gain=(1.8, 1.1, 1.6)), Change(turn_deg=-15), Change(widen=1.2), Change(t_gain=0.5, secondary=0.8)]
)
def test_the_leads_stay_one_heart(beat, change):
    changed, _ = apply(*beat, change)
    i, ii, iii, avr, avl, avf = changed[:6]
    assert np.abs(ii - i - iii).max() < 1e-2  # each lead keeps its own median as zero
    assert np.abs(avr + avl + avf).max() < 1e-2
    assert np.abs(avl - (i - iii) / 2).max() < 1e-2


def test_limb_leads_obey_einthoven_and_goldberger():
    eight = np.random.default_rng(0).normal(size=(8, 20)).astype(np.float32)
    i, ii, iii, avr, avl, avf = limb_leads(eight)[:6]
    np.testing.assert_allclose(iii, ii - i, atol=1e-6)
    np.testing.assert_allclose(avr, -(i + ii) / 2, atol=1e-6)
    np.testing.assert_allclose(avl, i - ii / 2, atol=1e-6)
    np.testing.assert_allclose(avf, ii - i / 2, atol=1e-6)


def test_gain_lifts_the_qrs_and_not_the_t_wave(beat):
    mv, waves = beat
    changed, at = apply(mv, waves, Change(gain=(1.5, 1.5, 1.5)))
    before, after = r_s_t(mv, waves), r_s_t(changed, at)
    v5, v1 = LEADS.index("V5"), LEADS.index("V1")
    assert after[0][v5] / before[0][v5] == pytest.approx(1.5, abs=0.08)
    assert after[1][v1] / before[1][v1] == pytest.approx(1.5, abs=0.08)
    assert after[2][v5] == pytest.approx(before[2][v5], abs=0.03)


def test_widening_lengthens_the_qrs_at_the_cost_of_st(beat):
    mv, waves = beat
    changed, at = apply(mv, waves, Change(widen=1.2))
    assert at.qrs_offset - at.qrs_onset == pytest.approx(1.2 * (waves.qrs_offset - waves.qrs_onset), abs=1)
    assert at.t_onset == waves.t_onset
    assert changed.max() == pytest.approx(mv.max(), abs=0.03)


def test_turning_turns_the_axis(beat):
    mv, waves = beat
    changed, at = apply(mv, waves, Change(turn_deg=-20))
    before = axis_deg(mv, waves, waves.qrs_onset, waves.qrs_offset)
    after = axis_deg(changed, at, at.qrs_onset, at.qrs_offset)
    # Dower's leads are not a rectangular frame: by hand, 17 degrees in X-Y is an axis of 30, and -3 one of -14
    assert after - before == pytest.approx(-44, abs=3)


def test_secondary_change_turns_t_against_the_qrs(beat):
    mv, waves = beat
    changed, at = apply(mv, waves, Change(gain=(1.8, 1.2, 1.8), secondary=1.0))
    t = dict(zip(LEADS, r_s_t(changed, at)[2], strict=True))
    assert t["V6"] < 0 < t["V1"]


def test_a_beat_without_boundaries_cannot_be_changed(beat):
    with pytest.raises(ValueError, match="QRS and T boundaries"):
        apply(beat[0], Waves(), Change())
