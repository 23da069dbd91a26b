"""SCP-ECG: a small writer of records, and what reading them gives; the real file where it is there."""

import binascii
import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from lvm.errors import DamagedFileError, MissingLeadError, ReadError, UnsupportedError
from lvm.read import read, scp, scp_huffman
from lvm.read.scp_huffman import Code, Table
from lvm.recording import LEADS, Measurements, Patient
from tests.fuzz import seeds

STEPS = seeds.steps(3.2)  # (12, 1600) of 5 uV at 500 Hz
NUMBERS = {**dict(zip(LEADS, (1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8), strict=True)), "V7": 9, "V3R": 11}
EIGHT = ("I", "II", *LEADS[6:])
# what an own table may hold: 0 as 10, three short numbers, and the rest as 12 bits behind 0, on a value of 100
OWN = Table((Code(0b0, 1, 13, 100), Code(0b10, 2, 2, 0), Code(0b110, 3, 3, 1), Code(0b111, 3, 3, -1)))
SWITCHED = (
    Table((Code(0b0, 1, 1, 0), Code(0b10, 2, 18, 0), Code(0b11, 2, 2, 2, switches=True))),
    Table((Code(0b1, 1, 17, 0), Code(0b0, 1, 1, 1, switches=True))),
)


@dataclass
class Written:
    """A record to be written; `steps` are (leads, T) in units of `step_nv`."""

    steps: np.ndarray = field(default_factory=lambda: STEPS)
    leads: Sequence[str] = LEADS
    tables: bytes | None = None  # section 2
    using: tuple[Table, ...] = ()
    order: int = 0
    step_nv: int = 5000
    interval_us: int = 2000
    bimodal: int = 0
    flags: int = 4
    firsts: Sequence[int] | None = None  # first sample of each lead
    tags: bytes = b""
    beat: bytes = b""
    places: bytes = b""
    measured: bytes = b""
    report: bytes = b""
    codes: bytes = b""


DEFAULT = Written(tables=struct.pack("<H", 19999), using=(scp_huffman.DEFAULT,), order=2)


def section(number: int, body: bytes) -> bytes:
    body += b"\0" * (len(body) % 2)
    header = struct.pack("<HIBB6x", number, 16 + len(body), 20, 20)
    return binascii.crc_hqx(header + body, 0xFFFF).to_bytes(2, "little") + header + body


def record(what: Written, without: tuple[int, ...] = ()) -> bytes:
    firsts = what.firsts or [1] * len(what.leads)
    spans = [
        struct.pack("<IIB", first, first + what.steps.shape[1] - 1, NUMBERS[lead])
        for first, lead in zip(firsts, what.leads, strict=True)
    ]
    bodies = {
        1: what.tags + b"\xff\0\0",
        2: what.tables,
        3: bytes([len(what.leads), what.flags]) + b"".join(spans),
        4: what.places,
        5: what.beat,
        6: waves(what.steps, what),
        7: what.measured,
        8: what.report,
        11: what.codes,
    }
    sections = {number: section(number, body) for number, body in bodies.items() if body and number not in without}
    at = 6 + 16 + 10 * 12
    pointers = struct.pack("<HII", 0, at - 6, 7)
    for number in range(1, 12):
        size = len(sections.get(number, b""))
        pointers += struct.pack("<HII", number, size, at + 1 if size else 0)
        at += size
    header = struct.pack("<HIBB6s", 0, 16 + len(pointers), 20, 20, b"SCPECG")
    start = binascii.crc_hqx(header + pointers, 0xFFFF).to_bytes(2, "little") + header + pointers
    whole = struct.pack("<I", at) + start + b"".join(sections.values())
    return binascii.crc_hqx(whole, 0xFFFF).to_bytes(2, "little") + whole


