"""What the joint_error recipe compares: the filter, trees over summaries, and the largest deviation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from torch import nn

from rehabkit.errors import InputError
from rehabkit.kinematics.injection import INJECTED_JOINTS
from rehabkit.learning.examples import Examples
from rehabkit.learning.model import Model, run
from rehabkit.learning.networks.joint_error import OWN, UNIT_DEG, JointError, features
from rehabkit.learning.networks.joint_error_fit import CHUNK, CLEAN_ALARMED, END, START, Repetitions, fit
from rehabkit.recordings.datasets.uiprmd import MOVEMENTS
from rehabkit.runtime.bundle import Tensors

N_CLASSES = 1 + len(INJECTED_JOINTS)
TWO_SIDED = tuple(i for i, name in enumerate(MOVEMENTS.values()) if name in ("deep_squat", "sit_to_stand"))
CLEAN, INJECTED, INCORRECT = 0, 1, 2
"""What a row is: covariate ``role``."""


class FilterModel(Model):
    """The matched filter, made from correct and incorrect repetitions as they are; injected ones it doesn't need.

    Parameters
    ----------
    aided : predict with the means of approved repetitions (covariate ``usual``).
    """

    def __init__(self, *, aided: bool = False) -> None:
        self.aided = aided
        self._module: JointError | None = None

    def fit(self, examples: Examples, seed: int) -> None:
        """Means, covariances, filters and thresholds."""
        self._module = JointError(len(MOVEMENTS))
        with torch.no_grad():
            fit(self._module, repetitions(examples), seed)

    def predict(self, examples: Examples) -> Tensors:
        """Every output of the network."""
        if self._module is None:
            raise InputError("filter must be fitted before it predicts, got an unfitted one; call fit first")
        if self.aided:
            examples = replace(examples, inputs={**examples.inputs, "approved": examples.covariates["usual"]})
        return run(self._module, examples)

    def settings(self) -> dict[str, Any]:
        """What the filter is made for."""
        return {"stretch": [START, END], "degrees": UNIT_DEG, "clean_alarmed": CLEAN_ALARMED, "aided": self.aided}

    def module(self) -> nn.Module | None:
        """The network; with approved repetitions it is the same one."""
        return None if self.aided else self._module


def repetitions(examples: Examples) -> Repetitions:
    """The rows that people really did."""
    rows = examples.covariates["role"] != INJECTED
    part = examples.at(rows)
    movement = part.inputs["movement"].argmax(axis=1).astype(np.int64)
    correct = part.covariates["role"] == CLEAN
    return Repetitions(part.inputs["positions"], movement, part.subject, correct, TWO_SIDED)


class Trees(Model):
    """ExtraTrees over each feature's mean, spread and ends, and how its middle half departs from the rest."""

    def __init__(self, n_trees: int = 200) -> None:
        self.n_trees = n_trees
        self._trees: ExtraTreesClassifier | None = None
        self._limit = 0.5

    def fit(self, examples: Examples, seed: int) -> None:
        """Trees on clean and injected rows; the threshold on a third of the people, left out for that."""
        rows = examples.at(examples.covariates["role"] != INCORRECT)
        x, people = _summaries(rows), np.unique(rows.subject)
        apart = np.isin(rows.subject, people[::3])
        inner = self._grown(x[~apart], rows.target[~apart], seed)
        none = inner.predict_proba(x[apart & (rows.target == 0)])[:, 0]
        self._limit = float(np.quantile(none, CLEAN_ALARMED))
        self._trees = self._grown(x, rows.target, seed)

    def _grown(self, x: NDArray[Any], y: NDArray[Any], seed: int) -> ExtraTreesClassifier:
        return ExtraTreesClassifier(
            self.n_trees, min_samples_leaf=2, max_features=0.1, class_weight="balanced", random_state=seed
        ).fit(x, y)

    def predict(self, examples: Examples) -> Tensors:
        """``probability``, moved so that one half of "none" is where it alarms."""
        if self._trees is None:
            raise InputError("trees must be fitted before they predict, got unfitted ones; call fit first")
        probability = np.zeros((len(examples), N_CLASSES))
        probability[:, self._trees.classes_] = self._trees.predict_proba(_summaries(examples))
        return {"probability": _moved(probability, self._limit)}


