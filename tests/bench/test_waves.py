"""How well P, QRS and T are delineated: ours and others' on LUDB, ours beside the electrocardiographs' own.

    pytest -q -s -o addopts= --import-mode=importlib tests/bench/test_waves.py

Prints the tables (about three minutes; with -k "ours or device" only what concerns ours) and asserts what ours has to
reach. lvm/train/delineation.py is the protocol, delineators.py says how the others are called and how the two that are
no requirements get installed, subgroups.py and devices.py what is in a group and what is left out. What is timed is all
from the samples to the boundaries: filters, beats, waves; of ours with three networks, as it is used.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from lvm.analysis import analyse
from lvm.read.files import read_file
from lvm.train import ludb
from lvm.train.delineation import Reference, Score, Summary, reference, score, summarise
from tests.bench import tables
from tests.bench.delineators import METHODS, NEUROKIT_PROMINENCE, OURS, Method
from tests.bench.devices import AXES, INTERVALS, LIMITS, Compared, compare, paths
from tests.bench.subgroups import INVERTED_T, LVH, subgroups

SD_MS = {"p_onset": 8.0, "p_offset": 8.0, "qrs_onset": 5.0, "qrs_offset": 5.5, "t_offset": 12.0}
BIAS_MS = 3.0
WORSE_IN_GROUP = 1.25


@dataclass(frozen=True, repr=False)
class Run:
    """One method on all records; time is the median CPU time of all threads for one recording, in ms."""

    scores: tuple[Score, ...]
    time_ms: float

    @property
    def summary(self) -> Summary:
        return summarise(self.scores)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "ecg-data" / "ludb"


@pytest.fixture(scope="module")
def records(folder: Path) -> list[ludb.Marked]:
    return [ludb.load(folder, number) for number in ludb.numbers(folder)]


@pytest.fixture(scope="module")
def references(records: list[ludb.Marked]) -> list[Reference]:
    return [reference(record) for record in records]


@pytest.fixture(scope="module")
def run(records: list[ludb.Marked], references: list[Reference]) -> Callable[[Method], Run]:
    """A method's run, done once."""

    @cache
    def of(method: Method) -> Run:
        timed = method.timed or method.find
        timed(records[0])
        scores, seconds = [], []
        for record, ref in zip(records, references, strict=True):
            start = time.process_time()
            found = timed(record)
            seconds.append(time.process_time() - start)
            scores.append(score(ref, method.find(record) if method.timed else found))
        return Run(tuple(scores), 1000 * float(np.median(seconds)))

    return of


@pytest.fixture(scope="module")
def ours(run: Callable[[Method], Run]) -> Run:
    return run(OURS)


@pytest.fixture(scope="module")
def groups(folder: Path, records: list[ludb.Marked]) -> dict[str, frozenset[int]]:
    return subgroups(folder, records)


@pytest.fixture(scope="module")
def compared(shared: Path) -> list[Compared]:
    return compare(shared / "ecg-files")


def show(text: str) -> None:
    sys.stdout.write(text)


def test_methods_side_by_side(run, records):
    for method in METHODS:
        if not method.installed:
            show(f"\n{method.name}: skipped, the package {method.package} is not installed; see delineators.py\n")
    found = {method.name: run(method) for method in METHODS if method.installed}
    show(tables.methods({name: (one.summary, one.time_ms) for name, one in found.items()}, len(records)))
    assert found[OURS.name].summary.errors_ms["qrs_onset"].keys() == {record.number for record in records}


def test_subgroups_side_by_side(run, groups):
    methods = (OURS, NEUROKIT_PROMINENCE)
    by_group = {m.name: {g: summarise(run(m).scores, among) for g, among in groups.items()} for m in methods}
    show(tables.groups(by_group, {name: len(among) for name, among in groups.items()}))
    assert all(groups.values())


@pytest.mark.parametrize("boundary", SD_MS)
def test_ours_scatters_little(ours, boundary):
    sd_ms = ours.summary.sd_ms(boundary)
    assert sd_ms <= SD_MS[boundary]


@pytest.mark.parametrize("boundary", SD_MS)
def test_ours_has_little_bias(ours, boundary):
    bias_ms = ours.summary.bias_ms(boundary)
    assert abs(bias_ms) <= BIAS_MS


def test_ours_finds_every_qrs_and_nothing_else(ours):
    counts = {s.number: (s.qrs_marked, s.qrs_found, s.qrs_reported) for s in ours.scores}
    wrong = {number: beats for number, beats in counts.items() if len(set(beats)) > 1}
    sensitivity, ppv = ours.summary.qrs_sensitivity, ours.summary.qrs_ppv
    assert sensitivity >= 0.999, wrong
    assert ppv >= 0.999, wrong


@pytest.mark.parametrize(("wave", "least"), [("p", 0.98), ("t", 0.99)])
def test_ours_finds_p_and_t(ours, wave, least):
    found = {name: part for name, part in ours.summary.sensitivity.items() if name.startswith(wave)}
    assert min(found.values()) >= least, found


def test_ours_invents_few_p(ours):
    of = ours.summary
    invented, without_p = of.p_invented, of.without_p
    assert invented <= 0.1 * without_p, {s.number: s.p_invented for s in ours.scores if s.p_invented}


FEW_INVERTED_T = pytest.mark.xfail(
    strict=True, reason="24 records; in LUDB 24 the T wave is marked to end 48 ms before the curve is level"
)


@pytest.mark.parametrize("group", [LVH, pytest.param(INVERTED_T, marks=FEW_INVERTED_T)])
def test_ours_is_hardly_worse_in_a_subgroup(ours, groups, group):
    of_group = summarise(ours.scores, groups[group])
    ratios = {name: of_group.sd_ms(name) / ours.summary.sd_ms(name) for name in SD_MS}
    assert {name: ratio for name, ratio in ratios.items() if ratio > WORSE_IN_GROUP} == {}


def test_ours_takes_less_than_40_ms(ours):
    assert ours.time_ms < 40


def test_devices_side_by_side(compared):
    show(tables.devices(compared))
    assert not {one.name: one.lacking for one in compared if one.counts and one.lacking}


@pytest.mark.parametrize("interval", INTERVALS)
def test_intervals_agree_with_the_devices(compared, interval):
    off = tables.differences(compared, interval)
    assert np.median(list(off.values())) <= LIMITS[interval], off


BY_AREA = pytest.mark.xfail(
    strict=True, reason="ecgtoolkit_Example: by area the QRS axis is -72 degrees wherever its boundaries are put"
)


@pytest.mark.parametrize(
    "axis", [pytest.param(axis, marks=BY_AREA) if axis == "qrs_axis_deg" else axis for axis in AXES]
)
def test_axes_agree_with_every_device(compared, axis):
    off = tables.differences(compared, axis)
    assert {name: round(deg, 1) for name, deg in off.items() if deg > LIMITS[axis]} == {}


def test_ours_fails_on_no_record(shared, records):
    ptbxl = sorted((shared / "ecg-data" / "ptbxl").rglob("*.hea"))
    assert ptbxl, "no PTB-XL in ../shared/ecg-data/ptbxl"
    recordings = [(f"LUDB {record.number}", lambda record=record: record.recording) for record in records]
    recordings += [(p.name, lambda p=p: read_file(p)) for p in (*ptbxl, *paths(shared / "ecg-files"))]
    failed = {}
    for name, recording in recordings:
        try:
            analyse(recording())
        except Exception as error:  # whatever it is
            failed[name] = repr(error)
    show(f"\n{len(recordings) - len(failed)} of {len(recordings)} recordings analysed without an exception\n")
    assert failed == {}
