from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.beats import BEFORE_R, BeatWindow
from lvm.cohort.simulate import Heart, simulate
from lvm.recording import Recording
from lvm.segmenter import NONE, QRS, P, T
from lvm.waves import BOUNDARIES, SEGMENTS, Waves, average, delineate, find_qrs, find_spans, segments

NORMAL = Heart(seed=6)
HEARTS = {
    "normal": NORMAL,
    "45/min": replace(NORMAL, heart_rate_bpm=45),
    "100/min": replace(NORMAL, heart_rate_bpm=100),
    "low voltage": replace(NORMAL, qrs_gain=0.4, p_amplitude_mv=0.06, t_amplitude_mv=0.1, t_anterior_mv=0.15),
    "LV hypertrophy": replace(NORMAL, qrs_gain=1.8, qrs_axis_deg=0, t_amplitude_mv=0.1, strain_mv=0.3),
    "inverted T": replace(NORMAL, t_axis_deg=-140),
    "right axis": replace(NORMAL, qrs_axis_deg=110),
    "long PR": replace(NORMAL, pr_interval_ms=240),
    "wander": replace(NORMAL, wander_mv=0.3),
    "tall T": replace(NORMAL, t_amplitude_mv=0.6, t_anterior_mv=0.9),
}
# Allowed mean error in ms; the networks have never met a simulated heart.
TOLERANCE_MS = {"p_onset": 8, "p_offset": 15, "qrs_onset": 12, "qrs_offset": 8, "t_onset": 25, "t_offset": 14}


def analysed(heart):
    return analyse(Recording(simulate(heart).signal_mv, 500.0, "simulated", None))


def errors_ms(heart):
    """Mean error of each boundary over the usable beats, and how many of these have it."""
    analysis, truth = analysed(heart), simulate(heart).beats
    usable = [(w, t) for b, w, t in zip(analysis.beats, analysis.waves, truth, strict=False) if b.usable]
    errors = {}
    for name in BOUNDARIES:
        found = [(getattr(w, name), getattr(t, f"{name}_s")) for w, t in usable if getattr(w, name) is not None]
        assert len(found) >= len(usable) - 1, name
        errors[name] = float(np.mean([mark * 2 - true_s * 1000 for mark, true_s in found]))
    return errors


@pytest.mark.parametrize("name", HEARTS)
def test_boundaries_are_near_the_truth(name):
    errors = errors_ms(HEARTS[name])
    assert {k: v for k, v in errors.items() if abs(v) > TOLERANCE_MS[k]} == {}


@pytest.mark.parametrize("qrs_ms", [80, 92, 104, 130, 150, 170])
def test_qrs_duration_narrow_and_wide(qrs_ms):
    measured = analysed(replace(NORMAL, qrs_duration_ms=qrs_ms, qtc_ms=430 + max(0, qrs_ms - 100) / 2)).measured
    assert measured.qrs_duration_ms == pytest.approx(qrs_ms, abs=10)


def test_no_p_wave_where_the_atria_are_silent():
    analysis = analysed(replace(NORMAL, p_amplitude_mv=0.0))
    assert len(analysis.beats) == 10
    assert [w.p_onset for w in analysis.waves] == [None] * 10
    assert all(w.t_offset is not None for w in analysis.waves)


def test_boundaries_are_in_order():
    for heart in HEARTS.values():
        for waves in analysed(heart).waves:
            known = [mark for mark in waves.marks() if mark is not None]
            assert all(a <= b for a, b in pairwise(known))


def track(length, *waves):
    """(T,): each wave (first half, last half, height) rises and falls over 8 samples around its half."""
    share = np.zeros(length)
    for first, last, height in waves:
        at = np.arange(length)
        rise, fall = (at - first) / 8 + 0.5, (last - at) / 8 + 0.5
        share = np.maximum(share, height * np.clip(np.minimum(rise, fall), 0, 1))
    return share


def test_a_wave_lies_between_the_halves_of_its_peak():
    (span,) = find_spans(track(400, (100, 200, 0.8)), 0.35)
    assert (span.onset, span.offset, span.peak) == pytest.approx((100, 200, 0.8))
    assert (span.rise, span.fall) == pytest.approx((4, 4))  # from a quarter to three quarters: half of 8 samples


def test_what_is_too_low_or_cut_off_is_no_wave():
    assert find_spans(track(400, (100, 200, 0.3)), 0.35) == ()
    assert find_spans(track(400, (-20, 60, 1.0), (350, 450, 1.0)), 0.35) == ()


def test_two_tops_above_half_are_one_wave():
    share = np.maximum(track(400, (100, 162, 0.7)), track(400, (158, 220, 0.9)))
    (span,) = find_spans(share, 0.65)
    assert span.offset == pytest.approx(220)
    assert span.peak == pytest.approx(0.9)
    assert 90 < span.onset < 110


RR = 400