class Chance(Model):
    """Never an error, and each joint as likely as the other."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Nothing to learn."""

    def predict(self, examples: Examples) -> Tensors:
        """The same for every row."""
        probability = np.full((len(examples), N_CLASSES), 0.05, dtype=np.float32)
        probability[:, 0] = 1 - 0.05 * (N_CLASSES - 1)
        return {"probability": probability}


class LargestDeviation(Model):
    """The joint whose own bone strays most from the movement's mean course, in its usual spread there."""

    def __init__(self) -> None:
        self._mean: NDArray[Any] | None = None
        self._limit = 0.0

    def fit(self, examples: Examples, seed: int) -> None:
        """Mean course of each movement, spread of each joint, and the threshold on the same repetitions."""
        rows = examples.at(examples.covariates["role"] == CLEAN)
        own, movement = _own(rows), rows.inputs["movement"].argmax(axis=1)
        self._mean = np.stack([own[movement == m].mean(axis=0) for m in range(len(MOVEMENTS))])
        stray = np.linalg.norm(own - self._mean[movement], axis=-1).max(axis=1)
        self._spread = np.stack([stray[movement == m].mean(axis=0) for m in range(len(MOVEMENTS))])
        self._limit = float(np.quantile((stray / self._spread[movement]).max(axis=1), 1 - CLEAN_ALARMED))

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` from each joint's deviation."""
        if self._mean is None:
            raise InputError("baseline must be fitted before it predicts, got an unfitted one; call fit first")
        movement = examples.inputs["movement"].argmax(axis=1)
        stray = np.linalg.norm(_own(examples) - self._mean[movement], axis=-1).max(axis=1) / self._spread[movement]
        share = stray / stray.sum(axis=1, keepdims=True)
        alarm = 1 / (1 + np.exp(-5 * (stray.max(axis=1, keepdims=True) - self._limit)))
        return {"probability": np.concatenate([1 - alarm, alarm * share], axis=1).astype(np.float32)}


def _moved(probability: NDArray[Any], limit: float) -> NDArray[np.float32]:
    """Probabilities with "none" at one half where it was at ``limit``, the others in proportion."""
    none = probability[:, :1]
    below = none / (2 * max(limit, 1e-6))
    above = 0.5 + (none - limit) / (2 * max(1 - limit, 1e-6))
    moved = np.where(none < limit, below, above)
    rest = probability[:, 1:] / np.maximum(probability[:, 1:].sum(axis=1, keepdims=True), 1e-9)
    return np.concatenate([moved, (1 - moved) * rest], axis=1).astype(np.float32)


def _frames(examples: Examples) -> NDArray[np.float32]:
    """(n_rows, time, feature)."""
    positions = torch.as_tensor(examples.inputs["positions"])
    with torch.no_grad():
        return torch.cat([features(positions[i : i + CHUNK]) for i in range(0, len(positions), CHUNK)]).numpy()


def _own(examples: Examples) -> NDArray[np.float32]:
    """(n_rows, time, joint, 3) each joint's bone as its parent sees it."""
    frames = _frames(examples)[..., OWN]
    return frames.reshape(*frames.shape[:2], -1, 3)


def _summaries(examples: Examples) -> NDArray[np.float32]:
    frames = _frames(examples)
    quarter = frames.shape[1] // 4
    middle = frames[:, quarter:-quarter].mean(axis=1)
    outer = (frames[:, :quarter].mean(axis=1) + frames[:, -quarter:].mean(axis=1)) / 2
    parts = [frames.mean(axis=1), frames.std(axis=1), frames.min(axis=1), frames.max(axis=1), middle - outer]
    return np.concatenate([*parts, examples.inputs["movement"]], axis=1)
