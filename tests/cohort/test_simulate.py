from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.simulate import DOWER, Heart, simulate, true_measurements
from lvm.recording import LEADS, Recording

QUIET = Heart(noise_uv=0, wander_mv=0, rr_variability=0)
WOMAN = Heart(qrs_gain=0.95, qrs_axis_deg=54, qrs_duration_ms=86, t_amplitude_mv=0.17, t_anterior_mv=0.22)
ROW = {lead: row for row, lead in enumerate(LEADS)}


def at(simulated, seconds):
    """(12, n) noise-free samples at the given times of a 10 kHz simulation."""
    return simulated.signal_mv[:, np.rint(np.asarray(seconds) * 10_000).astype(int)]


def test_shape_type_and_unit():
    simulated = simulate(Heart(), duration_s=7.5, sampling_rate_hz=400)
    assert simulated.signal_mv.shape == (12, 3000)
    assert simulated.signal_mv.dtype == np.float32
    assert simulated.sampling_rate_hz == 400.0
    assert 0.5 < np.abs(simulated.signal_mv).max() < 3


def test_the_same_heart_gives_the_same_samples_and_another_seed_does_not():
    first, again = simulate(Heart(seed=7)), simulate(Heart(seed=7))
    np.testing.assert_array_equal(first.signal_mv, again.signal_mv)
    assert first.beats == again.beats
    assert not np.array_equal(first.signal_mv, simulate(Heart(seed=8)).signal_mv)


def test_einthoven_and_goldberger_hold_with_noise_and_wander():
    i, ii, iii, avr, avl, avf = simulate(Heart(noise_uv=50, wander_mv=0.5)).signal_mv[:6].astype(np.float64)
    np.testing.assert_allclose(iii, ii - i, atol=5e-7)
    np.testing.assert_allclose(avr, -(i + ii) / 2, atol=5e-7)
    np.testing.assert_allclose(avl, (i - iii) / 2, atol=5e-7)
    np.testing.assert_allclose(avf, (ii + iii) / 2, atol=5e-7)


def test_eight_leads_are_one_dipole():
    eight = simulate(QUIET).signal_mv[[ROW[lead] for lead in DOWER]].astype(np.float64)
    dipole, *_ = np.linalg.lstsq(np.array(list(DOWER.values())), eight, rcond=None)
    np.testing.assert_allclose(np.array(list(DOWER.values())) @ dipole, eight, atol=1e-6)


def test_dower_matrix_is_the_published_one():
    assert DOWER["V2"] == (0.044, 0.164, -1.387)
    assert DOWER["II"] == (0.235, 1.066, -0.132)
    third = np.subtract(DOWER["II"], DOWER["I"])
    assert third == pytest.approx([-0.397, 1.301, -0.191], abs=1e-9)  # the row printed for III


def test_waves_begin_and_end_where_the_truth_says():
    simulated = simulate(QUIET, duration_s=3, sampling_rate_hz=10_000)
    beat, following = simulated.beats[1], simulated.beats[2]
    size = np.abs(simulated.signal_mv).max(axis=0)
    step = 1e-3
    silent = [
        (beat.p_offset_s + step / 10, beat.qrs_onset_s - step / 10),
        (beat.t_offset_s + step / 10, following.p_onset_s - step / 10),
    ]
    for start_s, end_s in silent:
        assert size[int(start_s * 10_000) + 1 : int(end_s * 10_000)].max() == 0
    outside = at(simulated, [beat.p_onset_s - step, beat.qrs_onset_s - step, beat.t_offset_s + step])
    inside = at(simulated, [beat.p_onset_s + step, beat.qrs_onset_s + step, beat.t_offset_s - step])
    assert np.abs(outside).max() == 0
    assert (np.abs(inside).max(axis=0) > 1e-5).all()


def test_intervals_are_those_asked_for():
    heart = replace(QUIET, heart_rate_bpm=60, pr_interval_ms=180, p_duration_ms=110, qrs_duration_ms=100, qtc_ms=420)
    beat = simulate(heart).beats[3]
    assert (beat.qrs_onset_s - beat.p_onset_s) * 1000 == pytest.approx(180)
    assert (beat.p_offset_s - beat.p_onset_s) * 1000 == pytest.approx(110)
    assert (beat.qrs_offset_s - beat.qrs_onset_s) * 1000 == pytest.approx(100)
    assert (beat.t_offset_s - beat.qrs_onset_s) * 1000 == pytest.approx(420)
    assert beat.qrs_offset_s < beat.t_onset_s < beat.t_offset_s
    assert np.diff(simulate(heart).r_s) == pytest.approx(1.0)


@pytest.mark.parametrize(("rate_bpm", "qt_ms"), [(45, 445.8), (60, 405.0), (100, 341.6), (140, 305.3)])
def test_qt_follows_the_rate_by_fridericia(rate_bpm, qt_ms):
    assert Heart(heart_rate_bpm=rate_bpm).qt_interval_ms == pytest.approx(qt_ms, abs=0.1)


