"""Fixtures for all tests."""

import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real ECG files beside the repository; tests that need it are skipped where it is absent."""
    folder = Path(__file__).parents[1].parent / "shared"
    if not (folder / "ecg-files").is_dir():
        pytest.skip("needs the real ECG files in ../shared/ecg-files, which are not part of the repository")
    return folder


_MAIN = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def main_module():
    """Streamlit's test of an app leaves that app in the place of the main module, and every process that a later test
    spawns would run it, with all that it draws from torch's generator."""
    yield
    sys.modules["__main__"] = _MAIN
