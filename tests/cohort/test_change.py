from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.change import Change, apply, limb_leads
from lvm.cohort.simulate import Heart
from lvm.measure import amplitudes, measure
from lvm.recording import LEADS, Recording
from lvm.waves import Waves
from tests.helpers import recording

TALL = Heart(noise_uv=0.0, wander_mv=0.0, qrs_gain=1.7, qrs_axis_deg=10)
EVERY = [
    Change(frontal_gain=1.8, back_gain=1.1),
    Change(qrs_turn_deg=-25, p_turn_deg=10, t_turn_deg=40),
    Change(widen=1.2),
    Change(t_gain=0.5, secondary=0.8),
    Change(1.6, 1.4, -30, 5, 20, 1.1, 0.6, 1.0),
]


@pytest.fixture(scope="module")
def normal():
    return analyse(recording(Heart(noise_uv=0.0, wander_mv=0.0)))


@pytest.fixture(scope="module")
def tall():
    return analyse(recording(TALL))


def changed(analysis, change):
    return apply(analysis.cleaned_mv, analysis.waves, change)


def amplitudes_of(analysis, signal):
    """With the boundaries of the source: nothing in them moves but the end of the QRS."""
    return amplitudes(signal, analysis.beats, analysis.waves)


def whole_beats(analysis):
    return [w for beat, w in zip(analysis.beats, analysis.waves, strict=True) if beat.usable]


def turned_deg(after, before):
    return (after - before + 180) % 360 - 180


def test_no_change_changes_nothing(normal):
    after = changed(normal, Change())
    assert after.shape == normal.cleaned_mv.shape
    assert after.dtype == np.float32
    np.testing.assert_allclose(after, normal.cleaned_mv, atol=1e-5)


def test_the_source_stays_as_it_is(normal):
    before = normal.cleaned_mv.copy()
    changed(normal, EVERY[-1])
    assert (normal.cleaned_mv == before).all()


@pytest.mark.parametrize("change", EVERY)
def test_the_leads_stay_one_heart(normal, change):
    after = changed(normal, change)
    i, ii, iii, avr, avl, avf = after[:6]
    assert np.abs(after - normal.cleaned_mv).max() > 0.02
    assert np.abs(ii - i - iii).max() < 1e-5
    assert np.abs(avr + (i + ii) / 2).max() < 1e-5
    assert np.abs(avl - (i - iii) / 2).max() < 1e-5
    assert np.abs(avf - (ii + iii) / 2).max() < 1e-5


def test_limb_leads_obey_einthoven_and_goldberger():
    eight = np.random.default_rng(0).normal(size=(8, 20)).astype(np.float32)
    i, ii, iii, avr, avl, avf = limb_leads(eight)[:6]
    np.testing.assert_allclose(iii, ii - i, atol=1e-6)
    np.testing.assert_allclose(avr, -(i + ii) / 2, atol=1e-6)
    np.testing.assert_allclose(avl, i - ii / 2, atol=1e-6)
    np.testing.assert_allclose(avf, ii - i / 2, atol=1e-6)


@pytest.mark.parametrize("turn_deg", [-40, -15, 20, 45])
def test_an_axis_turns_by_what_is_asked_for_and_no_other_does(normal, turn_deg):
    before = measure(normal.cleaned_mv, normal.beats, normal.waves)
    for wave in ("p", "qrs", "t"):
        after = measure(changed(normal, Change(**{f"{wave}_turn_deg": turn_deg})), normal.beats, normal.waves)
        for name in ("p", "qrs", "t"):
            turned = turned_deg(getattr(after, f"{name}_axis_deg"), getattr(before, f"{name}_axis_deg"))
            assert turned == pytest.approx(turn_deg if name == wave else 0, abs=2), (wave, name)


def test_turning_alone_changes_no_size_in_the_frontal_plane(normal):
    after = changed(normal, Change(qrs_turn_deg=-30))

    def size(signal):
        w = whole_beats(normal)[0]
        qrs = signal[:, w.qrs_onset : w.qrs_offset] - signal[:, w.qrs_onset : w.qrs_onset + 1]
        return np.hypot(qrs[0], 2 / np.sqrt(3) * qrs[5]).max()

    assert size(after) == pytest.approx(size(normal.cleaned_mv), rel=0.03)


def test_gain_lifts_the_qrs_and_not_the_t_wave(normal):
    before = normal.amplitudes
    after = amplitudes_of(normal, changed(normal, Change(frontal_gain=1.5, back_gain=1.5)))
    assert after.r["V5"] / before.r["V5"] == pytest.approx(1.5, abs=0.03)
    assert after.r["I"] / before.r["I"] == pytest.approx(1.5, abs=0.03)
    assert after.s["V1"] / before.s["V1"] == pytest.approx(1.5, abs=0.03)
    for lead in LEADS:
        assert after.t[lead] == pytest.approx(before.t[lead], abs=0.03)
        assert after.p[lead] == pytest.approx(before.p[lead], abs=0.005)


