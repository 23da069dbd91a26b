"""What follows from boundaries that are moved by hand."""

from dataclasses import replace

import pytest

from lvm.analysis import Analysis, analyse
from lvm.by_hand import RESTS_ON, as_found, by_hand, moved
from lvm.cohort.examples import EXAMPLES
from lvm.measure import axis_deg, measure, p_axis_deg
from lvm.read import read
from lvm.recording import Measurements
from lvm.waves import BOUNDARIES, Waves


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read(next(e for e in EXAMPLES if e.key == "lvh-man").data()))


def known(found: Measurements) -> set[str]:
    return {name for name, value in vars(found).items() if value is not None}


def test_nothing_follows_where_nothing_moved(analysis):
    found = analysis.waves[3]
    assert moved(found, found) == ()
    assert by_hand(analysis, 3, found) == Measurements()
    assert by_hand(analysis, 3, found.edited("qrs_onset", found.qrs_onset)) == Measurements()


@pytest.mark.parametrize("name", BOUNDARIES)
def test_only_what_rests_on_a_boundary_follows_it(analysis, name):
    waves = analysis.waves[3].edited(name, getattr(analysis.waves[3], name) + 3)
    assert moved(analysis.waves[3], waves) == (name,)
    before, after = (measure(analysis.cleaned_mv, (analysis.beats[3],), (of,)) for of in (analysis.waves[3], waves))
    changed = {n for n in RESTS_ON if getattr(before, n) != getattr(after, n)}
    assert changed
    assert known(by_hand(analysis, 3, waves)) >= changed


def test_values_are_of_that_beat_with_those_boundaries(analysis):
    beat, signal = 5, analysis.cleaned_mv
    of_beat = analysis.waves[beat]
    waves = of_beat.edited("qrs_offset", of_beat.qrs_offset + 5).edited("p_onset", of_beat.p_onset - 8)
    found = by_hand(analysis, beat, waves)
    assert found.qrs_duration_ms == 2 * (of_beat.qrs_offset - of_beat.qrs_onset) + 10
    assert found.pr_interval_ms == 2 * (of_beat.qrs_onset - of_beat.p_onset) + 16
    assert found.qrs_axis_deg == pytest.approx(axis_deg(signal, waves, waves.qrs_onset, waves.qrs_offset), abs=0.05)
    assert found.p_axis_deg == pytest.approx(p_axis_deg(signal, waves), abs=0.05)
    assert found.t_axis_deg is found.qt_interval_ms is found.heart_rate_bpm is None


def test_a_qrs_too_short_to_be_one_is_not_measured(analysis):
    of_beat = analysis.waves[5]
    short = of_beat.edited("qrs_offset", of_beat.qrs_onset + 15)
    assert known(by_hand(analysis, 5, short)) == set()
    just = of_beat.edited("qrs_offset", of_beat.qrs_onset + 20)
    assert by_hand(analysis, 5, just).qrs_duration_ms == 40


def test_a_wave_that_was_not_found_can_be_marked(analysis):
    of_beat = analysis.waves[5]
    bare = replace(analysis, waves=(Waves(qrs_onset=of_beat.qrs_onset, qrs_offset=of_beat.qrs_offset),) * 11)
    waves = bare.waves[5].edited("t_offset", of_beat.t_offset)
    assert by_hand(bare, 5, waves).qt_interval_ms == 2 * (of_beat.t_offset - of_beat.qrs_onset)
    assert by_hand(bare, 5, waves).t_axis_deg is None


def test_what_a_beat_measures_by_the_boundaries_found(analysis):
    of_beat, found = analysis.waves[5], as_found(analysis, 5)
    assert found.qrs_duration_ms == 2 * (of_beat.qrs_offset - of_beat.qrs_onset)
    one_on = by_hand(analysis, 5, of_beat.edited("qrs_offset", of_beat.qrs_offset + 1))
    assert one_on.qrs_duration_ms == found.qrs_duration_ms + 2
