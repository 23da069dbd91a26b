from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.simulate import Heart, simulate
from lvm.measure import Amplitudes
from lvm.quality import Issue
from lvm.recording import LEADS, Measurements, Recording

NORMAL = Heart(seed=12)


def recording(heart=NORMAL, duration_s=10.0, sampling_rate_hz=500.0):
    signal_mv = simulate(heart, duration_s, sampling_rate_hz).signal_mv
    return Recording(signal_mv, sampling_rate_hz, "simulated", None)


def test_a_good_recording():
    given = recording()
    analysis = analyse(given)
    assert analysis.recording is given
    assert analysis.cleaned_mv.shape == analysis.network_mv.shape == (12, 5000)
    assert analysis.cleaned_mv.dtype == analysis.network_mv.dtype == np.float32
    assert len(analysis.beats) == len(analysis.waves) == 11
    assert analysis.r_peaks.tolist() == [beat.r for beat in analysis.beats]
    assert analysis.chosen == 5
    assert analysis.chosen_reason == "Beat 6 is the middle one of 10 usable beats (11 detected)."
    assert analysis.quality.usable
    assert analysis.quality.issues == ()
    assert isinstance(analysis.amplitudes, Amplitudes)


def test_the_window_is_cut_from_the_network_band_around_the_beat():
    analysis = analyse(recording())
    cut = analysis.window(5)
    r = analysis.beats[5].r
    part = analysis.network_mv[:, r - 150 : r + 300]
    np.testing.assert_allclose(cut.mv, part - np.median(part, axis=1, keepdims=True))


@pytest.mark.parametrize("sampling_rate_hz", [240.0, 250.0, 1000.0])
def test_other_sampling_rates_give_the_same_beats_and_measurements(sampling_rate_hz):
    quiet = replace(NORMAL, noise_uv=0)
    analysis, reference = analyse(recording(quiet, 10, sampling_rate_hz)), analyse(recording(quiet))
    np.testing.assert_allclose(analysis.r_peaks, reference.r_peaks, atol=1)
    assert analysis.measured.qrs_axis_deg == pytest.approx(reference.measured.qrs_axis_deg, abs=1.5)
    assert analysis.measured.qrs_duration_ms == pytest.approx(reference.measured.qrs_duration_ms, abs=6)
    for lead in LEADS:
        assert analysis.amplitudes.r[lead] == pytest.approx(reference.amplitudes.r[lead], abs=0.06)


def test_a_flat_lead_and_too_few_beats_are_named():
    given = recording(duration_s=2.0)
    given.signal_mv[LEADS.index("V2")] = 0
    analysis = analyse(given)
    assert analysis.flat_leads == ("V2",)
    assert not analysis.quality.usable
    assert analysis.quality.issues == (
        Issue("No signal in V2.", ("V2",), True),
        Issue("Only 1 of 2 detected beats can be used; at least 3 are needed.", (), True),
    )


def test_silence_has_no_beats_and_says_so():
    analysis = analyse(Recording(np.zeros((12, 5000), np.float32), 500.0, "silence", None))
    assert analysis.beats == analysis.waves == ()
    assert analysis.chosen is None
    assert analysis.chosen_reason == "No beat can be used."
    assert analysis.measured == Measurements()
    assert analysis.amplitudes is None
    assert analysis.quality.issues == (
        Issue("No signal in any lead.", LEADS, True),
        Issue("Only 0 of 0 detected beats can be used; at least 3 are needed.", (), True),
    )


def odd_signals():
    rng = np.random.default_rng(0)
    time_s = np.arange(5000) / 500
    spikes = np.zeros(5000)
    spikes[rng.integers(0, 5000, 40)] = 20
    one_pulse = np.zeros(5000)
    one_pulse[2500:2520] = 1
    return {
        "white noise": rng.normal(0, 1, (12, 5000)),
        "mains hum": np.tile(np.sin(2 * np.pi * 50 * time_s), (12, 1)),
        "slow sine": np.tile(np.sin(2 * np.pi * 1.2 * time_s), (12, 1)),
        "square wave": np.tile(np.sign(np.sin(2 * np.pi * 1.5 * time_s)), (12, 1)),
        "pacing spikes": np.tile(spikes, (12, 1)),
        "one pulse": np.tile(one_pulse, (12, 1)),
        "steps": np.cumsum(rng.integers(-1, 2, (12, 5000)), axis=1) / 10,
        "one second of noise": rng.normal(0, 1, (12, 500)),
        "one lead only": np.vstack([rng.normal(0, 1, (1, 5000)), np.zeros((11, 5000))]),
        "large offset": simulate(NORMAL).signal_mv + 300,
        "one lead beyond all measure": simulate(NORMAL).signal_mv * np.where(np.arange(12) == 7, 1e25, 1)[:, None],
        "next to nothing": simulate(NORMAL).signal_mv * 1e-40,
        "two values": rng.integers(0, 2, (12, 5000)),
        "a constant": np.full((12, 5000), 5.0),
        "one sample": np.pad(np.full((12, 1), 20.0), ((0, 0), (2500, 2499))),
        "silent halfway": simulate(NORMAL).signal_mv * (np.arange(5000) < 2500),
        "one second of ECG": simulate(NORMAL).signal_mv[:, :500],
        "limb leads of zeros": simulate(NORMAL).signal_mv * (np.arange(12) > 5)[:, None],
        "the same in all leads": np.tile(simulate(NORMAL).signal_mv[:1], (12, 1)),
    }


@pytest.mark.parametrize("sampling_rate_hz", [100.0, 500.0])
@pytest.mark.parametrize("name", odd_signals())
def test_any_signal_is_analysed_without_an_error(name, sampling_rate_hz):
    signal_mv = odd_signals()[name].astype(np.float32)
    analysis = analyse(Recording(signal_mv, sampling_rate_hz, name, None, device=Measurements(heart_rate_bpm=60)))
    assert len(analysis.beats) == len(analysis.waves)
    assert np.isfinite(analysis.network_mv).all()
    for i in range(len(analysis.beats)):
        assert np.isfinite(analysis.window(i).mv).all()
    issues = analysis.quality.issues
    assert [issue.affects_estimate for issue in issues] == sorted(
        (issue.affects_estimate for issue in issues), reverse=True
    )
    for issue in issues:
        assert len(issue.what) <= 140
        assert issue.leads == tuple(lead for lead in LEADS if lead in issue.leads)
    assert not analysis.quality.usable or name == "large offset" or name == "silent halfway"
