import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
import wfdb as oracle

from lvm.errors import DamagedFileError, MissingLeadError, ReadError, UnsupportedError
from lvm.read import read, read_together, wfdb
from lvm.recording import LEADS, Patient
from tests.fuzz import seeds
from tests.fuzz.seeds import Files

STEPS = seeds.steps()  # (12, 1000) at 500 Hz


def beside(header: Path) -> Files:
    """A header and the files of the same record, by name."""
    return {path.name: path.read_bytes() for path in header.parent.glob(f"{header.stem}.*")}


def same_as_the_wfdb_package(header: Path) -> None:
    theirs = oracle.rdrecord(str(header.with_suffix("")))
    names = [name.upper() for name in theirs.sig_name]
    expected = np.stack([theirs.p_signal[:, names.index(lead.upper())] for lead in LEADS])
    recording = read_together(beside(header))
    assert recording.sampling_rate_hz == theirs.fs
    np.testing.assert_allclose(recording.signal_mv, expected, rtol=1e-6, atol=1e-9)


def test_real_file(shared: Path):
    header = shared / "ecg-files/wfdb/s0010_re.hea"
    same_as_the_wfdb_package(header)
    recording = read_together(beside(header))
    steps = np.rint(recording.signal_mv.astype(np.float64) * 2000).astype("<i2")
    assert steps.shape == (12, 38400)
    assert steps[:, 0].tolist() == [-489, -458, 31, 474, -260, -214, -88, -241, -112, 212, 393, 390]
    assert hashlib.sha256(steps.tobytes()).hexdigest()[:16] == "149673ae2c7d777e"
    assert (recording.format, recording.version, recording.sampling_rate_hz) == ("WFDB", None, 1000.0)
    assert recording.patient == Patient("female", 81.0)
    assert recording.warnings == ("The file's further leads are not used: VX, VY and VZ.",)
    assert (recording.derived_leads, recording.findings, recording.pacemaker) == ((), (), None)
    assert recording.left_out == ("free text",)


def test_the_file_of_further_leads_may_be_missing(shared: Path):
    files = beside(shared / "ecg-files/wfdb/s0010_re.hea")
    whole = read_together(files)
    del files["s0010_re.xyz"]
    np.testing.assert_array_equal(read_together(files).signal_mv, whole.signal_mv)


def test_real_files_of_ptb_xl(shared: Path):
    headers = sorted((shared / "ecg-data/ptbxl").rglob("*.hea"))[::35]
    assert len(headers) == 10
    for header in headers:
        same_as_the_wfdb_package(header)


