"""Thirds of a cohort by hand, and as a file."""

import json

import numpy as np
import pytest

from lvm.errors import EvaluationError
from lvm.explain import population
from lvm.explain.population import Population
from lvm.paper import THIRDS

QRS, REST = ("QRS interval", "limb"), ("T wave", "precordial")


def shares(qrs):
    return {QRS: qrs, REST: 1 - qrs}


@pytest.fixture(scope="module")
def three():
    """Six men, given in no order: 80, 90 | 110, 120 | 150, 200 g."""
    grams, qrs = np.array([150.0, 80, 120, 90, 200, 110]), [0.9, 0.2, 0.5, 0.4, 0.7, 0.5]
    return population.thirds("male", "gradient", grams, [shares(q) for q in qrs], "cohort", 0.15)


def test_thirds_of_the_mass_by_hand(three):
    assert [(one.third, one.recordings) for one in three] == [("low", 2), ("middle", 2), ("high", 2)]
    low, middle, high = three
    assert (low.from_g, high.below_g) == (None, None)
    assert (low.below_g, middle.below_g) == (middle.from_g, high.from_g) == (103.3, 130.0)
    assert [one.mean[QRS] for one in three] == pytest.approx([0.3, 0.5, 0.8])
    assert [one.sd[QRS] for one in three] == pytest.approx([0.1, 0.0, 0.1])
    assert [one.mean[REST] for one in three] == pytest.approx([0.7, 0.5, 0.2])
    assert {(one.sexes, one.method, one.kind, one.cut_off) for one in three} == {("male", "gradient", "cohort", 0.15)}


def test_a_third_that_is_empty_is_refused():
    with pytest.raises(ValueError, match="low third"):
        population.thirds("male", "gradient", np.full(6, 100.0), [shares(0.5)] * 6, "own", 0.1)


@pytest.mark.parametrize(
    ("lvm_g", "third"),
    [(20.0, "low"), (103.29, "low"), (103.3, "middle"), (129.9, "middle"), (130.0, "high"), (900, "high")],
)
def test_the_third_of_an_estimate(three, lvm_g, third):
    found = population.of(three, "male", "gradient", lvm_g)
    assert found is three[THIRDS.index(third)]


def test_none_for_another_network_or_method(three):
    assert population.of(three, "female", "gradient", 100) is None
    assert population.of(three, "male", "shapley", 100) is None
    assert population.of((), "male", "gradient", 100) is None


def test_what_is_written_is_read_back(three, tmp_path):
    folder = tmp_path / "new" / "saliency"
    population.write(three, folder)
    again = population.read(folder)
    assert len(again) == 3
    for one, other in zip(three, again, strict=True):
        assert isinstance(other, Population)
        for name in ("sexes", "method", "third", "from_g", "below_g", "recordings", "kind", "cut_off"):
            assert getattr(one, name) == getattr(other, name)
        assert other.mean == pytest.approx(one.mean, abs=1e-5)
        assert other.sd == pytest.approx(one.sd, abs=1e-5)


def test_nothing_there_is_nothing(tmp_path):
    assert population.read(tmp_path) == population.read(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.pop("populations"), "'populations'"),
        (lambda f: f.update(format=2), "it has format 2"),
        (lambda f: f["populations"][0].update(third="lowest"), "not 'lowest'"),
        (lambda f: f["populations"][0].update(sexes="men"), "not 'men'"),
        (lambda f: f["populations"][1].update(kind="paper figures"), "not 'paper figures'"),
        (lambda f: f["populations"][1].update(cut_off=float("nan")), "not nan"),
        (lambda f: f["populations"][2].update(below_g="100"), "not '100'"),
        (lambda f: f["populations"][2].pop("recordings"), "'recordings'"),
        (lambda f: f["populations"][2]["cells"][0].pop(), "not enough values"),
        (lambda f: f["populations"][2]["cells"][0].__setitem__(2, True), "not True"),
    ],
)
def test_a_damaged_file_is_refused_in_words(three, tmp_path, change, said):
    population.write(three, tmp_path)
    file = tmp_path / population.FILE
    fields = json.loads(file.read_text())
    change(fields)
    file.write_text(json.dumps(fields))
    with pytest.raises(EvaluationError, match=r"population\.json in .* is damaged: .*" + said):
        population.read(tmp_path)
    file.write_text("{")
    with pytest.raises(EvaluationError, match="Make it again with `python -m lvm evaluate --saliency`"):
        population.read(tmp_path)