def shares(p=(1.0,) * 6, t=1.0):
    """(4, 2400) of six beats of 400 samples: P 60..110 at its own height, QRS 150..200, T 250..340."""
    tracks = np.zeros((4, 6 * RR))
    tracks[P] = track(6 * RR, *((RR * i + 60, RR * i + 110, height) for i, height in enumerate(p)))
    tracks[QRS] = track(6 * RR, *((RR * i + 150, RR * i + 200, 1.0) for i in range(6)))
    tracks[T] = track(6 * RR, *((RR * i + 250, RR * i + 340, t) for i in range(6)))
    tracks[NONE] = 1 - tracks[1:].sum(axis=0)
    return tracks.astype(np.float32)


def found(of, usual=(True,) * 6):
    return delineate(of, find_qrs(of), usual)


def test_boundaries_by_hand():
    for i, waves in enumerate(found(shares())):
        assert waves.marks() == tuple(RR * i + mark for mark in (60, 110, 150, 200, 250, 340))
        assert waves.uncertain == waves.faint == ()
        assert len(waves.margins_ms) == 6
        assert all(margin is not None and 2 < margin < 8 for margin in waves.margins_ms)


def test_a_p_wave_once_by_chance_is_none_and_one_with_every_beat_stays():
    by_chance = found(shares(p=(0, 0, 0.6, 0, 0, 0)))
    assert [w.p_onset for w in by_chance] == [None] * 6
    usual = found(shares(p=(0.9, 0.9, 0.3, 0.9, 0.9, 0.9)))
    assert [w.p_onset for w in usual] == [RR * i + 60 for i in range(6)]


def test_a_beat_that_comes_early_is_not_given_the_usual_p_wave():
    of = shares(p=(0.9, 0.9, 0.0, 0.9, 0.9, 0.9))
    assert found(of)[2].p_onset is not None
    assert found(of, (True, True, False, True, True, True))[2].p_onset is None


def test_a_faint_wave_is_uncertain_and_no_wave_is_none():
    faint = found(shares(t=0.45))[2]
    assert faint.faint == ("t",)
    assert faint.uncertain == ("t_onset", "t_offset")
    none = found(shares(t=0.2))[2]
    assert (none.t_onset, none.t_offset) == (None, None)
    assert none.margins_ms[4:] == (None, None)


def test_a_gentle_end_is_uncertain():
    of = shares()
    for i in range(5):
        of[T, RR * i + 300 : RR * i + 401] = np.linspace(1, 0, 101)
    waves = found(of)[2]
    assert waves.t_offset == 2 * RR + 350
    assert waves.uncertain == ("t_offset",)


def test_p_ends_and_t_begins_outside_the_qrs():
    of = shares()
    of[P] = track(2400, *((RR * i + 60, RR * i + 160, 1.0) for i in range(6)))
    of[T] = track(2400, *((RR * i + 190, RR * i + 340, 1.0) for i in range(6)))
    waves = found(of)[1]
    assert waves.p_offset == waves.qrs_onset
    assert waves.t_onset == waves.qrs_offset


def test_average_of_beats_that_agree_is_the_beat():
    r_peaks = [RR * i + 175 for i in range(6)]
    waves = average(shares(), r_peaks)
    assert waves.marks() == tuple(mark - 175 + BEFORE_R for mark in (60, 110, 150, 200, 250, 340))


def test_average_leaves_out_what_most_beats_do_not_have():
    assert average(shares(p=(0.9, 0, 0, 0.9, 0, 0)), [RR * i + 175 for i in range(6)]).p_onset is None


def test_of_two_p_waves_the_conducted_one_is_taken():
    of = shares(p=(0.9,) * 6)
    of[P] = np.maximum(of[P], track(2400, *((RR * i + 5, RR * i + 40, 1.0) for i in range(6))))
    assert [w.p_onset for w in found(of)][1:] == [RR * i + 60 for i in range(1, 6)]


def test_a_t_wave_that_the_next_qrs_cuts_off_has_no_certain_end():
    of = shares()
    of[T] = track(2400, *((RR * i + 250, RR * i + 590, 1.0) for i in range(0, 6, 2)))
    waves = found(of)[0]
    assert waves.t_offset == RR + 150
    assert "t_offset" in waves.uncertain


def test_a_slope_that_the_recording_cuts_off_is_gentle():
    share = track(300, (100, 290, 1.0))
    share[250:] = np.linspace(1, 0.4, 50)
    (span,) = find_spans(share, 0.35)
    assert span.fall > 35


def test_no_beat_has_no_boundaries():
    nothing = np.zeros((4, 1000), np.float32)
    assert find_qrs(nothing) == ()
    assert delineate(nothing, (), ()) == ()
    assert average(nothing, [500]) == Waves()


def test_moved():
    assert Waves(100, 150, 180, 225, faint=("p",)).moved(-50) == Waves(50, 100, 130, 175, faint=("p",))


EDITED = Waves(100, 150, 180, 225, 280, 380, margins_ms=(20.0, 20.0, 20.0, 20.0, 40.0, 40.0), faint=("p",))


