"""ecgAI in training: boosted trees of scikit-learn on the profile, as many as do best on the validation part."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from lvm.net.ecgai import ECGAIConfig
from lvm.train.examples import Examples, Rows
from lvm.train.folds import Fold


class Trees:
    """A fitted regressor; the trees behind the best number of them are left out."""

    def __init__(
        self, config: ECGAIConfig, regressor: HistGradientBoostingRegressor, known: NDArray[np.bool_], best: int
    ) -> None:
        """known : the columns that the regressor was given."""
        self.config, self.best, self._regressor, self._known = config, best, regressor, known

    def predict(self, examples: Examples, rows: Rows) -> NDArray[np.float64]:
        """Grams of some rows."""
        staged = self._regressor.staged_predict(given(self.config, examples, rows)[:, self._known])
        return np.asarray(next(islice(staged, self.best - 1, None)))


def given(config: ECGAIConfig, examples: Examples, rows: Rows) -> NDArray[np.float64]:
    """The profile (n, k), and for all features the eight scalars behind it; trees take NaN as it is."""
    columns: Sequence[NDArray[np.float64]] = [examples.profile[rows]]
    return np.column_stack([*columns, *([examples.scalars[rows]] if config.inputs == "all features" else [])])


def fit(config: ECGAIConfig, examples: Examples, fold: Fold, seed: int) -> tuple[Trees, list[float]]:
    """The trees, and the mean absolute error in g of the validation part after each."""
    regressor = HistGradientBoostingRegressor(
        loss="absolute_error",
        learning_rate=config.learning_rate,
        max_iter=config.trees,
        max_leaf_nodes=config.leaves,
        min_samples_leaf=config.smallest_leaf,
        max_features=config.columns,
        early_stopping=False,
        random_state=seed,
    )
    columns = given(config, examples, fold.train)
    known = np.asarray(~np.isnan(columns).all(axis=0))  # scikit-learn cannot take what is known of nobody
    regressor.fit(columns[:, known], examples.lvm_g[fold.train])
    truth = examples.lvm_g[fold.validation]
    staged = regressor.staged_predict(given(config, examples, fold.validation)[:, known])
    errors = [float(np.abs(grams - truth).mean()) for grams in staged]
    return Trees(config, regressor, known, int(np.argmin(errors)) + 1), errors
