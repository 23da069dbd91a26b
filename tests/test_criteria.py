from dataclasses import replace

import numpy as np
import pytest

from lvm.criteria import CRITERIA, Heart, judge
from lvm.measure import Amplitudes
from lvm.recording import LEADS


def heart(sex="male", qrs_duration_ms=100.0, **waves_mv):
    """All waves 0 but those named, as in heart(SV1=1.2, RV5=2.3)."""
    r, s = dict.fromkeys(LEADS, 0.0), dict.fromkeys(LEADS, 0.0)
    for wave, mv in waves_mv.items():
        (r if wave[0] == "R" else s)[wave[1:]] = mv
    return Heart(Amplitudes(r, s, None), qrs_duration_ms, sex)


def result(name, of):
    return {result.name: result for result in judge(of)}[name]


LIMITS = [
    ("Sokolow-Lyon", heart(SV1=1.5, RV5=2.0, RV6=1.0), 3.5, True, ("SV1", "RV5")),
    ("Sokolow-Lyon", heart("female", SV1=1.25, RV5=1.0, RV6=2.25), 3.5, True, ("SV1", "RV6")),
    ("Sokolow-Lyon", heart(SV1=1.5, RV5=1.99), 3.49, False, ("SV1", "RV5")),
    ("Cornell voltage", heart(RaVL=1.25, SV3=1.5625), 2.8125, True, ("RaVL", "SV3")),
    ("Cornell voltage", heart(RaVL=1.25, SV3=1.54), 2.79, False, ("RaVL", "SV3")),
    ("Cornell voltage", heart("female", RaVL=0.5, SV3=1.5), 2.0, True, ("RaVL", "SV3")),
    ("Cornell voltage", heart("female", RaVL=0.5, SV3=1.49), 1.99, False, ("RaVL", "SV3")),
    ("Cornell product", heart(qrs_duration_ms=122, RaVL=1.0, SV3=1.0), 2440.0, True, ("RaVL", "SV3", "QRS duration")),
    ("Cornell product", heart(qrs_duration_ms=121, RaVL=1.0, SV3=1.0), 2420.0, False, ("RaVL", "SV3", "QRS duration")),
    (
        "Cornell product",
        heart("female", 100, RaVL=0.5, SV3=1.2),
        2500.0,
        True,
        ("RaVL", "SV3", "QRS duration"),
    ),
    (
        "Cornell product",
        heart("female", 100, RaVL=0.5, SV3=1.1),
        2400.0,
        False,
        ("RaVL", "SV3", "QRS duration"),
    ),
    ("Peguero-Lo Presti", heart(SV2=2.0, SV3=1.5, SV4=0.8125), 2.8125, True, ("SV2", "SV4")),
    ("Peguero-Lo Presti", heart(SV2=2.0, SV3=1.5, SV4=0.79), 2.79, False, ("SV2", "SV4")),
    ("Peguero-Lo Presti", heart("female", SIII=1.5, SV4=0.8125), 2.3125, True, ("SIII", "SV4")),
    ("Peguero-Lo Presti", heart("female", SIII=1.5, SV4=0.79), 2.29, False, ("SIII", "SV4")),
    ("Peguero-Lo Presti", heart(SV3=1.0, SV4=1.5), 3.0, True, ("SV4", "SV4")),
    ("R in aVL", heart(RaVL=1.2), 1.2, True, ("RaVL",)),
    ("R in aVL", heart(RaVL=1.09), 1.09, False, ("RaVL",)),
]


@pytest.mark.parametrize(("name", "of", "value", "met", "leads"), LIMITS)
def test_both_sides_of_each_limit(name, of, value, met, leads):
    found = result(name, of)
    assert found.value == pytest.approx(value)
    assert found.met is met
    assert found.leads == leads


@pytest.mark.parametrize(
    ("name", "male", "female", "unit"),
    [
        ("Sokolow-Lyon", 3.5, 3.5, "mV"),
        ("Cornell voltage", 2.8, 2.0, "mV"),
        ("Cornell product", 2440.0, 2440.0, "mm·ms"),
        ("Peguero-Lo Presti", 2.8, 2.3, "mV"),
        ("R in aVL", 1.1, 1.1, "mV"),
    ],
)
def test_limits_of_the_literature(name, male, female, unit):
    assert (result(name, heart("male")).threshold, result(name, heart("female")).threshold) == (male, female)
    assert result(name, heart()).unit == unit


def test_results_come_in_the_order_of_the_criteria_each_with_its_source():
    results = judge(heart())
    assert [r.name for r in results] == [c.name for c in CRITERIA]
    assert all(r.source.split()[-1].isdigit() for r in results)
    assert len({r.name for r in results}) == 5


def test_without_qrs_duration_the_product_is_unknown_and_the_rest_is_judged():
    of = replace(heart(RaVL=1.5, SV3=1.5), qrs_duration_ms=None)
    assert result("Cornell product", of).value is None
    assert result("Cornell product", of).met is None
    assert result("Cornell voltage", of).met is True


def test_r_in_avl_is_met_only_above_its_limit():
    assert result("R in aVL", heart(RaVL=1.1)).met is False
    assert result("R in aVL", heart(RaVL=1.11)).met is True


def test_nothing_is_met_by_nothing():
    assert not any(r.met for r in judge(heart("female")))


def test_values_grow_with_the_voltage():
    small, large = heart(RaVL=1.0, SV3=1.0, SV1=1.0, RV5=1.0, SV4=0.5), heart(RaVL=2, SV3=2, SV1=2, RV5=2, SV4=1)
    ratios = [b.value / a.value for a, b in zip(judge(small), judge(large), strict=True)]
    np.testing.assert_allclose(ratios, 2)
