"""Descriptions of the figures for those who do not see them, computed from this patient."""

import numpy as np

from lvm.analysis import Analysis
from lvm.estimate import Estimate
from lvm.language import tr
from lvm.recording import LEADS, Measurements
from lvm.show.beat import boundary_names, shown
from lvm.show.distribution import Spread
from lvm.show.ecg import Paper
from lvm.show.filters import stated
from lvm.show.makers import best
from lvm.show.mass import Beats
from lvm.show.quality import marks
from lvm.show.words import interval_name, limit_g, number, span, usable
from lvm.waves import Waves


def ecg(
    analysis: Analysis,
    beat: int | None,
    paper: Paper,
    by_hand: Measurements = Measurements(),  # noqa: B008 - frozen
) -> str:
    """by_hand : measured by the user, in place of the device's measurements and ours."""
    m, _ = best(analysis, by_hand)
    text = tr(
        "12-lead ECG on millimetre paper, {layout}, {speed} mm/s, {gain} mm/mV, filter {filter}. Rate {rate}, PR {pr}, "
        "QRS {qrs}, QT {qt}, QRS axis {axis}. {usable}.",
        layout=paper.layout,
        speed=paper.speed,
        gain=f"{paper.gain:g}",
        filter=stated(analysis.recording, paper.filter),
        rate=number(m.heart_rate_bpm, "/min"),
        pr=number(m.pr_interval_ms, "ms"),
        qrs=number(m.qrs_duration_ms, "ms"),
        qt=number(m.qt_interval_ms, "ms"),
        axis=number(m.qrs_axis_deg, "°"),
        usable=usable(analysis),
    )
    parts = [text]
    if paper.needs_pages(analysis):
        end_s = min(paper.start_s + paper.page_s, analysis.recording.duration_s)
        seconds = f"{paper.start_s:g}–{end_s:g} s"
        parts.append(
            tr("Shown: {seconds} of {whole}.", seconds=seconds, whole=number(analysis.recording.duration_s, "s", 1))
        )
    if beat is not None:
        parts.append(tr("Beat {number} is chosen and shaded.", number=beat + 1))
    return " ".join(parts)


def beat(analysis: Analysis, index: int | None, waves: Waves | None = None) -> str:
    """Of one beat, or of the average of the usable ones if None. waves : its boundaries as the user put them."""
    one = shown(analysis, index, waves)
    high, low = (np.unravel_index(at, one.mv.shape) for at in (one.mv.argmax(), one.mv.argmin()))
    marks = one.marks_ms
    over = tr("the other usable beats") if index is not None else tr("these beats")
    sentences = [
        tr(
            "{name} in 12 leads over {over}. Highest {high} in {high_lead}, lowest {low} in {low_lead}.",
            name=one.name,
            over=over,
            high=number(float(one.mv[high]), "mV", 2),
            high_lead=LEADS[high[0]],
            low=number(float(one.mv[low]), "mV", 2),
            low_lead=LEADS[low[0]],
        ),
        tr(
            "From R: P from {p}, QRS {onset} to {offset}, T ends at {t}.",
            p=number(marks["p_onset_s"], "ms"),
            onset=number(marks["qrs_onset_s"]),
            offset=number(marks["qrs_offset_s"], "ms"),
            t=number(marks["t_offset_s"], "ms"),
        ),
    ]
    if one.waves.uncertain:
        sentences.append(tr("Uncertain: {names}.", names=boundary_names(one.waves.uncertain)))
    if one.by_hand:
        sentences.append(tr("Set by hand: {names}.", names=boundary_names(one.by_hand)))
    return " ".join(sentences)


def mass(estimate: Estimate, beats: Beats, spread: Spread) -> str:
    if estimate.lvm_g is None:
        return tr("No estimate.")
    against = marks(estimate)
    told = tr(
        "LV mass {grams}, {interval} {span}",
        grams=number(estimate.lvm_g, "g") + (f" ({against})" if against else ""),
        interval=interval_name(estimate),
        span=span(estimate.interval_g),
    )
    limit = limit_g(estimate)
    if limit is not None:
        told = tr("{told}; limit for this body size {limit}", told=told, limit=number(limit, "g"))
    ends = (span((min(of), max(of))) for of in (estimate.per_fold_g, beats.grams))
    told = tr("{told}. Networks {networks}, beats {beats}.", told=told, networks=next(ends), beats=next(ends))
    own = spread.by_sex.get("male" if estimate.inputs["sex"].value == "male" else "female")
    if own is None:
        return told
    heavier = own.share_above(estimate.lvm_g)
    return tr(
        "{told} {percent} % of the masses of this sex in the cohort are above it. {whose}",
        told=told, percent=f"{100 * heavier:.0f}", whose=spread.said,
    )  # fmt: skip
