"""The paper's way to a gesture: skin cut out, then a network over the crop; as models for whoever has crops."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from rehabkit.learning.examples import Examples
from rehabkit.learning.model import NetworkModel
from rehabkit.learning.networks.hand_crop import HandCrop
from rehabkit.learning.training import Batch, TrainConfig

CONFIG = TrainConfig(epochs=16, batch_size=32, learning_rate=3e-3, mixed=True)
TURN_DEG, SCALE, SHIFT = 20.0, 0.15, 0.1
"""Largest turn, spread of the size (natural logarithm), largest shift as a share of the crop's half."""
HIDDEN, HIDDEN_SIDE = 0.4, 0.35
"""Share of training crops of which a square is hidden, and the largest side of it."""


def published(n_classes: int, start: Callable[[], nn.Module] | None = None) -> NetworkModel:
    """A network over the tensor ``crop``: YCbCr mask + CNN as we read the paper.

    Parameters
    ----------
    n_classes : gestures.
    start : makes a network that was trained on other hands; its stages are taken, its last layer isn't.
    """
    return NetworkModel(lambda: _started(n_classes, start), smoothed, CONFIG, augment=shaken)


def pretrained(examples: Examples, n_classes: int, seed: int = 0) -> nn.Module:
    """A network trained on other hands, rendered or photographed, whatever gestures they show."""
    model = published(n_classes)
    model.fit(examples, seed)
    return model.module()


def smoothed(outputs: Batch, batch: Batch) -> Tensor:
    """Cross-entropy with a tenth of each label shared by all (Szegedy et al. 2016, CVPR, section 7)."""
    return nn.functional.cross_entropy(outputs["logits"], batch["target"], label_smoothing=0.1)


def shaken(batch: Batch, generator: torch.Generator) -> Batch:
    """Crops turned, scaled, shifted, partly hidden, in another light."""
    crop = batch["crop"].movedim(-1, 1)  # (batch, colour, row, column)
    n, side = len(crop), crop.shape[-1]

    def even(*shape: int) -> Tensor:
        return 2 * torch.rand(*shape, generator=generator) - 1

    angle = math.radians(TURN_DEG) * even(n)
    scale = torch.exp(SCALE * even(n))
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).view(n, 2, 2)
    onto = torch.cat([turn * scale.view(n, 1, 1), SHIFT * even(n, 2, 1)], dim=2)
    grid = nn.functional.affine_grid(onto, list(crop.shape), align_corners=False)
    moved = nn.functional.grid_sample(crop, grid, align_corners=False)
    middle = side * torch.rand(n, 2, generator=generator)
    half = side * HIDDEN_SIDE / 2 * torch.rand(n, generator=generator)
    half = torch.where(torch.rand(n, generator=generator) < HIDDEN, half, torch.zeros(n))
    away = (torch.arange(side) - middle.unsqueeze(-1)).abs() > half.view(n, 1, 1)  # (batch, 2, side)
    kept = away[:, 0, :, None] | away[:, 1, None, :]
    light = torch.exp(0.3 * even(n, 1, 1, 1)), torch.exp(0.3 * even(n, 1, 1, 1))
    lit = (moved * kept.unsqueeze(1) * light[0]).clamp(0, 1) ** light[1]
    return {**batch, "crop": lit.movedim(1, -1)}


def _started(n_classes: int, start: Callable[[], nn.Module] | None) -> HandCrop:
    network = HandCrop(n_classes)
    if start is not None:
        kept = {name: value for name, value in start().state_dict().items() if not name.startswith("head")}
        network.load_state_dict(kept, strict=False)
    return network
