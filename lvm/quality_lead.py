"""What is wrong with one lead by itself: no signal, clipped, offset, wandering, noisy, no heartbeats.

Each limit lies beyond what 350 PTB-XL records and the files of seven other devices show, but for a few records that are
visibly bad. Noise within the network's band is by how much the usable beats differ from their median outside the QRS,
in parts of the median lead's QRS. Noise and wander added to PTB-XL records moved the shipped network's estimate of a
beat typically by 2 to 3.5 %, and in every tenth record by 3 to 6 %, where that was 0.1 to 0.15 in most leads; by 2.5
and 5 % where it was 0.5 to 0.9 in one lead. So it is only noted: what is worse leaves no beat that looks like another,
or no heartbeat to be seen in a lead, and that withholds the estimate.
"""

from collections.abc import Container
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lvm.beats import Beat
from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import mark, said
from lvm.quality_issue import Issue, named
from lvm.recording import LEADS, LIMB, PRECORDIAL, Recording, Signal

BEFORE_R, AFTER_R = int(0.27 * SAMPLING_RATE_HZ), int(0.38 * SAMPLING_RATE_HZ)  # samples of the median beat
QRS = slice(BEFORE_R - int(0.10 * SAMPLING_RATE_HZ), BEFORE_R + int(0.10 * SAMPLING_RATE_HZ))

_DROPOUT_S = 1.0
_RAIL_STAYS, _RAIL_S = 3, 0.008  # how often and how long at the limit; PTB-XL, at 5 uV and 250 Hz too, at most twice
_RAIL_STEP_MV, _RAIL_STEPS = 0.02, 3  # how steeply the signal meets its limit, in mV and in the file's own steps
_OFFSET_MV, _WANDER_MV = 5.0, 5.0
_BASELINE_S = 0.2
_HUM_MV = 0.05  # root mean square above 40 Hz; R and S are read from single samples and grow by twice that
_MAINS_SHARE = 0.5  # of what lies above 40 Hz, within 1 Hz of 50 or 60
_NOISY, _NOISY_LEAD = 0.1, 0.15  # of the median lead's QRS
_HIDDEN = 1.4  # how far beats differ within the QRS, of the QRS itself; noise alone 1.3 to 7, PTB-XL at most 1.2
_HIDING = 0.05  # of the median lead's QRS


@dataclass(frozen=True, eq=False)
class MedianBeat:
    """The median of the beats in the network's band.

    mv : (12, 325), R at sample BEFORE_R, each lead's median is zero.
    qrs_mv, qrs_rms_mv : (12,) height of the QRS from its lowest to its highest sample, and its root mean square.
    spread_mv, qrs_spread_mv : (12,) by how much the beats differ from it outside and within the QRS, root mean square.
    """

    mv: NDArray[np.float64]
    qrs_mv: NDArray[np.float64]
    qrs_rms_mv: NDArray[np.float64]
    spread_mv: NDArray[np.float64]
    qrs_spread_mv: NDArray[np.float64]


def median_beat(
    network_mv: Signal, beats: tuple[Beat, ...], at_least: int, usable_only: bool = True
) -> MedianBeat | None:
    """Of the usable beats, or of all, of a (12, T) signal; None where they are fewer than `at_least`."""
    r_peaks = [b.r for b in beats if (b.usable or not usable_only) and BEFORE_R <= b.r <= network_mv.shape[1] - AFTER_R]
    if len(r_peaks) < at_least:
        return None
    cuts = np.stack([network_mv[:, r - BEFORE_R : r + AFTER_R] for r in r_peaks]).astype(np.float64)  # (beats, 12, 325)
    cuts -= np.median(cuts, axis=2, keepdims=True)
    median = np.median(cuts, axis=0)
    squares = ((cuts - median) ** 2).mean(axis=0)  # (12, 325)
    shortest = int(np.diff([b.r for b in beats]).min(initial=2 * AFTER_R))
    outside = np.ones(median.shape[1], dtype=np.bool_)
    outside[QRS] = outside[: BEFORE_R - int(0.2 * SAMPLING_RATE_HZ)] = False
    outside[BEFORE_R + max(int(0.15 * SAMPLING_RATE_HZ), shortest - int(0.15 * SAMPLING_RATE_HZ)) :] = False
    return MedianBeat(
        median,
        np.ptp(median[:, QRS], axis=1),
        np.sqrt((median[:, QRS] ** 2).mean(axis=1)),
        np.sqrt(squares[:, outside].mean(axis=1)),
        np.sqrt(squares[:, QRS].mean(axis=1)),
    )