def waves(steps: np.ndarray, what: Written) -> bytes:
    """Section 5 or 6."""
    packed = [pack(differences(row, what.order), what.using) for row in steps]
    start = struct.pack("<HHBB", what.step_nv, what.interval_us, what.order, what.bimodal)
    return start + b"".join(struct.pack("<H", len(lead)) for lead in packed) + b"".join(packed)


def differences(row: np.ndarray, order: int) -> np.ndarray:
    out = row.copy()
    if order == 1:
        out[1:] = row[1:] - row[:-1]
    elif order == 2:
        out[2:] = row[2:] - 2 * row[1:-1] + row[:-2]
    return out


def pack(numbers: np.ndarray, using: tuple[Table, ...]) -> bytes:
    """Huffman codes, from the table in use or after a switch; 16-bit integers where there is no table."""
    if not using:
        return numbers.astype("<i2").tobytes()
    bits, now = "", 0
    for number in numbers.tolist():
        code = fitting(number, using[now])
        if code is None:
            switch = next(code for code in using[now].codes if code.switches)
            bits += f"{switch.prefix:0{switch.prefix_bits}b}"
            now = switch.value - 1
            code = fitting(number, using[now])
        rest = code.all_bits - code.prefix_bits
        bits += f"{code.prefix:0{code.prefix_bits}b}"
        bits += f"{(number - code.value) % 2**rest:0{rest}b}" if rest else ""
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def fitting(number: int, table: Table) -> Code | None:
    """The shortest code of a table for a number."""
    fit = [
        code
        for code in table.codes
        if not code.switches
        and (rest := code.all_bits - code.prefix_bits) is not None
        and (number == code.value if not rest else -(2 ** (rest - 1)) <= number - code.value < 2 ** (rest - 1))
    ]
    return min(fit, key=lambda code: code.all_bits, default=None)


def stored(using: tuple[Table, ...]) -> bytes:
    """Section 2 with own tables, the bits of each prefix in reverse."""
    out = struct.pack("<H", len(using))
    for table in using:
        out += struct.pack("<H", len(table.codes))
        for code in table.codes:
            prefix = int(f"{code.prefix:0{code.prefix_bits}b}"[::-1], 2)
            out += struct.pack("<BBBhI", code.prefix_bits, code.all_bits, not code.switches, code.value, prefix)
    return out


def tag(number: int, value: bytes) -> bytes:
    return struct.pack("<BH", number, len(value)) + value


def measured(block: Sequence[int], rr_ms: int = 29999, spikes: int = 0, rate: int = 0) -> bytes:
    out = struct.pack("<BBHH5H3h", 1, spikes, rr_ms, 29999, *block) + bytes(10 * spikes)
    return out + struct.pack("<H3B4HB", 3, 0, 0, 0, rate, 0, 0, 0, 0)


def said(*texts: bytes, kind: bytes = b"") -> bytes:
    body = bytes(8) + bytes([len(texts)])
    return body + b"".join(struct.pack("<BH", k, len(kind + text)) + kind + text for k, text in enumerate(texts))


def in_steps(recording) -> np.ndarray:
    return np.rint(recording.signal_mv.astype(np.float64) * 200).astype(np.int64)


def test_real_file(shared):
    recording = read((shared / "ecg-files/scp_ecg/ecgtoolkit_Example.scp").read_bytes())
    assert (recording.format, recording.version, recording.sampling_rate_hz) == ("SCP-ECG", "2.0", 500.0)
    assert recording.signal_mv.shape == (12, 5000)
    steps = np.rint(recording.signal_mv.astype(np.float64) * 400).astype("<i2")
    assert hashlib.sha256(steps.tobytes()).hexdigest()[:16] == "51bba116f69b4e17"  # as in test_dicom.py
    np.testing.assert_allclose(steps[1] - steps[0] - steps[2], 0)
    assert recording.patient == Patient("male", 49.0)
    assert recording.device == Measurements(44, -61, 86, None, 148, 120, 420)
    assert (recording.acquired_at, recording.pacemaker) == ("2002-11-22T09:10:00", None)
    assert recording.left_out == ("name", "patient number", "birth date", "race")
    assert (recording.derived_leads, recording.findings, recording.warnings) == ((), (), ())


