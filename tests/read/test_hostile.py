"""Whatever the bytes: a Recording or a ReadError, within two seconds and 500 MB. tests/fuzz/run.py does more of it."""

import re
import time
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lvm.errors import DamagedFileError, ReadError
from lvm.read import dialects, read, source, xml
from lvm.recording import LEADS
from tests.fuzz import seeds
from tests.fuzz.big import BIG, BUILT, TEXTS, longest_lzw
from tests.fuzz.memory import Peak
from tests.fuzz.mutate import ODD, mutated
from tests.fuzz.run import outcome_of
from tests.fuzz.seeds import Files

SECONDS, MEGABYTES = 2.0, 500.0

quickly = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def attempt(files: Files) -> bool:
    """Whether it was read; anything but a proper Recording or a ReadError fails the test."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="pydicom")  # as lvm.read.dicom_file has it
        outcome = outcome_of(files)
    assert not outcome.startswith("other"), outcome
    return outcome == "read"


@pytest.mark.parametrize("name", BUILT)
def test_a_file_of_every_dialect_is_read_before_it_is_altered(name: str):
    assert attempt(BUILT[name])


@pytest.mark.parametrize("name", BUILT)
def test_mutations_of_a_file_of_every_dialect(name: str):
    others = list(BUILT.values())
    read_well = 0
    for seed in range(80):
        rng = np.random.default_rng(seed)
        read_well += attempt(mutated(BUILT[name], rng, others[seed % len(others)])[1])
    assert read_well < 80


def test_mutations_reach_what_lies_behind_the_checks():
    """Of the mutated MUSE and Philips files many are read, and many are refused: both sides are tested."""
    for name in ("muse.xml", "sierra.xml"):
        read_well = sum(
            attempt(mutated(BUILT[name], np.random.default_rng(seed), BUILT[name])[1]) for seed in range(1000, 1100)
        )
        assert 10 < read_well < 90


def test_every_element_and_attribute_with_odd_values():
    """The headers are where arithmetic can go wrong."""
    for name in ("muse.xml", "sierra.xml"):
        data = BUILT[name][name]
        for element in range(len(list(xml.parse(data, "").iter()))):
            for value in ("", "-1", "1e11", "-1e-9", "Ω"):
                root = xml.parse(data, "")
                found = list(root.iter())[element]
                found.text = value
                for attribute in found.attrib:
                    found.set(attribute, value)
                for dialect in dialects():
                    if hasattr(dialect, "recognises") and dialect.recognises(root):
                        try:
                            dialect.parse(root)
                        except ReadError:
                            continue


@quickly
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<", b"<?xml ", b"PK\3\4", b"\xff\xfe<\0", b"a 12 500 9\n", b"I,II"]),
)
def test_any_bytes(data: bytes, before: bytes):
    assert not attempt({"ecg": before + data})


_VALUE = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


@settings(quickly, max_examples=40)
@given(st.data())
def test_xml_out_of_the_names_that_dialects_know(data: st.DataObject):
    text = TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]
    tags = sorted(set(re.findall(r"<([A-Za-z][\w.-]*)", text)))
    attributes = sorted(set(re.findall(r' ([a-zA-Z_]+)="', text))) or ["a"]
    escape = str.maketrans({"<": "&lt;", "&": "&amp;", '"': "&quot;"})

    def element(tag: str, depth: int) -> str:
        values = data.draw(st.dictionaries(st.sampled_from(attributes), _VALUE, max_size=3))
        inner = data.draw(_VALUE).translate(escape)
        if depth:
            inner += "".join(
                element(child, depth - 1) for child in data.draw(st.lists(st.sampled_from(tags), max_size=3))
            )
        stated = "".join(f' {name}="{value.translate(escape)}"' for name, value in values.items())
        return f"<{tag}{stated}>{inner}</{tag}>"

    root = re.search(r"<([A-Za-z][\w.-]*)", text)[1]
    attempt({"ecg": element(root, 3).encode()})


@quickly
@given(st.data())
def test_valid_xml_with_other_values(data: st.DataObject):
    """Some texts and attributes of a valid file are replaced, its samples too."""
    text = TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]
    places = list(re.finditer(r'(?<=>)[^<>]{1,99}(?=</)|(?<==")[^"<>]{0,60}(?=")', text))
    for place in sorted(data.draw(st.lists(st.sampled_from(places), max_size=3)), key=lambda at: -at.start()):
        value = data.draw(_VALUE).translate(str.maketrans({"<": "&lt;", "&": "&amp;", '"': "&quot;"}))
        text = text[: place.start()] + value + text[place.end() :]
    attempt({"ecg": text.encode()})


_CELL = st.sampled_from([*ODD, *LEADS, "time", "mV", "Time (s)", "0.1", "-0.25", "12", "1e2"])


@quickly
@given(
    st.lists(st.lists(_CELL, max_size=14), max_size=12),
    st.sampled_from([",", ";", "\t", " "]),
    st.sampled_from([",".join(LEADS), "time," + ",".join(LEADS), ";".join(LEADS), "# sampling rate 500", ""]),
)
def test_tables_of_numbers(rows: list[list[str]], between: str, head: str):
    assert not attempt({"ecg.csv": "\n".join([head, *(between.join(row) for row in rows)]).encode()})


@quickly
@given(st.lists(st.lists(_CELL | st.sampled_from(["rec.dat", "16", "212", "500/mV", "12"]), max_size=11), max_size=15))
def test_wfdb_headers(lines: list[list[str]]):
    header = "\n".join([f"rec 12 500 {seeds.steps().shape[1]}", *(" ".join(line) for line in lines)])
    attempt({"rec.hea": header.encode(), "rec.dat": BUILT["wfdb"]["rec.dat"]})


@pytest.mark.parametrize("name", BIG)
def test_big_inputs_take_two_seconds_and_500_mb_at_most(name: str):
    made = BIG[name]()
    files = {"ecg": made} if isinstance(made, bytes) else made
    size = sum(map(len, files.values()))
    assert size <= source.MAX_BYTES
    peak = Peak()
    peak.begin()
    began = time.process_time()
    attempt(files)
    assert time.process_time() - began < SECONDS
    assert peak.megabytes() < MEGABYTES


def test_lzw_of_the_longest_strings_is_decoded_up_to_the_longest_recording():
    with pytest.raises(DamagedFileError, match="lead I are damaged"):
        read(longest_lzw().encode())
