"""The semi-synthetic cohort: real ECGs, changed as whole hearts, with masses from published relations.

A fifth of the hearts get hypertrophy of a random degree, as many as in Table 1 lie above the CT limits of the LV mass
index (80 and 65 g/m2: 20 and 18 % of a normal distribution). Its size is after that of PTB-XL's recordings coded as
hypertrophy against its normal ones: Sokolow-Lyon voltage 1.5 to 1.9 times, Cornell voltage 1.7 to 2.5 times, QRS 10 %
longer, an axis more to the left, T in V5 from .4 and .3 mV to about 0, in three of ten a secondary ST-T change. These
are the recordings on which the estimate is judged in the end, so that check is not independent of the cohort in this.
All hearts vary a little. QRS duration and axes are then moved together, by one shift and one factor a sex, to Table 1's
mean and SD. The changed ECG is measured again, and only that counts.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lvm.analysis import Analysis, analyse
from lvm.cohort import generated, mass
from lvm.cohort.change import Change, apply
from lvm.cohort.mass import TABLE_1, Column
from lvm.cohort.source import Origin, Source, criteria_of, usable
from lvm.criteria import CRITERIA
from lvm.errors import CohortError
from lvm.measure import axis_deg
from lvm.processes import over
from lvm.recording import Measurements, Patient, Recording, Sex, Signal
from lvm.scope import QRS_LIMIT_MS

METHOD = "semi-synthetic"
PATIENTS_NEEDED, MEMBERS_NEEDED = 10, 10
HYPERTROPHIC = 0.2
_DEVICES_QRS_MS = 4.0  # ours: SD by which electrocardiographs disagree on a QRS duration
_QRS_MS = (60.0, 114.0)


@dataclass(frozen=True, eq=False)
class Member:
    """One patient of a cohort: the ECG, the true mass, the part of it that the ECG and the body determine, and whose
    recording it was made from (`patient`: to be kept together)."""

    recording: Recording
    lvm_g: float
    expected_g: float
    patient: str
    origin: str


@dataclass(frozen=True, eq=False)
class Picture:
    """A beat of a source recording and of what was made of it, (12, 450) mV each."""

    title: str
    before_mv: Signal
    after_mv: Signal


@dataclass(frozen=True, eq=False)
class Cohort:
    """`criteria`: of every member, as measured. `how`: what the masses came from, by sex."""

    method: str
    seed: int
    members: tuple[Member, ...]
    origins: tuple[Origin, ...]
    criteria: dict[str, Column]
    how: dict[Sex, dict[str, float]]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class _Plan:
    """What is to become of one source."""

    source: Source
    sex: Sex
    change: Change


@dataclass(frozen=True, eq=False)
class _Changed:
    """What became of it, and what is measured in that; beat_mv (12, 450) is the chosen beat."""

    recording: Recording
    measured: Measurements
    criteria: dict[str, float]  # NaN where unknown
    secondary: float
    beat_mv: Signal


def secondary_change(analysis: Analysis) -> float:
    """0..1: from T of .1 mV in V5 or V6, which is flat, to -.2 mV, which is clearly inverted."""
    t = analysis.amplitudes.t if analysis.amplitudes else None
    return 0.0 if t is None else float(np.clip((0.1 - min(t["V5"], t["V6"])) / 0.3, 0, 1))


def draw_change(rng: np.random.Generator) -> Change:
    """Individual variation in everybody, hypertrophy of degree 0..1 in a fifth; the turns are those of hypertrophy."""
    degree = rng.uniform() if rng.uniform() < HYPERTROPHIC else 0.0
    frontal, back = rng.normal(1, 0.06, 2) * (1 + degree * rng.uniform([0.3, 0.4], [1.0, 1.2]))
    return Change(
        frontal_gain=float(frontal),
        back_gain=float(back),
        qrs_turn_deg=float(rng.normal(0, 5) - degree * rng.uniform(10, 40)),
        p_turn_deg=float(rng.normal(0, 5)),
        t_turn_deg=float(rng.normal(0, 5)),
        widen=float(rng.normal(1, 0.02) + degree * rng.uniform(0.05, 0.2)),
        t_gain=float(rng.normal(1, 0.08) * (1 - degree * rng.uniform(0.2, 0.6))),
        secondary=float(degree * rng.uniform(0.5, 1.2)) if rng.uniform() < 0.3 else 0.0,
    )


def build(
    sources: Sequence[Source],
    counts: dict[Sex, int],
    seed: int,
    progress: Callable[[int, int], None] = lambda *_: None,
    workers: int = 1,
) -> Cohort:
    """Draw counts[sex] members from the sources of that sex, less the few whose recording does not bear a change; the
    same seed gives the same cohort.

    Every origin gets an equal share. `progress(done, of)`. Raises CohortError where the sources do not suffice.
    """
    if not any(counts.values()) or any(0 < n < MEMBERS_NEEDED for n in counts.values()):
        raise CohortError(f"A cohort needs at least {MEMBERS_NEEDED} members of each sex that is in it.")
    members: list[Member] = []
    pictures: list[Picture] = []
    columns: list[dict[str, Column]] = []
    how: dict[Sex, dict[str, float]] = {}
    drawn_before = 0
    for sex, n in counts.items():
        if n == 0:
            continue
        rng = np.random.default_rng([seed, len(sex)])
        drawn, plans, changed = _plans(sources, sex, n, rng), list[_Plan](), list[_Changed]()
        for done, (plan, one) in enumerate(zip(drawn, over(_carried_out, drawn, workers), strict=True), start=1):
            progress(drawn_before + done, sum(counts.values()))
            if one is not None:
                plans.append(plan)
                changed.append(one)
        drawn_before += n
        if len(changed) < MEMBERS_NEEDED:
            raise CohortError(f"Of {n} {sex} recordings {len(changed)} can still be used once changed. Take others.")
        found, measured, reasons = _members(sex, plans, changed, rng)
        members += found
        pictures += _pictures(plans, changed)
        columns.append(measured)
        how[sex] = reasons
    criteria = {name: np.concatenate([c[name] for c in columns]) for name in columns[0]}
    used = {m.origin for m in members}
    origins = {s.origin.name: s.origin for s in sources if s.origin.name in used}
    return Cohort(METHOD, seed, tuple(members), tuple(origins.values()), criteria, how, tuple(pictures))


def _plans(sources: Sequence[Source], sex: Sex, n: int, rng: np.random.Generator) -> list[_Plan]:
    fitting = [s for s in sources if s.sex in (sex, None)]
    people = {s.patient for s in fitting}
    if len(people) < PATIENTS_NEEDED or not any(s.normal for s in fitting):
        raise CohortError(
            f"{len(people)} {sex} patients have usable recordings. At least {PATIENTS_NEEDED} are needed, normal ones "
            "among them."
        )
    of_origin = [[s for s in fitting if s.origin.name == name] for name in Counter(s.origin.name for s in fitting)]
    chosen = [of[k // len(of_origin) % len(of)] for k in range(n) for of in [of_origin[k % len(of_origin)]]]
    changes = [draw_change(rng) for _ in chosen]
    for k, source in enumerate(chosen):
        if source.sex is None:
            c, gain = changes[k], generated.QRS_GAIN[sex]
            changes[k] = replace(
                c,
                frontal_gain=c.frontal_gain * gain,
                back_gain=c.back_gain * gain,
                t_gain=c.t_gain * generated.T_GAIN[sex],
            )
    return [_Plan(source, sex, change) for source, change in zip(chosen, _fitted(chosen, changes, sex), strict=True)]


def _fitted(sources: Sequence[Source], changes: Sequence[Change], sex: Sex) -> list[Change]:
    """The same changes, so that QRS duration and axes come out with Table 1's mean and SD."""
    table, measured = TABLE_1[sex], [s.analysis.measured for s in sources]
    qrs_ms = np.array([m.qrs_duration_ms for m in measured], dtype=np.float64)
    mean_ms, sd_ms = table["qrs_duration_ms"]
    wanted_ms = _moved(qrs_ms * [c.widen for c in changes], mean_ms, np.sqrt(sd_ms**2 - _DEVICES_QRS_MS**2))
    widen = np.clip(wanted_ms, *_QRS_MS) / qrs_ms
    p = _unwrapped([m.p_axis_deg for m in measured])
    p_turn = _moved(p + [c.p_turn_deg for c in changes], *table["p_axis_deg"]) - p
    qrs = _unwrapped([m.qrs_axis_deg for m in measured])
    qrs_turn = _moved(qrs + [c.qrs_turn_deg for c in changes], *table["qrs_axis_deg"]) - qrs
    fitted = [
        replace(c, widen=float(w), p_turn_deg=float(p), qrs_turn_deg=float(q))
        for c, w, p, q in zip(changes, widen, p_turn, qrs_turn, strict=True)
    ]
    t = _unwrapped([_t_axis_deg(s, c) for s, c in zip(sources, fitted, strict=True)])
    turned = t + [c.t_turn_deg for c in changes]
    t_turn = _concordant_moved(turned, *table["t_axis_deg"]) - t
    return [replace(c, t_turn_deg=float(turn)) for c, turn in zip(fitted, t_turn, strict=True)]


