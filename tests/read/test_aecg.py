import re
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from lvm.errors import DamagedFileError, MissingLeadError, ReadError, UnsupportedError
from lvm.read import read
from lvm.recording import LEADS, Measurements, Patient
from tests.read import aecg_document
from tests.read.aecg_document import lead, sequence

FOLDER = "ecg-files/hl7_aecg"


@pytest.fixture
def document(steps: np.ndarray) -> Callable[..., str]:
    """Builds an aECG document; see aecg_document."""
    return partial(aecg_document.document, steps)


REAL = [
    # file, samples, rate, patient, device, acquired, pacemaker, representative
    (
        "hl7_2003-12_Example_aECG.xml", 5000, 500.0, Patient("male", 46.0),
        Measurements(44, -61, 86, None, 148, 120, 420), "2002-11-22T09:10:00", None, (12, 599),
    ),
    (
        "liryc_hl7aecg_example.xml", 1000, 100.0, Patient(),
        Measurements(60, 64, 11, 57, 192, 88, 418), "2025-09-23T10:35:50", False, None,
    ),
    (
        "sierra-tools_ad4d3d80_converted_to_aecg.xml", 5300, 500.0, Patient("female", 32.0),
        Measurements(None, None, None, 41, 144, 102, 564), "2008-12-23T19:44:46", None, (12, 600),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "length", "rate", "patient", "device", "acquired", "paced", "beat"), REAL)
def test_real_file(shared, name, length, rate, patient, device, acquired, paced, beat):
    ecg = read((shared / FOLDER / name).read_bytes())
    assert ecg.signal_mv.shape == (12, length)
    assert ecg.sampling_rate_hz == rate
    assert ecg.patient == patient
    assert ecg.device == device
    assert ecg.acquired_at == acquired
    assert ecg.pacemaker is paced
    assert ecg.findings == ecg.derived_leads == ()
    assert (None if ecg.representative is None else ecg.representative.signal_mv.shape) == beat


@pytest.mark.parametrize("name", [row[0] for row in REAL])
def test_samples_are_those_of_ecgdatakit(shared, name):
    from ecgdatakit import FileParser

    ecg = read((shared / FOLDER / name).read_bytes())
    theirs = {
        stored.label: np.asarray(stored.samples) for stored in FileParser().parse(str(shared / FOLDER / name)).leads
    }
    for row, label in zip(ecg.signal_mv, LEADS, strict=True):
        np.testing.assert_allclose(row, theirs[label][: row.size], atol=2e-6)


def test_the_calibration_pulse_of_a_converted_file_is_gone(shared):
    ecg = read((shared / FOLDER / REAL[2][0]).read_bytes())
    i, ii, iii, avr, avl, avf = ecg.signal_mv[:6]
    np.testing.assert_allclose(ii, i + iii, atol=0.031)  # the converter rounded
    np.testing.assert_allclose(avr + avl + avf, 0, atol=0.031)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fda_empty.xml", "The aECG file holds no rhythm"),
        ("fda_minimum_aecg.xml", "Leads I, V1, V2, V3, V4, V5 and V6 are missing"),
        ("fda_minimum_aecg_effectiveTime_low.xml", "Leads I, V1, V2, V3, V4, V5 and V6 are missing"),
    ],
)
def test_the_negatives_are_refused(shared, name, message):
    with pytest.raises(ReadError, match=message):
        read((shared / FOLDER / "negative" / name).read_bytes())


def prefixed(text: str) -> str:
    text = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1hl7:", text)
    return text.replace(' xmlns="', ' xmlns:hl7="').replace("<hl7:xml", "<xml")


@pytest.mark.parametrize("change", [str, prefixed, lambda text: text.replace(' xmlns="urn:hl7-org:v3"', "")])
def test_any_namespace(document, steps, change):
    ecg = read(change(document()).encode())
    np.testing.assert_allclose(ecg.signal_mv, steps * 0.005, atol=1e-6)
    assert ecg.patient == Patient("female", 62.0)
    assert ecg.acquired_at == "2020-03-01T10:20:30"
    assert ecg.left_out == ("name", "birth date", "order or visit number")


@pytest.mark.parametrize(
    ("value", "unit", "rate"), [("0.002", "s", 500), ("2", "ms", 500), ("4", "ms", 250), ("1000", "us", 1000)]
)
@pytest.mark.parametrize("code", ["TIME_ABSOLUTE", "TIME_RELATIVE"])
def test_the_rate_from_either_time_sequence(document, code, value, unit, rate):
    time = sequence(code, f'<head value="0" unit="s"/><increment value="{value}" unit="{unit}"/>')
    assert read(document(time=time).encode()).sampling_rate_hz == pytest.approx(rate)


