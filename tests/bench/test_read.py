"""Speed of reading, as a ratio to the sierraecg package in the same run: pytest -o addopts= tests/bench."""

import time
import warnings
from pathlib import Path

import pytest

from lvm.read import read

FILES = ("129DYPRG_1_03.xml", "3191723_ZZDEMOPTONLY_1_04_orig.xml", "2020-5-18_1_04_01.xml")


@pytest.mark.parametrize("name", FILES)
def test_philips_at_least_four_times_as_fast_as_sierraecg(benchmark, shared: Path, name: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import sierraecg
    path = shared / "ecg-files/philips_sierra_xml" / name
    benchmark.pedantic(lambda: read(path.read_bytes()), rounds=20, warmup_rounds=2)
    theirs_s = []
    for _ in range(5):
        start = time.perf_counter()
        sierraecg.read_file(str(path))
        theirs_s.append(time.perf_counter() - start)
    ratio = min(theirs_s) / benchmark.stats.stats.min
    benchmark.extra_info["times_as_fast_as_sierraecg"] = round(ratio, 1)
    assert ratio >= 4