def test_r_peak_is_where_the_eight_leads_are_largest():
    simulated = simulate(QUIET, duration_s=1, sampling_rate_hz=10_000)
    eight = simulated.signal_mv[[ROW[lead] for lead in DOWER]]
    assert np.linalg.norm(eight, axis=0).argmax() / 10_000 == pytest.approx(simulated.r_s[0], abs=3e-4)


@pytest.mark.parametrize("axis_deg", [-170, -60, 0, 30, 75, 120, 179])
def test_axes_are_those_asked_for(axis_deg):
    heart = replace(QUIET, p_axis_deg=axis_deg, qrs_axis_deg=axis_deg, t_axis_deg=axis_deg)
    true = true_measurements(heart)
    assert true.p_axis_deg == pytest.approx(axis_deg, abs=0.01)
    # The ST shift lies partly inside the QRS.
    assert true.qrs_axis_deg == pytest.approx(axis_deg, abs=0.5)
    assert true.t_axis_deg == pytest.approx(axis_deg, abs=0.01)


def test_secondary_st_t_change_is_opposite_to_the_qrs_and_hardly_turns_its_axis():
    true = true_measurements(replace(QUIET, qrs_axis_deg=10, t_amplitude_mv=0, t_anterior_mv=0, strain_mv=0.3))
    assert true.qrs_axis_deg == pytest.approx(10, abs=0.5)
    assert true.t_axis_deg == pytest.approx(-170, abs=0.01)


@pytest.mark.parametrize(
    ("heart", "normal_mv"),
    [
        (
            Heart(),
            "RI .77 RII .76 RaVL .41 SV1 .89 SV2 1.45 SV3 .95 RV4 1.52 RV5 1.55 RV6 1.18 TV2 .64 TV5 .40",
        ),
        (
            WOMAN,
            "RI .59 RII .95 RaVL .21 SV1 .85 SV2 1.23 SV3 .68 RV4 1.15 RV5 1.23 RV6 1.09 TV2 .36 TV5 .28",
        ),
    ],
    ids=["man", "woman"],
)
def test_amplitudes_are_near_the_medians_of_normals_in_ptbxl(heart, normal_mv):
    simulated = simulate(heart)
    found = analyse(Recording(simulated.signal_mv, 500.0, "simulated", None)).amplitudes
    words = normal_mv.split()
    for wave, normal in zip(words[::2], map(float, words[1::2]), strict=True):
        value = getattr(found, wave[0].lower())[wave[1:]]
        assert value == pytest.approx(normal, rel=0.33), wave


def test_shape_of_a_normal_ecg():
    simulated = simulate(Heart())
    found = analyse(Recording(simulated.signal_mv, 500.0, "simulated", None)).amplitudes
    r, s, t = found.r, found.s, found.t
    assert r["V1"] < r["V2"] < r["V3"] < r["V4"] + 0.01
    assert 0.05 < r["V1"] < s["V1"]
    assert r["V2"] < s["V2"]
    assert r["V4"] > 2 * s["V4"]
    assert r["V6"] > 10 * s["V6"]
    assert all(t[lead] > 0.1 for lead in ("I", "II", "V3", "V4", "V5", "V6"))
    assert t["aVR"] < -0.1
    assert s["aVR"] > 0.5


def test_premature_beats_come_early_without_p_wave_and_are_followed_by_a_pause():
    heart = replace(QUIET, heart_rate_bpm=60, premature_beats=(2,))
    beats = simulate(heart).beats
    r_s = [beat.r_s for beat in beats]
    assert np.diff(r_s)[:4] == pytest.approx([1.0, 0.62, 1.38, 1.0])
    assert [beat.premature for beat in beats[:4]] == [False, False, True, False]
    assert beats[2].p_onset_s is None
    assert beats[2].p_offset_s is None
    assert beats[2].qrs_offset_s - beats[2].qrs_onset_s == pytest.approx(0.150)
    assert beats[2].t_offset_s < beats[3].p_onset_s


def test_rr_varies_as_asked():
    rr = np.diff(simulate(Heart(rr_variability=0.05), duration_s=300, sampling_rate_hz=100).r_s)
    assert np.mean(rr) == pytest.approx(60 / 64, rel=0.02)
    assert np.std(rr) / np.mean(rr) == pytest.approx(0.05, rel=0.15)


def test_noise_is_white_and_of_the_size_asked_for():
    noise = simulate(replace(QUIET, noise_uv=20)).signal_mv - simulate(QUIET).signal_mv
    assert np.std(noise[[0, 1, 6, 11]], axis=1) * 1000 == pytest.approx(20, rel=0.05)
    assert abs(np.corrcoef(noise[6], noise[7])[0, 1]) < 0.05
    assert abs(np.corrcoef(noise[6, 1:], noise[6, :-1])[0, 1]) < 0.05


def test_sampling_rate_changes_the_samples_times_only():
    fast, slow = simulate(QUIET, sampling_rate_hz=1000), simulate(QUIET, sampling_rate_hz=250)
    np.testing.assert_array_equal(fast.signal_mv[:, ::4], slow.signal_mv)
    assert fast.beats == slow.beats
