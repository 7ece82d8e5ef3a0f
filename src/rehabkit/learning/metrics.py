"""Figures of merit, and their intervals over subjects. Pure functions over arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from torchmetrics.functional.classification import multiclass_calibration_error

Array = NDArray[Any]
Metric = Callable[[Array, Array], float]
"""(target (n,), output (n, …)) → one figure; NaN where it is undefined."""

N_BOOTSTRAP = 1000


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval (bootstrap over subjects) and the worst subject's own figure."""

    value: float
    low_95: float
    high_95: float
    worst: float
    worst_subject: str

    def __str__(self) -> str:
        worst = f"; worst {self.worst:.3f}" if np.isfinite(self.worst) else ""  # a person with one row has no R²
        return f"{self.value:.3f} ({self.low_95:.3f} to {self.high_95:.3f}{worst})"


@dataclass(frozen=True)
class MeanOfRows:
    """A metric that is the mean of one figure a row: of masks or clouds, which an interval then needn't look at again.

    Parameters
    ----------
    of_rows : (target (n, …), output (n, …)) → (n,).
    """

    of_rows: Callable[[Array, Array], Array]

    def __call__(self, target: Array, output: Array) -> float:
        """The mean."""
        return float(np.mean(self.of_rows(target, output)))


def accuracy(target: Array, probability: Array) -> float:
    """Share of rows whose most probable class is the true one.

    >>> accuracy(np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]]))
    0.5
    """
    return float(np.mean(probability.argmax(axis=1) == target))


def balanced_accuracy(target: Array, probability: Array) -> float:
    """Mean of the classes' recalls, over the classes that occur."""
    hit = probability.argmax(axis=1) == target
    return float(np.mean([hit[target == label].mean() for label in np.unique(target)]))


def auroc(target: Array, probability: Array) -> float:
    """Area under the ROC curve of the last class against the rest; NaN where only one side occurs."""
    positive = target == probability.shape[1] - 1
    if positive.all() or not positive.any():
        return float("nan")
    ranks = stats.rankdata(probability[:, -1])  # Mann-Whitney: ties count half
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def macro_f1(target: Array, probability: Array) -> float:
    """F1 of each class that occurs, averaged: twice the hits over how often it is true and how often it is said.

    >>> macro_f1(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]))
    0.6666666666666666
    """
    said, n = probability.argmax(axis=1), probability.shape[1]
    hits = np.bincount(target[said == target], minlength=n)
    true_and_said = np.bincount(target, minlength=n) + np.bincount(said, minlength=n)
    occurs = true_and_said > 0
    return float(np.mean(2 * hits[occurs] / true_and_said[occurs]))


def calibration_error(target: Array, probability: Array) -> float:
    """Expected calibration error (Naeini et al. 2015), 15 bins of equal width."""
    values = torch.as_tensor(np.ascontiguousarray(probability, dtype=np.float32))
    truth = torch.as_tensor(np.ascontiguousarray(target, dtype=np.int64))
    return float(multiclass_calibration_error(values, truth, num_classes=probability.shape[1], n_bins=15))


def mae(target: Array, value: Array) -> float:
    """Mean absolute error, in the target's unit."""
    return float(np.mean(np.abs(value.reshape(len(target)) - target)))


def rmse(target: Array, value: Array) -> float:
    """Root mean square error, in the target's unit."""
    return float(np.sqrt(np.mean((value.reshape(len(target)) - target) ** 2)))


def offset_free_rmse(target: Array, value: Array) -> float:
    """Root mean square error once the mean difference is taken off: for targets whose zero is not known.

    >>> offset_free_rmse(np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0]))
    0.0
    """
    return float(np.std(value.reshape(len(target)) - target))


def range_rmse(target: Array, value: Array) -> float:
    """Root mean square error in percent of the target's range.

    >>> range_rmse(np.array([0.0, 50.0]), np.array([5.0, 55.0]))
    10.0
    """
    return 100 * rmse(target, value) / float(np.ptp(target)) if np.ptp(target) else float("nan")


def r_squared(target: Array, value: Array) -> float:
    """Share of the target's variance that is explained; negative where its own mean would do better.

    >>> r_squared(np.array([0.0, 2.0]), np.array([1.0, 1.0]))
    0.0
    """
    variance = float(np.var(target))
    return 1 - rmse(target, value) ** 2 / variance if variance else float("nan")


def spearman(target: Array, value: Array) -> float:
    """Rank correlation; NaN where one side is constant."""
    flat = value.reshape(len(target))
    if len(target) < 3 or np.ptp(flat) == 0 or np.ptp(target) == 0:
        return float("nan")
    return float(stats.spearmanr(target, flat).statistic)