def test_the_same_recording_as_dicom(shared):
    one = read((shared / "ecg-files/scp_ecg/ecgtoolkit_Example.scp").read_bytes())
    other = read((shared / "ecg-files/dicom_waveform/ecgtoolkit_Example.dcm").read_bytes())
    np.testing.assert_array_equal(one.signal_mv, other.signal_mv)
    np.testing.assert_array_equal(one.representative.signal_mv, other.representative.signal_mv)
    assert (one.device, one.patient, one.acquired_at) == (other.device, other.patient, other.acquired_at)


def test_the_default_table_is_the_standards():
    codes = {f"{code.prefix:0{code.prefix_bits}b}": (code.value, code.all_bits) for code in scp_huffman.DEFAULT.codes}
    assert len(codes) == 19
    assert [codes[key] for key in ("0", "100", "101", "1100", "11101")] == [(0, 1), (1, 3), (-1, 3), (2, 4), (-3, 5)]
    assert (codes["1111111100"], codes["1111111101"]) == ((8, 10), (-8, 10))
    assert (codes["1111111110"], codes["1111111111"]) == ((0, 18), (0, 26))


def test_numbers_by_hand():
    # 0, 1, -1, 2, 100 in 8 bits, -300 in 16 bits
    bits = "0" + "100" + "101" + "1100" + "1111111110" + "01100100" + "1111111111" + "1111111011010100"
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    np.testing.assert_array_equal(scp_huffman.decoded(data, 6, (scp_huffman.DEFAULT,)), [0, 1, -1, 2, 100, -300])
    assert scp_huffman.decoded(data[:-1], 6, (scp_huffman.DEFAULT,)) is None
    np.testing.assert_array_equal(scp_huffman.summed(np.array([3, 1, -2]), 1), [3, 4, 2])
    np.testing.assert_array_equal(scp_huffman.summed(np.array([3, 5, 1, -1]), 2), [3, 5, 8, 10])
    np.testing.assert_array_equal(scp_huffman.summed(np.array([32767, 1]), 1), [32767, -32768])


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize(
    ("tables", "using"),
    [
        (None, ()),
        (struct.pack("<H", 0), ()),
        (struct.pack("<H", 19999), (scp_huffman.DEFAULT,)),
        (stored((scp_huffman.DEFAULT,)), (scp_huffman.DEFAULT,)),
        (stored((OWN,)), (OWN,)),
        (stored(SWITCHED), SWITCHED),
    ],
)
def test_every_encoding_comes_back(order, tables, using):
    recording = read(record(Written(tables=tables, using=using, order=order)))
    np.testing.assert_array_equal(in_steps(recording), STEPS)
    assert (recording.sampling_rate_hz, recording.derived_leads, recording.warnings) == (500.0, (), ())


def test_switches_are_used():
    twice = (Table((*SWITCHED[0].codes[:1], SWITCHED[0].codes[2])), SWITCHED[1])  # only 0, and a switch
    numbers = np.array([0, 0, 700, -3])
    np.testing.assert_array_equal(scp_huffman.decoded(pack(numbers, twice), 4, twice), numbers)


def test_eight_leads_and_further_ones():
    rows = [LEADS.index(lead) for lead in EIGHT]
    what = replace(DEFAULT, steps=np.vstack([STEPS[rows], STEPS[:2]]), leads=(*EIGHT, "V7", "V3R"))
    recording = read(record(what))
    assert recording.derived_leads == ("III", "aVR", "aVL", "aVF")
    np.testing.assert_allclose(recording.signal_mv, STEPS * 0.005, atol=0.0051)
    assert recording.warnings == ("The file's further leads are not used: V7 and V3R.",)


