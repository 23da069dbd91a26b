"""The strip on which beats are chosen, and the words about those left out."""

from dataclasses import replace

import pytest

from lvm.analysis import Analysis, analyse
from lvm.cohort.examples import EXAMPLES
from lvm.cohort.simulate import Heart, simulate
from lvm.read import read
from lvm.recording import Recording
from lvm.show import beats
from lvm.show.colours import LIGHT


@pytest.fixture(scope="module")
def premature() -> Analysis:
    return analyse(read(next(e for e in EXAMPLES if e.key == "premature-woman").data()))


def marks(figure):
    return next(t for t in figure.data if t.name == beats.MARKS)


def test_every_beat_has_a_mark_that_knows_its_index(premature):
    figure = beats.strip(premature, 5, LIGHT)
    found = marks(figure)
    assert found.mode == "markers+text"  # lines alone cannot be clicked
    assert list(found.customdata) == list(range(12))
    assert [x - 10 for x in found.x] == pytest.approx([b.r_s * 25 for b in premature.beats])
    assert [c == LIGHT.ours for c in found.marker.color] == [b.usable for b in premature.beats]
    assert found.text[3] == "<b>4</b>"
    assert found.hovertext[3] == "Beat 4, left out: premature"
    assert found.hovertext[5] == "Beat 6, in use"
    assert found.hovertext[6] == "Beat 7: click to use it"
    assert found.unselected.marker.opacity == 1
    assert figure.layout.yaxis.scaleratio == 1
    (shade,) = figure.layout.shapes
    assert shade.x0 < found.x[5] < shade.x1


def test_a_long_recording_is_shown_by_sheets():
    analysis = analyse(Recording(simulate(Heart(), duration_s=24).signal_mv, 500.0, "simulated", None))
    figure = beats.strip(analysis, analysis.chosen, LIGHT, 12.0)
    trace = next(t for t in figure.data if t.name == beats.LEAD)
    assert len(trace.y) == 5000
    there = [analysis.beats[i].r_s for i in marks(figure).customdata]
    assert min(there) >= 12
    assert max(there) < 22
    whole = analyse(Recording(simulate(Heart(), duration_s=10.6).signal_mv, 500.0, "simulated", None))
    assert len(beats.strip(whole, None, LIGHT).data[1].y) == 5300


def test_who_is_left_out_and_why(premature):
    assert beats.left_out(premature) == ("Left out: beats 4, 9 (premature); beat 12 (last: ends after the recording).")
    clean = replace(premature, beats=tuple(replace(b, reason="") for b in premature.beats))
    assert beats.left_out(clean) == "No beat is left out."
    assert "12 beats. Beat 6 is in use. Left out: beats 4, 9 (premature)" in beats.described(premature, 5)


def test_a_beat_that_cannot_be_used_is_refused_with_its_reason(premature):
    assert beats.which(premature, premature.chosen, None) == premature.chosen_reason
    assert beats.which(premature, premature.chosen, 3) == (
        f"**Beat 4 cannot be used (premature).** {premature.chosen_reason}"
    )


def test_the_legend_says_what_is_drawn(premature):
    legend = beats.legend(premature, compared=True)
    assert "Dashed traces: the beats that are left out, " in legend
    assert "Dotted: NeuroKit2." in legend
    assert "at most" not in legend
    many = replace(premature, beats=premature.beats * 10, waves=premature.waves * 10)
    assert "Of either 30 are drawn at most." in beats.legend(many, compared=False)