def stored(steps: np.ndarray, form: str) -> bytes:
    """(samples, leads) steps in a format that the wfdb package reads and does not write."""
    if form == "61":
        return steps.astype(">i2").tobytes()
    if form == "160":
        return (steps + 2**15).astype("<u2").tobytes()
    pairs = np.resize(np.append(steps.ravel(), 0), (steps.size + 1) // 2 * 2).reshape(-1, 2) & 0xFFF
    low, middle, high = pairs[:, 0] & 0xFF, pairs[:, 0] >> 8 | pairs[:, 1] >> 8 << 4, pairs[:, 1] & 0xFF
    return np.stack([low, middle, high], axis=1).astype(np.uint8).tobytes()[: -(-steps.size * 3 // 2)]


@pytest.mark.parametrize("form", ["16", "61", "80", "160", "212"])
@pytest.mark.parametrize("leads", [12, 13])  # an odd number of samples, too
def test_every_format_is_read_as_the_wfdb_package_reads_it(tmp_path: Path, form: str, leads: int):
    steps = np.vstack([STEPS, STEPS[:1]])[:leads, :701]
    steps = steps // 3 if form == "80" else steps
    names = [lead.lower() for lead in LEADS] + ["V7"]
    written = form if form in ("16", "80") else "16"
    oracle.wrsamp(
        "rec", 500, ["mV"] * leads, names[:leads], d_signal=steps.T.astype(np.int64), fmt=[written] * leads,
        adc_gain=[60.0 if form == "80" else 200.0] * leads, baseline=[-7] * leads, write_dir=str(tmp_path),
    )  # fmt: skip
    if written != form:
        header = tmp_path / "rec.hea"
        header.write_text(header.read_text().replace("rec.dat 16 ", f"rec.dat {form} "))
        (tmp_path / "rec.dat").write_bytes(stored(steps.T, form))
    same_as_the_wfdb_package(tmp_path / "rec.hea")


@pytest.mark.parametrize("form", ["24", "32"])
def test_wide_formats_and_their_fine_steps(tmp_path: Path, form: str):
    steps = STEPS[:, :701].astype(np.int64) * 3000
    oracle.wrsamp(
        "rec", 500, ["mV"] * 12, list(LEADS), d_signal=steps.T, fmt=[form] * 12, adc_gain=[6e5] * 12,
        baseline=[-7] * 12, write_dir=str(tmp_path),
    )  # fmt: skip
    header = tmp_path / "rec.hea"
    with pytest.raises(UnsupportedError, match=r"0\.00166667 µV per sample step"):
        read_together(beside(header))
    header.write_text(header.read_text().replace("600000.0(-7)/mV", "6000.0(-7)/mV"))
    with pytest.raises(DamagedFileError, match="far too tall"):
        read_together(beside(header))
    files = beside(header)
    ours = wfdb.parse_bytes(files["rec.hea"], files.get).signal_mv
    np.testing.assert_allclose(ours, oracle.rdrecord(str(tmp_path / "rec")).p_signal.T, rtol=1e-6)


def record(
    line: str = "16 200(0)/mV 16 0 {first} {sum} 0 {lead}",
    head: str = "rec 12 500 1000",
    tail: str = "",
    steps: np.ndarray = STEPS,
    lead_in: bytes = b"",
) -> Files:
    """A header by a pattern of its signal lines, and its samples in format 16 after some other bytes."""
    lines = [head]
    for lead, row in zip(LEADS, steps, strict=True):
        stated = {"first": row[0], "sum": int(row.sum()) % 65536, "lead": lead}
        lines.append("rec.dat " + line.format(**stated))
    return {"rec.hea": "\n".join([*lines, tail]).encode(), "rec.dat": lead_in + steps.T.astype("<i2").tobytes()}


def same_signal(files: Files, factor: float = 0.005) -> None:
    np.testing.assert_allclose(read_together(files).signal_mv, STEPS * factor, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("line", "head", "factor"),
    [
        ("16 200 16 0 {first} {sum} 0 Lead {lead}", "rec 12 500 1000", 0.005),
        ("16 0 16 0 {first} {sum} 0 {lead}", "rec 12 500.0/250(0) 1000 10:20:30 01/03/2020", 0.005),
        ("16+24 1000/mV 16 0 {first} {sum} 0 {lead}", "rec 12 500 1000 05-Feb-2020 11:39:16", 0.001),
        ("16x1:0+24 0.25/uV 12 0 {first} {sum} 0 {lead}", "rec 12 500", 0.004),
        ("16 1e6(0)/V 12 0 {first} 0 0 {lead}", "rec 12 500 0", 0.001),
    ],
)
def test_ways_to_write_a_header(line: str, head: str, factor: float):
    lead_in = bytes(24) if "+24" in line else b""
    same_signal(record(line, head, "# a remark\r\n", lead_in=lead_in), factor)


def test_baseline_is_taken_off_and_else_the_zero_of_the_converter():
    plain = read_together(record()).signal_mv
    for line in ("16 200(40)/mV 12 9 {first} {sum} 0 {lead}", "16 200 12 40 {first} {sum} 0 {lead}"):
        np.testing.assert_allclose(read_together(record(line)).signal_mv, plain - 0.2, atol=1e-6)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("rec 12 500 1000 10:20:30 01/03/2020", "2020-03-01T10:20:30"),
        ("rec 12 500 1000 9:20:30.25 1/3/2020", "2020-03-01T09:20:30"),
        ("rec 12 500 1000 10:20:30", None),
        ("rec 12 500 1000", None),
    ],
)
def test_acquired_at(head: str, expected: str | None):
    assert read_together(record(head=head)).acquired_at == expected


def test_checksum_and_first_value():
    files = record()
    for at in (3 * 2, 24 * 500 + 7 * 2):
        altered = bytearray(files["rec.dat"])
        altered[at] ^= 1
        with pytest.raises(DamagedFileError, match=f"Lead {LEADS[at // 2 % 12]} of the WFDB record fails its checksum"):
            read_together({**files, "rec.dat": bytes(altered)})
    with pytest.raises(DamagedFileError, match="Lead I of the WFDB record fails its checksum"):
        read_together(record("16 200 16 0 9999 {sum} 0 {lead}"))
    for line in ("16 200 16 0 {first} 0 0 {lead}", "16 200(0)/mV 16 0 9999 0 0 {lead}"):
        same_signal(record(line))


def test_a_checksum_may_be_stated_with_a_sign():
    signed = re.sub(
        rb"(\d+) 0 (\w+)$",
        lambda found: b"%d 0 %s" % ((int(found[1]) + 2**15) % 2**16 - 2**15, found[2]),
        record()["rec.hea"].rstrip(),
        flags=re.MULTILINE,
    )
    assert b"-" in signed
    same_signal({**record(), "rec.hea": signed})


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ({"rec.hea": record()["rec.hea"]}, DamagedFileError, r"give the signal file that it names \(\.dat\)"),
        (record(head="rec/2 12 500 1000"), UnsupportedError, "consists of several segments"),
        (record("16x2 200 16 0 0 0 0 {lead}"), UnsupportedError, "one sample of each lead in turn"),
        (record("16:3 200 16 0 0 0 0 {lead}"), UnsupportedError, "without skew"),
        (record("8 200 16 0 0 0 0 {lead}"), UnsupportedError, "format 16, 61, 160, 80, 212, 24 or 32"),
        (record("516 200 16 0 0 0 0 {lead}"), UnsupportedError, "in another way"),
        (record("16 200/mmHg 16 0 0 0 0 {lead}"), UnsupportedError, "Lead I .* is not in uV, mV or V"),
        (record("16 1.2.3 16 0 0 0 0 {lead}"), DamagedFileError, "no usable amplitude resolution"),
        (record("16 -200 16 0 0 0 0 {lead}"), UnsupportedError, "-5 µV per sample step"),
        (record("16 1e-300 16 0 0 0 0 {lead}"), UnsupportedError, r"1e\+303 µV per sample step"),
        (record("16 200 16 0 0 0 0 V1"), DamagedFileError, "Lead V1 is stored twice"),
        (record("16 200 16 0 0 0 0 ?"), MissingLeadError, "Leads I, II, V1, V2, V3, V4, V5 and V6 are missing"),
        (record(head="rec 12 500 1001"), DamagedFileError, "holds 1000 samples a lead, the header states 1001"),
        (record(head="rec 12 500 999999999"), DamagedFileError, "the header states 999999999"),
        (record("16+999999999 200 16 0 0 0 0 {lead}", "rec 12 500"), DamagedFileError, "header states more"),
        (record(head="rec 13 500 1000"), DamagedFileError, "states 13 signals and describes 12"),
        (record(head="rec 0 500 1000"), DamagedFileError, "states 0 signals"),
        (record(head="rec 12"), DamagedFileError, "no usable sampling rate"),
        (record(head="rec 12 0 1000"), UnsupportedError, "sampling rate of 0 Hz"),
        (record("16 200 16 0 0 0 0 {lead}", "rec 12 500 400"), DamagedFileError, r"holds 0\.8 s of ECG"),
    ],
)  # fmt: skip
def test_refused(files: Files, error: type[ReadError], message: str):
    with pytest.raises(error, match=message):
        read_together(files)


