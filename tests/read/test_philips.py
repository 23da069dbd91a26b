import hashlib
import warnings
from pathlib import Path

import numpy as np
import pytest

from lvm.errors import DamagedFileError, UnsupportedError
from lvm.read import read, xml
from lvm.read.xli import decode, reconstruct
from lvm.recording import LEADS, Measurements, Patient

FOLDER = "ecg-files/philips_sierra_xml"
DY = Measurements(66, -21, 59, 41, 151, 135, 476)
TC = Measurements(27, 22, 80, 64, 164, 102, 399)
DEMO = Measurements(81, 78, 67, 84, 144, 84, 352)
AT_1000 = {
    "DY": [-11, -19, -7, 14, -1, -13, 0, -2, -5, -6, -6, -5],
    "TC": [-12, 87, 99, -37, -56, 93, -7, -47, -53, -42, -37, -33],
    "DEMO": [1, -48, -49, 24, 25, -49, 5, -4, 28, -27, 9, 13],
}
FILES = [
    # file, version, samples, sample 1000, hash, sex, age, device, acquired
    (
        "129DYPRG_1_03.xml", "1.03", 5264, "DY", "b082432977cf68b4", "male", 50.0, DY, "2011-12-01T07:27:34",
    ),
    (
        "repbeats_example_1_03.xml", "1.03", 5264, "DY", "b082432977cf68b4", "male", 50.0, DY, "2011-12-01T07:27:34",
    ),
    (
        "3191723_ZZDEMOPTONLY_1_04_orig.xml", "1.04", 5300, "DEMO", "39abde0d6792a5e7", "male", 60.0, DEMO,
        "2010-01-19T15:19:22",
    ),
    (
        "3191723_ZZDEMOPTONLY_1_04_utf8_jsfixture.xml", "1.04", 5300, "DEMO", "39abde0d6792a5e7", "male", 60.0, DEMO,
        "2010-01-19T15:19:22",
    ),
    (
        "2020-5-18_1_04_01.xml", "1.04.01", 5300, "TC", "3776168371607eea", None, 69.0, TC, "2020-05-18T15:48:11",
    ),
]  # fmt: skip
NAMES = [row[0] for row in FILES]


@pytest.mark.parametrize(("name", "version", "length", "at", "sha", "sex", "age", "device", "acquired"), FILES)
def test_real_file(shared, name, version, length, at, sha, sex, age, device, acquired):
    recording = read((shared / FOLDER / name).read_bytes())
    steps = np.rint(recording.signal_mv.astype(np.float64) * 200).astype("<i2")
    assert recording.signal_mv.shape == (12, length)
    assert recording.signal_mv.dtype == np.float32
    assert steps[:, 1000].tolist() == AT_1000[at]
    assert hashlib.sha256(steps.tobytes()).hexdigest()[:16] == sha
    np.testing.assert_allclose(recording.signal_mv, steps * 0.005, atol=1e-6)
    assert recording.sampling_rate_hz == 500.0
    assert (recording.format, recording.version) == ("Philips Sierra XML", version)
    assert recording.patient == Patient(sex, age, None, None)
    assert recording.device == device
    assert recording.acquired_at == acquired
    assert (recording.pacemaker, recording.derived_leads, recording.warnings) == (None, (), ())


@pytest.mark.parametrize("name", NAMES)
def test_samples_before_cutting_are_those_of_sierraecg(shared: Path, name: str):
    path = shared / FOLDER / name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import sierraecg

        theirs = np.stack([lead.samples for lead in sierraecg.read_file(str(path)).leads])
    root = xml.parse(path.read_bytes(), "")
    waveforms = next(xml.children(root, "waveforms/parsedwaveforms"))
    ours = reconstruct(np.stack(decode(xml.raw_text(waveforms), list(LEADS), 60_000)))
    assert theirs.shape == (12, 5500)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", NAMES)
