import numpy as np
import pytest

from lvm.analysis import analyse
from lvm.cohort.ptbxl import _read_signal
from lvm.cohort.simulate import Heart
from lvm.conduction import WIDE_MS, steep_qrs_ms
from lvm.recording import Recording
from tests.helpers import recording


@pytest.mark.parametrize(("qrs_ms", "steep_ms"), [(86, 82), (104, 98), (120, 114), (150, 142)])
def test_a_wide_qrs_is_steep_for_longer(qrs_ms, steep_ms):
    assert steep_qrs_ms(analyse(recording(Heart(qrs_duration_ms=qrs_ms)))) == pytest.approx(steep_ms, abs=2)


def test_premature_beats_do_not_widen_it():
    with_them = analyse(recording(Heart(premature_beats=(3, 8))))
    assert steep_qrs_ms(with_them) == pytest.approx(steep_qrs_ms(analyse(recording())), abs=4)


def test_nothing_is_said_without_a_qrs_or_enough_beats():
    assert steep_qrs_ms(analyse(Recording(np.zeros((12, 5000), np.float32), 500.0, "made", None))) is None
    assert steep_qrs_ms(analyse(Recording(recording().signal_mv[:, :1000], 500.0, "made", None))) is None


def test_records_of_ptb_xl(shared):
    folder = shared / "ecg-data" / "ptbxl" / "records500" / "00000"

    def steep(number):
        signal = _read_signal(folder / f"{number:05}_hr.hea")
        return steep_qrs_ms(analyse(Recording(signal, 500.0, "PTB-XL", None)))

    blocks = {number: steep(number) for number in (172, 180, 195, 269, 286, 338)}
    assert min(blocks.values()) >= WIDE_MS, blocks
    normal = {number: steep(number) for number in (1, 2, 3, 5, 11, 19, 40)}
    assert max(normal.values()) < 105, normal
