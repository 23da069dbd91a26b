"""What a comparison of all systems found, and the figures that its tables are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lvm import written
from lvm.cohort.source import Source
from lvm.evaluation import Kind
from lvm.language import mark
from lvm.net.config import Sexes
from lvm.recording import SEXES, Sex
from lvm.train.compare import Said
from lvm.train.examples import Examples
from lvm.train.folds import Fold
from lvm.train.metrics import demographics_only
from lvm.train.real import auc_with_interval, by_who_has_not_met, criteria_values, met_in
from lvm.train.scores import NOTHING, Scores, by_fold

_Array = NDArray[np.float64]
BODY, BEST = mark("Age, sex and body size alone"), mark("Best possible on these data")
CRITERIA, AGE = ("Cornell product", "Sokolow-Lyon"), "age"
UNKNOWN = "–"
WHO: dict[Sex, str] = {"male": mark("men"), "female": mark("women")}
_JUDGED_BY = mark("Each by the network that has not met the patient.")
_AGE_TELLS_TOO = mark("Those coded are older, and an ECG tells age too.")


@dataclass(frozen=True, eq=False)
class Found:
    """All that the tables are made of.

    said : what every system said, by its key.
    sources : the real ECGs that are judged; real : their examples; see lvm.train.real.
    kind : of the masses, "cohort", "simulated" or "own".
    cohort : what cohort.json says; None for a user's own table.
    """

    examples: Examples
    folds: tuple[Fold, ...]
    said: dict[str, Said]
    sources: Sequence[Source]
    real: Examples
    kind: Kind
    cohort: dict[str, Any] | None

    def folds_of(self, who: Sexes) -> list[Fold]:
        """The folds with the rows of one sex."""
        chosen = np.ones(len(self.examples), dtype=bool) if who == "all" else self.examples.of_sex(who)
        return [fold.of(chosen) for fold in self.folds]

    @property
    def people(self) -> list[Sexes]:
        """All, and each sex that is there in every fold."""
        return ["all", *(sex for sex in SEXES if all(len(f.test) for f in self.folds_of(sex)))]

    @cached_property
    def demographics_g(self) -> _Array:
        return demographics_only(self.examples, self.folds)

    def scores(self, key: str, who: Sexes = "all") -> Scores:
        """Of a system, of BODY or of BEST, on those of one sex or both; NaN where it cannot be said."""
        if who not in self.people or key not in (BODY, BEST, *self.said):
            return NOTHING
        if key in (BODY, BEST):
            grams = self.demographics_g if key == BODY else self.examples.expected_g
        else:
            grams = self.said[key].grams
        return by_fold(grams, self.examples, self.folds_of(who))

    @cached_property
    def _met(self) -> dict[str, int]:
        return met_in(self.folds, self.examples)

    def real_area(self, key: str, sex: Sex) -> str:
        """AUC on the real ECGs of one sex with its interval: of a system, of a criterion, or of the age."""
        at = [k for k, source in enumerate(self.sources) if source.sex == sex]
        people = [self.sources[k] for k in at]
        if not people or key not in (AGE, *CRITERIA, *self.said):
            return UNKNOWN
        if key in CRITERIA:
            score = criteria_values(people, sex)[key]
        elif key == AGE:
            score = np.array([np.nan if s.age_years is None else s.age_years for s in people])
        else:
            score = by_who_has_not_met(self.said[key].real_g, self.real, self._met)[at]
        known = ~np.isnan(score)
        found = auc_with_interval(score[known], np.array([s.coded_lvh for s in people])[known])
        return UNKNOWN if found is None else f"{found[0]:.2f} ({found[1]:.2f}–{found[2]:.2f})"

    def real_note(self) -> str:
        parts = []
        for sex in SEXES:
            people = [s for s in self.sources if s.sex == sex]
            coded = sum(s.coded_lvh for s in people)
            parts.append(written.CODED.format(people=WHO[sex], n=len(people), n_coded=coded))
        return f"{written.AREA.format(groups='; '.join(parts))} {_JUDGED_BY} {_AGE_TELLS_TOO}"
