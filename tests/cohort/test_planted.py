import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.beats import window
from lvm.clean import clean, network_band
from lvm.cohort import files, planted
from lvm.cohort.mass import TABLE_1
from lvm.errors import CohortError
from lvm.estimate import gather_inputs
from lvm.recording import LEAD_GROUPS, LEADS, Patient, Recording
from lvm.scope import out_of_scope
from lvm.train import examples
from lvm.waves import SEGMENTS, segments

every_cell = pytest.mark.parametrize("cell", planted.CELLS)
every_ecg_cell = pytest.mark.parametrize("cell", planted.ECG_CELLS)


def heart(seed=0, sex="male"):
    return planted._heart(sex, np.random.default_rng(seed))


def window_of_beat_4(signal, beats):
    r = np.array([round(beat.r_s * 500) for beat in beats])
    return window(network_band(clean(signal, 500.0)), r, 4), int(r[4])


def test_cells():
    assert len(planted.CELLS) == 12
    assert planted.CELLS[0] == "PR interval, limb"
    assert planted.CELLS[-2:] == ("scalars", "nothing")
    assert set(planted.ECG_CELLS.values()) == {(segment, group) for segment in SEGMENTS for group in LEAD_GROUPS[2]}


@every_ecg_cell
def test_u_changes_its_own_cell_and_no_other(cell):
    segment, group = planted.ECG_CELLS[cell]
    (before, beats), (after, _) = (planted._ecg(cell, heart(), u) for u in (0.0, 1.0))
    added = after - before
    others = [LEADS.index(lead) for lead in LEADS if lead not in LEAD_GROUPS[2][group]]
    own = [LEADS.index(lead) for lead in LEAD_GROUPS[2][group]]
    assert np.abs(added[others]).max() < 1e-6
    assert (np.abs(added[own]).max(axis=1) > 0.001).all()

    inside = np.zeros(added.shape[1], dtype=bool)
    for beat, following in zip(beats, [*beats[1:], None], strict=True):
        edges = {
            "PR interval": (beat.p_onset_s, beat.qrs_onset_s),
            "QRS interval": (beat.qrs_onset_s, beat.qrs_offset_s),
            "ST segment": (beat.qrs_offset_s, beat.t_onset_s),
            "T wave": (beat.t_onset_s, beat.t_offset_s),
            "TP interval": (beat.t_offset_s, following.p_onset_s if following else 10.0),
        }[segment]
        inside[int(np.ceil(edges[0] * 500)) : int(edges[1] * 500) + 1] = True
    assert np.abs(added[:, ~inside]).max() < 1e-6
    assert np.abs(np.diff(added, axis=1)).max() < 0.5 * np.abs(added).max()  # no step

    cut, r = window_of_beat_4(before, beats)
    seen = window_of_beat_4(after, beats)[0].mv - cut.mv  # what filters and the window's zero make of it
    mask = segments(planted.waves_of(beats[4]), r, cut)[segment]
    assert (seen[own][:, mask] ** 2).sum() > 0.95 * (seen**2).sum()


@every_cell
def test_the_leads_stay_one_heart(cell):
    signal, _ = planted._ecg(cell, heart(), 2.0)
    i, ii, iii, avr, avl, avf = signal[:6]
    assert np.abs(ii - i - iii).max() < 1e-5
    assert np.abs(avr + (i + ii) / 2).max() < 1e-5
    assert np.abs(avl - (i - iii) / 2).max() < 1e-5
    assert np.abs(avf - (ii + iii) / 2).max() < 1e-5


@every_ecg_cell
@pytest.mark.parametrize("u", [-2.5, 2.5])
def test_the_furthest_members_can_be_estimated_for(cell, u):
    one = heart(3, "female")
    device = planted.true_measurements(one)
    signal, beats = planted._ecg(cell, one, u)
    analysis = analyse(Recording(signal, 500.0, "", None, Patient("female", 60.0, 158.0, 60.0), device))
    assert analysis.quality.issues == ()
    assert out_of_scope(analysis, gather_inputs(analysis)) == ()
    found = np.array([beat.r_s for beat in analysis.beats if beat.usable])
    true = np.array([beat.r_s for beat in beats])
    assert all(np.abs(true - r_s).min() < 0.012 for r_s in found)


@every_cell
def test_members_come_in_through_the_front_door(cell, tmp_path):
    cohort = planted.build(cell, {"male": 2, "female": 1}, seed=6)
    fields = files.write(cohort, tmp_path / "cohort")
    found, bad = examples.load(tmp_path / "cohort" / "cohort.csv")
    assert bad == []
    assert len(found) == 3
    assert len(set(found.patient)) == 3
    assert not np.isnan(found.scalars).any()
    np.testing.assert_allclose(found.lvm_g, [m.lvm_g for m in cohort.members], atol=0.051)
    assert fields["method"] == f"planted: {cell}"
    assert fields["sources"][0]["licence"] == "MIT"
    assert list(fields["correlations"]["male"]) == ["QRS duration"]


