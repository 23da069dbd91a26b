from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_rel
from sklearn.metrics import roc_auc_score

from lvm.train.examples import SCALARS
from lvm.train.folds import Fold
from lvm.train.scores import LIMITS_G_M2, NOTHING, by_fold, c_statistic, paired_p
from tests.train.planted import examples

NONE = np.empty(0, dtype=np.intp)
BSA_M2 = 1.80970  # of everybody in the planted examples: a man's limit is 144.8 g, a woman's 117.6


def judged_on(*rows):
    return Fold(NONE, NONE, np.array(rows))


def masses(*lvm_g, sexes=("male",)):
    return replace(examples(n=len(lvm_g), beats=1, sexes=sexes), lvm_g=np.array(lvm_g, dtype=float))


def test_scores_of_each_fold_by_hand():
    data = masses(100, 200, 100, 200, 100, 200, 100, 200)
    grams = np.array([110, 105, 100, 210, 90, 190, 190, 200.0])
    found = by_fold(grams, data, [judged_on(0, 1, 2, 3), judged_on(4, 5, 6, 7), judged_on(0, 2)])
    assert found.mae_g == pytest.approx([(10 + 95 + 0 + 10) / 4, (10 + 10 + 90 + 0) / 4, 5])
    assert found.mape_percent == pytest.approx([(10 + 47.5 + 0 + 5) / 4, (10 + 5 + 90 + 0) / 4, 5])
    assert found.lvh_c[:2] == pytest.approx([3 / 4, 3.5 / 4])  # 105 is below 110; 190 ties with 190
    assert np.isnan(found.lvh_c[2])  # no hypertrophy among them


def test_hypertrophy_is_judged_by_the_limit_of_the_sex():
    data = masses(130, 130, 160, 110, sexes=("male", "female"))  # healthy, ill, ill, healthy
    assert LIMITS_G_M2 == {"male": 80, "female": 65}
    assert by_fold(np.array([140, 120, 150, 115.0]), data, [judged_on(0, 1, 2, 3)]).lvh_c == pytest.approx([1.0])
    # over their limits by -3 %, -4 %, +4 %, +2 %: the ill man above both healthy ones, the ill woman below both
    assert by_fold(np.array([140, 113, 150, 120.0]), data, [judged_on(0, 1, 2, 3)]).lvh_c == pytest.approx([0.5])


def test_another_output_than_the_mass_can_be_judged():
    data = masses(100, 200, 100, 200)
    grams, share = np.array([110, 105, 100, 210.0]), np.array([0.2, 0.9, 0.1, 0.3])
    found = by_fold(grams, data, [judged_on(0, 1, 2, 3)], share)
    assert found.lvh_c.tolist() == [1.0]
    assert found.mae_g.tolist() == [28.75]


def test_c_statistics_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    data = masses(*rng.uniform(80, 200, 60), sexes=("male", "female"))
    grams = data.lvm_g + rng.normal(0, 30, 60).round(-1)
    known = data.scalars.copy()
    known[::7, SCALARS.index("height_cm")] = np.nan  # nobody can say of those
    limit = np.where(data.of_sex("male"), 80, 65) * BSA_M2
    folds = [judged_on(*range(30)), judged_on(*range(30, 60))]
    found = by_fold(grams, replace(data, scalars=known), folds).lvh_c
    for value, rows in zip(found, (np.arange(30), np.arange(30, 60)), strict=True):
        rows = rows[rows % 7 != 0]
        expected = roc_auc_score(data.lvm_g[rows] > limit[rows], grams[rows] / limit[rows])
        assert value == pytest.approx(expected)
        assert 0.5 < expected < 1


def test_a_c_statistic_needs_both_kinds():
    assert np.isnan(c_statistic(np.array([1.0, 2]), np.array([1.1, 1.2])))
    assert np.isnan(c_statistic(np.array([1.0, 2]), np.array([0.9, 1.0])))  # at its limit is not over it
    assert np.isnan(c_statistic(np.array([np.nan, 2]), np.array([1.1, 0.9])))
    assert np.isnan(c_statistic(np.empty(0), np.empty(0)))
    assert c_statistic(np.array([np.nan, 2, 1, 1]), np.array([0.5, 1.2, 0.3, np.nan])) == 1


def test_what_cannot_be_said_is_nan():
    data = masses(100, 200, 100, 200)
    found = by_fold(np.array([np.nan, 190, 100, 200]), data, [judged_on(0, 1), judged_on(2, 3)])
    assert np.isnan(found.mae_g).tolist() == np.isnan(found.mape_percent).tolist() == [True, False]
    assert all(np.isnan(column).all() for column in (NOTHING.mae_g, NOTHING.mape_percent, NOTHING.lvh_c))


ONE, OTHER = np.array([10, 12, 11, 13, 12.0]), np.array([9, 10, 11, 11, 10.0])


def of_sizes(train, test, n=5):
    return [Fold(np.arange(train), np.arange(3), np.arange(test))] * n


def test_p_by_hand():
    # Differences 1, 2, 0, 2, 2: mean 1.4, variance 0.8. t = 1.4 / sqrt(0.8 (1/5 + 2/8)) = 7/3 with 4 degrees of freedom
    q = (7 / 3) ** 2 / (1 + (7 / 3) ** 2 / 4)
    below = 1 / 2 + 3 / 8 * np.sqrt(q) * (1 - q / 12)  # Student's distribution for 4 degrees, in closed form
    assert 2 * (1 - below) == pytest.approx(0.07996, abs=1e-5)
    assert paired_p(ONE, OTHER, of_sizes(8, 2)) == pytest.approx(0.07996, abs=1e-5)
    assert paired_p(OTHER, ONE, of_sizes(8, 2)) == pytest.approx(0.07996, abs=1e-5)


def test_without_the_overlap_it_is_the_usual_test():
    assert paired_p(ONE, OTHER, of_sizes(8, 0)) == pytest.approx(ttest_rel(ONE, OTHER).pvalue)
    rng = np.random.default_rng(0)
    for folds in (2, 3, 5, 10):
        a, b = rng.normal(10, 1, (2, folds))
        assert paired_p(a, b, of_sizes(700, 0, folds)) == pytest.approx(ttest_rel(a, b).pvalue)
        assert paired_p(a, b, of_sizes(700, 200, folds)) > ttest_rel(a, b).pvalue


def test_the_overlap_divides_t_by_a_known_factor():
    """t = mean / sqrt(var (1/k + q)), the usual one mean / sqrt(var / k): smaller by sqrt(1 + k q)."""
    from scipy.stats import t as student

    usual = ttest_rel(ONE, OTHER).statistic
    folds = [Fold(np.arange(n), NONE, np.arange(m)) for n, m in [(70, 20), (70, 21), (68, 20), (71, 20), (70, 19)]]
    q = np.mean([20 / 70, 21 / 70, 20 / 68, 20 / 71, 19 / 70])
    expected = 2 * student.sf(usual / np.sqrt(1 + 5 * q), 4)
    assert paired_p(ONE, OTHER, folds) == pytest.approx(expected)


def test_no_p_without_a_spread():
    assert paired_p(ONE, ONE, of_sizes(8, 2)) is None
    assert paired_p(ONE + 1, ONE, of_sizes(8, 2)) is None
    assert paired_p(ONE[:1], OTHER[:1], of_sizes(8, 2, 1)) is None
    assert paired_p(np.array([1, np.nan, 2]), np.ones(3), of_sizes(8, 2, 3)) is None
    assert paired_p(NOTHING.mae_g, OTHER, of_sizes(8, 2)) is None
