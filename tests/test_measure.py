from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.beats import Beat
from lvm.cohort.simulate import Heart, simulate, true_measurements
from lvm.measure import amplitudes, measure
from lvm.recording import LEADS, Measurements, Recording
from lvm.waves import Waves

NORMAL = Heart(seed=9)
ROW = {lead: row for row, lead in enumerate(LEADS)}
MARKS = Waves(100, 140, 180, 220, 260, 340)


def apart(angle, other):
    return abs((angle - other + 180) % 360 - 180)


def by_hand(axis_deg, offset_mv=0.0, shift=0):
    """(12, 500) of blocks: P of 0.1 mV, QRS of 1 mV, T of 0.3 mV along axis_deg, on top of an offset."""
    wave = np.zeros(500)
    wave[100 + shift : 140 + shift] = 0.1
    wave[180 + shift : 220 + shift] = 1.0
    wave[260 + shift : 340 + shift] = 0.3
    angle = np.radians(axis_deg)
    i, avf = np.cos(angle) * wave, np.sqrt(3) / 2 * np.sin(angle) * wave
    ii = avf + i / 2
    limb = [i, ii, ii - i, -(i + ii) / 2, i - ii / 2, avf]
    signal = np.vstack([*limb, *([wave] * 6)]) + offset_mv
    # The level is taken up to and including the sample of QRS onset: the block begins after it.
    signal[:, 180 + shift] = offset_mv
    return signal.astype(np.float32)


@pytest.mark.parametrize("axis_deg", [-180, -135, -90, -45, 0, 30, 90, 150])
@pytest.mark.parametrize("offset_mv", [0.0, 2.0])
def test_axes_of_a_known_dipole(axis_deg, offset_mv):
    measured = measure(by_hand(axis_deg, offset_mv), (Beat(200),), (MARKS,))
    for axis in (measured.p_axis_deg, measured.qrs_axis_deg, measured.t_axis_deg):
        assert apart(axis, axis_deg) < 0.2
        assert -180 <= axis < 180


def test_intervals_by_hand():
    beats = tuple(Beat(200 + 400 * i) for i in range(3))
    waves = tuple(Waves(*(mark + 400 * i for mark in (100, 140, 180, 220, 260, 340))) for i in range(3))
    measured = measure(np.tile(by_hand(40), 3)[:, :1500], beats, waves)
    assert measured.pr_interval_ms == 160.0
    assert measured.qrs_duration_ms == 80.0
    assert measured.qt_interval_ms == 320.0
    assert measured.heart_rate_bpm == 75.0


