"""A small U-Net for the skin of a hand and its arm.

After Ronneberger, Fischer and Brox 2015 (MICCAI, LNCS 9351:234): a path down, a path up, each level's features passed
across. Here at half of the picture's resolution inside, each square of four pixels being four channels on the way in
and out, so that it is cheap and its edges still are those of the picture.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn

from rehabkit.learning.networks.convolutions import twice
from rehabkit.learning.training import Batch

WIDTHS = (16, 32, 48, 64)
"""Channels of the levels, from half of the resolution down to a sixteenth."""


class HandMask(nn.Module):
    """Picture and hints → probability of skin at each pixel.

    Parameters
    ----------
    widths : channels of each level.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        into = [4 * 5, *widths[:-1]]
        self.down = nn.ModuleList(twice(a, b) for a, b in zip(into, widths, strict=True))
        pairs = list(itertools.pairwise(widths))[::-1]
        self.up = nn.ModuleList(twice(across + below, across) for across, below in pairs)
        self.head = nn.Conv2d(widths[0], 4, 1)

    def forward(self, picture: Tensor, hints: Tensor) -> Batch:
        """Logits and probability of skin.

        Parameters
        ----------
        picture : (batch, side, side, 3) red, green, blue, 0 to 1.
        hints : (batch, side, side, 2) likelihood of the colour and nearness of the hand's bones, 0 to 1.
        """
        x = torch.cat([picture, hints], dim=-1).permute(
            0, 3, 1, 2
        )  # (batch, channel, row, column); movedim doesn't export
        x = nn.functional.pixel_unshuffle(2 * x - 1, 2)
        levels = []
        for i, block in enumerate(self.down):
            x = block(x if i == 0 else nn.functional.max_pool2d(x, 2))
            levels.append(x)
        for block, across in zip(self.up, levels[-2::-1], strict=True):
            x = block(torch.cat([across, nn.functional.interpolate(x, scale_factor=2.0)], dim=1))
        logits = nn.functional.pixel_shuffle(self.head(x), 2).squeeze(1)
        return {"logits": logits, "mask": torch.sigmoid(logits)}


def mask_loss(outputs: Batch, batch: Batch) -> Tensor:
    """Cross-entropy of each pixel, and Dice of each picture (Milletari et al. 2016, 3DV, eq. 4, linear sums)."""
    true = batch["target"].float()
    pixel = nn.functional.binary_cross_entropy_with_logits(outputs["logits"], true)
    said = torch.sigmoid(outputs["logits"].float())
    both = (said * true).sum(dim=(1, 2))
    dice = (2 * both + 1) / (said.sum(dim=(1, 2)) + true.sum(dim=(1, 2)) + 1)
    return pixel + (1 - dice).mean()
