"""QTc, RR intervals, the intrinsicoid time and the P terminal force: see lvm.measure.Timing."""

from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.beats import Beat
from lvm.cohort.simulate import Heart, simulate
from lvm.measure import qtc_bazett_ms, qtc_fridericia_ms, timing
from lvm.recording import LEADS, Recording
from lvm.waves import Waves

NORMAL = Heart(seed=9)
ROW = {lead: row for row, lead in enumerate(LEADS)}


@pytest.mark.parametrize(
    ("rate_bpm", "bazett_ms", "fridericia_ms"), [(60, 400, 400), (100, 516.4, 474.3), (40, 326.6, 349.4)]
)
def test_qtc_by_both_formulas(rate_bpm, bazett_ms, fridericia_ms):
    assert qtc_bazett_ms(400, rate_bpm) == pytest.approx(bazett_ms, abs=0.05)
    assert qtc_fridericia_ms(400, rate_bpm) == pytest.approx(fridericia_ms, abs=0.05)


@pytest.mark.parametrize(("qt_ms", "rate_bpm"), [(None, 60), (400, None), (400, 0)])
def test_qtc_needs_both(qt_ms, rate_bpm):
    assert qtc_bazett_ms(qt_ms, rate_bpm) is None
    assert qtc_fridericia_ms(qt_ms, rate_bpm) is None


NOTHING = np.zeros((12, 4000), np.float32)


def beats_at(ms, reasons=None):
    return tuple(Beat(at // 2, reason) for at, reason in zip(ms, reasons or [""] * len(ms), strict=True))


def test_rr_over_all_beats():
    found = timing(NOTHING, beats_at([1000, 1800, 2700, 3600]), (Waves(),) * 4)  # RR 800, 900, 900
    assert found.rr_mean_ms == 866.7
    assert found.rr_sd_ms == 57.7  # of a sample
    assert found.rmssd_ms == 70.7  # of changes by 100 and 0


@pytest.mark.parametrize("reason", ["premature", "different shape or noise"])
def test_premature_beats_count_in_the_irregularity_of_the_pulse_only(reason):
    ms = [1000, 1800, 2640, 3100, 4300, 5100, 5940]  # RR 800, 840, 460, 1200, 800, 840
    found = timing(NOTHING, beats_at(ms, ["first: begins early", "", "", reason, "", "", ""]), (Waves(),) * 7)
    assert found.rr_sd_ms == 234.7
    assert found.rmssd_ms == 40.0
    assert timing(NOTHING, beats_at(ms), (Waves(),) * 7).rmssd_ms == 40.0  # it comes early, whatever is said of it


@pytest.mark.parametrize("beats", [0, 1, 2, 3])
def test_rr_of_few_beats(beats):
    found = timing(NOTHING, beats_at([1000, 1800, 2600][:beats]), (Waves(),) * beats)
    known = (found.rr_mean_ms, found.rr_sd_ms, found.rmssd_ms)
    assert known == [(None, None, None), (None, None, None), (800, None, None), (800, 0, 0)][beats]


def test_intrinsicoid_time_is_that_of_the_last_r():
    signal = np.zeros((12, 500), np.float32)
    signal[ROW["V1"], [184, 190, 200]] = [0.3, -0.8, 0.4]  # r, S, R'
    signal[ROW["V5"], [183, 195]] = [-0.2, 1.5]
    signal[ROW["V6"], 190] = -0.9
    found = timing(signal, (Beat(190),), (Waves(None, None, 180, 220),)).intrinsicoid_ms
    assert found == {"V1": 40.0, "V5": 30.0, "V6": None}


def test_intrinsicoid_time_is_a_median_over_usable_beats():
    signal = np.zeros((12, 2000), np.float32)
    for beat, after_ms in enumerate([40, 90, 50, 48]):
        signal[ROW["V5"], 100 + 500 * beat + after_ms // 2] = 1.0
    beats = (Beat(120), Beat(620, "premature"), Beat(1120), Beat(1620))
    waves = tuple(Waves(None, None, 100 + 500 * i, 150 + 500 * i) for i in range(4))
    assert timing(signal, beats, waves).intrinsicoid_ms["V5"] == 48.0


def test_p_terminal_force_is_from_the_level_at_p_onset():
    signal = np.zeros((12, 500), np.float32)
    signal[ROW["V1"], :] = 0.3
    signal[ROW["V1"], 101:120] = 0.4
    signal[ROW["V1"], 120:150] = 0.2  # 1 mm deep for 60 ms
    signal[ROW["V1"], 150:181] = 0.35  # a PR segment that is not level
    found = timing(signal, (Beat(200),), (Waves(100, 150, 180, 220),))
    assert found.p_terminal_force_mm_s == pytest.approx(0.06, rel=0.05)
    assert timing(signal, (Beat(200),), (Waves(None, None, 180, 220),)).p_terminal_force_mm_s is None


def test_what_flat_leads_show_is_unknown():
    found = timing(NOTHING, (Beat(200),), (Waves(100, 150, 180, 220),))
    assert found.p_terminal_force_mm_s == 0
    assert found.without(("V1",)).p_terminal_force_mm_s is None
    signal = np.zeros((12, 500), np.float32)
    signal[ROW["V6"], 200] = 1.0
    of_v6 = timing(signal, (Beat(200),), (Waves(None, None, 180, 220),))
    assert of_v6.without(("V5",)) == of_v6
    assert of_v6.without(("V6",)).intrinsicoid_ms["V6"] is None


def test_times_of_a_simulated_heart():
    heart = replace(NORMAL, heart_rate_bpm=80, rr_variability=0.0, qtc_ms=420)
    clean = simulate(replace(heart, noise_uv=0, wander_mv=0), sampling_rate_hz=5000)
    beat = clean.beats[4]
    qrs = clean.signal_mv[:, int(beat.qrs_onset_s * 5000) : int(beat.qrs_offset_s * 5000)]
    analysis = analyse(Recording(simulate(heart).signal_mv, 500.0, "simulated", None))
    found = timing(analysis.cleaned_mv, analysis.beats, analysis.waves)
    assert found.qtc_fridericia_ms == pytest.approx(420, abs=25)
    assert found.qtc_bazett_ms > found.qtc_fridericia_ms + 10
    assert found.rr_mean_ms == pytest.approx(750, abs=2)
    assert found.rr_sd_ms < 4
    assert found.rmssd_ms < 6
    for lead, ms in found.intrinsicoid_ms.items():
        assert ms == pytest.approx(qrs[ROW[lead]].argmax() / 5, abs=9)


def test_premature_beats_of_a_simulated_heart_make_the_pulse_irregular():
    heart = replace(NORMAL, heart_rate_bpm=70, rr_variability=0.01, premature_beats=(3, 7))
    analysis = analyse(Recording(simulate(heart).signal_mv, 500.0, "simulated", None))
    found = timing(analysis.cleaned_mv, analysis.beats, analysis.waves)
    assert found.rr_sd_ms > 150
    assert found.rmssd_ms < 40


def test_a_premature_beat_at_the_end_is_left_out_of_rmssd():
    ms = [1000, 1900, 2800, 3700, 4600, 5200]
    beats = beats_at(ms, ["", "", "", "", "", "last: ends after the recording"])
    assert timing(NOTHING, beats, (Waves(),) * 6).rmssd_ms == 0.0
