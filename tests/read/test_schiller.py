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

FILE = "ecg-files/schiller_sema_xml/cvrg_schiller.xml"
_ANNOTATED = {"HR": 66, "RR": 909, "PQ": 160, "QRS": 94, "QT": 402, "AXIS_P": 50, "AXIS_QRS": -12, "AXIS_T": 40}


def wavedata(kind: str, steps: np.ndarray, uv: str) -> str:
    channels = "".join(
        f"<channel><annotation_lead><name>R_AMPL</name><value>0.37</value></annotation_lead><name>{name.upper()}</name>"
        f"<data>{','.join(map(str, row))}</data><datastype>COMMASEPARATE</datastype>"
        f"<samplecount>{len(row)}</samplecount></channel>\n"
        for name, row in zip(LEADS, steps.tolist(), strict=True)
    )
    return f"""<wavedata><type>{kind}</type><resolution><samplerate><exponent>1</exponent><value>500</value>
</samplerate>
<yres><unitperbit>{uv}</unitperbit><units>UV</units></yres></resolution>{channels}
<channelconfiguration>ECG_STANDARD</channelconfiguration></wavedata>"""


@pytest.fixture
def beat(steps: np.ndarray) -> np.ndarray:
    """(12, 580) integers of 2.5 uV."""
    return steps[:, 1000:1580] * 2


