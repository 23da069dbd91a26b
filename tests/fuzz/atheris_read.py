# ruff: noqa: E402 - what is instrumented must be imported in its own block
"""Fuzz reading with coverage guidance (libFuzzer through atheris 3.0.0, for Python 3.11). On demand, in its own
virtual environment, for atheris is no dependency of the project:

    pip install -r requirements.txt atheris==3.0.0
    python tests/fuzz/atheris_read.py CORPUS -max_total_time=300 -max_len=60000 -timeout=10 -rss_limit_mb=2000

CORPUS is a folder for the inputs it finds; where it is empty, a small file of every dialect is put there first.
It stops at the first input that gives anything but a Recording or a ReadError, and writes it as crash-*.
"""

import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import atheris

warnings.simplefilter("error")  # before the dialects are loaded: what they ignore on purpose stays ignored

with atheris.instrument_imports(include=["lvm.read", "pydicom", "zipfile"]):
    import lvm.read
    from lvm.read import (  # noqa: F401 - imported to be instrumented
        leads,
        muse,
        patient,
        philips,
        plausible,
        receipt,
        source,
        statements,
        xli,
        xml,
    )

    lvm.read.dialects()

from tests.fuzz import seeds
from tests.fuzz.run import outcome_of


def test_one(data: bytes) -> None:
    outcome = outcome_of({"ecg": data})
    if outcome.startswith("other"):
        raise AssertionError(outcome)


def main() -> None:
    folders = [Path(word) for word in sys.argv[1:] if not word.startswith("-")]
    for folder in folders[:1]:
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            for files in seeds.built().values():
                for name, data in files.items():
                    (folder / name).write_bytes(data)
    atheris.Setup(sys.argv, test_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
