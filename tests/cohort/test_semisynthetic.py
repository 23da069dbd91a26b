from dataclasses import replace

import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort import semisynthetic
from lvm.cohort.change import Change, apply
from lvm.cohort.mass import TABLE_1
from lvm.cohort.ptbxl import sources
from lvm.cohort.semisynthetic import METHOD, build, draw_change, secondary_change
from lvm.cohort.simulate import Heart
from lvm.cohort.source import Origin, Source, usable
from lvm.criteria import CRITERIA
from lvm.errors import CohortError
from lvm.estimate import gather_inputs
from lvm.scope import out_of_scope
from tests.helpers import recording

HERE, THERE = Origin("here", "nobody", "MIT"), Origin("there", "nobody else", "CC0")


def person(k, sex):
    """A simulated patient of own voltage, axes and QRS duration; of each three one is from there."""
    rng = np.random.default_rng([5, k])
    heart = Heart(
        qrs_gain=rng.uniform(0.7, 1.2),
        qrs_axis_deg=rng.uniform(-10, 60),
        qrs_duration_ms=rng.uniform(84, 100),
        p_axis_deg=rng.uniform(35, 65),
        t_axis_deg=rng.uniform(25, 55),
        seed=k,
    )
    codes = frozenset({"NORM"} if k % 10 else {"LVH"})
    return Source(f"{sex}-{k // 2}", sex, codes, analyse(recording(heart)), THERE if k % 3 == 0 else HERE)


@pytest.fixture(scope="module")
def people():
    return [person(k, sex) for sex in ("male", "female") for k in range(30)]


@pytest.fixture(scope="module")
def cohort(people):
    return build(people, {"male": 60, "female": 40}, seed=3)


def columns(cohort, sex):
    members = [m for m in cohort.members if m.recording.patient.sex == sex]
    of = {
        name: [getattr(m.recording.patient, name) for m in members] for name in ("age_years", "height_cm", "weight_kg")
    }
    of |= {name: [getattr(m, name) for m in members] for name in ("lvm_g", "expected_g")}
    of["qrs_duration_ms"] = [m.recording.device.qrs_duration_ms for m in members]
    return {name: np.array(values) for name, values in of.items()}


@pytest.mark.parametrize(("sex", "n"), [("male", 60), ("female", 40)])
def test_marginals_of_table_1(cohort, sex, n):
    found = columns(cohort, sex)
    assert len(found["lvm_g"]) == n
    assert (found["lvm_g"].mean(), found["lvm_g"].std()) == pytest.approx(TABLE_1[sex]["lvm_g"], rel=1e-6)
    for name in ("age_years", "height_cm", "weight_kg", "qrs_duration_ms"):
        assert found[name].mean() == pytest.approx(TABLE_1[sex][name][0], rel=0.05), name
        assert found[name].std() == pytest.approx(TABLE_1[sex][name][1], rel=0.2), name


def test_every_criterion_is_there_of_every_member(cohort):
    assert cohort.method == METHOD
    assert set(cohort.criteria) == {c.name for c in CRITERIA}
    assert all(column.shape == (100,) for column in cohort.criteria.values())
    assert set(cohort.how) == {"male", "female"}


def test_members_can_be_estimated_for(cohort):
    for member in cohort.members[::7]:
        assert member.recording.signal_mv.shape == (12, 5000)
        assert member.recording.signal_mv.dtype == np.float32
        analysis = analyse(member.recording)
        assert analysis.quality.grave == ()
        assert out_of_scope(analysis, gather_inputs(analysis)) == ()
        assert usable(analysis)


def test_the_leads_of_a_member_are_one_heart(cohort):
    for member in cohort.members:
        i, ii, iii, avr, avl, avf = member.recording.signal_mv[:6]
        assert np.abs(ii - i - iii).max() < 1e-5
        assert np.abs(avr + (i + ii) / 2).max() < 1e-5
        assert np.abs(avl - (i - iii) / 2).max() < 1e-5
        assert np.abs(avf - (ii + iii) / 2).max() < 1e-5


def test_every_origin_has_an_equal_share(cohort):
    names = [m.origin for m in cohort.members]
    assert names.count("here") == names.count("there") == 50
    assert {o.name for o in cohort.origins} == {"here", "there"}


def test_members_of_one_patient_can_be_kept_together(cohort, people):
    assert {m.patient for m in cohort.members} <= {s.patient for s in people}
    assert all(m.patient.startswith(f"{m.recording.patient.sex}-") for m in cohort.members)
    assert len({m.patient for m in cohort.members}) == 30  # two recordings each


def test_the_truth_is_more_than_the_ecg_and_the_body_tell(cohort):
    for sex in ("male", "female"):
        found = columns(cohort, sex)
        off = np.log(found["lvm_g"] / found["expected_g"])
        assert off.std() == pytest.approx(cohort.how[sex]["SD of the rest, logarithm"], rel=0.01)


def test_pictures_show_a_beat_before_and_after(cohort):
    assert 2 <= len(cohort.pictures) <= 6
    for picture in cohort.pictures:
        assert picture.before_mv.shape == picture.after_mv.shape == (12, 450)
        assert picture.title.startswith(("male, ", "female, "))
    by_title = {p.title.rpartition(", from")[0]: p for p in cohort.pictures}
    highest = by_title["male, hypertrophy"]
    assert np.ptp(highest.after_mv) > 1.15 * np.ptp(highest.before_mv)


