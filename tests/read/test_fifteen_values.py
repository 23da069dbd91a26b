"""The last six of the fifteen things an upload must survive: rates, gains, beats, the patient, measurements.

See test_fifteen.py for the first nine.
"""

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.errors import DamagedFileError, ReadError, UnsupportedError
from lvm.estimate import estimate, gather_inputs
from lvm.read import read
from lvm.recording import Patient
from tests.read.edit import Real, refused, replaced, same

# 10. 100, 240, 250, 1000 Hz; 0; fields that contradict each other.
RATE = {
    "MUSE": (r"(<SampleBase>)500", r"\g<1>{}"),
    "aECG": (r'(<increment value=")0\.002', r"\g<1>{}"),
    "CardioSoft": (r'(<SampleRate units="Hz">)500', r"\g<1>{}"),
    "Schiller": (r"(<exponent>1</exponent>\s*<value>)500", r"\g<1>{}"),
}


def at_rate(kind: str, data: bytes, rate_hz: float) -> bytes:
    pattern, by = RATE[kind]
    return replaced(data, pattern, by.format(f"{1 / rate_hz:.12g}" if kind == "aECG" else f"{rate_hz:g}"))


@pytest.mark.parametrize("kind", RATE)
@pytest.mark.parametrize("rate_hz", [100.0, 240.0, 250.0, 1000.0])
def test_10_rates(real: Real, kind: str, rate_hz: float):
    data = real(kind)
    recording = read(at_rate(kind, data, rate_hz))
    assert recording.sampling_rate_hz == pytest.approx(rate_hz)
    np.testing.assert_array_equal(recording.signal_mv, read(data).signal_mv)


@pytest.mark.parametrize("kind", RATE)
def test_10_rates_that_cannot_be(real: Real, kind: str):
    data = real(kind)
    pattern, by = RATE[kind]
    for value in ("0", "-500", "1e9", "", "x"):
        with pytest.raises(ReadError, match=r"sampling rate"):
            read(replaced(data, pattern, by.format(value)))


def test_10_two_rates_in_one_file(real: Real):
    twice = replaced(real("Philips"), 'samplespersecond="500"', 'samplespersecond="1000"')
    refused(twice, DamagedFileError, r"^The Philips file states two different sampling rates\. Export it again")
    elsewhere = replaced(real("MUSE"), "<ECGSampleBase>500", "<ECGSampleBase>240")
    assert same(read(elsewhere), read(real("MUSE")))


@pytest.mark.parametrize(("rate_hz", "counted"), [(250.0, 32), (1000.0, 130)])
def test_10_a_rate_against_the_heart_rate_of_the_device(real: Real, rate_hz: float, counted: int):
    """The device counted 65 beats a minute: at another rate the RR intervals contradict it, and the user is told."""
    assert not analyse(read(real("MUSE"))).quality.issues
    first = analyse(read(at_rate("MUSE", real("MUSE"), rate_hz))).quality.issues[0]
    assert first.what == (
        f"The beats found make {counted}/min, the device counted 65/min: a wrong sampling rate, or beats missed or "
        "counted twice."
    )
    assert first.affects_estimate


# 11. Missing or unexpected gain unit: uV, mV, counts, decimal comma; an error of x1000 must not pass.
UNIT = {
    "MUSE": (r"(<LeadAmplitudeUnits>)MICROVOLTS", "MILLIVOLTS", "COUNTS"),
    "aECG": (r'((?:origin|scale) value="[\d.]+" unit=")uV', "mV", "counts"),
    "CardioSoft": (r'(<Resolution units=")uVperLsb', "mVperLsb", "counts"),
    "Schiller": (r"(<units>)UV", "MV", "COUNTS"),
}
STEP = {
    "MUSE": (r"(<LeadAmplitudeUnitsPerBit>)4\.88", "4,88", "0.00488"),
    "aECG": (r'(<scale value=")5\.00', "5,00", "0.005"),
    "CardioSoft": (r'(<Resolution units="uVperLsb">)5', "5,0", "0.005"),
    "Schiller": (r"(<unitperbit>)1\.0", "1,0", "0.001"),
}