@pytest.mark.parametrize("name", ["/etc/passwd", "../rec.dat", "a\\rec.dat", "-", "~", ".dat"])
def test_a_signal_file_is_never_looked_for_in_another_folder(name: str):
    header = record()["rec.hea"].replace(b"rec.dat", name.encode())

    def asked(name: str) -> bytes | None:
        raise AssertionError("it was looked for")

    with pytest.raises(UnsupportedError, match="names a signal file in another folder"):
        read(header, asked)


def test_samples_marked_as_missing():
    steps = STEPS.copy()
    steps[7, 400:] = -(2**15)
    with pytest.raises(DamagedFileError, match="Lead V2 of the WFDB record has samples that are marked as missing"):
        read_together(record(steps=steps))


@pytest.mark.parametrize(
    ("remarks", "expected"),
    [
        ("# age: 81\n# sex: female", Patient("female", 81.0)),
        ("#Age: 74\n#Sex: Male\n#Dx: 426783006\n#Hx: Unknown", Patient("male", 74.0)),
        ("# <age>: 42 <sex>: M <diagnoses>: none", Patient("male", 42.0)),
        ("# age: 10 months\n# gender: f", Patient("female", 0.0)),
        ("# age: NaN\n# sex: unknown", Patient()),
        ("# height: 170 cm\n# weight = 70,5 kg", Patient(None, None, 170.0, 70.5)),
        ("# average: 40\n# sexton: f", Patient()),
    ],
)
def test_patient(remarks: str, expected: Patient):
    assert read_together(record(tail=remarks)).patient == expected


