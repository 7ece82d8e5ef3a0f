"""What the kimore_score recipe trains: a forest and a kernel machine over people, their mean, and a chart's medians."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.model_selection import KFold
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, QuantileTransformer
from sklearn.svm import SVR

from rehabkit.errors import InputError
from rehabkit.learning.examples import Examples
from rehabkit.learning.model import Model
from rehabkit.learning.recipes.kimore_features import FEATURES, SPREAD
from rehabkit.runtime.bundle import Tensors

Array = NDArray[np.float64]
EXERCISES = (1, 2, 3, 4, 5)
N_FEATURES = len(EXERCISES) * len(FEATURES)
HIGHEST = 50.0
"""Points that an exercise can get."""
TRIED_C = (5.0, 20.0, 80.0)
"""Of these the kernel machine takes the one that inner folds of people find best."""
STEADY = np.tile([name not in SPREAD for name in FEATURES], len(EXERCISES))
"""What the kernel machine looks at: the spread's many like columns would outweigh all else in a distance."""


class OfPeople(Model):
    """How far a person's five scores are above the usual, from the signals of their exercises."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Medians for what was not seen, the usual score of each exercise, then what the subclass learns."""
        first, number = _people(examples)
        seen = np.where(examples.inputs["seen"][first] > 0, examples.inputs["features"][first], np.nan)
        self._middle = np.nan_to_num(np.array([_median(column) for column in seen.T]))
        scores = np.full((len(first), len(EXERCISES)), np.nan)
        scores[number, examples.covariates["exercise"]] = examples.target
        self._usual = np.array([_median(column) for column in scores.T])  # NaN for an exercise not met
        above = scores - self._usual
        person = np.nanmean(above, axis=1, keepdims=True)
        self.learn(self._filled(examples, first), np.where(np.isfinite(above), above, person), seed)

    def predict(self, examples: Examples) -> Tensors:
        """``value`` (n_rows,)."""
        if not hasattr(self, "_usual"):
            raise InputError("model must be fitted before it predicts, got an unfitted one; call fit first")
        everyone = np.arange(len(examples))
        scores = self._usual + self.tell(self._filled(examples, everyone))
        value = np.clip(scores[everyone, examples.covariates["exercise"]], 0.0, HIGHEST)
        return {"value": value.astype(np.float32)}

    def _filled(self, examples: Examples, rows: NDArray[np.intp]) -> Array:
        """(n_rows, N_FEATURES) with the training part's median where not seen."""
        seen = examples.inputs["seen"][rows] > 0
        return np.asarray(np.where(seen, examples.inputs["features"][rows], self._middle))

    @abstractmethod
    def learn(self, x: Array, above: Array, seed: int) -> None:
        """From (n_people, N_FEATURES) and (n_people, n_exercises)."""

    @abstractmethod
    def tell(self, x: Array) -> Array:
        """(n_rows, N_FEATURES) → (n_rows, n_exercises)."""


class Forest(OfPeople):
    """Extremely randomised trees over people; the weighted median of like people's scores is the prediction.

    Quantile regression forests, Meinshausen, J. Mach. Learn. Res. 7:983-999, 2006: the weight of a training person is
    how often they fall into the same leaf. Half of what is learned for an exercise is the person's mean over all.

    Parameters
    ----------
    pooled : look at the signals of all exercises, and learn all scores together; else at that exercise alone.
    """

    def __init__(self, *, pooled: bool = True, n_trees: int = 300) -> None:
        self.pooled, self.n_trees = pooled, n_trees

    def learn(self, x: Array, above: Array, seed: int) -> None:
        """One forest for all exercises, or one for each."""
        self._x = x
        self._above = (above + above.mean(axis=1, keepdims=True)) / 2 if self.pooled else above
        targets = [self._above] if self.pooled else list(self._above.T)
        self._forests = [
            ExtraTreesRegressor(self.n_trees, min_samples_leaf=2, max_features=0.3, random_state=seed).fit(
                x[:, self._columns(i)], target
            )
            for i, target in enumerate(targets)
        ]

    def tell(self, x: Array) -> Array:
        """Weighted medians of the training people."""
        weights = [self._weights(forest, x, self._columns(i)) for i, forest in enumerate(self._forests)]
        return np.array(
            [
                [
                    weighted_median(column, weights[0 if self.pooled else e][row])
                    for e, column in enumerate(self._above.T)
                ]
                for row in range(len(x))
            ]
        )

    def settings(self) -> dict[str, Any]:
        """Number of trees, and what they look at."""
        return {"n_trees": self.n_trees, "pooled": self.pooled}

    def quick(self) -> Forest:
        """Few trees."""
        return Forest(pooled=self.pooled, n_trees=10)

    def _columns(self, exercise: int) -> slice:
        return slice(None) if self.pooled else slice(exercise * len(FEATURES), (exercise + 1) * len(FEATURES))

    def _weights(self, forest: ExtraTreesRegressor, x: Array, columns: slice) -> Array:
        """(n_rows, n_people) how alike each row is to each training person; rows sum to 1."""
        known, asked = forest.apply(self._x[:, columns]), forest.apply(x[:, columns])
        total = np.zeros((len(x), len(known)))
        for tree in range(known.shape[1]):
            same = asked[:, tree][:, None] == known[:, tree]
            total += same / same.sum(axis=1, keepdims=True)
        return np.asarray(total / known.shape[1])


