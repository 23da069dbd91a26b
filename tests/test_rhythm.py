from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import resample_poly

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.cohort.ptbxl import _read_signal
from lvm.cohort.simulate import Heart, simulate
from lvm.read import read
from lvm.recording import Recording
from lvm.rhythm import Rhythm, rhythm
from tests.helpers import recording

FIBRILLATION = Heart(p_amplitude_mv=0.0, rr_variability=0.22, heart_rate_bpm=85)


def at(signal_mv, sampling_rate_hz=500.0):
    return rhythm(analyse(Recording(signal_mv.astype(np.float32), sampling_rate_hz, "made", None)))


def fibrillating(heart=FIBRILLATION):
    """Waves of 0.05 mV, about six a second and never in step with the QRS, in all leads but those across the atria."""
    signal = simulate(heart).signal_mv.copy()
    time_s = np.arange(signal.shape[1]) / 500
    phase = 2 * np.pi * (6.2 * time_s + 0.6 * np.sin(2 * np.pi * 0.31 * time_s))
    return signal + 0.05 * np.sin(phase) * np.linspace(0.3, 1, 12)[:, None]


def paced(sampling_rate_hz=500.0, every=1, before_ms=70.0, height_mv=1.5, low_pass=True):
    """A wide QRS with a spike before it, as an amplifier up to 150 Hz draws it."""
    simulated = simulate(Heart(qrs_duration_ms=150, p_amplitude_mv=0), sampling_rate_hz=1000)
    signal = simulated.signal_mv.copy()
    for r_s in simulated.r_s[::every]:
        place = round(1000 * r_s - before_ms)
        if place > 0:
            signal[:, place : place + 2] += height_mv * np.linspace(1, 0.3, 12)[:, None]
    ratio = int(sampling_rate_hz)
    return resample_poly(signal, ratio, 1000, axis=1)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.key)
def test_the_simulated_patients_are_in_sinus_rhythm(example):
    found = rhythm(analyse(read(example.data())))
    assert found.spikes == 0
    assert found.p_likeness > 0.99
    assert not found.paced
    assert not found.fibrillation_suspected


def test_fibrillation_is_suspected_where_the_ventricles_are_irregular_and_no_p_wave_returns():
    found = at(fibrillating())
    assert found.irregularity == pytest.approx(0.21, abs=0.03)
    assert abs(found.p_likeness) < 0.15
    assert found.fibrillation_suspected
    assert not found.paced


def test_neither_of_the_two_signs_alone_will_do():
    with_p_waves = at(simulate(replace(FIBRILLATION, p_amplitude_mv=0.12)).signal_mv)
    assert with_p_waves.irregularity > 0.15
    assert with_p_waves.p_likeness > 0.9
    regular = at(fibrillating(replace(FIBRILLATION, rr_variability=0.0)))
    assert regular.irregularity < 0.01
    assert regular.p_likeness < 0.4
    assert not with_p_waves.fibrillation_suspected
    assert not regular.fibrillation_suspected


@pytest.mark.parametrize("premature", [(4,), (3, 8), (2, 5, 8), (1, 3, 5, 7, 9)], ids=["one", "two", "three", "every"])
def test_premature_beats_are_no_fibrillation(premature):
    found = rhythm(analyse(recording(Heart(heart_rate_bpm=75, premature_beats=premature))))
    assert found.p_likeness > 0.9
    assert not found.fibrillation_suspected


def test_noise_does_not_make_fibrillation_of_sinus_arrhythmia():
    noisy = rhythm(analyse(recording(Heart(rr_variability=0.15, noise_uv=40.0))))
    assert noisy.irregularity > 0.08
    assert noisy.p_likeness > 0.6


@pytest.mark.parametrize("sampling_rate_hz", [250.0, 500.0, 1000.0])
def test_pacing_spikes(sampling_rate_hz):
    found = at(paced(sampling_rate_hz), sampling_rate_hz)
    assert found.beats == 11
    assert found.spikes >= 10
    assert found.paced


def test_spikes_before_some_beats_are_enough_and_before_two_are_not():
    assert at(paced(every=3)).spikes == 4
    assert at(paced(every=3)).paced
    assert at(paced(every=6)).spikes <= 2
    assert not at(paced(every=6)).paced


def test_spikes_that_keep_no_step_with_the_qrs_are_no_pacing():
    signal = simulate(Heart()).signal_mv.copy()
    signal[:, 137::273] += 0.8
    assert not at(signal).paced


@pytest.mark.parametrize("noise_uv", [5.0, 60.0])
def test_a_sharp_qrs_and_muscle_noise_are_no_spikes(noise_uv):
    found = rhythm(analyse(recording(Heart(qrs_duration_ms=72, qrs_gain=2.0, noise_uv=noise_uv))))
    assert found.spikes == 0


def test_what_is_sampled_too_slowly_shows_no_spike():
    assert at(paced(125.0), 125.0).spikes == 0


def test_too_few_beats_say_nothing():
    short = simulate(Heart(heart_rate_bpm=60), duration_s=3).signal_mv
    found = at(short)
    assert found == Rhythm(beats=3, spikes=0, irregularity=None, p_likeness=None)
    assert not found.fibrillation_suspected
    assert at(np.zeros((12, 5000))) == Rhythm(beats=0, spikes=0, irregularity=None, p_likeness=None)
    assert not Rhythm(0, 0, None, None).paced


@pytest.mark.parametrize(
    ("records", "is_paced", "fibrillates"),
    [
        ((143, 144, 190), True, False),
        ((152, 181, 282, 307, 318, 321, 330, 337), False, True),
        ((255, 256, 266, 316, 349), False, False),  # sinus rhythm with premature beats, bigeminy too
        ((11, 19, 50, 76, 163, 176, 284), False, False),  # sinus arrhythmia
        ((1, 162, 165, 166, 251), False, False),  # sharp QRS, noise
    ],
    ids=["paced", "fibrillation", "premature beats", "sinus arrhythmia", "sharp or noisy"],
)
def test_records_of_ptb_xl(shared, records, is_paced, fibrillates):
    folder = shared / "ecg-data" / "ptbxl" / "records500" / "00000"
    found = {number: at(_read_signal(folder / f"{number:05}_hr.hea")) for number in records}
    assert {number for number, one in found.items() if one.paced} == (set(records) if is_paced else set())
    assert {number for number, one in found.items() if one.fibrillation_suspected} == (
        set(records) if fibrillates else set()
    )
