import hashlib
import re
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from lvm.errors import DamagedFileError, MissingLeadError, ReadError, UnsupportedError
from lvm.read import read, source
from lvm.recording import LEADS, Measurements, Patient

FILE = "ecg-files/ge_cardiosoft_xml/ecgprocess_example-XML1.xml"


def block(tag: str, steps: np.ndarray, uv: str = "5", more: str = "") -> str:
    """StripData or MedianSamples; numbers on several lines with tabs, as the device writes them."""
    leads = "".join(
        f'<WaveformData lead="{name}">\t\t{",".join(map(str, row[:400]))},\n\t\t{",".join(map(str, row[400:]))}'
        "</WaveformData>\n"
        for name, row in zip(LEADS, steps.tolist(), strict=True)
    )
    return f"""<{tag}><NumberOfLeads>12</NumberOfLeads><SampleRate units="Hz">500</SampleRate>
<ChannelSampleCountTotal>{steps.shape[1]}</ChannelSampleCountTotal><Resolution units="uVperLsb">{uv}</Resolution>
{more}{leads}</{tag}>"""


@pytest.fixture
def beat(steps: np.ndarray) -> np.ndarray:
    """(12, 600) integers of 2.5 uV."""
    return steps[:, 1000:1600] * 2


@pytest.fixture
def document(steps: np.ndarray, beat: np.ndarray) -> str:
    valid = '<FirstValid units="Sample">20</FirstValid><LastValid units="Sample">579</LastValid>'
    return f"""<?xml version="1.0" encoding="ISO8859-1" ?>
<CardiologyXML><ObservationType>RestECG</ObservationType><ObservationDateTime><Hour>9</Hour><Minute>5</Minute>
<Second>7</Second><Day>3</Day><Month>11</Month><Year>2019</Year></ObservationDateTime>
<ClinicalInfo><ReasonForStudy></ReasonForStudy><DeviceInfo><Desc>CardioSoft</Desc><SoftwareVer>V6.73</SoftwareVer>
</DeviceInfo></ClinicalInfo>
<PatientInfo><PID/><Age units="YEARS">61</Age><Gender>FEMALE</Gender><Race>UNKNOWN</Race>
<Height units="CENTIMETERS">164</Height><Weight units="KILOGRAMS">71.5</Weight><PaceMaker>no</PaceMaker></PatientInfo>
<Interpretation><Diagnosis><DiagnosisText>Sinus rhythm</DiagnosisText><DiagnosisText>---</DiagnosisText></Diagnosis>
</Interpretation>
<RestingECGMeasurements><VentricularRate units="BPM">66</VentricularRate><PQInterval units="ms">160</PQInterval>
<QRSDuration units="ms">94</QRSDuration><QTInterval units="ms">402</QTInterval><PAxis units="degrees">50</PAxis>
<RAxis units="degrees">-12</RAxis><TAxis units="degrees">40</TAxis>
{block("MedianSamples", beat, "2.5", valid)}</RestingECGMeasurements>
{block("StripData", steps, "5")}</CardiologyXML>"""


def strip_of(document: str) -> str:
    return re.search("<StripData>.*</StripData>", document, re.DOTALL)[0]


def in_strip(document: str, old: str, new: str) -> str:
    strip = strip_of(document)
    assert old in strip
    return document.replace(strip, strip.replace(old, new))


def lead(document: str, name: str) -> str:
    return re.search(f'<WaveformData lead="{name}">.*?</WaveformData>\n', strip_of(document), re.DOTALL)[0]


def test_real_file(shared: Path):
    recording = read((shared / FILE).read_bytes())
    steps = np.rint(recording.signal_mv.astype(np.float64) / 0.005).astype("<i2")
    assert recording.signal_mv.shape == (12, 5000)
    assert recording.signal_mv.dtype == np.float32
    assert steps[:, 1000].tolist() == [22, 166, 144, -94, -61, 155, -28, -51, -52, 149, 158, 124]
    assert hashlib.sha256(steps.tobytes()).hexdigest()[:16] == "5ff19415ef155d70"
    assert (recording.format, recording.version) == ("GE CardioSoft XML", "V6.73")
    assert recording.sampling_rate_hz == 500.0
    assert recording.patient == Patient("male", 53.0, 175.0, 75.0)
    assert recording.device == Measurements(56, 55, 45, 50, 174, 92, 440)
    assert recording.acquired_at == "2018-07-19T14:19:39"
    assert (recording.pacemaker, recording.findings, recording.derived_leads, recording.warnings) == (False, (), (), ())
    assert recording.left_out == (
        "name", "patient number", "birth date", "order or visit number", "hospital or department",
    )  # fmt: skip