class Kernel(OfPeople):
    """Support vector regression over ranks of the features, one for each exercise; it minimises absolute errors."""

    def learn(self, x: Array, above: Array, seed: int) -> None:
        """The best C of inner folds of people, then all of them."""
        errors = np.zeros(len(TRIED_C))
        for fit, rest in KFold(min(5, len(x)), shuffle=True, random_state=seed).split(x):
            ranks = _ranks(len(fit)).fit(x[fit])
            known, asked = ranks.transform(x[fit]), ranks.transform(x[rest])
            told = [_machine(c).fit(known, above[fit]).predict(asked) for c in TRIED_C]
            errors += [np.abs(one - above[rest]).sum() for one in told]
        self._ranks = _ranks(len(x)).fit(x)
        self._machine = _machine(TRIED_C[int(errors.argmin())]).fit(self._ranks.transform(x), above)

    def tell(self, x: Array) -> Array:
        """Each exercise's own machine."""
        return np.asarray(self._machine.predict(self._ranks.transform(x)))

    def settings(self) -> dict[str, Any]:
        """What is tried."""
        return {"C": TRIED_C}


class Blend(OfPeople):
    """The mean of a forest and a kernel machine, which err in different people."""

    def __init__(self, forest: Forest | None = None) -> None:
        self.parts: tuple[Forest, Kernel] = (forest or Forest(), Kernel())

    def learn(self, x: Array, above: Array, seed: int) -> None:
        """Both."""
        for part in self.parts:
            part.learn(x, above, seed)

    def tell(self, x: Array) -> Array:
        """Their mean."""
        forest, kernel = (part.tell(x) for part in self.parts)
        return (forest + kernel) / 2

    def settings(self) -> dict[str, Any]:
        """Of both parts."""
        return {type(part).__name__.lower(): part.settings() for part in self.parts}

    def quick(self) -> Blend:
        """Few trees."""
        return Blend(self.parts[0].quick())


class Medians(Model):
    """The training part's median of the exercise, or of exercise and diagnosis: what a glance at the chart gives."""

    def __init__(self, *, diagnosis: bool) -> None:
        self.diagnosis = diagnosis
        self._of: dict[tuple[Any, ...], float] = {}

    def fit(self, examples: Examples, seed: int) -> None:
        """Medians by key; of the exercise alone for a diagnosis not met."""
        keys = self._keys(examples)
        for key in {*keys, *((one[0],) for one in keys)}:
            rows = [i for i, one in enumerate(keys) if one[: len(key)] == key]
            self._of[key] = float(np.median(examples.target[rows]))

    def predict(self, examples: Examples) -> Tensors:
        """``value`` (n_rows,)."""
        value = [self._of.get(key, self._of[(key[0],)]) for key in self._keys(examples)]
        return {"value": np.array(value, dtype=np.float32)}

    def _keys(self, examples: Examples) -> list[tuple[Any, ...]]:
        columns = [examples.covariates["exercise"].tolist()]
        if self.diagnosis:
            columns.append(examples.covariates["diagnosis"].tolist())
        return list(zip(*columns, strict=True))


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The smallest value at which half of the weight is reached.

    Examples
    --------
    >>> float(weighted_median(np.array([3.0, 1.0, 2.0]), np.array([0.6, 0.2, 0.2])))
    3.0
    """
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) >= weights.sum() / 2 - 1e-12
    return float(values[order][reached.argmax()])


def _people(examples: Examples) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First row of each person, and each row's person."""
    _, first, number = np.unique(examples.subject, return_index=True, return_inverse=True)
    return first, number


def _median(column: NDArray[np.float64]) -> float:
    seen = column[np.isfinite(column)]
    return float(np.median(seen)) if len(seen) else float("nan")


def _ranks(n_people: int) -> Pipeline:
    """Features as normal ranks, clipped to 2.5 deviations."""
    return make_pipeline(
        FunctionTransformer(_steady),
        QuantileTransformer(n_quantiles=min(30, n_people)),
        FunctionTransformer(_normal),
    )


def _machine(c: float) -> MultiOutputRegressor:
    """The kernel's width follows the number of features."""
    return MultiOutputRegressor(SVR(C=c, gamma=0.3 / int(STEADY.sum()), epsilon=0.5))


def _steady(x: Array) -> Array:
    return x[:, STEADY]


def _normal(share: Array) -> Array:
    return np.asarray(np.clip(ndtri(share), -2.5, 2.5))