@pytest.mark.parametrize("increment", ["", '<increment value="0" unit="s"/>', '<increment value="2" unit="min"/>'])
def test_no_usable_rate_is_refused(document, increment):
    with pytest.raises(DamagedFileError, match="no usable sampling rate"):
        read(document(time=sequence("TIME_ABSOLUTE", increment)).encode())


@pytest.mark.parametrize("scale", ['value="5" unit="uV"', 'value="0.005" unit="mV"', 'value="5000" unit="nV"',
                                   'value="5" unit="\u00b5V"', 'value="5" unit="\u03bcV"'])  # fmt: skip
def test_every_unit_of_amplitude(document, steps, scale):
    leads = "".join(lead(name, row, scale) for name, row in zip(LEADS, steps, strict=True))
    np.testing.assert_allclose(read(document(leads).encode()).signal_mv, steps * 0.005, atol=1e-6)


def test_the_origin_is_added(document, steps):
    origin = 'value="-2" unit="mV"'
    leads = "".join(lead(name, row, origin=origin) for name, row in zip(LEADS, steps, strict=True))
    np.testing.assert_allclose(read(document(leads).encode()).signal_mv, steps * 0.005 - 2, atol=1e-6)


def test_amplitudes_may_be_decimal_numbers_in_millivolts(document, steps):
    leads = "".join(
        lead(name, [f"{step * 0.005:.3f}" for step in row], 'value="1" unit="mV"')
        for name, row in zip(LEADS, steps, strict=True)
    )
    np.testing.assert_allclose(read(document(leads).encode()).signal_mv, steps * 0.005, atol=1e-6)


@pytest.mark.parametrize(
    ("scale", "error", "message"),
    [
        ('value="5"', UnsupportedError, "Lead I of the aECG file does not state its amplitudes"),
        ('value="5" unit="adu"', UnsupportedError, "Lead I of the aECG file does not state its amplitudes"),
        ('value="5" unit="mV"', UnsupportedError, "5000 µV per sample step"),
        ('value="0.005" unit="uV"', UnsupportedError, "0.005 µV per sample step"),
        ('unit="uV"', DamagedFileError, "no usable amplitude resolution"),
    ],
)
def test_a_wrong_or_missing_unit_of_whole_numbers_is_refused(document, steps, scale, error, message):
    leads = "".join(lead(name, row, scale) for name, row in zip(LEADS, steps, strict=True))
    with pytest.raises(error, match=message):
        read(document(leads).encode())


def test_a_missing_a_short_a_doubled_and_a_damaged_lead(document, steps):
    rows = dict(zip(LEADS, steps, strict=True))
    with pytest.raises(MissingLeadError, match=r"Lead V3 is missing"):
        read(document("".join(lead(name, row) for name, row in rows.items() if name != "V3")).encode())
    with pytest.raises(DamagedFileError, match="Lead V5 has 4000 samples where other leads have 5000"):
        read(document("".join(lead(n, row[:4000] if n == "V5" else row) for n, row in rows.items())).encode())
    with pytest.raises(DamagedFileError, match="Lead V5 is stored twice"):
        read(document("".join(lead(n, row) for n, row in [*rows.items(), ("V5", steps[0])])).encode())
    with pytest.raises(DamagedFileError, match="samples of lead II are not numbers"):
        read(document("".join(lead(n, [*row, "x"] if n == "II" else row) for n, row in rows.items())).encode())


def test_eight_leads_are_enough_and_further_ones_are_named(document, steps):
    rows = {name: row for name, row in zip(LEADS, steps, strict=True) if name not in ("III", "aVR", "aVL", "aVF")}
    ecg = read(document("".join(lead(name, row) for name, row in [*rows.items(), ("V4R", steps[0])])).encode())
    assert ecg.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert ecg.warnings == ("The file's further lead is not used: V4R.",)
    np.testing.assert_allclose(ecg.signal_mv, steps * 0.005, atol=0.006)


def test_the_representative_beat_has_its_own_rate(document, steps):
    beat = "".join(lead(name, row[:600], 'value="2.5" unit="uV"') for name, row in zip(LEADS, steps, strict=True))
    time = sequence("TIME_RELATIVE", '<head value="0" unit="ms"/><increment value="1" unit="ms"/>')
    derivation = (
        '<derivation><derivedSeries><code code="REPRESENTATIVE_BEAT"/><component><sequenceSet>'
        f"{time}{beat}</sequenceSet></component></derivedSeries></derivation>"
    )
    ecg = read(document(derivation=derivation).encode())
    assert ecg.representative.sampling_rate_hz == pytest.approx(1000)
    np.testing.assert_allclose(ecg.representative.signal_mv, steps[:, :600] * 0.0025, atol=1e-6)
    damaged = read(document(derivation=derivation.replace('unit="uV"', "")).encode())
    assert damaged.representative is None


