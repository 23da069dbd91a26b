"""The methods that are compared, each as a user would call it: a file's samples in, beats with their boundaries out.

| method | R peaks | boundaries |
|---|---|---|
| ours | its own, over all leads | global; of each record by the network that was not trained on it |
| NeuroKit2 | its own (ecg_clean, ecg_peaks), lead by lead | lead by lead (ecg_delineate) at the lead's own R peaks |
| wavedet | its own, lead by lead | lead by lead; its own fusion takes the outermost leads and has no T onset |
| ecgdeli | its own, over all leads | lead by lead after filter_ecg, its known faults mended ("fixed") |

What comes lead by lead is joined as the reference is: beats are R peaks of at least 6 leads, boundaries the median over
at least 6. A lead in which a method raises is left out of it.

wavedet (GPL-2) and ecgdeli (GPL-3) are no requirements, and nothing but this benchmark may import them:

    pip install --no-deps --target ../gpl --ignore-requires-python ecgdeli==1.0.0 wavedet==0.1.0
    PYTHONPATH=../gpl pytest -q -s -o addopts= --import-mode=importlib tests/bench/test_waves.py

wavedet asks for Python 3.12 and runs under 3.11.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lvm import segmenter
from lvm.analysis import Analysis, analyse, delineate
from lvm.train.delineation import BOUNDARIES, Beat, beats_of, over_leads, shared_r_peaks
from lvm.train.ludb import Marked

RATE_HZ = 500
_REACH = 25  # samples from the shared R peak across which a boundary still belongs to its lead's own R peak

Find = Callable[[Marked], Sequence[Beat]]


@dataclass(frozen=True)
class Method:
    """package : what has to be installed. timed : what is timed instead of `find`, where that is not the whole."""

    name: str
    package: str
    find: Find
    timed: Callable[[Marked], object] | None = None

    @property
    def installed(self) -> bool:
        return find_spec(self.package) is not None


@dataclass(frozen=True, eq=False)
class Lead:
    """What a method reports in one lead, in samples: R peaks, and the positions of each of BOUNDARIES."""

    r_peaks: NDArray[np.float64]
    boundaries: tuple[NDArray[np.float64], ...]


def join(leads: Sequence[Lead]) -> list[Beat]:
    """The beats that several leads have together."""
    r_peaks = shared_r_peaks(lead.r_peaks for lead in leads)
    around = [-np.inf, *r_peaks, np.inf]
    beats = []
    for last, r, following in zip(around, r_peaks, around[2:], strict=False):
        marks = []
        for k in range(len(BOUNDARIES)):
            before = k < BOUNDARIES.index("qrs_offset")
            low, high = (last, r + _REACH) if before else (r - _REACH, following)
            own = [at[(at > low) & (at < high)] for at in (lead.boundaries[k] for lead in leads)]
            marks.append(over_leads(float(at[-1 if before else 0]) for at in own if at.size))
        beats.append(Beat(r, tuple(marks)))
    return beats


def _known(positions: ArrayLike, length: int = 10**9) -> NDArray[np.float64]:
    """Those positions that are numbers and lie within the recording."""
    found = np.asarray(positions, dtype=np.float64)
    return found[np.isfinite(found) & (found >= 0) & (found < length)]


def fold_of(number: int) -> int | None:
    """The fold whose network was not trained on this record of LUDB; None where none was."""
    folds: list[list[int]] = segmenter.load().card.fields["test_records_by_fold"]
    return next((k for k, numbers in enumerate(folds) if number in numbers), None)


def analyse_out_of_fold(record: Marked) -> Analysis:
    """Our analysis by the one network that was not trained on the record, by all where none was."""
    fold = fold_of(record.number)
    return analyse(record.recording, nets=None if fold is None else (segmenter.load().folds[fold],))


def _neurokit(record: Marked, method: str) -> list[Beat]:
    import neurokit2

    names = [f"ECG_{wave}_{end}" for wave in "PRT" for end in ("Onsets", "Offsets")]
    leads = []
    for raw in record.recording.signal_mv.astype(np.float64):
        try:
            cleaned = neurokit2.ecg_clean(raw, sampling_rate=RATE_HZ)
            r_peaks = neurokit2.ecg_peaks(cleaned, sampling_rate=RATE_HZ)[1]["ECG_R_Peaks"]
            found = neurokit2.ecg_delineate(cleaned, r_peaks, sampling_rate=RATE_HZ, method=method)[1]
        except (ValueError, IndexError, ZeroDivisionError):
            continue
        leads.append(Lead(_known(r_peaks), tuple(_known(found[name]) for name in names)))
    return join(leads)


_NAMES = ("p_on", "p_off", "qrs_on", "qrs_off", "t_on", "t_off")  # of both wavedet and ecgdeli


def _wavedet(record: Marked) -> list[Beat]:
    import wavedet

    found = wavedet.delineate(record.recording.signal_mv.T.astype(np.float64), RATE_HZ)
    return join([Lead(_known(one.qrs), tuple(_known(getattr(one, n)) for n in _NAMES)) for one in found.per_lead])


def _ecgdeli(record: Marked) -> list[Beat]:
    import ecgdeli

    ecgdeli.set_fidelity("fixed")
    signal = record.recording.signal_mv.T.astype(np.float64)  # (T, 12)
    found = ecgdeli.annotate(ecgdeli.filter_ecg(signal, RATE_HZ), RATE_HZ)
    length = len(signal)  # "not found" is a number beyond any recording
    leads = ((_known(one.r_peak, length), [_known(getattr(one, n), length) for n in _NAMES]) for one in found.leads)
    return join([Lead(r_peaks, tuple(boundaries)) for r_peaks, boundaries in leads])


def _quietly(find: Callable[..., Sequence[Beat]], *settings: str) -> Find:
    def quiet(record: Marked) -> Sequence[Beat]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return find(record, *settings)

    return quiet


OURS = Method(
    "ours, out of fold",
    "lvm",
    lambda record: beats_of(analyse_out_of_fold(record)),
    lambda one: delineate(one.recording),
)
NEUROKIT_PROMINENCE = Method("NeuroKit2 prominence", "neurokit2", _quietly(_neurokit, "prominence"))
METHODS = (
    OURS,
    Method("NeuroKit2 dwt", "neurokit2", _quietly(_neurokit, "dwt")),
    NEUROKIT_PROMINENCE,
    Method("ecgdeli", "ecgdeli", _quietly(_ecgdeli)),
    Method("wavedet", "wavedet", _quietly(_wavedet)),
)