def test_the_mass_is_mostly_u():
    cohort = planted.build("T wave, precordial", {"male": 60, "female": 60}, seed=2)
    assert len(cohort.members) == len(cohort.beats) == len(cohort.u) == 120
    for sex, part in (("male", slice(0, 60)), ("female", slice(60, 120))):
        mean_g, sd_g = TABLE_1[sex]["lvm_g"]
        members, u = cohort.members[part], cohort.u[part]
        lvm_g, expected_g = (np.array([getattr(m, name) for m in members]) for name in ("lvm_g", "expected_g"))
        assert {m.recording.patient.sex for m in members} == {sex}
        assert lvm_g.mean() == pytest.approx(mean_g, rel=0.1)
        assert lvm_g.std() == pytest.approx(sd_g, rel=0.25)
        np.testing.assert_allclose(expected_g, mean_g + sd_g * np.sqrt(0.8) * u)
        assert np.corrcoef(lvm_g, u)[0, 1] ** 2 == pytest.approx(0.8, abs=0.1)
        assert np.abs(u).max() <= 2.5
        body = [m.recording.patient for m in members]
        for name in ("age_years", "height_cm", "weight_kg"):
            assert abs(np.corrcoef(u, [getattr(p, name) for p in body])[0, 1]) < 0.35
        qrs_ms = [m.recording.device.qrs_duration_ms for m in members]
        assert abs(np.corrcoef(u, qrs_ms)[0, 1]) < 0.35
    assert len(cohort.pictures) == 2


def test_a_device_sees_nothing_of_u():
    for cell in ("QRS interval, limb", "T wave, limb"):
        one = heart()
        low, high = (planted._ecg(cell, one, u)[0] for u in (-2.0, 2.0))
        axes = [analyse(Recording(s, 500.0, "", None)).measured for s in (low, high)]
        assert axes[0].qrs_axis_deg == pytest.approx(axes[1].qrs_axis_deg, abs=3)
        assert axes[0].t_axis_deg == pytest.approx(axes[1].t_axis_deg, abs=3)


def test_scalars_only_and_nothing():
    by_body = planted.build("scalars", {"male": 80}, seed=1)
    expected = np.array([m.expected_g for m in by_body.members])
    lvm_g = np.array([m.lvm_g for m in by_body.members])
    body = [m.recording.patient for m in by_body.members]
    size = np.array([(p.height_cm / 100) ** 0.54 * p.weight_kg**0.61 for p in body])
    np.testing.assert_allclose(expected / size, expected[0] / size[0])
    assert np.corrcoef(np.log(lvm_g), np.log(size))[0, 1] ** 2 == pytest.approx(0.8, abs=0.1)
    assert (by_body.u == 0).all()
    assert by_body.pictures == ()

    nothing = planted.build("nothing", {"male": 80}, seed=1)
    assert {m.expected_g for m in nothing.members} == {TABLE_1["male"]["lvm_g"][0]}
    assert np.std([m.lvm_g for m in nothing.members]) == pytest.approx(TABLE_1["male"]["lvm_g"][1], rel=0.25)


def test_the_boundaries_are_those_of_every_beat():
    cohort = planted.build("nothing", {"female": 1}, seed=1)
    assert len(cohort.beats[0]) >= 8
    for beat in cohort.beats[0]:
        marks = planted.waves_of(beat).marks()
        assert list(marks) == sorted(marks)
        assert marks[2] <= round(beat.r_s * 500) <= marks[3]


def test_the_same_seed_gives_the_same_cohort():
    one, same, other = (planted.build("ST segment, limb", {"female": 2}, seed) for seed in (1, 1, 2))
    for a, b in zip(one.members, same.members, strict=True):
        assert (a.recording.signal_mv == b.recording.signal_mv).all()
        assert (a.lvm_g, a.recording.patient) == (b.lvm_g, b.recording.patient)
    assert one.members[0].lvm_g != other.members[0].lvm_g


def test_an_unknown_cell_is_refused():
    with pytest.raises(CohortError, match=r"Nothing can be planted in 'U wave'\. Choose one of: PR interval, limb; "):
        planted.build("U wave", {"male": 1}, seed=1)


def test_progress_counts_to_the_end():
    seen = []
    planted.build("nothing", {"male": 2, "female": 1}, 1, lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
