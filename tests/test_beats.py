from dataclasses import replace

import numpy as np
import pytest

from lvm import beats
from lvm.analysis import analyse
from lvm.beats import Beat, choose, find_beats, find_r_peaks, flat_leads, premature, window
from lvm.clean import clean, network_band
from lvm.cohort.simulate import Heart, simulate
from lvm.recording import LEADS, Recording

NORMAL = Heart(seed=5)
LOW_VOLTAGE = replace(NORMAL, qrs_gain=0.3, p_amplitude_mv=0.05, t_amplitude_mv=0.08, t_anterior_mv=0.1)
TALL_T = replace(NORMAL, t_amplitude_mv=0.6, t_anterior_mv=0.9)

HEARTS = {
    "45/min": replace(NORMAL, heart_rate_bpm=45),
    "60/min": replace(NORMAL, heart_rate_bpm=60),
    "100/min": replace(NORMAL, heart_rate_bpm=100),
    "140/min": replace(NORMAL, heart_rate_bpm=140, pr_interval_ms=130),
    "tall T": TALL_T,
    "tall T at 140/min": replace(TALL_T, heart_rate_bpm=140, pr_interval_ms=130),
    "low voltage": LOW_VOLTAGE,
    "low voltage, noise and wander": replace(LOW_VOLTAGE, noise_uv=20, wander_mv=0.3),
    "low voltage, tall T": replace(NORMAL, qrs_gain=0.3),
    "LV hypertrophy": replace(NORMAL, qrs_gain=1.8, qrs_axis_deg=0, strain_mv=0.3),
    "wide QRS": replace(NORMAL, qrs_duration_ms=150, qtc_ms=440),
    "right axis": replace(NORMAL, qrs_axis_deg=120),
    "irregular": replace(NORMAL, rr_variability=0.15),
    "premature beat": replace(NORMAL, premature_beats=(4,)),
    "every second beat premature": replace(NORMAL, premature_beats=(1, 3, 5, 7, 9)),
}


def cleaned(heart, duration_s=10.0):
    return clean(simulate(heart, duration_s).signal_mv, 500)


def network(heart, duration_s=10.0):
    return network_band(cleaned(heart, duration_s))


def r_peaks_of(heart, duration_s=10.0):
    signal = cleaned(heart, duration_s)
    return analyse(Recording(signal, 500.0, "simulated", None)).r_peaks


def beats_of(signal):
    """Beats of a signal in the network's band, at the R peaks of the normal heart."""
    return find_beats(signal, r_peaks_of(NORMAL), [None] * len(r_peaks_of(NORMAL)))


@pytest.mark.parametrize("name", HEARTS)
def test_every_r_peak_is_found_within_10_ms_and_nothing_else(name):
    truth_s = np.array([b.r_s for b in simulate(HEARTS[name]).beats if b.qrs_onset_s > 0.01 and b.qrs_offset_s < 9.99])
    found = r_peaks_of(HEARTS[name])
    assert len(found) == len(truth_s)
    np.testing.assert_allclose(found / 500, truth_s, atol=0.010)


def bumps(*at, mv=1.0, half_width=15):
    """(12, 4000): a raised cosine of 60 ms around each sample, the same in all leads."""
    signal = np.zeros((12, 4000), np.float32)
    for r in at:
        signal[:, r - half_width : r + half_width] += mv * np.hanning(2 * half_width)
    return signal


def test_r_is_the_highest_point_of_its_qrs():
    found = find_r_peaks(bumps(1000, 2000), [(960, 1040), (1960, 2040)])
    assert found == [pytest.approx(1000, abs=1), pytest.approx(2000, abs=1)]


def test_what_is_not_steep_is_no_qrs():
    slow = bumps(1000, 2000) + bumps(3000, half_width=150)
    assert find_r_peaks(slow, [(960, 1040), (1960, 2040), (2900, 3100)])[2] is None
    noise = np.random.default_rng(0).normal(0, 0.02, (12, 4000)).astype(np.float32)
    assert find_r_peaks(noise, [(960, 1040), (1960, 2040)]) == [None, None]
    assert find_r_peaks(np.zeros((12, 5000), np.float32), []) == []


@pytest.mark.parametrize("signal_mv", [np.zeros((12, 5000)), np.random.default_rng(1).normal(0, 0.02, (12, 5000))])
def test_no_beat_in_silence_or_noise(signal_mv):
    assert analyse(Recording(signal_mv.astype(np.float32), 500.0, "made", None)).beats == ()


