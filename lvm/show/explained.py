"""The sentences of the saliency page."""

from lvm.estimate import Estimate
from lvm.explain import Explanation
from lvm.language import mark, speaking, tr
from lvm.show.words import input_name, mass, number

SENSITIVE = mark("This map shows where the model was sensitive, not why the heart is large.")
CUT_OFF_HELP = mark(
    "Values below this part of the map’s largest count as zero. The paper cut off small scores by a rule that it does "
    "not give. By default 15 % of gradients, which lies between what would give its number of empty cells and what "
    "would give its share of QRS, and 1 % of maps in grams, which have more of QRS by themselves."
)
DENSITY = mark(
    "Share counts every sample, so long segments collect more; of occlusion and Shapley values it is the segment’s "
    "part of all grams, signs left out. Density is the share per sample against the beat’s average: above 1 is more "
    "than average. Grams: the segment’s part of the estimate by this method."
)
BOUNDS = mark(
    "In brackets: from where to where the share moves while the uncertain boundaries move within their margins."
)
DELETION = mark(
    "Deleted: how the estimate changes if the segment is replaced by the average patient’s. Inserted: how the average "
    "patient’s estimate changes if the segment is replaced by this patient’s. Elsewhere: the mean size of that change "
    "for eight pieces as long, drawn by chance elsewhere in the same leads: of a long segment these hold the QRS. A "
    "dash where there is no room for one."
)


def on_picture(
    x: Explanation, estimate: Estimate, beat: int, *, shuffled: bool = False, edited: bool = False
) -> list[str]:
    """At the foot of a picture that is taken along, in English: by what, of what, and how it is to be read."""
    weights = "" if estimate.card is None else f", weights {estimate.card.name}"
    network = f"{weights}, shuffled: a network that has learned nothing" if shuffled else weights
    with speaking("en"):
        what = f"{x.method.name}{network}. Beat {beat + 1}, estimate {mass(estimate)}."
    trained = [] if estimate.card is None else [estimate.card.fields["title"]]
    return [what, *trained, f"{SENSITIVE}{' Boundaries were moved by hand.' if edited else ''}"]


def on_table(label: str, x: Explanation, estimate: Estimate, beat: int, *, edited: bool) -> list[str]:
    """Above a table that is taken along, in English: also whose it is, by the case's label, never by a name."""
    return [f"{label}.", *on_picture(x, estimate, beat, edited=edited)]


def named(estimate: Estimate, name: str) -> str:
    """'Weight', or 'Weight (not known)' where the training median stands for it."""
    known = estimate.inputs[name].source != "imputed"
    return input_name(name) if known else tr("{name} (not known)", name=input_name(name))


def steps(x: Explanation, error_g: float | None) -> str:
    """Under the waterfall: what it starts from, and how it is to be read.

    error_g : the largest standard error of its steps, where they come from orders drawn by chance.
    """
    sentences = [
        tr(
            "Shapley values, whichever method draws the map. They start at the estimate of the {baseline}, {grams}, "
            "and add up to this one.",
            baseline=x.baseline_name,
            grams=number(x.baseline_lvm_g, "g", 1),
        ),
        tr("Patient values first, then the ECG by segment and lead group.")
        if x.scalars
        else tr("This network is given the ECG alone. It is split by segment and lead group."),
    ]
    if error_g is not None:
        sentences.append(
            tr("Not every order could be tried: each is right to about {error_g:.1f} g.", error_g=2 * error_g)
        )
    return " ".join(sentences)
