"""The clinicians' score (0 to 50) of KIMORE's exercises from one signal each: a research figure, never shipped.

Five exercises of one person tell more of that person than one: each score is predicted from the signals of all five.
The diagnosis is not among the inputs; a baseline that knows nothing else shows what it is worth.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from rehabkit.errors import InputError, RecordingError
from rehabkit.findings import Finding
from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import Metric, mae, spearman
from rehabkit.learning.model import Model
from rehabkit.learning.protocols import LOSO, Protocol, grouped
from rehabkit.learning.recipe import Recipe
from rehabkit.learning.recipes.kimore_features import FEATURES, signal_features
from rehabkit.learning.trivial import constant, covariates_only
from rehabkit.recordings.datasets import kimore
from rehabkit.recordings.datasets.kimore import MarkedSignal
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.runtime.datasets import locate
from rehabkit.systems.contract import System

EXERCISES = (1, 2, 3, 4, 5)
N_FEATURES = len(EXERCISES) * len(FEATURES)
QUICK_PEOPLE = 12
SCORES = "clinical_scores.csv"
GROUPED = Protocol("grouped", "ten folds of whole people", grouped(10))


class KimoreSignals(System[Sequence[MarkedSignal]]):
    """The signals of one person → numbers that describe them; nothing is said of them."""

    name: ClassVar[str] = "kimore_score"
    title: ClassVar[str] = "KIMORE's clinical score (research)"
    reads: ClassVar[type] = list
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "features": TensorSpec(shape=[N_FEATURES], description="of all five exercises; 0 where not seen"),
        "seen": TensorSpec(shape=[N_FEATURES], description="1 where a feature was seen"),
    }

    def prepare(self, recording: Sequence[MarkedSignal]) -> Tensors:
        """One row.

        Raises
        ------
        RecordingError
            If there is no signal at all.
        """
        if not recording:
            raise RecordingError("signals of a person must be at least one, got none; fetch the data set again")
        values = np.full((len(EXERCISES), len(FEATURES)), np.nan)
        for one in recording:
            values[EXERCISES.index(one.exercise)] = signal_features(one)
        flat = values.reshape(1, -1)
        seen = np.isfinite(flat)
        return {"features": np.where(seen, flat, 0.0).astype(np.float32), "seen": seen.astype(np.float32)}

    def interpret(self, recording: Sequence[MarkedSignal], outputs: Tensors, card: Card) -> list[Finding]:
        """Only that it isn't for use."""
        why = "the data may be used for research only, and the error is too large to be of use"
        return [Finding(name="kimore_score", label="Clinical score", category="quality", not_measurable=why)]


