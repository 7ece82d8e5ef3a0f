"""What the knee_pain recipes train: networks that have met absent modalities, and a linear classifier of measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from rehabkit.learning.examples import Examples
from rehabkit.learning.model import Model, NetworkModel, run
from rehabkit.learning.networks.knee_pain import MeasuresLinear
from rehabkit.learning.training import Batch, batch_of
from rehabkit.runtime.bundle import Tensors
from rehabkit.systems.knee_pain.tensors import MODALITIES

SMOOTHING = 0.1
ABSENT = 0.2
"""How often a modality is taken away from a training window."""
INVERSE_PENALTY = 0.1


def augmented(batch: Batch, generator: torch.Generator) -> Batch:
    """Windows as other amplifiers and electrodes might have given them, some without a modality."""
    n_rows = len(batch["target"])
    gain = (0.15 * torch.randn(n_rows, 1, 4, generator=generator)).exp().repeat(1, 1, 2)  # a muscle's two bands
    span = (0.1 * torch.randn(n_rows, 1, 1, generator=generator)).exp()
    changed = {**batch, "emg": batch["emg"] * gain, "angle": batch["angle"] * span}
    return without_some(changed, generator)


def without_some(batch: Batch, generator: torch.Generator) -> Batch:
    """Each modality taken away from a fifth of the rows; a row that would have none keeps all."""
    there = batch["present"]
    kept = (torch.rand(there.shape, generator=generator) >= ABSENT).float() * there
    none_left = kept.sum(dim=1, keepdim=True) == 0
    kept = torch.where(none_left, there, kept)
    return {
        **batch,
        "present": kept,
        **{name: batch[name] * kept[:, i, None, None] for i, name in enumerate(MODALITIES)},
    }


def smoothed_cross_entropy(outputs: Batch, batch: Batch) -> Tensor:
    """Cross-entropy of ``logits`` (batch, classes) with smoothed labels."""
    return nn.functional.cross_entropy(outputs["logits"], batch["target"], label_smoothing=SMOOTHING)


def only(examples: Examples, modalities: Sequence[str]) -> Examples:
    """The same rows as if only these modalities had been recorded."""
    inputs = dict(examples.inputs)
    kept = np.array([name in modalities for name in MODALITIES], dtype=np.float32)
    inputs["present"] = inputs["present"] * kept
    for name in set(MODALITIES) - set(modalities):
        inputs[name] = np.zeros_like(inputs[name])
    return Examples(inputs, examples.target, examples.subject, examples.recording, examples.covariates)


class KneeModel(NetworkModel):
    """A network that keeps silent about modalities that no training row had."""

    def _fit_one(self, examples: Examples, seed: int) -> nn.Module:
        module = super()._fit_one(examples, seed)
        known = torch.as_tensor(examples.inputs["present"]).amax(dim=0)
        module.get_buffer("known").copy_(known)
        self._known = [name for name, one in zip(MODALITIES, known.tolist(), strict=True) if one > 0]
        return module

    def settings(self) -> dict[str, Any]:
        """The training configuration; after ``fit`` the modalities that it has learned from."""
        known = getattr(self, "_known", None)
        return super().settings() | ({} if known is None else {"trained_on": known})

    def quick(self) -> KneeModel:
        """One epoch, one member."""
        fast = super().quick()
        return KneeModel(fast.build, fast.loss, fast.config, augment=fast.augment)


class MeasuresModel(Model):
    """Logistic regression over the measures of a window (L2, classes weighted alike), as one torch module.

    Parameters
    ----------
    modalities : those that it looks at.
    """

    def __init__(self, n_classes: int, modalities: Sequence[str] = MODALITIES) -> None:
        self.n_classes, self.modalities = n_classes, tuple(modalities)
        self._module: MeasuresLinear | None = None
        self._known: list[str] | None = None

    def fit(self, examples: Examples, seed: int) -> None:
        """Mean and scale of what is there, then the regression."""
        part = only(examples, self.modalities)
        module = MeasuresLinear(self.n_classes).eval()
        inputs = [batch_of(part)[name] for name in part.inputs]
        with torch.no_grad():
            numbers, there = module.measures(*inputs)
            n_rows = there.sum(dim=0).clamp_min(1)
            mean = (numbers * there).sum(dim=0) / n_rows
            scale = (((numbers - mean).square() * there).sum(dim=0) / n_rows).sqrt()
            module.get_buffer("mean").copy_(mean)
            module.get_buffer("scale").copy_(torch.where(scale > 1e-4, scale, 1.0))
            x = module.standardised(*inputs).numpy()
        solver = LogisticRegression(C=INVERSE_PENALTY, class_weight="balanced", max_iter=1000)
        solver.fit(x, part.target)
        _copy_linear(module.head, solver)
        self._module = module
        self._known = [name for name, column in zip(MODALITIES, part.inputs["present"].T, strict=True) if column.any()]

    def predict(self, examples: Examples) -> Tensors:
        """``probability`` (n_rows, n_classes)."""
        return run(self.module(), only(examples, self.modalities))

    def module(self) -> nn.Module:
        """Measures and regression; before ``fit`` one that knows nothing."""
        return self._module or MeasuresLinear(self.n_classes).eval()

    def settings(self) -> dict[str, Any]:
        """Solver; after ``fit`` the modalities that it has learned from."""
        known = {} if self._known is None else {"trained_on": self._known}
        return {"solver": f"logistic regression, C {INVERSE_PENALTY}", "modalities": list(self.modalities)} | known


def _copy_linear(head: nn.Linear, solver: LogisticRegression) -> None:
    """Two classes have one row of weights in scikit-learn: the second class against the first."""
    weight: NDArray[Any] = solver.coef_
    bias: NDArray[Any] = solver.intercept_
    if len(solver.classes_) == 2:
        weight, bias = np.vstack([0 * weight, weight]), np.array([0.0, bias[0]])
    with torch.no_grad():
        head.weight.zero_()
        head.bias.fill_(-1e4)
        head.weight[solver.classes_] = torch.as_tensor(weight, dtype=torch.float32)
        head.bias[solver.classes_] = torch.as_tensor(bias, dtype=torch.float32)
