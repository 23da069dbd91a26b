"""Fixtures for the tests of training."""

from collections.abc import Iterator

import pytest

from lvm.processes import with_one_thread


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """As all commands train: more threads gain nothing by such small networks, and on busy cores lose much."""
    with with_one_thread():
        yield
