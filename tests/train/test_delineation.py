"""The protocol itself, on records made by hand."""

import numpy as np
import pytest

from lvm.recording import Recording
from lvm.train.delineation import Beat, reference, score, shared_r_peaks, summarise
from lvm.train.ludb import Mark, Marked
from tests.bench.delineators import Lead, join

R_PEAKS = (500, 1000, 1500, 2000)
WHOLE = [Mark("p", r - 80, r - 60, r - 40) for r in R_PEAKS]
WHOLE += [Mark("qrs", r - 20, r, r + 25) for r in R_PEAKS] + [Mark("t", r + 80, r + 130, r + 170) for r in R_PEAKS]
ONLY_QRS = [mark for mark in WHOLE if mark.wave == "qrs"]


def record(leads, number=1):
    return Marked(number, Recording(np.zeros((12, 5000), np.float32), 500.0, "by hand", None), tuple(map(tuple, leads)))


def found(shift=0, r_peaks=R_PEAKS):
    return [Beat(r, tuple(r + at + shift for at in (-80, -40, -20, 25, 80, 170))) for r in r_peaks]


def test_marks_outside_the_first_and_last_qrs_do_not_count():
    beats = reference(record([WHOLE] * 12)).beats
    assert [beat.r for beat in beats] == list(R_PEAKS)
    assert beats[0].marks == (None, None, 480, 525, 580, 670)
    assert beats[1].marks == (920, 960, 980, 1025, 1080, 1170)
    assert beats[-1].marks == (1920, 1960, 1980, 2025, None, None)


@pytest.mark.parametrize(("with_p", "mark"), [(6, 920), (5, None)])
def test_a_global_mark_needs_six_leads(with_p, mark):
    ref = reference(record([WHOLE] * with_p + [ONLY_QRS] * (12 - with_p)))
    assert ref.beats[1].marks[0] == mark
    assert ref.without_p == ()


def test_a_beat_needs_six_leads_within_a_chain_of_100_ms():
    assert shared_r_peaks([[500], [540], [580], [500], [540], [580]] + [[900]] * 5) == [540]


def test_errors_are_medians_of_records_in_ms():
    ref, other = reference(record([WHOLE] * 12)), reference(record([WHOLE] * 12, number=2))
    of = summarise([score(ref, found(2)), score(other, found(-1))])
    assert of.errors_ms["t_offset"] == {1: 4, 2: -2}
    assert (of.sd_ms("t_offset"), of.bias_ms("t_offset"), of.p95_ms("t_offset")) == (3, 1, pytest.approx(3.9))
    assert (of.sensitivity["p_onset"], of.qrs_sensitivity, of.qrs_ppv, of.p_invented) == (1, 1, 1, 0)
    assert summarise([score(ref, found(2)), score(other, found(-1))], among={2}).errors_ms["p_onset"] == {2: -2}


@pytest.mark.parametrize(("shift", "missed"), [(75, 0), (76, 3)])
def test_a_mark_more_than_150_ms_off_is_missed(shift, missed):
    marks = [Beat(beat.r, (beat.marks[0] + shift, *(None,) * 5)) for beat in found()]
    assert score(reference(record([WHOLE] * 12)), marks).missed["p_onset"] == missed


def test_false_and_double_qrs_lower_the_predictive_value():
    ref = reference(record([WHOLE] * 12))
    one = score(ref, found(r_peaks=(100, 500, 1000, 1040, 1200, 1500)))
    assert (one.qrs_marked, one.qrs_found, one.qrs_reported) == (4, 3, 5)


def test_p_waves_are_invented_where_no_lead_has_one():
    ref = reference(record([ONLY_QRS] * 12))
    assert ref.without_p == ((500, 1000), (1000, 1500), (1500, 2000))
    assert score(ref, found()).p_invented == 3
    assert score(ref, [Beat(r, (None,) * 6) for r in R_PEAKS]).p_invented == 0


def test_leads_are_joined_as_the_reference_is():
    lead = Lead(np.array([500.0, 1000.0]), tuple(np.array([500.0 + at, 1000.0 + at]) for at in (-80, -40, -20, 25, 80)))
    six = [Lead(lead.r_peaks + k, (*(b + k for b in lead.boundaries), np.array([]))) for k in range(6)]
    first, second = join(six)
    assert (first.r, second.r) == (502.5, 1002.5)
    assert first.marks == (422.5, 462.5, 482.5, 527.5, 582.5, None)
    assert join(six[:5]) == []
