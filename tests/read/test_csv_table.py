import codecs
import time

import numpy as np
import pytest

from lvm.errors import DamagedFileError, MissingLeadError, NotAnEcgError, ReadError, UnsupportedError
from lvm.read import csv_table, read
from lvm.recording import LEADS, Patient
from tests.fuzz import seeds

MV = np.round(seeds.steps() * 0.005, 3)  # (12, 1000) at 500 Hz
HEAD = "# unit: mV\n# sampling rate: 500 Hz\n"


def table(
    head: str = HEAD, names: str = ",".join(LEADS), between: str = ",", values: np.ndarray = MV, form: str = "{:.3f}"
) -> str:
    rows = (between.join(form.format(value) for value in row) for row in values.T.tolist())
    return head + names + "\n" + "\n".join(rows) + "\n"


def same_signal(data: bytes | str, rate_hz: float = 500.0) -> None:
    recording = read(data.encode() if isinstance(data, str) else data)
    assert (recording.format, recording.version, recording.sampling_rate_hz) == ("CSV", None, rate_hz)
    np.testing.assert_allclose(recording.signal_mv, MV, atol=1e-6)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_encodings_and_separators(encoding: str, between: str):
    names = between.join(f"Lead {lead.upper()} [µV]" for lead in LEADS)
    text = table("# sampling rate: 500 Hz\n", names, between, MV * 1000)
    same_signal(text.encode(encoding))
    same_signal(text.replace("\n", "\r\n").encode(encoding))
    if between != ",":
        same_signal(text.replace(".", ",").encode(encoding))


def test_a_letter_cut_in_two_by_the_first_look():
    head = "# sampling rate: 500 Hz\n# unit: µV\n# note: "
    for more in range(4):
        text = table(head + "ü" * (2**15 - 40) + "x" * more + "\n", values=MV * 1000)
        same_signal(text)


@pytest.mark.parametrize(
    ("pattern", "factor"),
    [
        ("{} [mV]", 1), ("{}_mV", 1), ("{} mV", 1), ("{}/mV", 1), ("{} (uV)", 1000), ("{} [μV]", 1000), ("{}(V)", 1e-3),
        ('"{} (mV)"', 1), (" {}_UV ", 1000),
    ],
)  # fmt: skip
def test_units_in_the_names(pattern: str, factor: float):
    names = ",".join(pattern.format(lead) for lead in LEADS)
    same_signal(table("# fs = 500\n", names, values=MV * factor, form="{:.6f}"))


@pytest.mark.parametrize(
    ("head", "factor"),
    [
        ("# unit: mV\n# sampling rate: 500 Hz\n", 1),
        ("#Units = uV\n#Sampling frequency (Hz): 500\n\n", 1000),
        ("# unit: µV\n# rate: 0.5 kHz\n", 1000),
        ('sep=,\n"# unit: mV",,,,\n# fs: 500,,,,\n', 1),
        ("# unit: V\n# sample_rate: 500\n# some remark, with a comma\n", 1e-3),
    ],
)
def test_unit_and_rate_in_comments(head: str, factor: float):
    same_signal(table(head, values=MV * factor, form="{:.6f}"))


def timed(name: str, per_s: float = 1.0, rate_hz: float = 500.0, form: str = "{:.6f}", head: str = "") -> str:
    """A table with a column of time, in mV."""
    times = np.arange(MV.shape[1]) / rate_hz * per_s
    return table(head + "# unit: mV\n", f"{name},{','.join(LEADS)}", values=np.vstack([times, MV]), form=form)


@pytest.mark.parametrize(
    ("name", "per_s", "rate_hz", "form"),
    [
        ("time [s]", 1, 500, "{:.6f}"),
        ("time_ms", 1000, 500, "{:.3f}"),
        ("t (ms)", 1000, 500, "{:.3f}"),
        ("Time (seconds)", 1, 1000, "{:.3f}"),
        ("time_s", 1, 240, "{:.3f}"),
        ("time_s", 1, 300, "{:.3f}"),
        ("time [µs]", 1e6, 257.5, "{:.3f}"),
        ("elapsed time (s)", 1, 128, "{:.6f}"),
    ],
)
def test_rate_from_the_times(name: str, per_s: float, rate_hz: float, form: str):
    recording = read(timed(name, per_s, rate_hz, form).encode())
    assert recording.sampling_rate_hz == pytest.approx(rate_hz, rel=1e-9 if rate_hz != 257.5 else 1e-4)
    assert recording.warnings == ()


