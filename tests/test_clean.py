import numpy as np
import pytest

from lvm.clean import SAMPLING_RATE_HZ, clean, diagnostic_band, network_band, resample

MIDDLE = slice(1000, 4000)  # of 10 s at 500 Hz: away from the ends


def sine(hz, sampling_rate_hz, duration_s=10.0, leads=1):
    time_s = np.arange(round(duration_s * sampling_rate_hz)) / sampling_rate_hz
    return np.tile(np.sin(2 * np.pi * hz * time_s), (leads, 1)).astype(np.float32)


def gain(filtered, hz):
    """Amplitude of the part of the middle that is in phase with the sine, and of the part a quarter turn away."""
    time_s = np.arange(5000)[MIDDLE] / SAMPLING_RATE_HZ
    turn = np.exp(-2j * np.pi * hz * time_s)
    part = 2j * (filtered[0, MIDDLE] * turn).mean()
    return part.real, part.imag


@pytest.mark.parametrize("sampling_rate_hz", [240, 250, 977, 1000])
@pytest.mark.parametrize("hz", [1.0, 10.0, 40.0])
def test_resampling_keeps_amplitude_and_time(sampling_rate_hz, hz):
    resampled = resample(sine(hz, sampling_rate_hz), sampling_rate_hz)
    assert resampled.dtype == np.float32
    assert abs(resampled.shape[1] - 5000) <= 2
    np.testing.assert_allclose(resampled[:, MIDDLE], sine(hz, 500)[:, MIDDLE], atol=0.01)


@pytest.mark.parametrize("sampling_rate_hz", [250, 1000])
def test_resampling_puts_a_pulse_where_it_was(sampling_rate_hz):
    time_s = np.arange(10 * sampling_rate_hz) / sampling_rate_hz
    pulse = np.exp(-(((time_s - 5.0) / 0.01) ** 2)).astype(np.float32)[None]
    resampled = resample(pulse, sampling_rate_hz)
    assert resampled[0].argmax() == 2500
    assert resampled[0].max() == pytest.approx(1.0, abs=0.005)


def test_resampling_does_not_bend_the_ends_of_an_offset_signal():
    resampled = resample(np.full((12, 2500), 3.0, np.float32), 250)
    np.testing.assert_allclose(resampled, 3.0, rtol=1e-3)


def test_nothing_is_resampled_at_500_hz():
    signal = sine(10, 500)
    assert resample(signal, 500.0) is signal


@pytest.mark.parametrize("hz", [2.0, 5.0, 20.0, 60.0])
def test_pass_band_keeps_amplitude_and_phase(hz):
    real, imaginary = gain(clean(sine(hz, 500), 500), hz)
    assert real == pytest.approx(1, abs=0.01)
    assert imaginary == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("hz", "expected"), [(0.5, 0.7071), (150.0, 0.7071), (1.0, 0.975), (100.0, 0.994)])
def test_gain_of_the_cleaned_band(hz, expected):
    """3 dB down at the stated edges, both passes together."""
    real, imaginary = gain(clean(sine(hz, 500), 500), hz)
    assert real == pytest.approx(expected, abs=0.02)
    assert imaginary == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(("hz", "expected"), [(40.0, 0.7071), (10.0, 1.0), (25.0, 0.992), (100.0, 0.0)])
def test_gain_of_the_network_band(hz, expected):
    real, imaginary = gain(network_band(sine(hz, 500)), hz)
    assert real == pytest.approx(expected, abs=0.02)
    assert imaginary == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("hz", "expected"), [(0.05, 0.7071), (0.1, 0.975), (1.0, 1.0), (40.0, 1.0), (150.0, 0.7071)])
def test_gain_of_the_diagnostic_band(hz, expected):
    filtered = diagnostic_band(sine(hz, 500, duration_s=120), 500)
    assert np.sqrt(2) * filtered[0, 20_000:40_000].std() == pytest.approx(expected, abs=0.02)


def test_the_diagnostic_band_lets_a_level_sag_less():
    """One second of 0.2 mV, on an offset of 5 mV, which is not kept."""
    signal = np.full((1, 5000), 5.0, np.float32)
    signal[:, 2250:2750] += 0.2
    shown, cleaned = diagnostic_band(signal, 500)[0], clean(signal, 500)[0]
    assert abs(float(shown.mean())) < 0.05
    assert np.ptp(shown[2280:2720]) < 0.005 < np.ptp(cleaned[2280:2720])


def test_mains_hum_is_damped_in_the_network_band():
    assert abs(gain(network_band(sine(50.0, 500)), 50.0)[0]) < 0.28
    assert abs(gain(network_band(sine(60.0, 500)), 60.0)[0]) < 0.08


def test_both_filters_are_zero_phase():
    impulse = np.zeros((1, 5001), np.float32)
    impulse[0, 2500] = 1
    for filtered in (clean(impulse, 500), network_band(impulse)):
        np.testing.assert_allclose(filtered, filtered[:, ::-1], atol=1e-5)
        assert filtered[0].argmax() == 2500


def test_offset_and_drift_are_removed():
    time_s = np.arange(5000) / 500
    signal = np.tile(-9.0 + 0.2 * time_s, (12, 1)).astype(np.float32)
    cleaned = np.abs(clean(signal, 500))
    assert cleaned[:, 750:-750].max() < 0.01
    assert cleaned.max() < 0.06  # the mirror makes a kink of a drift at the ends


def test_a_recording_that_begins_inside_a_wave_gets_no_dip():
    signal = np.zeros((12, 5000), np.float32)
    signal[:, :50] = np.linspace(0.7, 0, 50)
    assert clean(signal, 500)[:, 60:].min() > -0.08


@pytest.mark.parametrize("samples", [600, 1000, 2500])
def test_short_recordings_keep_their_length(samples):
    cleaned = clean(np.ones((12, samples), np.float32), 500)
    assert cleaned.shape == (12, samples)
    assert cleaned.dtype == np.float32
    assert cleaned.flags["C_CONTIGUOUS"]
