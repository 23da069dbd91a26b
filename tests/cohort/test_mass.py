import numpy as np
import pytest

from lvm.cohort.mass import AGE_R, BMI_R, PUBLISHED_R, TABLE_1, TARGET_R, draw, standard
from lvm.errors import CohortError

N = 1500
both_sexes = pytest.mark.parametrize("sex", ["male", "female"])


def made_features(spread=1.0, n=N):
    """Columns as ECGs have them: the voltages go together, the QRS duration and the axis with them a little."""
    rng = np.random.default_rng(8)
    common = rng.normal(size=n)

    def column(mean, sd, r):
        return mean + spread * sd * (r * common + np.sqrt(1 - r**2) * rng.normal(size=n))

    return {
        "Cornell product": column(1400, 500, 0.6),
        "Cornell voltage": column(1.5, 0.5, 0.6),
        "Sokolow-Lyon": column(2.3, 0.7, 0.5),
        "QRS duration": column(94, 10, 0.3),
        "QRS axis": column(28, 35, -0.3),
    }


def drawn(sex="male", seed=4, features=None):
    features = made_features() if features is None else features
    n = len(features["QRS axis"])
    secondary = np.where(np.arange(n) % 10 == 0, 0.8, 0.0)
    normal = np.ones(n, dtype=bool)
    return features, draw(sex, features, secondary, normal, np.random.default_rng(seed))


def r(one, other):
    return np.corrcoef(one, other)[0, 1]


@both_sexes
def test_the_mass_has_exactly_the_mean_and_sd_of_table_1(sex):
    _, who = drawn(sex)
    assert (who.lvm_g.mean(), who.lvm_g.std()) == pytest.approx(TABLE_1[sex]["lvm_g"], rel=1e-6)
    assert who.lvm_g.min() > 20
    assert who.lvm_g.shape == who.expected_g.shape == who.weight_kg.shape == (N,)


@both_sexes
def test_body_and_age_have_the_marginals_of_table_1(sex):
    _, who = drawn(sex)
    for name in ("age_years", "height_cm", "weight_kg"):
        column, (mean, sd) = getattr(who, name), TABLE_1[sex][name]
        assert column.mean() == pytest.approx(mean, rel=0.01), name
        assert column.std() == pytest.approx(sd, rel=0.06), name
    assert who.age_years.min() >= 18
    assert who.age_years.max() <= 95


@both_sexes
def test_criteria_correlate_with_the_mass_as_published(sex):
    features, who = drawn(sex)
    for name, (low, high) in PUBLISHED_R.items():
        assert low < TARGET_R[name] < high
        assert r(features[name], np.log(who.lvm_g)) == pytest.approx(TARGET_R[name], abs=0.08)
    assert r(who.expected_g, who.lvm_g) == pytest.approx(who.how["r of what body and ECG determine"], abs=0.03)
    assert who.how["SD of the rest, logarithm"] > 0


@both_sexes
def test_body_mass_index_and_age_go_with_the_ecg(sex):
    features, who = drawn(sex)
    bmi = who.weight_kg / (who.height_cm / 100) ** 2
    for name, wanted in BMI_R.items():
        assert r(features[name], np.log(bmi)) == pytest.approx(wanted, abs=0.08)
    for name, wanted in AGE_R[sex].items():
        assert r(features[name], who.age_years) == pytest.approx(wanted, abs=0.08)
    assert abs(r(who.height_cm, bmi)) < 0.08


def test_larger_bodies_have_larger_hearts():
    _, who = drawn()
    assert r(who.weight_kg, who.lvm_g) > 0.1


def test_what_is_not_known_is_independent_of_what_is():
    _, who = drawn()
    rest = np.log(who.lvm_g / who.expected_g)
    assert rest.std() == pytest.approx(who.how["SD of the rest, logarithm"], rel=0.01)
    assert abs(r(rest, np.log(who.expected_g))) < 0.08


def test_what_explains_more_than_table_1_is_refused():
    # criteria that exclude one another have to weigh much, to correlate with one mass all three
    features = made_features()
    x, y, z = np.random.default_rng(1).normal(size=(3, N))
    features |= {"Cornell product": x, "Sokolow-Lyon": y, "QRS duration": 0.3 * z - x - y}
    with pytest.raises(CohortError, match="explain more than Table 1's spread"):
        drawn(features=features)


def test_the_same_seed_gives_the_same_patients():
    (_, one), (_, same), (_, other) = (drawn(seed=seed) for seed in (1, 1, 2))
    assert (one.lvm_g == same.lvm_g).all()
    assert (one.weight_kg == same.weight_kg).all()
    assert (one.lvm_g != other.lvm_g).all()


def test_standard_is_counted_from_the_normal_and_cut():
    column = np.array([0.0, 2.0, 3.0, 100.0, -100.0])
    normal = np.array([True, True, False, False, False])
    np.testing.assert_allclose(standard(column, normal), [-1, 1, 2, 4, -4])