def _t_axis_deg(source: Source, change: Change) -> float | None:
    """Where the T axis is after the rest of a change, on the average beat."""
    average, waves = source.analysis.average(), source.analysis.average_waves
    if average is None or waves.t_onset is None:
        return source.analysis.measured.t_axis_deg
    return axis_deg(apply(average, [waves], replace(change, t_turn_deg=0.0)), waves, waves.t_onset, waves.t_offset)


def _moved(column: Column, mean: float, sd: float) -> Column:
    """One shift and one factor for all."""
    return np.asarray(mean + sd * (column - column.mean()) / column.std())


def _concordant_moved(axes_deg: Column, mean: float, sd: float) -> Column:
    """The same, but a T wave that points more than 90 degrees away from the mean, as a secondary change makes it, is
    kept; the others make up for it as far as they can."""
    kept = np.abs(axes_deg - axes_deg.mean()) > 90
    rest = axes_deg[~kept]

    def moved(factor: float) -> Column:
        result = (axes_deg + 180) % 360 - 180  # as an axis is stated
        result[~kept] = rest.mean() + factor * (rest - rest.mean())
        result[~kept] += (mean - result.mean()) * len(result) / len(rest)
        return result

    factors = np.linspace(0.3, 3.0, 271)
    return moved(float(factors[np.argmin([abs(moved(f).std() - sd) for f in factors])]))