def test_a_boundary_put_elsewhere_by_hand_is_certain():
    edited = EDITED.edited("t_onset", 260)
    assert edited.marks() == (100, 150, 180, 225, 260, 380)
    assert edited.margins_ms == (20, 20, 20, 20, None, 40)
    assert edited.uncertain == ("p_onset", "p_offset", "qrs_onset", "qrs_offset", "t_offset")
    assert edited.faint == ("p",)
    assert EDITED.t_onset == 280
    assert "p_onset" not in EDITED.edited("p_onset", 100).uncertain  # also where it was found already


@pytest.mark.parametrize(
    ("name", "mark", "at"),
    [
        ("p_onset", 20, 20), ("p_onset", 151, 150), ("p_offset", 90, 100), ("p_offset", 200, 180),
        ("qrs_onset", 120, 150), ("qrs_onset", 150, 150), ("qrs_offset", 300, 280), ("t_onset", 0, 225),
        ("t_offset", 279, 280), ("t_offset", 999, 999),
    ],
)  # fmt: skip
def test_a_boundary_stays_between_its_neighbours(name, mark, at):
    edited = EDITED.edited(name, mark)
    k = BOUNDARIES.index(name)
    assert edited.marks() == (*EDITED.marks()[:k], at, *EDITED.marks()[k + 1 :])


def test_neighbours_that_are_absent_are_passed_over():
    qrs_only = Waves(qrs_onset=180, qrs_offset=225)
    assert qrs_only.edited("p_onset", 100).marks() == (100, None, 180, 225, None, None)
    assert qrs_only.edited("p_onset", 200).marks() == (180, None, 180, 225, None, None)
    assert qrs_only.edited("t_offset", 100).marks() == (None, None, 180, 225, None, 225)
    assert Waves().edited("qrs_onset", 180).marks() == (None, None, 180, None, None, None)


def test_seconds():
    assert Waves(100, 150, 180, 225).seconds() == {
        "p_onset_s": 0.2,
        "p_offset_s": 0.3,
        "qrs_onset_s": 0.36,
        "qrs_offset_s": 0.45,
        "t_onset_s": None,
        "t_offset_s": None,
    }


WHOLE = BeatWindow(np.zeros((12, 450), np.float32), 0, 450)
MARKED = Waves(900, 950, 980, 1025, 1080, 1180)  # R at 1000: the window is 850..1300


def lengths(masks):
    return [int(masks[name].sum()) for name in SEGMENTS]


def test_segments_by_hand():
    masks = segments(MARKED, 1000, WHOLE)
    assert tuple(masks) == SEGMENTS
    assert lengths(masks) == [80, 45, 55, 100, 50 + 120]
    edges = {name: (int(mask.argmax()), 449 - int(mask[::-1].argmax())) for name, mask in masks.items()}
    assert edges["PR interval"] == (50, 129)
    assert edges["QRS interval"] == (130, 174)
    assert edges["ST segment"] == (175, 229)
    assert edges["T wave"] == (230, 329)


@pytest.mark.parametrize(
    ("waves", "expected"),
    [
        (replace(MARKED, p_onset=None, p_offset=None), [0, 45, 55, 100, 250]),
        (replace(MARKED, t_onset=None, t_offset=None), [80, 45, 0, 0, 325]),
        (Waves(qrs_onset=980, qrs_offset=1025), [0, 45, 0, 0, 405]),
        (Waves(), [0, 0, 0, 0, 450]),
    ],
    ids=["no P", "no T", "QRS only", "nothing"],
)
def test_samples_of_missing_waves_fall_to_tp(waves, expected):
    assert lengths(segments(waves, 1000, WHOLE)) == expected


def test_segments_stay_within_the_part_that_is_signal():
    cut = BeatWindow(np.zeros((12, 450), np.float32), 60, 300)
    masks = segments(MARKED, 1000, cut)
    assert lengths(masks) == [70, 45, 55, 70, 0]
    assert not np.any([mask[:60].any() or mask[300:].any() for mask in masks.values()])


@pytest.mark.parametrize("name", HEARTS)
def test_segments_are_a_partition_of_start_to_stop(name):
    analysis = analysed(HEARTS[name])
    for i, (beat, waves) in enumerate(zip(analysis.beats, analysis.waves, strict=True)):
        cut = analysis.window(i)
        inside = np.zeros(450, int)
        inside[cut.start : cut.stop] = 1
        np.testing.assert_array_equal(np.sum(list(segments(waves, beat.r, cut).values()), axis=0), inside)


@pytest.mark.parametrize("seed", range(20))
def test_segments_are_a_partition_whatever_the_boundaries(seed):
    rng = np.random.default_rng(seed)
    marks = [None if rng.random() < 0.2 else int(m) for m in np.sort(rng.integers(700, 1500, 6))]
    start, stop = sorted(rng.integers(0, 451, 2).tolist())
    cut = BeatWindow(np.zeros((12, 450), np.float32), start, stop)
    inside = np.zeros(450, int)
    inside[start:stop] = 1
    np.testing.assert_array_equal(np.sum(list(segments(Waves.of(marks), 1000, cut).values()), axis=0), inside)
