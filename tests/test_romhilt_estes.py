from dataclasses import replace

import pytest

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.criteria import judge
from lvm.estimate import estimate
from lvm.heart import Heart
from lvm.measure import Amplitudes, Timing
from lvm.read import read
from lvm.recording import LEADS
from lvm.romhilt_estes import SIGNS, note, points, total
from tests.helpers import bundle

KINDS = ("r", "s", "t", "q", "r_prime", "p", "st_j", "st_j60")
TIMING = Timing(None, None, {"V1": 20.0, "V5": 40.0, "V6": 42.0}, None, None, None, 0.0)


def heart(qrs_duration_ms=80.0, qrs_axis_deg=20.0, timing=TIMING, **changed):
    """A heart without any of the signs, but for those amplitudes: heart(r={"V5": 3.0})."""
    mv = {kind: dict.fromkeys(LEADS, 0.0) | changed.get(kind, {}) for kind in KINDS}
    return Heart(Amplitudes(**mv), qrs_duration_ms, "male", qrs_axis_deg, timing)


def given(of):
    """Sign -> points, of those that got any."""
    return {sign.name: sign.given for sign in points(of) if sign.given}


def strained(lead, r=1.0, s=0.0, q=0.0, st=-0.05, t=-0.1):
    return heart(r={lead: r}, s={lead: s}, q={lead: q}, st_j60={lead: st}, t={lead: t})


def test_a_heart_without_signs_has_no_points():
    assert [(sign.given, sign.most) for sign in points(heart())] == [(0, 3), (0, 3), (0, 3), (0, 2), (0, 1), (0, 1)]
    assert total(heart()) == (0.0, ())
    assert sum(sign.points for sign in SIGNS) == 13


@pytest.mark.parametrize(
    ("of", "wave"),
    [
        (heart(r={"I": 2.0}), "RI"),
        (heart(s={"aVR": 2.1}), "SaVR"),
        (heart(r={"aVL": 2.5}, s={"V1": 3.0}), "RaVL"),  # 1.25 of its limit
        (heart(s={"V1": 3.0}), "SV1"),
        (heart(s={"V2": 3.0}), "SV2"),
        (heart(r={"V5": 3.0}), "RV5"),
        (heart(r={"V6": 3.2, "V5": 3.1}), "RV6"),
    ],
)
def test_high_voltage(of, wave):
    assert given(of) == {"High voltage": 3}
    assert points(of)[0].leads == (wave,)


@pytest.mark.parametrize(
    ("of", "nearest"),
    [
        (heart(r={"I": 1.99}), "RI"),
        (heart(s={"V1": 2.99}, r={"I": 1.0}), "SV1"),
        (heart(r={"V6": 2.99}), "RV6"),
        (heart(s={"V3": 5.0, "V5": 4.0}, r={"V1": 4.0, "V6": 1.0}), "RV6"),  # other waves than those that count
    ],
)
def test_voltages_that_are_not_high_enough(of, nearest):
    assert given(of) == {}
    assert points(of)[0].leads == (nearest,)


@pytest.mark.parametrize("lead", ["I", "aVL", "V5", "V6"])
def test_secondary_st_t_abnormality(lead):
    assert given(strained(lead)) == {"Secondary ST-T abnormality": 3}
    assert points(strained(lead))[1].leads == (lead,)


@pytest.mark.parametrize(
    "of",
    [
        strained("V5", st=-0.049),
        strained("V5", t=-0.09),
        strained("V5", t=0.3),
        strained("V5", r=0.49),
        strained("V5", r=0.8, s=0.9),
        strained("V5", r=0.8, q=0.9),
        strained("II"),
        strained("V2"),
    ],
    ids=["ST level", "T flat", "T upright", "R low", "QRS inverted", "QRS inverted by Q", "inferior", "anterior"],
)
def test_no_secondary_st_t_abnormality(of):
    assert given(of) == {}


@pytest.mark.parametrize(
    ("of", "sign", "most"),
    [
        (heart(timing=replace(TIMING, p_terminal_force_mm_s=0.04)), "Left atrial involvement", 3),
        (heart(qrs_axis_deg=-30.0), "Left axis deviation", 2),
        (heart(qrs_axis_deg=-90.0), "Left axis deviation", 2),
        (heart(qrs_duration_ms=90.0), "QRS duration", 1),
        (heart(timing=replace(TIMING, intrinsicoid_ms={"V1": 20.0, "V5": 50.0, "V6": 42.0})), "Intrinsicoid time", 1),
        (heart(timing=replace(TIMING, intrinsicoid_ms={"V1": 20.0, "V5": None, "V6": 50.0})), "Intrinsicoid time", 1),
    ],
)
def test_the_other_signs(of, sign, most):
    assert given(of) == {sign: most}


