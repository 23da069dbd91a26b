"""The fifteen things again, where they concern files that are not XML: DICOM, WFDB and tables. See test_fifteen.py."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from lvm.analysis import analyse
from lvm.errors import DamagedFileError, MissingLeadError, ReadError, UnsupportedError
from lvm.estimate import gather_inputs
from lvm.read import read, read_together
from lvm.recording import LEADS, Patient, Recording
from tests.fuzz.seeds import Files
from tests.read.edit import Real, refused


@pytest.fixture
def dicom(real: Real) -> Callable[[Callable[[Dataset], None]], bytes]:
    """The real DICOM file after a change of its dataset."""

    def altered(change: Callable[[Dataset], None]) -> bytes:
        dataset = dcmread(io.BytesIO(real("DICOM")))
        change(dataset)
        out = io.BytesIO()
        dataset.save_as(out)
        return out.getvalue()

    return altered


@pytest.fixture
def wfdb(shared: Path) -> Files:
    folder = shared / "ecg-files/wfdb"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def with_header(wfdb: Files, pattern: str, by: str) -> Files:
    text = wfdb["s0010_re.hea"].decode().replace("\r", "")
    header, found = re.subn(pattern, by, text, flags=re.MULTILINE)
    assert found
    return {**wfdb, "s0010_re.hea": header.encode()}


def refused_together(files: Files, error: type[ReadError], message: str) -> None:
    with pytest.raises(error, match=message):
        read_together(files)


def rhythm(dataset: Dataset) -> Dataset:
    return dataset.WaveformSequence[0]


def channels(dataset: Dataset) -> Sequence:
    return rhythm(dataset).ChannelDefinitionSequence


# 7. Eight leads, a missing one, further ones.
def keep(*rows: int) -> Callable[[Dataset], None]:
    """Only these channels of the rhythm."""

    def change(dataset: Dataset) -> None:
        group = rhythm(dataset)
        samples = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12)[:, list(rows)]
        group.WaveformData = samples.tobytes()
        group.ChannelDefinitionSequence = Sequence([group.ChannelDefinitionSequence[row] for row in rows])
        group.NumberOfWaveformChannels = len(rows)

    return change


def test_07_leads_of_dicom(dicom, real: Real):
    plain = read(real("DICOM"))
    recording = read(dicom(keep(0, 1, *range(6, 12))))
    assert recording.derived_leads == ("III", "aVR", "aVL", "aVF")
    np.testing.assert_allclose(recording.signal_mv, plain.signal_mv, atol=0.003)
    refused(dicom(keep(*range(8), *range(9, 12))), MissingLeadError, "^Lead V3 is missing from the file; I, II and V1")
    refused(dicom(keep(0, 6, 7, 8, 9)), MissingLeadError, "^Leads II, V5 and V6 are missing from the file")


def test_07_leads_of_wfdb(wfdb: Files):
    recording = read_together(wfdb)
    assert recording.warnings == ("The file's further leads are not used: VX, VY and VZ.",)
    renamed = with_header(wfdb, " v3$", " v9")
    refused_together(renamed, MissingLeadError, "^Lead V3 is missing from the file; I, II and V1 to V6 are the least")
    limbs = with_header(with_header(wfdb, " iii$", " x"), " av(.)$", r" y\1")
    derived = read_together(limbs)
    assert derived.derived_leads == ("III", "aVR", "aVL", "aVF")
    np.testing.assert_allclose(derived.signal_mv, recording.signal_mv, atol=0.002)


# 8. One lead shorter than the rest: samples are stored in turn, so the whole is too short.
def test_08_samples_missing_at_the_end(dicom, wfdb: Files):
    def shorter(dataset: Dataset) -> None:
        rhythm(dataset).WaveformData = rhythm(dataset).WaveformData[:-200]

    refused(dicom(shorter), DamagedFileError, r"^The DICOM file states 10000 samples a lead and holds 99\d\d\. Copy it")
    cut = {**wfdb, "s0010_re.dat": wfdb["s0010_re.dat"][:-200]}
    refused_together(cut, DamagedFileError, r"holds 383\d\d samples a lead, the header states 38400\. Copy it again\.$")
    alone = {"s0010_re.hea": wfdb["s0010_re.hea"]}
    refused_together(
        alone,
        DamagedFileError,
        r"give the signal file that it names \(\.dat\) together with it, or a zip archive of both\.$",
    )


# 9. Only a median beat; only a rhythm; their order swapped.
def test_09_groups_of_dicom(dicom, real: Real):
    plain = read(real("DICOM"))
    assert plain.representative is not None

    def only(*rows: int) -> Callable[[Dataset], None]:
        def change(dataset: Dataset) -> None:
            dataset.WaveformSequence = Sequence([dataset.WaveformSequence[row] for row in rows])

        return change

    refused(
        dicom(only(1)),
        UnsupportedError,
        r"^The DICOM file holds only the representative beat; a recording of several heartbeats is needed\. Export it",
    )
    assert read(dicom(only(0))).representative is None
    np.testing.assert_array_equal(read(dicom(only(0))).signal_mv, plain.signal_mv)
    np.testing.assert_array_equal(read(dicom(only(1, 0))).signal_mv, plain.signal_mv)


# 10. Rates.
@pytest.mark.parametrize(("rate_hz", "words"), [("0", "sampling rate of 0 Hz"), ("99999", "of 99999 Hz")])
def test_10_rates_that_cannot_be(dicom, wfdb: Files, rate_hz: str, words: str):
    def change(dataset: Dataset) -> None:
        rhythm(dataset).SamplingFrequency = rate_hz

    refused(dicom(change), UnsupportedError, words)
    refused_together(with_header(wfdb, "^s0010_re 15 1000", f"s0010_re 15 {rate_hz}"), UnsupportedError, words)


def test_10_no_rate(dicom, wfdb: Files):
    def change(dataset: Dataset) -> None:
        del rhythm(dataset).SamplingFrequency

    refused(dicom(change), DamagedFileError, "no usable sampling rate")
    none = with_header(wfdb, "^s0010_re 15 1000 38400$", "s0010_re 15")
    refused_together(none, DamagedFileError, "no usable sampling rate")


# 11. Gain units.
@pytest.mark.parametrize(
    ("unit", "sensitivity", "words"),
    [
        ("mV", "1.25", "1250 µV per sample step; .* a unit is wrong"),
        ("uV", "0.00125", "0.00125 µV per sample step; .* a unit is wrong"),
        ("counts", "1.25", "Lead I of the DICOM file states no unit in uV, mV or V, the only ones that can be read"),
        ("uV", "0", "µV per sample step"),
    ],
)
def test_11_units_of_dicom(dicom, unit: str, sensitivity: str, words: str):
    def change(dataset: Dataset) -> None:
        for channel in channels(dataset):
            channel.ChannelSensitivity = sensitivity
            channel.ChannelSensitivityUnitsSequence[0].CodeValue = unit
            channel.ChannelSensitivityUnitsSequence[0].CodeMeaning = unit

    with pytest.raises(ReadError, match=words):
        read(dicom(change))


def test_11_millivolts_in_dicom_and_no_unit(dicom, real: Real):
    def millivolts(dataset: Dataset) -> None:
        for channel in channels(dataset):
            channel.ChannelSensitivity = "0.00125"
            channel.ChannelSensitivityUnitsSequence[0].CodeValue = "mV"
            channel.ChannelSensitivityUnitsSequence[0].CodeMeaning = "millivolt"

    def none(dataset: Dataset) -> None:
        for channel in channels(dataset):
            del channel.ChannelSensitivityUnitsSequence

    np.testing.assert_allclose(read(dicom(millivolts)).signal_mv, read(real("DICOM")).signal_mv, rtol=1e-6, atol=1e-7)
    refused(dicom(none), UnsupportedError, "states no unit in uV, mV or V")


def test_11_units_of_wfdb(wfdb: Files):
    plain = read_together(wfdb)
    micro = read_together(with_header(wfdb, r"16 2000 16", "16 2/uV 16"))
    np.testing.assert_allclose(micro.signal_mv, plain.signal_mv, rtol=1e-6)
    for gain, words in (
        ("2000/uV", "µV per sample step"),
        ("2/mV", "500 µV per sample step"),
        ("2000/mmHg", "not in uV, mV"),
    ):
        refused_together(with_header(wfdb, r"16 2000 16", f"16 {gain} 16"), UnsupportedError, words)


# 12. Nothing that is no ECG is taken for a heartbeat; 13 and 14. the patient.
@pytest.mark.parametrize(
    ("age", "born", "sex", "size", "weight", "expected"),
    [
        ("042Y", "19710123", "F", None, None, Patient("female", 42.0)),
        ("030M", None, "O", "1.70", "70", Patient(None, 2.0, 170.0, 70.0)),
        ("800D", None, "M", "0", "0", Patient("male", 2.0)),
        (None, "19600126", "", "170", "70.5", Patient(None, 52.0, 170.0, 70.5)),  # a day before the birthday
        ("000Y", None, "UN", "1", "1", Patient()),
        (None, None, None, "17", "7000", Patient()),
    ],
)
def test_13_and_14_patient_of_dicom(dicom, age, born, sex, size, weight, expected: Patient):
    def change(dataset: Dataset) -> None:
        for name, value in (
            ("PatientAge", age), ("PatientBirthDate", born), ("PatientSex", sex), ("PatientSize", size),
            ("PatientWeight", weight),
        ):  # fmt: skip
            if name in dataset:
                delattr(dataset, name)
            if value is not None:
                setattr(dataset, name, value)

    assert read(dicom(change)).patient == expected


@pytest.mark.parametrize(
    ("age", "sex", "expected"),
    [
        ("81", "female", Patient("female", 81.0)),
        ("n/a", "n/a", Patient()),
        ("0", "unknown", Patient()),
        ("999", "M", Patient("male")),
        ("", "", Patient()),
    ],
)
def test_14_patient_of_wfdb(wfdb: Files, age: str, sex: str, expected: Patient):
    files = with_header(with_header(wfdb, "^# age: 81$", f"# age: {age}"), "^# sex: female$", f"# sex: {sex}")
    assert read_together(files).patient == expected


# 15. What no device measured is computed.
def test_15_without_measurements(dicom, wfdb: Files, real: Real):
    def change(dataset: Dataset) -> None:
        del dataset.WaveformAnnotationSequence

    def sources(recording: Recording) -> set[str | None]:
        found = gather_inputs(analyse(recording))
        return {found[name].source for name in ("qrs_axis_deg", "t_axis_deg", "qrs_duration_ms")}

    assert sources(read(real("DICOM"))) == {"device"}
    assert sources(read(dicom(change))) == {"computed"}
    assert sources(read_together(wfdb)) == {"computed"}


# A table made of a real recording: rates, units and names as people write them.
@pytest.fixture
def table(wfdb: Files) -> Callable[..., bytes]:
    signal_mv = read_together(wfdb).signal_mv[:, :4000]

    def build(head: str = "time_s,{leads}", factor: float = 1.0, between: str = ",", comma: bool = False) -> bytes:
        lines = [head.format(leads=between.join(LEADS)).replace("time_s,", f"time_s{between}")]
        for k, row in enumerate((signal_mv.T * factor).tolist()):
            cells = [f"{k / 1000:.4f}", *(f"{value:.5f}" for value in row)]
            lines.append(between.join(cells).replace(".", "," if comma else "."))
        return "\n".join(lines).encode()

    return build


def test_11_a_table_of_a_thousand_times_too_much(table):
    with pytest.raises(ReadError, match=r"unit|volts|mV"):
        read(table("time_s," + ",".join(f"{lead}_mV" for lead in LEADS), factor=1e3))
    with pytest.raises(ReadError, match=r"unit|volts|mV"):
        read(table("time_s," + ",".join(f"{lead}_uV" for lead in LEADS), factor=1e-3))


MILLIVOLTS = "time_s," + ",".join(f"{lead}_mV" for lead in LEADS)


def test_01_and_02_a_table_in_any_encoding(table):
    plain = read(table(MILLIVOLTS))
    assert (plain.sampling_rate_hz, plain.signal_mv.shape) == (1000.0, (12, 4000))
    for data in (b"\xef\xbb\xbf" + table(MILLIVOLTS), table(MILLIVOLTS).decode().encode("utf-16")):
        np.testing.assert_array_equal(read(data).signal_mv, plain.signal_mv)


def test_07_and_11_names_and_decimal_commas_of_a_table(table):
    plain = read(table(MILLIVOLTS))
    semicolons = table("time_s;" + ";".join(f"Lead {lead.upper()} [mV]" for lead in LEADS), between=";", comma=True)
    np.testing.assert_allclose(read(semicolons).signal_mv, plain.signal_mv, atol=1e-6)


def test_10_and_11_a_table_without_rate_or_unit(table):
    with pytest.raises(ReadError, match=r"(?i)sampling rate"):
        read(table(MILLIVOLTS.removeprefix("time_s,")))
    with pytest.raises(ReadError, match=r"(?i)\bunit\b"):
        read(table())
