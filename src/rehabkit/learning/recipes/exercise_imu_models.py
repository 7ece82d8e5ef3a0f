"""What the exercise_imu recipe trains: networks with a distance beside them, MiniRocket, trees."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from rehabkit.learning.examples import Examples
from rehabkit.learning.metrics import by_recording
from rehabkit.learning.model import Model, NetworkModel, run
from rehabkit.learning.networks.exercise_imu import (
    Recogniser,
    Rocket,
    channels,
    slowed,
    statistics,
    strengthened,
    turned,
)
from rehabkit.learning.protocols import grouped
from rehabkit.learning.training import Batch
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.exercise_imu import N_TIMES

SMOOTHING = 0.05
N_INNER = 3
"""Groups of training people, each left out once to calibrate on."""
KNOWN_KEPT, NAMED_RIGHT = 0.90, 0.99
"""Thresholds: this share of known sets is within the distance; this share of named sets is right."""


def augmented(batch: Batch, generator: torch.Generator) -> Batch:
    """Windows as other people might have given them: watch turned on the wrist, slower, weaker or stronger."""
    motion = turned(batch["motion"], (0.3, 0.12, 0.12), generator)
    motion = slowed(strengthened(motion, 0.1, generator), 0.2, generator)
    return {**batch, "motion": motion}


def smoothed_cross_entropy(outputs: Batch, batch: Batch) -> Tensor:
    """Cross-entropy of ``logits`` (batch, classes) with smoothed labels."""
    return nn.functional.cross_entropy(outputs["logits"], batch["target"], label_smoothing=SMOOTHING)


class RecogniserModel(NetworkModel):
    """A network with a distance to the known exercises, a temperature, and thresholds beyond which to abstain.

    Temperature and thresholds come from people of the training part that further networks, trained for this alone,
    have not seen: a third of them at a time.
    """

    chosen: Mapping[str, float] = MappingProxyType({})

    def fit(self, examples: Examples, seed: int) -> None:
        """Temperature and thresholds first, then the members, then means and covariance of the training part."""
        self.chosen = self._calibrated(examples, seed)
        super().fit(examples, seed)
        for member in self._members:
            _fit_distance(member, examples)
            member.get_buffer("temperature").fill_(self.chosen["temperature"])

    def predict(self, examples: Examples) -> Tensors:
        """The network's outputs; beside them what was chosen, the same in every row, by name."""
        n_rows = len(examples)
        chosen = {name: np.full(n_rows, value, dtype=np.float32) for name, value in self.chosen.items()}
        return super().predict(examples) | chosen

    def settings(self) -> dict[str, Any]:
        """The training configuration; after ``fit`` what was chosen, too."""
        return super().settings() | dict(self.chosen)

    def _calibrated(self, examples: Examples, seed: int) -> dict[str, float]:
        parts, logits, distance = [], [], []
        for i, fold in enumerate(grouped(min(N_INNER, len(examples.subjects)))(examples)):
            module = self._fit_one(examples.at(fold.train), seed * 1000 + 500 + i)
            _fit_distance(module, examples.at(fold.train))
            unseen = run(module, examples.at(fold.test))
            parts.append(fold.test)
            logits.append(unseen["logits"])
            distance.append(unseen["distance"])
        unseen_sets = examples.at(np.concatenate(parts))
        temperature = temperature_of_sets(np.concatenate(logits), unseen_sets)
        probability = softmax(np.concatenate(logits) / temperature, axis=1)
        target, probability = _of_sets(probability, unseen_sets)
        limits = thresholds(target, probability, _of_sets(np.concatenate(distance), unseen_sets)[1])
        return {"temperature": temperature, **limits}

    def quick(self) -> RecogniserModel:
        """One epoch, one member."""
        fast = super().quick()
        return RecogniserModel(fast.build, fast.loss, fast.config, augment=fast.augment)


def temperature_of_sets(logits: NDArray[np.float32], examples: Examples) -> float:
    """The temperature at which whole sets get the likeliest probabilities.

    As Guo et al. 2017 (ICML), but over sets, since a set's probability (the mean over its windows) is what is told.

    Parameters
    ----------
    logits : (n_rows, n_classes), of networks that have not seen these people.
    """

    def loss(log_t: float) -> float:
        target, probability = _of_sets(softmax(logits / np.exp(log_t), axis=1), examples)
        return -float(np.log(probability[np.arange(len(target)), target] + 1e-9).mean())

    return float(np.exp(minimize_scalar(loss, bounds=np.log([0.2, 5.0]), method="bounded").x))


