"""Whose LV masses the estimate is drawn on: those of the evaluation that ships, else the cards', and it says which."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from lvm import weights
from lvm.evaluation import SYSTEMS, write
from lvm.show.distribution import normal, smooth, spread
from tests import bundles, made_up


def mean_sd(of) -> tuple[float, float]:
    share = of.density / of.density.sum()
    mean = float((of.grams * share).sum())
    return mean, float(np.sqrt(((of.grams - mean) ** 2 * share).sum()))


def test_the_masses_that_ship_have_the_cohorts_mean_and_spread():
    found = spread(weights.FOLDER, weights.cards())
    assert {sex: of.recordings for sex, of in found.by_sex.items()} == {"male": 940, "female": 519}
    for sex, table_1 in (("male", (123.29, 29.88)), ("female", (85.21, 21.41))):
        mean, sd = mean_sd(found.by_sex[sex])
        assert mean == pytest.approx(table_1[0], abs=0.6)
        assert sd == pytest.approx(table_1[1], rel=0.05)  # a little wider for being smooth
    assert found.said == (
        "Curves: the masses of 940 men and 519 women of the semi-synthetic cohort. A computer drew them; nobody was "
        "measured."
    )


def test_a_users_own_masses_are_called_so(tmp_path):
    write(made_up.evaluation("own"), tmp_path / SYSTEMS)
    found = spread(tmp_path, ())
    assert found.said == "Curves: the masses of 60 men and 60 women of your own table."


@pytest.mark.parametrize("evaluation", ["none", "damaged", "of one sex", "of other masses"])
def test_without_them_normal_curves_stand_by_the_cards_and_say_so(tmp_path, evaluation):
    bundles.install_nine(tmp_path)
    made = made_up.evaluation()
    if evaluation == "of one sex":
        write(replace(made, points=made.points[:1]), tmp_path / SYSTEMS)
    if evaluation == "of other masses":
        write(replace(made, kind="simulated"), tmp_path / SYSTEMS)
    if evaluation == "damaged":
        (tmp_path / SYSTEMS).mkdir()
        (tmp_path / SYSTEMS / "evaluation.json").write_text("{")
    found = spread(tmp_path, weights.cards(tmp_path))
    assert found.said.startswith("Curves: normal curves with the mean and SD of the semi-synthetic cohort")
    assert mean_sd(found.by_sex["male"])[0] == pytest.approx(1.01 * 123.29, abs=0.1)  # as the made-up card has it
    assert found.by_sex["male"].recordings is None


def test_without_anything_there_is_no_curve(tmp_path):
    assert dict(spread(tmp_path, ()).by_sex) == {}
    assert spread(tmp_path, ()).said == ""
    shutil.rmtree(tmp_path)


def test_densities_hold_all_masses_once():
    for of in (smooth(np.linspace(60, 180, 200)), normal(100, 20)):
        assert np.trapezoid(of.density, of.grams) == pytest.approx(1, abs=0.01)
    assert normal(100, 20).share_above(100) == pytest.approx(0.5, abs=0.01)
    assert normal(100, 20).share_above(120) == pytest.approx(0.159, abs=0.01)
    assert smooth(np.full(10, 100.0)).density.max() > 0  # masses that do not differ
