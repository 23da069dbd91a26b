import base64
import hashlib
import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from lvm.cohort.muse import write_muse
from lvm.errors import DamagedFileError, MissingLeadError, UnsupportedError
from lvm.read import read
from lvm.recording import LEADS, Measurements, Patient

FOLDER = "ecg-files/ge_muse_xml"
FILES = [
    (
        "braveheart_example1.xml", "e8de5fb4ae0da851", Measurements(51, 20, 40, 48, 138, 96, 452),
        [-26, -18, 8, 22, -17, -5, 20, -4, -24, -12, -28, -22],
    ),
    (
        "braveheart_example2.xml", "c1d771ec9581f2fc", Measurements(42, -2, 12, 65, 184, 100, 420),
        [-6, -6, 0, 6, -3, -3, 24, 42, 34, 12, 8, 2],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sha", "device", "at_1000"), FILES)
def test_real_file(shared: Path, name: str, sha: str, device: Measurements, at_1000: list[int]):
    recording = read((shared / FOLDER / name).read_bytes())
    half_steps = np.rint(recording.signal_mv.astype(np.float64) / 0.00244).astype("<i2")
    assert recording.signal_mv.shape == (12, 5000)
    assert recording.signal_mv.dtype == np.float32
    assert half_steps[:, 1000].tolist() == at_1000
    assert hashlib.sha256(half_steps.tobytes()).hexdigest()[:16] == sha
    assert (recording.format, recording.version) == ("GE MUSE XML", "9.0.7.17363")
    assert recording.sampling_rate_hz == 500.0
    assert recording.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert recording.device == device
    assert recording.patient == Patient()
    assert (recording.acquired_at, recording.pacemaker, recording.warnings) == (None, None, ())


@pytest.mark.parametrize("name", [row[0] for row in FILES])
def test_real_file_against_a_decode_by_hand(shared: Path, name: str):
    data = (shared / FOLDER / name).read_bytes()
    root = ElementTree.fromstring(data)
    rhythm = next(found for found in root.findall("Waveform") if found.findtext("WaveformType") == "Rhythm")
    signal_mv = read(data).signal_mv
    assert len(rhythm.findall("LeadData")) == 8
    for lead in rhythm.findall("LeadData"):
        stored = base64.b64decode(lead.findtext("WaveFormData") or "")
        assert zlib.crc32(stored) == int(lead.findtext("LeadDataCRC32") or 0)
        row = signal_mv[LEADS.index(lead.findtext("LeadID") or "")]
        np.testing.assert_allclose(row, np.frombuffer(stored, "<i2") * 0.00488, atol=1e-6)
    i, ii = signal_mv[:2]
    np.testing.assert_allclose(signal_mv[2:6], [ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2], atol=1e-6)


def lead_blocks(data: bytes) -> list[bytes]:
    return re.findall(rb"<LeadData>.*?</LeadData>\s*", data, re.DOTALL)


@pytest.mark.parametrize("lead", ["V1", "V3", "V6"])
def test_missing_precordial_is_named(muse: bytes, lead: str):
    block = next(block for block in lead_blocks(muse) if f"<LeadID>{lead}<".encode() in block)
    with pytest.raises(MissingLeadError, match=rf"^Lead {lead} is missing .* Export all 12 leads and try again\.$"):
        read(muse.replace(block, b""))


def test_all_that_is_missing_is_named_at_once(muse: bytes):
    for block in lead_blocks(muse)[1:4]:
        muse = muse.replace(block, b"")
    with pytest.raises(MissingLeadError, match=r"^Leads II, V1 and V2 are missing"):
        read(muse)


@pytest.mark.parametrize("gone", ["I", "II"])
def test_lead_i_or_ii_comes_from_iii(muse: bytes, gone: str):
    whole = read(muse).signal_mv
    blocks = {name: next(b for b in lead_blocks(muse) if f"<LeadID>{name}<".encode() in b) for name in ("I", "II")}
    three = np.rint(whole[2] / 0.00488).astype("<i2").tobytes()
    block = re.sub(rb"(<WaveFormData>)[^<]*", rb"\g<1>" + base64.b64encode(three), blocks[gone])
    block = re.sub(rb"<LeadDataCRC32>\d+", b"<LeadDataCRC32>0", block).replace(f">{gone}<".encode(), b">Lead III<")
    recording = read(muse.replace(blocks[gone], block))
    assert recording.derived_leads == (gone, "aVR", "aVL", "aVF")
    np.testing.assert_allclose(recording.signal_mv, whole, atol=1e-5)


def test_lead_names_extra_leads_and_leads_off(muse: bytes):
    block = lead_blocks(muse)[-1]
    extra = b"".join(block.replace(b">V6<", name) for name in (b">V3R<", b">V7<"))
    odd = muse.replace(
        block, block.replace(b">V6<", b"> lead v6<").replace(b"</LeadID>", b"</LeadID><LeadOff>TRUE</LeadOff>") + extra
    )
    recording = read(odd)
    np.testing.assert_array_equal(recording.signal_mv, read(muse).signal_mv)
    assert recording.warnings == (
        "The file's further leads are not used: V3R and V7.",
        "Lead V6 is marked by the electrocardiograph as not connected.",
    )


def test_a_lead_stored_twice_is_refused(muse: bytes):
    block = lead_blocks(muse)[-1]
    with pytest.raises(DamagedFileError, match="Lead V6 is stored twice"):
        read(muse.replace(block, block + block))


def test_a_shorter_lead_is_named(muse: bytes):
    block = lead_blocks(muse)[4]
    short = re.sub(rb"(<WaveFormData>)[^<]*", rb"\g<1>" + base64.b64encode(b"\0" * 8000), block)
    short = re.sub(rb"<LeadDataCRC32>\d+", b"<LeadDataCRC32>0", short).replace(b">5000<", b">4000<")
    with pytest.raises(DamagedFileError, match="Lead V3 has 4000 samples where other leads have 5000"):
        read(muse.replace(block, short))


def test_rhythm_is_found_by_its_type_wherever_it_stands(muse: bytes):
    rhythm = re.search(rb"<Waveform>.*</Waveform>", muse, re.DOTALL)[0]
    median = rhythm.replace(b"Rhythm", b"Median").replace(b"<SampleBase>500", b"<SampleBase>250")
    for both in (rhythm + median, median + rhythm):
        recording = read(muse.replace(rhythm, both))
        assert recording.sampling_rate_hz == 500.0
    with pytest.raises(UnsupportedError, match="only the median beat"):
        read(muse.replace(rhythm, median))
    with pytest.raises(DamagedFileError, match="no rhythm waveform"):
        read(muse.replace(rhythm, b""))


@pytest.mark.parametrize(
    ("base", "exponent", "rate_hz"), [(250, 0, 250.0), (240, 0, 240.0), (1, 3, 1000.0), (5000, -1, 500.0)]
)
def test_rate_is_base_times_a_power_of_ten(muse: bytes, base: int, exponent: int, rate_hz: float):
    changed = muse.replace(b"<SampleBase>500", f"<SampleBase>{base}".encode())
    changed = changed.replace(b"<SampleExponent>0", f"<SampleExponent>{exponent}".encode())
    stated_elsewhere = b"<RestingECGMeasurements><ECGSampleBase>123</ECGSampleBase>"
    assert read(changed.replace(b"<RestingECGMeasurements>", stated_elsewhere)).sampling_rate_hz == rate_hz


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        (b"<SampleBase>500", b"<SampleBase>0", UnsupportedError, "sampling rate of 0 Hz"),
        (b"<SampleBase>500", b"<SampleBase>nan", DamagedFileError, "no usable sampling rate"),
        (b"<SampleExponent>0", b"<SampleExponent>400", DamagedFileError, "no usable sampling rate"),
        (b"<SampleExponent>0", b"<SampleExponent>-2", UnsupportedError, "sampling rate of 5 Hz"),
        (b"MICROVOLTS", b"COUNTS", UnsupportedError, "Lead I .* MICROVOLTS or MILLIVOLTS"),
        (b"MICROVOLTS", b"", UnsupportedError, "MICROVOLTS or MILLIVOLTS"),
        (b"MICROVOLTS", b"MILLIVOLTS", UnsupportedError, "4880 µV per sample step"),
        (b">4.88<", b">0.00488<", UnsupportedError, "0.00488 µV per sample step"),
        (b">4.88<", b">x<", DamagedFileError, "no usable amplitude resolution"),
        (b">4.88<", b">4,880<", DamagedFileError, "no usable amplitude resolution"),
        (b"<LeadSampleCountTotal>5000", b"<LeadSampleCountTotal>4999", DamagedFileError, "Lead I holds 5000 samples"),
        (b"<LeadSampleSize>2", b"<LeadSampleSize>4", UnsupportedError, "16 bit"),
        (b"<LeadDataCRC32>", b"<LeadDataCRC32>1", DamagedFileError, "Lead I fails its checksum"),
        (b"<WaveFormData>", b"<WaveFormData>*", DamagedFileError, "lead I are no valid Base64"),
    ],
)
def test_what_contradicts_itself_is_refused(muse: bytes, old: bytes, new: bytes, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        read(muse.replace(old, new))


@pytest.mark.parametrize(("gain", "unit"), [(b"4,88", b"MICROVOLTS"), (b"0.00488", b"MILLIVOLTS")])
def test_other_ways_to_state_the_same_gain(muse: bytes, gain: bytes, unit: bytes):
    same = read(muse.replace(b"4.88", gain).replace(b"MICROVOLTS", unit))
    np.testing.assert_allclose(same.signal_mv, read(muse).signal_mv, rtol=1e-5, atol=1e-7)


def test_one_altered_sample_fails_the_checksum_and_none_is_no_check(muse: bytes):
    altered = re.sub(rb"(<LeadID>V4<.*?<WaveFormData>)....", rb"\g<1>AAAA", muse, count=1, flags=re.DOTALL)
    with pytest.raises(DamagedFileError, match="Lead V4 fails its checksum"):
        read(altered)
    assert read(re.sub(rb"<LeadDataCRC32>\d+<", b"<LeadDataCRC32>0<", altered)).signal_mv.shape == (12, 5000)


def test_too_short_and_too_long(signal_mv):
    with pytest.raises(DamagedFileError, match=r"holds 0\.8 s of ECG"):
        read(write_muse(signal_mv[:, :400], 500.0, Patient()))
    with pytest.raises(UnsupportedError, match="longer than 120 s"):
        read(write_muse(np.tile(signal_mv, (1, 3))[:, :12_001], 100.0, Patient()))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<PatientAge>42</PatientAge><AgeUnits>YEARS</AgeUnits><Gender>MALE</Gender>", Patient("male", 42.0)),
        ("<PatientAge>42</PatientAge>", Patient(None, 42.0)),
        ("<PatientAge>30</PatientAge><AgeUnits>MONTHS</AgeUnits>", Patient(None, 2.0)),
        ("<PatientAge>800</PatientAge><AgeUnits>DAYS</AgeUnits>", Patient(None, 2.0)),
        ("<PatientAge>42</PatientAge><AgeUnits>MOONS</AgeUnits>", Patient()),
        ("<DateofBirth>06-16-1960</DateofBirth><Gender>UNKNOWN</Gender>", Patient(None, 58.0)),
        (
            "<PatientAge>0</PatientAge><AgeUnits>WRONG</AgeUnits><DateofBirth>06-15-1960</DateofBirth>",
            Patient(None, 59.0),
        ),
        ("<DateofBirth>16-06-1960</DateofBirth>", Patient()),
        ("<HeightIN>65</HeightIN><WeightLBS>150</WeightLBS>", Patient(None, None, 165.1, 68.0)),
        ("<HeightIN>0</HeightIN><WeightLBS>0</WeightLBS>", Patient()),
        ("<HeightIN>1</HeightIN><HeightCM>181</HeightCM><WeightKG>79,5</WeightKG>", Patient(None, None, 181.0, 79.5)),
    ],
)
def test_patient(muse: bytes, given: str, expected: Patient):
    block = f"<PatientDemographics>{given}</PatientDemographics><TestDemographics><AcquisitionDate>06-15-2019"
    block += "</AcquisitionDate><AcquisitionTime>08:09:10</AcquisitionTime></TestDemographics>"
    data = re.sub(rb"<PatientDemographics>.*</PatientDemographics>", block.encode(), muse, flags=re.DOTALL)
    recording = read(data)
    assert recording.patient == expected
    assert recording.acquired_at == "2019-06-15T08:09:10"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (b"Electronic ventricular pacemaker", True),
        (b"Ventricular-paced rhythm", True),
        (b"Wandering atrial pacemaker", None),
        (b"Normal sinus rhythm", None),
    ],
)
def test_pacemaker(muse: bytes, statement: bytes, expected: bool | None):
    assert read(muse.replace(b"Synthetic", statement)).pacemaker is expected
