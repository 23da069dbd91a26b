"""A map as a table, by hand; and that every method's shares are parts of one whole."""

from dataclasses import replace

import numpy as np
import pytest

from lvm import weights
from lvm.analysis import analyse
from lvm.cohort.simulate import Heart
from lvm.estimate import estimate
from lvm.explain import METHODS, subject_of
from lvm.explain.methods import CUT_OFF
from lvm.explain.segments import Cell, cut_off, shares, table
from lvm.recording import LEAD_GROUPS
from lvm.waves import SEGMENTS
from tests.explain.nets import EDGES, attribution, beat, subject
from tests.helpers import recording

NO_NETWORK = subject(mv=beat())
QRS, LIMB_QRS, LIMB_T = "QRS interval", ("QRS interval", "limb"), ("T wave", "limb")


def cells_of(found, threshold, of=NO_NETWORK):
    return {(c.segment, c.group): c for c in table(found, of, threshold)}


def test_table_by_hand():
    map_ = beat(I_140=-3.0, V1_140=1.0, V6_250=4.0)
    found = cells_of(attribution(map_, map_, grams=np.stack([map_ * 2, map_ * 4])), 0.0)
    assert tuple(found) == tuple((segment, group) for segment in SEGMENTS for group in ("limb", "precordial"))
    assert found[LIMB_QRS].share == pytest.approx(3 / 8)
    assert found[QRS, "precordial"].share == pytest.approx(1 / 8)
    assert found["T wave", "precordial"].share == pytest.approx(4 / 8)
    assert found[LIMB_QRS].grams == -9  # with their signs, the mean of the folds
    assert found["T wave", "precordial"].grams == 12
    assert found["PR interval", "limb"] == Cell("PR interval", "limb", 0.0, 0.0, 0.0)
    # the QRS of one group is 45 of 450 samples in half of the leads: a twentieth of all
    assert found[LIMB_QRS].density == pytest.approx(7.5)
    assert sum(c.share for c in found.values()) == pytest.approx(1)


def test_shares_are_of_the_mean_map_of_the_folds():
    found = cells_of(attribution(beat(I_140=3.0, V6_250=1.0), beat(I_140=-1.0, V6_250=1.0)), 0.0)
    assert found[LIMB_QRS].share == found["T wave", "precordial"].share == 0.5
    assert found[LIMB_QRS].grams is None


@pytest.mark.parametrize(
    ("threshold", "left"), [(0.0, (3, 1, 4)), (0.25, (3, 1, 4)), (0.26, (3, 0, 4)), (0.75, (3, 0, 4)), (0.8, (0, 0, 4))]
)
def test_below_the_cut_off_is_nothing(threshold, left):
    found = attribution(beat(I_140=-3.0, V1_140=1.0, V6_250=4.0))
    by_cell = shares(found, NO_NETWORK, threshold)
    limb, chest, t = (value / sum(left) for value in left)
    assert by_cell.pop(LIMB_QRS) == pytest.approx(limb)
    assert by_cell.pop((QRS, "precordial")) == pytest.approx(chest)
    assert by_cell.pop(("T wave", "precordial")) == pytest.approx(t)
    assert set(by_cell.values()) == {0.0}
    assert cut_off(found.mean_map, threshold).sum() == (sum(value > 0 for value in left) if threshold else 12 * 450)


def test_the_cut_off_is_a_part_of_the_largest_whatever_its_sign():
    assert cut_off(np.array([[0.5, -2.0, 1.0]], dtype=np.float32), 0.5).tolist() == [[False, True, True]]
    assert 0 < CUT_OFF < 1


def test_an_even_map_has_density_1():
    found = table(attribution(np.full((12, 450), -2.0)), NO_NETWORK, CUT_OFF)
    assert [c.density for c in found] == pytest.approx([1.0] * 10)
    assert [c.share for c in found if c.group == "limb"] == pytest.approx(
        [80 / 900, 45 / 900, 55 / 900, 100 / 900, 170 / 900]
    )


