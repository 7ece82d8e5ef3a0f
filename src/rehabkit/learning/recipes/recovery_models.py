"""What the recovery_prognosis recipe trains: dual-input networks in the target's unit, and ridge regression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from rehabkit.learning.examples import Examples
from rehabkit.learning.model import Model, NetworkModel, run
from rehabkit.learning.networks.recovery_prognosis import InUnit, Linear
from rehabkit.learning.training import Batch, TrainConfig
from rehabkit.runtime.bundle import Tensors

ALPHAS = np.logspace(-1, 6, 15)
"""Ridge penalties to choose from, for standardised features; the best is chosen by leaving out each training row."""


def squared_error(outputs: Batch, batch: Batch) -> Tensor:
    """Mean squared error of ``value`` (batch,)."""
    return nn.functional.mse_loss(outputs["value"], batch["target"])


class DualModel(NetworkModel):
    """A network that learns targets of mean 0 and spread 1 and says them in their own unit."""

    def __init__(self, build: Callable[[], InUnit], config: TrainConfig, *, n_members: int = 1) -> None:
        super().__init__(build, squared_error, config, n_members=n_members)
        self._build = build

    def fit(self, examples: Examples, seed: int) -> None:
        """Train on standardised targets, then tell each member the training part's mean and spread."""
        target = torch.as_tensor(examples.target, dtype=torch.float32)
        spread = float(target.std()) or 1.0
        super().fit(replace(examples, target=(examples.target - float(target.mean())) / spread), seed)
        for member in self._members:
            if isinstance(member, InUnit):
                member.to_unit(target)

    def quick(self) -> DualModel:
        """Two epochs, one member."""
        return DualModel(self._build, replace(self.config, epochs=2))


class RidgeModel(Model):
    """Ridge regression whose penalty is chosen inside the training part, as one graph."""

    def __init__(self) -> None:
        self.network = Linear()

    def fit(self, examples: Examples, seed: int) -> None:
        """Standardise and fit, then copy the numbers into the graph."""
        with torch.no_grad():
            x = self.network.features(*(torch.as_tensor(value) for value in examples.inputs.values())).double().numpy()
        fitted = make_pipeline(StandardScaler(), RidgeCV(ALPHAS)).fit(x, examples.target)
        scaler, ridge = fitted[0], fitted[1]
        numbers = {"mean": scaler.mean_, "weight": ridge.coef_ / scaler.scale_, "bias": np.asarray(ridge.intercept_)}
        for name, value in numbers.items():
            self.network.get_buffer(name).copy_(torch.as_tensor(value))
        self.alpha = float(ridge.alpha_)

    def predict(self, examples: Examples) -> Tensors:
        """``value`` (n_rows,)."""
        return run(self.network, examples)

    def module(self) -> nn.Module:
        """The graph."""
        return self.network

    def settings(self) -> dict[str, Any]:
        """Penalties to choose from, and the chosen one after ``fit``."""
        return {"alphas": f"{ALPHAS[0]:g} to {ALPHAS[-1]:g}"} | (
            {"alpha": self.alpha} if hasattr(self, "alpha") else {}
        )
