"""A small system and recipe on synthetic movements, to test the bench itself."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from rehabkit.errors import RecordingError
from rehabkit.findings import Finding
from rehabkit.learning import trivial
from rehabkit.learning.examples import Examples, Sample, build
from rehabkit.learning.metrics import accuracy, auroc, calibration_error
from rehabkit.learning.model import ClassicalModel, NetworkModel
from rehabkit.learning.recipe import Recipe
from rehabkit.learning.training import TrainConfig, cross_entropy
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.contract import System

N_TIMES = 16


class Swing(System[Skeleton]):
    """Whether a wrist swings far."""

    name = "toy_swing"
    title = "Toy: does the wrist swing far?"
    reads = Skeleton
    inputs: ClassVar = {"height": TensorSpec(shape=[N_TIMES], axes=["time"], unit="m")}

    def prepare(self, recording: Skeleton) -> Tensors:
        height = recording.joint("left_wrist")[:N_TIMES, 1]
        if len(height) < N_TIMES or not np.isfinite(height).all():
            raise RecordingError(f"left_wrist must be seen in {N_TIMES} frames; record longer")
        return {"height": height[None].astype(np.float32)}

    def interpret(self, recording: Skeleton, outputs: Tensors, card: Card) -> list[Finding]:
        return [Finding(name="far", label="Far", value=float(outputs["probability"][0, 1]))]


class SwingNet(nn.Module):
    """Logistic regression with a temperature."""

    temperature: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(N_TIMES, 2)
        self.register_buffer("temperature", torch.ones(1))

    def forward(self, height: Tensor) -> dict[str, Tensor]:
        logits = self.linear(height - height.mean(dim=1, keepdim=True))
        return {"logits": logits, "probability": (logits / self.temperature).softmax(dim=-1)}


def swing(rng: np.random.Generator, far: bool, offset: float) -> Skeleton:
    height = np.sin(np.linspace(0, np.pi, N_TIMES)) * (0.6 if far else 0.4) + offset + rng.normal(0, 0.05, N_TIMES)
    positions = np.zeros((N_TIMES, 1, 3))
    positions[:, 0, 1] = height
    return Skeleton(("left_wrist",), np.arange(N_TIMES) / 30, positions, np.ones((N_TIMES, 1)), "y_up", "synthetic")


def samples(n_subjects: int = 5, n_each: int = 12) -> list[Sample[Skeleton]]:
    rng = np.random.default_rng(0)
    return [
        Sample(swing(rng, bool(i % 2), offset=0.1 * subject), i % 2, f"p{subject}", {"duration_s": float(i % 2)})
        for subject in range(n_subjects)
        for i in range(n_each)
    ]


class SwingRecipe(Recipe):
    """The toy's recipe."""

    name = "toy_swing"
    title = Swing.title
    system = Swing()
    data = ("uiprmd",)
    labels = ("near", "far")
    outputs: ClassVar = {"probability": TensorSpec(shape=[2], axes=["label"])}
    models: ClassVar = {
        "small": lambda: NetworkModel(
            SwingNet,
            cross_entropy,
            TrainConfig(epochs=40, batch_size=16, learning_rate=0.1, patience=40, weight_decay=0.0),
        ),
        "classical": lambda: ClassicalModel(lambda: LogisticRegression(C=100.0), n_classes=2),
    }
    baselines: ClassVar = {"majority": lambda: trivial.majority(2)}
    ships = "small"
    metrics: ClassVar = {"accuracy": accuracy, "AUC": auroc, "ECE": calibration_error}
    intended_use = "tests"
    limits = ("synthetic",)

    def examples(self, source: Path | None = None, *, quick: bool = False) -> Examples:
        return build(self.system, samples(3 if quick else 5), classes=True)
