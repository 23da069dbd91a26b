"""From a file's stored leads to the twelve: names, units, what can be derived, what is missing."""

import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lvm.errors import DamagedFileError, MissingLeadError, ReadError, UnsupportedError
from lvm.language import mark, said, with_and
from lvm.recording import LEADS, PRECORDIAL, RepresentativeBeat, Signal

Samples = NDArray[np.float64]
Stored = TypeVar("Stored")

MIN_RATE_HZ, MAX_RATE_HZ = 100.0, 2000.0
MIN_DURATION_S, MAX_DURATION_S = 1.0, 120.0
_BEAT_DURATION_S = (0.4, 3.0)
_MIN_TAIL_S = 0.1
# Electrocardiographs store 0.5 to 20 uV a step: a unit taken wrongly by a factor of 1000 falls outside.
MIN_UV_PER_BIT, MAX_UV_PER_BIT = 0.05, 100.0

LOW_PASS_HZ = (10.0, 10_000.0)  # a 0 says that there is none

MAX_LEADS = 24  # in a file; any beyond are not looked at

# The twelve by their numbers in SCP-ECG, which DICOM and MDC took over.
LEADS_BY_NUMBER: dict[int, str] = dict(
    zip([*range(1, 9), *range(61, 65)], ("I", "II", *PRECORDIAL, *LEADS[2:6]), strict=True)
)

_LARGEST_MV = 1e6  # far beyond any, however wrong its unit: plausible.py has better words for these

_LARGEST_STEP = 2**31
_NO_DIGIT = re.compile(r"[^0-9\s,+-]")
_FURTHER = re.compile(r"V\d{1,2}R?|V?[XYZ]|CM\d|CC\d|ES|AS|AI")
_UPPER = {lead.upper(): lead for lead in LEADS}


def lead_name(raw: str) -> str:
    """Canonical name of a lead ("AVR", "Lead aVR" -> "aVR"); any other name comes back shortened to a safe word.

    Cabrera's -aVR is another lead than aVR.
    """
    name = re.sub(r"^(LEAD(-|[\s_]*)|_*)", "", raw.strip()[:40].upper())
    return _UPPER.get(name) or re.sub(r"[^A-Z0-9]", "", name)[:6] or "?"


def checked_rate_hz(rate_hz: float | None) -> float:
    if rate_hz is None:
        raise DamagedFileError(said("The file states no usable sampling rate. Export it again from the source."))
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise UnsupportedError(
            said(
                "The file states a sampling rate of {rate_hz:.6g} Hz; {low:.0f} to {high:.0f} Hz can be used. Export "
                "it again from the source.",
                rate_hz=rate_hz,
                low=MIN_RATE_HZ,
                high=MAX_RATE_HZ,
            )
        )
    return rate_hz


def checked_uv_per_bit(uv_per_bit: float | None) -> float:
    if uv_per_bit is None:
        raise DamagedFileError(said("The file states no usable amplitude resolution. Export it again from the source."))
    if not MIN_UV_PER_BIT <= uv_per_bit <= MAX_UV_PER_BIT:
        raise UnsupportedError(
            said(
                "The file states {uv_per_bit:.6g} µV per sample step; no electrocardiograph records so, a unit is "
                "wrong. {low} to {high:.0f} µV can be used. Export it again from the source.",
                uv_per_bit=uv_per_bit,
                low=MIN_UV_PER_BIT,
                high=MAX_UV_PER_BIT,
            )
        )
    return uv_per_bit


def stated_low_pass_hz(stated_hz: Iterable[float | None]) -> float | None:
    """The lowest low-pass filter that a file states for its leads; None where it states none that an ECG is given."""
    low, high = LOW_PASS_HZ
    return min((hz for hz in stated_hz if hz is not None and low <= hz <= high), default=None)


