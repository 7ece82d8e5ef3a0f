"""What the exercise_imu recipe trains: networks with a distance beside them, MiniRocket, trees."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from rehabkit.learning.examples import Examples
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
from rehabkit.learning.training import Batch
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.exercise_imu import N_TIMES

SMOOTHING = 0.05


def augmented(batch: Batch, generator: torch.Generator) -> Batch:
    """Windows as other people might have given them: watch turned on the wrist, slower, weaker or stronger."""
    motion = turned(batch["motion"], (0.3, 0.12, 0.12), generator)
    motion = slowed(strengthened(motion, 0.1, generator), 0.2, generator)
    return {**batch, "motion": motion}


def smoothed_cross_entropy(outputs: Batch, batch: Batch) -> Tensor:
    """Cross-entropy of ``logits`` (batch, classes) with smoothed labels."""
    return nn.functional.cross_entropy(outputs["logits"], batch["target"], label_smoothing=SMOOTHING)


class RecogniserModel(NetworkModel):
    """A network whose distance to the known exercises is fitted after its weights."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Train, then take means and covariance of the training part."""
        super().fit(examples, seed)
        for member in self._members:
            _fit_distance(member, examples)

    def quick(self) -> RecogniserModel:
        """Two epochs, one member."""
        fast = super().quick()
        return RecogniserModel(fast.build, fast.loss, fast.config, augment=fast.augment)


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
