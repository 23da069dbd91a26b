import hashlib
import io
import logging
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from lvm.errors import DamagedFileError, MissingLeadError, NotAnEcgError, ReadError, UnsupportedError
from lvm.read import dicom, read
from lvm.recording import LEADS, Measurements, Patient
from tests.fuzz import seeds

# pytest sets the filters anew for every test, so what lvm.read.dicom_file silences has to be said here too.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

FOLDER = "ecg-files/dicom_waveform"
FILES = [
    (
        "ecgtoolkit_Example", (500.0, 2.5), (5000, 599), Measurements(44, -61, 86, None, 148, 120, 420),
        Patient("male", 49.0), "2002-11-22T09:10:00", ("name", "patient number", "birth date"), "51bba116f69b4e17",
    ),
    (
        "pydicom_waveform_ecg", (1000.0, 1.25), (10000, 1200), Measurements(74, 52, 57, 61.1, 161, 75, 368),
        Patient("female", 42.0), "2013-01-25T10:59:19",
        (
            "name", "patient number", "birth date", "order or visit number", "physician or technician",
            "hospital or department",
        ), "64d89d6f928dd1cb",
    ),
]  # fmt: skip

STEPS = seeds.steps(3.2)  # (12, 1600) of 5 uV at 500 Hz
BEAT = STEPS[:, :600]


@pytest.mark.parametrize(("name", "rate", "lengths", "device", "patient", "acquired_at", "left_out", "sha"), FILES)
def test_real_file(shared, name, rate, lengths, device, patient, acquired_at, left_out, sha):
    file = shared / FOLDER / f"{name}.dcm"
    recording, oracle = read(file.read_bytes()), dcmread(file)
    assert recording.signal_mv.shape == (12, lengths[0])
    assert recording.representative.signal_mv.shape == (12, lengths[1])
    np.testing.assert_allclose(recording.signal_mv, oracle.waveform_array(0).T / 1000, rtol=1e-6)
    median_mv = oracle.waveform_array(1).T[:, : lengths[1]] / 1000
    np.testing.assert_allclose(recording.representative.signal_mv, median_mv, rtol=1e-6)
    assert np.abs(median_mv).max() < 3
    assert (recording.signal_mv == 0).sum() == (oracle.waveform_array(0) == 0).sum() > 100
    steps = np.rint(recording.signal_mv.astype(np.float64) * 1000 / rate[1]).astype("<i2")
    assert hashlib.sha256(steps.tobytes()).hexdigest()[:16] == sha
    assert (recording.format, recording.sampling_rate_hz, recording.device) == ("DICOM 12-lead ECG", rate[0], device)
    assert (recording.patient, recording.acquired_at, recording.left_out) == (patient, acquired_at, left_out)
    assert (recording.derived_leads, recording.findings, recording.warnings) == ((), (), ())


def coded(value: str, meaning: str = "", scheme: str = "SCPECG") -> Sequence:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return Sequence([code])


def group(steps: np.ndarray, originality: str = "ORIGINAL", dtype: str = "<i2", kind: str = "SS") -> Dataset:
    """A multiplex group of (leads, T) steps of 5 uV at 500 Hz."""
    item = Dataset()
    item.WaveformOriginality, item.NumberOfWaveformChannels = originality, len(steps)
    item.NumberOfWaveformSamples, item.SamplingFrequency = steps.shape[1], 500
    item.WaveformBitsAllocated, item.WaveformSampleInterpretation = np.dtype(dtype).itemsize * 8, kind
    item.ChannelDefinitionSequence = Sequence()
    for number in (1, 2, 61, 62, 63, 64, *range(3, 9))[: len(steps)]:
        channel = Dataset()
        channel.ChannelSourceSequence = coded(f"5.6.3-9-{number}", "not looked at")
        channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = 5, 1
        channel.ChannelBaseline, channel.WaveformBitsStored = 0, np.dtype(dtype).itemsize * 8
        channel.ChannelSensitivityUnitsSequence = coded("uV", scheme="UCUM")
        item.ChannelDefinitionSequence.append(channel)
    item.add_new("WaveformData", "OB" if item.WaveformBitsAllocated == 8 else "OW", steps.T.astype(dtype).tobytes())
    return item