def test_a_number_of_each_row_and_further_columns():
    numbered = np.vstack([np.arange(MV.shape[1]), MV, MV[:1]])
    for first, last, warnings in (
        ("", "V3R", ("The file's further lead is not used: V3R.",)),
        ("sample", "resp [au]", ("The file's further lead is not used.",)),
    ):
        data = table(names=",".join([first, *LEADS, last]), values=numbered)
        same_signal(data)
        assert read(data.encode()).warnings == warnings


ADD_UNIT, ADD_RATE = r'"# unit: mV" \(or uV, or V\)', r'"# sampling rate: 500 Hz" \(with its own rate\)'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (table("# unit: mV\n"), rf"does not say its sampling rate\. Above the .*names, add the line {ADD_RATE}\.$"),
        (table("# fs: 500\n"), rf"does not say the unit of its samples\. Above the .* add the line {ADD_UNIT}\.$"),
        (table(""), rf"unit of its samples and its sampling rate\. .* add the lines {ADD_UNIT} and {ADD_RATE}\.$"),
        (table("# unit: mmHg\n# fs: 500\n"), "does not say the unit"),
        (table("# unit: mV\n# fs: fast\n"), "does not say its sampling rate"),
        (table("# fs: 500\n", ",".join([*(f"{lead} [mV]" for lead in LEADS[:11]), "V6"])), "does not say the unit"),
        (timed("time"), "does not say its sampling rate"),
    ],
)
def test_unit_and_rate_are_not_guessed(data: str, message: str):
    with pytest.raises(UnsupportedError, match=message):
        read(data.encode())


def test_times_and_stated_rate():
    same_signal(timed("time", head="# fs: 500\n"))
    same_signal(timed("time_s", head="# fs: 500\n"))
    with pytest.raises(DamagedFileError, match="states 250 Hz, and the steps of its times are those of 500 Hz"):
        read(timed("time_s", head="# fs: 250\n").encode())


@pytest.mark.parametrize("dropped", [3, 4, 500, 990])
def test_uneven_times(dropped: int):
    lines = timed("time_s").splitlines()
    del lines[dropped]
    with pytest.raises(DamagedFileError, match="do not rise in even steps"):
        read("\n".join(lines).encode())


def test_times_that_stand_still_or_fall():
    for per_s in (0.0, -1.0, 1e-12):
        with pytest.raises(DamagedFileError, match="do not rise in even steps"):
            read(timed("time_s", per_s, form="{:.16f}").encode())


@pytest.mark.parametrize("cell", ["", "x", "nan", "inf", "--", "1e400", "1e10", "0x10"])
def test_a_cell_that_is_no_number(cell: str):
    lines = table().splitlines()
    cells = lines[40].split(",")
    cells[7] = cell
    lines[40] = ",".join(cells)
    with pytest.raises(DamagedFileError, match=r"^Lead V2 in line 41 of the CSV file is no number\."):
        read("\n".join(lines).encode())


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (table() + "1,2,3", DamagedFileError, "Lead aVR in line 1004 of the CSV file is no number"),
        (HEAD + ",".join(LEADS), DamagedFileError, "no samples below the row of lead names"),
        (HEAD + ",".join(LEADS) + "\n\n#\n,,\n", DamagedFileError, "no samples below"),
        (table(values=MV[:, :1]), DamagedFileError, r"holds 0\.0 s of ECG"),
        (table("# unit: mV\n# fs: 500\n# sampling rate: 250 Hz\n"), DamagedFileError, "two different sampling rates"),
        (
            table(names=",".join(LEADS[:11])),
            DamagedFileError,
            "Line 4 of the CSV file has more cells than there are names",
        ),
        (table("# unit: mV\n# fs: 50\n"), UnsupportedError, "sampling rate of 50 Hz"),
        (table("# unit: V\n# fs: 500\n"), DamagedFileError, "far too tall"),
        (table("# unit: uV\n# fs: 500\n"), DamagedFileError, "far too small"),
        (table(names=",".join([*LEADS[:11], "V5"])), DamagedFileError, "Lead V5 stands in the CSV file twice"),
        (table(names=",".join([*LEADS[:8], "x", *LEADS[9:]])), MissingLeadError, "^Lead V3 is missing"),
        (table(names="I,II,V1,a,b,c,d,e,f,g,h,k"), MissingLeadError, "^Leads V2, V3, V4, V5 and V6 are missing"),
    ],
)
def test_refused(data: str, error: type[ReadError], message: str):
    with pytest.raises(error, match=message):
        read(data.encode())


