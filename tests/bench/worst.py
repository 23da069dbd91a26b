"""Draw the recordings on which our boundaries are furthest off, to see what went wrong.

    python -m tests.bench.worst FOLDER

Into the folder go PNGs of the ten worst of LUDB, out of fold, and of the five real files that are furthest from their
devices. Above the curve our waves and thin lines at their boundaries, below it the reference's (LUDB's only). Needs
matplotlib, which is not among the requirements.

LUDB's are ranked by the largest of a record's errors, each in parts of the SD over all records of that boundary; false
and missed beats come first. Files by the largest of their differences in parts of what is allowed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lvm.analysis import Analysis
from lvm.clean import SAMPLING_RATE_HZ
from lvm.recording import LEADS
from lvm.train import ludb
from lvm.train.delineation import BOUNDARIES, Beat, Score, Summary, beats_of, reference, score, summarise
from tests.bench.delineators import analyse_out_of_fold
from tests.bench.devices import LIMITS, Compared, compare

SHARED = Path(__file__).parents[2].parent / "shared"
OF_LUDB, OF_FILES = 10, 5
DRAWN_LEADS = ("II", "V2", "V5")
COLOURS = ("tab:blue", "tab:red", "tab:green")  # P, QRS, T


def draw(analysis: Analysis, marked: Sequence[Beat], title: str, path: Path) -> None:
    """The whole recording with our waves and, if there are any, those of the reference."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(DRAWN_LEADS), 1, figsize=(24, 11), sharex=True)
    time_s = np.arange(analysis.cleaned_mv.shape[1]) / SAMPLING_RATE_HZ
    for lead, ax in zip(DRAWN_LEADS, axes, strict=True):
        ax.plot(time_s, analysis.cleaned_mv[LEADS.index(lead)], color="black", linewidth=0.8)
        ax.set_ylabel(f"{lead}, mV")
        ax.margins(x=0, y=0.2)
        for beat in beats_of(analysis):
            _draw_waves(ax, beat, 0.94, 1.0, lines=True)
        for beat in marked:
            _draw_waves(ax, beat, 0.0, 0.06, lines=False)
    axes[0].set_title(title)
    axes[-1].set_xlabel("s; above: ours, below: the reference; P blue, QRS red, T green")
    figure.tight_layout()
    figure.savefig(path, dpi=70)
    plt.close(figure)


def _draw_waves(ax, beat: Beat, low: float, high: float, lines: bool) -> None:
    seconds = [None if mark is None else mark / SAMPLING_RATE_HZ for mark in beat.marks]
    for colour, onset, offset in zip(COLOURS, seconds[::2], seconds[1::2], strict=True):
        if onset is not None and offset is not None:
            ax.axvspan(onset, offset, low, high, color=colour, alpha=0.6)
        for at in (onset, offset):
            if at is not None:
                ax.axvline(at, 0 if lines else low, 1 if lines else high, color=colour, linewidth=0.5)


def badness(one: Score, of_all: Summary) -> float:
    """The largest error of a record in parts of the SD over all records; infinite where a beat is false or missed."""
    if not one.qrs_found == one.qrs_marked == one.qrs_reported:
        return float("inf")
    errors = {name: of_all.errors_ms[name].get(one.number, 0.0) for name in BOUNDARIES}
    return max(abs(error) / of_all.sd_ms(name) for name, error in errors.items())


def words(one: Score, of_all: Summary) -> str:
    """What is wrong with a record, in a line."""
    errors = [(name, of_all.errors_ms[name].get(one.number)) for name in BOUNDARIES]
    parts = [f"{name} {error:+.0f}" for name, error in errors if error is not None]
    beats = f"QRS {one.qrs_found} of {one.qrs_marked} found, {one.qrs_reported} reported"
    p = f"P missed {one.missed['p_onset']}, invented {one.p_invented}, T missed {one.missed['t_offset']}"
    return f"LUDB {one.number}: {', '.join(parts)} ms; {beats}; {p}"


def disagreement(one: Compared) -> float:
    """The largest difference from the device in parts of what is allowed; infinite where we have no value."""
    return float("inf") if one.lacking else max((abs(d) / LIMITS[what] for what, d in one.off.items()), default=0.0)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    data = SHARED / "ecg-data" / "ludb"
    scores = []
    for number in ludb.numbers(data):
        record = ludb.load(data, number)
        scores.append(score(reference(record), beats_of(analyse_out_of_fold(record))))
    of_all = summarise(scores)
    for place, one in enumerate(sorted(scores, key=lambda one: -badness(one, of_all))[:OF_LUDB], start=1):
        record, title = ludb.load(data, one.number), words(one, of_all)
        path = folder / f"ludb-{place:02d}-record-{one.number}.png"
        draw(analyse_out_of_fold(record), reference(record).beats, title, path)
        sys.stdout.write(f"{path.name}  {title}\n")
    files = sorted((one for one in compare(SHARED / "ecg-files") if one.counts), key=lambda one: -disagreement(one))
    for place, one in enumerate(files[:OF_FILES], start=1):
        off = ", ".join(f"{what} {value:+.0f}" for what, value in one.off.items())
        path = folder / f"file-{place}-{Path(one.name).stem}.png"
        title = f"{one.name}: ours less the device's: {off}" + (f"; lacking {one.lacking}" if one.lacking else "")
        draw(one.analysis, (), title, path)
        sys.stdout.write(f"{path.name}  {title}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
