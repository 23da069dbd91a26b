"""The front door: what is explained, that nothing else is changed by it, and with which other beats and boundaries."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lvm import explain as front
from lvm.analysis import analyse
from lvm.cohort.simulate import Heart
from lvm.errors import SignalError
from lvm.estimate import estimate
from lvm.explain import (
    DEFAULT,
    METHODS,
    OTHER_BEATS,
    TARGET,
    explain,
    moved_boundaries,
    other_beats,
    subject_of,
    summed,
)
from lvm.recording import Patient
from lvm.waves import BOUNDARIES, Waves, segments
from lvm.weights import AVERAGE_PATIENT, FLAT_LINE, Baseline
from tests.helpers import bundle, recording


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A heart that fills the window of its beats to the end, and a small bundle with an average patient."""
    small = bundle(tmp_path_factory.mktemp("weights"), folds=2)
    mv = np.random.default_rng(0).normal(scale=0.2, size=(12, 450)).astype(np.float32)
    small = replace(small, baseline=Baseline(AVERAGE_PATIENT, mv, (55.0, 171.0, 80.0, 40.0, 20.0, 60.0, 90.0)))
    analysis = analyse(recording(Heart(noise_uv=0.0)))
    return analysis, estimate(analysis, bundle=small), small


@pytest.fixture(scope="module")
def subject(case):
    return subject_of(*case)