@pytest.mark.parametrize("kind", UNIT)
def test_11_units(real: Real, kind: str):
    data = real(kind)
    plain = read(data)
    unit, millivolts, counts = UNIT[kind]
    step, comma, thousandth = STEP[kind]
    with pytest.raises(ReadError, match=r"unit"):  # x1000: millivolts stated for what are microvolts
        read(replaced(data, unit, rf"\g<1>{millivolts}"))
    with pytest.raises(ReadError, match=r"unit"):  # / 1000
        read(replaced(data, step, rf"\g<1>{thousandth}"))
    for missing in (counts, ""):
        with pytest.raises(ReadError, match=r"(?i)unit|volts|\bmV\b"):
            read(replaced(data, unit, rf"\g<1>{missing}"))
    assert same(read(replaced(data, step, rf"\g<1>{comma}")), plain)
    right = read(replaced(replaced(data, step, rf"\g<1>{thousandth}"), unit, rf"\g<1>{millivolts}"))
    np.testing.assert_allclose(right.signal_mv, plain.signal_mv, rtol=1e-5, atol=1e-7)


def test_11_philips_states_its_step_twice(real: Real):
    data = real("Philips")
    for value in ("0.005", "5000"):
        refused(
            replaced(data, "<resolution>5<", f"<resolution>{value}<", 1), DamagedFileError, "two different amplitude"
        )
    both = replaced(replaced(data, "<resolution>5<", "<resolution>5000<", 1), 'resolution="5"', 'resolution="5000"')
    refused(
        both, UnsupportedError, r"^The file states 5000 µV per sample step; .* a unit is wrong\. 0\.05 to 100 µV can"
    )


# 12. Philips calibration tail and 32767 padding taken for heartbeats.
@pytest.mark.parametrize("kind", ["Philips", "aECG"])
def test_12_no_beat_in_the_calibration_pulse(real: Real, kind: str):
    analysis = analyse(read(real(kind)))
    assert 8 < analysis.recording.duration_s < 11.01
    assert analysis.beats
    assert max(beat.r_s for beat in analysis.beats) < 10.62
    tail = analysis.recording.signal_mv[:, -100:]
    assert (tail.max(axis=0) - tail.min(axis=0)).max() > 0.02  # the leads differ: no zeros, no pulse


def test_12_no_padding_in_the_representative_beat(real: Real):
    beat = read(real("Philips")).representative
    assert beat is not None
    assert beat.signal_mv.shape == (12, 600)
    assert np.abs(beat.signal_mv).max() < 5


# 13. Height or weight 0, 0.00, 1, ---, empty, inches, pounds, implausible.
BODY = {
    "Philips": (r"<height>.*?</weight>", "<height>{h}</height><weight>{w}</weight>"),
    "MUSE": (r"(<MuseInfo>)", r"<PatientDemographics>{h}{w}</PatientDemographics>\g<1>"),
}
SAYS = "The {0} in the file is not that of a person, or its unit is not known; it was not used. Type the {0} in."


@pytest.mark.parametrize(
    ("height", "weight", "cm", "kg", "odd"),
    [
        (("cm", "0"), ("kg", "0.00"), None, None, False),
        (("cm", "1"), ("kg", "1"), None, None, False),
        (("cm", "---"), ("kg", ""), None, None, False),
        (("inch", "70"), ("lb", "180"), 177.8, 81.6, False),
        (("cm", "170,5"), ("kg", "80.5"), 170.5, 80.5, False),
        (("cm", "700"), ("kg", "4000"), None, None, True),
    ],
)
@pytest.mark.parametrize("kind", BODY)
def test_13_height_and_weight(real: Real, kind: str, height, weight, cm, kg, odd: bool):
    def element(of: str, unit: str, value: str) -> str:
        tag = unit if kind == "Philips" else {"cm": "CM", "inch": "IN", "kg": "KG", "lb": "LBS"}[unit]
        tag = tag if kind == "Philips" else f"{of}{tag}"
        return f"<{tag}>{value}</{tag}>"

    pattern, by = BODY[kind]
    data = replaced(real(kind), pattern, by.format(h=element("Height", *height), w=element("Weight", *weight)), 1)
    recording = read(data)
    assert (recording.patient.height_cm, recording.patient.weight_kg) == (cm, kg)
    assert (SAYS.format("height") in recording.warnings, SAYS.format("weight") in recording.warnings) == (odd, odd)