def test_seven_of_the_leads_are_recognised_and_the_missing_one_named():
    keep = [0, *range(6, 12)]
    data = table(names=",".join(LEADS[k] for k in keep), values=MV[keep])
    with pytest.raises(MissingLeadError, match=r"^Lead II is missing from the file"):
        read(data.encode())
    keep = [0, 1, *range(6, 12)]
    recording = read(table(names=",".join(LEADS[k] for k in keep), values=MV[keep]).encode())
    assert recording.derived_leads == ("III", "aVR", "aVL", "aVF")


def test_empty_rows_and_remarks_below():
    same_signal(table() + "# the end\n\n\n,,,,\n")


@pytest.mark.parametrize(
    ("remarks", "expected"),
    [
        ("# sex: female\n# age: 63\n# height: 170 cm\n# weight: 70 kg\n", Patient("female", 63.0, 170.0, 70.0)),
        ("# Sex: M\n# age: 63 years\n# height: 1.7 m\n", Patient("male", 63.0, 170.0)),
        ("# age: 63 moons\n", Patient()),
    ],
)
def test_patient(remarks: str, expected: Patient):
    assert read(table(remarks + HEAD).encode()).patient == expected


def test_findings_and_what_is_left_out():
    recording = read(table("# diagnosis: ventricular-paced rhythm\n# name: Doe\n" + HEAD).encode())
    assert (recording.findings, recording.pacemaker) == (("paced rhythm",), True)
    assert recording.left_out == ("name", "free text")
    assert read(table().encode()).left_out == ()


@pytest.mark.parametrize(
    "text",
    [
        "Leads I, II and V1 show nothing.\n1,2,3",
        "a,b,c\n1,2,3",
        "V1,V2\n1,2",
        "1,2,3\n4,5,6",
        '<ecg leads="I,II,III,aVR,aVL,aVF,V1">\n',
        '{"leads":["I","II","V1","V2","V3"]}',
        "I,II,V1" + ",x" * 5000,
        "\1,I,II,V1,V2\n",
        "# unit: mV\n",
        "",
    ],
)
def test_other_texts_are_not_taken_for_a_table(text: str):
    assert not csv_table.recognises_bytes(text.encode())
    with pytest.raises((NotAnEcgError, DamagedFileError)):
        read(text.encode())


def test_not_utf_16_either():
    assert not csv_table.recognises_bytes(codecs.BOM_UTF16_LE + b"\xff\xfe\0")


def test_five_megabytes_take_under_two_seconds():
    text = table("# unit: mV\n# fs: 1000\n")
    rows = text.partition("V6\n")[2]
    big = (text + rows * 65)[: 5 * 2**20 - 9].rpartition("\n")[0]
    for data, error in ((big, None), (big + "\n1,x", DamagedFileError), ("I,II,V1\n" + "1,2,3\n" * 870_000, ReadError)):
        began = time.process_time()
        if error:
            with pytest.raises(error):
                read(data.encode())
        else:
            assert read(data.encode()).duration_s > 60
        assert time.process_time() - began < 2
