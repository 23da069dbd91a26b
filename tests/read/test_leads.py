import numpy as np
import pytest

from lvm.errors import DamagedFileError, MissingLeadError, UnsupportedError
from lvm.read.leads import (
    assemble,
    checked_rate_hz,
    checked_uv_per_bit,
    lead_name,
    representative,
    stated_low_pass_hz,
)
from lvm.recording import LEADS

STORED = {name: np.full(1000, float(k)) for k, name in enumerate(LEADS)}


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("I", "I"), (" ii ", "II"), ("AVR", "aVR"), ("avf", "aVF"), ("Lead I", "I"), ("LEAD_V1", "V1"),
        ("lead-aVL", "aVL"), ("V3R", "V3R"), ("x y<z>", "XYZ"), ("", "?"), ("Ä", "?"), ("Lead", "?"),
        ("V1" + "0" * 10**6, "V10000"),
        ("MDC_ECG_LEAD_I", "MDCECG"),
    ],
)  # fmt: skip
def test_names(raw: str, name: str):
    assert lead_name(raw) == name


def test_eight_leads_give_twelve():
    signal_mv, derived, warnings = assemble({k: v for k, v in STORED.items() if k in ("I", "II") or k[0] == "V"}, 500.0)
    assert signal_mv[:, 0].tolist() == [0, 1, 1, -0.5, -0.5, 1, 6, 7, 8, 9, 10, 11]
    assert (signal_mv.shape, signal_mv.dtype) == ((12, 1000), np.float32)
    assert (derived, warnings) == (("III", "aVR", "aVL", "aVF"), ())


def test_what_is_missing_is_named_at_once():
    with pytest.raises(MissingLeadError, match=r"^Leads II, V2 and V6 are missing from the file; I, II and V1 to V6"):
        assemble({k: v for k, v in STORED.items() if k not in ("II", "III", "V2", "V6")}, 500.0)


def test_lengths_that_differ_are_named():
    with pytest.raises(DamagedFileError, match="Lead V4 has 999 samples where other leads have 1000"):
        assemble(STORED | {"V4": np.zeros(999)}, 500.0)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 1e300, -1e7])
def test_samples_that_overflow_are_refused_before_they_do(value: float):
    odd = np.zeros(1000)
    odd[500] = value
    with pytest.raises(DamagedFileError, match="Lead V2 holds samples that are no voltages of a heart"):
        assemble(STORED | {"V2": odd}, 500.0)
    assert representative({name: row[:600] for name, row in (STORED | {"V2": odd}).items()}, 500.0) is None


@pytest.mark.parametrize(
    ("rate_hz", "error", "words"),
    [(None, DamagedFileError, "no usable sampling rate"), (0.0, UnsupportedError, "rate of 0 Hz; 100 to 2000 Hz"),
     (99.9, UnsupportedError, "of 99.9 Hz"), (2001.0, UnsupportedError, "of 2001 Hz")],
)  # fmt: skip
def test_rates(rate_hz: float | None, error: type[Exception], words: str):
    assert [checked_rate_hz(rate) for rate in (100.0, 240.0, 2000.0)] == [100.0, 240.0, 2000.0]
    with pytest.raises(error, match=words):
        checked_rate_hz(rate_hz)


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [(None, DamagedFileError, "no usable amplitude resolution"), (0.005, UnsupportedError, "0.005 µV per sample step"),
     (4880.0, UnsupportedError, "4880 µV per sample step"),
     (-5.0, UnsupportedError, "-5 µV"), (0.0, UnsupportedError, "0 µV")],
)  # fmt: skip
def test_steps(step: float | None, error: type[Exception], words: str):
    assert [checked_uv_per_bit(uv) for uv in (0.05, 4.88, 100.0)] == [0.05, 4.88, 100.0]
    with pytest.raises(error, match=words):
        checked_uv_per_bit(step)


def test_a_representative_beat_that_cannot_be_used_is_none():
    beat = representative({name: row[:600] for name, row in STORED.items()}, 500.0)
    assert beat is not None
    assert (beat.signal_mv.shape, beat.sampling_rate_hz) == ((12, 600), 500.0)
    assert representative({}, 500.0) is None
    assert representative({name: row[:100] for name, row in STORED.items()}, 500.0) is None
    assert representative({name: row[:600] for name, row in STORED.items()}, 0.0) is None
    assert representative({name: row[:600] for name, row in STORED.items() if name != "V1"}, 500.0) is None


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("AVR", "aVR"),
        ("Lead aVR", "aVR"),
        ("LEAD_V1", "V1"),
        ("Lead-II", "II"),
        ("_i", "I"),
        ("-aVR", "AVR"),
        ("Lead -aVR", "AVR"),
        ("", "?"),
    ],
)
def test_the_negative_of_a_lead_is_not_that_lead(raw: str, name: str):
    assert lead_name(raw) == name


@pytest.mark.parametrize(
    ("stated_hz", "low_pass_hz"),
    [
        ([150.0], 150.0),
        ([150.0, 40.0, None, 100.0], 40.0),
        ([0.0], None),
        ([0.0, 100.0], 100.0),
        ([None], None),
        ([], None),
        ([9.9], None),
        ([10.0], 10.0),
        ([-35.0, 1e6], None),
    ],
)
def test_the_lowest_filter_counts_and_0_is_none(stated_hz: list[float | None], low_pass_hz: float | None):
    assert stated_low_pass_hz(stated_hz) == low_pass_hz


@pytest.mark.parametrize("level_mv", [0.0, 1.0])
def test_a_file_without_any_signal_says_so(level_mv: float):
    with pytest.raises(DamagedFileError, match=r"^There is no signal in any lead\. Record again"):
        assemble({name: np.full(5000, level_mv) for name in LEADS}, 500.0)
