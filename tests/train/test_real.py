import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.simulate import Heart
from lvm.cohort.source import Origin, Source
from lvm.criteria import CRITERIA
from lvm.net.config import Config
from lvm.recording import Patient
from lvm.train.crossvalidate import cross_validate
from lvm.train.fit import Recipe
from lvm.train.folds import split
from lvm.train.real import auc_with_interval, real_metrics, usual_body
from tests.helpers import recording
from tests.train.planted import examples


def test_auc_by_hand():
    assert auc_with_interval(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True]))[0] == 0.75
    assert auc_with_interval(np.array([1.0, 1.0]), np.array([False, True])) == [0.5, 0.5, 0.5]
    assert auc_with_interval(np.array([1.0, 2.0]), np.array([False, False])) is None


def test_the_interval_of_an_auc_narrows_with_more_recordings():
    rng = np.random.default_rng(0)
    widths = []
    for n in (20, 200):
        positive = np.arange(2 * n) < n
        area, low, high = auc_with_interval(rng.normal(size=2 * n) + positive, positive)
        assert low < area < high
        widths.append(high - low)
    assert widths[1] < 0.5 * widths[0]
    assert area == pytest.approx(0.76, abs=0.06)  # of two normal distributions one SD apart
    assert low < 0.76 < high


def test_a_score_does_not_differ_from_itself():
    score, positive = np.arange(20.0), np.arange(20) > 12
    assert auc_with_interval(score, positive, less=score) == [0.0, 0.0, 0.0]
    assert auc_with_interval(score, positive, less=-score) == [1.0, 1.0, 1.0]
    assert auc_with_interval(score, np.ones(20, dtype=bool)) is None


def test_real_ecgs_are_judged_beside_the_criteria():
    data = examples(n=60)
    trained = cross_validate(
        Config(sexes="male", channels=4, blocks=2, embedding=8),
        data,
        split(data.patient, data.lvm_g, 1),
        Recipe(epochs=1),
    )
    origin = Origin("made", "nobody", "none")
    people = [
        Source(
            f"p{k}",
            "male",
            frozenset(codes.split()),
            analyse(recording(Heart(qrs_gain=gain, seed=k), Patient("male"))),
            origin,
            age,
        )
        for k, codes, gain, age in [
            (0, "NORM", 0.8, 30),
            (0, "NORM", 2.2, 30),  # the same patient again
            (1, "NORM", 0.9, 66),
            (2, "LVH", 1.9, 70),
            (3, "VCLVH IMI", 2.0, None),
            (4, "LVH LAFB", 0.7, 70),  # conduction disease
            (5, "LVH NORM", 0.7, 70),  # both
            (90, "NORM", 2.5, 40),  # in no fold
        ]
    ]
    found = real_metrics(trained, data, people)
    assert list(found) == ["male"]
    of = found["male"]
    assert (of["recordings"], of["lvh"], of["out_of_fold"], of["myocardial_infarction"]) == (4, 2, 4, 1)
    assert of["age"][0] == 1.0
    assert of["within_10_years"]["pairs"] == 1
    assert of["within_10_years"]["criteria"]["Sokolow-Lyon"] == [1.0, 1.0, 1.0]
    assert list(of["criteria"]) == [c.name for c in CRITERIA]
    assert of["criteria"]["Sokolow-Lyon"] == [1.0, 1.0, 1.0]
    area, low, high = of["estimate"]
    assert 0 <= low <= area <= high <= 1
    assert usual_body(data, "male").height_cm == 170
    assert usual_body(data, "male").age_years == pytest.approx(np.median(data.scalars[:, 0]))