def test_missing_and_double_leads():
    with pytest.raises(MissingLeadError, match="Lead V6 is missing"):
        read(record(replace(DEFAULT, steps=STEPS[:11], leads=LEADS[:11])))
    with pytest.raises(DamagedFileError, match="Lead I is in the SCP-ECG file twice"):
        read(record(replace(DEFAULT, steps=STEPS, leads=("I", *LEADS[:11]))))


def subtracted(step_nv: int = 5000, at: int = 61) -> tuple[Written, np.ndarray]:
    """A record from which a beat was subtracted at three places, and the samples it had; the beat is 600 samples."""
    rng = np.random.default_rng(3)
    beat = np.rint(rng.normal(0, 30, (12, 300)).cumsum(axis=1) / 4).astype(np.int64)  # (12, 300)
    zones = [(0, 101, 161, 400), (1, 450, 500, 600), (0, 701, 751, 990), (0, 1401, 1491, 1600)]
    residual = STEPS.copy()
    for kind, first, fiducial, last in zones:
        for sample in range(first, last + 1):
            index = sample - fiducial + at - 1  # all from 1
            if kind == 0 and 0 <= index < 300:
                residual[:, sample - 1] -= beat[:, index] * step_nv // 5000
    places = struct.pack("<HHH", 600, at, len(zones)) + b"".join(struct.pack("<HIII", *zone) for zone in zones)
    what = replace(DEFAULT, steps=residual, flags=5, places=places + bytes(8 * len(zones)))
    what.beat = waves(beat, replace(what, step_nv=step_nv))
    return what, beat


@pytest.mark.parametrize("step_nv", [5000, 10000])
def test_the_reference_beat_is_added_back(step_nv):
    what, beat = subtracted(step_nv)
    assert np.abs(what.steps - STEPS).max() > 20
    recording = read(record(what))
    np.testing.assert_array_equal(in_steps(recording), STEPS)
    assert recording.representative.signal_mv.shape == (12, 300)
    np.testing.assert_allclose(recording.representative.signal_mv, beat * step_nv / 1e6, rtol=1e-6)


def test_a_reference_beat_only_beside_it():
    what, _ = subtracted()
    np.testing.assert_array_equal(in_steps(read(record(replace(what, flags=4)))), what.steps)
    with pytest.raises(UnsupportedError, match="without its reference beat"):
        read(record(what, without=(5,)))
    other_rate = replace(what, beat=what.beat[:2] + struct.pack("<H", 4000) + what.beat[4:])
    with pytest.raises(UnsupportedError, match="without its reference beat"):
        read(record(other_rate))
    broken = replace(what, flags=4, beat=what.beat[:200])
    assert read(record(broken)).representative is None


