"""What follows where a user moves the boundaries of a beat: the measurements that rest on them, of that beat alone."""

from lvm.analysis import Analysis
from lvm.measure import measure
from lvm.recording import Measurements
from lvm.waves import BOUNDARIES, SHORTEST_QRS_MS, Waves

RESTS_ON: dict[str, tuple[str, ...]] = {
    "pr_interval_ms": ("p_onset", "qrs_onset"),
    "qrs_duration_ms": ("qrs_onset", "qrs_offset"),
    "qt_interval_ms": ("qrs_onset", "t_offset"),
    "p_axis_deg": ("p_onset", "p_offset"),
    "qrs_axis_deg": ("qrs_onset", "qrs_offset"),
    "t_axis_deg": ("qrs_onset", "t_onset", "t_offset"),  # from the level at QRS onset
}


def moved(found: Waves, waves: Waves) -> tuple[str, ...]:
    """The boundaries that lie elsewhere than they were found."""
    pairs = zip(BOUNDARIES, found.marks(), waves.marks(), strict=True)
    return tuple(name for name, before, now in pairs if before != now)


def by_hand(analysis: Analysis, beat: int, waves: Waves) -> Measurements:
    """What rests on the moved boundaries, measured on that beat; all else is None.

    beat : index of a usable beat. waves : its boundaries as the user put them, see Waves.edited.

    A QRS shorter than any is none, and neither its duration nor its axis is measured.
    """
    apart = set(moved(analysis.waves[beat], waves))
    own = measure(analysis.cleaned_mv, (analysis.beats[beat],), (waves,))
    follows = {name: getattr(own, name) for name, ends in RESTS_ON.items() if apart & set(ends)}
    if own.qrs_duration_ms is not None and own.qrs_duration_ms < SHORTEST_QRS_MS:
        follows |= {"qrs_duration_ms": None, "qrs_axis_deg": None}
    return Measurements(**follows)


def as_found(analysis: Analysis, beat: int) -> Measurements:
    """What that beat measures by the boundaries found. beat : index of a usable beat."""
    return measure(analysis.cleaned_mv, (analysis.beats[beat],), (analysis.waves[beat],))