def _unwrapped(angles_deg: Sequence[float | None]) -> Column:
    """Angles within 180 degrees of their mean direction, unknown ones at it."""
    known = np.radians([a for a in angles_deg if a is not None])
    mean = float(np.degrees(np.arctan2(np.sin(known).mean(), np.cos(known).mean())))
    return np.array([mean if a is None else mean + (a - mean + 180) % 360 - 180 for a in angles_deg])


def _carried_out(plan: _Plan) -> _Changed | None:
    """Less changed where the estimate would be withheld for it, which happens to one or two of a hundred; None where it
    would be withheld even of the unchanged one, once it is filtered: one of thousands."""
    source, change = plan.source.analysis, plan.change
    for attempt in (change, replace(change, qrs_turn_deg=0.0), replace(change, widen=1.0), Change()):
        recording = Recording(apply(source.cleaned_mv, source.waves, attempt), 500.0, "", None, Patient(sex=plan.sex))
        a = analyse(recording)
        if usable(a) and a.chosen is not None:
            criteria = criteria_of(a, plan.sex)
            return _Changed(recording, a.measured, criteria, secondary_change(a), a.window(a.chosen).mv)
    return None


def _pictures(plans: list[_Plan], changed: list[_Changed]) -> list[Picture]:
    """The most changed, with and without a secondary ST-T change, and one of those changed least."""
    pairs = zip(plans, changed, strict=True)
    by_gain = sorted(pairs, key=lambda pair: pair[0].change.frontal_gain * pair[0].change.back_gain)
    st_t = [after.secondary > secondary_change(plan.source.analysis) for plan, after in by_gain]
    without, with_st_t = ([p for p, has in zip(by_gain, st_t, strict=True) if has is of] for of in (False, True))
    kinds = {"hypertrophy": without[-1:], "hypertrophy with ST-T change": with_st_t[-1:], "no hypertrophy": without[:1]}
    found = []
    for kind, picked in kinds.items():
        for plan, after in picked:
            before = plan.source.analysis
            if before.chosen is not None:
                title = f"{plan.sex}, {kind}, from {plan.source.origin.name}"
                found.append(Picture(title, before.window(before.chosen).mv, after.beat_mv))
    return found


def _members(
    sex: Sex, plans: list[_Plan], changed: list[_Changed], rng: np.random.Generator
) -> tuple[list[Member], dict[str, Column], dict[str, float]]:
    """The patients behind the changed recordings, with their criteria and how their masses came about."""
    criteria = {c.name: np.array([one.criteria[c.name] for one in changed]) for c in CRITERIA}
    features = criteria | {
        "QRS duration": np.array([one.measured.qrs_duration_ms for one in changed], dtype=np.float64),
        "QRS axis": _unwrapped([one.measured.qrs_axis_deg for one in changed]),
    }
    secondary = np.array([one.secondary for one in changed])
    normal = np.array([plan.source.normal for plan in plans])
    who = mass.draw(sex, features, secondary, normal, rng)
    members = []
    for k, (plan, one) in enumerate(zip(plans, changed, strict=True)):
        m = one.measured
        qrs_ms = min(float(m.qrs_duration_ms or 0) + rng.normal(0, _DEVICES_QRS_MS), QRS_LIMIT_MS - 1.0)
        device = Measurements(m.p_axis_deg, m.qrs_axis_deg, m.t_axis_deg, m.heart_rate_bpm, m.pr_interval_ms, qrs_ms)
        body = Patient(sex, float(who.age_years[k]), float(who.height_cm[k]), float(who.weight_kg[k]))
        whole = replace(one.recording, patient=body, device=device)
        source = plan.source
        members.append(Member(whole, float(who.lvm_g[k]), float(who.expected_g[k]), source.patient, source.origin.name))
    return members, criteria, who.how