@pytest.mark.parametrize(("rate_bpm", "qrs_ms"), [(110, 200), (160, 170), (180, 150), (200, 90)])
def test_wide_and_fast_at_once(rate_bpm, qrs_ms):
    heart = replace(NORMAL, heart_rate_bpm=rate_bpm, qrs_duration_ms=qrs_ms, pr_interval_ms=130)
    found = r_peaks_of(heart)
    assert len(found) == pytest.approx(len(simulate(heart).r_s), abs=2)


def test_one_artefact_hides_nothing():
    heart = replace(NORMAL, qrs_duration_ms=100)
    signal = simulate(heart).signal_mv.copy()
    signal[:, 2700:2800] += 20 * np.hanning(100)
    analysis = analyse(Recording(signal, 500.0, "simulated", None))
    clean = analyse(Recording(simulate(heart).signal_mv, 500.0, "simulated", None))
    assert len(analysis.beats) in (len(clean.beats), len(clean.beats) + 1)
    assert analysis.measured.qrs_duration_ms == pytest.approx(clean.measured.qrs_duration_ms, abs=6)
    assert analysis.measured.pr_interval_ms == pytest.approx(clean.measured.pr_interval_ms, abs=6)


def test_ventricular_bigeminy_leaves_the_normal_beats():
    bigeminy = simulate(HEARTS["every second beat premature"]).signal_mv
    reasons = [beat.reason for beat in analyse(Recording(bigeminy, 500.0, "simulated", None)).beats]
    assert reasons[1:9:2] == ["premature"] * 4
    assert reasons[2:8:2] == [""] * 3


def test_one_beat_alone_is_found():
    found = r_peaks_of(replace(NORMAL, heart_rate_bpm=40), duration_s=1.2)
    assert found.tolist() == [pytest.approx(225, abs=5)]


def ramp():
    """(12, 5000): every sample its own index, every lead its own slope, so that a cut tells where it was made."""
    return (np.arange(5000) * np.arange(1, 13)[:, None]).astype(np.float32)


def test_window_is_300_ms_before_to_600_ms_after_and_synchronous():
    cut = window(ramp(), np.array([500, 1500, 2500]), 1)
    assert cut.mv.shape == (12, 450)
    assert cut.mv.dtype == np.float32
    assert (cut.start, cut.stop) == (0, 450)
    instants = ramp()[0, 1350:1800]
    for lead in range(12):
        np.testing.assert_allclose(cut.mv[lead], (lead + 1) * (instants - np.median(instants)))


def test_each_lead_has_its_own_median_as_zero():
    signal = ramp() + np.arange(12, dtype=np.float32)[:, None] * 7
    cut = window(signal, np.array([500, 1500, 2500]), 1)
    np.testing.assert_allclose(np.median(cut.mv, axis=1), 0)


def test_window_ends_120_ms_before_the_next_r_and_the_rest_is_zero():
    cut = window(ramp(), np.array([1000, 1500, 1750]), 1)
    assert (cut.start, cut.stop) == (0, 1750 - 60 - 1350)
    assert (cut.mv[:, 340:] == 0).all()
    part = ramp()[:, 1350:1690]
    np.testing.assert_allclose(cut.mv[:, :340], part - np.median(part, axis=1, keepdims=True))


def test_window_begins_120_ms_after_the_r_before_and_the_rest_is_zero():
    cut = window(ramp(), np.array([1300, 1500, 2500]), 1)
    assert (cut.start, cut.stop) == (1300 + 60 - 1350, 450)
    assert (cut.mv[:, :10] == 0).all()
    np.testing.assert_allclose(np.median(cut.mv[:, 10:], axis=1), 0)


@pytest.mark.parametrize("r_peaks", [[1000, 1130, 1260], [1000, 1121, 1242], [1000, 1120, 1240], [1000, 1080, 1160]])
def test_no_sample_within_120_ms_of_a_neighbour_is_ever_used(r_peaks):
    """The neighbours' 120 ms hold 1000 mV each; nothing of it may show, even where nothing else is left."""
    signal = np.zeros((12, 3000), np.float32)
    for neighbour in (r_peaks[0], r_peaks[2]):
        signal[:, neighbour - 59 : neighbour + 60] = 1000
    signal[:, r_peaks[1]] = 1
    cut = window(signal, np.array(r_peaks), 1)
    assert np.abs(cut.mv).max() <= 1
    assert cut.start <= cut.stop


@pytest.mark.parametrize(("r", "start", "stop"), [(100, 50, 450), (4900, 0, 250)])
def test_window_beyond_the_recording_is_zero(r, start, stop):
    cut = window(ramp() + 5, np.array([r]), 0)
    assert (cut.start, cut.stop) == (start, stop)
    outside = np.ones(450, bool)
    outside[start:stop] = False
    assert (cut.mv[:, outside] == 0).all()
    assert (np.diff(cut.mv[:, start:stop], axis=1) > 0).all()


