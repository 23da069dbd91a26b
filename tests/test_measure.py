from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.beats import Beat
from lvm.cohort.simulate import Heart, simulate, true_measurements
from lvm.measure import amplitudes, measure
from lvm.read import read
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
    signal[ROW["II"], 110:130] += 0.15  # P upright, ST elevated at J and less so later
    signal[ROW["II"], 220:260] += 0.12
    signal[ROW["II"], 245:260] -= 0.04
    signal[ROW["aVR"], 110:130] -= 0.11
    signal[ROW["V1"], 204:215] += 1.8  # r, S, R'
    found = amplitudes(signal, (Beat(200),), (MARKS,))
    assert (found.r["V1"], found.s["V1"], found.r_prime["V1"]) == pytest.approx((0.7, 1.1, 0.7))
    assert (found.q["V5"], found.r["V5"], found.s["V5"], found.r_prime["V5"]) == pytest.approx((0.3, 1.7, 0.25, 0))
    assert (found.q["V3"], found.r["V3"], found.s["V3"]) == pytest.approx((0.0, 0.0, 0.9))
    assert (found.r["II"], found.s["II"]) == (0.0, 0.0)
    assert (found.t["V5"], found.t["V2"]) == pytest.approx((-0.2, 0.6))
    assert (found.p["II"], found.p["aVR"]) == pytest.approx((0.15, -0.11))
    assert (found.st_j["II"], found.st_j60["II"]) == pytest.approx((0.12, 0.08))
    for wave in (found.q, found.r, found.s, found.r_prime, found.p, found.st_j, found.st_j60, found.t):
        assert tuple(wave) == LEADS


def test_leads_can_be_made_unknown():
    found = amplitudes(by_hand(0), (Beat(200),), (Waves(None, None, 180, 220),)).without(("V2", "V3"))
    assert "V2" not in found.r
    assert "V3" not in found.st_j
    assert found.r["V1"] == pytest.approx(1.0)
    assert found.t is None


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
    p = clean.signal_mv[:, int(beat.p_onset_s * 5000) : int(beat.p_offset_s * 5000)]
    for lead in ("II", "aVR"):
        assert found.p[lead] == pytest.approx(p[ROW[lead]][np.abs(p[ROW[lead]]).argmax()], abs=0.02)


def test_st_level_of_a_secondary_change():
    strained = analyse(Recording(simulate(replace(NORMAL, strain_mv=0.4)).signal_mv, 500.0, "simulated", None))
    normal = analyse(Recording(simulate(NORMAL).signal_mv, 500.0, "simulated", None))
    assert strained.amplitudes.st_j60["V5"] < -0.1
    assert normal.amplitudes.st_j60["V5"] > 0


def test_a_real_beat_has_the_amplitudes_that_cardiosoft_measured(shared):
    data = (shared / "ecg-files/ge_cardiosoft_xml/ecgprocess_example-XML1.xml").read_bytes()
    beat = read(data).representative.signal_mv
    measured = ElementTree.fromstring(data).find("RestingECGMeasurements")
    marks = [int(measured.findtext(mark)) // 2 for mark in ("POnset", "POffset", "QOnset", "QOffset", "TOffset")]
    found = amplitudes(beat, (Beat(240),), (Waves(*marks[:4], marks[3] + 40, marks[4]),))
    for wave, tag in (("q", "Q"), ("r", "R"), ("s", "S"), ("r_prime", "R1"), ("st_j", "J")):
        texts = measured.findtext(f"MeasurementTable/{tag}Amplitude").split(",")
        theirs_mv = np.array([float(text.strip() or 0) / 1000 for text in texts])
        theirs_mv[(np.abs(theirs_mv) < 0.05) & (wave != "st_j")] = 0  # no wave by our rule
        np.testing.assert_allclose(list(getattr(found, wave).values()), theirs_mv, atol=0.025)


def test_a_real_beat_has_the_amplitudes_that_schiller_measured(shared):
    data = (shared / "ecg-files/schiller_sema_xml/cvrg_schiller.xml").read_bytes()
    beat = read(data).representative.signal_mv
    event = ElementTree.fromstring(data).find("eventdata/event")
    stated = {one.findtext("name"): one.findtext("value") for one in event.findall("annotation_global")}
    marks = [int(stated[mark]) for mark in ("P_ON", "P_OFF", "QRS_ON", "QRS_OFF", "T_OFF")]
    found = amplitudes(beat, (Beat(280),), (Waves(*marks[:4], marks[3] + 40, marks[4]),))
    for lead, channel in zip(LEADS, event.find("wavedata").findall("channel"), strict=True):
        theirs = {one.findtext("name"): float(one.findtext("value")) for one in channel.findall("annotation_lead")}
        deepest = max(found.q[lead], found.s[lead])  # of a QS complex Schiller makes a Q
        assert found.r[lead] == pytest.approx(theirs["R_AMPL"] if theirs["R_AMPL"] >= 0.05 else 0, abs=0.02)
        assert -deepest == pytest.approx(min(theirs["Q_AMPL"], theirs["S_AMPL"]), abs=0.065)
        assert found.st_j[lead] == pytest.approx(theirs["J_AMPL"], abs=0.025)
