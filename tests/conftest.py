"""Fixtures for all tests."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real ECG files beside the repository; tests that need it are skipped where it is absent."""
    folder = Path(__file__).parents[1].parent / "shared"
    if not (folder / "ecg-files").is_dir():
        pytest.skip("needs the real ECG files in ../shared/ecg-files, which are not part of the repository")
    return folder