@pytest.mark.parametrize(
    "of",
    [
        heart(timing=replace(TIMING, p_terminal_force_mm_s=0.039)),
        heart(qrs_axis_deg=-29.0),
        heart(qrs_axis_deg=-91.0),  # right superior, no left axis
        heart(qrs_axis_deg=150.0),
        heart(qrs_duration_ms=89.0),
        heart(timing=replace(TIMING, intrinsicoid_ms={"V1": 80.0, "V5": 49.0, "V6": 49.0})),
    ],
)
def test_just_no_points(of):
    assert given(of) == {}


def score(of):
    return next(r for r in judge(of) if r.name == "Romhilt-Estes")


@pytest.mark.parametrize(
    ("of", "value", "met", "grade"),
    [
        (heart(r={"I": 2.0}), 3.0, False, None),
        (heart(r={"I": 2.0}, qrs_duration_ms=90.0), 4.0, True, "probable"),
        (heart(r={"I": 2.0}, qrs_axis_deg=-40.0), 5.0, True, "definite"),
        (heart(r={"I": 2.0}, s={"V1": 3.5}, qrs_axis_deg=-40.0, qrs_duration_ms=100.0), 6.0, True, "definite"),
    ],
)
def test_probable_and_definite(of, value, met, grade):
    found = score(of)
    assert (found.value, found.met, found.grade, found.threshold) == (value, met, grade, 4.0)
    assert found.grades == ((4.0, "probable"), (5.0, "definite"))


def test_the_waves_that_gave_points_are_named():
    assert score(heart(r={"I": 2.0}, timing=replace(TIMING, p_terminal_force_mm_s=0.05))).leads == ("RI", "PV1")


@pytest.mark.parametrize(
    ("of", "sign"),
    [
        (heart(qrs_duration_ms=None), "QRS duration"),
        (heart(qrs_axis_deg=None), "Left axis deviation"),
        (heart(timing=replace(TIMING, p_terminal_force_mm_s=None)), "Left atrial involvement"),
        (heart(timing=replace(TIMING, intrinsicoid_ms=dict.fromkeys(("V1", "V5", "V6")))), "Intrinsicoid time"),
    ],
)
def test_without_a_sign_the_score_is_unknown(of, sign):
    of = replace(of, amplitudes=heart(r={"I": 2.0}).amplitudes)
    found = score(of)
    assert (found.value, found.met, found.grade) == (None, None, None)
    assert found.notes[0] == f"Romhilt-Estes: not known is {sign}; at least 3 points."


def test_leads_that_are_missing_make_their_signs_unknown():
    for lead, unknown in (("V2", {"High voltage"}), ("V6", {"High voltage", "Secondary ST-T abnormality"})):
        of = heart()
        of = replace(of, amplitudes=of.amplitudes.without((lead,)))
        assert {sign.name for sign in points(of) if sign.given is None} == unknown
    tall = heart(r={"I": 2.0})
    tall = replace(tall, amplitudes=tall.amplitudes.without(("V2",)))
    assert given(tall) == {"High voltage": 3}  # whatever V2 holds
    without_t = replace(heart(), amplitudes=replace(heart().amplitudes, t=None))
    assert note(points(without_t)) == "Romhilt-Estes: not known is Secondary ST-T abnormality; at least 0 points."


def test_what_is_assumed_of_digitalis_is_said():
    assert "whether digitalis is taken; that it is not is assumed" in score(heart()).notes[-1]


def test_each_rule_is_in_words_with_its_limit():
    for sign in SIGNS:
        for rule in sign.rules:
            if sign.unit != "leads":
                limit = f"{rule.low:g}" if rule.low > 0 else f"−{-rule.low:g}"
                assert limit in sign.says.replace(".0 ", " ")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """The Romhilt-Estes results of the simulated patients, by name."""
    small = bundle(tmp_path_factory.mktemp("weights"))
    estimates = {e.key: estimate(analyse(read(e.data())), bundle=small, override=True) for e in EXAMPLES}
    return {key: next(c for c in e.criteria if c.points) for key, e in estimates.items()}


def test_simulated_hypertrophy_is_definite_with_a_secondary_st_t_abnormality(simulated):
    found = simulated["lvh-man"]
    assert found.grade == "definite"
    assert found.value >= 7
    signs = {sign.name: sign for sign in found.points}
    assert signs["High voltage"].given == signs["Secondary ST-T abnormality"].given == 3
    assert {"V5", "V6"} <= set(signs["Secondary ST-T abnormality"].leads)
    assert signs["QRS duration"].given == 1


@pytest.mark.parametrize("key", ["normal-man", "normal-woman", "premature-woman"])
def test_simulated_normal_hearts_have_no_sign_of_the_ventricle_but_its_times(simulated, key):
    signs = {sign.name: sign for sign in simulated[key].points}
    del signs["Left atrial involvement"]  # the simulated P wave is what it is
    for name, least in (("QRS duration", 90), ("Intrinsicoid time", 50)):  # both near their limits
        sign = signs.pop(name)
        assert sign.given == (sign.value >= least)
    assert [sign.given for sign in signs.values()] == [0, 0, 0]
