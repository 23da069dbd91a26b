import numpy as np
import pytest

from lvm.deflections import Qrs, name_waves, terminal_force_mm_s


def lead(*waves, after=0.0):
    """Triangles of 10 samples (20 ms) each with the given peaks in mV, then 10 samples of an ST segment."""
    rise = np.array([0, 0.2, 0.4, 0.6, 0.8, 1, 0.75, 0.5, 0.25, 0])
    return np.concatenate([*(peak * rise for peak in waves), np.full(10, after)]), 10 * len(waves)


@pytest.mark.parametrize(
    ("waves", "found"),
    [
        ((0.2, -1.1), Qrs(0, 0.2, 1.1, 0, 5)),
        ((-0.3, 1.4, -0.25), Qrs(0.3, 1.4, 0.25, 0, 15)),
        ((-0.9,), Qrs(0, 0, 0.9, 0, None)),
        ((0.3, -0.8, 0.6), Qrs(0, 0.6, 0.8, 0.6, 25)),
        ((0.7, -0.8, 0.2, -0.1), Qrs(0, 0.7, 0.8, 0.2, 25)),
        ((-0.2, 0.5, -0.4, 0.3), Qrs(0.2, 0.5, 0.4, 0.3, 35)),
        ((0.04, -0.5), Qrs(0, 0, 0.5, 0, None)),
        ((0.5, -0.04, 0.4), Qrs(0, 0.5, 0, 0, 5)),
        ((0.4, -0.04, 0.5), Qrs(0, 0.5, 0, 0, 25)),
        ((0.0,), Qrs(0, 0, 0, 0, None)),
    ],
    ids=["rS", "qRs", "QS", "rSR'", "RSr's'", "qRSr'", "no r below 0.05 mV", "notch", "notch first", "nothing"],
)
def test_waves_by_their_names(waves, found):
    named = name_waves(*lead(*waves))
    assert (named.q, named.r, named.s, named.r_prime) == pytest.approx((found.q, found.r, found.s, found.r_prime))
    assert named.last_r == found.last_r


def test_a_notch_that_stays_above_the_level_is_no_r_prime():
    above, length = lead(1.0, 1.0)
    above[9:11] = 0.3
    assert name_waves(above, length).r_prime == 0


@pytest.mark.parametrize("st_mv", [0.04, 0.2, 0.5])
def test_an_elevated_st_segment_is_no_r_and_takes_no_s_away(st_mv):
    above, length = lead(0.15, -1.8, after=st_mv)
    above[19] = st_mv
    assert name_waves(above, length) == Qrs(0, pytest.approx(0.15), pytest.approx(1.8), 0, 5)
    above, length = lead(-1.8, after=st_mv)
    assert name_waves(above, length) == Qrs(0, 0, pytest.approx(1.8), 0, None)


def test_a_depressed_st_segment_is_no_s():
    above, length = lead(1.5, after=-0.2)
    assert name_waves(above, length) == Qrs(0, 1.5, 0, 0, 5)


def test_an_s_that_the_end_of_the_qrs_cuts_off_is_still_measured():
    above, length = lead(1.0, -0.6)
    assert name_waves(above, length - 8).s == pytest.approx(0.6)


def test_the_peak_of_a_wave_has_to_begin_within_the_qrs():
    above, _ = lead(1.0, -0.6)
    assert name_waves(above, 9).s == 0


def biphasic(depth_mv, samples, up_mv=0.1):
    """An upright half of 25 samples, and an inverted end that is flat, between two zeros."""
    return np.concatenate([[0], np.full(25, up_mv), np.full(samples, -depth_mv), [0]])


def test_terminal_force_is_depth_times_duration():
    assert terminal_force_mm_s(biphasic(0.1, 40)) == pytest.approx(0.08, rel=0.03)
    assert terminal_force_mm_s(biphasic(0.05, 40)) == pytest.approx(0.04, rel=0.03)
    assert terminal_force_mm_s(-np.full(30, 0.1)) == pytest.approx(1.0 * 0.06)


def test_only_the_inverted_end_of_a_p_wave_has_terminal_force():
    assert terminal_force_mm_s(np.full(40, 0.1)) == 0
    assert terminal_force_mm_s(-biphasic(0.1, 40)[::-1]) == pytest.approx(0.05, rel=0.05)  # the 25 that now come last
    assert terminal_force_mm_s(biphasic(-0.1, 40, up_mv=-0.1)) == 0  # inverted, then upright
    assert terminal_force_mm_s(np.empty(0)) == 0


def test_noise_hardly_changes_terminal_force():
    noise = np.random.default_rng(3).normal(0, 0.01, 67)
    assert terminal_force_mm_s(biphasic(0.1, 40) + noise) == pytest.approx(0.08, rel=0.15)
