"""Explanations of the current case, each computed once and kept with it; and the boundaries that the user moved."""

from typing import TYPE_CHECKING

from lvm.language import tr
from lvm.ui.case import Case, estimate_of, given, waves_of

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from lvm.explain import Attribution, Explanation, Subject
    from lvm.explain.population import Population
    from lvm.explain.verdict import Evidence, Trust
    from lvm.waves import Waves
    from lvm.weights import Bundle


def _bundle(case: Case) -> "Bundle | None":
    """That of the estimate; None where there is no estimate to explain."""
    from lvm.weights import load

    estimate = estimate_of(case)
    if estimate.lvm_g is None or estimate.card is None or case.beat is None:
        return None
    return load(estimate.card.name)


def subject_of_case(case: Case, lead_groups: int, waves: "Waves | None" = None) -> "Subject | None":
    """What is explained; None where there is no estimate."""
    from lvm.explain import subject_of

    bundle = _bundle(case)
    if bundle is None or case.beat is None:
        return None
    chosen = waves_of(case, case.beat) if waves is None else waves
    return subject_of(
        case.analysis, estimate_of(case), bundle, beat=case.beat, waves=chosen, lead_groups=lead_groups
    )  # fmt: skip


def _of(case: Case) -> tuple[object, ...]:
    """What an explanation rests on."""
    return given(case), case.beat, case.bundle, case.input_set, case.override


def attribution_of(case: Case, subject: "Subject", method: str) -> "Attribution":
    """By one method. What goes by samples hangs on no boundary."""
    from lvm.explain import METHODS

    chosen = METHODS[method]
    cells = (waves_of(case, case.beat or 0), subject.lead_groups) if chosen.by_cells else ()
    return case.remember(("attribution", method, cells, *_of(case)), lambda: chosen.attribute(subject))


def all_attributions(case: Case, subject: "Subject", place: "DeltaGenerator | None" = None) -> "dict[str, Attribution]":
    """By every method; a bar in `place` says how far it is."""
    from lvm.explain import METHODS

    found = {}
    for done, (key, method) in enumerate(METHODS.items()):
        if place is not None:
            what = tr("Checking this map: {method} …", method=method.name)
            place.progress(done / len(METHODS), f":small[{what}]")
        found[key] = attribution_of(case, subject, key)
    return found


def explanation_of(case: Case, subject: "Subject", method: str, threshold: float | None = None) -> "Explanation":
    from lvm.explain import METHODS, summed

    return summed(subject, METHODS[method], attribution_of(case, subject, method), threshold)


def shapley_error_of(case: Case, subject: "Subject") -> float | None:
    """The largest standard error of the Shapley values in grams; None where they are exact."""
    from lvm.explain.cells import shapley_error_g

    waves = waves_of(case, case.beat or 0)
    found = case.remember(("shapley error", waves, subject.lead_groups, *_of(case)), lambda: shapley_error_g(subject))
    return None if found is None else float(found.max())


def population_of(case: Case, x: "Explanation") -> "Population | None":
    """The third of the cohort into which the estimate falls, by the same method and network; None without one."""
    from lvm import weights
    from lvm.evaluation import SALIENCY
    from lvm.explain import population

    card = estimate_of(case).card
    if card is None or case.bundle is not None or card.config.input_set != "model 2":
        return None
    found = population.of(population.read(weights.FOLDER / SALIENCY), card.config.sexes, x.method.key, x.lvm_g)
    return found if found is not None and found.cut_off == x.method.cut_off else None


def evidence_of(case: Case, subject: "Subject", method: str) -> "Evidence":
    """What speaks for and against the map by one method, as far as it hangs on no cut-off."""
    from lvm.explain import METHODS, moved_boundaries, other_beats, verdict

    bundle = _bundle(case)
    if bundle is None or case.beat is None:
        raise ValueError("nothing is explained")
    waves, groups = waves_of(case, case.beat), subject.lead_groups

    def compute() -> "Evidence":
        moved = (subject_of_case(case, groups, of) for of in moved_boundaries(waves))
        return verdict.gather(
            subject,
            METHODS[method],
            attribution_of(case, subject, method),
            other_beats(case.analysis, estimate_of(case), bundle, case.beat, groups),
            [one for one in moved if one is not None],
        )

    return case.remember(("evidence", method, waves, groups, *_of(case)), compute)


def shuffled_of(case: Case, subject: "Subject", method: str, threshold: float) -> "Explanation":
    """The map of networks that have learned nothing."""
    from lvm.explain import METHODS, summed
    from lvm.explain.trust import with_random_weights

    found = evidence_of(case, subject, method).randomised
    return summed(with_random_weights(subject), METHODS[method], found, threshold)


def trust_of(case: Case, subject: "Subject", method: str, threshold: float) -> "Trust":
    """How far the map by one method can be believed."""
    from lvm.explain import METHODS, verdict

    return verdict.measure(
        subject,
        METHODS[method],
        all_attributions(case, subject),
        evidence_of(case, subject, method),
        explanation_of(case, subject, method, threshold).gap_g,
        threshold=threshold,
        out_of_scope=estimate_of(case).overridden,
        edited=case.beat in case.edited,
    )