@pytest.mark.parametrize(
    ("remarks", "expected"),
    [
        ("#Dx: 164889003,59118001", ("bundle branch block", "atrial fibrillation")),
        ("#Dx: 426783006,713426002", ()),
        ("# Additional diagnoses: Atrial fibrillation", ("atrial fibrillation",)),
        ("# Complete left bundle branch block", ("bundle branch block",)),
        ("# Medication: for atrial fibrillation", ()),
        ("# Diagnose: no LBBB", ()),
    ],
)
def test_findings(remarks: str, expected: tuple[str, ...]):
    assert read_together(record(tail=remarks)).findings == expected


def test_what_is_left_out():
    tail = "# Name: Doe\n# patient id: 7\n# DOB: 1.1.1960\n# Dr. Who: x\n# physician: X\n# ward: 3\n# age: 5"
    assert read_together(record(tail=tail)).left_out == (
        *("name", "patient number", "birth date", "physician or technician", "hospital or department", "free text"),
    )
    assert read_together(record(tail="# age: 63\n# sex: m")).left_out == ()


@pytest.mark.parametrize(
    "text",
    [
        b"rec 12 500 1000",
        b"rec 12 500 1000\n# a remark only",
        b"I owe you 12 500 euros\nrec.dat 16",
        b"rec 12 500 1000\nrec.dat 17 200",
        b"rec 12 500 1000\nHello you",
        b"rec 99999 500 1000\nrec.dat 16 200",
        b"<rec>12 500 1000</rec>\nrec.dat 16 200",
        b"\0\1\2rec 12 500 1000\nrec.dat 16 200",
        b"1 2\n3 4",
        b"",
    ],
)
def test_other_texts_are_not_taken_for_a_header(text: bytes):
    assert not wfdb.recognises_bytes(text)
    assert wfdb.recognises_bytes(b"# first a remark\r\n" + record()["rec.hea"])


def test_long_headers_are_refused_quickly():
    for text in (
        b"rec 12 500 1000\n" + b"rec.dat 16 " * 400_000,
        b"rec 12 500 1000 " + b" " * 4_000_000 + b"x\nrec.dat 16",
        b"rec 12 500 1000\nrec.dat 16\n" + b"#<a>:b\n" * 700_000,
    ):
        with pytest.raises(ReadError):
            read(text)
