"""Many small pieces of work on all cores: a process each with one thread, for small convolutions gain nothing by more,
and two threads that share a busy core hold each other up many times over."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

import torch

A = TypeVar("A")
B = TypeVar("B")


def one_thread() -> None:
    torch.set_num_threads(1)


@contextmanager
def with_one_thread() -> Iterator[None]:
    """So that sums come in the same order on any machine, and in any number of processes."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def over(function: Callable[[A], B], items: Iterable[A], workers: int) -> Iterator[B]:
    """function(item) for every item, in order; in this process where there is one worker only."""
    if workers == 1:
        with with_one_thread():
            yield from map(function, items)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), one_thread) as pool:
        yield from pool.map(function, items, chunksize=4)
