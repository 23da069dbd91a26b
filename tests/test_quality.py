from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.ptbxl import _read_signal
from lvm.cohort.simulate import Heart, simulate
from lvm.quality import Issue
from lvm.read import read
from lvm.recording import LEADS, LIMB, PRECORDIAL, Measurements, Recording
from tests.read.edit import FILES

HEART = Heart(seed=12)
TIME_S = np.arange(5000) / 500


@cache
def normal():
    return simulate(HEART).signal_mv.astype(np.float64)


def good():
    return normal().copy()


def row(lead):
    return LEADS.index(lead)


def issues(signal_mv, rate_hz=500.0, derived=(), device_bpm=None):
    device = Measurements(heart_rate_bpm=device_bpm)
    given = Recording(signal_mv.astype(np.float32), rate_hz, "changed", None, device=device, derived_leads=derived)
    return analyse(given).quality.issues


def twelve(i, ii, chest):
    return np.vstack([i, ii, ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2, chest])


def changed(**by_lead):
    signal = good()
    for lead, change in by_lead.items():
        signal[row(lead)] = change(signal[row(lead)])
    return signal


def noise(size_mv, seed=0, below_hz=250.0, above_hz=0.0):
    """5000 samples at 500 Hz of noise in a band, with this root mean square."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(5000))
    hz = np.fft.rfftfreq(5000, 1 / 500)
    made = np.fft.irfft(np.where((hz >= above_hz) & (hz <= below_hz), spectrum, 0), 5000)
    return made * size_mv / made.std()


def test_a_good_recording_has_no_issue():
    assert issues(good()) == ()
    assert issues(good(), derived=("III", "aVR", "aVL", "aVF"), device_bpm=64.0) == ()
    assert issues(np.round(good() / 0.005)[:, ::2] * 0.005, rate_hz=250.0) == ()


# No signal


@pytest.mark.parametrize(
    ("leads", "what"),
    [
        (("V3",), "No signal in V3."),
        (("III", "aVF", "V6"), "No signal in III, aVF and V6."),
        (PRECORDIAL, "No signal in any of the chest leads. Check the chest electrodes."),
        (LIMB, "No signal in any of the limb leads. Check the arm and leg electrodes."),
    ],
)
def test_flat_leads(leads, what):
    signal = good()
    signal[[row(lead) for lead in leads]] = 0
    assert Issue(what, leads, True) == issues(signal)[0]


def test_mains_hum_alone_is_no_signal():
    signal = changed(V4=lambda v: 0.1 * np.sin(2 * np.pi * 60 * TIME_S))
    found = issues(signal)
    assert found[0] == Issue("No signal in V4.", ("V4",), True)
    assert found[1] == Issue("Mains hum of 60 Hz in V4, up to 66 µV. Voltages read there are too high.", ("V4",), False)


def test_a_signal_that_stops_for_a_while():
    signal = good()
    signal[row("V2"), 2000:2751] = signal[row("V2"), 2000]
    assert issues(signal) == (Issue("The signal in V2 is interrupted for up to 1.5 s. Record again.", ("V2",), True),)
    signal = good()
    signal[row("V2"), 2000:2400] = signal[row("V2"), 2000]
    assert issues(signal) == ()


def test_leads_recorded_in_turn_are_interrupted():
    signal = good()
    for start, columns in enumerate((slice(0, 3), slice(3, 6), slice(6, 9), slice(9, 12))):
        silent = np.ones(5000, dtype=bool)
        silent[start * 1250 : start * 1250 + 1250] = False
        signal[columns, silent] = 0
    assert "The signal in all leads is interrupted for up to 7.5 s. Record again." in [i.what for i in issues(signal)]


def test_an_empty_end_in_all_leads_does_no_harm():
    signal = good()
    signal[:, 4000:] = 0
    assert issues(signal) == (Issue("No lead has a signal for 2.0 s of the recording.", (), False),)


# One lead by itself


@pytest.mark.parametrize("rate_hz", [500, 250])
def test_a_clipped_lead(rate_hz):
    signal = changed(V5=lambda v: np.clip(v, -9, 0.6 * v.max()))[:, :: 500 // rate_hz]
    what = "The signal in V5 is cut off at the recorder's limit. Record again."
    assert issues(signal, rate_hz) == (Issue(what, ("V5",), True),)


def test_an_offset_and_a_wandering_baseline_are_notes():
    assert issues(changed(V3=lambda v: v - 9)) == (Issue("The baseline of V3 lies -8.96 mV off zero.", ("V3",), False),)
    wandering = changed(V1=lambda v: v + 3 * np.sin(2 * np.pi * 0.1 * TIME_S))
    (issue,) = issues(wandering)
    assert issue.what == "The baseline of V1 wanders by 6.07 mV. Check the electrodes' contact."
    assert (issue.leads, issue.affects_estimate) == (("V1",), False)


def test_muscle_noise_is_a_note():
    (issue,) = issues(changed(V2=lambda v: v + noise(0.08, above_hz=60, below_hz=140)))
    assert issue.what == "Muscle or other noise in V2, up to 76 µV. Voltages read there are too high."
    assert (issue.leads, issue.affects_estimate) == (("V2",), False)


def test_noise_in_one_lead_is_a_note_until_it_hides_the_heartbeats():
    (issue,) = issues(changed(V4=lambda v: v + noise(0.35, above_hz=1, below_hz=8)))
    assert issue.what.startswith("Noise or a moving baseline in V4, up to ")
    assert (issue.leads, issue.affects_estimate) == (("V4",), False)
    found = issues(changed(V4=lambda v: noise(0.4, above_hz=1, below_hz=20)))
    what = "Noise hides the heartbeats in V4. Check the electrodes and record again."
    assert Issue(what, ("V4",), True) in found
    assert not any("swapped" in issue.what for issue in found)


def test_noise_in_all_leads_is_one_note_for_all():
    i, ii, *chest = (noise(0.14, seed, above_hz=0.5, below_hz=3) for seed in range(8))
    shaken = good() + twelve(i, ii, chest)
    (issue,) = issues(shaken)
    assert issue.what.startswith("Noise or a moving baseline, 1")
    assert issue.what.endswith("% of the QRS in most leads.")
    assert (issue.leads, issue.affects_estimate) == ((), False)


# Leads against each other


def test_an_upside_down_avr():
    what = "aVR is upside down against the other limb leads. Record again, or correct the file."
    assert issues(changed(aVR=np.negative)) == (Issue(what, ("aVR",), True),)


@pytest.mark.parametrize("lead", ["II", "aVF", "aVR"])
def test_a_limb_lead_with_another_gain(lead):
    what = f"{lead} is 1.5 times as tall as the other limb leads make it. Record again, or correct the file."
    assert issues(changed(**{lead: lambda v: 1.5 * v})) == (Issue(what, (lead,), True),)


def test_a_limb_lead_of_something_else():
    found = issues(changed(III=lambda v: np.roll(normal()[row("V3")], 137)))
    what = "III does not fit the other limb leads. Record again, or correct the file."
    assert found[0] == Issue(what, ("III",), True)


@pytest.mark.parametrize(("one", "other"), [("I", "II"), ("aVL", "aVF"), ("III", "aVR")])
def test_limb_leads_in_each_others_place(one, other):
    signal = good()
    signal[[row(one), row(other)]] = signal[[row(other), row(one)]]
    what = f"{one} and {other} are stored in each other's place. Export the ECG again."
    assert issues(signal) == (Issue(what, (one, other), True),)


def test_three_limb_leads_cannot_tell_which_one_is_wrong():
    what = "I, II and III do not fit each other as II = I + III demands. Record again."
    found = issues(changed(III=lambda v: 3 * v), derived=("aVR", "aVL", "aVF"))
    assert found == (Issue(what, ("I", "II", "III"), True),)


def test_derived_limb_leads_are_not_checked():
    assert issues(changed(aVF=lambda v: 1.5 * v), derived=("III", "aVR", "aVL", "aVF")) == ()


def test_a_moment_of_misfit_is_no_misfit():
    signal = good()
    signal[row("II"), 1000:1010] += 3
    assert not any(issue.affects_estimate for issue in issues(signal))


def reversed_electrodes(kind):
    """The algebra at the top of lvm.electrodes, from I and II before the exchange."""
    i, ii, chest = good()[0], good()[1], good()[6:]
    iii = ii - i
    return {
        "RA-LA": twelve(-i, iii, chest),
        "RA-LL": twelve(-iii, -ii, chest),
        "LA-LL": twelve(ii, i, chest),
        "RA-N": twelve(-iii, 0 * ii, chest - ii / 3),
        "RA-N, leaking": twelve(-iii - 0.05 * ii, 0.05 * ii, chest - ii / 3),
        "LA-N": twelve(ii, ii, chest - iii / 3),
    }[kind]


@pytest.mark.parametrize(
    ("kind", "what", "leads"),
    [
        ("RA-LA", "The arm electrodes look swapped: I is upside down against V5 and V6. Record again.", ("I",)),
        (
            "RA-LL",
            "The right arm and left leg electrodes look swapped: II is upside down against V5 and V6. Record again.",
            ("II",),
        ),
        ("RA-N", "II is almost flat: the right arm and right leg electrodes look swapped. Record again.", ("II",)),
        (
            "RA-N, leaking",
            "II is almost flat: the right arm and right leg electrodes look swapped. Record again.",
            ("II",),
        ),
        ("LA-N", "III is almost flat: the left arm and right leg electrodes look swapped. Record again.", ("III",)),
    ],
)
def test_limb_electrodes_in_each_others_place(kind, what, leads):
    assert issues(reversed_electrodes(kind)) == (Issue(what, leads, True),)


def test_left_arm_and_left_leg_cannot_be_told_from_another_heart():
    assert issues(reversed_electrodes("LA-LL")) == ()


def test_a_lost_lead_is_no_exchange_of_electrodes():
    assert issues(changed(II=np.zeros_like)) == (Issue("No signal in II.", ("II",), True),)


@pytest.mark.parametrize(("one", "other"), [("V1", "V2"), ("V2", "V3"), ("V3", "V4"), ("V1", "V3"), ("V2", "V6")])
def test_chest_electrodes_in_each_others_place(one, other):
    signal = good()
    signal[[row(one), row(other)]] = signal[[row(other), row(one)]]
    (issue,) = issues(signal)
    what = f"The electrodes of {one} and {other} may be swapped: exchanged, they fit their neighbours better."
    assert (issue.what, issue.leads) == (what, (one, other))


@pytest.mark.parametrize(("factor", "times"), [(10.0, "12"), (0.05, "0.068")])
def test_a_chest_lead_with_another_gain(factor, times):
    found = issues(changed(V3=lambda v: factor * v))
    what = f"The QRS in V3 is {times} times as tall as in the median chest lead: check its gain."
    assert [issue for issue in found if issue.affects_estimate][-1] == Issue(what, ("V3",), True)


def test_a_lead_stored_twice():
    what = "The same signal is stored more than once: V2 and V3. Export the ECG again from the source."
    assert Issue(what, ("V2", "V3"), True) in issues(changed(V3=lambda v: normal()[row("V2")] + 0.2))


def test_a_calibration_signal_in_all_leads():
    pulses = np.tile((TIME_S % 1 < 0.2).astype(float), (12, 1))
    found = issues(pulses)
    assert found[0] == Issue("All leads are the same signal: a calibration or test signal, not an ECG.", (), True)


# The whole


@pytest.mark.parametrize(("gain", "height"), [(8.0, "15.6"), (0.09, "0.176")])
def test_an_implausible_height(gain, height):
    what = f"The tallest QRS, in V3, is {height} mV high: check the unit and the gain."
    assert Issue(what, ("V3",), True) in issues(good() * gain)


def test_the_devices_heart_rate():
    def said(device_bpm):
        return issues(good(), device_bpm=device_bpm)

    assert said(64) == said(60) == said(0) == ()
    what = "The beats found make 64/min, the device counted {}/min: " + (
        "a wrong sampling rate, or beats missed or counted twice."
    )
    assert said(130) == (Issue(what.format(130), (), True),)
    assert said(32) == (Issue(what.format(32), (), True),)
    assert said(54) == (Issue(what.format(54), (), False),)


def test_an_impossible_heart_rate():
    fast = issues(simulate(replace(HEART, heart_rate_bpm=66)).signal_mv, rate_hz=2000.0)
    what = "The beats found make 264/min: the sampling rate is wrong, or these are no heartbeats."
    assert all(issue.what == what or issue.what.startswith("Only ") for issue in fast if issue.affects_estimate)
    assert any(issue.affects_estimate for issue in fast)


def test_one_beat_repeated_is_a_note():
    beat = good()[:, 2010:2500]
    fade = np.minimum(1, np.minimum(np.arange(490), np.arange(490)[::-1]) / 40)
    repeated = np.tile((beat - np.median(beat, axis=1, keepdims=True)) * fade, (1, 11))
    what = "All beats are exactly alike: one beat repeated, or a simulator, not a heart's rhythm."
    assert Issue(what, (), False) in issues(repeated)


def test_what_withholds_the_estimate_comes_first():
    signal = changed(V1=lambda v: v - 9, V2=np.zeros_like)
    assert [issue.affects_estimate for issue in issues(signal)] == [True, False]


# Real recordings


@pytest.mark.parametrize("kind", ["Philips", "MUSE", "CardioSoft", "Schiller", "DICOM"])
def test_real_files_have_no_issue(shared, kind):
    assert analyse(read((shared / "ecg-files" / FILES[kind]).read_bytes())).quality.issues == ()


def test_a_real_file_with_an_offset_lead_keeps_its_estimate(shared):
    quality = analyse(read((shared / "ecg-files" / FILES["aECG"]).read_bytes())).quality
    assert quality.usable
    assert Issue("The baseline of V3 lies -8.65 mV off zero.", ("V3",), False) in quality.issues


def test_a_simulators_file_is_found_out(shared):
    file = shared / "ecg-files" / "philips_sierra_xml" / "129DYPRG_1_03.xml"
    what = "All beats are exactly alike: one beat repeated, or a simulator, not a heart's rhythm."
    assert analyse(read(file.read_bytes())).quality.issues == (Issue(what, (), False),)


def test_real_recordings_keep_their_estimate_and_lose_it_with_exchanged_arms(shared):
    headers = sorted((shared / "ecg-data" / "ptbxl" / "records500" / "00000").glob("*_hr.hea"))[::9]
    assert len(headers) == 39
    kept = lost = 0
    for header in headers:
        signal = _read_signal(header)
        kept += analyse(Recording(signal, 500.0, "PTB-XL", None)).quality.usable
        exchanged = twelve(-signal[0], signal[1] - signal[0], signal[6:])
        lost += any("electrodes look swapped" in issue.what for issue in issues(exchanged))
    assert kept == 39
    assert lost >= 33