def by_name(
    stored: Iterable[tuple[str | None, Stored]], samples_mv: Callable[[str, Stored], Samples], file: str
) -> dict[str, Samples]:
    """(T,) millivolts of each lead; empty for a lead beyond the twelve.

    stored : the leads' names as the file writes them, each with what samples_mv(name, ...) takes.
    Raises DamagedFileError where one of the twelve is there twice; `file` says where.
    """
    found: dict[str, Samples] = {}
    for raw, what in islice(stored, MAX_LEADS):
        name = lead_name(raw or "")
        if name in found and name in LEADS:
            raise stored_twice(name, file)
        found[name] = samples_mv(name, what) if name in LEADS else np.empty(0)
    return found


def stored_twice(lead: str, file: str) -> DamagedFileError:
    return DamagedFileError(
        said("Lead {lead} is stored twice in the {file}. Export it again from the source.", lead=lead, file=file)
    )


def whole_numbers(text: str, name: str, count: float | None) -> Samples:
    """(T,) sample steps of lead `name` out of whole numbers separated by commas, with white space around them.

    count : how many the file says that there are; None where it does not say.
    Raises DamagedFileError for anything else.
    """
    try:
        steps = np.fromstring("x" if _NO_DIGIT.search(text) else text.strip(", \t\r\n"), sep=",")
    except ValueError:
        steps = np.array([np.inf])
    if np.abs(steps).max(initial=0) > _LARGEST_STEP:
        raise DamagedFileError(
            said(
                "The samples of lead {name} are not whole numbers separated by commas. Export the ECG again from the "
                "source.",
                name=name,
            )
        )
    if count is not None and count != steps.size:
        raise DamagedFileError(
            said(
                "Lead {name} holds {count} samples, not the number that the file states. Export the ECG again from "
                "the source.",
                name=name,
                count=steps.size,
            )
        )
    return steps


def assemble(stored_mv: dict[str, Samples], rate_hz: float) -> tuple[Signal, tuple[str, ...], tuple[str, ...]]:
    """The (12, T) signal in the order of LEADS, without what devices add at its end, the derived leads, and warnings.

    stored_mv : lead name (see lead_name) -> (T,) millivolts.
    Raises MissingLeadError that names every lead that is missing at once, DamagedFileError where leads differ in
    length or the recording is too short, UnsupportedError where it is too long.
    """
    signal_mv, derived = _twelve(stored_mv)
    signal_mv = _without_tail(signal_mv, stored_mv, rate_hz)
    duration_s = signal_mv.shape[1] / rate_hz
    if not duration_s:  # all of it was alike in all leads
        raise DamagedFileError(said("There is no signal in any lead. Record again, or export the ECG again."))
    if duration_s < MIN_DURATION_S:
        raise DamagedFileError(
            said(
                "The recording holds {duration_s:.1f} s of ECG; at least {least:.0f} s are needed. Export the whole "
                "recording.",
                duration_s=duration_s,
                least=MIN_DURATION_S,
            )
        )
    if duration_s > MAX_DURATION_S:
        raise UnsupportedError(
            said(
                "The recording is longer than {most:.0f} s: not a resting ECG. Export 10 s of it.", most=MAX_DURATION_S
            )
        )
    extra = [lead for lead in stored_mv if lead not in LEADS]
    named = [lead for lead in extra if _FURTHER.fullmatch(lead)]  # any other word may be anybody's name
    return signal_mv, derived, (_not_used(extra, named == extra),) if extra else ()


def _not_used(extra: list[str], nameable: bool) -> str:
    if len(extra) == 1:
        what = (
            mark("The file's further lead is not used: {leads}.")
            if nameable
            else mark("The file's further lead is not used.")
        )
    else:
        what = (
            mark("The file's further leads are not used: {leads}.")
            if nameable
            else mark("The file's further leads are not used.")
        )
    return said(what, leads=with_and(extra)) if nameable else said(what)