def thresholds(target: NDArray[Any], probability: NDArray[Any], distance: NDArray[Any]) -> dict[str, float]:
    """When to abstain, from sets of people that the network had not seen.

    Parameters
    ----------
    target : (n_sets,); probability : (n_sets, n_classes); distance : (n_sets,).
    """
    surest_first = np.argsort(-probability.max(axis=1))
    right = (probability.argmax(axis=1) == target)[surest_first]
    share_right = np.cumsum(right) / np.arange(1, len(right) + 1)
    last_named = int(np.flatnonzero(share_right >= NAMED_RIGHT).max(initial=0))
    least = probability.max(axis=1)[surest_first[last_named]]
    return {"least_probability": float(least), "largest_distance": float(np.quantile(distance, KNOWN_KEPT))}


def _of_sets(output: NDArray[Any], examples: Examples) -> tuple[NDArray[Any], NDArray[Any]]:
    """Target and mean output of each set."""
    return by_recording(examples.target, output, examples.subject, examples.recording)[:2]


class RocketModel(Model):
    """MiniRocket with logistic regression, its weights copied into one torch module."""

    def __init__(self, n_classes: int, n_features: int = 2500) -> None:
        self.n_classes, self.n_features = n_classes, n_features
        self._module: Recogniser | None = None

    def fit(self, examples: Examples, seed: int) -> None:
        """Biases, then a scaler and the regression over the training part's features."""
        rocket = Rocket(self.n_classes, N_TIMES, self.n_features, seed)
        rocket.features.fit(channels(torch.as_tensor(examples.inputs["motion"])))
        x = run(_Named(rocket.features), examples)["features"]
        solver = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=200, tol=1e-3))
        solver.fit(x, examples.target)
        _copy_linear(rocket.head, solver[0], solver[1])
        self._module = Recogniser(rocket, self.n_classes)
        _fit_distance(self._module, examples)

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` (n_rows, n_classes)."""
        return run(self.module(), examples)

    def module(self) -> nn.Module:
        """The whole as one network; before ``fit`` one that knows nothing."""
        return self._module or Recogniser(Rocket(self.n_classes, N_TIMES, self.n_features), self.n_classes).eval()

    def settings(self) -> dict[str, Any]:
        """Size and solver."""
        return {"n_features": self.n_features, "solver": "logistic regression, C 0.01, standardised"}

    def quick(self) -> RocketModel:
        """A few features."""
        return RocketModel(self.n_classes, 84 * 4)


class _Named(nn.Module):
    """MiniRocket's features of the derived channels, by name."""

    def __init__(self, features: nn.Module) -> None:
        super().__init__()
        self.features = features

    def forward(self, motion: Tensor) -> dict[str, Tensor]:
        """(batch, time, 6) → (batch, n_features)."""
        return {"features": self.features(channels(motion))}


class TreesModel(Model):
    """Extremely randomised trees over the window's statistics; too large to export."""

    def __init__(self, n_classes: int, n_trees: int = 300) -> None:
        self.n_classes, self.n_trees = n_classes, n_trees

    def fit(self, examples: Examples, seed: int) -> None:
        """Grow the trees."""
        self._trees = ExtraTreesClassifier(self.n_trees, min_samples_leaf=2, random_state=seed)
        self._trees.fit(_statistics(examples), examples.target)

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` (n_rows, n_classes); 0 for classes that it has not met."""
        probability = np.zeros((len(examples), self.n_classes), dtype=np.float32)
        probability[:, self._trees.classes_] = self._trees.predict_proba(_statistics(examples))
        return {"probability": probability}

    def settings(self) -> dict[str, Any]:
        """Number of trees."""
        return {"n_trees": self.n_trees}

    def quick(self) -> TreesModel:
        """A few trees."""
        return TreesModel(self.n_classes, 20)


def _statistics(examples: Examples) -> NDArray[np.float32]:
    found: NDArray[np.float32] = statistics(torch.as_tensor(examples.inputs["motion"])).numpy()
    return found


def _fit_distance(module: nn.Module, examples: Examples) -> None:
    if isinstance(module, Recogniser):
        module.distance.fit(torch.as_tensor(examples.inputs["motion"]), torch.as_tensor(examples.target))


def _copy_linear(head: nn.Linear, scaler: StandardScaler, solver: LogisticRegression) -> None:
    """Scaler and regression as one linear layer; classes that were not met stay out of reach."""
    weight = solver.coef_ / scaler.scale_
    with torch.no_grad():
        head.weight.zero_()
        head.bias.fill_(-1e4)
        head.weight[solver.classes_] = torch.as_tensor(weight, dtype=torch.float32)
        head.bias[solver.classes_] = torch.as_tensor(solver.intercept_ - weight @ scaler.mean_, dtype=torch.float32)