def test_real_file_limb_leads_agree_to_half_a_step(shared: Path):
    i, ii, *others = read((shared / FILE).read_bytes()).signal_mv[:6].astype(np.float64)
    np.testing.assert_allclose(others[0], ii - i, atol=1e-6)
    np.testing.assert_allclose(others[1:], [-(i + ii) / 2, i - ii / 2, ii - i / 2], atol=0.0025 + 1e-6)


def test_real_file_against_a_decode_by_hand(shared: Path):
    data = (shared / FILE).read_bytes()
    recording = read(data)
    root = ElementTree.fromstring(data)
    for path, signal_mv in (
        ("StripData", recording.signal_mv),
        ("RestingECGMeasurements/MedianSamples", recording.representative.signal_mv),
    ):
        rows = [[int(step) for step in (found.text or "").split(",")] for found in root.findall(f"{path}/WaveformData")]
        np.testing.assert_allclose(signal_mv, np.array(rows) * 0.005, atol=1e-6)


def test_real_file_representative_beat_has_the_amplitudes_that_the_device_measured(shared: Path):
    data = (shared / FILE).read_bytes()
    beat = read(data).representative
    assert (beat.signal_mv.shape, beat.sampling_rate_hz) == ((12, 600), 500.0)
    measured = ElementTree.fromstring(data).find("RestingECGMeasurements")
    onset, offset = (int(measured.findtext(f"Q{end}")) // 2 for end in ("Onset", "Offset"))
    qrs_uv = 1000 * (beat.signal_mv[:, onset:offset] - beat.signal_mv[:, onset : onset + 1])
    r_uv = [float(value) for value in measured.findtext("MeasurementTable/RAmplitude").split(",")]
    np.testing.assert_allclose(qrs_uv.max(axis=1), r_uv, atol=5.5)


def test_real_file_representative_beat_is_like_the_beats_of_the_rhythm(shared: Path):
    data = (shared / FILE).read_bytes()
    recording = read(data)
    times_ms = [int(time_ms.text) for time_ms in ElementTree.fromstring(data).findall("StripData//Time")]
    near = recording.representative.signal_mv[:, 180:300]
    for time_ms in times_ms:
        r = time_ms // 2 - 30 + int(recording.signal_mv[9, time_ms // 2 - 30 : time_ms // 2 + 30].argmax())
        start = r - int(near[9].argmax())
        here = recording.signal_mv[:, start : start + 120]
        alike = [here - here.mean(axis=1, keepdims=True), near - near.mean(axis=1, keepdims=True)]
        assert np.corrcoef(alike[0].ravel(), alike[1].ravel())[0, 1] > 0.98
        np.testing.assert_allclose(np.ptp(here[6:], axis=1), np.ptp(near[6:], axis=1), rtol=0.25)


def test_document(document: str, steps: np.ndarray, beat: np.ndarray):
    recording = read(document.encode("latin-1"))
    np.testing.assert_allclose(recording.signal_mv, steps * 0.005, atol=1e-6)
    np.testing.assert_allclose(recording.representative.signal_mv, beat[:, 20:580] * 0.0025, atol=1e-6)
    assert recording.patient == Patient("female", 61.0, 164.0, 71.5)
    assert recording.device == Measurements(50, -12, 40, 66, 160, 94, 402)
    assert recording.acquired_at == "2019-11-03T09:05:07"
    assert (recording.warnings, recording.left_out) == ((), ())


def test_full_disclosure_is_neither_read_nor_waited_for(document: str):
    room = source.MAX_BYTES - len(document) - 300
    disclosed = f"<FullDisclosure><FullDisclosureData>{'-12,' * (room // 4)}</FullDisclosureData></FullDisclosure>"
    data = document.replace("</CardiologyXML>", f"{disclosed}</CardiologyXML>").encode()
    began = time.process_time()
    recording = read(data)
    assert time.process_time() - began < 0.5
    np.testing.assert_array_equal(recording.signal_mv, read(document.encode()).signal_mv)


@pytest.mark.parametrize(
    ("declared", "codec"), [("ISO8859-1", "latin-1"), ("ISO-8859-1", "latin-1"), ("UTF-8", "utf-8")]
)
def test_encodings(document: str, declared: str, codec: str):
    data = document.replace("ISO8859-1", declared).replace("Sinus rhythm", "Ströme: LBBB").encode(codec)
    assert read(data).findings == ("bundle branch block",)


@pytest.mark.parametrize("name", ["V1", "V3", "V6"])
def test_missing_precordial_is_named(document: str, name: str):
    with pytest.raises(MissingLeadError, match=rf"^Lead {name} is missing .* Export all 12 leads and try again\.$"):
        read(document.replace(lead(document, name), "").encode())


def test_limb_leads_that_are_not_stored_are_derived(document: str, steps: np.ndarray):
    for name in ("III", "aVR", "aVL", "aVF"):
        document = document.replace(lead(document, name), "")
    recording = read(document.encode())
    assert recording.derived_leads == ("III", "aVR", "aVL", "aVF")
    np.testing.assert_allclose(recording.signal_mv, steps * 0.005, atol=0.0051)


def test_a_shorter_lead_is_named(document: str):
    whole = lead(document, "V3")
    short = re.sub(r"(,-?\d+){1000}</", "</", whole)
    with pytest.raises(DamagedFileError, match="Lead V3 holds 4000 samples, not the number that the file states"):
        read(document.replace(whole, short).encode())
    with pytest.raises(DamagedFileError, match="Lead V3 has 4000 samples where other leads have 5000"):
        read(in_strip(document.replace(whole, short), "ChannelSampleCountTotal", "Count").encode())


def test_a_lead_stored_twice_is_refused_and_further_leads_are_named(document: str):
    last = lead(document, "V6")
    with pytest.raises(DamagedFileError, match="Lead V6 is stored twice"):
        read(document.replace(last, last + last).encode())
    further = document.replace(last, last + '<WaveformData lead="V4R">no numbers</WaveformData>')
    assert read(further.encode()).warnings == ("The file's further lead is not used: V4R.",)


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        (' units="uVperLsb"', "", UnsupportedError, "does not state its amplitude resolution in uVperLsb or mVperLsb"),
        ("uVperLsb", "counts", UnsupportedError, "does not state its amplitude resolution in uVperLsb or mVperLsb"),
        ("uVperLsb", "mVperLsb", UnsupportedError, "5000 µV per sample step"),
        ('uVperLsb">5<', 'uVperLsb">0.005<', UnsupportedError, "0.005 µV per sample step"),
        ('uVperLsb">5<', 'uVperLsb">---<', DamagedFileError, "no usable amplitude resolution"),
        ('uVperLsb">5<', 'uVperLsb">5,000<', DamagedFileError, "no usable amplitude resolution"),
        ('units="Hz">500', 'units="Hz">0', UnsupportedError, "sampling rate of 0 Hz"),
        ('units="Hz">500', 'units="Hz">', DamagedFileError, "no usable sampling rate"),
        ('units="Hz">500', 'units="ms">500', DamagedFileError, "no usable sampling rate"),
        ("Total>5000", "Total>4999", DamagedFileError, "Lead I holds 5000 samples"),
        ('lead="V2">', 'lead="V2">1.5,', DamagedFileError, "lead V2 are not whole numbers"),
        ('lead="V2">', 'lead="V2">1,,', DamagedFileError, "lead V2 are not whole numbers"),
        ('lead="V2">', 'lead="V2">1 ', DamagedFileError, "lead V2 are not whole numbers"),
        ('lead="V2">', 'lead="V2">nan,', DamagedFileError, "lead V2 are not whole numbers"),
        ('lead="V2">', 'lead="V2">1_0,', DamagedFileError, "lead V2 are not whole numbers"),
        ('lead="V2">', f'lead="V2">{"9" * 12},', DamagedFileError, "lead V2 are not whole numbers"),
        ('lead="V2">', f'lead="V2">{"9" * 4000},', DamagedFileError, "lead V2 are not whole numbers"),
        ('lead="V2">', f'lead="V2">{"1," * 240_001}', DamagedFileError, "Lead V2 holds 245001 samples, not the number"),
    ],
)
def test_what_cannot_be_trusted_is_refused(document: str, old: str, new: str, error: type[ReadError], message: str):
    with pytest.raises(error, match=message):
        read(in_strip(document, old, new).encode())