def test_limb_leads_keep_einthoven_and_the_pulse_is_gone(shared: Path, name: str):
    signal_mv = read((shared / FOLDER / name).read_bytes()).signal_mv
    i, ii, iii, avr, avl, avf = signal_mv[:6]
    np.testing.assert_allclose(iii, ii - i, atol=0.0101)
    np.testing.assert_allclose(avr + avl + avf, 0, atol=0.0151)
    assert (signal_mv[:, -1] != signal_mv[0, -1]).any()


@pytest.mark.parametrize(
    ("name", "found"), [("invalid-doc-type.xml", "MortaraECG 1.03"), ("invalid-doc-version.xml", "SierraECG 1.05")]
)
def test_unknown_version_is_named(shared: Path, name: str, found: str):
    with pytest.raises(UnsupportedError, match=rf"{found}; .* versions 1.03, 1.04, 1.04.01"):
        read((shared / FOLDER / "negative" / name).read_bytes())


def test_made_file_reads_back(sierra, steps):
    recording = read(sierra(steps).encode())
    np.testing.assert_array_equal(np.rint(recording.signal_mv * 200), steps)


@pytest.mark.parametrize("namespace", ["", ' xmlns="urn:other"'])
def test_any_namespace(sierra, steps, namespace: str):
    assert read(sierra(steps, namespace=namespace).encode()).signal_mv.shape == (12, 5000)


def test_namespace_prefix(sierra, steps):
    text = sierra(steps, namespace=' xmlns:p="urn:p"').replace("</", "\0").replace("<?", "\1")
    text = text.replace("<", "<p:").replace("\0", "</p:").replace("\1", "<?")
    assert read(text.encode()).patient.sex == "male"


@pytest.mark.parametrize("zeros", [20, 36, 300])
@pytest.mark.parametrize("after", [0, 50])
def test_calibration_tail_is_cut_wherever_it_begins(sierra, steps, zeros: int, after: int):
    tail = np.concatenate((np.zeros(zeros), np.full(100, 200), np.zeros(after)))
    recording = read(sierra(np.concatenate((steps, np.tile(tail, (12, 1))), axis=1).astype(np.int64)).encode())
    np.testing.assert_array_equal(np.rint(recording.signal_mv * 200), steps)


def test_a_lead_at_zero_is_no_tail(sierra, steps):
    steps[6:, 4000:] = 0
    assert read(sierra(steps).encode()).signal_mv.shape == (12, 5000)


def test_nothing_but_a_pulse_is_refused(sierra):
    with pytest.raises(DamagedFileError, match=r"no signal in any lead"):
        read(sierra(np.full((12, 5000), 200)).encode())


def test_fifteen_leads(sierra, steps):
    recording = read(
        sierra(np.concatenate((steps, steps[6:9])), labels=" ".join((*LEADS, "V3R", "V4R", "V7"))).encode()
    )
    assert recording.signal_mv.shape == (12, 5000)
    assert recording.warnings == ("The file's further leads are not used: V3R, V4R and V7.",)