def file(*groups: Dataset, syntax: UID = ExplicitVRLittleEndian, **values: object) -> bytes:
    whole = Dataset()
    whole.file_meta = FileMetaDataset()
    whole.file_meta.TransferSyntaxUID = syntax
    whole.file_meta.MediaStorageSOPClassUID = whole.SOPClassUID = "1.2.840.10008.5.1.4.1.1.9.1.1"
    whole.file_meta.MediaStorageSOPInstanceUID = whole.SOPInstanceUID = "1.2.3.4"
    whole.Modality = "ECG"
    for keyword, value in values.items():
        setattr(whole, keyword, value)
    if groups:
        whole.WaveformSequence = Sequence(groups)
    out = io.BytesIO()
    dcmwrite(out, whole, enforce_file_format=True)
    return out.getvalue()


def changed(**values: object) -> bytes:
    """A file whose group has these values."""
    item = group(STEPS)
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return file(item)


def channels(change: Callable[[Dataset], None]) -> bytes:
    """A file in which all channels are changed."""
    item = group(STEPS)
    for channel in item.ChannelDefinitionSequence:
        change(channel)
    return file(item)


def same_signal(data: bytes, steps: np.ndarray = STEPS) -> None:
    np.testing.assert_allclose(read(data).signal_mv, steps * 0.005, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("syntax", "dtype"),
    [(ExplicitVRLittleEndian, "<i2"), (ImplicitVRLittleEndian, "<i2"), (ExplicitVRBigEndian, ">i2")],
)
def test_transfer_syntaxes(syntax: UID, dtype: str):
    data = file(group(STEPS, dtype=dtype), syntax=syntax, PatientAge="063Y", PatientSex="F")
    same_signal(data)
    assert read(data).patient == Patient("female", 63.0)


def deflated(meta: bytes, rest: bytes) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    stated = struct.pack("<HH2sHL", 2, 0, b"UL", 4, len(meta))
    return bytes(128) + b"DICM" + stated + meta + squeeze.compress(rest) + squeeze.flush()


DEFLATED = struct.pack("<HH2sH", 2, 0x10, b"UI", 22) + b"1.2.840.10008.1.2.1.99"


def test_deflated():
    plain = file(group(STEPS))
    same_signal(deflated(DEFLATED, plain[plain.index(b"\x08\0\x16\0UI") :]))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (deflated(DEFLATED, bytes(50 * 2**20)), "larger than 5 MB"),
        (deflated(DEFLATED, DEFLATED + deflated(DEFLATED, bytes(50 * 2**20))[132:]), "damaged or breaks off"),
        (deflated(DEFLATED, b"")[:200], "damaged or breaks off"),
        (bytes(128) + b"DICM" + DEFLATED + zlib.compress(bytes(100)), "damaged or breaks off"),
    ],
)
def test_deflated_without_end(data: bytes, message: str):
    with pytest.raises(ReadError, match=message):
        read(data)


def test_without_preamble():
    data = file(group(STEPS))
    same_signal(data[132:])
    same_signal(data[data.index(b"\x08\0\x16\0UI") :])
    assert not dicom.recognises_bytes(b"\x08\0 is no DICOM file")


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [("SB", "i1"), ("SS", "<i2"), ("SL", "<i4"), ("UB", "u1"), ("US", "<u2"), ("UL", "<u4")],
)
def test_sample_types(kind: str, dtype: str):
    steps = STEPS // 4 + (100 if kind[0] == "U" else 0)
    assert np.abs(steps).max() < 256 >> (kind[0] == "S")
    same_signal(file(group(steps, dtype=dtype, kind=kind)), steps)


@pytest.mark.parametrize("value", [("AB", 8), ("MB", 8), ("SS", 8), ("", 16), ("SV", 64)])
def test_other_sample_types_are_refused(value: tuple[str, int]):
    with pytest.raises(UnsupportedError, match="another way than as linear integers"):
        read(changed(WaveformSampleInterpretation=value[0], WaveformBitsAllocated=value[1]))


