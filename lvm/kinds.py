"""Kinds of figures that must not be confused, and what stands above and beside each."""

from dataclasses import dataclass
from typing import Literal

from lvm.language import mark, said

# On patients, by the papers; here, on a semi-synthetic cohort; here, on simulated hearts; here, on a user's own table
# with measured masses; here, on real ECGs of which nobody knows the mass.
Kind = Literal["paper", "cohort", "simulated", "own", "real"]
About = Literal["mass", "importance"]  # how well a mass is told, or which part of the ECG a network goes by


@dataclass(frozen=True)
class Words:
    """What stands above and beside every block of one kind."""

    heading: str
    shows: str
    not_shows: str

    @property
    def beside(self) -> str:
        return said("Shows {shows} Does not show {not_shows}", shows=self.shows, not_shows=self.not_shows)


KINDS: dict[Kind, Words] = {
    "paper": Words(
        mark("Paper, on patients (not measured here)"),
        mark("what the authors found on their patients, whose LV mass was measured."),
        mark(
            "anything about this application: neither their patients’ data nor the weights of eLVMass-Net are public."
        ),
    ),
    "cohort": Words(
        mark("Ours, on the semi-synthetic cohort (masses a computer drew)"),
        mark(
            "which method recovers, from the ECG and the body size, a mass that was made from known features of the "
            "ECG; that the programs work; what a choice of preprocessing costs on such signals."
        ),
        mark(
            "how far off anybody’s LV mass would be, nor which method is best on patients. The masses were drawn to "
            "have the paper’s mean and spread, so an error near the paper’s confirms nothing."
        ),
    ),
    "simulated": Words(
        mark("Ours, on simulated hearts (masses that depend on one known thing)"),
        mark("that the programs work, and which method finds the one thing on which the mass depends."),
        mark("anything about patients: neither the ECGs nor the masses are anybody’s."),
    ),
    "own": Words(
        mark("Ours, on your own table"),
        mark(
            "how far off each method was on the patients of that table, each judged without having been met in "
            "training."
        ),
        mark(
            "how far off it would be in another hospital, with other electrocardiographs, or by another way to measure "
            "LV mass."
        ),
    ),
    "real": Words(
        mark("Ours, on real ECGs (nobody’s LV mass is known)"),
        mark("whether estimates are higher in ECGs that were coded as LV hypertrophy than in normal ones."),
        mark("by how many grams an estimate is off. The codes themselves rest on the ECG, largely on its voltage."),
    ),
}

_IMPORTANCE: dict[Kind, Words] = {
    "paper": Words(
        KINDS["paper"].heading,
        mark(
            "where the authors’ networks were sensitive, on average over five of their patients with a low, a middle "
            "and a high LV mass."
        ),
        mark(
            "where the networks of this application are sensitive, nor which part of an ECG holds the LV mass: five "
            "patients are few, and how the scores were cut off is not published."
        ),
    ),
    "cohort": Words(
        KINDS["cohort"].heading,
        mark(
            "which segments our networks go by, in ECGs whose mass was drawn from Cornell product, Sokolow-Lyon "
            "voltage, QRS duration and T waves."
        ),
        mark(
            "where a network trained on patients would look. The masses were drawn from QRS and T waves, so importance "
            "there confirms nothing, near the paper’s or not."
        ),
    ),
    "simulated": Words(
        KINDS["simulated"].heading,
        mark("which segments the networks go by in simulated ECGs."),
        KINDS["simulated"].not_shows,
    ),
    "own": Words(
        KINDS["own"].heading,
        mark("which segments the networks go by, on average over the patients of that table."),
        mark("which part of an ECG holds the LV mass, nor where other networks would look."),
    ),
}


def words(kind: Kind, about: About = "mass") -> Words:
    return _IMPORTANCE[kind] if about == "importance" else KINDS[kind]
