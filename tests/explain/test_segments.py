import numpy as np
import pytest

from lvm.explain.segments import cut_off, table

SEGMENTS = {"QRS interval": np.arange(450) < 50, "T wave": (np.arange(450) >= 50) & (np.arange(450) < 250)}


def test_table_by_hand():
    map_ = np.zeros((12, 450), dtype=np.float32)
    map_[0, 10] = -3  # lead I, QRS
    map_[6, 10] = 1  # V1, QRS
    map_[11, 60] = 4  # V6, T
    cells = {(c.segment, c.group): c for c in table(map_, 2 * map_, SEGMENTS)}
    assert cells["QRS interval", "limb"].share == pytest.approx(3 / 8)
    assert cells["QRS interval", "precordial"].share == pytest.approx(1 / 8)
    assert cells["T wave", "precordial"].share == pytest.approx(1 / 2)
    assert cells["T wave", "limb"].share == 0
    assert cells["QRS interval", "limb"].grams == -6
    # the QRS of one group is 50 of 250 samples in half of the leads: a tenth of all
    assert cells["QRS interval", "limb"].density == pytest.approx(3.75)
    assert sum(c.share for c in cells.values()) == pytest.approx(1)


def test_four_groups_share_the_same_whole():
    map_ = np.random.default_rng(1).normal(size=(12, 450)).astype(np.float32)
    cells = table(map_, map_, SEGMENTS, lead_groups=4)
    assert len(cells) == 8
    assert [c.group for c in cells[:4]] == ["anterior", "lateral", "inferior", "aVR"]


def test_a_silent_map_has_no_shares():
    assert {c.share for c in table(np.zeros((12, 450)), np.zeros((12, 450)), SEGMENTS)} == {0.0}


def test_empty_segment_has_no_density():
    cells = table(np.ones((12, 450)), np.ones((12, 450)), SEGMENTS | {"ST segment": np.zeros(450, dtype=bool)})
    assert {c.density for c in cells if c.segment == "ST segment"} == {None}


def test_cut_off_is_a_part_of_the_largest():
    map_ = np.array([[0.5, -2.0, 1.0]], dtype=np.float32)
    assert cut_off(map_, 0.5).tolist() == [[0.0, -2.0, 1.0]]
    assert cut_off(map_, 0.0).tolist() == map_.tolist()