@pytest.mark.parametrize(
    ("code", "meaning", "expected"),
    [
        ("2:7", "", "V5"),
        ("MDC_ECG_LEAD_V5", "", "V5"),
        ("5.6.3-9-7", "Lead V9", "V5"),
        ("", "Lead V5 (left)", "V5"),
        ("X-1", "V5, a word", "V5"),
        ("2:11", "Lead V3R", None),
        ("2:65", "Lead aVR", None),
        ("", "", None),
    ],
)
def test_lead_names(code: str, meaning: str, expected: str | None):
    item = group(STEPS)
    item.ChannelDefinitionSequence[10].ChannelSourceSequence = coded(code, meaning)
    if expected:
        return same_signal(file(item))
    with pytest.raises(MissingLeadError, match="Lead V5 is missing"):
        read(file(item))


def test_eight_leads_further_leads_and_one_twice():
    keep = [0, 1, *range(6, 12)]
    eight = group(STEPS[keep])
    for channel, lead in zip(eight.ChannelDefinitionSequence, [LEADS[k] for k in keep], strict=True):
        channel.ChannelSourceSequence = coded(f"MDC_ECG_LEAD_{lead}", scheme="MDC")
    assert read(file(eight)).derived_leads == ("III", "aVR", "aVL", "aVF")
    eight.ChannelDefinitionSequence[7].ChannelSourceSequence = coded("2:7")
    with pytest.raises(DamagedFileError, match="Lead V5 is stored twice"):
        read(file(eight))
    more = group(np.vstack([STEPS, STEPS[:1]]))
    extra = Dataset()
    extra.ChannelSourceSequence = coded("2:11", "Lead V3R")
    more.ChannelDefinitionSequence.append(extra)
    assert read(file(more)).warnings == ("The file's further lead is not used: V3R.",)


@pytest.mark.parametrize(("unit", "per_mv"), [("uV", 1000), ("mV", 1), ("V", 0.001), ("nV", 1e6)])
def test_step_and_baseline(unit: str, per_mv: float):
    def change(channel: Dataset) -> None:
        channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = f"{0.01 * per_mv:g}", "0.5"
        channel.ChannelBaseline = f"{0.25 * per_mv:g}"
        channel.ChannelSensitivityUnitsSequence = coded(unit, scheme="UCUM")

    np.testing.assert_allclose(read(channels(change)).signal_mv, STEPS * 0.005 + 0.25, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("keyword", "value", "message"),
    [
        ("ChannelSensitivityUnitsSequence", coded("mmHg"), r"Lead I .* states no unit in uV, mV or V"),
        ("ChannelSensitivityUnitsSequence", Sequence(), r"Lead I .* states no unit in uV, mV or V"),
        ("ChannelSensitivity", None, "no usable amplitude resolution"),
        ("ChannelSensitivity", "5000", "5000 µV per sample step"),
        ("ChannelSensitivityCorrectionFactor", "-1", "-5 µV per sample step"),
        ("ChannelBaseline", "1e9", "more than 1 V from zero"),
    ],
)
def test_step_that_cannot_be(keyword: str, value: object, message: str):
    with pytest.raises(ReadError, match=message):
        read(channels(lambda channel: setattr(channel, keyword, value)))


def test_padding_is_cut_off_and_zero_is_none():
    steps = STEPS.copy()
    steps[:, 700:720] = 0
    steps[:, :30], steps[4, 1580:] = -9999, -9999
    data = group(steps)
    data.add_new("WaveformPaddingValue", "OW", np.int16(-9999).tobytes())
    same_signal(file(data), steps[:, 30:1580])
    zeros = STEPS.copy()
    zeros[:, :30], zeros[4, 1580:] = 0, 0
    data = group(zeros)
    data.add_new("WaveformPaddingValue", "OW", bytes(2))
    same_signal(file(data), zeros)
    least = STEPS.copy()
    least[:, -1] = -(2**15)
    same_signal(file(group(least)), STEPS[:, :-1])


def test_a_gap_in_one_lead_and_an_empty_lead():
    for rows, error, message in (
        (slice(700, 720), DamagedFileError, "Lead aVL lacks samples that other leads have"),
        (slice(None), None, ""),
    ):
        steps = STEPS.copy()
        steps[4, rows] = -(2**15)
        if error:
            with pytest.raises(error, match=message):
                read(file(group(steps)))
        else:
            assert read(file(group(steps))).derived_leads == ("aVL",)


