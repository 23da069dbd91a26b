"""P, QRS and T boundaries, one global set a beat, and the segments between them.

`lvm.segmenter` says for each instant in what share of the leads it lies within a wave. A wave is where that share rises
high enough; it begins and ends where the share passes half of its peak, which is the median of the leads' boundaries.
How gently the share rises there tells how far the leads, and so the readers, are apart: that is the boundary's margin.
Where it is wide, or the wave is faint, the boundary is uncertain; where there is no such wave, it is None.

P waves are looked for in the mean of the beat's own share and that of the usual beat, in step with the QRS: what comes
once by chance goes, as in atrial fibrillation, and what comes with every beat stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm.beats import AFTER_R, BEFORE_R, WINDOW, BeatWindow
from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import mark
from lvm.segmenter import QRS, P, Shares, T

SEGMENTS = (mark("PR interval"), mark("QRS interval"), mark("ST segment"), mark("T wave"), mark("TP interval"))
BOUNDARIES = ("p_onset", "p_offset", "qrs_onset", "qrs_offset", "t_onset", "t_offset")


@dataclass(frozen=True)
class Waves:
    """Global boundaries of one beat in samples at 500 Hz from the recording's start; None where absent.

    margins_ms : of each boundary, in the order of BOUNDARIES: so far off at most in four of five beats of LUDB.
    faint : those of the waves "p", "qrs", "t" that a reader might not see.
    """

    p_onset: int | None = None
    p_offset: int | None = None
    qrs_onset: int | None = None
    qrs_offset: int | None = None
    t_onset: int | None = None
    t_offset: int | None = None
    margins_ms: tuple[float | None, ...] = (None,) * 6
    faint: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, marks: Iterable[int | None], margins_ms: Iterable[float | None] = (None,) * 6, faint: Iterable[str] = ()
    ) -> "Waves":
        """From the six boundaries and their margins, in the order of BOUNDARIES."""
        p_onset, p_offset, qrs_onset, qrs_offset, t_onset, t_offset = marks
        return cls(p_onset, p_offset, qrs_onset, qrs_offset, t_onset, t_offset, tuple(margins_ms), tuple(faint))

    def marks(self) -> tuple[int | None, ...]:
        """The six boundaries, in the order of BOUNDARIES."""
        return tuple(getattr(self, name) for name in BOUNDARIES)

    def moved(self, samples: int) -> "Waves":
        """The same boundaries, counted from another sample."""
        moved = (None if mark is None else mark + samples for mark in self.marks())
        return Waves.of(moved, self.margins_ms, self.faint)

    def edited(self, name: str, mark: int) -> "Waves":
        """With one boundary put elsewhere by hand: it is no longer uncertain. Between its neighbours, so that the order
        stays."""
        at = BOUNDARIES.index(name)
        marks, margins = list(self.marks()), list(self.margins_ms)
        before = [m for m in marks[:at] if m is not None]
        after = [m for m in marks[at + 1 :] if m is not None]
        marks[at], margins[at] = min([max([mark, *before]), *after]), None
        return Waves.of(marks, margins, self.faint)

    def seconds(self) -> dict[str, float | None]:
        return {
            f"{name}_s": None if mark is None else mark / SAMPLING_RATE_HZ
            for name, mark in zip(BOUNDARIES, self.marks(), strict=True)
        }

    @property
    def uncertain(self) -> tuple[str, ...]:
        """The boundaries that a reader would hesitate about."""
        return tuple(
            name
            for name, margin in zip(BOUNDARIES, self.margins_ms, strict=True)
            if margin is not None and (margin > _UNCERTAIN_MS[name] or name.split("_")[0] in self.faint)
        )


# What is in a share of at least this many of the leads is a wave; below the second, a reader might not see it.
_LEAST, _CLEAR = {"p": 0.35, "qrs": 0.5, "t": 0.35}, {"p": 0.6, "qrs": 0.6, "t": 0.6}

# How far a boundary is off in four of five beats, in parts of the time in which the share rises from a quarter to three
# quarters of its peak; and from what margin on it is uncertain. LUDB 1-100, out of fold.
_MARGIN = {
    "p_onset": 0.46, "p_offset": 0.36, "qrs_onset": 0.53, "qrs_offset": 0.48, "t_onset": 0.38, "t_offset": 0.48,
}  # fmt: skip
_UNCERTAIN_MS = {"p_onset": 13, "p_offset": 12, "qrs_onset": 9, "qrs_offset": 9, "t_onset": 25, "t_offset": 17}

SHORTEST_QRS_MS = 40  # a step in the signal is shorter, the narrowest QRS is not
_P_BEFORE = int(0.6 * SAMPLING_RATE_HZ)  # samples before QRS onset in which its P wave is looked for
_T_AFTER = int(0.7 * SAMPLING_RATE_HZ)  # samples after QRS offset in which its T wave is looked for
_BEATS_FOR_USUAL = 3
_AS_CLEAR = 0.8  # of several P waves before a QRS the last is conducted, of those about as clear as the clearest
_BEYOND = int(0.2 * SAMPLING_RATE_HZ)  # samples on both sides of a beat's window in which its average is still followed


@dataclass(frozen=True)
class Span:
    """A wave in one track of shares: where it begins and ends, in samples, its peak, and for how many samples it rises
    and falls from a quarter to three quarters of that."""

    onset: float
    offset: float
    peak: float
    rise: float
    fall: float

    @property
    def middle(self) -> float:
        return (self.onset + self.offset) / 2

    def within(self, low: float, high: float) -> "Span":
        """Kept between two samples; what it has to give way there makes its end so much less certain."""
        before, after = max(0.0, low - self.onset), max(0.0, self.offset - high)
        return Span(self.onset + before, self.offset - after, self.peak, self.rise + 2 * before, self.fall + 2 * after)


def _where(track: NDArray[np.floating], top: int, level: float, step: int) -> float | None:
    """Where a track, followed from its top, falls below a level; None where it ends before."""
    beyond = np.flatnonzero(track[top::step] < level)
    if beyond.size == 0:
        return None
    out = top + step * int(beyond[0])
    above, below = float(track[out - step]), float(track[out])
    return out - step * (level - below) / (above - below)


def find_spans(track: NDArray[np.floating], least: float) -> tuple[Span, ...]:
    """Every wave of a track (T,) that passes `least`, from half of its peak to half of its peak; none that is cut."""
    high = np.flatnonzero(np.diff(np.concatenate([[0], track >= least, [0]]).astype(int)))
    found: list[Span] = []
    for first, end in zip(high[::2].tolist(), high[1::2].tolist(), strict=True):
        top = first + int(track[first:end].argmax())
        peak = float(track[top])
        before, after = ([_where(track, top, part * peak, step) for part in (0.25, 0.5, 0.75)] for step in (-1, 1))
        onset, offset = before[1], after[1]
        if onset is None or offset is None:
            continue
        if found and onset < found[-1].offset:  # a second top of the same wave
            if peak <= found[-1].peak:
                continue
            found.pop()
        found.append(Span(onset, offset, peak, _slowness(*before), _slowness(*after)))
    return tuple(found)


def _slowness(quarter: float | None, half: float | None, most: float | None) -> float:
    """Samples from a quarter to three quarters of the peak; twice the rest where the recording ends before that."""
    if half is None or most is None:
        return 0.0
    return abs(quarter - most) if quarter is not None else 2 * abs(half - most)


def find_qrs(shares: Shares) -> tuple[Span, ...]:
    """The QRS complexes in (4, T) shares that lie in the recording as a whole, and are as long as one can be."""
    shortest = SHORTEST_QRS_MS * SAMPLING_RATE_HZ / 1000  # samples
    return tuple(span for span in find_spans(shares[QRS], _LEAST["qrs"]) if span.offset - span.onset >= shortest)


def delineate(shares: Shares, qrs: Sequence[Span], usual: Sequence[bool]) -> tuple[Waves, ...]:
    """The boundaries of every beat, from (4, T) shares, its QRS, and whether it comes at its usual time."""
    p = find_spans(_with_usual_p(shares[P], qrs, usual), _LEAST["p"])
    t = find_spans(shares[T], _LEAST["t"])
    found = []
    for i, own in enumerate(qrs):
        ends = qrs[i - 1].offset if i else 0.0
        begins = qrs[i + 1].onset if i + 1 < len(qrs) else float(shares.shape[1])
        of_p = [span for span in p if max(ends, own.onset - _P_BEFORE) <= span.middle <= own.onset]
        of_t = [span for span in t if own.offset <= span.middle <= min(begins, own.offset + _T_AFTER)]
        conducted = [span for span in of_p if span.peak >= _AS_CLEAR * max(span.peak for span in of_p)]
        highest = max(of_t, key=lambda span: span.peak, default=None)
        found.append(
            _waves(
                conducted[-1].within(ends, own.onset) if conducted else None,
                own,
                highest and highest.within(own.offset, begins),
            )
        )
    return tuple(found)


def _with_usual_p(track: NDArray[np.floating], qrs: Sequence[Span], usual: Sequence[bool]) -> NDArray[np.floating]:
    """A P track (T,) in which the time before each usual QRS is the mean of itself and of what is usual there."""
    mixed = track.copy()
    onsets = {i: round(span.onset) for i, (span, also) in enumerate(zip(qrs, usual, strict=True)) if also}
    whole = [track[onset - _P_BEFORE : onset] for onset in onsets.values() if onset >= _P_BEFORE]
    if len(whole) >= _BEATS_FOR_USUAL:
        mean = np.median(whole, axis=0)
        for i, onset in onsets.items():
            first = max(0, onset - _P_BEFORE, int(qrs[i - 1].offset) + 1 if i else 0)
            mixed[first:onset] = (track[first:onset] + mean[_P_BEFORE - (onset - first) :]) / 2
    return mixed


def _waves(p: Span | None, qrs: Span, t: Span | None) -> Waves:
    marks: list[int | None] = []
    margins: list[float | None] = []
    for name, span in (("p", p), ("qrs", qrs), ("t", t)):
        for end in ("onset", "offset"):
            at = None if span is None else getattr(span, end)
            marks.append(None if at is None else round(at))
            if span is None:
                margins.append(None)
            else:
                slow = span.rise if end == "onset" else span.fall
                margins.append(round(_MARGIN[f"{name}_{end}"] * slow * 1000 / SAMPLING_RATE_HZ, 1))
    faint = tuple(n for n, span in (("p", p), ("qrs", qrs), ("t", t)) if span is not None and span.peak < _CLEAR[n])
    return Waves.of(marks, margins, faint)


def average(shares: Shares, r_peaks: Sequence[int]) -> Waves:
    """Boundaries of the average of some beats, from the median of their shares; R is at sample BEFORE_R."""
    before, after = BEFORE_R + _BEYOND, AFTER_R + _BEYOND
    nothing_else = np.pad(shares, ((0, 0), (before, after)))
    around = np.median([nothing_else[:, r : r + before + after] for r in r_peaks], axis=0)  # (4, samples), R at before
    qrs = find_qrs(around)
    own = [i for i, span in enumerate(qrs) if span.onset <= before <= span.offset]
    if not own:
        return Waves()
    found = delineate(around, qrs, [False] * len(qrs))[own[0]]
    return found.moved(-_BEYOND)


def segments(waves: Waves, r: int, cut: BeatWindow) -> dict[str, NDArray[np.bool_]]:
    """The five segments of a beat window, as masks over its 450 samples; together they cover start..stop once.

    PR: P onset to QRS onset. QRS. ST: QRS offset to T onset. T. TP: the rest, above about 75/min with the beginning of
    the next P wave in it. Without a P wave its PR interval is
    empty, without a T wave ST and T are, and their samples fall to TP. Without a QRS all is TP.
    """

    def span(onset: int | None, offset: int | None) -> NDArray[np.bool_]:
        mask = np.zeros(WINDOW, dtype=np.bool_)
        if onset is not None and offset is not None:
            low, high = (min(max(mark - r + BEFORE_R, cut.start), cut.stop) for mark in (onset, offset))
            mask[low:high] = True
        return mask

    named = {
        "PR interval": span(waves.p_onset, waves.qrs_onset),
        "QRS interval": span(waves.qrs_onset, waves.qrs_offset),
        "ST segment": span(waves.qrs_offset, waves.t_onset),
        "T wave": span(waves.t_onset, waves.t_offset),
    }
    rest = span(r - BEFORE_R, r + AFTER_R)
    for mask in named.values():
        rest &= ~mask
    return {**named, "TP interval": rest}
