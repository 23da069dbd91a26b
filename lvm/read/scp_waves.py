"""The leads of an SCP-ECG record in millivolts: its rhythm, and its reference beat."""

from dataclasses import dataclass, replace

import numpy as np

from lvm.errors import DamagedFileError, ReadError, UnsupportedError
from lvm.language import mark, said
from lvm.read import scp_huffman
from lvm.read.leads import LEADS_BY_NUMBER, MAX_DURATION_S, MIN_DURATION_S, Samples, checked_rate_hz, checked_uv_per_bit
from lvm.read.scp_record import Record, damaged, fields
from lvm.recording import LEADS

_LEADS_BY_NUMBER = LEADS_BY_NUMBER | {9: "V7", 11: "V3R", 12: "V4R", 66: "V8", 67: "V9"}
_CUT = mark("The leads were not recorded for the same time: only the part that all of them have was used.")
_MAX_PACKED = 2**20  # bytes of all leads times tables, which takes a second to unpack
_SUBTRACTED = 1  # flag of section 3
_MAX_BEATS, _MAX_BEAT_S = 800, 3.0


@dataclass(frozen=True)
class Waves:
    """Leads in millivolts by name, (T,) each; empty for leads beyond the twelve."""

    leads_mv: dict[str, Samples]
    rate_hz: float
    warnings: tuple[str, ...] = ()


def _rate_hz(interval_us: int) -> float:
    return checked_rate_hz(1e6 / interval_us if interval_us else None)


def _waves(record: Record, number: int, body: bytes, counts: list[int]) -> Waves:
    """The leads of section 5 or 6; `counts` is how many samples each of them has."""
    step_nv, interval_us, order, _ = fields(number, body, 0, "HHBB")
    rate_hz = _rate_hz(interval_us)
    mv_per_bit = checked_uv_per_bit(step_nv / 1000) / 1000
    if order > 2:
        raise damaged(number, mark("states differences of no kind that there is"))
    stored = record.flags_and_leads[1]
    sizes = fields(number, body, 6, f"{len(stored)}H")
    if sum(sizes) * len(record.tables) > _MAX_PACKED:
        raise UnsupportedError(said("The SCP-ECG file holds more than a resting ECG. Export 10 s of it."))
    start = 6 + 2 * len(stored)
    found: dict[str, Samples] = {}
    for (_, _, code), count, size in zip(stored, counts, sizes, strict=True):
        lead = _LEADS_BY_NUMBER.get(code, f"No{code}")
        if lead in LEADS:
            if lead in found:
                raise DamagedFileError(
                    said("Lead {lead} is in the SCP-ECG file twice. Export it again from the source.", lead=lead)
                )
            if start + size > len(body):
                raise damaged(number, mark("ends too early"))
            numbers = scp_huffman.decoded(body[start : start + size], count, record.tables)
            if numbers is None:
                raise damaged(number, f"holds fewer samples of lead {lead} than stated, or codes of no table")
            found[lead] = scp_huffman.summed(numbers, order) * np.float64(mv_per_bit)
        else:
            found[lead] = np.empty(0, np.float64)
        start += size
    return Waves(found, rate_hz)


def rhythm(record: Record, beat: Waves | None) -> Waves:
    """Section 6 over the time in which all of the twelve leads were recorded; `beat` is what may have been subtracted.

    Raises UnsupportedError for what cannot be unpacked here, DamagedFileError where sections contradict each other.
    """
    body = record.sections[6]
    if not body:
        raise UnsupportedError(
            said(
                "The SCP-ECG file holds no rhythm in section 6: a report, a single beat or a long-term recording. "
                "Export it again with its rhythm."
            )
        )
    _, interval_us, _, bimodal = fields(6, body, 0, "HHBB")
    if bimodal:
        raise UnsupportedError(
            said(
                "The SCP-ECG file is packed with bimodal compression, which keeps fewer samples between the QRS "
                "complexes and is not read here. Export it without, or in another format."
            )
        )
    flags, stored = record.flags_and_leads
    used = [(first, last) for first, last, number in stored if _LEADS_BY_NUMBER.get(number) in LEADS]
    rate_hz = _rate_hz(interval_us)
    for first, last in used:
        if not 0 < first <= last:
            raise damaged(3, mark("states a lead without samples"))
        if last - first + 1 > MAX_DURATION_S * rate_hz:
            raise UnsupportedError(
                said(
                    "The recording is longer than {most:.0f} s: not a resting ECG. Export 10 s of it.",
                    most=MAX_DURATION_S,
                )
            )
    begin, end = max((first for first, _ in used), default=0), min((last for _, last in used), default=0)
    if end - begin + 1 < MIN_DURATION_S * rate_hz and len({first for first, _ in used}) > 1:
        raise UnsupportedError(
            said(
                "The leads of the SCP-ECG file were recorded one group after another; all of them at once are needed. "
                "Export an ECG with all leads recorded at the same time."
            )
        )
    waves = _waves(record, 6, body, [last - first + 1 for first, last, _ in stored])
    if flags & _SUBTRACTED:
        _add_reference_beat(record, waves, beat)
    for first, _, number in stored:
        lead = _LEADS_BY_NUMBER.get(number, "")
        if lead in LEADS:
            waves.leads_mv[lead] = waves.leads_mv[lead][begin - first : end - first + 1]
    return replace(waves, warnings=(_CUT,)) if len(set(used)) > 1 else waves


def reference_beat(record: Record) -> Waves | None:
    """Section 5; None where it is absent, not of the length of a beat or cannot be used."""
    body, places = record.sections[5], record.sections[4]
    if not body or not places:
        return None
    try:
        interval_us = fields(5, body, 2, "H")[0]
        length_ms = fields(4, places, 0, "H")[0]
        if not interval_us or not 0 < length_ms <= 1000 * _MAX_BEAT_S:
            return None
        return _waves(record, 5, body, [length_ms * 1000 // interval_us] * len(record.flags_and_leads[1]))
    except ReadError:  # nothing rests on it where it was not subtracted
        return None


def _add_reference_beat(record: Record, rhythm: Waves, beat: Waves | None) -> None:
    """Put the reference beat back where section 4 says that it was subtracted."""
    places = record.sections[4]
    if beat is None or beat.rate_hz != rhythm.rate_hz:
        raise UnsupportedError(
            said(
                "The SCP-ECG file stores the rhythm without its reference beat, and holds no usable one at the same "
                "sampling rate. Export it without reference beat subtraction."
            )
        )
    _, fiducial, count = fields(4, places, 0, "HHH")
    if count > _MAX_BEATS:
        raise damaged(4, mark("states more beats than a resting ECG has"))
    zones = [fields(4, places, 6 + 14 * k, "HIII") for k in range(count)]
    for begin, _, number in record.flags_and_leads[1]:
        lead = _LEADS_BY_NUMBER.get(number, "")
        if lead not in LEADS:
            continue
        samples, shape = rhythm.leads_mv[lead], beat.leads_mv[lead]
        for kind, first, at, last in zones:
            offset = at - fiducial  # sample n of the recording is sample n - offset of the beat, both from 1
            low, high = max(first, begin, offset + 1), min(last, begin + samples.size - 1, offset + shape.size)
            if kind == 0 and low <= high:
                samples[low - begin : high - begin + 1] += shape[low - offset - 1 : high - offset]