@pytest.mark.parametrize("name", HEARTS)
def test_windows_of_real_shapes_hold_no_neighbours_r(name):
    signal, r_peaks = network(HEARTS[name]), r_peaks_of(HEARTS[name])
    for i, r in enumerate(r_peaks):
        cut = window(signal, r_peaks, i)
        used = set(range(r - 150 + cut.start, r - 150 + cut.stop))
        for neighbour in {*r_peaks[max(0, i - 1) : i + 2].tolist()} - {int(r)}:
            nearest = min((abs(sample - neighbour) for sample in used), default=60)
            assert nearest >= 60


def test_premature_beat_is_flagged_and_the_beat_after_it_is_not():
    analysis = analyse(Recording(simulate(HEARTS["premature beat"]).signal_mv, 500.0, "simulated", None))
    reasons = [beat.reason for beat in analysis.beats]
    assert reasons[:10] == ["", "", "", "", "premature", "", "", "", "", ""]


@pytest.mark.parametrize(
    ("rr", "early"),
    [
        ([400] * 6, []),
        ([400, 400, 250, 550, 400, 400], [3]),
        ([300, 500, 300, 500, 300, 500], [1, 3, 5]),  # bigeminy
        ([400, 400, 1200, 400, 400, 400], []),  # a pause
        ([400], []),
        ([], []),
    ],
    ids=["regular", "one premature", "bigeminy", "pause", "two beats", "one beat"],
)
def test_premature_is_short_of_the_usual_rr(rr, early):
    r_peaks = np.cumsum([500, *rr])
    assert np.flatnonzero(premature(r_peaks)).tolist() == early


def test_beat_that_ends_or_begins_outside_is_flagged():
    # R at 0.45 s begins inside; without the first 0.2 s it does not.
    signal, r_peaks = network(NORMAL)[:, 100:4700], r_peaks_of(NORMAL) - 100
    r_peaks = r_peaks[r_peaks < 4600]
    found = find_beats(signal, r_peaks, [None] * len(r_peaks))
    assert found[0].reason == "first: begins before the recording"
    assert found[-1].reason == "last: ends after the recording"
    assert all(beat.usable for beat in found[1:-1])


def test_beat_of_another_shape_is_flagged():
    signal = network(NORMAL)
    r = r_peaks_of(NORMAL)[4]
    signal[:, r - 40 : r + 150] *= np.float32(-1)
    assert [b.reason for b in beats_of(signal)][3:6] == ["", "different shape", ""]


def test_noise_is_flagged_and_a_wandering_baseline_is_not():
    signal = network(NORMAL)
    r = r_peaks_of(NORMAL)[4]
    assert all(beat.usable for beat in beats_of(signal)[:-1])
    wander = 0.3 * np.sin(2 * np.pi * 0.25 * np.arange(5000) / 500).astype(np.float32)
    assert all(beat.usable for beat in beats_of(signal + wander)[:-1])
    signal[:, r + 60 : r + 160] += np.random.default_rng(0).normal(0, 0.4, (12, 100)).astype(np.float32)
    assert [b.reason for b in beats_of(signal)][3:6] == ["", "noise", ""]


def test_beat_whose_t_wave_reaches_into_the_next_qrs_is_flagged():
    signal, r_peaks = network(NORMAL), r_peaks_of(NORMAL)
    t_offsets = [int(r) + 170 for r in r_peaks]
    t_offsets[3] = int(r_peaks[4]) - 59
    found = find_beats(signal, r_peaks, t_offsets)
    assert [beat.reason for beat in found[:-1]] == ["", "", "", "overlaps the next beat"] + [""] * (len(found) - 5)


def test_middle_usable_beat_is_chosen():
    found = tuple(Beat(400 * i, "" if i in (1, 2, 5, 6, 8) else "premature") for i in range(10))
    assert choose(found) == (5, "Beat 6 is the middle one of 5 usable beats (10 detected).")
    assert choose(found[:7])[0] == 5
    assert choose((Beat(0, "premature"),)) == (None, "No beat can be used.")
    assert choose(()) == (None, "No beat can be used.")


def test_beat_knows_its_time():
    assert Beat(1250).r_s == 2.5
    assert Beat(1250).usable
    assert not Beat(1250, "premature").usable


def test_flat_leads_are_named():
    signal = simulate(NORMAL).signal_mv.copy()
    assert flat_leads(signal) == ()
    signal[LEADS.index("V3")] = 2.0
    signal[LEADS.index("III")] = 0.0
    assert flat_leads(signal) == ("III", "V3")


def test_constants_of_the_window():
    assert (beats.BEFORE_R, beats.AFTER_R, beats.WINDOW, beats.NEIGHBOUR_QRS) == (150, 300, 450, 60)