def test_leads_recorded_one_after_another():
    groups = [1 + 1600 * (k // 3) for k in range(12)]
    with pytest.raises(UnsupportedError, match="one group after another"):
        read(record(replace(DEFAULT, firsts=groups)))
    skewed = read(record(replace(DEFAULT, firsts=[1, *[5] * 11])))
    np.testing.assert_array_equal(in_steps(skewed)[0], STEPS[0, 4:])
    np.testing.assert_array_equal(in_steps(skewed)[1:], STEPS[1:, :-4])
    assert skewed.warnings == ("The leads were not recorded for the same time: only the part that all of them have "
                               "was used.",)  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "patient"),
    [
        (tag(8, b"\1") + tag(4, struct.pack("<HB", 54, 1)), Patient("male", 54.0)),
        (tag(8, b"\2") + tag(4, struct.pack("<HB", 30, 2)), Patient("female", 2.0)),
        (tag(4, struct.pack("<HB", 105, 3)), Patient(None, 2.0)),
        (tag(4, struct.pack("<HB", 800, 4)), Patient(None, 2.0)),
        (tag(4, struct.pack("<HB", 20000, 5)), Patient(None, 2.0)),
        (tag(8, b"\0") + tag(6, struct.pack("<HB", 171, 1)), Patient(None, None, 171.0)),
        (tag(8, b"\x09") + tag(6, struct.pack("<HB", 70, 2)), Patient(None, None, 177.8)),
        (tag(6, struct.pack("<HB", 1712, 3)) + tag(7, struct.pack("<HB", 81, 1)), Patient(None, None, 171.2, 81.0)),
        (tag(7, struct.pack("<HB", 60500, 2)), Patient(None, None, None, 60.5)),
        (tag(7, struct.pack("<HB", 180, 3)), Patient(None, None, None, 81.6)),
        (tag(7, struct.pack("<HB", 2800, 4)), Patient(None, None, None, 79.4)),
        (tag(5, struct.pack("<HBB", 1950, 6, 15)) + tag(25, struct.pack("<HBB", 2010, 6, 14)), Patient(None, 59.0)),
        (tag(4, b"\0\0\0") + tag(6, b"\0\0\0") + tag(7, b"\0\0\1") + tag(8, b""), Patient()),
        (tag(4, b"\x20"), Patient()),
    ],
)
def test_patient(tags, patient):
    recording = read(record(replace(DEFAULT, tags=tags)))
    assert (recording.patient, recording.warnings) == (patient, ())


def test_an_unstated_unit_is_not_assumed():
    recording = read(record(replace(DEFAULT, tags=tag(4, struct.pack("<HB", 50, 0)))))
    assert recording.patient == Patient()
    assert recording.warnings[0].startswith("The age in the file is not that of a person, or its unit is not known")


def test_the_acquisition_and_what_is_left_out():
    device = bytes(14) + b"\x14" + bytes(20) + b"\x08" + b"rev 1\0SN-1234567\0"
    tags = tag(0, b"Muster\0") + tag(2, b"4711\0") + tag(5, struct.pack("<HBB", 1950, 1, 2)) + tag(9, b"\1")
    tags += tag(14, device) + tag(16, b"Spital\0") + tag(20, b"Dr. Who\0") + tag(30, b"a note\0") + tag(31, b"77\0")
    tags += tag(25, struct.pack("<HBB", 2020, 3, 1)) + tag(26, bytes([10, 20, 30]))
    recording = read(record(replace(DEFAULT, tags=tags)))
    assert (recording.version, recording.acquired_at) == ("2.0", "2020-03-01T10:20:30")
    assert recording.left_out == (
        *("name", "patient number", "birth date", "order or visit number", "physician or technician"),
        *("hospital or department", "device serial number", "free text", "race"),
    )
    for secret in ("Muster", "4711", "1950", "1234567", "Spital", "Who", "note"):
        assert secret not in repr(recording)
    unknown = read(record(replace(DEFAULT, tags=tag(0, b"---\0") + tag(5, bytes(4)) + tag(26, b"\x63\0\0"))))
    assert (unknown.left_out, unknown.acquired_at, unknown.version) == ((), None, None)


@pytest.mark.parametrize(
    ("body", "device"),
    [
        (measured((100, 200, 260, 350, 660, 50, -30, 40), rate=71), Measurements(50, -30, 40, 71, 160, 90, 400)),
        (
            measured((29999, 29999, 260, 350, 29999, 999, 350, 999), rr_ms=800),
            Measurements(None, -10, None, 75, None, 90),
        ),
        (measured((0, 0, 0, 0, 0, 999, 999, 999), rr_ms=0), Measurements()),
        (struct.pack("<BBHH", 1, 0, 1000, 0), Measurements(heart_rate_bpm=60)),
        (b"", Measurements()),
    ],
)
def test_measurements(body, device):
    assert read(record(replace(DEFAULT, measured=body))).device == device


