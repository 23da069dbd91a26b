"""Bland-Altman and calibration: numbers by hand, and what is drawn."""

import json

import numpy as np
import pytest

from lvm.evaluation import Points
from lvm.show.agreement import (
    agreement,
    bland_altman,
    bland_altman_described,
    calibration,
    calibration_described,
)
from lvm.show.colours import DARK, LIGHT
from tests.made_up import points

BY_HAND = Points("female", "x", (90.0, 100.0, 110.0), (80.0, 100.0, 123.0))
BOTH = (points("male"), points("female", n=20))


def texts(figure):
    return [label.text for label in figure.layout.annotations]


def test_by_hand():
    found = agreement(BY_HAND)
    assert (found.n, found.tenths_g) == (3, ())
    assert found.bias_g == pytest.approx(-1.0)
    sd = np.std([10, 0, -13], ddof=1)
    assert found.limits_g == pytest.approx((-1 - 1.96 * sd, -1 + 1.96 * sd))
    assert found.slope == pytest.approx(2.15)
    assert found.intercept_g == pytest.approx(101 - 215)


def test_tenths_are_by_the_estimate():
    found = agreement(points())
    assert len(found.tenths_g) == 10
    assert [estimate for estimate, _ in found.tenths_g] == sorted(estimate for estimate, _ in found.tenths_g)
    order = np.argsort(points().estimate_g)[:6]
    assert found.tenths_g[0] == pytest.approx(
        (np.array(points().estimate_g)[order].mean(), np.array(points().truth_g)[order].mean())
    )
    assert agreement(points(n=49)).tenths_g == ()


def test_what_few_recordings_or_equal_estimates_do_not_give():
    one = agreement(Points("male", "x", (100.0,), (90.0,)))
    assert (one.bias_g, one.limits_g, one.slope, one.intercept_g) == (10.0, None, None, None)
    equal = agreement(Points("male", "x", (100.0, 100.0), (90.0, 110.0)))
    assert equal.slope is None
    assert equal.limits_g is not None
    for parts in ((Points("male", "x", (100.0,), (90.0,)),), (Points("male", "x", (100.0,) * 2, (90.0, 110.0)), *BOTH)):
        bland_altman(parts, LIGHT)
        calibration(parts, LIGHT)
    assert bland_altman_described((Points("male", "x", (100.0,), (90.0,)),)) == "Men, 1 ECG: bias 10.0 g."
    assert calibration_described((Points("male", "x", (100.0,), (90.0,)),)) == "Men, 1 ECG: no line can be fitted."


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_bland_altman(colours):
    figure = bland_altman(BOTH, colours)
    men, women = (t for t in figure.data if t.mode == "markers")
    assert men.x[0] == pytest.approx((102 + 80) / 2, abs=0.05)
    assert men.y[0] == pytest.approx(102 - 80, abs=0.05)
    assert (men.xaxis, women.xaxis) == ("x", "x2")
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range
    assert texts(figure) == [
        "<b>Men</b>, 60 ECGs", "<b>Women</b>, 20 ECGs",
        "bias 2.0 g", "−28.4 g", "32.4 g", "bias 2.0 g", "−29.3 g", "33.3 g",
    ]  # fmt: skip
    lines = [t for t in figure.data if t.mode == "lines"]
    assert [t.line.dash for t in lines[:4]] == ["dot", "solid", "dash", "dash"]
    assert [t.y[0] for t in lines[:4]] == [0, 2.0, -28.4, 32.4]
    assert figure.layout.xaxis.title.text == "Mean of estimate and true mass, g"
    assert figure.layout.yaxis.title.text == "Estimate − true mass, g"
    assert figure.layout.font.color == colours.text
    assert not figure.layout.showlegend


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_calibration(colours):
    figure = calibration(BOTH, colours)
    assert [t.name for t in figure.data if t.showlegend] == [
        "One ECG", "Perfect", "Least-squares line", "Mean of a tenth"
    ]  # fmt: skip
    tenths = [t for t in figure.data if t.name == "Mean of a tenth"]
    assert [len(t.x) for t in tenths] == [10]  # of 20 women there are none
    assert tenths[0].marker.size > next(t for t in figure.data if t.name == "One ECG").marker.size
    for perfect in (t for t in figure.data if t.name == "Perfect"):
        assert perfect.x == perfect.y == figure.layout.xaxis.range == figure.layout.yaxis.range
    men = agreement(BOTH[0])
    line = next(t for t in figure.data if t.name == "Least-squares line")
    assert line.y[1] == pytest.approx(men.intercept_g + men.slope * max(BOTH[0].estimate_g), abs=0.06)
    assert texts(figure)[2] == f"slope {men.slope:.2f}, intercept {men.intercept_g:.1f} g".replace("-", "−")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Estimate, g", "True mass, g")


def test_of_many_only_some_are_drawn_and_all_are_counted():
    many = points(n=4700)
    figure = bland_altman((many,), LIGHT)
    assert [len(t.x) for t in figure.data if t.mode == "markers"] == [1500]
    assert texts(figure)[0] == "<b>Men</b>, 1,500 of 4,700 ECGs drawn"
    assert texts(figure)[1] == "bias 2.0 g"
    assert bland_altman_described((many,)).startswith("Men, 4,700 ECGs: bias 2.0 g, 95 %")
    assert len(json.dumps(figure.to_plotly_json(), default=list)) < 40_000


def test_described_with_units():
    assert bland_altman_described(BOTH) == (
        "Men, 60 ECGs: bias 2.0 g, 95 % limits of agreement −28.4 to 32.4 g. "
        "Women, 20 ECGs: bias 2.0 g, 95 % limits of agreement −29.3 to 33.3 g."
    )
    men = agreement(BOTH[0])
    (light, light_true), (heavy, heavy_true) = men.tenths_g[0], men.tenths_g[-1]
    assert calibration_described(BOTH[:1]) == (
        f"Men, 60 ECGs: slope {men.slope:.2f}, intercept {men.intercept_g:.1f} g. The tenth with the lowest estimates: "
        f"{light:.0f} g estimated, {light_true:.0f} g true on average; with the highest: {heavy:.0f} g and "
        f"{heavy_true:.0f} g."
    ).replace("-", "−")


def test_one_sex_alone_has_the_whole_width():
    figure = calibration(BOTH[:1], LIGHT)
    assert figure.layout.xaxis.domain == (0, 1)
    assert "xaxis2" not in figure.layout
