"""Baselines that know almost nothing; a network that loses to one is reported as losing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from rehabkit.learning.examples import Examples
from rehabkit.learning.model import ClassicalModel


def majority(n_classes: int) -> ClassicalModel:
    """Always the classes' shares in the training part."""
    return ClassicalModel(lambda: DummyClassifier(strategy="prior"), features=_nothing, n_classes=n_classes)


def constant() -> ClassicalModel:
    """Always the median of the training part."""
    return ClassicalModel(lambda: DummyRegressor(strategy="median"), features=_nothing, classes=False)


def mean() -> ClassicalModel:
    """Always the mean of the training part: what R² is measured against."""
    return ClassicalModel(lambda: DummyRegressor(strategy="mean"), features=_nothing, classes=False)


def covariates_only(names: Sequence[str], *, n_classes: int | None) -> ClassicalModel:
    """Logistic (or ridge) regression on some covariates alone: duration, start pose, diagnosis …

    Parameters
    ----------
    n_classes : ``None`` for a regression.
    """

    def features(examples: Examples) -> NDArray[np.float64]:
        columns = [examples.covariates[name].reshape(len(examples), -1) for name in names]
        return np.concatenate(columns, axis=1).astype(np.float64)

    if n_classes is None:
        return ClassicalModel(lambda: make_pipeline(StandardScaler(), Ridge()), features=features, classes=False)
    return ClassicalModel(
        lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        features=features,
        n_classes=n_classes,
    )


def _nothing(examples: Examples) -> NDArray[np.float64]:
    return np.zeros((len(examples), 1))