# 14. Age in months or days, birth date only, defaultage; sex UN, unknown: ask, never assume.
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('<age defaultage="50"/><sex>UN</sex>', Patient()),
        ('<age defaultage="50"><dateofbirth>1950-01-01</dateofbirth></age><sex/>', Patient(None, 60.0)),
        ("<age><months>30</months></age><sex>Unknown</sex>", Patient(None, 2.0)),
        ("<age><days>800</days></age><sex>F</sex>", Patient("female", 2.0)),
        ("<age><years>999</years></age><sex>Male</sex>", Patient("male")),
    ],
)
def test_14_age_and_sex_of_philips(real: Real, given: str, expected: Patient):
    recording = read(replaced(real("Philips"), r"<age .*?</sex>", given, 1))
    assert recording.patient == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<PatientAge>30</PatientAge><AgeUnits>MONTHS</AgeUnits><Gender>MALE</Gender>", Patient("male", 2.0)),
        ("<PatientAge>800</PatientAge><AgeUnits>DAYS</AgeUnits><Gender>UNKNOWN</Gender>", Patient(None, 2.0)),
        ("<DateofBirth>06-16-1960</DateofBirth><Gender>UN</Gender>", Patient()),  # and no date of the recording
    ],
)
def test_14_age_and_sex_of_muse(real: Real, given: str, expected: Patient):
    demographics = rf"<PatientDemographics>{given}</PatientDemographics>\g<1>"
    assert read(replaced(real("MUSE"), "(<MuseInfo>)", demographics, 1)).patient == expected


def test_14_sex_is_asked_for(real: Real):
    recording = read(replaced(real("Philips"), "<sex>Male</sex>", "<sex>UN</sex>", 1))
    asked = estimate(analyse(recording))
    assert asked.lvm_g is None
    assert asked.withheld == "The sex is not in the file. State it, male or female: the models differ."


# 15. Axes or QRS absent, Failed, 0, 999: computed from the signal, and each value says where it comes from.
@pytest.mark.parametrize("value", ["", "Failed", "Indeterminate", "999", "---", None])
def test_15_measurements_of_the_device_are_replaced_by_ours(real: Real, value: str | None):
    data = real("MUSE")
    by_device = gather_inputs(analyse(read(data)))
    names = {"p_axis_deg": "PAxis", "qrs_axis_deg": "RAxis", "t_axis_deg": "TAxis", "qrs_duration_ms": "QRSDuration"}
    assert {by_device[name].source for name in names} == {"device"}
    for tag in names.values():
        data = replaced(data, f"<{tag}>[^<]*</{tag}>", "" if value is None else f"<{tag}>{value}</{tag}>")
    computed = gather_inputs(analyse(read(data)))
    for name in names:
        assert computed[name].source == "computed"
        assert abs(float(computed[name].value) - float(by_device[name].value)) < 30


def test_15_a_qrs_of_0_is_not_measured_and_an_axis_of_0_is(real: Real):
    data = replaced(real("MUSE"), "<QRSDuration>[^<]*", "<QRSDuration>0")
    found = gather_inputs(analyse(read(replaced(data, "<RAxis>[^<]*", "<RAxis>0"))))
    assert found["qrs_duration_ms"].source == "computed"
    assert (found["qrs_axis_deg"].value, found["qrs_axis_deg"].source) == (0.0, "device")
    assert (found["age_years"].value, found["age_years"].source) == (None, None)
    typed = gather_inputs(analyse(read(data)), Patient("male", 61.0))
    assert (typed["age_years"].value, typed["age_years"].source) == (61.0, "typed")
