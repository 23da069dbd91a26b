"""A beat that stands for all: in every lead, to scale, and never as a rhythm."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.read import read
from lvm.recording import LEADS, RepresentativeBeat
from lvm.show.calipers import Caliper
from lvm.show.colours import LIGHT
from lvm.show.ecg import Paper
from lvm.show.single import AVERAGE, DEVICE, RHYTHM, described, kinds, single, single_paper


@pytest.fixture(scope="module")
def plain():
    return analyse(read(EXAMPLES[0].data()))


@pytest.fixture(scope="module")
def analysis(plain):
    """Of a file with a beat of the device's own, 1.2 s at 1000 Hz."""
    beat = np.sin(np.arange(1200) / 100)[None] * np.arange(1, 13)[:, None] / 10
    recording = replace(plain.recording, representative=RepresentativeBeat(beat.astype(np.float32), 1000.0))
    return replace(plain, recording=recording)


def leads(figure):
    return [t for t in figure.data if (t.name or "").removeprefix("−") in LEADS]


def test_there_is_to_choose_what_there_is(plain, analysis):
    assert kinds(plain) == [RHYTHM, AVERAGE]
    assert kinds(analysis) == [RHYTHM, AVERAGE, DEVICE]
    unusable = replace(plain, beats=tuple(replace(beat, reason="noisy") for beat in plain.beats))
    assert kinds(unusable) == [RHYTHM]
    with pytest.raises(ValueError, match="no representative beat"):
        single(plain, DEVICE)


@pytest.mark.parametrize("kind", [AVERAGE, DEVICE])
@pytest.mark.parametrize("speed", [25, 50])
@pytest.mark.parametrize("gain", [5, 20])
def test_twelve_leads_to_scale_parted_by_gaps(analysis, kind, speed, gain):
    one = single(analysis, kind)
    figure = single_paper(one, LIGHT, Paper(speed=speed, gain=gain))
    assert 5 / figure.layout.xaxis.dtick == pytest.approx(speed)
    assert 5000 / figure.layout.yaxis.dtick == pytest.approx(gain)
    traces = leads(figure)
    assert [t.name for t in traces] == list(LEADS)
    for row, trace in enumerate(traces):
        assert trace.dx == pytest.approx(1 / one.sampling_rate_hz)
        np.testing.assert_allclose(
            trace.y - float(trace.y[0]), 1000 * (one.signal_mv[row] - one.signal_mv[row, 0]), atol=1.1
        )
        assert trace.x0 + one.duration_s < figure.layout.xaxis.range[1]
    columns = sorted({round(t.x0 * speed, 6) for t in traces})
    assert all(b - a >= one.duration_s * speed + 9.99 for a, b in pairwise(columns))
    assert not any(t.name == "beats" for t in figure.data)  # no rhythm


def test_it_is_as_wide_as_the_sheet_that_prints_in_true_size(analysis):
    for kind in (AVERAGE, DEVICE):
        figure = single_paper(single(analysis, kind), LIGHT, Paper())
        assert np.ptp(figure.layout.xaxis.range) * 25 == pytest.approx(262)


@pytest.mark.parametrize("gain", [5, 20])
def test_pulses_touch_neither_each_other_nor_the_heading(analysis, gain):
    for kind in (AVERAGE, DEVICE):
        figure = single_paper(single(analysis, kind), LIGHT, Paper(gain=gain))
        pulses = [t for t in figure.data if t.name is None and len(t.x) == 6]
        assert len(pulses) > 1
        assert (figure.layout.annotations[0].y - max(pulses[0].y)) * gain / 1000 >= 1 - 1e-6
        for upper, lower in pairwise(pulses):
            assert (min(upper.y) - max(lower.y)) * gain / 1000 >= 5


def test_heading_foot_and_description_say_what_it_is(analysis):
    for kind, title, band in (
        (
            AVERAGE,
            f"Average of {sum(b.usable for b in analysis.beats)} usable beats: one beat, not a rhythm",
            "0.5–40 Hz",
        ),
        (DEVICE, "Representative beat, made by the device: one beat, not a rhythm", "as in the file, 1000 Hz"),
    ):
        texts = [a.text for a in single_paper(single(analysis, kind), LIGHT, Paper(gain=20)).layout.annotations]
        assert texts[0] == f"<b>{title}</b>"
        assert f"25 mm/s    20 mm/mV    {band}    " in texts[-1]
        assert texts[-1].endswith("UNCONFIRMED")
        assert described(single(analysis, kind), Paper(gain=20)).startswith(
            f"{title}. 12 leads on millimetre paper, 25"
        )
    assert described(single(analysis, DEVICE), Paper()).endswith(
        "1200 ms long. Highest 1.20 mV in V6, lowest −1.20 mV in V6."
    )


def test_the_average_has_its_boundaries_in_every_lead_and_the_devices_has_none_of_ours(analysis):
    average = single(analysis, AVERAGE)
    found = sum(at is not None for at in average.boundaries_s.values())
    assert found == 6
    assert len(single_paper(average, LIGHT, Paper()).layout.shapes) == 12 * found
    assert average.boundaries_s["qrs_onset_s"] < 0.3 < average.boundaries_s["qrs_offset_s"]
    assert average.first_span_s == (average.boundaries_s["qrs_onset_s"], average.boundaries_s["qrs_offset_s"])
    assert not single_paper(single(analysis, DEVICE), LIGHT, Paper()).layout.shapes


def test_cabreras_order_and_a_caliper_in_its_lead(analysis):
    one = single(analysis, DEVICE)
    figure = single_paper(one, LIGHT, Paper("Cabrera"), Caliper("−aVR", 0.1, 0.3))
    turned = next(t for t in leads(figure) if t.name == "−aVR")
    np.testing.assert_allclose(turned.customdata[:, 1], -one.signal_mv[3])
    assert [s.x0 - turned.x0 for s in figure.layout.shapes] == pytest.approx([0.1, 0.3])
