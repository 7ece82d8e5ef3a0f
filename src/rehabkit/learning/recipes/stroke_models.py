"""Models of stroke severity from derived EEG features: windows in, one value a patient or mild against severe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import by_recording
from rehabkit.learning.model import Model
from rehabkit.learning.recipes.recovery_models import ALPHAS
from rehabkit.runtime.bundle import Tensors

Array = NDArray[np.float64]


class WindowSvm(Model):
    """Support vector machine with a radial kernel, C = 1, over one window's features, for mild against severe."""

    def __init__(self) -> None:
        self._machine = make_pipeline(StandardScaler(), SVC(C=1.0, kernel="rbf"))

    def fit(self, examples: Examples, seed: int) -> None:
        """Fit; nothing is chosen."""
        self._machine.fit(examples.flat(), examples.target)

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` (n_rows, 2): the logistic function of the margin, which no one calibrated."""
        severe = 1 / (1 + np.exp(-self._machine.decision_function(examples.flat())))
        return {"probability": np.stack([1 - severe, severe], axis=1).astype(np.float32)}

    def settings(self) -> dict[str, Any]:
        """The machine as it prints itself."""
        return {"estimator": " ".join(repr(self._machine).split())}


def of_patients(examples: Examples, covariates: Sequence[str] = ()) -> tuple[Array, Array]:
    """(n_patients, n_features) means over the windows of each, or these covariates; their (n_patients,) targets."""
    x = columns(examples, covariates)
    _, pooled, _ = by_recording(examples.target, x, examples.subject, examples.recording)
    return pooled, examples.target[examples.first_rows()]


def columns(examples: Examples, covariates: Sequence[str] = ()) -> Array:
    """(n_rows, n_features) every input side by side, or these covariates where any are named."""
    if not covariates:
        return examples.flat().astype(np.float64)
    return np.stack([examples.covariates[name] for name in covariates], axis=1).astype(np.float64)


class PatientRidge(Model):
    """Ridge regression on the mean of a patient's windows; the penalty is chosen inside the training part.

    Parameters
    ----------
    covariates : looked at instead of the windows, e.g. age and days since the stroke.
    """

    def __init__(self, covariates: Sequence[str] = ()) -> None:
        self.covariates = tuple(covariates)

    def fit(self, examples: Examples, seed: int) -> None:
        """Standardise and fit on patients."""
        self._ridge = make_pipeline(StandardScaler(), RidgeCV(ALPHAS)).fit(*of_patients(examples, self.covariates))

    def predict(self, examples: Examples) -> Tensors:
        """``value`` (n_rows,) of each window; linear, so that their mean is that of the mean window."""
        return {"value": self._ridge.predict(columns(examples, self.covariates))}

    def settings(self) -> dict[str, Any]:
        """The penalties to choose from, and what is looked at."""
        return {"alphas": f"{ALPHAS[0]:g} to {ALPHAS[-1]:g}", "covariates": self.covariates}


class PatientSvm(Model):
    """Support vector regression with a linear kernel, C = 1 and epsilon = 0.1, on the mean of a patient's windows."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Standardise features and target, and fit."""
        x, y = of_patients(examples)
        self._scaler, self._middle, self._spread = StandardScaler().fit(x), y.mean(), y.std()
        scaled = self._scaler.transform(x) / np.sqrt(x.shape[1])
        self._machine = SVR(kernel="linear").fit(scaled, (y - self._middle) / self._spread)

    def predict(self, examples: Examples) -> Tensors:
        """``value`` (n_rows,) of each window."""
        scaled = self._scaler.transform(examples.flat().astype(np.float64)) / np.sqrt(examples.flat().shape[1])
        return {"value": self._machine.predict(scaled) * self._spread + self._middle}


def left_out_by_ridge(x: Array, y: Array) -> Array:
    """Each patient's value by a ridge regression of all others, for many labellings at once.

    Parameters
    ----------
    x : (n_patients, n_features).
    y : (n_patients, n_labellings), e.g. permutations of one; each has its own penalty, chosen among the others.

    Returns
    -------
    (n_patients, n_labellings)
    """
    found = np.empty(y.shape)
    for i in range(len(x)):
        rest = np.arange(len(x)) != i
        scaled = StandardScaler().fit(x[rest]).transform(x)
        size, turn = np.linalg.eigh(scaled[rest] @ scaled[rest].T)  # ridge sees no more than what the others span
        kept = size > 1e-9 * size[-1]
        spanned = scaled @ (scaled[rest].T @ turn[:, kept]) / np.sqrt(size[kept])
        ridge = RidgeCV(ALPHAS, alpha_per_target=y.shape[1] > 1).fit(spanned[rest], y[rest])
        found[i] = ridge.predict(spanned[i : i + 1])[0]
    return found


def left_out_by_svm(x: Array, y: Array) -> Array:
    """As :func:`left_out_by_ridge`, by :class:`PatientSvm`."""
    found = np.empty(y.shape)
    for i in range(len(x)):
        rest = np.arange(len(x)) != i
        scaler = StandardScaler().fit(x[rest])
        own = scaler.transform(x) / np.sqrt(x.shape[1])
        kernel = own @ own[rest].T
        for column, labels in enumerate(y[rest].T):
            machine = SVR(kernel="precomputed").fit(kernel[rest], (labels - labels.mean()) / labels.std())
            said = (
                machine.dual_coef_[0] @ kernel[i, machine.support_] + machine.intercept_[0]
            )  # predict, without checks
            found[i, column] = said * labels.std() + labels.mean()
    return found
