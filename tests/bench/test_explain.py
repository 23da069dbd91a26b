"""How long explanations take, beside what one would do without this project's own code.

pytest -q -s -o addopts= --import-mode=importlib tests/bench/test_explain.py
"""

import time

import numpy as np
import pytest
import torch
from captum.attr import ShapleyValueSampling

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import estimate
from lvm.explain import DEFAULT, METHODS, subject_of, summed, verdict
from lvm.explain.cells import shapley
from lvm.read import read
from lvm.weights import load

ORDERS = 25  # captum's own default


@pytest.fixture(scope="module")
def subject():
    torch.set_num_threads(1)  # as on the pages
    analysis = analyse(read(EXAMPLES[2].data()))
    e = estimate(analysis)
    return subject_of(analysis, e, load(e.card.name))


def captums_shapley(subject):
    """Sampled over orders, on the same ten cells and the scalars, with the same baseline."""
    beat, scalars = (of.detach() for of in subject.tensors)
    cells = torch.zeros(beat.shape, dtype=torch.long)
    for number, mask in enumerate(subject.cells.values()):
        cells[0][torch.from_numpy(mask)] = number
    each = torch.arange(scalars.shape[1])[None] + len(subject.cells)
    found = []
    for fold in subject.folds:
        sampling = ShapleyValueSampling(fold)
        by_beat, by_scalar = sampling.attribute(
            (beat, scalars),
            baselines=tuple(of.detach() for of in subject.baseline_tensors),
            feature_mask=(cells, each),
            n_samples=ORDERS,
        )
        by_cell = [float(by_beat[0][torch.from_numpy(mask)][0]) for mask in subject.cells.values()]
        found.append([*by_cell, *by_scalar[0].tolist()])
    return np.mean(found, axis=0)


def seconds(work, times=5):
    work()
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return float(np.median(found))


def test_all_methods_together(benchmark, subject):
    """The issue allows 1.5 s, warm, on two cores."""
    benchmark(lambda: [summed(subject, method, method.attribute(subject)) for method in METHODS.values()])


def test_checks_of_the_default_map(benchmark, subject):
    attributions = {key: method.attribute(subject) for key, method in METHODS.items()}
    method, own = METHODS[DEFAULT], attributions[DEFAULT]

    def check():
        evidence = verdict.gather(subject, method, own, [subject] * 4)
        return verdict.measure(subject, method, attributions, evidence, None, threshold=method.cut_off)

    benchmark(check)


def test_exact_shapley_against_captums_sampling(benchmark, subject):
    exact = shapley(subject)
    ours = np.concatenate([exact.by_cell.mean(axis=0), exact.scalars.mean(axis=0)])
    torch.manual_seed(1)
    theirs = captums_shapley(subject)
    ratio = seconds(lambda: captums_shapley(subject), 1) / seconds(lambda: shapley(subject))
    benchmark.extra_info |= {
        "captum takes times as long": ratio,
        "and is off by, g": float(np.abs(ours - theirs).max()),
    }
    benchmark(lambda: shapley(subject))
    assert ratio > 5
    assert np.abs(ours - theirs).max() < 2
