"""Our measurements against those of the electrocardiographs, over the real files in ../shared/ecg-files.

A recording that several files hold counts once: the files whose device measurements are all the same. Left out are:

- the QRS duration of 129DYPRG (and of repbeats_example, the same recording): 135 ms is that of its widest lead, and the
  device's own median over the leads is 96 ms;
- liryc_hl7aecg_example: a drawn curve of 12 beats a minute, for which the device gives 57.

Axes of recordings with premature beats stand apart: devices differ in which beats they measure.
"""

from dataclasses import dataclass, fields
from pathlib import Path

from lvm.analysis import Analysis, analyse
from lvm.read.files import read_file
from lvm.recording import Measurements

INTERVALS = ("pr_interval_ms", "qrs_duration_ms", "qt_interval_ms")
AXES = ("p_axis_deg", "qrs_axis_deg", "t_axis_deg")
# The most that the median of the absolute differences may be for an interval, and every one of them for an axis.
LIMITS = dict(zip(INTERVALS + AXES, (8, 5, 10, 20, 10, 10), strict=True))

DRAWN = "liryc_hl7aecg_example.xml"
PREMATURE = ("braveheart_example2.xml",)  # by eye: its last beat is a ventricular extrasystole
_NOT_QRS = ("129DYPRG_1_03.xml", "repbeats_example_1_03.xml")


@dataclass(frozen=True, eq=False, repr=False)
class Compared:
    """One file: ours less the device's, in ms or degrees, for those of INTERVALS and AXES that both have."""

    name: str
    analysis: Analysis
    off: dict[str, float]
    lacking: tuple[str, ...]  # what the device has and we have not
    repeats: str  # the file before it that holds the same recording, or ""

    @property
    def counts(self) -> bool:
        return not self.repeats and self.name != DRAWN


def paths(folder: Path) -> list[Path]:
    """Every file of ../shared/ecg-files that holds a recording; those that have to be refused are in `negative`."""
    parts = (".dat", ".xyz")
    return sorted(p for p in folder.glob("*/*") if p.is_file() and p.suffix not in parts)


def compare(folder: Path) -> list[Compared]:
    """Every file whose device measured anything."""
    compared: list[Compared] = []
    first: dict[tuple[float | None, ...], str] = {}
    for path in paths(folder):
        recording = read_file(path)
        if recording.device == Measurements():
            continue
        same = tuple(getattr(recording.device, f.name) for f in fields(Measurements))
        analysis = analyse(recording)
        off, lacking = _off(path.name, recording.device, analysis.measured)
        compared.append(Compared(path.name, analysis, off, lacking, first.get(same, "")))
        first.setdefault(same, path.name)
    return compared


def _off(name: str, device: Measurements, ours: Measurements) -> tuple[dict[str, float], tuple[str, ...]]:
    off: dict[str, float] = {}
    lacking: list[str] = []
    for what in INTERVALS + AXES:
        theirs, own = getattr(device, what), getattr(ours, what)
        if theirs is None or (what == "qrs_duration_ms" and name in _NOT_QRS):
            continue
        if own is None:
            lacking.append(what)
        elif what in AXES:
            off[what] = (own - theirs + 180) % 360 - 180
        else:
            off[what] = own - theirs
    return off, tuple(lacking)