def test_a_cell_counts_once_however_long_it_is():
    """T is more than twice as long as QRS, and TP longer still."""
    by_cell = np.zeros((2, 10))
    by_cell[:, list(NO_NETWORK.cells).index(LIMB_QRS)] = 3.0, 5.0
    by_cell[:, list(NO_NETWORK.cells).index(LIMB_T)] = -1.0, -3.0
    by_cell[:, list(NO_NETWORK.cells).index(("TP interval", "precordial"))] = 2.0, 2.0
    painted = NO_NETWORK.painted(by_cell).astype(np.float32)
    of = attribution(*painted, grams=NO_NETWORK.spread(by_cell), by_cell=by_cell)
    found = cells_of(of, CUT_OFF)
    assert found[LIMB_QRS].share == pytest.approx(0.5)
    assert found[LIMB_T].share == pytest.approx(0.25)
    assert found["TP interval", "precordial"].share == pytest.approx(0.25)
    assert found[LIMB_QRS].grams == pytest.approx(4)
    assert found[LIMB_T].grams == pytest.approx(-2)
    assert shares(of, NO_NETWORK, 0.6)[LIMB_QRS] == pytest.approx(1)  # the two others are half as large


def test_a_silent_map_has_no_shares():
    assert {c.share for c in table(attribution(beat()), NO_NETWORK, CUT_OFF)} == {0.0}


def test_an_empty_cell_has_no_density():
    of = subject(mv=beat(), edges={QRS: EDGES[QRS]})
    found = cells_of(attribution(np.ones((12, 450))), CUT_OFF, of)
    assert {c.segment for c in found.values() if c.density is None} == {"PR interval", "ST segment", "T wave"}
    assert found["T wave", "limb"].share == 0


def test_densities_are_of_the_recording_s_own_samples():
    of = subject(mv=beat(), own=slice(0, 400))
    map_ = np.ones((12, 450))
    assert table(attribution(map_), of, CUT_OFF)[-1].share > 0.18  # what fills the window counts for the TP interval
    assert table(attribution(map_), of, CUT_OFF)[-1].density == pytest.approx(400 / 450)  # but not for its density
    map_[:, 400:] = 0
    assert [c.density for c in table(attribution(map_), of, CUT_OFF)] == pytest.approx([1.0] * 10)


@pytest.mark.parametrize("lead_groups", [1, 2, 4])
@pytest.mark.parametrize("own", [slice(None), slice(60, 300)])
def test_cells_cover_the_beat_exactly_once(lead_groups, own):
    of = subject(mv=beat(), own=own, lead_groups=lead_groups)
    assert (np.sum(list(of.cells.values()), axis=0) == 1).all()
    assert list(of.cells) == [(segment, group) for segment in SEGMENTS for group in LEAD_GROUPS[lead_groups]]


@pytest.fixture(scope="module")
def fast():
    """A shipped bundle and a heart whose next QRS ends the window."""
    analysis, own = analyse(recording(Heart(heart_rate_bpm=130.0))), weights.load("male-model1")
    return subject_of(analysis, estimate(analysis, bundle=own), own)


def test_what_the_window_rule_filled_is_tp(fast):
    assert (~fast.own).sum() > 50
    assert fast.segments["TP interval"][~fast.own].all()
    assert (np.sum(list(fast.segments.values()), axis=0) == 1).all()
    assert (np.sum(list(fast.cells.values()), axis=0) == 1).all()
    assert not fast.beat_mv[:, ~fast.own].any()


@pytest.mark.parametrize("method", METHODS)
def test_shares_add_to_1_whatever_the_cut_off(fast, method):
    few = replace(fast, folds=fast.folds[:2])
    found = METHODS[method].attribute(few)
    zeros = []
    for threshold in (0.0, CUT_OFF, 0.5, 1.0):
        cells = table(found, few, threshold)
        assert len(cells) == 10
        assert sum(c.share for c in cells) == pytest.approx(1)
        zeros.append(sum(c.share == 0 for c in cells))
    assert zeros == sorted(zeros)
    assert zeros[-1] == 9 if found.by_cell is not None else zeros[-1] >= 8
    assert cells_of(found, 0.0, few).keys() == few.cells.keys()
