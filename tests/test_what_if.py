"""What the network would say if: the beat is changed where it is asked and nowhere else, and the grams follow."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lvm import weights
from lvm.analysis import Analysis, analyse
from lvm.beats import BeatWindow
from lvm.cohort.examples import EXAMPLES
from lvm.errors import WeightsError
from lvm.estimate import Estimate, estimate, predict, scalar_row
from lvm.read import read
from lvm.recording import LEADS, Typed
from lvm.reference import bsa_m2
from lvm.waves import Waves
from lvm.what_if import Changes, ask, changed, scaled, span
from tests import bundles
from tests.helpers import bundle as small_bundle
from tests.helpers import recording


def ramp() -> np.ndarray:
    """(12, 450): a straight line of its own slope in every lead, and a tooth of 1 mV at sample 150."""
    mv = np.outer(np.arange(12) / 1000, np.arange(450)).astype(np.float32)
    mv[:, 150] += 1
    return mv


def test_a_wave_is_scaled_by_what_stands_out_from_the_line_between_its_ends():
    mv = ramp()
    made = scaled(mv, (140, 160), 1.5)
    assert made[:, 150] - mv[:, 150] == pytest.approx(np.full(12, 0.5), abs=1e-6)
    rest = np.delete(made - mv, 150, axis=1)
    assert np.abs(rest).max() < 1e-6  # the line itself is no part of the wave
    assert scaled(mv, (140, 160), 0.0)[:, 150] == pytest.approx(mv[:, 150] - 1, abs=1e-6)
    assert scaled(mv, (140, 160), -1.0)[:, 150] == pytest.approx(mv[:, 150] - 2, abs=1e-6)
    assert mv[0, 150] == 1  # what was given stays


def test_no_step_arises_and_nothing_outside_is_touched():
    mv = np.random.default_rng(0).normal(size=(12, 450)).astype(np.float32)
    for gain in (-1.0, 0.0, 2.0):
        made = scaled(mv, (200, 300), gain)
        assert np.array_equal(made[:, :201], mv[:, :201])
        assert np.array_equal(made[:, 300:], mv[:, 300:])
        assert not np.array_equal(made[:, 201:300], mv[:, 201:300])


def test_a_flat_t_leaves_the_qrs_sample_by_sample(lvh):
    _, _, window, spans = lvh
    flat = changed(window.mv, spans, Changes(t_gain=0.0))
    (q_on, q_off), (t_on, t_off) = spans["qrs"], spans["t"]
    assert q_off < t_on
    assert np.array_equal(flat[:, : t_on + 1], window.mv[:, : t_on + 1])
    assert np.array_equal(flat[:, q_on : q_off + 1], window.mv[:, q_on : q_off + 1])
    assert np.abs(np.diff(flat[:, t_on : t_off + 1], n=2)).max() < 1e-5  # a straight line


def test_a_scaled_qrs_keeps_the_laws_of_the_limb_leads(lvh):
    _, _, window, spans = lvh
    added = changed(window.mv, spans, Changes(qrs_gain=1.5)) - window.mv
    of = dict(zip(LEADS, added, strict=True))
    assert of["I"] + of["III"] == pytest.approx(of["II"], abs=2e-3)
    assert of["aVR"] + of["aVL"] + of["aVF"] == pytest.approx(np.zeros(450), abs=2e-3)


def test_a_lead_removed_is_flat_and_the_others_stay(lvh):
    _, _, window, spans = lvh
    made = changed(window.mv, spans, Changes(without_lead="V4"))
    at = LEADS.index("V4")
    assert not made[at].any()
    assert np.array_equal(np.delete(made, at, axis=0), np.delete(window.mv, at, axis=0))


def test_waves_are_counted_in_the_window_and_end_with_it():
    cut = BeatWindow(np.zeros((12, 450), np.float32), 20, 400)
    waves = Waves(qrs_onset=1000 - 160, qrs_offset=1040, t_onset=1100, t_offset=1280)
    assert span(waves, "qrs", 1000, cut) == (20, 190)
    assert span(waves, "t", 1000, cut) == (250, 399)
    assert span(Waves(qrs_onset=990), "qrs", 1000, cut) is None
    assert span(Waves(t_onset=1300, t_offset=1400), "t", 1000, cut) is None  # all of it beyond the window
    mv = np.ones((12, 450), np.float32)
    assert changed(mv, {"qrs": None, "t": None}, Changes(qrs_gain=2.0, t_gain=0.0)) is mv


def test_changes_by_themselves():
    assert Changes().singly() == {}
    both = Changes(sex="female", qrs_gain=1.5)
    assert both.singly() == {"sex": Changes(sex="female"), "qrs_gain": Changes(qrs_gain=1.5)}


@pytest.fixture(scope="module")
def lvh() -> tuple[Analysis, Estimate, BeatWindow, dict[str, tuple[int, int] | None]]:
    """The simulated man with LV hypertrophy voltage and his estimate by the shipped weights."""
    analysis = analyse(read(next(e for e in EXAMPLES if e.key == "lvh-man").data()))
    chosen = analysis.chosen
    window, waves, r = analysis.window(chosen), analysis.waves[chosen], analysis.beats[chosen].r
    return analysis, estimate(analysis), window, {wave: span(waves, wave, r, window) for wave in ("qrs", "t")}


def test_no_change_is_the_estimate_itself(lvh):
    _, found, window, spans = lvh
    same = ask(found, Changes(), window, spans)
    assert same.lvm_g == found.lvm_g
    assert same.effect_g == 0
    assert same.alone_g == {}
    assert (same.lvmi_g_m2, same.limit, same.above_limit) == (found.lvmi_g_m2, found.limit, found.above_limit)


@pytest.mark.parametrize(
    ("changes", "effect_g"),
    [
        (Changes(qrs_gain=1.5), 26.62),
        (Changes(qrs_gain=0.5), -28.80),
        (Changes(t_gain=0.0), 0.29),
        (Changes(without_lead="V4"), -14.19),
        (Changes(sex="female"), -45.61),
        (Changes(weight_kg=120.0), 37.59),
        (Changes(qrs_duration_ms=118.0), 13.23),
    ],
)
def test_effects_on_the_shipped_weights(lvh, changes, effect_g):
    _, found, window, spans = lvh
    answer = ask(found, changes, window, spans)
    assert answer.effect_g == pytest.approx(effect_g, abs=0.02)
    assert list(answer.alone_g.values()) == [pytest.approx(effect_g, abs=0.02)]
    assert answer.lvm_g == pytest.approx(found.lvm_g + effect_g, abs=0.02)


def test_what_is_typed_and_what_is_asked_give_the_same_grams(lvh):
    analysis, found, window, spans = lvh
    for changes, typed in (
        (Changes(weight_kg=120.0, t_axis_deg=20.0), Typed(weight_kg=120.0, t_axis_deg=20.0)),
        (Changes(sex="female"), Typed(sex="female")),
    ):
        answer, other = ask(found, changes, window, spans), estimate(analysis, typed)
        assert answer.lvm_g == pytest.approx(other.lvm_g, abs=1e-3)
        assert answer.lvmi_g_m2 == pytest.approx(other.lvmi_g_m2, abs=1e-4)
        assert answer.limit == other.limit


def test_each_alone_and_all_together_on_a_small_network(tmp_path):
    analysis = analyse(recording())
    bundle = small_bundle(tmp_path)
    chosen = analysis.chosen
    window, r = analysis.window(chosen), analysis.beats[chosen].r
    spans = {wave: span(analysis.waves[chosen], wave, r, window) for wave in ("qrs", "t")}
    found = estimate(analysis, bundle=bundle)
    with bundles.used(tmp_path):
        answer = ask(found, Changes(age_years=80.0, qrs_gain=2.0, without_lead="II"), window, spans)
    row = scalar_row(bundle.card.config, found.inputs)
    older = [80.0, *row[1:]]

    def grams(changes: Changes, scalars: list[float]) -> float:
        return float(predict(bundle, [changed(window.mv, spans, changes)], scalars).mean())

    before = grams(Changes(), row)
    assert answer.alone_g == {
        "age_years": pytest.approx(grams(Changes(), older) - before, abs=1e-3),
        "qrs_gain": pytest.approx(grams(Changes(qrs_gain=2.0), row) - before, abs=1e-3),
        "without_lead": pytest.approx(grams(Changes(without_lead="II"), row) - before, abs=1e-3),
    }
    together = grams(Changes(qrs_gain=2.0, without_lead="II"), older) - before
    assert answer.effect_g == pytest.approx(together, abs=1e-3)
    assert answer.lvmi_g_m2 == pytest.approx(answer.lvm_g / bsa_m2(170, 70))
    with bundles.used(tmp_path), pytest.raises(WeightsError, match="sex female"):
        ask(found, Changes(sex="female"), window, spans)


def test_a_network_of_the_ecg_alone_and_one_told_the_sex(tmp_path):
    for sexes, inputs in (("all", "ecg"), ("all", "model 1")):
        of = bundles.config(sexes, inputs)
        bundles.install(tmp_path, f"{sexes}-{inputs}", of, bundles.fields(of))
    analysis = analyse(recording())
    window = analysis.window(analysis.chosen)
    nothing = {"qrs": None, "t": None}
    with bundles.used(tmp_path):
        alone = estimate(analysis, bundle=weights.load("all-ecg"))
        assert ask(alone, Changes(sex="female", age_years=90.0), window, nothing).effect_g == pytest.approx(0, abs=1e-4)
        told = estimate(analysis, bundle=weights.load("all-model 1"))
        woman = estimate(analysis, Typed(sex="female"), bundle=weights.load("all-model 1"))
        answer = ask(told, Changes(sex="female"), window, nothing)
        assert answer.lvm_g == pytest.approx(woman.lvm_g, abs=1e-3)
        assert answer.limit.limit_g_m2 == 65


def test_an_index_needs_a_height_that_is_known_or_asked_about():
    analysis = analyse(read(next(e for e in EXAMPLES if e.key == "premature-woman").data()))
    found, window = estimate(analysis), analysis.window(analysis.chosen)
    nothing = {"qrs": None, "t": None}
    same = ask(found, Changes(), window, nothing)
    assert (same.lvmi_g_m2, same.above_limit) == (None, None)
    asked = ask(found, Changes(height_cm=165.0), window, nothing)
    assert asked.lvmi_g_m2 == pytest.approx(asked.lvm_g / bsa_m2(165, 71))
    with pytest.raises(ValueError, match="nothing was estimated"):
        ask(replace(found, lvm_g=None), Changes(), window, nothing)


def test_nothing_is_changed_in_the_networks(lvh):
    _, found, window, spans = lvh
    bundle = weights.load(found.card.name)
    before = [{n: t.clone() for n, t in fold.state_dict().items()} for fold in bundle.folds]
    ask(found, Changes(qrs_gain=1.5, weight_kg=100.0), window, spans)
    for fold, tensors in zip(bundle.folds, before, strict=True):
        assert all(torch.equal(fold.state_dict()[n], t) for n, t in tensors.items())