def no_signal(flat: tuple[str, ...]) -> list[Issue]:
    """flat : leads in which nothing moves; see lvm.beats.flat_leads."""
    if not flat:
        return []
    together = {
        LEADS: said("No signal in any lead."),
        LIMB: said("No signal in any of the limb leads. Check the arm and leg electrodes."),
        PRECORDIAL: said("No signal in any of the chest leads. Check the chest electrodes."),
    }
    return [Issue(together.get(flat) or said("No signal in {leads}.", leads=named(flat)), flat, True)]


def interrupted(recording: Recording, flat: tuple[str, ...]) -> list[Issue]:
    """Leads that stand still for a second or more, apart from those that always do."""
    leads = [lead for lead in LEADS if lead not in flat]
    if not leads:
        return []
    rate_hz = recording.sampling_rate_hz
    still = np.diff(recording.signal_mv[[LEADS.index(lead) for lead in leads]], axis=1) == 0  # (leads, T - 1)
    half = max(1, int(_DROPOUT_S * rate_hz / 2))
    if not still[:, : still.shape[1] // half * half].reshape(len(leads), -1, half).all(axis=2).any():
        return []  # the usual case, decided fast
    issues = []
    pauses = [(start, stop) for start, stop in _runs(still.all(axis=0)) if stop - start >= _DROPOUT_S * rate_hz]
    for start, stop in pauses:
        still[:, start:stop] = False
    longest_s = np.array([max((stop - start for start, stop in _runs(row)), default=0) / rate_hz for row in still])
    stopped = tuple(lead for lead, lasting_s in zip(leads, longest_s, strict=True) if lasting_s >= _DROPOUT_S)
    if stopped:
        what = said(
            "The signal in {leads} is interrupted for up to {longest_s:.1f} s. Record again.",
            leads=named(stopped),
            longest_s=float(longest_s.max()),
        )
        issues.append(Issue(what, stopped, True))
    if pauses:  # no beat is found there, so none is used
        lasting_s = sum(stop - start for start, stop in pauses) / rate_hz
        what = said("No lead has a signal for {lasting_s:.1f} s of the recording.", lasting_s=lasting_s)
        issues.append(Issue(what, (), False))
    return issues


def clipped(recording: Recording) -> list[Issue]:
    """Leads that stay again and again at their highest or lowest value, and meet it steeply."""
    shortest = max(3, round(_RAIL_S * recording.sampling_rate_hz))
    leads = _leads(np.array([_stays_at_rail(row, shortest) >= _RAIL_STAYS for row in recording.signal_mv]))
    if not leads:
        return []
    what = said("The signal in {leads} is cut off at the recorder's limit. Record again.", leads=named(leads))
    return [Issue(what, leads, True)]


def _stays_at_rail(row: NDArray[np.float32], shortest: int) -> int:
    """How often a lead stays for `shortest` samples or more at its highest value, or at its lowest if more often."""
    high, low = row.max(), row.min()
    if high == low:
        return 0
    steps = np.abs(np.diff(row))
    steep = max(_RAIL_STEP_MV, _RAIL_STEPS * float(steps[steps > 0].min()))
    beside = np.concatenate(([0.0], steps, [0.0]))  # [start] is the step up to a run, [stop] the step after it

    def stays(rail: float) -> int:
        found = [run for run in _runs(row == rail) if run[1] - run[0] >= shortest]
        return sum(bool(max(beside[start], beside[stop]) >= steep) for start, stop in found)

    return max(stays(high), stays(low))


def _runs(true: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where `true` is true without a break: starts and stops."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], true, [False]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def baseline(recording: Recording) -> list[Issue]:
    """Offset and wander, both taken off by the high-pass filter, but signs of bad contact."""
    width = max(1, round(_BASELINE_S * recording.sampling_rate_hz))
    count = max(1, recording.signal_mv.shape[1] // width)
    blocks = recording.signal_mv[:, : count * width].reshape(len(LEADS), count, -1)
    level = np.median(blocks, axis=2)  # (12, count) mV
    offset, wander = np.median(level, axis=1), np.ptp(level, axis=1)
    issues = []
    for far, value, what in (
        (np.abs(offset) > _OFFSET_MV, offset, mark("The baseline of {leads} lies {mv:+.3g} mV off zero.")),
        (
            wander > _WANDER_MV,
            wander,
            mark("The baseline of {leads} wanders by {mv:.3g} mV. Check the electrodes' contact."),
        ),
    ):
        if far.any():
            leads = _leads(far)
            most = float(value[np.abs(value).argmax()])
            issues.append(Issue(said(what, leads=named(leads), mv=most), leads, False))
    return issues


def hum(cleaned_mv: Signal, network_mv: Signal, beats: tuple[Beat, ...]) -> list[Issue]:
    """Mains hum and muscle noise above 40 Hz, which the network does not see, but the voltage criteria do."""
    outside = np.ones(cleaned_mv.shape[1], dtype=np.bool_)
    for beat in beats:
        outside[max(0, beat.r - BEFORE_R + QRS.start) : beat.r - BEFORE_R + QRS.stop] = False
    if not outside.any():
        return []
    above = (cleaned_mv - network_mv).astype(np.float64)
    noise_mv = np.sqrt((above[:, outside] ** 2).mean(axis=1))
    noisy = noise_mv > _HUM_MV
    if not noisy.any():
        return []
    power = np.abs(np.fft.rfft(above[noisy], axis=1)) ** 2
    hz = np.fft.rfftfreq(cleaned_mv.shape[1], 1 / SAMPLING_RATE_HZ)
    mains = [power[:, np.abs(hz - line) <= 1].sum() / max(power.sum(), 1e-30) for line in (50, 60)]
    leads = _leads(noisy)
    uv = float(noise_mv.max() * 1000)
    if max(mains) > _MAINS_SHARE:
        what = said(
            "Mains hum of {hz} Hz in {leads}, up to {uv:.0f} µV. Voltages read there are too high.",
            hz=(50, 60)[int(np.argmax(mains))],
            leads=named(leads),
            uv=uv,
        )
    else:
        what = said(
            "Muscle or other noise in {leads}, up to {uv:.0f} µV. Voltages read there are too high.",
            leads=named(leads),
            uv=uv,
        )
    return [Issue(what, leads, False)]


def hidden(beat: MedianBeat, flat: tuple[str, ...]) -> list[Issue]:
    """Leads in which the beats differ more from one another than they are high, and not because the QRS is small.

    Where most leads do, the beats are of several shapes, or all is noise: lvm.beats then finds none that can be used.
    """
    moving = np.array([lead not in flat for lead in LEADS])
    much = beat.qrs_spread_mv > _HIDING * float(np.median(beat.qrs_mv[moving])) if moving.any() else moving
    leads = _leads(moving & much & (beat.qrs_spread_mv > _HIDDEN * beat.qrs_rms_mv))
    if not leads or len(leads) > len(LEADS) // 2:
        return []
    what = said("Noise hides the heartbeats in {leads}. Check the electrodes and record again.", leads=named(leads))
    return [Issue(what, leads, True)]


def noisy(beat: MedianBeat, apart_from: Container[str]) -> list[Issue]:
    """Noise within the network's band: beats that differ from one another; in leads that have a signal to speak of."""
    rows = [row for row, lead in enumerate(LEADS) if lead not in apart_from]
    usual_mv = float(np.median(beat.qrs_mv[rows])) if rows else 0.0
    if usual_mv <= 0:
        return []
    share = beat.spread_mv / usual_mv
    typical = float(np.median(share[rows]))
    if typical > _NOISY:
        what = said("Noise or a moving baseline, {part:.0%} of the QRS in most leads.", part=typical)
        return [Issue(what, (), False)]
    much = [row for row in rows if share[row] > _NOISY_LEAD]
    if not much:
        return []
    leads = tuple(LEADS[row] for row in much)
    what = said(
        "Noise or a moving baseline in {leads}, up to {part:.0%} of the QRS.",
        leads=named(leads),
        part=float(share[much].max()),
    )
    return [Issue(what, leads, False)]


def _leads(where: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(lead for lead, true in zip(LEADS, where, strict=True) if true)
