"""The one analysis of knee_pain that was fixed before it was run (docs/systems/knee_pain.md), and its controls.

Logistic regression over men, one left out at a time. So that ten thousand permutations take a minute, all orders of the
labels are solved at once by Newton's method, in the span of the training men.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import Estimate, balanced_accuracy, estimate
from rehabkit.learning.networks.knee_pain_measures import NAMES, Measures, of_angle, of_emg
from rehabkit.learning.permutation import Order, Permuted, permutation_p
from rehabkit.learning.recipes.knee_pain_data import WINDOWS
from rehabkit.learning.recipes.knee_pain_nuisance import roughness
from rehabkit.recordings.biosignal import Biosignal
from rehabkit.recordings.datasets.uci_lower_limb import Trial
from rehabkit.systems.knee_pain.tensors import ANGLE, MODALITIES, RATE_HZ, prepare

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
INVERSE_PENALTY = 0.1
"""scikit-learn's C, on standardised numbers."""
DRAWS = 10_000
N_STEPS, CHUNK = 12, 2000
"""Newton's steps, and orders of labels solved at a time."""


@dataclass(frozen=True)
class Men:
    """One row a man.

    Parameters
    ----------
    numbers : (n_men, n_numbers).
    abnormal : (n_men,) 0 or 1.
    names : of the numbers, e.g. ``gait, emg, rectus_femoris modulation``.
    """

    numbers: Array
    abnormal: Labels
    subjects: tuple[str, ...]
    names: tuple[str, ...]

    def only(self, *words: str) -> Men:
        """Those numbers whose name holds one of these words as task or modality."""
        kept = [i for i, name in enumerate(self.names) if set(words) & set(name.split(", ")[:2])]
        return Men(self.numbers[:, kept], self.abnormal, self.subjects, tuple(self.names[i] for i in kept))


def measured(examples: Examples) -> Men:
    """Measures of each window, their mean over a man's windows of a task, the three tasks side by side."""
    inputs = [torch.as_tensor(examples.inputs[name]) for name in (*MODALITIES, "present")]
    numbers = Measures()(*inputs)[0].numpy().astype(np.float64)
    names = [f"{modality}, {name}" for modality in MODALITIES for name in NAMES[modality]]
    kept = [i for i, name in enumerate(names) if not name.startswith("eeg")]
    return _side_by_side(examples, numbers[:, kept], [names[i] for i in kept])


def controls(examples: Examples, names: Sequence[str]) -> Men:
    """The covariate ``nuisance`` in the same way: what says nothing of a knee."""
    return _side_by_side(examples, examples.covariates["nuisance"], [f"nuisance, {name}" for name in names])


def _side_by_side(examples: Examples, numbers: Array, names: Sequence[str]) -> Men:
    subjects, first = np.unique(examples.subject, return_index=True)
    task = examples.covariates["task"]
    rows = [
        np.concatenate([numbers[(examples.subject == who) & (task == one)].mean(axis=0) for one in WINDOWS])
        for who in subjects
    ]
    listed = tuple(f"{one}, {name}" for one in WINDOWS for name in names)
    return Men(np.stack(rows), examples.target[first], tuple(subjects.tolist()), listed)


def confounded(trials: Sequence[Trial]) -> Men:
    """The same measures of whole recordings, with their length and the angle as it came: what must not be done."""
    subjects = sorted({one.subject for one in trials})
    of_man: dict[str, dict[str, Trial]] = {
        who: {one.task: one for one in trials if one.subject == who} for who in subjects
    }
    rows = [np.concatenate([_whole(of_man[who][task].recording) for task in WINDOWS]) for who in subjects]
    abnormal = np.array([next(iter(of_man[who].values())).abnormal for who in subjects], dtype=np.int64)
    names = [*(f"emg, {name}" for name in NAMES["emg"]), *(f"angle, {name}" for name in NAMES["angle"])]
    names += ["confound, roughness of the angle", "confound, duration"]
    return Men(
        np.stack(rows), abnormal, tuple(subjects), tuple(f"{task}, {name}" for task in WINDOWS for name in names)
    )


