from dataclasses import replace

import numpy as np
import pytest

from lvm.clean import clean
from lvm.cohort.simulate import Heart, simulate
from lvm.neurokit import delineate
from lvm.waves import Waves

NORMAL = Heart(seed=6)


def both(heart):
    simulated = simulate(heart)
    r_peaks = np.rint(simulated.r_s * 500).astype(np.intp)
    return delineate(clean(simulated.signal_mv, 500), r_peaks), simulated.beats


def test_boundaries_of_a_simulated_heart():
    found, truth = both(NORMAL)
    assert len(found) == len(truth)
    for name, tolerance_ms in (("p_onset", 40), ("qrs_onset", 30), ("t_offset", 30)):
        off = [
            getattr(w, name) * 2 - getattr(t, f"{name}_s") * 1000
            for w, t in zip(found, truth, strict=True)
            if getattr(w, name) is not None
        ]
        assert len(off) >= len(truth) - 2
        assert abs(np.median(off)) < tolerance_ms


def test_every_boundary_lies_about_its_own_r_peak():
    found, truth = both(replace(NORMAL, heart_rate_bpm=110))
    for waves, beat in zip(found, truth, strict=True):
        for mark in waves.marks():
            assert mark is None or abs(mark / 500 - beat.r_s) < 0.65
        assert waves.qrs_onset is None or waves.qrs_onset < beat.r_s * 500


@pytest.mark.parametrize("r_peaks", [[], [225]])
def test_one_beat_or_none_has_no_boundaries(r_peaks):
    assert delineate(simulate(NORMAL).signal_mv, np.array(r_peaks, dtype=np.intp)) == (Waves(),) * len(r_peaks)


def test_five_moving_leads_are_too_few():
    simulated = simulate(NORMAL)
    signal = np.zeros_like(simulated.signal_mv)
    signal[:5] = simulated.signal_mv[:5]
    r_peaks = np.rint(simulated.r_s * 500).astype(np.intp)
    assert delineate(signal, r_peaks) == (Waves(),) * len(r_peaks)