def test_other_ways_to_state_the_same(document: str, steps: np.ndarray):
    same = in_strip(document, 'uVperLsb">5<', 'mVperLsb">0,005<')
    same = in_strip(in_strip(same, ' units="Hz"', ""), "</WaveformData>", ", \n</WaveformData>")
    np.testing.assert_allclose(read(same.encode()).signal_mv, steps * 0.005, atol=1e-6)


def test_only_the_median_beat_nothing_at_all_or_an_exercise_test(document: str):
    strip = strip_of(document)
    with pytest.raises(UnsupportedError, match="only the median beat"):
        read(document.replace(strip, "").encode())
    with pytest.raises(DamagedFileError, match="no rhythm strip"):
        read(
            re.sub(
                "<RestingECGMeasurements>.*</RestingECGMeasurements>", "", document.replace(strip, ""), flags=re.S
            ).encode()
        )
    with pytest.raises(UnsupportedError, match="not marked as a resting ECG"):
        read(document.replace("RestECG", "StressTest").encode())
    assert read(document.replace("RestECG", "").encode()).signal_mv.shape == (12, 5000)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<FirstValid units="Sample">20<', '<FirstValid units="Sample">580<'),
        ("<LastValid", "<FirstValid>1e11</FirstValid><LastValid"),
        ('<LastValid units="Sample">579<', '<LastValid units="Sample">-5<'),
        ('uVperLsb">2.5<', 'uVperLsb">x<'),
        ('<ChannelSampleCountTotal>600<', '<ChannelSampleCountTotal>500<'),
    ],
)  # fmt: skip
def test_a_damaged_median_beat_is_left_out(document: str, old: str, new: str):
    assert old in document
    changed = document.replace(old, new, 1)
    if "1e11" in new:
        changed = changed.replace('<FirstValid units="Sample">20</FirstValid>', "")
    recording = read(changed.encode())
    assert recording.representative is None
    assert recording.signal_mv.shape == (12, 5000)


