"""The beat as it is and as it is asked about, side by side in three leads."""

import numpy as np

from lvm.recording import LEADS
from lvm.show.asked_beat import asked_beat, described, leads_of
from lvm.show.colours import LIGHT
from lvm.what_if import Changes


def beats() -> tuple[np.ndarray, np.ndarray]:
    before = np.outer(np.arange(1, 13), np.hanning(450)).astype(np.float32) / 10
    return before, 2 * before


def test_the_lead_that_is_removed_is_among_them():
    assert leads_of(Changes()) == leads_of(Changes(without_lead="V2")) == ("II", "V2", "V5")
    assert leads_of(Changes(without_lead="aVL")) == ("aVL", "V2", "V5")


def test_both_are_drawn_to_one_scale_and_nothing_is_cut():
    before, after = beats()
    figure = asked_beat(before, after, Changes(qrs_gain=2.0), LIGHT)
    assert [note.text for note in figure.layout.annotations] == ["II", "V2", "V5"]
    assert len(figure.data) == 6
    assert [trace.line.color for trace in figure.data] == [LIGHT.muted] * 3 + [LIGHT.ours] * 3
    assert max(figure.data[5].y) == np.float32(after[LEADS.index("V5"), ::2].max().round(3))
    low, high = figure.layout.yaxis.range
    assert low < after[[1, 7, 10]].min()
    assert high > after[[1, 7, 10]].max()
    starts = [trace.x[0] for trace in figure.data[:3]]
    assert np.diff(starts).tolist() == [1000, 1000]  # no two leads overlap


def test_it_is_described_by_its_ends():
    before, after = beats()
    assert described(before, after, Changes(qrs_gain=2.0)) == (
        "The beat as it is and as it is asked about. II: 0.00 to 0.20 mV, if so 0.00 to 0.40 mV, V2: 0.00 to 0.80 mV, "
        "if so 0.00 to 1.60 mV, V5: 0.00 to 1.10 mV, if so 0.00 to 2.20 mV."
    )
