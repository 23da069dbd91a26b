"""Speed of reading, as ratios to the sierraecg and ecgdatakit packages: same process, same run, turn by turn.

    pytest -o addopts= --import-mode=importlib tests/bench/test_read.py

The least of many turns is compared, for it is what a file costs where nothing disturbs.
"""

import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from lvm.read import read

PHILIPS = (
    "philips_sierra_xml/129DYPRG_1_03.xml",
    "philips_sierra_xml/3191723_ZZDEMOPTONLY_1_04_orig.xml",
    "philips_sierra_xml/2020-5-18_1_04_01.xml",
)
OTHERS = (
    "ge_muse_xml/braveheart_example1.xml",
    "ge_muse_xml/braveheart_example2.xml",
    "hl7_aecg/hl7_2003-12_Example_aECG.xml",
    "hl7_aecg/liryc_hl7aecg_example.xml",
    "hl7_aecg/sierra-tools_ad4d3d80_converted_to_aecg.xml",
)


def times_as_fast(benchmark, path: Path, theirs: Callable[[str], object], turns: int) -> float:
    """How many times as fast ours is, by the least of `turns` turns of each."""

    def ours() -> object:
        return read(path.read_bytes())

    benchmark.pedantic(ours, rounds=20, warmup_rounds=2)
    theirs(str(path))
    least = [float("inf")] * 2
    for _ in range(turns):
        for k, one in enumerate((ours, lambda: theirs(str(path)))):
            start = time.perf_counter()
            one()
            least[k] = min(least[k], time.perf_counter() - start)
    benchmark.extra_info["ours_ms"] = round(1000 * least[0], 2)
    benchmark.extra_info["theirs_ms"] = round(1000 * least[1], 2)
    benchmark.extra_info["times_as_fast"] = round(least[1] / least[0], 2)
    return least[1] / least[0]


@pytest.mark.parametrize("name", PHILIPS)
def test_at_least_four_times_as_fast_as_sierraecg(benchmark, shared: Path, name: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import sierraecg
    assert times_as_fast(benchmark, shared / "ecg-files" / name, sierraecg.read_file, turns=5) >= 4


@pytest.mark.parametrize("name", PHILIPS + OTHERS)
def test_no_slower_than_ecgdatakit(benchmark, shared: Path, name: str):
    from ecgdatakit.parsing import FileParser

    def parse(path: str) -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return FileParser.parse(path)

    assert times_as_fast(benchmark, shared / "ecg-files" / name, parse, turns=40) >= 1