def test_which_group_is_the_rhythm():
    few, beat, all_twelve = group(STEPS[:3]), group(BEAT, "DERIVED"), group(STEPS)
    recording = read(file(beat, few, all_twelve))
    np.testing.assert_allclose(recording.signal_mv, STEPS * 0.005, rtol=1e-6)
    np.testing.assert_allclose(recording.representative.signal_mv, BEAT * 0.005, rtol=1e-6)
    same_signal(file(group(STEPS, "DERIVED"), beat))
    with pytest.raises(UnsupportedError, match="holds only the representative beat"):
        read(file(beat))
    beat.NumberOfWaveformSamples = 10**6
    assert read(file(all_twelve, beat)).representative is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"NumberOfWaveformSamples": 4_000_000_000}, "states 4000000000 samples a lead and holds 1600"),
        ({"NumberOfWaveformSamples": 0}, "states 0 samples"),
        ({"NumberOfWaveformChannels": 9}, "states 9 channels and describes 12"),
        ({"NumberOfWaveformChannels": 0}, "states 0 channels and describes 12"),
        ({"ChannelDefinitionSequence": Sequence()}, "states 12 channels and describes 0"),
        ({"WaveformData": b""}, "holds 0"),
        ({"SamplingFrequency": "0"}, "sampling rate of 0 Hz"),
        ({"SamplingFrequency": None}, "no usable sampling rate"),
    ],
)
def test_counts_that_cannot_be(values: dict[str, object], message: str):
    with pytest.raises(ReadError, match=message):
        read(changed(**values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"PatientAge": "042Y", "PatientSex": "M"}, Patient("male", 42.0)),
        ({"PatientAge": "010M"}, Patient(None, 0.0)),
        ({"PatientAge": "800D"}, Patient(None, 2.0)),
        ({"PatientAge": "042"}, Patient()),
        ({"PatientBirthDate": "19600302", "AcquisitionDateTime": "20200301102030.5+0100"}, Patient(None, 59.0)),
        ({"PatientBirthDate": "19600301", "StudyDate": "20200301"}, Patient(None, 60.0)),
        ({"PatientSize": "1.7", "PatientWeight": "70.5"}, Patient(None, None, 170.0, 70.5)),
        ({"PatientSize": "170"}, Patient(None, None, 170.0)),
        ({"PatientSize": "0", "PatientWeight": "0", "PatientSex": "O"}, Patient()),
    ],
)
def test_patient(values: dict[str, str], expected: Patient):
    assert read(file(group(STEPS), **values)).patient == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"AcquisitionDateTime": "20200301102030.5+0100"}, "2020-03-01T10:20:30"),
        ({"AcquisitionDateTime": "20200301"}, "2020-03-01"),
        ({"StudyDate": "20200229", "AcquisitionTime": "235959"}, "2020-02-29T23:59:59"),
        ({"AcquisitionDate": "20200230"}, None),
        ({}, None),
    ],
)
def test_acquired_at(values: dict[str, str], expected: str | None):
    assert read(file(group(STEPS), **values)).acquired_at == expected


def annotation(code: str, meaning: str, value: str, unit: str) -> Dataset:
    item = Dataset()
    item.ConceptNameCodeSequence, item.NumericValue = coded(code, meaning), value
    item.MeasurementUnitsCodeSequence = coded(unit, scheme="UCUM")
    return item


def said(text: str) -> Dataset:
    item = Dataset()
    item.UnformattedTextValue = text
    return item


def test_measurements():
    rows = [
        ("2:16128", "", "-190", "deg"), ("5.10.3-13", "", "0", "ms"), ("", "T axis", "999", "deg"),
        ("2:16168", "RR interval global", "0.8", "s"), ("5.13.5-7", "", "0", "ms"), ("", "QRS duration", "0.094", "s"),
        ("2:16156", "", "200", "ms"), ("2:16160", "QT interval global", "400", "kg"), ("5.13.5-11", "", "4e2", "ms"),
        ("5.10.2.5-5", "QTc Interval", "443", "ms"),
    ]  # fmt: skip
    recording = read(file(group(STEPS), WaveformAnnotationSequence=Sequence(annotation(*row) for row in rows)))
    assert recording.device == Measurements(170.0, 0.0, None, 75.0, None, 94.0, 400.0)
    rate = Sequence([annotation("2:16168", "", "800", "ms"), annotation("2:16016", "", "66", "/min")])
    assert read(file(group(STEPS), WaveformAnnotationSequence=rate)).device.heart_rate_bpm == 66.0


