from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from lvm.analysis import Analysis, analyse
from lvm.beats import Beat
from lvm.cohort.simulate import Heart
from lvm.profile import FEATURE_NAMES, QUANTITIES, SEGMENTS, medians, profile
from lvm.read.files import read_file
from lvm.recording import LEADS, Recording
from lvm.waves import Waves
from tests.helpers import recording

ROW = {lead: row for row, lead in enumerate(LEADS)}
P, PR, QRS, ST, T, TP = range(6)
FIRST, NEXT = Waves(100, 150, 200, 250, 300, 400), Waves(600, 650, 700, 750, 800, 900)
LAST = Beat(720, "last: ends after the recording")


def by_hand(size=1.0):
    """(12, 1000) mV, 2 mV off: in V5 the waves of FIRST, whose profile is easily computed, times `size`."""
    wave = np.zeros(1000)
    wave[100:150] = -0.1  # P, inverted
    wave[210:220], wave[230:240] = 1.2, -0.8  # R and S
    wave[250:300] = 0.001 * np.arange(50)  # ST rises
    wave[300:400] = 0.5 - 0.01 * np.abs(np.arange(100) - 49.5)  # T, a triangle
    wave[400:600] = 0.02
    signal = np.full((12, 1000), 2.0)
    signal[ROW["V5"]] += size * wave
    return signal.astype(np.float32)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(recording(Heart(seed=9)))


def test_every_value_by_hand():
    durations_ms, values = medians(by_hand(), (Beat(215), LAST), (FIRST, NEXT))
    assert durations_ms.tolist() == [100, 100, 100, 100, 200, 400]
    expected = [  # highest mV, lowest mV, area mV ms, slope mV/s
        (-0.1, -0.1, -10, 0),
        (0, 0, 0, 0),
        (1.2, -0.8, 20 * 1.2 - 20 * 0.8, -(100 * 1.2 + 100 * 0.8) / (50 * (50**2 - 1) / 12) * 500),
        (0.049, 0, 2.45, 0.5),
        (0.495, 0.005, 50, 0),
        (0.02, 0.02, 8, 0),
    ]
    np.testing.assert_allclose(values[ROW["V5"]], expected, atol=2e-4)
    others = np.delete(values, ROW["V5"], axis=0)
    assert others.shape == (11, 6, 4)
    assert np.abs(others).max() < 1e-6


def test_values_are_medians_over_the_usable_beats():
    signal = np.hstack([by_hand(size)[:, :500] for size in (1.0, 1.2, 5.0, 1.4)])
    beats = (Beat(215), Beat(715), Beat(1215, "premature"), Beat(1715))
    waves = tuple(FIRST.moved(500 * i) for i in range(4))
    durations_ms, values = medians(signal, beats, waves)
    np.testing.assert_allclose(values[ROW["V5"], QRS], 1.2 * np.array([1.2, -0.8, 8, -9.604]), atol=1e-3)
    assert durations_ms[TP] == 400


@pytest.mark.parametrize(("beats_with_p", "known"), [(4, True), (2, True), (1, False), (0, False)])
def test_what_most_beats_lack_is_unknown(beats_with_p, known):
    signal = np.hstack([by_hand()[:, :500]] * 4)
    whole = [FIRST.moved(500 * i) for i in range(4)]
    without = [replace(w, p_onset=None, p_offset=None) for w in whole]
    waves = (*whole[:beats_with_p], *without[beats_with_p:])
    durations_ms, values = medians(signal, tuple(Beat(215 + 500 * i) for i in range(4)), waves)
    assert np.isfinite(durations_ms).tolist() == [known, known, True, True, True, True]
    assert np.isfinite(values).all(axis=(0, 2)).tolist() == [known, known, True, True, True, True]
    assert np.isnan(values[:, ~np.isfinite(durations_ms)]).all()
    if known:
        np.testing.assert_allclose(values[ROW["V5"], P, :3], [-0.1, -0.1, -10], atol=1e-4)