def test_other_order_of_leads_is_refused(sierra, steps):
    labels = "aVL I aVR II aVF III V1 V2 V3 V4 V5 V6"
    with pytest.raises(UnsupportedError, match="order I, II, III"):
        read(sierra(steps, labels=labels).encode())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<age defaultage='50'/>", Patient()),
        ("<age defaultage='50'><dateofbirth>1950-03-02</dateofbirth></age>", Patient(age_years=69.0)),
        ("<age><dateofbirth>1950-03-01</dateofbirth></age>", Patient(age_years=70.0)),
        ("<age><dateofbirth>2021-03-01</dateofbirth></age>", Patient()),
        ("<age><dateofbirth>1950-02-30</dateofbirth></age>", Patient()),
        ("<age><years>71</years></age><sex>Female</sex>", Patient("female", 71.0)),
        ("<age><months>30</months></age><sex>UN</sex>", Patient(None, 2.0)),
        ("<age><years>999</years></age><sex>Unknown</sex>", Patient()),
        ("<height><cm>170</cm></height><weight><kg>80.5</kg></weight>", Patient(None, None, 170.0, 80.5)),
        ("<height><inch>70</inch></height><weight><lb>180</lb></weight>", Patient(None, None, 177.8, 81.6)),
        ("<height><cm>---</cm></height><weight><kg>0.00</kg></weight>", Patient()),
        ("<height><cm>1</cm></height><weight><lb></lb></weight>", Patient()),
        ("<height><cm>170,5</cm></height><weight><kg>1e999</kg></weight>", Patient(None, None, 170.5)),
    ],
)
def test_patient(sierra, steps, given: str, expected: Patient):
    assert read(sierra(steps, patient=given).encode()).patient == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [("Unknown", None), ("", None), ("Paced", True), ("Yes", True), ("No", False), ("Not paced", False), ("12", None)],
)
def test_pacemaker(sierra, steps, status: str, expected: bool | None):
    assert read(sierra(steps, patient=f"<pacestatus>{status}</pacestatus>").encode()).pacemaker is expected


def test_measurements_fall_back_value_by_value(sierra, steps):
    more = """<internalmeasurements><crossleadmeasurements><pfrontaxis>264</pfrontaxis><meanqrsdur>98</meanqrsdur>
    <meanprint>160</meanprint><tfrontaxis>999</tfrontaxis></crossleadmeasurements></internalmeasurements>
    <interpretations><interpretation><globalmeasurements><pfrontaxis>Indeterminate</pfrontaxis><qrsdur>Failed</qrsdur>
    <print>0</print><heartrate>---</heartrate></globalmeasurements></interpretation></interpretations>"""
    device = read(sierra(steps, more=more).encode()).device
    assert device == Measurements(p_axis_deg=-96.0, qrs_duration_ms=98.0)


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ('compression="XLI"', 'compression="ZIP"', UnsupportedError, "XLI compression"),
        ('dataencoding="Base64"', 'dataencoding="Plain"', UnsupportedError, "Base64"),
        ('samplespersecond="500"', 'samplespersecond="250"', DamagedFileError, "two different sampling rates"),
        ('resolution="5"', 'resolution="0.005"', DamagedFileError, "two different amplitude resolutions"),
        ('durationperchannel="10000"', 'durationperchannel="9000"', DamagedFileError, "Lead I .* 5000 .* 4500"),
        ("<samplingrate>500<", "<samplingrate>0<", DamagedFileError, "two different"),
        ("parsedwaveforms", "otherwaveforms", DamagedFileError, "holds no waveforms"),
        ('numberofleads="12"', 'numberofleads="15"', None, ""),
    ],
)
def test_contradictions(sierra, steps, old: str, new: str, error: type[Exception] | None, message: str):
    data = sierra(steps).replace(old, new).encode()
    if error is None:
        assert read(data).signal_mv.shape == (12, 5000)
    else:
        with pytest.raises(error, match=message):
            read(data)


def test_samples_cut_short(sierra, steps):
    text = sierra(steps)
    end = text.index("</parsedwaveforms")
    last_line = text.rindex("\n", 0, end - 1)
    with pytest.raises(DamagedFileError, match="lead V6 are damaged or cut short"):
        read((text[: last_line - 77] + text[end:]).encode())
    with pytest.raises(DamagedFileError, match="no valid Base64"):
        read((text[:last_line] + "!!" + text[end:]).encode())


def test_lzw_bomb_stops_early(sierra, steps):
    """A lead of 100 hours compresses well; it is given up at the longest recording that is read."""
    with pytest.raises(DamagedFileError, match="lead I are damaged"):
        read(sierra(np.zeros((12, 200_000), np.int64)).replace('durationperchannel="400000"', "").encode())
