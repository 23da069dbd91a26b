"""The lines at the foot of a print: who by label, and what was measured; nobody's name."""

from lvm.analysis import analyse
from lvm.cohort.examples import EXAMPLES
from lvm.estimate import gather_inputs
from lvm.read import read
from lvm.recording import Measurements
from lvm.show.calipers import Caliper
from lvm.show.printed import LINES, about, of_calipers


def test_two_lines_about_the_case():
    analysis = analyse(read(next(e for e in EXAMPLES if e.key == "lvh-man").data()))
    lines = about("Simulated patient 3", analysis, gather_inputs(analysis), Measurements())
    assert len(lines) == LINES
    assert "Simulated patient 3" in lines[0]
    assert "man, 63 years" in lines[0]
    assert "PR, QRS, QT, QTcF (device): 172, 104, 408, 425 ms" in lines[1]
    assert all(len(line) < 160 for line in lines)  # fits beside each other on the sheet


def test_a_line_about_the_calipers():
    v5 = Caliper("V5", 4.84, 5.74)
    line = of_calipers(v5, "900 ms (67 /min), −0.02 mV: from 3.03 mV to 3.01 mV", "")
    assert line == "Calipers, V5, 4.840 to 5.740 s: 900 ms (67 /min), −0.02 mV: from 3.03 mV to 3.01 mV"
    assert of_calipers(v5, "900 ms, –", "On this paper …").endswith("900 ms, –    On this paper …")