@pytest.mark.parametrize(
    ("own", "after", "unknown"),
    [
        (FIRST, replace(NEXT, p_onset=399), [TP]),  # P runs into T
        (FIRST, Waves(), [TP]),  # nothing follows
        (replace(FIRST, t_onset=None, t_offset=None), NEXT, [ST, T, TP]),
        (replace(FIRST, p_offset=200), NEXT, [PR]),  # P runs into QRS
        (replace(FIRST, p_offset=199), NEXT, [PR]),  # one sample has no slope
        (Waves(), NEXT, [P, PR, QRS, ST, T, TP]),
        (Waves(qrs_onset=200), NEXT, [P, PR, QRS, ST, T, TP]),
    ],
)
def test_segments_that_are_not_there(own, after, unknown):
    durations_ms, values = medians(by_hand(), (Beat(215), LAST), (own, after))
    assert np.flatnonzero(np.isnan(durations_ms)).tolist() == unknown
    assert np.flatnonzero(np.isnan(values).any(axis=(0, 2))).tolist() == unknown


def test_tp_ends_with_qrs_where_there_is_no_p():
    after = replace(NEXT, p_onset=None, p_offset=None)
    durations_ms, _ = medians(by_hand(), (Beat(215), LAST), (FIRST, after))
    assert durations_ms[TP] == 600


def test_a_wave_may_end_with_the_recording():
    signal = by_hand()[:, :400]
    durations_ms, values = medians(signal, (Beat(215),), (FIRST,))
    assert durations_ms[T] == 200
    np.testing.assert_allclose(values[ROW["V5"], T], [0.495, 0.005, 50, 0], atol=2e-4)


def test_features_are_in_the_order_of_their_names(analysis):
    found = profile(analysis)
    assert len(FEATURE_NAMES) == len(set(FEATURE_NAMES)) == 1 + 6 + 12 * 6 * 4
    named = dict(zip(FEATURE_NAMES, found.features(), strict=True))
    assert named["Heart rate, /min"] == analysis.measured.heart_rate_bpm
    assert named["TP segment duration, ms"] == found.durations_ms[TP]
    for i, (quantity, unit) in enumerate(QUANTITIES.items()):
        for lead in LEADS:
            for segment in SEGMENTS:
                value = found.values[ROW[lead], SEGMENTS.index(segment), i]
                assert named[f"{lead} {segment} {quantity}, {unit}"] == value
    assert "V5 QRS highest, mV" in named
    assert found.features().dtype == np.float64


def test_a_simulated_heart_has_its_true_durations_and_its_measured_amplitudes(analysis):
    heart, found = Heart(seed=9), profile(analysis)
    st_t_ms = heart.qt_interval_ms - heart.qrs_duration_ms
    p, pr, qrs, st, t, _ = found.durations_ms
    assert p == pytest.approx(heart.p_duration_ms, abs=16)
    assert p + pr == pytest.approx(heart.pr_interval_ms, abs=16)
    assert qrs == pytest.approx(heart.qrs_duration_ms, abs=10)
    assert st + t == pytest.approx(st_t_ms, abs=20)
    assert found.durations_ms.sum() == pytest.approx(60_000 / found.heart_rate_bpm, abs=20)
    for lead in LEADS:
        highest, lowest = found.values[ROW[lead], QRS, :2]
        assert highest == pytest.approx(analysis.amplitudes.r[lead], abs=0.05)
        assert -lowest == pytest.approx(max(analysis.amplitudes.s[lead], analysis.amplitudes.q[lead]), abs=0.05)
    assert found.beats == sum(beat.usable for beat in analysis.beats)


def test_twice_the_voltage_is_twice_the_profile_in_the_same_time(analysis):
    r = analysis.recording
    doubled = profile(analyse(replace(r, signal_mv=2 * r.signal_mv)))
    found = profile(analysis)
    assert doubled.durations_ms.tolist() == found.durations_ms.tolist()
    assert doubled.heart_rate_bpm == found.heart_rate_bpm
    np.testing.assert_allclose(doubled.values, 2 * found.values, rtol=1e-5, atol=1e-5)


def test_an_offset_changes_nothing(analysis):
    higher = replace(analysis, cleaned_mv=analysis.cleaned_mv + np.float32(4))
    np.testing.assert_allclose(profile(higher).features(), profile(analysis).features(), atol=2e-3)