def _twelve(stored_mv: dict[str, Samples]) -> tuple[Signal, tuple[str, ...]]:
    """The (12, T) signal and the leads that were derived."""
    limb_known = sum(lead in stored_mv for lead in ("I", "II", "III"))
    missing = [lead for lead in ("I", "II") if lead not in stored_mv and limb_known < 2]
    missing += [lead for lead in PRECORDIAL if lead not in stored_mv]
    if missing:
        raise MissingLeadError(
            of_leads(
                missing,
                mark(
                    "Lead {leads} is missing from the file; I, II and V1 to V6 are the least that can be used. Export "
                    "all 12 leads and try again."
                ),
                mark(
                    "Leads {leads} are missing from the file; I, II and V1 to V6 are the least that can be used. "
                    "Export all 12 leads and try again."
                ),
            )
        )
    _check_lengths(stored_mv)

    leads = {lead: stored_mv[lead] for lead in LEADS if lead in stored_mv}
    for lead, samples in leads.items():  # before any arithmetic that could overflow
        if not -_LARGEST_MV < samples.min(initial=0) <= samples.max(initial=0) < _LARGEST_MV:
            raise DamagedFileError(
                said(
                    "Lead {lead} holds samples that are no voltages of a heart. Export the ECG again from the source.",
                    lead=lead,
                )
            )
    if "I" not in leads:
        leads["I"] = leads["II"] - leads["III"]
    if "II" not in leads:
        leads["II"] = leads["I"] + leads["III"]
    lead_i, lead_ii = leads["I"], leads["II"]
    leads.setdefault("III", lead_ii - lead_i)
    leads.setdefault("aVR", -(lead_i + lead_ii) / 2)
    leads.setdefault("aVL", lead_i - lead_ii / 2)
    leads.setdefault("aVF", lead_ii - lead_i / 2)

    signal_mv = np.empty((len(LEADS), lead_i.size), dtype=np.float32)  # (12, T)
    for row, lead in zip(signal_mv, LEADS, strict=True):
        row[:] = leads[lead]
    derived = tuple(lead for lead in LEADS if lead not in stored_mv)
    return signal_mv, derived


def _without_tail(signal_mv: Signal, stored_mv: dict[str, Samples], rate_hz: float) -> Signal:
    """A (12, T) signal without the end in which all stored leads are alike.

    In an ECG, aVR + aVL + aVF = 0: all leads can only be alike where they are zero. What some devices add after it,
    zeros and a 1 mV calibration pulse, is alike in all leads, and no heartbeat; a converter may have rounded it.
    """
    stored = signal_mv[[row for row, lead in enumerate(LEADS) if lead in stored_mv]]
    lowest, highest = stored.min(axis=0), stored.max(axis=0)
    for tolerance_mv, reaches_mv in ((0.0, 0.0), (0.016, 0.5)):
        differ = np.flatnonzero(highest - lowest > tolerance_mv)
        end = int(differ[-1]) + 1 if differ.size else 0
        if lowest.size - end >= _MIN_TAIL_S * rate_hz and np.abs(lowest[end:]).max() >= reaches_mv:
            return signal_mv[:, :end]
    return signal_mv


def representative(stored_mv: dict[str, Samples], rate_hz: float | None) -> RepresentativeBeat | None:
    """The device's own beat from its stored leads, without the padding at its end (32767 in Philips devices).

    None where it is absent or cannot be used: nothing rests on it.
    """
    if rate_hz is None or not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ or not stored_mv:
        return None
    try:
        signal_mv = _without_tail(_twelve(stored_mv)[0], stored_mv, rate_hz)
    except ReadError:
        return None
    shortest_s, longest_s = _BEAT_DURATION_S
    return RepresentativeBeat(signal_mv, rate_hz) if shortest_s <= signal_mv.shape[1] / rate_hz <= longest_s else None


def _check_lengths(stored_mv: dict[str, Samples]) -> None:
    lengths = {lead: stored_mv[lead].size for lead in LEADS if lead in stored_mv}
    usual = max(set(lengths.values()), key=list(lengths.values()).count)
    odd = [lead for lead, length in lengths.items() if length != usual]
    if odd:
        raise DamagedFileError(
            said(
                "Lead {lead} has {count} samples where other leads have {usual}. Export the ECG again from the source.",
                lead=odd[0],
                count=lengths[odd[0]],
                usual=usual,
            )
        )


def of_leads(leads: list[str], one: str, several: str) -> str:
    """A sentence of {leads}: of one lead, or of several."""
    return said(one if len(leads) == 1 else several, leads=with_and(leads))