def test_back_gain_deepens_s_in_v1_to_v3_and_leaves_the_limb_leads(normal):
    signal = changed(normal, Change(back_gain=1.4))
    after = amplitudes_of(normal, signal)
    for lead in ("V1", "V2", "V3"):
        assert after.s[lead] > 1.15 * normal.amplitudes.s[lead]
    axis = measure(signal, normal.beats, normal.waves).qrs_axis_deg
    assert axis == pytest.approx(normal.measured.qrs_axis_deg, abs=2)
    assert after.r["I"] == pytest.approx(normal.amplitudes.r["I"], rel=0.05)


def test_t_gain(normal):
    after = amplitudes_of(normal, changed(normal, Change(t_gain=0.5)))
    for lead in ("II", "V2", "V3", "V4", "V5"):
        assert after.t[lead] / normal.amplitudes.t[lead] == pytest.approx(0.5, abs=0.05)
        assert after.r[lead] == pytest.approx(normal.amplitudes.r[lead], abs=0.02)


def test_widening_lengthens_the_qrs_at_the_cost_of_st(normal):
    after = changed(normal, Change(widen=1.2))
    for w in whole_beats(normal):
        onset, offset, t_onset = w.qrs_onset, w.qrs_offset, w.t_onset
        longer = round(1.2 * (offset - onset))
        in_qrs = after[:, onset : onset + longer]
        np.testing.assert_allclose(in_qrs.max(axis=1), normal.cleaned_mv[:, onset:offset].max(axis=1), atol=0.03)
        np.testing.assert_allclose(after[:, onset + longer], normal.cleaned_mv[:, offset], atol=0.03)
        np.testing.assert_allclose(
            after[:, t_onset : w.t_offset], normal.cleaned_mv[:, t_onset : w.t_offset], atol=1e-3
        )


def test_a_wider_qrs_is_found_wider(normal):
    again = analyse(Recording(changed(normal, Change(widen=1.2)), 500.0, "", None))
    found, was = again.measured, normal.measured
    assert len(again.waves) == len(normal.waves)
    assert 1.08 * was.qrs_duration_ms < found.qrs_duration_ms <= 1.2 * was.qrs_duration_ms
    assert found.pr_interval_ms == pytest.approx(was.pr_interval_ms, abs=4)
    assert found.qt_interval_ms == pytest.approx(was.qt_interval_ms, abs=4)


def test_the_qrs_cannot_reach_into_the_t_wave(normal):
    after = changed(normal, Change(widen=5.0))
    for w in whole_beats(normal):
        np.testing.assert_allclose(
            after[:, w.t_onset : w.t_offset], normal.cleaned_mv[:, w.t_onset : w.t_offset], atol=1e-3
        )


def test_secondary_change_turns_t_against_the_qrs(tall):
    after = amplitudes_of(tall, changed(tall, Change(t_gain=0.6, secondary=1.2)))
    assert tall.amplitudes.t["V5"] > 0.1
    assert after.t["V5"] < -0.1
    assert after.t["V6"] < -0.1
    assert after.t["V1"] > tall.amplitudes.t["V1"]
    assert after.r["V5"] == pytest.approx(tall.amplitudes.r["V5"], rel=0.05)


def test_waves_without_boundaries_stay_as_they_are(normal):
    change = EVERY[-1]
    assert (changed(normal, change) != normal.cleaned_mv).any()
    np.testing.assert_allclose(apply(normal.cleaned_mv, [Waves()], change), normal.cleaned_mv, atol=1e-5)
    without_p = [replace(w, p_onset=None, p_offset=None) for w in normal.waves]
    np.testing.assert_allclose(apply(normal.cleaned_mv, without_p, Change(p_turn_deg=90)), normal.cleaned_mv, atol=1e-5)
    without_t = [replace(w, t_onset=None, t_offset=None) for w in normal.waves]
    after = apply(normal.cleaned_mv, without_t, Change(1.5, 1.5, t_gain=0.2, secondary=1.0))
    for w in whole_beats(normal):
        np.testing.assert_allclose(
            after[:, w.t_onset : w.t_offset], normal.cleaned_mv[:, w.t_onset : w.t_offset], atol=1e-5
        )


def test_every_beat_is_changed_and_the_time_between_them_is_not(normal):
    after = changed(normal, Change(frontal_gain=1.5, back_gain=1.5))
    for w in whole_beats(normal):
        assert np.abs(after - normal.cleaned_mv)[:, w.qrs_onset : w.qrs_offset].max() > 0.2
        if w.p_onset is not None and w.p_onset > 60:
            before_p = slice(w.p_onset - 30, w.p_onset - 10)
            np.testing.assert_allclose(after[:, before_p], normal.cleaned_mv[:, before_p], atol=1e-5)
