"""Models of hand_mask: the network, the paper's fixed box, a regression over single pixels, the mean mask."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from rehabkit.imaging.colours import ycbcr
from rehabkit.imaging.skin import box_mask
from rehabkit.learning.examples import Examples
from rehabkit.learning.model import Model, NetworkModel
from rehabkit.learning.networks.hand_mask import HandMask, mask_loss
from rehabkit.learning.training import Batch, TrainConfig
from rehabkit.runtime.bundle import Tensors

CONFIG = TrainConfig(epochs=10, batch_size=24, learning_rate=4e-3, mixed=True)
LOST = 0.25
"""Share of training pictures whose landmarks are taken away."""
PIXELS = 60_000
"""From which the regression learns."""


def network() -> Model:
    """The small U-Net."""
    return NetworkModel(HandMask, mask_loss, CONFIG, augment=changed)


def changed(batch: Batch, generator: torch.Generator) -> Batch:
    """Pictures mirrored and laid on their side with their masks, in light of another colour and curve, with noise."""
    picture, hints, target = batch["picture"].clone(), batch["hints"].clone(), batch["target"].clone()
    n = len(picture)

    def some(share: float) -> torch.Tensor:
        return torch.rand(n, generator=generator) < share

    for rows, turned in ((some(0.5), _mirrored), (some(0.3), _upside_down), (some(0.3), _on_its_side)):
        for value in (picture, hints, target):
            value[rows] = turned(value[rows])
    gain = torch.exp(0.12 * torch.randn(n, 1, 1, 3, generator=generator))
    curve = torch.exp(0.25 * torch.randn(n, 1, 1, 1, generator=generator))
    noise = 0.02 * torch.rand(n, 1, 1, 1, generator=generator) * torch.randn(picture.shape, generator=generator)
    hints[some(LOST)] = torch.tensor([0.5, 0.0])
    return {"picture": ((picture * gain).clamp(0, 1) ** curve + noise).clamp(0, 1), "hints": hints, "target": target}


def _mirrored(value: torch.Tensor) -> torch.Tensor:
    return value.flip(2)


def _upside_down(value: torch.Tensor) -> torch.Tensor:
    return value.flip(1)


def _on_its_side(value: torch.Tensor) -> torch.Tensor:
    return value.transpose(1, 2)


class FixedBox(Model):
    """The paper's mask: a box of Cb and Cr, cleaned, its largest part. Nothing is learned."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Nothing."""

    def predict(self, examples: Examples) -> Tensors:
        """``mask`` (n_rows, side, side) of 0 and 1."""
        pictures = np.rint(255 * examples.inputs["picture"]).astype(np.uint8)
        return {"mask": np.stack([box_mask(one) for one in pictures]).astype(np.float32)}


class MeanMask(Model):
    """The mean of the training masks, whatever the picture."""

    def fit(self, examples: Examples, seed: int) -> None:
        """Average."""
        self._mask = examples.target.mean(axis=0, dtype=np.float64).astype(np.float32)

    def predict(self, examples: Examples) -> Tensors:
        """``mask`` (n_rows, side, side)."""
        return {"mask": np.repeat(self._mask[None], len(examples), axis=0)}


class PixelRegression(Model):
    """Logistic regression over each pixel by itself: Y, Cb, Cr and both hints, their squares and products."""

    def __init__(self) -> None:
        self.pipeline = make_pipeline(PolynomialFeatures(2), LogisticRegression(C=100.0, max_iter=300))

    def fit(self, examples: Examples, seed: int) -> None:
        """On pixels drawn at random."""
        each = max(PIXELS // len(examples), 1)
        rng, features, truth = np.random.default_rng(seed), [], []
        for row in range(len(examples)):
            of_row = _features(examples, row)
            chosen = rng.choice(len(of_row), each)
            features.append(of_row[chosen])
            truth.append(examples.target[row].reshape(-1)[chosen])
        self.pipeline.fit(np.concatenate(features), np.concatenate(truth))

    def predict(self, examples: Examples) -> Tensors:
        """``mask`` (n_rows, side, side)."""
        size = examples.target.shape[1:]
        rows = (self.pipeline.predict_proba(_features(examples, row))[:, 1] for row in range(len(examples)))
        return {"mask": np.stack([row.reshape(size) for row in rows]).astype(np.float32)}

    def settings(self) -> dict[str, Any]:
        """Pixels it learns from."""
        return {"pixels": PIXELS, "features": "Y, Cb, Cr, hints, second degree"}


def _features(examples: Examples, row: int) -> np.ndarray[Any, Any]:
    """(n_pixels, 5)."""
    colour = ycbcr(255 * examples.inputs["picture"][row]) / 255
    return np.concatenate([colour, examples.inputs["hints"][row]], axis=-1).reshape(-1, 5)
