"""What the joint_intention recipe trains: networks over sequences of frames, a back-propagation network, ridge, and
baselines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from rehabkit.learning.examples import Examples
from rehabkit.learning.model import ClassicalModel, Model, NetworkModel
from rehabkit.learning.networks.joint_intention import SPREAD_DEG, AngleNetwork, channels
from rehabkit.learning.training import Augment, Batch, Loss, TrainConfig
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.joint_intention_live import WARM_UP

SEQUENCE_STRIDE, WINDOW_STRIDE = 25, 6
"""Frames between training windows: few where every frame of a window teaches, more where only its last does."""
RIDGE_ALPHA = 3000.0
GAIN, OWN_GAIN = 0.15, 0.05
"""Spread of the logarithm of a muscle's strength, and of its envelope against its size, put into training windows."""


def sequence_error(outputs: Batch, batch: Batch) -> Tensor:
    """Squared error over all frames of a window that have 0.5 s of past and a known angle; units of 30°."""
    sequence, angle = outputs["sequence"][:, WARM_UP:], batch["angle"][:, WARM_UP:]
    known = torch.isfinite(angle)
    return mse_loss(sequence[known] / SPREAD_DEG, angle[known] / SPREAD_DEG)


def last_error(outputs: Batch, batch: Batch) -> Tensor:
    """Squared error at the window's last frame; units of 30°."""
    return mse_loss(outputs["value"] / SPREAD_DEG, batch["target"] / SPREAD_DEG)


def augmented(batch: Batch, generator: torch.Generator) -> Batch:
    """Windows as other electrodes might have given them: each muscle stronger or weaker, a little against its size."""
    shape = (len(batch["target"]), 1, batch["envelope"].shape[2])
    gain = (GAIN * torch.randn(shape, generator=generator)).exp()
    own = (OWN_GAIN * torch.randn(shape, generator=generator)).exp()
    return {**batch, "envelope": batch["envelope"] * gain * own, "size": batch["size"] * gain}


def thinned(examples: Examples, stride: int) -> Examples:
    """Every ``stride``-th row of each recording, the last one among them."""
    _, count = np.unique(examples.recording, return_counts=True)
    left = np.concatenate([np.arange(n)[::-1] for n in count])  # rows after this one in its recording
    return examples.at(np.flatnonzero(left % stride == 0))


class AngleModel(NetworkModel):
    """A network with a distance to its training windows; windows overlap, so it learns from every few of them."""

    stride = SEQUENCE_STRIDE

    def fit(self, examples: Examples, seed: int) -> None:
        """Train on windows a few frames apart, then mean and covariance of these."""
        part = thinned(examples, self.stride)
        super().fit(part, seed)
        for module in self._members:
            if isinstance(module, AngleNetwork):
                module.distance.fit(*(torch.as_tensor(part.inputs[name]) for name in ("envelope", "size")))

    def settings(self) -> dict[str, Any]:
        """The training configuration."""
        return super().settings() | {"stride": self.stride}

    def quick(self) -> AngleModel:
        """One epoch, one member."""
        return type(self)(self.build, self.loss, replace(self.config, epochs=1), augment=self.augment)


class WindowModel(AngleModel):
    """One that sees the window as a whole and learns from its last frame alone."""

    stride = WINDOW_STRIDE


class RidgeModel(Model):
    """Ridge regression over a whole window's channels, the same that the networks see."""

    def __init__(self, alpha: float = RIDGE_ALPHA) -> None:
        self.alpha = alpha
        self._regression: Pipeline = make_pipeline(StandardScaler(), Ridge(alpha))

    def fit(self, examples: Examples, seed: int) -> None:
        """In closed form."""
        part = thinned(examples, WINDOW_STRIDE)
        self._regression.fit(_flat(part), part.target)

    def predict(self, examples: Examples) -> Tensors:
        """``value`` (n_rows,)."""
        return {"value": np.asarray(self._regression.predict(_flat(examples)), dtype=np.float32)}

    def settings(self) -> dict[str, Any]:
        """The penalty."""
        return {"alpha": self.alpha, "stride": WINDOW_STRIDE}


def _flat(examples: Examples) -> NDArray[np.float32]:
    both = (torch.as_tensor(examples.inputs[name]) for name in ("envelope", "size"))
    return np.asarray(channels(*both).flatten(1).numpy())


class Held(Model):
    """Persistence: the measured angle of a moment ago. It sees what no network may: a yardstick, no competitor."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Nothing to learn."""

    def predict(self, examples: Examples) -> Tensors:
        """``value`` (n_rows,) the angle one frame earlier."""
        return {"value": examples.covariates["past"].astype(np.float32)}


def mean() -> ClassicalModel:
    """Always the mean of the training part."""
    return ClassicalModel(lambda: DummyRegressor(), features=lambda e: np.zeros((len(e), 1)), classes=False)


def network(
    build: Callable[[], nn.Module], config: TrainConfig, *, kind: type[AngleModel] = AngleModel, n_members: int = 1
) -> Callable[[], Model]:
    """Makes a network's model."""
    loss: Loss = last_error if kind is WindowModel else sequence_error
    augment: Augment = augmented
    return lambda: kind(build, loss, config, augment=augment, n_members=n_members)
