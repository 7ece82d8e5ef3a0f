"""What a fold trains: one interface for networks, classical models and trivial baselines."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.base import BaseEstimator
from torch import Tensor, nn

from rehabkit.learning.examples import Examples
from rehabkit.learning.protocols import inner_split
from rehabkit.learning.training import Augment, Batch, Callback, EarlyStop, Loss, TrainConfig, batch_of, train
from rehabkit.runtime.bundle import Tensors

CHUNK = 512
"""Rows a network predicts at a time."""


class Model(ABC):
    """A model before and after training. A fold makes its own; nothing is shared between folds.

    Attributes
    ----------
    looks_for_neighbours : inside its graph, where equal distances come out in another order elsewhere, so that its
        export is held to the median difference and to equal labels.
    """

    looks_for_neighbours: ClassVar[bool] = False

    @abstractmethod
    def fit(self, examples: Examples, seed: int) -> None:
        """Train on these examples alone; whatever is chosen is chosen among them."""

    @abstractmethod
    def predict(self, examples: Examples) -> Tensors:
        """Output name → (n_rows, …): ``probability`` (n_rows, n_classes) or ``value`` (n_rows,)."""

    def module(self) -> nn.Module | None:
        """The network to export, ``None`` for what isn't exported."""
        return None

    def settings(self) -> dict[str, Any]:
        """The full configuration, as the card keeps it; after ``fit`` with what was chosen."""
        return {}

    def quick(self) -> Model:
        """The same model, trained just enough to run through (for tests)."""
        return self


class NetworkModel(Model):
    """A torch network.

    Parameters
    ----------
    build : makes the untrained module; ``forward`` takes the inputs in order and returns outputs by name.
    loss : (outputs, batch) → scalar.
    config : how to train it.
    augment : changes training batches only.
    n_members : networks of different seeds whose outputs are averaged inside one graph.
    callbacks : looked at after each epoch of each member.

    Notes
    -----
    With ``config.patience`` some training subjects are set apart to stop on; if the module has a buffer
    ``temperature`` (Guo et al. 2017), it is fitted on them too, so that probabilities are calibrated on people
    that the weights have not seen.
    """

    def __init__(
        self,
        build: Callable[[], nn.Module],
        loss: Loss,
        config: TrainConfig,
        *,
        augment: Augment | None = None,
        n_members: int = 1,
        callbacks: Sequence[Callback] = (),
    ) -> None:
        self.build, self.loss, self.config = build, loss, config
        self.augment, self.n_members, self.callbacks = augment, n_members, tuple(callbacks)
        self._members: list[nn.Module] = []

    def initialise(self, seed: int) -> None:
        """Members with their first weights, untrained."""
        self._members = [self._untrained(seed * 1000 + i) for i in range(self.n_members)]

    def fit(self, examples: Examples, seed: int) -> None:
        """Train each member from its own seed."""
        self._members = [self._fit_one(examples, seed * 1000 + i) for i in range(self.n_members)]

    def _untrained(self, seed: int) -> nn.Module:
        torch.manual_seed(seed)
        return self.build().eval()

    def _fit_one(self, examples: Examples, seed: int) -> nn.Module:
        module = self._untrained(seed)
        callbacks, inner, part = list(self.callbacks), None, examples
        if self.config.patience is not None:
            fit_rows, inner_rows = inner_split(examples.subject, self.config.inner_share, seed)
            part, inner = examples.at(fit_rows), examples.at(inner_rows)
            callbacks.append(EarlyStop(self.config.patience))
        train(module, part, self.loss, self.config, seed=seed, inner=inner, augment=self.augment, callbacks=callbacks)
        if inner is not None and hasattr(module, "temperature"):
            fit_temperature(module, inner)
        return module

    def predict(self, examples: Examples) -> Tensors:
        """Outputs of the averaged network."""
        return run(self.module(), examples)

    def module(self) -> nn.Module:
        """One module, members averaged."""
        return self._members[0] if len(self._members) == 1 else Averaged(self._members)

    def settings(self) -> dict[str, Any]:
        """The training configuration."""
        return asdict(self.config) | {"n_members": self.n_members}

    def quick(self) -> NetworkModel:
        """One epoch, one member."""
        config = replace(self.config, epochs=1)
        return NetworkModel(self.build, self.loss, config, augment=self.augment, n_members=1)


class Averaged(nn.Module):
    """Several networks whose outputs are averaged: one graph, one file."""

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, *inputs: Tensor) -> Batch:
        """Mean of each output."""
        outputs = [member(*inputs) for member in self.members]
        return {name: torch.stack([one[name] for one in outputs]).mean(dim=0) for name in outputs[0]}


class ClassicalModel(Model):
    """A scikit-learn estimator over the flattened inputs, or over features computed from each row.

    Parameters
    ----------
    build : makes the unfitted estimator.
    features : examples → (n_rows, n_features), each row by itself; flattened inputs by default.
    classes : whether it predicts probabilities.
    """

    def __init__(
        self,
        build: Callable[[], BaseEstimator],
        *,
        features: Callable[[Examples], NDArray[Any]] = Examples.flat,
        classes: bool = True,
        n_classes: int | None = None,
    ) -> None:
        self.estimator = build()
        self.features, self.classes, self.n_classes = features, classes, n_classes

    def fit(self, examples: Examples, seed: int) -> None:
        """Fit, with the seed wherever the estimator takes one."""
        seeded = {name: seed for name in self.estimator.get_params() if name.split("__")[-1] == "random_state"}
        self.estimator.set_params(**seeded)
        self.estimator.fit(self.features(examples), examples.target)

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` over all classes (0 for those it has not met), or ``value``."""
        x = self.features(examples)
        if not self.classes:
            return {"value": np.asarray(self.estimator.predict(x), dtype=np.float32)}
        met = np.asarray(self.estimator.classes_, dtype=int)
        probability = np.zeros((len(x), self.n_classes or int(met.max()) + 1), dtype=np.float32)
        probability[:, met] = self.estimator.predict_proba(x)
        return {"probability": probability}

    def settings(self) -> dict[str, Any]:
        """The estimator as it prints itself."""
        return {"estimator": " ".join(repr(self.estimator).split())}


def fit_temperature(module: nn.Module, examples: Examples) -> None:
    """Set the module's ``temperature`` so that its probabilities are calibrated on these examples.

    Guo et al. 2017, ICML: one number, by minimising the cross-entropy of ``logits / temperature``. The module's
    output ``logits`` is undivided; it divides by the buffer itself on the way to ``probability``.
    """
    logits = torch.as_tensor(run(module, examples, ("logits",))["logits"])
    target = batch_of(examples)["target"]

    def loss(log_t: float) -> float:
        return float(nn.functional.cross_entropy(logits / math.exp(log_t), target))

    best = minimize_scalar(loss, bounds=(math.log(0.05), math.log(20.0)), method="bounded")
    module.get_buffer("temperature").fill_(math.exp(best.x))


def run(module: nn.Module, examples: Examples, names: Sequence[str] | None = None) -> Tensors:
    """A module's outputs over examples, as arrays; all of them, or those named."""
    module.eval()
    parts: list[Batch] = []
    with torch.no_grad():
        for start in range(0, len(examples), CHUNK):
            batch = batch_of(examples, slice(start, start + CHUNK))
            parts.append(module(*(batch[name] for name in examples.inputs)))
    wanted = names or list(parts[0])
    return {name: torch.cat([part[name] for part in parts]).float().numpy() for name in wanted}
