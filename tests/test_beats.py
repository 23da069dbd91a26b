from dataclasses import replace

import numpy as np
import pytest

from lvm import beats
from lvm.beats import Beat, choose, find_beats, find_r_peaks, flat_leads, window
from lvm.clean import clean, network_band
from lvm.cohort.simulate import Heart, simulate
from lvm.recording import LEADS

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


def network(heart, duration_s=10.0):
    return network_band(clean(simulate(heart, duration_s).signal_mv, 500))


@pytest.mark.parametrize("name", HEARTS)
def test_every_r_peak_is_found_within_10_ms_and_nothing_else(name):
    truth_s = simulate(HEARTS[name]).r_s
    found = find_r_peaks(network(HEARTS[name]))
    assert len(found) == len(truth_s)
    np.testing.assert_allclose(found / 500, truth_s, atol=0.010)


def test_no_r_peak_in_silence():
    assert find_r_peaks(np.zeros((12, 5000), np.float32)).size == 0
    assert find_beats(np.zeros((12, 5000), np.float32)) == ()


def test_one_beat_alone_is_found():
    heart = replace(NORMAL, heart_rate_bpm=40)
    found = find_beats(network(heart, duration_s=1.2))
    assert [beat.r for beat in found] == [pytest.approx(225, abs=5)]


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
    signal = network(HEARTS[name])
    r_peaks = find_r_peaks(signal)
    for i, r in enumerate(r_peaks):
        cut = window(signal, r_peaks, i)
        used = set(range(r - 150 + cut.start, r - 150 + cut.stop))
        for neighbour in {*r_peaks[max(0, i - 1) : i + 2]} - {r}:
            nearest = min((abs(sample - neighbour) for sample in used), default=60)
            assert nearest >= 60


def test_premature_beat_is_flagged_and_the_beat_after_it_is_not():
    reasons = [beat.reason for beat in find_beats(network(HEARTS["premature beat"]))]
    assert reasons == ["", "", "", "", "premature", "", "", "", "", "", "last: ends after the recording"]


def test_beat_that_ends_or_begins_outside_is_flagged():
    # R at 0.45 s begins inside; without the first 0.2 s it does not.
    signal = network(NORMAL)[:, 100:]
    found = find_beats(signal)
    assert found[0].reason == "first: begins before the recording"
    assert found[-1].reason == "last: ends after the recording"
    assert all(beat.usable for beat in found[1:-1])


def test_beat_of_another_shape_is_flagged():
    signal = network(NORMAL)
    r = find_r_peaks(signal)[4]
    signal[:, r - 40 : r + 150] *= np.float32(-1)
    assert find_beats(signal)[4].reason == "different shape or noise"


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
