"""A convolutional network that names the gesture of a hand that was cut out, upright and of one size.

The last step of Shan and Zhou 2024 (IEEE Access 12:68999): skin cut out by YCbCr, then a CNN. The paper gives the
block, not its size; this is our reading of it: four stages of convolution, pooled over place in the end.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rehabkit.learning.networks.convolutions import twice
from rehabkit.learning.training import Batch

WIDTHS = (24, 48, 72, 96)
LEAST = 1e-3


class HandCrop(nn.Module):
    """Crop → logits over gestures.

    Colour is left out: brightness is taken from the hand's own mean in units of its own spread, so that neither tone of
    skin nor light tells anything; the mask goes in beside it.

    Parameters
    ----------
    n_classes : gestures.
    dropout : of the pooled features, while training.
    """

    def __init__(self, n_classes: int, dropout: float = 0.3) -> None:
        super().__init__()
        into = [2 * 4, *WIDTHS[:-1]]
        self.stages = nn.ModuleList(twice(a, b) for a, b in zip(into, WIDTHS, strict=True))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * WIDTHS[-1], n_classes)

    def forward(self, crop: Tensor) -> Batch:
        """Logits and probabilities.

        Parameters
        ----------
        crop : (batch, side, side, 3) 0 to 1, black outside of the hand.
        """
        x = nn.functional.pixel_unshuffle(
            relative_brightness(crop), 2
        )  # four pixels as channels: a quarter of the work
        for i, stage in enumerate(self.stages):
            x = stage(x if i == 0 else nn.functional.max_pool2d(x, 2))
        pooled = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)
        logits = self.head(self.dropout(pooled))
        return {"logits": logits, "probability": torch.softmax(logits, dim=-1)}


def relative_brightness(crop: Tensor) -> Tensor:
    """(batch, 2, side, side) brightness from the hand's mean by the hand's spread, 0 outside; and the mask."""
    light = crop @ crop.new_tensor([0.299, 0.587, 0.114])
    mask = (light > LEAST).to(crop.dtype)
    count = mask.sum(dim=(1, 2), keepdim=True).clamp(min=1.0)
    mean = light.sum(dim=(1, 2), keepdim=True) / count
    apart = (light - mean) * mask
    spread = (apart.square().sum(dim=(1, 2), keepdim=True) / count).sqrt()
    return torch.stack([apart / (spread + 0.02), mask], dim=1)
