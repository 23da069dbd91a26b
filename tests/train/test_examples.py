"""What the systems beside eLVMass-Net on one beat are given; tests/train/test_table.py has the rest."""

import numpy as np

from lvm.analysis import analyse
from lvm.cohort.muse import write_muse
from lvm.cohort.simulate import Heart
from lvm.net.lvmai import ecg_input
from lvm.profile import profile
from lvm.read.files import read_file
from lvm.train.examples import load
from tests.helpers import recording


def test_what_all_systems_are_given_comes_from_the_files(tmp_path):
    """LVM-AI needs ten seconds, which one recording of these three lacks."""
    lines = ["file,lvm_g,sex"]
    for k, samples in enumerate((5000, 4900, 5000)):
        r = recording(Heart(seed=k))
        data = write_muse(r.signal_mv[:, :samples], r.sampling_rate_hz, r.patient, r.device, "a test")
        (tmp_path / f"{k}.xml").write_bytes(data)
        lines.append(f"{k}.xml,{100 + k},male")
    table = tmp_path / "table.csv"
    table.write_text("\n".join(lines))
    found, left_out = load(table, skip_bad_rows=True, all_systems=True)
    assert left_out == ["row 3 (1.xml): LVM-AI needs 10 s of ECG; the recording has 9.8 s."]
    assert found.lvm_g.tolist() == [100, 102]
    assert found.whole_mv.shape == found.lvm_ai.shape == (2, 12, 5000)
    for k, name in enumerate(("0.xml", "2.xml")):
        analysis = analyse(read_file(tmp_path / name))
        np.testing.assert_array_equal(found.whole_mv[k], analysis.network_mv)
        np.testing.assert_array_equal(found.lvm_ai[k].T, ecg_input(analysis.recording))
        np.testing.assert_array_equal(found.profile[k], profile(analysis).features())
    alone, left_out = load(table)
    assert (len(alone), left_out) == (3, [])
    assert alone.whole_mv.shape == alone.lvm_ai.shape == (0, 12, 5000)
    assert alone.profile.shape == (0, 295)
    np.testing.assert_array_equal(alone.scalars[[0, 2]], found.scalars)