def test_median_beat_without_limits_is_taken_whole(document: str, beat: np.ndarray):
    whole = read(re.sub("<(First|Last)Valid.*?</.*?>", "", document).encode()).representative
    np.testing.assert_allclose(whole.signal_mv, beat * 0.0025, atol=1e-6)


NOT_USED = "The {0} in the file is not that of a person, or its unit is not known; it was not used. Type the {0} in."


@pytest.mark.parametrize(
    ("given", "expected", "warnings"),
    [
        ('<Age units="MONTHS">30</Age><Gender>MALE</Gender>', Patient("male", 2.0), ()),
        ("<Age>61</Age><Gender>UNKNOWN</Gender>", Patient(None, 61.0), ()),
        ("<Gender></Gender>", Patient(), ()),
        ("<BirthDateTime><Day>4</Day><Month>11</Month><Year>1950</Year></BirthDateTime>", Patient(None, 68.0), ()),
        ("<BirthDateTime><Day>3</Day><Month>11</Month><Year>1950</Year></BirthDateTime>", Patient(None, 69.0), ()),
        ("<BirthDateTime><Day>31</Day><Month>2</Month><Year>1950</Year></BirthDateTime>", Patient(), ()),
        ('<Age units="YEARS">---</Age>', Patient(), ()),
        ('<Age units="MOONS">61</Age>', Patient(), (NOT_USED.format("age"),)),
        (
            '<Height units="CENTIMETERS">0</Height><Weight units="POUNDS">150</Weight>',
            Patient(None, None, None, 68.0),
            (),
        ),
        (
            '<Height units="INCHES">65</Height><Weight units="KILOGRAMS">71,5</Weight>',
            Patient(None, None, 165.1, 71.5),
            (),
        ),
        ('<Height units="METERS">1,75</Height>', Patient(None, None, 175.0), ()),
        ('<Height units="CENTIMETERS">---</Height><Weight units="KILOGRAMS"></Weight>', Patient(), ()),
        ('<Height units="HANDS">16</Height>', Patient(), (NOT_USED.format("height"),)),
        ('<Weight units="KILOGRAMS">750</Weight>', Patient(), (NOT_USED.format("weight"),)),
    ],
)
def test_patient(document: str, given: str, expected: Patient, warnings: tuple[str, ...]):
    changed = re.sub("<PatientInfo>.*</PatientInfo>", f"<PatientInfo>{given}</PatientInfo>", document, flags=re.DOTALL)
    recording = read(changed.encode())
    assert (recording.patient, recording.warnings) == (expected, warnings)