def everything(subject):
    """All that a method could change."""
    arrays = [subject.beat_mv, subject.baseline.beat_mv, subject.own, *subject.segments.values()]
    modules = [module for fold in subject.folds for module in fold.modules()]
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return (
        [of.tobytes() for of in arrays],
        (subject.scalars, subject.baseline.scalars),
        [p.numpy().tobytes() for fold in subject.folds for p in (*fold.parameters(), *fold.buffers())],
        [(p.requires_grad, p.grad) for fold in subject.folds for p in fold.parameters()],
        [len(getattr(module, name)) for module in modules for name in hooks],
        [module.training for module in modules],
        torch.random.get_rng_state().numpy().tobytes(),
        np.random.get_state()[1].tobytes(),
        (torch.is_grad_enabled(), torch.get_num_threads()),
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_method_changes_nothing_and_repeats(subject, method):
    before = everything(subject)
    first = explain(subject, method)
    assert everything(subject) == before
    torch.manual_seed(99)
    second = explain(subject, method)
    assert (first.map == second.map).all()
    assert first.table == second.table
    assert first.scalars == second.scalars
    assert first.map.shape == subject.beat_mv.shape
    assert first.map.dtype == np.float32
    assert not any(requires_grad for requires_grad, _ in everything(subject)[3])


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_hung_on_networks_that_others_use_too(subject, method, monkeypatch):
    shared = {id(module) for fold in subject.folds for module in fold.modules()}
    hung = []
    register = torch.nn.Module.register_forward_hook
    monkeypatch.setattr(
        torch.nn.Module, "register_forward_hook", lambda self, *a, **k: hung.append(id(self)) or register(self, *a, **k)
    )
    METHODS[method].attribute(subject)
    assert not shared & set(hung)
    assert bool(hung) == (method == "grad-cam")


def test_what_the_methods_are_given_are_copies(subject):
    mv, base_mv = subject.tensors[0].detach(), subject.baseline_tensors[0]
    assert mv.shape == base_mv.shape == (1, 12, 450)
    before = everything(subject)
    mv += 1
    base_mv += 1
    assert everything(subject) == before


@pytest.mark.parametrize("method", METHODS)
def test_an_explanation_says_what_it_is_of(case, subject, method):
    _, e, small = case
    x = explain(subject, method)
    assert x.method is METHODS[method]
    assert x.target == TARGET
    assert x.lvm_g == pytest.approx(e.lvm_g, abs=1e-3)
    assert len(x.table) == 10
    assert x.warnings == ()
    if method == "grad-cam":
        assert x.baseline_name is x.baseline_lvm_g is x.gap_g is None
        assert x.scalars == ()
        assert {c.grams for c in x.table} == {None}
        assert x.map.min() == 0
        return
    flat = method in ("gradient", "smoothgrad", "gradient-x-input")
    assert x.baseline_name == (FLAT_LINE if flat else AVERAGE_PATIENT)
    where = (np.zeros((12, 450), np.float32), small.card.config.scalar_mean) if flat else None
    beat_mv, scalars = where or (small.baseline.beat_mv, small.baseline.scalars)
    assert x.baseline_lvm_g == pytest.approx(subject.grams(beat_mv[None], scalars).mean())
    assert tuple(name for name, _ in x.scalars) == small.card.config.scalars
    parts = sum(c.grams for c in x.table) + sum(grams for _, grams in x.scalars)
    assert x.baseline_lvm_g + parts + x.gap_g == pytest.approx(x.lvm_g, abs=1e-6)
    assert METHODS[method].signed


def test_the_default_and_its_cut_off(subject):
    x = explain(subject)
    assert x.method.key == DEFAULT == "smoothgrad"
    assert x.table == explain(subject, DEFAULT, METHODS[DEFAULT].cut_off).table
    assert abs(explain(subject, "shapley").gap_g) < 1e-3


def test_a_cut_off_can_be_moved_without_explaining_again(subject):
    found = METHODS["gradient"].attribute(subject)
    for threshold in (0.0, 0.5):
        again, at_once = explain(subject, "gradient", threshold), summed(subject, METHODS["gradient"], found, threshold)
        assert again.table == at_once.table
    assert (
        summed(subject, METHODS["gradient"], found, 0.5).table != summed(subject, METHODS["gradient"], found, 0.0).table
    )


def test_an_unknown_method_is_refused(subject):
    with pytest.raises(ValueError, match=r"unknown method 'magic'; there is gradient, .*, shapley"):
        explain(subject, "magic")


def test_methods_are_rows():
    assert list(METHODS) == [
        "gradient", "smoothgrad", "gradient-x-input", "integrated-gradients", "grad-cam", "occlusion", "shapley",
    ]  # fmt: skip
    assert [key for key, method in METHODS.items() if method.by_cells] == ["occlusion", "shapley"]
    assert [key for key, method in METHODS.items() if not method.signed] == ["grad-cam"]
    units = {key: method.unit for key, method in METHODS.items() if method.unit != "g"}
    assert units == {"gradient": "g per mV", "smoothgrad": "g per mV", "grad-cam": ""}
    assert set(front.__all__) <= set(dir(front))


def test_the_subject_is_what_the_estimate_was_made_of(case, subject):
    analysis, e, small = case
    assert (subject.beat_mv == analysis.window(analysis.chosen).mv).all()
    assert subject.grams(subject.beat_mv[None], subject.scalars)[:, 0] == pytest.approx(e.per_fold_g, abs=1e-4)
    assert subject.baseline is small.baseline
    expected = segments(
        analysis.waves[analysis.chosen], analysis.beats[analysis.chosen].r, analysis.window(analysis.chosen)
    )
    assert all((subject.segments[name] == mask).all() for name, mask in expected.items())
    other = subject_of(*case, beat=2, lead_groups=4)
    assert (other.beat_mv == analysis.window(2).mv).all()
    assert len(other.cells) == 20
    waves = analysis.waves[analysis.chosen]
    longer = subject_of(*case, waves=waves.edited("qrs_offset", waves.qrs_offset + 7))
    assert longer.segments["QRS interval"].sum() == subject.segments["QRS interval"].sum() + 7
    assert longer.segments["ST segment"].sum() == subject.segments["ST segment"].sum() - 7


@pytest.mark.parametrize(
    ("missing", "said", "empty"),
    [("p", "PR interval", {"PR interval"}), ("t", "ST segment, T wave", {"ST segment", "T wave"})],
)
def test_a_beat_without_a_wave_is_said(case, missing, said, empty):
    analysis, e, small = case
    waves = replace(analysis.waves[analysis.chosen], **{f"{missing}_onset": None, f"{missing}_offset": None})
    for method in ("gradient", "shapley"):
        x = explain(subject_of(analysis, e, small, waves=waves), method)
        assert x.warnings == (f"Empty in this beat, for want of a wave or of room between boundaries: {said}.",)
        assert {c.segment for c in x.table if c.density is None} == empty
        assert {c.share for c in x.table if c.segment in empty} == {0.0}
        assert {c.grams for c in x.table if c.segment in empty} == {0.0}


def test_nothing_to_explain(case):
    analysis, e, small = case
    withheld = estimate(analyse(recording(patient=Patient())), bundle=small)
    with pytest.raises(SignalError, match=r"^There is no estimate to explain. The sex is not in the file"):
        subject_of(analysis, withheld, small)
    with pytest.raises(SignalError, match=r"^There is no estimate to explain\.$"):
        subject_of(replace(analysis, chosen=None), e, small)


def which(subjects, analysis):
    """The beats that these are."""
    windows = [analysis.window(i).mv.tobytes() for i in range(len(analysis.beats))]
    return [windows.index(subject.beat_mv.tobytes()) for subject in subjects]


def only_usable(analysis, *indices):
    beats = tuple(replace(b, reason="" if i in indices else "noise") for i, b in enumerate(analysis.beats))
    return replace(analysis, beats=beats)


def test_other_beats_come_from_all_over_the_recording(case):
    analysis, e, small = case
    usable = [i for i, b in enumerate(analysis.beats) if b.usable]
    assert len(usable) > OTHER_BEATS + 1
    found = which(other_beats(analysis, e, small, None, 4), analysis)
    assert len(found) == OTHER_BEATS == 4
    assert analysis.chosen not in found
    assert found[0] == usable[0]
    assert found[-1] == usable[-1]
    assert found == sorted(set(found) & set(usable))
    assert usable[0] not in which(other_beats(analysis, e, small, usable[0]), analysis)
    assert {len(one.cells) for one in other_beats(analysis, e, small, None, 4)} == {20}


def test_other_beats_of_few(case):
    analysis, e, small = case
    own = analysis.chosen
    assert other_beats(only_usable(analysis, own), e, small, None) == []
    assert which(other_beats(only_usable(analysis, own, 2), e, small, None), analysis) == [2]
    assert which(other_beats(only_usable(analysis, own, 2, 3), e, small, 3), analysis) == sorted([2, own])


CERTAIN = 5.0
MARKS = (900, 950, 980, 1025, 1080, 1180)


def marked(faint=(), **margins_ms):
    return Waves.of(MARKS, [margins_ms.get(name, CERTAIN) for name in BOUNDARIES], faint)


def test_boundaries_that_are_certain_do_not_move():
    assert marked().uncertain == ()
    assert moved_boundaries(marked()) == []
    assert moved_boundaries(Waves()) == []


def test_one_uncertain_boundary_moves_both_ways():
    assert [of.marks() for of in moved_boundaries(marked(t_offset=20.0))] == [
        (900, 950, 980, 1025, 1080, 1170),
        (900, 950, 980, 1025, 1080, 1190),
    ]


@pytest.mark.parametrize("names", [("t_onset", "t_offset"), ("p_onset", "t_onset", "t_offset")])
def test_up_to_three_move_together(names):
    waves = marked(**dict.fromkeys(names, 30.0))
    found = moved_boundaries(waves)
    assert len(found) == len({of.marks() for of in found}) == 2 ** len(names)
    for of in found:
        for name, was, now in zip(BOUNDARIES, MARKS, of.marks(), strict=True):
            assert abs(now - was) == (15 if name in names else 0)


def test_more_than_three_move_one_at_a_time():
    found = moved_boundaries(marked(faint=("p", "t")))
    assert marked(faint=("p", "t")).uncertain == ("p_onset", "p_offset", "t_onset", "t_offset")
    assert len(found) == 8
    moves = [[now - was for was, now in zip(MARKS, of.marks(), strict=True)] for of in found]
    assert moves == [[sign * 2 * (k == i) for k in range(6)] for i in (0, 1, 4, 5) for sign in (-1, 1)]  # 5 ms are 2.5


def test_boundaries_keep_their_order_and_absent_ones_stay_absent():
    wide = marked(p_offset=80.0, qrs_onset=80.0, t_onset=120.0)
    found = moved_boundaries(wide)
    assert len(found) == 8
    for of in found:
        assert list(of.marks()) == sorted(of.marks())
    assert found[-1].marks() == (900, 990, 1020, 1025, 1140, 1180)
    assert found[0].marks() == (900, 910, 940, 1025, 1025, 1180)
    no_p = Waves.of((None, None, *MARKS[2:]), (None, None, 30.0, 5.0, 5.0, 5.0))
    assert [of.marks() for of in moved_boundaries(no_p)] == [
        (None, None, 965, *MARKS[3:]),
        (None, None, 995, *MARKS[3:]),
    ]