def test_a_measurement_of_one_lead_is_not_that_of_the_recording():
    of_one, of_all = annotation("", "QRS duration", "44", "ms"), annotation("", "QRS duration", "94", "ms")
    of_one.ReferencedWaveformChannels, of_all.ReferencedWaveformChannels = [1, 3], [1, 0]
    ecg = read(file(group(STEPS), WaveformAnnotationSequence=Sequence([of_one, of_all])))
    assert ecg.device.qrs_duration_ms == 94.0


def test_statements_and_what_is_left_out():
    diagnosis = Dataset()
    diagnosis.ConceptCodeSequence = coded("x", "Left bundle branch block")
    notes = Sequence([said("Atrial fibrillation"), said("Electronic ventricular pacemaker"), diagnosis])
    recording = read(
        file(group(STEPS), WaveformAnnotationSequence=notes, PatientName="Doe^John", InstitutionName="X", PatientID="")
    )
    assert set(recording.findings) == {"paced rhythm", "bundle branch block", "atrial fibrillation"}
    assert recording.pacemaker is True
    assert recording.left_out == ("name", "hospital or department")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Rows": 512, "Columns": 512}, "holds a picture, which holds no samples"),
        ({"EncapsulatedDocument": b"%PDF-1.4"}, "a document such as a PDF"),
        ({}, "holds no waveform"),
    ],
)
def test_no_waveform(values: dict[str, object], message: str):
    with pytest.raises(NotAnEcgError, match=message):
        read(file(**values))


def element(group_number: int, number: int, length: int, value: bytes = b"") -> bytes:
    return struct.pack("<HHL", group_number, number, length) + value


WAVEFORMS, ITEM = (0x5400, 0x0100), element(0xFFFE, 0xE000, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        element(*WAVEFORMS, 8 * 600_000, ITEM * 600_000),
        element(*WAVEFORMS, 0xFFFFFFFF, ITEM * 600_000),
        (element(*WAVEFORMS, 0xFFFFFFFF) + element(0xFFFE, 0xE000, 0xFFFFFFFF)) * 300_000,
        b"".join(element(8 + (k >> 16), k & 0xFFFF, 0) for k in range(600_000)),
    ],
    ids=["empty", "items", "items without end", "nested", "elements"],
)
def test_what_would_take_long_is_refused(body: bytes):
    with pytest.raises(DamagedFileError, match="damaged or breaks off"):
        read(bytes(128) + b"DICM" + body)


def test_pydicom_says_nothing_of_the_file(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    data = file(group(STEPS), SpecificCharacterSet="ISO_IR 100", PatientName="Doe^John")
    read(data.replace(b"ISO_IR 100", b"JOHN_DOE 1"))
    with pytest.raises(ReadError):
        read(bytes(128) + b"DICM" + data[132:].replace(b"SQ", b"ZZ"))
    assert not [record for record in caplog.records if record.name.startswith("pydicom")]


def test_mutated_bytes_give_a_recording_or_a_read_error():
    rng = np.random.default_rng(5)
    odd = [b"\xff" * 4, bytes(4), ITEM, b"SQ\0\0", b"UN\0\0", b"\x08\0\x05\0", b"1e99", b"PN", b"\xfe\xff\x0d\xe0"]
    whole = file(group(STEPS), group(BEAT, "DERIVED"), PatientAge="042Y", SpecificCharacterSet="ISO_IR 100")
    header = whole.index(b"\x00\x54\x10\x10")
    outcomes = set()
    for _ in range(600):
        data = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            at, value = int(rng.integers(0, header)), odd[rng.integers(0, len(odd))]
            data[at : at + int(rng.integers(0, 9))] = value
        try:
            outcomes.add(read(bytes(data)).format)
        except ReadError as error:
            outcomes.add(type(error).__name__)
    assert {"DICOM 12-lead ECG", "DamagedFileError", "UnsupportedError"} <= outcomes


def test_low_pass_filter_is_the_lowest_of_the_twelve_leads():
    assert read(file(group(STEPS))).low_pass_hz is None
    assert read(channels(lambda channel: setattr(channel, "FilterHighFrequency", "150"))).low_pass_hz == 150
    item = group(STEPS)
    for row, hz in ((3, "40"), (5, "100")):
        item.ChannelDefinitionSequence[row].FilterHighFrequency = hz
    assert read(file(item)).low_pass_hz == 40
