"""What the command line says of one file, as data: see `python -m lvm --help`. Keys are a stable contract."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lvm.errors import LvmError
from lvm.recording import LEADS, Patient

if TYPE_CHECKING:
    from lvm.estimate import Estimate
    from lvm.explain import Cell
    from lvm.explain.verdict import Trust
    from lvm.recording import Recording

Row = dict[str, Any]


def _patient(args: argparse.Namespace) -> Patient:
    return Patient(args.sex, args.age, args.height, args.weight)


def read_row(path: str, args: argparse.Namespace) -> Row:
    from lvm.read.files import read_file

    recording = read_file(path)
    if args.samples:
        import numpy as np

        try:
            with open(args.samples, "wb") as out:
                np.save(out, recording.signal_mv)
        except OSError as error:
            raise LvmError(f"The samples cannot be written: {error.strerror}. Check the name they go to.") from None
    typed = {k: v for k, v in asdict(_patient(args)).items() if v is not None}
    beat = recording.representative
    return {
        "format": recording.format,
        "version": recording.version,
        "sampling_rate_hz": recording.sampling_rate_hz,
        "low_pass_hz": recording.low_pass_hz,
        "duration_s": recording.duration_s,
        "leads": LEADS,
        "derived_leads": recording.derived_leads,
        "patient": asdict(recording.patient) | typed,
        "device": asdict(recording.device),
        "acquired_at": recording.acquired_at,
        "pacemaker": recording.pacemaker,
        "findings": recording.findings,
        "representative_beat": beat
        and {
            "sampling_rate_hz": beat.sampling_rate_hz,
            "duration_s": beat.signal_mv.shape[1] / beat.sampling_rate_hz,
        },
        "left_out": recording.left_out,
        "warnings": recording.warnings,
    }


def beats_row(path: str, args: argparse.Namespace) -> Row:
    from lvm.analysis import analyse
    from lvm.beats import BEFORE_R
    from lvm.clean import SAMPLING_RATE_HZ
    from lvm.read.files import read_file
    from lvm.waves import BOUNDARIES

    analysis = analyse(read_file(path))
    if args.profile:
        from lvm.profile import profile
        from lvm.show.profile import by_lead_and_segment

        try:
            with open(args.profile, "w", encoding="utf-8", newline="") as out:
                by_lead_and_segment(profile(analysis)).to_csv(out, index=False)
        except OSError as error:
            raise LvmError(f"The profile cannot be written: {error.strerror}. Check the name it goes to.") from None
    average = analysis.average_waves.moved(-BEFORE_R)
    beats = [
        {
            "r_s": beat.r_s,
            **waves.seconds(),
            "usable": beat.usable,
            "reason": beat.reason or None,
            "uncertain": waves.uncertain,
            "margins_ms": dict(zip(BOUNDARIES, waves.margins_ms, strict=True)),
        }
        for beat, waves in zip(analysis.beats, analysis.waves, strict=True)
    ]
    return {
        "beats": beats,
        "chosen_beat": analysis.chosen,
        "chosen_reason": analysis.chosen_reason,
        "average_beat": {
            "boundaries_from_r_ms": {
                name: None if mark is None else mark * 1000 / SAMPLING_RATE_HZ
                for name, mark in zip(BOUNDARIES, average.marks(), strict=True)
            },
            "uncertain": average.uncertain,
        },
        "measured": asdict(analysis.measured),
        "timing": asdict(analysis.timing),
        "amplitudes_mv": analysis.amplitudes and asdict(analysis.amplitudes),
        "quality": {"usable": analysis.quality.usable} | asdict(analysis.quality),
    }


def _second_opinion(recording: "Recording", e: "Estimate") -> Row | None:
    """None where no file of LVM-AI is in place."""
    from lvm.second_opinion import find, second_opinion

    file = find()
    if file is None:
        return None
    row = asdict(second_opinion(recording, e, file))
    limit, above = row.pop("limit"), row.pop("above_limit")
    return row | {"reference": limit and limit | {"above": above}}


def estimate_row(path: str, args: argparse.Namespace) -> Row:
    from lvm.analysis import analyse
    from lvm.estimate import estimate
    from lvm.read.files import read_file
    from lvm.weights import load

    recording = read_file(path)
    bundle = load(args.bundle) if args.bundle else None
    e = estimate(analyse(recording), _patient(args), bundle=bundle, override=args.override_scope)
    reference = None
    if e.limit is not None:
        reference = asdict(e.limit) | {"above": e.above_limit}
    model = None
    if e.card is not None:
        model = {"bundle": e.card.name, "sha256": e.card.sha256}
        model |= {key: e.card.fields[key] for key in ("version", "title", "training_data")}
    return {
        "lvm_g": e.lvm_g,
        "interval_g": e.interval_g,
        "interval_level": e.interval_level,
        "bsa_m2": e.bsa_m2,
        "bsa_formula": e.bsa_formula,
        "lvmi_g_m2": e.lvmi_g_m2,
        "reference": reference,
        "model": model,
        "inputs": {name: asdict(value) for name, value in e.inputs.items()},
        "per_beat_g": e.per_beat_g,
        "per_fold_g": e.per_fold_g,
        "criteria": [asdict(c) for c in e.criteria],
        "withheld": e.withheld,
        "out_of_scope": e.out_of_scope,
        "overridden": e.overridden,
        "warnings": e.warnings + recording.warnings,
        "second_opinion": _second_opinion(recording, e),
    }


def explain_row(path: str, args: argparse.Namespace) -> Row:
    from lvm.analysis import analyse
    from lvm.estimate import estimate
    from lvm.explain import DEFAULT, METHODS, moved_boundaries, other_beats, subject_of, summed, verdict
    from lvm.read.files import read_file
    from lvm.weights import load

    recording = read_file(path)
    analysis = analyse(recording)
    bundle = load(args.bundle) if args.bundle else None
    e = estimate(analysis, _patient(args), bundle=bundle, override=args.override_scope)
    if e.card is None or analysis.chosen is None:
        raise LvmError(f"There is no estimate to explain. {e.withheld}")
    bundle, groups = load(e.card.name) if bundle is None else bundle, args.lead_groups
    method = METHODS[args.method or DEFAULT]
    threshold = method.cut_off if args.threshold is None else args.threshold
    subject = subject_of(analysis, e, bundle, lead_groups=groups)
    attributions = {key: of.attribute(subject) for key, of in METHODS.items()}
    x = summed(subject, method, attributions[method.key], threshold)
    waves = analysis.waves[analysis.chosen]
    beats = other_beats(analysis, e, bundle, None, groups)
    moved = [subject_of(analysis, e, bundle, waves=of, lead_groups=groups) for of in moved_boundaries(waves)]
    evidence = verdict.gather(subject, method, attributions[method.key], beats, moved)
    trust = verdict.measure(
        subject, method, attributions, evidence, x.gap_g, threshold=threshold, out_of_scope=e.overridden
    )
    return {
        "method": method.key,
        "target": x.target,
        "lvm_g": x.lvm_g,
        "baseline": {"name": x.baseline_name, "lvm_g": x.baseline_lvm_g},
        "threshold": threshold,
        "table": [asdict(cell) | _range(trust, cell) for cell in x.table],
        "scalars": [{"name": name, "grams": grams} for name, grams in x.scalars],
        "trust": _trust(trust),
        "uncertain_boundaries": waves.uncertain,
        "out_of_scope": e.out_of_scope,
        "overridden": e.overridden,
        "warnings": e.warnings + x.warnings + recording.warnings,
    }


def _range(trust: "Trust", cell: "Cell") -> Row:
    """Between which shares a cell lies while the uncertain boundaries move; null where none is uncertain."""
    return {"share_range": trust.bounds.get((cell.segment, cell.group))}


def _trust(trust: "Trust") -> Row:
    from lvm.explain.verdict import checks, verdict

    return {
        "verdict": verdict(trust),
        "checks": checks(trust),
        "randomised_similarity": trust.randomised_similarity,
        "randomised_similarity_by_chance": trust.randomised_chance,
        "method_agreement": trust.method_agreement,
        "agreement_with": trust.agreement_with.key,
        "completeness_gap_g": trust.completeness_gap_g,
        "deletion": [asdict(one) for one in trust.deletion],
        "largest": " ".join(trust.top),
        "largest_by_fold": [" ".join(cell) for cell in trust.top_of_folds],
        "largest_by_beat": [" ".join(cell) for cell in trust.top_of_beats],
        "limb_leads_possible": trust.limb_leads_possible,
        "ecg_part_of_shapley": trust.ecg_part,
    }
