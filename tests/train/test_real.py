from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from lvm.analysis import analyse
from lvm.cohort.simulate import Heart
from lvm.cohort.source import Origin, Source
from lvm.criteria import CRITERIA
from lvm.errors import CohortError, SignalError
from lvm.net.config import Config
from lvm.net.lvmai import ecg_input
from lvm.profile import profile
from lvm.recording import Patient
from lvm.train.crossvalidate import cross_validate
from lvm.train.examples import SCALARS
from lvm.train.fit import Recipe
from lvm.train.folds import split
from lvm.train.real import (
    area,
    auc_with_interval,
    by_who_has_not_met,
    judged,
    met_in,
    real_examples,
    real_metrics,
    usual_body,
    wins,
)
from tests.helpers import recording
from tests.train.planted import examples


def test_auc_by_hand():
    assert auc_with_interval(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True]))[0] == 0.75
    assert auc_with_interval(np.array([1.0, 1.0]), np.array([False, True])) == [0.5, 0.5, 0.5]
    assert auc_with_interval(np.array([1.0, 2.0]), np.array([False, False])) is None


def test_wins_by_hand():
    assert wins(np.array([2.0, 1.0, 3.0, 2.0]), np.array([True, False, True, False])).tolist() == [[1, 0.5], [1, 1]]


def test_the_area_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    positive = rng.random(80) < 0.3
    score = (rng.normal(size=80) + positive).round(1)  # with ties
    assert area(score, positive) == pytest.approx(roc_auc_score(positive, score))
    assert auc_with_interval(score, positive)[0] == pytest.approx(roc_auc_score(positive, score), abs=5e-4)


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


@pytest.fixture(scope="module")
def analyses():
    """Two hearts of ten seconds, one of eight, and one without a usable beat."""
    made = [recording(Heart(seed=k), Patient("male")) for k in range(3)]
    short = replace(made[2], signal_mv=made[2].signal_mv[:, :4000])
    return [analyse(r) for r in (*made[:2], short, replace(made[0], signal_mv=0 * made[0].signal_mv))]


def source(analysis, patient="p0", sex="male", codes="NORM"):
    return Source(patient, sex, frozenset(codes.split()), analysis, Origin("made", "nobody", "none"))


def test_real_ecgs_are_given_the_usual_body_of_their_sex(analyses):
    data = examples(n=12, sexes=("male", "female"))
    scalars = data.scalars.copy()
    scalars[data.of_sex("female"), SCALARS.index("height_cm")] = 160
    people = [source(analyses[0], "a"), source(analyses[1], "b", "female"), source(analyses[2], "a")]
    real = real_examples(people, replace(data, scalars=scalars))
    assert real.patient.tolist() == ["a", "b", "a"]
    assert real.row.tolist() == [0, 1, 2]
    assert np.isnan(real.lvm_g).all()
    assert real.scalars[:, SCALARS.index("height_cm")].tolist() == [170, 160, 170]
    assert real.of_sex("male").tolist() == [True, False, True]
    ages = [np.median(data.scalars[data.of_sex(sex), 0]) for sex in ("male", "female", "male")]
    assert real.scalars[:, 0] == pytest.approx(ages)
    for k, analysis in enumerate(analyses[:3]):
        np.testing.assert_array_equal(real.beats_mv[real.chosen[k]], analysis.window(analysis.chosen).mv)
        assert real.first[k + 1] - real.first[k] == sum(beat.usable for beat in analysis.beats)
        assert real.scalars[k, SCALARS.index("qrs_duration_ms")] == pytest.approx(analysis.measured.qrs_duration_ms)
    assert real.whole_mv.shape == (0, 12, 5000)


def test_real_ecgs_for_all_systems(analyses):
    data = examples(n=12)
    real = real_examples([source(a) for a in analyses[:2]], data, all_systems=True, filtered=True)
    assert real.whole_mv.shape == real.lvm_ai.shape == (2, 12, 5000)
    for k, analysis in enumerate(analyses[:2]):
        np.testing.assert_array_equal(real.whole_mv[k], analysis.network_mv)
        np.testing.assert_array_equal(real.profile[k], profile(analysis).features())
        filtered = ecg_input(replace(analysis.recording, signal_mv=analysis.cleaned_mv))
        np.testing.assert_array_equal(real.lvm_ai[k], filtered.T)
    raw = real_examples([source(analyses[0])], data, all_systems=True)
    np.testing.assert_array_equal(raw.lvm_ai[0], ecg_input(analyses[0].recording).T)
    nobody = real_examples([], data, all_systems=True)
    assert len(nobody) == 0
    assert nobody.whole_mv.shape == nobody.lvm_ai.shape == (0, 12, 5000)
    with pytest.raises(SignalError, match="10 s"):
        real_examples([source(analyses[2])], data, all_systems=True)
    with pytest.raises(CohortError, match="unknown sex"):
        real_examples([source(analyses[0], sex=None)], data)


def test_one_recording_a_patient_is_judged(analyses):
    usable, other, _, beatless = analyses
    people = [
        source(usable, "a"),
        source(other, "a", codes="LVH"),  # the same patient again
        source(usable, "b", "female"),
        source(usable, "c", codes="LVH IRBBB"),  # conduction disease
        source(usable, "d", codes="LVH NORM"),  # both
        source(usable, "e", codes="IMI"),  # neither
        source(usable, "f", codes="VCLVH IMI"),
        source(beatless, "g"),
        source(usable, "h"),
    ]
    assert [s.patient for s in judged(people, "male", {})] == ["a", "f", "h"]
    assert judged(people, "male", {})[0] is people[0]
    assert [s.patient for s in judged(people, "male", {"h": 0, "a": 1, "e": 2})] == ["a", "h"]
    assert [s.patient for s in judged(people, "male", {"h": 0, "a": 1}, trained=1)] == ["h"]  # a was trained on
    assert [s.patient for s in judged(people, "female", {"h": 0})] == ["b"]  # none of hers was met


def test_each_is_judged_by_the_network_that_has_not_met_the_patient():
    data = examples(n=30)
    folds = split(data.patient, data.lvm_g, 1)
    met = met_in(folds, data)
    assert set(met) == set(data.patient)
    assert all(set(data.patient[fold.test]) == {p for p, at in met.items() if at == k} for k, fold in enumerate(folds))
    assert set(met_in(folds[:2], data)) == {p for p, at in met.items() if at < 2}
    real = replace(data, patient=np.array(["p4", "nobody", "p9"] * 10))
    said = np.arange(150.0).reshape(5, 30)
    grams = by_who_has_not_met(said, real, met)
    assert grams[:3].tolist() == [said[met["p4"], 0], said[:, 1].mean(), said[met["p9"], 2]]
    assert len(grams) == 30
