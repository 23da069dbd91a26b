"""The waterfall: every gram between the average patient and this one, once."""

import numpy as np
import pytest

from lvm.beats import WINDOW
from lvm.explain import METHODS, TARGET, Cell, Explanation
from lvm.show.colours import DARK, LIGHT
from lvm.show.waterfall import Step, described, steps, waterfall
from lvm.waves import SEGMENTS
from lvm.weights import AVERAGE_PATIENT

SCALARS = (("age_years", -5.25), ("weight_kg", 12.5), ("p_axis_deg", 0.125))
GRAMS = {("QRS interval", "precordial"): 20.0, ("QRS interval", "limb"): -3.5, ("T wave", "limb"): 0.5,
         ("PR interval", "limb"): -0.25}  # fmt: skip
LVM_G = 121.0 - 5.25 + 12.5 + 0.125 + 20 - 3.5 + 0.5 - 0.25


def explanation(scalars=SCALARS, grams=GRAMS, lvm_g=LVM_G, baseline=AVERAGE_PATIENT) -> Explanation:
    names = [(segment, group) for segment in SEGMENTS for group in ("limb", "precordial")]
    table = tuple(Cell(*name, 0.1, 1.0, grams.get(name, 0.0)) for name in names)
    map_ = np.zeros((12, WINDOW), dtype=np.float32)
    return Explanation(METHODS["shapley"], TARGET, lvm_g, baseline, 121.0, map_, table, scalars)


def test_steps_are_inputs_then_segments_the_largest_first_and_small_ones_together():
    assert steps(explanation()) == (
        Step("Weight", 12.5),
        Step("Age", -5.25),
        Step("QRS, precordial", 20.0),
        Step("QRS, limb", -3.5),
        Step("9 others", 0.375),  # P axis, T and PR in the limb leads, and six cells of nothing
    )


def test_what_is_folded_stays_under_a_gram_in_size():
    found = steps(explanation(SCALARS[:2], GRAMS | {("TP interval", "limb"): 0.6}, LVM_G - 0.125 + 0.6))
    assert [step.name for step in found[-2:]] == ["TP, limb", "7 others"]
    assert found[-1].grams == 0.25  # 0.5 and -0.25: sizes of 0.75; with the next they would be 1.35


def test_a_single_small_one_keeps_its_name():
    every = {(segment, group): 2.0 for segment in SEGMENTS for group in ("limb", "precordial")}
    found = steps(explanation((("age_years", -0.3),), every, 121 - 0.3 + 20))
    assert found[0] == Step("Age", -0.3)
    assert len(found) == 11


def test_the_bars_add_up_exactly_from_the_average_patient_to_this_one():
    figure = waterfall(explanation(), LIGHT)
    (bars,) = figure.data
    low = figure.layout.xaxis.range[0]
    ends = [base + length for base, length in zip(bars.base, bars.x, strict=True)]
    assert bars.base[0] == bars.base[-1] == low
    assert ends[0] == 121
    assert list(bars.base[1:-1]) == ends[:-2]  # each begins where the one before ended
    assert ends[-2] == ends[-1] == LVM_G
    assert sum(step.grams for step in steps(explanation())) == LVM_G - 121
    assert [s.x0 for s in figure.layout.shapes] == ends[:-1]


def test_every_bar_has_its_grams_with_sign_and_colour():
    (bars,) = waterfall(explanation(), DARK).data
    raises, lowers = DARK.signed[-1][1], DARK.signed[0][1]
    assert list(bars.text) == ["121.0 g", "+12.5 g", "−5.2 g", "+20.0 g", "−3.5 g", "+0.4 g", "145.1 g"]
    assert list(bars.marker.color) == [DARK.ours, raises, lowers, raises, lowers, raises, DARK.ours]


def test_rows_run_downwards_and_the_axis_says_where_it_starts():
    layout = waterfall(explanation(), LIGHT).layout
    names = layout.yaxis.ticktext
    assert (names[0], names[-1]) == ("Average patient", "This patient")
    assert layout.yaxis.range[0] > layout.yaxis.range[1]
    low, high = layout.xaxis.range
    assert 0 < low < 121 - 5
    assert high > 145.125 + 5
    assert layout.xaxis.title.text == f"Estimated LV mass, g<br>The axis starts at {low:.0f} g, not at 0"


def test_names_of_inputs_may_tell_their_values_and_a_flat_line_is_no_patient():
    figure = waterfall(explanation(baseline="flat line"), LIGHT, {"weight_kg": "Weight, 90 kg"}.get)
    assert figure.layout.yaxis.ticktext[:2] == ("Flat line", "Weight, 90 kg")


def test_grams_that_do_not_add_up_make_no_waterfall():
    with pytest.raises(ValueError, match="do not add up"):
        waterfall(explanation(lvm_g=LVM_G + 0.1), LIGHT)


def test_the_description_names_the_largest_either_way():
    assert described(explanation()) == (
        "From the average patient, 121 g, to this patient, 145 g. Largest raising contribution: QRS interval of the "
        "precordial leads, +20.0 g; largest lowering: Age, −5.2 g."
    )
    only_up = explanation((("age_years", 2.0),), {}, 123.0)
    assert described(only_up).endswith("Largest raising contribution: Age, +2.0 g; largest lowering: none.")
