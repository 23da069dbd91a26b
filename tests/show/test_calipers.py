"""Time and voltage between two points, by a box and by numbers."""

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.read import read
from lvm.show.calipers import Caliper, Reading, first_span, of_box, of_lead, to_measure, told, voltage_mv
from lvm.show.colours import LIGHT
from lvm.show.ecg import ecg

RAMP = np.linspace(-1, 1, 1001)  # 2 s at 500 Hz: 1 mV a second


@pytest.fixture(scope="module")
def analysis():
    return analyse(read(EXAMPLES[0].data()))


@pytest.mark.parametrize("x", [(1.0, 1.32), (1.32, 1.0)])
@pytest.mark.parametrize("y", [(5000, 6240), (6240, 5000)])
def test_a_box_is_a_time_and_a_voltage_from_whatever_corner(x, y):
    reading = of_box(x, y)
    assert reading.seconds == pytest.approx(0.32)
    assert reading.rate_bpm == pytest.approx(187.5)
    assert reading.millivolts == pytest.approx(1.24)
    assert told(reading) == "320 ms (188 /min), 1.24 mV"
    assert told(reading, rhythm=False) == "320 ms, 1.24 mV"


def test_two_moments_of_a_lead():
    reading = of_lead(RAMP, 500, Caliper("V5", 1.6, 0.5))
    assert reading.seconds == pytest.approx(1.1)
    assert reading.ends_mv == pytest.approx((0.6, -0.5))
    assert reading.millivolts == pytest.approx(-1.1)
    assert told(reading) == "1100 ms (55 /min), −1.10 mV: from 0.60 mV to −0.50 mV"


def test_the_difference_told_is_that_of_the_two_values_told():
    assert told(Reading(0.9, 0.022, (1.183, 1.205))).endswith("0.03 mV: from 1.18 mV to 1.21 mV")


def test_a_voltage_lies_between_its_samples_and_ends_with_the_recording():
    assert voltage_mv(RAMP, 500, 1.001) == pytest.approx(0.001)
    assert voltage_mv(RAMP, 500, 0.0) == -1
    assert voltage_mv(RAMP, 500, 2.0) == 1
    assert voltage_mv(RAMP, 500, 2.001) is None
    assert voltage_mv(RAMP, 500, -0.001) is None
    assert voltage_mv(RAMP[:250], 500, 2.498 - 2) == pytest.approx(RAMP[249])  # the last one, by floats a little later
    outside = of_lead(RAMP, 500, Caliper("I", 1.0, 3.0))
    assert outside.millivolts is None
    assert told(outside) == "2000 ms (30 /min), –"


@pytest.mark.parametrize(("seconds", "rate"), [(0.0, None), (0.149, None), (0.15, 400), (1.0, 60)])
def test_what_is_shorter_than_any_rr_interval_has_no_rate(seconds, rate):
    assert Reading(seconds, 0.0).rate_bpm == (rate if rate is None else pytest.approx(rate))
    assert ("/min" in told(Reading(seconds, 0.0))) == (rate is not None)


def test_calipers_stand_on_two_r_peaks_at_first(analysis):
    peaks = [beat.r_s for beat in analysis.beats]
    assert first_span(analysis, 3) == (peaks[3], peaks[4])
    assert first_span(analysis, None) == (peaks[0], peaks[1])
    assert first_span(analysis, len(peaks) - 1) == (peaks[-2], peaks[-1])


def test_measuring_draws_boxes_as_they_are_drawn_and_leaves_room_for_the_tools(analysis):
    plain, figure = ecg(analysis, None, LIGHT), to_measure(ecg(analysis, None, LIGHT), LIGHT)
    assert plain.layout.dragmode == "zoom"
    assert figure.layout.dragmode == "select"
    assert figure.layout.selectdirection == "d"
    assert figure.layout.height - figure.layout.margin.t == plain.layout.height