def test_spikes_and_statements():
    block = (100, 200, 260, 350, 660, 50, -30, 40)
    assert read(record(replace(DEFAULT, measured=measured(block)))).pacemaker is None
    paced = read(record(replace(DEFAULT, measured=measured(block, spikes=2, rate=71))))
    assert (paced.pacemaker, paced.device.heart_rate_bpm) == (True, 71)
    report = read(record(replace(DEFAULT, report=said(b"Sinus rhythm\0", b"Left bundle branch block\0"))))
    assert report.findings == ("bundle branch block",)
    coded = read(record(replace(DEFAULT, codes=said(b"PACE\0\0", b"AFIB\0", kind=b"\1"))))
    assert (coded.findings, coded.pacemaker) == (("paced rhythm", "atrial fibrillation"), True)
    wide = tag(14, bytes(16) + b"\x07" + bytes(19))
    text = said("Atrial fibrillation".encode("utf-16-le"))
    assert read(record(replace(DEFAULT, tags=wide, report=text))).findings == ("atrial fibrillation",)
    cut = read(record(replace(DEFAULT, report=bytes(8) + b"\2\0\xff\xffLBBB")))
    assert cut.findings == ("bundle branch block",)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"bimodal": 1}, UnsupportedError, "bimodal compression"),
        ({"interval_us": 0}, DamagedFileError, "no usable sampling rate"),
        ({"interval_us": 20000}, UnsupportedError, "sampling rate of 50 Hz"),
        ({"step_nv": 0}, UnsupportedError, "0 µV per sample step"),
        ({"tables": struct.pack("<H", 9)}, UnsupportedError, "more than 4 Huffman tables"),
        ({"tables": struct.pack("<HH", 1, 600)}, UnsupportedError, "or 512 codes"),
        ({"tables": struct.pack("<HH", 1, 5)}, DamagedFileError, "Section 2 .* Huffman tables, contradicts itself"),
        ({"tables": struct.pack("<HHBBBhI", 1, 1, 5, 3, 1, 0, 0)}, DamagedFileError, "Section 2"),
        ({"tables": struct.pack("<HHBBBhI", 1, 1, 2, 2, 0, 7, 0)}, DamagedFileError, "Section 2"),
        ({"tables": struct.pack("<HHBBBhI", 1, 1, 20, 20, 1, 0, 0)}, UnsupportedError, "more than 16 bits"),
        ({"tables": struct.pack("<HH", 1, 0)}, DamagedFileError, "Section 6 .* codes of no table"),
        ({"firsts": [0] * 12}, DamagedFileError, "Section 3 .* without samples"),
    ],
)
def test_refused(change, error, message):
    with pytest.raises(error, match=message):
        read(record(replace(DEFAULT, **change)))


def test_too_long_a_lead_is_refused_before_it_is_unpacked():
    data = bytearray(record(replace(DEFAULT, tables=None, using=(), order=0)))
    start, _ = places(data)[3]
    data[start + 18 + 4 : start + 18 + 8] = struct.pack("<I", 2**32 - 1)
    with pytest.raises(UnsupportedError, match="longer than 120 s"):
        read(repaired(data))


def test_unknown_differences_and_too_few_samples():
    data = bytearray(record(DEFAULT))
    start, _ = places(data)[6]
    data[start + 16 + 4] = 3
    with pytest.raises(DamagedFileError, match=r"Section 6 .*, the rhythm, states differences"):
        read(repaired(data))
    data = bytearray(record(DEFAULT))
    start, _ = places(data)[3]
    data[start + 18 + 4 : start + 18 + 8] = struct.pack("<I", 3000)
    with pytest.raises(DamagedFileError, match="fewer samples of lead I than stated"):
        read(repaired(data))


def places(data: bytes) -> dict[int, tuple[int, int]]:
    """Where each section starts, and its length."""
    entries = [struct.unpack_from("<HII", data, 22 + 10 * k) for k in range(12)]
    return {number: (index - 1, size) for number, size, index in entries if size}