def test_a_representative_beat_alone_is_refused(document):
    with pytest.raises(UnsupportedError, match="only a representative beat"):
        read(document(code="REPRESENTATIVE_BEAT").encode())


def test_a_wrong_unit_of_decimal_numbers_is_refused(document, steps):
    leads = "".join(
        lead(name, [f"{step * 5:.1f}" for step in row], 'value="1" unit="mV"')
        for name, row in zip(LEADS, steps, strict=True)
    )
    with pytest.raises(DamagedFileError, match="far too tall for a heart"):
        read(document(leads).encode())


@pytest.mark.parametrize("digits", ["<digits/>", "<digits>  \n </digits>", ""])
def test_a_lead_without_samples_is_named(document, digits):
    empty = re.sub(r"(LEAD_V5.*?)<digits>[^<]*</digits>", rf"\1{digits}", document(), count=1)
    with pytest.raises(DamagedFileError, match="Lead V5 of the aECG file holds no samples"):
        read(empty.encode())


@pytest.mark.parametrize("token", ["nan", "inf", "1e999", "0x10", "1,5", "--1", "\u0663"])
def test_what_is_no_number_is_refused(document, steps, token):
    rows = dict(zip(LEADS, steps, strict=True))
    leads = "".join(lead(name, [token, *row[1:]] if name == "V2" else row) for name, row in rows.items())
    with pytest.raises(DamagedFileError, match="samples of lead V2 are not numbers"):
        read(document(leads).encode())


def test_numbers_beyond_any_voltage_are_refused(document, steps):
    rows = dict(zip(LEADS, steps, strict=True))
    for token in ("9" * 30, "-" + "9" * 30, "9e30"):
        leads = "".join(lead(name, [token, *row[1:]] if name == "V2" else row) for name, row in rows.items())
        with pytest.raises(DamagedFileError, match="Lead V2 holds samples that are no voltages of a heart"):
            read(document(leads).encode())


@pytest.mark.parametrize("gap", ["\n", "\t", "\r\n  "])
def test_any_white_space_separates_samples(document, steps, gap):
    text = re.sub(r"<digits>[^<]*</digits>", lambda found: found[0].replace(" ", gap), document())
    np.testing.assert_allclose(read(text.encode()).signal_mv, steps * 0.005, atol=1e-6)


@pytest.mark.parametrize("written", ["MDC_ECG_LEAD_v5", "V5", "MINDRAY_ECG_LEAD_V5", "Lead V5"])
def test_other_names_of_a_lead(document, steps, written):
    renamed = document().replace('"MDC_ECG_LEAD_V5"', f'"{written}"')
    np.testing.assert_allclose(read(renamed.encode()).signal_mv, steps * 0.005, atol=1e-6)
    twice = document().replace('"MDC_ECG_LEAD_V6"', f'"{written}"')
    with pytest.raises(DamagedFileError, match="Lead V5 is stored twice"):
        read(twice.encode())


def test_of_several_recordings_the_fullest_then_the_longest_is_read_and_said(document, steps):
    text = document()
    sequences = re.search(r"<component><sequenceSet>.*?</sequenceSet></component>", text, re.DOTALL)[0]
    short = re.sub(r"(<digits>(?:\S+ ){1000})[^<]*", r"\1", sequences).replace('value="5"', 'value="10"')
    fewer = re.sub(r"<component><sequence><code code=.MDC_ECG_LEAD_V6.*?</sequence></component>", "", sequences)
    part = text.replace(sequences, short + fewer + sequences)
    series = text[text.index("<component><series>") : text.index("</AnnotatedECG>")]
    other = text.replace(series, series.replace(sequences, short) + series)
    for changed, count in ((part, 3), (other, 2)):
        ecg = read(changed.encode())
        np.testing.assert_allclose(ecg.signal_mv, steps * 0.005, atol=1e-6)
        assert ecg.warnings == (
            f"The file holds {count} recordings or parts of one; that with the most leads, or the longest, was read.",
        )


def test_a_representative_beat_that_is_a_series_of_its_own(document, steps):
    text = document()
    series = text[text.index("<component><series>") : text.index("</AnnotatedECG>")]
    beat = re.sub(r"(<digits>(?:\S+ ){600})[^<]*", r"\1", series).replace('"RHYTHM"', '"REPRESENTATIVE_BEAT"')
    ecg = read(text.replace(series, beat + series).encode())
    assert ecg.signal_mv.shape == (12, 5000)
    np.testing.assert_allclose(ecg.representative.signal_mv, steps[:, :600] * 0.005, atol=1e-6)
    assert ecg.warnings == ()
