"""The picture of the estimate: on the cohort's masses, with its limit, folds and beats; nothing is cut."""

from dataclasses import replace

import pytest

from lvm.analysis import Analysis, analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import Estimate, Input, estimate
from lvm.read import read
from lvm.show import alts, networks
from lvm.show.colours import LIGHT
from lvm.show.distribution import Spread, normal
from lvm.show.mass import Beats, Large, beats_of, large, mass

BOTH = Spread({"male": normal(123, 30), "female": normal(85, 21)}, "normal")


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read(EXAMPLES[0].data()))


@pytest.fixture(scope="module")
def made(analysis) -> Estimate:
    """180 g, of which the limit is 152 g."""
    found = estimate(analysis)
    return replace(
        found, lvm_g=180.0, interval_g=(150.0, 210.0), bsa_m2=1.9, lvmi_g_m2=180 / 1.9, above_limit=True,
        per_beat_g=(179.0, 180.0, 182.0), per_fold_g=(170.0, 175.0, 180.0, 185.0, 190.0),
    )  # fmt: skip


BEATS = Beats((179.0, 180.0, 182.0), (1, 2, 4), 2)


def named(figure, name: str):
    return next(trace for trace in figure.data if trace.name == name)


def test_this_sex_is_filled_and_the_other_dotted(made):
    figure = mass(made, BEATS, BOTH, LIGHT)
    men, women = named(figure, "Men of the cohort"), named(figure, "Women of the cohort")
    assert (men.fill, men.line.dash) == ("tozeroy", "solid")
    assert (women.fill, women.line.dash) == (None, "dot")
    woman = replace(made, inputs=made.inputs | {"sex": replace(made.inputs["sex"], value="female")})
    assert named(mass(woman, BEATS, BOTH, LIGHT), "Women of the cohort").fill == "tozeroy"


def test_estimate_interval_and_limit_are_on_it(made):
    figure = mass(made, BEATS, BOTH, LIGHT)
    assert [(s.type, s.x0, s.x1) for s in figure.layout.shapes] == [
        ("rect", 150, 210),
        ("line", 180, 180),
        ("line", 152, 152),
    ]
    texts = [note.text for note in figure.layout.annotations]
    assert texts == ["<b>this ECG</b> 180 g (150–210 g)", "limit for this body size 152 g"]
    one, other = figure.layout.annotations
    assert other.yshift - one.yshift >= 20  # each in a row of its own
    assert len(mass(replace(made, bsa_m2=None), BEATS, BOTH, LIGHT).layout.annotations) == 1


def test_folds_and_beats_are_below_with_the_beat_in_use(made):
    figure = mass(made, BEATS, BOTH, LIGHT)
    assert list(figure.layout.yaxis2.categoryarray) == ["3 beats", "5 networks"]
    rows = [trace for trace in figure.data if trace.yaxis == "y2"]
    assert [list(trace.x) for trace in rows] == [list(made.per_fold_g), list(BEATS.grams), [180.0]]
    assert list(rows[1].text) == ["beat 1", "beat 2", "beat 4"]
    assert rows[2].name == "Beat 2, in use"
    assert len(mass(made, replace(BEATS, chosen=None), BOTH, LIGHT).data) == 4


@pytest.mark.parametrize(("low", "grams", "high"), [(30.0, 40.0, 55.0), (250.0, 320.0, 430.0)])
def test_what_lies_far_out_is_shown_and_its_label_points_inwards(made, low, grams, high):
    far = replace(made, lvm_g=grams, interval_g=(low, high))
    figure = mass(far, BEATS, BOTH, LIGHT)
    left, right = figure.layout.xaxis.range
    assert left < low
    assert right > high
    assert figure.layout.annotations[0].xanchor == ("left" if grams < 100 else "right")


def test_without_a_distribution_and_without_an_estimate(made):
    figure = mass(made, BEATS, Spread({}, "normal"), LIGHT)
    assert len(figure.data) == 3
    with pytest.raises(ValueError, match="nothing was estimated"):
        mass(replace(made, lvm_g=None), BEATS, BOTH, LIGHT)


def test_large_numbers_stand_with_interval_and_limit(made):
    grams, index = large(made)
    assert grams == Large("LV mass", "180 g", "150–210 g", "90 % interval")
    assert index == Large("LV mass index", "95 g/m²", "above", "the CT limit, 80 g/m²")
    assert large(replace(made, above_limit=False))[1].below == "not above"
    unknown = large(replace(made, lvmi_g_m2=None, above_limit=None))[1]
    assert (unknown.value, unknown.below) == ("–", "needs height and weight")
    for name, below in (("height_cm", "needs the height"), ("weight_kg", "needs the weight")):
        inputs = made.inputs | {name: Input(None, None)}
        one = large(replace(made, inputs=inputs, lvmi_g_m2=None, above_limit=None))[1]
        assert (one.value, one.below) == ("–", below)
    assert large(replace(made, limit=None))[1].below == "no limit"


def test_it_is_described_from_this_patient(made):
    said = alts.mass(made, BEATS, BOTH)
    assert said.startswith(
        "LV mass 180 g, 90 % interval 150–210 g; limit for this body size 152 g. Networks 170–190 g, beats 179–182 g. "
        "3 % of the masses of this sex in the cohort are above it. Curves: normal curves"
    )
    assert alts.mass(made, BEATS, Spread({}, "normal")).endswith("beats 179–182 g.")
    assert alts.mass(replace(made, lvm_g=None), BEATS, BOTH) == "No estimate."


def test_every_beat_and_every_fold_in_tables(analysis, made):
    table = networks.beats(BEATS)
    assert table.to_numpy().tolist() == [["1", "179.0 g"], ["**2, in use**", "180.0 g"], ["4", "182.0 g"]]
    assert networks.folds(made).iloc[-1].tolist() == ["**Mean: the estimate**", "**180.0 g**"]
    found = beats_of(analysis, estimate(analysis), analysis.chosen)
    assert found.chosen == analysis.chosen + 1
    assert len(found.grams) == len(found.names) == sum(beat.usable for beat in analysis.beats)