def _whole(recording: Biosignal) -> Array:
    envelopes = torch.as_tensor(prepare(recording)["emg"].reshape(1, -1, 8))
    raw = recording.column(ANGLE)[:: round(recording.rate_hz / RATE_HZ)]
    angle = torch.as_tensor(raw[None, :, None].copy())
    numbers = np.concatenate([of_emg(envelopes).numpy()[0], of_angle(angle).numpy()[0]]).astype(np.float64)
    return np.append(numbers, [roughness(recording.column(ANGLE), recording.rate_hz), np.log(recording.duration_s)])


def log_odds(numbers: Array, labels: Labels) -> Array:
    """Log odds of each man being abnormal from a regression on the others, for many orders of the labels.

    Logistic regression with L2 penalty (C 0.1), the classes weighted alike, numbers standardised on the training men.

    Parameters
    ----------
    numbers : (n_men, n_numbers); labels : (n_orders, n_men) 0 or 1.

    Returns
    -------
    (n_orders, n_men)
    """
    n_men = len(numbers)
    found = np.zeros(labels.shape)
    for out in range(n_men):
        rest = np.arange(n_men) != out
        inside, outside = _spanned(numbers[rest], numbers[out])
        for start in range(0, len(labels), CHUNK):
            part = slice(start, start + CHUNK)
            found[part, out] = _solved(inside, labels[part][:, rest]) @ outside
    return found


def _spanned(train: Array, test: Array) -> tuple[Array, Array]:
    """Standardised on the training men and turned into their span, a column of ones beside it."""
    mean, spread = train.mean(axis=0), train.std(axis=0)
    scale = np.where(spread > 1e-12, spread, 1.0)
    u, s, turn = np.linalg.svd((train - mean) / scale, full_matrices=False)
    inside = np.column_stack([u * s, np.ones(len(train))])
    return inside, np.append(((test - mean) / scale) @ turn.T, 1.0)


def _solved(x: Array, labels: Labels) -> Array:
    """(n_orders, n_columns) weights, the last one unpenalised, by Newton's method from zero."""
    n_positive = labels.sum(axis=1, keepdims=True)
    weight = np.where(
        labels == 1, labels.shape[1] / (2 * n_positive), labels.shape[1] / (2 * (labels.shape[1] - n_positive))
    )
    penalty = np.append(np.full(x.shape[1] - 1, 1 / INVERSE_PENALTY), 0.0)
    beta = np.zeros((len(labels), x.shape[1]))
    for _ in range(N_STEPS):
        p = 1 / (1 + np.exp(-np.clip(beta @ x.T, -30, 30)))
        gradient = (weight * (p - labels)) @ x + penalty * beta
        curvature = (x.T * (weight * p * (1 - p))[:, None, :]) @ x + np.diag(penalty)
        beta -= np.linalg.solve(curvature, gradient[..., None])[..., 0]
    return beta


def recalls(odds: Array, labels: Labels) -> Array:
    """(n_orders,) balanced accuracy: mean of the shares of abnormal and of normal men that were told right."""
    right = (odds > 0) == (labels == 1)
    n_positive = labels.sum(axis=1)
    told = (right & (labels == 1)).sum(axis=1) / n_positive
    spared = (right & (labels == 0)).sum(axis=1) / (labels.shape[1] - n_positive)
    return np.asarray((told + spared) / 2)


def tested(men: Men, draws: int = DRAWS, seed: int = 0) -> Permuted:
    """Balanced accuracy on men left out, and its p among orders of the labels over men."""

    def balanced(order: Order) -> Array:
        labels = men.abnormal[order]
        return recalls(log_odds(men.numbers, labels), labels)

    return permutation_p(balanced, len(men.abnormal), draws=draws, seed=seed)


def probability(men: Men) -> Array:
    """(n_men, 2) on men left out."""
    p = 1 / (1 + np.exp(-log_odds(men.numbers, men.abnormal[None])[0]))
    return np.stack([1 - p, p], axis=1)


def with_interval(men: Men) -> Estimate:
    """Balanced accuracy with its interval over men."""
    return estimate(balanced_accuracy, men.abnormal, probability(men), np.array(men.subjects))