def test_the_same_seed_gives_the_same_cohort(people):
    some = people[30:]  # of one sex
    one, same, other = (build(some, {"female": 12}, seed) for seed in (1, 1, 2))
    for a, b in zip(one.members, same.members, strict=True):
        assert (a.recording.signal_mv == b.recording.signal_mv).all()
        assert (a.lvm_g, a.recording.patient, a.recording.device) == (b.lvm_g, b.recording.patient, b.recording.device)
    assert one.members[0].lvm_g != other.members[0].lvm_g


def test_recordings_that_say_no_sex_serve_both(people):
    progress = []
    unsexed = [replace(s, sex=None) for s in people[:24]]
    cohort = build(unsexed, {"male": 12, "female": 12}, 1, lambda done, of: progress.append((done, of)))
    assert [m.recording.patient.sex for m in cohort.members] == ["male"] * 12 + ["female"] * 12
    assert progress == [(k, 24) for k in range(1, 25)]


def test_no_recording_of_that_sex(people):
    with pytest.raises(CohortError, match="0 female patients have usable recordings"):
        build([s for s in people if s.sex == "male"], {"female": 10}, seed=1)


def test_no_normal_recording(people):
    ill = [replace(s, codes=frozenset({"LVH"})) for s in people]
    with pytest.raises(CohortError, match="normal ones among them"):
        build(ill, {"male": 10}, seed=1)


@pytest.mark.parametrize("counts", [{}, {"male": 0}, {"male": 60, "female": 3}])
def test_a_handful_is_no_cohort(people, counts):
    with pytest.raises(CohortError, match="at least 10 members of each sex"):
        build(people, counts, seed=1)


def test_hypertrophy_is_in_a_fifth_and_turns_to_the_left():
    rng = np.random.default_rng(0)
    changes = [draw_change(rng) for _ in range(2000)]
    widened = np.array([c.widen > 1.08 for c in changes])
    gains = np.array([c.frontal_gain for c in changes])
    turns = np.array([c.qrs_turn_deg for c in changes])
    assert 0.03 < np.mean([c.secondary > 0 for c in changes]) < 0.13
    assert gains[widened].mean() > 1.3
    assert np.median(gains) == pytest.approx(1.0, abs=0.05)
    assert turns[widened].mean() < -10
    assert changes[0] == draw_change(np.random.default_rng(0))
    assert isinstance(changes[0], Change)


def test_secondary_change_is_counted_from_flat_to_inverted_t():
    def of(v5, v6):
        analysis = person(1, "male").analysis
        t = analysis.amplitudes.t | {"V5": v5, "V6": v6}
        return secondary_change(replace(analysis, amplitudes=replace(analysis.amplitudes, t=t)))

    assert of(0.3, 0.2) == of(0.1, 0.2) == 0
    assert of(0.3, -0.05) == pytest.approx(0.5)
    assert of(-0.2, -0.1) == of(-0.5, 0.0) == 1


def test_ptbxl_leaves_out_what_the_paper_does(shared):
    found = sources(shared / "ecg-data" / "ptbxl")
    assert len(found) > 250
    assert not any(s.codes & {"CLBBB", "CRBBB", "AFIB", "AFLT", "PACE"} for s in found)
    assert sum(s.coded_lvh for s in found) > 15
    assert all(s.origin.licence == "CC BY 4.0" for s in found)


def test_a_folder_without_ptbxl_is_refused(tmp_path):
    with pytest.raises(CohortError, match=r"has no ptbxl_database.csv"):
        sources(tmp_path)


def unbearing(monkeypatch, sources):
    """From now on each of these recordings is flat once it is changed."""
    theirs = [source.analysis.cleaned_mv for source in sources]

    def flat(signal_mv, waves, change):
        changed = apply(signal_mv, waves, change)
        return 0 * changed if any(signal_mv is one for one in theirs) else changed

    monkeypatch.setattr(semisynthetic, "apply", flat)


def test_a_recording_that_bears_no_change_is_left_out(people, monkeypatch):
    women, progress = people[30:], []
    whole = build(women, {"female": 12}, 1)
    gone = next(s for s in women if s.patient == whole.members[2].patient and s.origin.name == whole.members[2].origin)
    unbearing(monkeypatch, [gone])
    cohort = build(women, {"female": 12}, 1, lambda done, of: progress.append((done, of)))
    assert progress == [(k, 12) for k in range(1, 13)]
    assert len(cohort.members) == 11
    assert cohort.criteria["Cornell product"].shape == (11,)
    kept = [m for k, m in enumerate(whole.members) if k != 2]
    for before, after in zip(kept, cohort.members, strict=True):  # the others are changed as if it were there
        assert (before.recording.signal_mv == after.recording.signal_mv).all()
        assert (before.patient, before.origin) == (after.patient, after.origin)
    np.testing.assert_array_equal(cohort.criteria["Cornell product"], np.delete(whole.criteria["Cornell product"], 2))
    mean_sd = np.mean([m.lvm_g for m in cohort.members]), np.std([m.lvm_g for m in cohort.members])
    assert mean_sd == pytest.approx(TABLE_1["female"]["lvm_g"], rel=1e-6)


def test_too_few_that_bear_a_change_are_no_cohort(people, monkeypatch):
    women = people[30:]
    unbearing(monkeypatch, women[:4])
    with pytest.raises(
        CohortError, match=r"^Of 12 female recordings 8 can still be used once changed\. Take others\.$"
    ):
        build(women, {"female": 12}, 1)