@pytest.fixture
def document(steps: np.ndarray, beat: np.ndarray) -> str:
    annotated = "".join(
        f"<annotation_global><name>{name}</name><value>{value}</value></annotation_global>"
        for name, value in _ANNOTATED.items()
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<com.xiriuz.sema.xml.schillerEDI.SchillerEDI><patdata><id/><birthdate>19580203</birthdate><gender>FEMALE</gender>
<ethnic>ETHNIC_UNDEFINED</ethnic><weight><value>71.5</value><unit>kg</unit></weight><height><value>164.0</value>
<unit>cm</unit></height><pacemaker><value>OFF</value></pacemaker></patdata><examdescript><startdatetime>
<date>20191103</date><time>090507000</time></startdatetime><rectype>RESTING_ECG</rectype><aquiringdevice><software>
<version>2.64.0</version></software></aquiringdevice></examdescript><eventdata><event><offset>0</offset>
{wavedata("ECG_AVERAGES", beat, "2.5")}{wavedata("ECG_RHYTHMS", steps, "5.0")}{annotated}
<annotation_global><name>BP_D</name><value> -</value></annotation_global>
<textdata><type>INTERPRETATION</type><textdata>Sinus rhythm</textdata></textdata>
<textdata><type>MEDICATION</type><textdata>

</textdata></textdata></event></eventdata></com.xiriuz.sema.xml.schillerEDI.SchillerEDI>"""


def rhythm_of(document: str) -> str:
    return re.search("<wavedata><type>ECG_RHYTHMS.*?</wavedata>", document, re.DOTALL)[0]


def average_of(document: str) -> str:
    return re.search("<wavedata><type>ECG_AVERAGES.*?</wavedata>", document, re.DOTALL)[0]


def in_rhythm(document: str, old: str, new: str) -> str:
    rhythm = rhythm_of(document)
    assert old in rhythm
    return document.replace(rhythm, rhythm.replace(old, new))


def channel(document: str, name: str) -> str:
    channels = re.findall("<channel>.*?</channel>\n", rhythm_of(document), re.DOTALL)
    return next(found for found in channels if f"<name>{name}</name>" in found)


def test_real_file(shared: Path):
    recording = read((shared / FILE).read_bytes())
    steps = np.rint(recording.signal_mv.astype(np.float64) / 0.001).astype("<i2")
    assert recording.signal_mv.shape == (12, 4998)
    assert recording.signal_mv.dtype == np.float32
    assert steps[:, 1000].tolist() == [-35, 520, 555, -243, -295, 537, 290, -120, -105, 250, 565, 275]
    assert hashlib.sha256(steps.tobytes()).hexdigest()[:16] == "3d8f6e5e0af300b0"
    assert (recording.format, recording.version) == ("Schiller SEMA XML", "2.64.0")
    assert recording.sampling_rate_hz == 500.0
    assert recording.patient == Patient("male", None, 180.0, 85.0)
    assert recording.device == Measurements(91, -67, -30, 59, 214, 146, 458)
    assert recording.acquired_at == "2006-05-02T14:06:10"
    assert (recording.pacemaker, recording.findings, recording.derived_leads, recording.warnings) == (False, (), (), ())
    assert recording.left_out == (
        "patient number", "physician or technician", "hospital or department", "free text",
    )  # fmt: skip


def test_real_file_limb_leads_agree_to_half_a_step(shared: Path):
    i, ii, *others = read((shared / FILE).read_bytes()).signal_mv[:6].astype(np.float64)
    np.testing.assert_allclose(others[0], ii - i, atol=1e-6)
    np.testing.assert_allclose(others[1:], [-(i + ii) / 2, i - ii / 2, ii - i / 2], atol=0.0005 + 1e-6)


def test_real_file_against_a_decode_by_hand(shared: Path):
    data = (shared / FILE).read_bytes()
    recording = read(data)
    average, rhythm = ElementTree.fromstring(data).findall("eventdata/event/wavedata")
    for block, signal_mv in ((rhythm, recording.signal_mv), (average, recording.representative.signal_mv)):
        rows = [[int(step) for step in (found.text or "").split(",")] for found in block.findall("channel/data")]
        np.testing.assert_allclose(signal_mv, np.array(rows) * 0.001, atol=1e-6)


def test_real_file_representative_beat_has_the_amplitudes_that_the_device_measured(shared: Path):
    data = (shared / FILE).read_bytes()
    beat = read(data).representative
    assert (beat.signal_mv.shape, beat.sampling_rate_hz) == ((12, 580), 500.0)
    event = ElementTree.fromstring(data).find("eventdata/event")
    stated = {found.findtext("name"): found.findtext("value") for found in event.findall("annotation_global")}
    onset, offset = int(stated["QRS_ON"]), int(stated["QRS_OFF"])  # in samples: 73 of them are the QRS of 146 ms
    assert 2 * (offset - onset) == int(stated["QRS"])
    qrs_mv = beat.signal_mv[:, onset:offset] - beat.signal_mv[:, onset : onset + 1]
    for row, found in zip(qrs_mv, event.find("wavedata").findall("channel"), strict=True):
        of_lead = {one.findtext("name"): float(one.findtext("value")) for one in found.findall("annotation_lead")}
        np.testing.assert_allclose(row.max(), max(0, of_lead["R_AMPL"]), atol=0.015)
        np.testing.assert_allclose(row.min(), min(0, of_lead["Q_AMPL"], of_lead["S_AMPL"]), atol=0.015)


def test_real_file_representative_beat_is_like_the_beats_of_the_rhythm(shared: Path):
    recording = read((shared / FILE).read_bytes())
    near = recording.representative.signal_mv[:, 240:360]
    near = near - near.mean(axis=1, keepdims=True)
    windows = np.lib.stride_tricks.sliding_window_view(recording.signal_mv, near.shape[1], axis=1)
    windows = windows - windows.mean(axis=2, keepdims=True)  # (12, starts, 120)
    alike = np.einsum("lst,lt->s", windows, near) / np.linalg.norm(windows, axis=(0, 2)) / np.linalg.norm(near)
    peaks = [s for s in range(200, alike.size - 200) if alike[s] > 0.9 and alike[s] == alike[s - 200 : s + 200].max()]
    assert len(peaks) == 9
    assert alike[peaks].min() > 0.985
    mean_beat = windows[:, peaks].mean(axis=1)
    gain = (mean_beat * near).sum(axis=1) / (near**2).sum(axis=1)
    np.testing.assert_allclose(gain, 1, atol=0.06)
    assert np.diff(peaks).mean() * 2 == pytest.approx(1012, abs=10)  # ms; the device's RR is 1012


def test_document(document: str, steps: np.ndarray, beat: np.ndarray):
    recording = read(b"\xef\xbb\xbf" + document.encode())
    np.testing.assert_allclose(recording.signal_mv, steps * 0.005, atol=1e-6)
    np.testing.assert_allclose(recording.representative.signal_mv, beat * 0.0025, atol=1e-6)
    assert recording.patient == Patient("female", 61.0, 164.0, 71.5)
    assert recording.device == Measurements(50, -12, 40, 66, 160, 94, 402)
    assert recording.acquired_at == "2019-11-03T09:05:07"
    assert (recording.warnings, recording.left_out) == ((), ("birth date",))


def test_rhythm_is_found_by_its_type_wherever_it_stands(document: str):
    expected = read(document.encode())
    rhythm, average = rhythm_of(document), average_of(document)
    for blocks in (rhythm + average, f"</event><event>{rhythm}{average}"):
        recording = read(document.replace(average + rhythm, blocks).encode())
        np.testing.assert_array_equal(recording.signal_mv, expected.signal_mv)
        np.testing.assert_array_equal(recording.representative.signal_mv, expected.representative.signal_mv)
        assert recording.device == expected.device
    assert read(document.replace("ECG_RHYTHMS", "ECG_RHYTHM").encode()).signal_mv.shape == (12, 5000)
    assert read(document.replace(average, "").encode()).representative is None
    with pytest.raises(UnsupportedError, match="only the averaged beat"):
        read(document.replace(rhythm, "").encode())
    with pytest.raises(DamagedFileError, match="no rhythm"):
        read(document.replace(average + rhythm, "").encode())


def test_measurements_of_another_event_are_not_taken(document: str):
    other = "<event><annotation_global><name>QRS</name><value>150</value></annotation_global></event>"
    assert read(document.replace("<eventdata>", f"<eventdata>{other}").encode()).device.qrs_duration_ms == 94


@pytest.mark.parametrize("name", ["V1", "V3", "V6"])
def test_missing_precordial_is_named(document: str, name: str):
    with pytest.raises(MissingLeadError, match=rf"^Lead {name} is missing .* Export all 12 leads and try again\.$"):
        read(document.replace(channel(document, name), "").encode())


def test_limb_leads_that_are_not_stored_are_derived(document: str, steps: np.ndarray):
    for name in ("III", "AVR", "AVL", "AVF"):
        document = document.replace(channel(document, name), "")
    recording = read(document.encode())
    assert recording.derived_leads == ("III", "aVR", "aVL", "aVF")
    np.testing.assert_allclose(recording.signal_mv, steps * 0.005, atol=0.0051)


def test_a_shorter_lead_is_named(document: str):
    whole = channel(document, "V3")
    short = re.sub(r"(,-?\d+){1000}</", "</", whole)
    with pytest.raises(DamagedFileError, match="Lead V3 holds 4000 samples, not the number that the file states"):
        read(document.replace(whole, short).encode())
    with pytest.raises(DamagedFileError, match="Lead V3 has 4000 samples where other leads have 5000"):
        read(document.replace(whole, short.replace("<samplecount>5000</samplecount>", "")).encode())


def test_a_lead_stored_twice_is_refused_and_further_leads_are_named(document: str):
    last = channel(document, "V6")
    with pytest.raises(DamagedFileError, match="Lead V6 is stored twice"):
        read(document.replace(last, last + last).encode())
    further = document.replace(last, last + last.replace("<name>V6<", "<name>V8<"))
    assert read(further.encode()).warnings == ("The file's further lead is not used: V8.",)


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("<units>UV</units>", "", UnsupportedError, "does not state its amplitudes in UV, MV or NV"),
        ("<units>UV<", "<units>COUNTS<", UnsupportedError, "does not state its amplitudes in UV, MV or NV"),
        ("<units>UV<", "<units>MV<", UnsupportedError, "5000 µV per sample step"),
        ("<units>UV<", "<units>NV<", UnsupportedError, "0.005 µV per sample step"),
        ("<unitperbit>5.0<", "<unitperbit>---<", DamagedFileError, "no usable amplitude resolution"),
        ("<unitperbit>5.0<", "<unitperbit>0<", UnsupportedError, "0 µV per sample step"),
        ("<exponent>1<", "<exponent>3<", UnsupportedError, "exponent other than 1"),
        ("<value>500<", "<value>0<", UnsupportedError, "sampling rate of 0 Hz"),
        ("<value>500<", "<value>-500<", UnsupportedError, "sampling rate of -500 Hz"),
        ("<value>500<", "<value>x<", DamagedFileError, "no usable sampling rate"),
        ("COMMASEPARATE", "BASE64", UnsupportedError, "Lead I .* not stored as numbers separated by commas"),
        ("<samplecount>5000<", "<samplecount>4998<", DamagedFileError, "Lead I holds 5000 samples"),
        ("<data>", "<data>1.5,", DamagedFileError, "lead I are not whole numbers"),
        ("<data>", "<data>1;", DamagedFileError, "lead I are not whole numbers"),
        ("<data>", "<data>---", DamagedFileError, "lead I are not whole numbers"),
    ],
)
def test_what_cannot_be_trusted_is_refused(document: str, old: str, new: str, error: type[ReadError], message: str):
    with pytest.raises(error, match=message):
        read(in_rhythm(document, old, new).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<unitperbit>5.0</unitperbit><units>UV<", "<unitperbit>0,005</unitperbit><units>mV<"),
        ("<unitperbit>5.0</unitperbit><units>UV<", "<unitperbit>5000</unitperbit><units>NV<"),
        ("</data>", ",\n</data>"),
        ("<exponent>1<", "<exponent>0<"),
        ("<exponent>1</exponent>", ""),
        ("<datastype>COMMASEPARATE</datastype>", ""),
    ],
)
def test_other_ways_to_state_the_same(document: str, steps: np.ndarray, old: str, new: str):
    np.testing.assert_allclose(read(in_rhythm(document, old, new).encode()).signal_mv, steps * 0.005, atol=1e-6)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<gender>MALE</gender>", Patient("male")),
        ("<gender>UNDEFINED</gender><birthdate/>", Patient()),
        ("<birthdate>19581104</birthdate>", Patient(None, 60.0)),
        ("<birthdate>1958-11-03</birthdate>", Patient(None, 61.0)),
        ("<birthdate>00000000</birthdate>", Patient()),
        ("<birthdate>20200101</birthdate>", Patient()),
        ("<height><value>0</value><unit>cm</unit></height>", Patient()),
        ("<height><value>---</value><unit>cm</unit></height><weight><value/><unit/></weight>", Patient()),
        ("<height><value>65</value><unit>in</unit></height>", Patient(None, None, 165.1)),
        ("<weight><value>150</value><unit>lb</unit></weight>", Patient(None, None, None, 68.0)),
        ("<weight><value>150</value><unit>lbs</unit></weight>", Patient(None, None, None, 68.0)),
        ("<weight><value>71,5</value><unit>kg</unit></weight>", Patient(None, None, None, 71.5)),
    ],
)
def test_patient(document: str, given: str, expected: Patient):
    changed = re.sub("<patdata>.*</patdata>", f"<patdata>{given}</patdata>", document, flags=re.DOTALL)
    recording = read(changed.encode())
    assert (recording.patient, recording.warnings) == (expected, ())


def test_an_unknown_unit_is_said(document: str):
    recording = read(document.replace("<unit>kg<", "<unit>stone<").encode())
    assert recording.patient.weight_kg is None
    assert recording.warnings == (
        "The weight in the file is not that of a person, or its unit is not known; it was not used. "
        "Type the weight in.",
    )


@pytest.mark.parametrize(
    ("field", "said", "pacemaker", "findings"),
    [
        ("OFF", "Sinus rhythm", False, ()),
        ("ON", "Sinus rhythm", True, ()),
        ("UNDEFINED", "Sinus rhythm", None, ()),
        ("OFF", "Regular\nVentricular-paced rhythm", True, ("paced rhythm",)),
        ("OFF", "no ST elevation\nLBBB\natrial fibrillation", False, ("bundle branch block", "atrial fibrillation")),
    ],
)
def test_pacemaker_and_findings(
    document: str, field: str, said: str, pacemaker: bool | None, findings: tuple[str, ...]
):
    recording = read(document.replace("<value>OFF<", f"<value>{field}<").replace("Sinus rhythm", said).encode())
    assert (recording.pacemaker, recording.findings) == (pacemaker, findings)


@pytest.mark.parametrize(
    ("date", "clock", "expected"),
    [
        ("20191103", "090507", "2019-11-03T09:05:07"),
        ("20191103", "90507000", "2019-11-03"),
        ("20191103", "", "2019-11-03"),
        ("20191303", "090507000", None),
        ("", "090507000", None),
    ],
)
def test_moment(document: str, date: str, clock: str, expected: str | None):
    changed = document.replace("<date>20191103<", f"<date>{date}<").replace("<time>090507000<", f"<time>{clock}<")
    assert read(changed.encode()).acquired_at == expected


def test_nothing_identifying_is_kept(document: str):
    changed = document.replace("<id/>", "<id>SECRET</id><lastname>SECRET</lastname>")
    changed = changed.replace("ETHNIC_UNDEFINED", "SECRET").replace("Sinus rhythm", "SECRET")
    changed = changed.replace(
        "<rectype>",
        "<case_id>SECRET</case_id><location><id>SECRET</id></location><idu><referring_user><name>SECRET</name>"
        "</referring_user></idu><rectype>",
    ).replace("<type>MEDICATION</type><textdata>\n", "<type>MEDICATION</type><textdata>SECRET")
    recording = read(changed.encode())
    assert recording.left_out == (
        "name", "patient number", "birth date", "order or visit number", "physician or technician",
        "hospital or department", "free text", "race",
    )  # fmt: skip
    assert "SECRET" not in repr(recording)
    assert "1958" not in repr(recording)


def test_very_many_lines_of_text(document: str):
    lines = "LBBB\n" + "no\n" * ((source.MAX_BYTES - len(document) - 200) // 3)
    data = document.replace("Sinus rhythm", lines).encode()
    began = time.process_time()
    assert read(data).findings == ("bundle branch block",)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("filters", "low_pass_hz"),
    [
        ({"HIGHPASS_CUTOFF_FREQ": "0.05", "LOWPASS_CUTOFF_FREQ": "40"}, 40.0),
        ({"LOWPASS_CUTOFF_FREQ": "150"}, 150.0),
        ({"LOWPASS_CUTOFF_FREQ": "OFF"}, None),
        ({"MAINS": "50", "SMOOTHING": "35"}, None),
    ],
)
def test_low_pass_filter(document: str, filters: dict[str, str], low_pass_hz: float | None):
    stated = "".join(f"<filter><name>{name}</name><value>{value}</value></filter>" for name, value in filters.items())
    changed = document.replace("</event>", f"<filters_data>{stated}</filters_data></event>", 1)
    assert read(changed.encode()).low_pass_hz == low_pass_hz