@pytest.mark.parametrize(
    ("field", "statement", "expected"),
    [
        ("no", "Sinus rhythm", False),
        ("yes", "Sinus rhythm", True),
        ("", "Sinus rhythm", None),
        ("no", "Electronic ventricular pacemaker", True),
        ("no", "Wandering atrial pacemaker", False),
    ],
)
def test_pacemaker(document: str, field: str, statement: str, expected: bool | None):
    changed = document.replace("PaceMaker>no<", f"PaceMaker>{field}<").replace("Sinus rhythm", statement)
    assert read(changed.encode()).pacemaker is expected


def test_the_physicians_conclusion_counts_too(document: str):
    said = "<Conclusion><ConclusionText>Atrial fibrillation</ConclusionText><ConclusionText>no LBBB</ConclusionText>"
    changed = document.replace("</Interpretation>", f"{said}</Conclusion></Interpretation>")
    assert read(changed.encode()).findings == ("atrial fibrillation",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<Hour>9</Hour>", "", "2019-11-03"),
        ("<Second>7</Second>", "<Second>61</Second>", "2019-11-03"),
        ("<Year>2019</Year>", "<Year/>", None),
        ("<Month>11</Month>", "<Month>13</Month>", None),
    ],
)
def test_moment(document: str, old: str, new: str, expected: str | None):
    assert read(document.replace(old, new).encode()).acquired_at == expected


def test_measurements_that_are_none(document: str):
    changed = document.replace(">94<", "><").replace(">50</PAxis", ">999</PAxis").replace(">160<", ">0<")
    assert read(changed.encode()).device == Measurements(None, -12, 40, 66, None, None, 402)


def test_nothing_identifying_is_kept(document: str):
    info = """<PID>SECRET</PID><Name><FamilyName>SECRET</FamilyName></Name><BirthDateTime><Day>1</Day><Month>2</Month>
<Year>1958</Year></BirthDateTime><Race>SECRET</Race>"""
    visit = """<PatientVisit><OrderingProvider><FamilyName>SECRET</FamilyName></OrderingProvider><OrderNumber>SECRET
</OrderNumber><PatientRoom>SECRET</PatientRoom><Medications><Drug>SECRET</Drug></Medications></PatientVisit>"""
    changed = document.replace("<PID/>", info).replace("<Race>UNKNOWN</Race>", "")
    recording = read(changed.replace("<Interpretation>", f"{visit}<Interpretation>SECRET").encode())
    assert recording.left_out == (
        "name", "patient number", "birth date", "order or visit number", "physician or technician",
        "hospital or department", "free text", "race",
    )  # fmt: skip
    assert "SECRET" not in repr(recording)
    assert "1958" not in repr(recording)


def test_version_is_cleaned(document: str):
    assert (
        read(document.replace("V6.73", "V6.73 / <![CDATA[<b>]]>rc-1 of 2018-07-19").encode()).version
        == "V6.73brc1of20180"
    )
    assert read(document.replace("V6.73", "").encode()).version is None


@pytest.mark.parametrize(
    ("stated", "low_pass_hz"),
    [
        ('<LowPass units="Hz">40</LowPass><HighPass units="Hz">0.01</HighPass>', 40.0),
        ("<LowPass>150</LowPass>", 150.0),
        ('<LowPass units="mHz">40000</LowPass>', None),
        ('<LowPass units="Hz"></LowPass>', None),
        ('<HighPass units="Hz">40</HighPass>', None),
    ],
)
def test_low_pass_filter(document: str, stated: str, low_pass_hz: float | None):
    changed = document.replace("<Interpretation>", f"<FilterSetting>{stated}</FilterSetting><Interpretation>", 1)
    assert read(changed.encode()).low_pass_hz == low_pass_hz