def repaired(data: bytearray) -> bytes:
    for start, size in places(data).values():
        data[start : start + 2] = binascii.crc_hqx(bytes(data[start + 2 : start + size]), 0xFFFF).to_bytes(2, "little")
    data[:2] = binascii.crc_hqx(bytes(data[2:]), 0xFFFF).to_bytes(2, "little")
    return bytes(data)


HOLDS = {0: "its pointers", 1: "the patient and the acquisition", 2: "its Huffman tables", 3: "its leads",
         4: "the places of the QRS complexes", 5: "the reference beat", 6: "the rhythm"}  # fmt: skip


@pytest.mark.parametrize("number", HOLDS)
def test_an_altered_section_is_named(number):
    data = bytearray(record(subtracted()[0]))
    start, size = places(data)[number]
    data[start + size - 1] ^= 1
    with pytest.raises(DamagedFileError, match=f"Section {number} of the SCP-ECG file, {HOLDS[number]}, fails its"):
        read(bytes(data))


def test_the_whole_is_checked_and_what_follows_ignored():
    data = record(DEFAULT)
    np.testing.assert_array_equal(in_steps(read(data + b"anything")), STEPS)
    with pytest.raises(DamagedFileError, match="fails its checksum: something in it was altered"):
        read(bytes([data[0] ^ 1]) + data[1:])
    with pytest.raises(DamagedFileError, match="shorter than it states"):
        read(data[:-10])


def test_sections_that_are_not_there():
    with pytest.raises(UnsupportedError, match="no rhythm in section 6"):
        read(record(DEFAULT, without=(6,)))
    with pytest.raises(DamagedFileError, match="Section 3 of the SCP-ECG file, its leads, is missing"):
        read(record(DEFAULT, without=(3,)))
    assert read(record(DEFAULT, without=(1,))).patient == Patient()
    data = bytearray(record(DEFAULT))
    data[22 + 30 + 6 : 22 + 30 + 10] = struct.pack("<I", 2**31)
    start = places(data)[0][0]
    data[start : start + 2] = binascii.crc_hqx(bytes(data[8:142]), 0xFFFF).to_bytes(2, "little")
    with pytest.raises(DamagedFileError, match="Section 3 of the SCP-ECG file, its leads, does not lie within"):
        read(bytes(data))


def test_recognised_with_and_without_its_mark():
    data = record(DEFAULT)
    assert scp.recognises_bytes(data)
    assert scp.recognises_bytes(data[:16] + bytes(6) + data[22:])
    assert not scp.recognises_bytes(bytes(200))
    assert not scp.recognises_bytes(data[:20])
    assert not scp.recognises_bytes(b"<?xml version='1.0'?>" + bytes(200))


def test_hostile_bytes_give_a_recording_or_a_refusal():
    rng = np.random.default_rng(5)
    good = record(
        replace(subtracted()[0], measured=measured((100, 200, 260, 350, 660, 50, -30, 40)), report=said(b"x"))
    )
    outcomes = {"read": 0, "refused": 0}
    for _ in range(300):
        data = bytearray(good)
        for _ in range(int(rng.integers(1, 4))):
            start, size = list(places(good).values())[int(rng.integers(1, 8))]
            data[start + 16 + int(rng.integers(max(1, min(size - 16, 60))))] = int(rng.choice([0, 1, 127, 128, 255]))
        try:
            read(repaired(data))
            outcomes["read"] += 1
        except ReadError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 30


@pytest.mark.parametrize(
    ("value", "low_pass_hz"), [(b"\x28\0", 40.0), (b"\x96\0", 150.0), (b"\0\0", None), (b"\x28", None), (b"", None)]
)
def test_low_pass_filter(value: bytes, low_pass_hz: float | None):
    tags = tag(27, b"\x05\0") + tag(28, value)
    assert read(record(replace(DEFAULT, tags=tags))).low_pass_hz == low_pass_hz