class Forest(Model):
    """Extremely randomised trees over people; the weighted median of like people's scores is the prediction.

    Quantile regression forests, Meinshausen, J. Mach. Learn. Res. 7:983-999, 2006: the weight of a training person is
    how often they fall into the same leaf. Half of what is learned for an exercise is the person's mean over all.

    Parameters
    ----------
    pooled : look at the signals of all exercises, and learn all scores together; else at that exercise alone.
    """

    def __init__(self, *, pooled: bool = True, n_trees: int = 300) -> None:
        self.pooled, self.n_trees = pooled, n_trees
        self._forests: list[ExtraTreesRegressor] = []

    def fit(self, examples: Examples, seed: int) -> None:
        """One forest for all exercises, or one for each."""
        first, number = _people(examples)
        seen = np.where(examples.inputs["seen"][first] > 0, examples.inputs["features"][first], np.nan)
        self._middle = np.nan_to_num(np.array([_median(column) for column in seen.T]))
        self._x = self._filled(examples, first)
        scores = np.full((len(first), len(EXERCISES)), np.nan)
        scores[number, examples.covariates["exercise"]] = examples.target
        self._usual = np.array([_median(column) for column in scores.T])  # NaN for an exercise not met
        above = scores - self._usual
        person = np.nanmean(above, axis=1, keepdims=True)
        above = np.where(np.isfinite(above), above, person)
        self._above = (above + person) / 2 if self.pooled else above
        targets = [self._above] if self.pooled else list(self._above.T)
        self._forests = [
            ExtraTreesRegressor(self.n_trees, min_samples_leaf=2, max_features=0.3, random_state=seed).fit(
                self._x[:, self._columns(i)], target
            )
            for i, target in enumerate(targets)
        ]

    def predict(self, examples: Examples) -> Tensors:
        """``value`` (n_rows,)."""
        if not self._forests:
            raise InputError("forest must be fitted before it predicts, got an unfitted one; call fit first")
        x, exercise = self._filled(examples, np.arange(len(examples))), examples.covariates["exercise"]
        weights = [self._weights(forest, x, self._columns(i)) for i, forest in enumerate(self._forests)]
        value = [
            self._usual[e] + weighted_median(self._above[:, e], weights[0 if self.pooled else e][row])
            for row, e in enumerate(exercise)
        ]
        return {"value": np.array(value, dtype=np.float32)}

    def settings(self) -> dict[str, Any]:
        """Number of trees, and what they look at."""
        return {"n_trees": self.n_trees, "pooled": self.pooled}

    def quick(self) -> Forest:
        """Few trees."""
        return Forest(pooled=self.pooled, n_trees=10)

    def _columns(self, exercise: int) -> slice:
        return slice(None) if self.pooled else slice(exercise * len(FEATURES), (exercise + 1) * len(FEATURES))

    def _filled(self, examples: Examples, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """(n_rows, N_FEATURES) with the training part's median where not seen."""
        seen = examples.inputs["seen"][rows] > 0
        return np.asarray(np.where(seen, examples.inputs["features"][rows], self._middle))

    def _weights(self, forest: ExtraTreesRegressor, x: NDArray[Any], columns: slice) -> NDArray[np.float64]:
        """(n_rows, n_people) how alike each row is to each training person; rows sum to 1."""
        known, asked = forest.apply(self._x[:, columns]), forest.apply(x[:, columns])
        total = np.zeros((len(x), len(known)))
        for tree in range(known.shape[1]):
            same = asked[:, tree][:, None] == known[:, tree]
            total += same / same.sum(axis=1, keepdims=True)
        return np.asarray(total / known.shape[1])


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


class KimoreScoreRecipe(Recipe):
    """KIMORE's scores, whole people left out."""

    name: ClassVar[str] = KimoreSignals.name
    title: ClassVar[str] = KimoreSignals.title
    system: ClassVar[KimoreSignals] = KimoreSignals()
    data: ClassVar[tuple[str, ...]] = ("kimore",)
    outputs: ClassVar[Mapping[str, TensorSpec]] = {"value": TensorSpec(shape=[], description="score, 0 to 50")}
    models: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "classical": Forest,
        "own exercise": lambda: Forest(pooled=False),
    }
    baselines: ClassVar[Mapping[str, Callable[[], Model]]] = {
        "constant": constant,
        "exercise": lambda: Medians(diagnosis=False),
        "diagnosis": lambda: Medians(diagnosis=True),
        "duration": lambda: covariates_only(["duration_s"], n_classes=None),
    }
    ships: ClassVar[None] = None
    metrics: ClassVar[Mapping[str, Metric]] = {"MAE": mae, "Spearman": spearman}
    protocols: ClassVar[Mapping[str, Protocol]] = {LOSO.name: LOSO, GROUPED.name: GROUPED}
    intended_use: ClassVar[str] = "A research figure: what one signal an exercise tells of a clinician's score."
    limits: ClassVar[tuple[str, ...]] = (
        "Worse than knowing the diagnosis; not for use with patients.",
        "Repetitions were marked by hand.",
    )

    def examples(self, source: Path | None, *, quick: bool = False) -> Examples:
        """One row for each person and exercise that has a score; with ``quick`` those of a few people."""
        folder = locate("kimore", source)
        scores, signals = _scores(folder), kimore.read(folder)
        people = [p for p in scores if any(one.subject == p for one in signals)]
        people = people[:: max(1, len(people) // QUICK_PEOPLE)] if quick else people
        rows: list[tuple[Tensors, float, str, int, float]] = []
        for person in people:
            own = [one for one in signals if one.subject == person]
            seconds = {one.exercise: float(one.time_s[-1]) for one in own}
            tensors = self.system.prepare(own)
            rows += [
                (tensors, score, person, EXERCISES.index(exercise), seconds.get(exercise, 0.0))
                for exercise, score in scores[person].items()
            ]
        inputs = {name: np.concatenate([row[0][name] for row in rows]) for name in self.system.inputs}
        target, subject, exercise, duration = (np.array(column) for column in list(zip(*rows, strict=True))[1:])
        diagnosis = np.array([name.split("_")[0] for name in subject.tolist()])
        covariates = {"exercise": exercise, "duration_s": duration, "diagnosis": diagnosis}
        return Examples(inputs, target, subject, np.arange(len(target)), covariates)


def _scores(folder: Path) -> dict[str, dict[int, float]]:
    """Subject → exercise → total score; empty cells left out."""
    if not (folder / SCORES).is_file():
        raise RecordingError(f"KIMORE folder must hold {SCORES}, got {folder}; name another folder")
    with (folder / SCORES).open(newline="") as file:
        return {
            row["subject"]: {e: float(row[f"TS_Ex{e}"]) for e in EXERCISES if row[f"TS_Ex{e}"]}
            for row in csv.DictReader(file)
        }