def test_values_are_medians_over_the_usable_beats():
    durations = [80, 90, 400, 100]
    beats = (Beat(200), Beat(600), Beat(1000, "premature"), Beat(1400))
    waves = tuple(Waves(None, None, 180, 180 + ms // 2) for ms in durations)
    assert measure(by_hand(0), beats, waves).qrs_duration_ms == 90.0


@pytest.mark.parametrize(("axes_deg", "expected"), [([170, -170, 178], 178.0), ([-90, -80, -100], -90.0)])
def test_median_axis_does_not_break_at_180(axes_deg, expected):
    signal = np.hstack([by_hand(axis) for axis in axes_deg])
    beats = tuple(Beat(200 + 500 * i) for i in range(3))
    waves = tuple(Waves(None, None, 180 + 500 * i, 220 + 500 * i) for i in range(3))
    assert apart(measure(signal, beats, waves).qrs_axis_deg, expected) < 0.2


def test_what_was_not_found_is_none():
    assert measure(by_hand(0), (Beat(200),), (Waves(),)) == Measurements()
    assert measure(by_hand(0), (), ()) == Measurements()
    without_t = measure(by_hand(0), (Beat(200),), (Waves(None, None, 180, 220),))
    assert without_t.qrs_duration_ms == 80.0
    assert without_t.t_axis_deg is without_t.qt_interval_ms is without_t.p_axis_deg is None


@pytest.mark.parametrize("axis_deg", [-50, -20, 10, 45, 80, 110])
def test_axes_of_simulated_hearts(axis_deg):
    heart = replace(NORMAL, qrs_axis_deg=axis_deg)
    analysis = analyse(Recording(simulate(heart).signal_mv, 500.0, "simulated", None))
    true = true_measurements(heart)
    assert apart(analysis.measured.qrs_axis_deg, true.qrs_axis_deg) < 4
    assert apart(analysis.measured.t_axis_deg, true.t_axis_deg) < 8
    assert apart(analysis.measured.p_axis_deg, true.p_axis_deg) < 15


def test_intervals_of_a_simulated_heart():
    analysis = analyse(Recording(simulate(NORMAL).signal_mv, 500.0, "simulated", None))
    true, measured = true_measurements(NORMAL), analysis.measured
    assert measured.heart_rate_bpm == pytest.approx(true.heart_rate_bpm, abs=2)
    assert measured.pr_interval_ms == pytest.approx(true.pr_interval_ms, abs=16)
    assert measured.qrs_duration_ms == pytest.approx(true.qrs_duration_ms, abs=10)
    assert measured.qt_interval_ms == pytest.approx(true.qt_interval_ms, abs=20)


def test_amplitudes_by_hand():
    signal = np.zeros((12, 500), np.float32) + 0.5
    signal[ROW["V1"], 185:195] += 0.2  # r, then S
    signal[ROW["V1"], 195:215] -= 1.1
    signal[ROW["V5"], 183:187] -= 0.3  # q, then R, then s
    signal[ROW["V5"], 187:205] += 1.7
    signal[ROW["V5"], 205:212] -= 0.25
    signal[ROW["V3"], 185:215] -= 0.9  # QS
    signal[ROW["V5"], 280:300] -= 0.2  # inverted T
    signal[ROW["V2"], 280:300] += 0.6
    found = amplitudes(signal, (Beat(200),), (MARKS,))
    assert (found.r["V1"], found.s["V1"]) == pytest.approx((0.2, 1.1))
    assert (found.r["V5"], found.s["V5"]) == pytest.approx((1.7, 0.25))
    assert (found.r["V3"], found.s["V3"]) == pytest.approx((0.0, 0.9))
    assert (found.r["II"], found.s["II"]) == (0.0, 0.0)
    assert (found.t["V5"], found.t["V2"]) == pytest.approx((-0.2, 0.6))
    assert tuple(found.r) == tuple(found.s) == tuple(found.t) == LEADS


def test_amplitudes_are_medians_over_usable_beats_with_a_qrs():
    signal = np.hstack([by_hand(0) * size for size in (1.0, 1.2, 5.0, 1.4)])
    beats = (Beat(200), Beat(700), Beat(1200, "premature"), Beat(1700))
    waves = tuple(Waves(None, None, 180 + 500 * i, 220 + 500 * i) for i in range(4))
    found = amplitudes(signal, beats, waves)
    assert found.r["V1"] == pytest.approx(1.2)
    assert found.t is None


def test_no_amplitudes_without_a_qrs():
    assert amplitudes(by_hand(0), (Beat(200),), (Waves(),)) is None
    assert amplitudes(by_hand(0), (Beat(200, "premature"),), (MARKS,)) is None


def test_amplitudes_of_a_simulated_heart_are_those_of_its_noise_free_beat():
    clean = simulate(replace(NORMAL, noise_uv=0, wander_mv=0), sampling_rate_hz=5000)
    beat = clean.beats[4]
    qrs = clean.signal_mv[:, int(beat.qrs_onset_s * 5000) : int(beat.qrs_offset_s * 5000)]
    found = analyse(Recording(simulate(NORMAL).signal_mv, 500.0, "simulated", None)).amplitudes
    for lead in ("I", "II", "V1", "V2", "V4", "V5", "V6"):
        assert found.r[lead] == pytest.approx(qrs[ROW[lead]].max(), abs=0.06)
    for lead in ("V1", "V2", "V3"):
        assert found.s[lead] == pytest.approx(-qrs[ROW[lead]].min(), abs=0.06)