def test_einthoven_holds_for_what_is_linear_in_one_beat(analysis):
    beats = tuple(
        replace(beat, reason="" if i == analysis.chosen else "noise") for i, beat in enumerate(analysis.beats)
    )
    found = profile(replace(analysis, beats=beats))
    assert found.beats == 1
    for quantity in ("area", "slope"):
        of = found.values[:, :, list(QUANTITIES).index(quantity)]
        np.testing.assert_allclose(of[ROW["II"]], of[ROW["I"]] + of[ROW["III"]], atol=1e-4)
        np.testing.assert_allclose(of[[ROW["aVR"], ROW["aVL"], ROW["aVF"]]].sum(axis=0), 0, atol=1e-4)


def test_flat_leads_are_unknown():
    r = recording(Heart(seed=9))
    r.signal_mv[ROW["V3"]] = 0
    found = profile(analyse(r))
    assert np.isnan(found.values[ROW["V3"]]).all()
    assert np.isfinite(np.delete(found.values, ROW["V3"], axis=0)).all()


def test_without_a_usable_beat_all_is_unknown(analysis):
    noise = np.random.default_rng(0).normal(0, 0.05, (12, 5000)).astype(np.float32)
    found = profile(analyse(Recording(noise, 500.0, "noise", None)))
    assert found.beats == 0
    assert found.features().shape == (len(FEATURE_NAMES),)
    assert np.isnan(found.features()).all()
    unusable = replace(analysis, beats=tuple(replace(beat, reason="noise") for beat in analysis.beats))
    assert np.isnan(profile(unusable).features()[1:]).all()


REAL = (
    "ge_muse_xml/braveheart_example1.xml",
    "philips_sierra_xml/2020-5-18_1_04_01.xml",
    "philips_sierra_xml/3191723_ZZDEMOPTONLY_1_04_orig.xml",
    "schiller_sema_xml/cvrg_schiller.xml",
)


@pytest.mark.parametrize("file", REAL)
def test_real_files_are_plausible_and_agree_with_the_intervals(shared, file):
    analysis = analyse(read_file(str(shared / "ecg-files" / file)))
    found, measured = profile(analysis), analysis.measured
    p, pr, qrs, st, t, tp = found.durations_ms
    assert qrs == measured.qrs_duration_ms
    assert p + pr == pytest.approx(measured.pr_interval_ms, abs=6)  # medians of the parts and of the whole
    assert qrs + st + t == pytest.approx(measured.qt_interval_ms, abs=6)
    assert tp > 0
    highest, lowest, area, _ = np.moveaxis(found.values, -1, 0)
    assert 0 < highest[ROW["V5"], QRS] < 5
    assert highest[ROW["V5"], QRS] == pytest.approx(analysis.amplitudes.r["V5"], abs=0.05)
    assert (lowest <= highest).all()
    assert (area / found.durations_ms < highest + 0.05).all()
    assert (area / found.durations_ms > lowest - 0.05).all()


def test_a_real_recording_has_the_values_read_off_its_plot(shared):
    found = profile(analyse(read_file(str(shared / "ecg-files" / REAL[0]))))
    assert found.durations_ms == pytest.approx([98, 44, 98, 111, 233, 660], abs=12)
    np.testing.assert_allclose(found.values[ROW["V5"], QRS, :2], [1.54, -0.14], atol=0.03)
    np.testing.assert_allclose(found.values[ROW["V2"], T, :2], [0.94, 0.12], atol=0.03)
    assert found.values[ROW["V2"], ST, 3] == pytest.approx(1.9, abs=0.2)  # from 0.03 to 0.24 mV in 111 ms


@pytest.mark.parametrize(("file", "area_mv_ms", "r_mv"), [(REAL[1], 1.0, 0.03), (REAL[2], 3.0, 0.08)])
def test_real_recordings_have_the_qrs_areas_that_philips_measured(shared, file, area_mv_ms, r_mv):
    path = shared / "ecg-files" / file
    values = profile(analyse(read_file(str(path)))).values[:, QRS]
    measured = {e.get("leadname"): e for e in ElementTree.parse(path).iter() if e.tag.endswith("}leadmeasurement")}

    def stated(tag):
        return np.array([float(measured[lead].findtext("{*}" + tag)) for lead in LEADS])

    # The file states no unit of its areas; a tenth of an Ashman unit (0.1 mV times 40 ms) fits both files.
    np.testing.assert_allclose(values[:, 2], 0.4 * stated("qrsarea"), atol=area_mv_ms)
    np.testing.assert_allclose(values[:, 0], stated("ramp") / 1000, atol=r_mv)
