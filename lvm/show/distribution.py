"""How LV masses are spread in the cohort, by sex: what an estimate is drawn on.

The masses are those of weights/evaluation, as many as were judged there. Without these, normal curves by the mean and
SD in the cards of the standard weights stand for them, and say that they do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lvm.errors import EvaluationError
from lvm.evaluation import SYSTEMS, read
from lvm.language import mark, tr
from lvm.recording import SEXES, Sex
from lvm.show import cohort
from lvm.show.card_values import count, dig, numbers
from lvm.weights import Card

_STEPS = 160
_WHOSE = {
    "cohort": mark(
        "Curves: the masses of {men} men and {women} women of the semi-synthetic cohort. A computer drew them; nobody "
        "was measured."
    ),
    "own": mark("Curves: the masses of {men} men and {women} women of your own table."),
    "normal": mark(
        "Curves: normal curves with the mean and SD of the semi-synthetic cohort, by the cards of the weights. Nobody "
        "was measured."
    ),
}


@dataclass(frozen=True, eq=False)
class Distribution:
    """Density per gram at `grams`, both (n,), of the LV masses of one sex. recordings : None of a normal curve."""

    grams: NDArray[np.float64]
    density: NDArray[np.float64]
    recordings: int | None = None

    def share_above(self, grams: float) -> float:
        """What part of the masses is above so many grams."""
        return float(self.density[self.grams > grams].sum() / self.density.sum())


@dataclass(frozen=True, eq=False)
class Spread:
    """The distributions by sex, and whose they are: a key of _WHOSE."""

    by_sex: Mapping[Sex, Distribution]
    whose: str

    @property
    def said(self) -> str:
        """Whose masses these are; "" of none."""
        men, women = (count(self.by_sex[sex].recordings if sex in self.by_sex else None) for sex in SEXES)
        return tr(_WHOSE[self.whose], men=men, women=women) if self.by_sex else ""


def spread(folder: Path, cards: tuple[Card, ...]) -> Spread:
    """What is known of the masses. folder : of the weights; cards : those installed there."""
    try:
        evaluation = read(folder / SYSTEMS)
    except EvaluationError:  # the page Models says so
        evaluation = None
    if evaluation is not None and evaluation.kind in _WHOSE:
        masses = {points.sex: points.truth_g for points in evaluation.points}  # of every system the same
        if set(masses) == set(SEXES):
            return Spread({sex: smooth(np.array(masses[sex])) for sex in SEXES}, evaluation.kind)
    of_cards = cohort.of(cards)
    pairs = {sex: numbers(dig(of_cards, "marginals", sex, "lvm_g", "cohort"), 2) for sex in SEXES}
    return Spread({sex: normal(*pair) for sex, pair in pairs.items() if pair is not None and pair[1] > 0}, "normal")


def smooth(masses_g: NDArray[np.float64]) -> Distribution:
    """A Gaussian kernel density with Silverman's width."""
    quarter, three = np.percentile(masses_g, (25, 75))
    narrow = min(float(masses_g.std()), float(three - quarter) / 1.34) or 1.0
    width_g = 0.9 * narrow * len(masses_g) ** -0.2
    grams = np.linspace(masses_g.min() - 3 * width_g, masses_g.max() + 3 * width_g, _STEPS)
    kernels = np.exp(-0.5 * ((grams[:, None] - masses_g) / width_g) ** 2)  # (grams, masses)
    return Distribution(grams, kernels.mean(axis=1) / (width_g * np.sqrt(2 * np.pi)), len(masses_g))


def normal(mean_g: float, sd_g: float) -> Distribution:
    grams = np.linspace(mean_g - 3.5 * sd_g, mean_g + 3.5 * sd_g, _STEPS)
    return Distribution(grams, np.exp(-0.5 * ((grams - mean_g) / sd_g) ** 2) / (sd_g * np.sqrt(2 * np.pi)))