LOWER_IS_BETTER = frozenset(
    {
        "mae",
        "rmse",
        "offset_free_rmse",
        "range_rmse",
        "calibration_error",
        "mpjpe",
        "seen_mpjpe",
        "hidden_mpjpe",
        "pa_mpjpe",
    }
)
"""Metrics in which the worst subject is the one with the largest figure."""


def estimate(metric: Metric, target: Array, output: Array, subject: Array, *, seed: int = 0) -> Estimate:
    """A metric with its interval and worst subject.

    Parameters
    ----------
    target : (n,); output : (n, …); subject : (n,) one entry a scored unit.

    Notes
    -----
    The interval draws whole subjects with replacement (percentile, 1000 draws), since their rows aren't independent.

    Examples
    --------
    >>> e = estimate(mae, np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 4.0, 4.0]), np.array(list("aabb")))
    >>> e.value, e.worst, e.worst_subject
    (0.25, 0.5, 'b')
    """
    if isinstance(metric, MeanOfRows):
        each = metric.of_rows(target, output)
        metric, target, output = MeanOfRows(lambda _, values: values), each, each
    names = np.unique(subject)
    rows = {name: np.flatnonzero(subject == name) for name in names}
    own = {str(name): metric(target[rows[name]], output[rows[name]]) for name in names}
    draws = np.random.default_rng(seed).integers(len(names), size=(N_BOOTSTRAP, len(names)))
    drawn = [np.concatenate([rows[names[i]] for i in draw]) for draw in draws]
    values = np.array([metric(target[r], output[r]) for r in drawn])
    low, high = np.nanpercentile(values, [2.5, 97.5]) if np.isfinite(values).any() else (float("nan"),) * 2
    worst = _worst(own, largest=getattr(metric, "__name__", "") in LOWER_IS_BETTER)
    return Estimate(metric(target, output), float(low), float(high), own[worst], worst)


def estimate_of_series(
    metric: Metric, target: Array, output: Array, subject: Array, recording: Array, *, seed: int = 0
) -> Estimate:
    """A metric of each recording's rows, averaged over a subject's recordings, then over subjects.

    Parameters
    ----------
    target : (n,); output : (n, …); subject, recording : (n,).

    Notes
    -----
    For rows that are moments of one recording: a long recording counts no more than a short one. The interval draws
    subjects with replacement (percentile, 1000 draws).

    Examples
    --------
    >>> own = np.array([0.0, 0.0, 0.0, 0.0]), np.array([1.0, 1.0, 3.0, 5.0])
    >>> e = estimate_of_series(mae, *own, np.array(list("aabb")), np.array([0, 0, 1, 2]))
    >>> e.value, e.worst, e.worst_subject  # a: 1; b: the mean of 3 and 5
    (2.5, 4.0, 'b')
    """
    own = by_subject(metric, target, output, subject, recording)
    values = np.array(list(own.values()))
    draws = np.random.default_rng(seed).integers(len(values), size=(N_BOOTSTRAP, len(values)))
    low, high = np.nanpercentile(np.nanmean(values[draws], axis=1), [2.5, 97.5])
    worst = _worst(own, largest=getattr(metric, "__name__", "") in LOWER_IS_BETTER)
    return Estimate(float(np.nanmean(values)), float(low), float(high), own[worst], worst)


def by_subject(metric: Metric, target: Array, output: Array, subject: Array, recording: Array) -> dict[str, float]:
    """Subject → the mean over that subject's recordings of the metric of each one's rows, where it is defined."""
    found: dict[str, list[float]] = {str(name): [] for name in np.unique(subject)}
    for number in np.unique(recording):
        rows = np.flatnonzero(recording == number)
        found[str(subject[rows[0]])].append(metric(target[rows], output[rows]))
    return {name: float(np.mean([v for v in vs if np.isfinite(v)] or vs)) for name, vs in found.items()}


def _worst(own: dict[str, float], *, largest: bool) -> str:
    defined = {name: value for name, value in own.items() if np.isfinite(value)} or own
    return (max if largest else min)(defined, key=lambda name: defined[name])


def by_recording(target: Array, output: Array, subject: Array, recording: Array) -> tuple[Array, Array, Array]:
    """Rows of one recording as one: mean of its outputs; target and subject of its first row."""
    _, first, number = np.unique(recording, return_index=True, return_inverse=True)
    total = np.zeros((len(first), *output.shape[1:]))
    np.add.at(total, number, output)
    count = np.bincount(number).reshape(-1, *[1] * (output.ndim - 1))
    return target[first], total / count, subject[first]
