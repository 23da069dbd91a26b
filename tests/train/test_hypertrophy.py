from dataclasses import replace

import numpy as np
import pytest

from lvm.train.examples import SCALARS
from lvm.train.hypertrophy import index_over_limit
from tests.train.planted import examples

LIMITS = {"male": 80.0, "female": 65.0}


def people(**columns):
    data = examples(n=4, sexes=("male", "female"))
    scalars = data.scalars.copy()
    for name, values in columns.items():
        scalars[:, SCALARS.index(name)] = values
    return replace(data, scalars=scalars)


def test_the_index_over_its_limit_by_hand():
    data = people(height_cm=[170, 170, 100, 1], weight_kg=[70, 70, 1, 100])
    m2 = np.array([1.80970, 1.80970, 0.007184 * 10**1.45, 0.007184 * 10**0.85])  # Du Bois
    of = index_over_limit(np.array([144.776, 235.261, 50, 50]), data, LIMITS)
    assert of[:2] == pytest.approx([1, 2], rel=1e-4)  # 80 g/m2 in a man, 130 in a woman
    assert of == pytest.approx(np.array([144.776, 235.261, 50, 50]) / m2 / [80, 65, 80, 65], rel=1e-4)


def test_what_is_unknown_stays_unknown():
    nan = np.nan
    data = people(height_cm=[nan, 170, 170, 170], weight_kg=[70, nan, 70, 70], sex=[1, 1, nan, 0])
    of = index_over_limit(np.full(4, 100.0), data, LIMITS)
    assert np.isnan(of).tolist() == [True, True, True, False]
    assert np.isnan(index_over_limit(np.array([nan, nan, nan, nan]), people(), LIMITS)).all()


def test_a_sex_without_a_limit_is_unknown():
    of = index_over_limit(np.full(4, 100.0), people(), {"female": 65.0})
    assert np.isnan(of).tolist() == [True, False, True, False]
