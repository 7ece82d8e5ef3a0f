"""Joints' points from the relief of someone who lies: a small U-Net, a map a joint.

After Ronneberger, Fischer and Brox 2015 (MICCAI, LNCS 9351:234), and maps of joints after Tompson et al. 2014 (NIPS).
Nine pixels are one cell inside, so that it is cheap and yet sees all of them. Which end is the head's isn't known: in
use it looks at the relief as it is, upside down, and at the mirror images of both, and takes the mean of its maps. What
another network saw in the picture is weighed against them at the end; nothing is learned from it.
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, log_softmax, max_pool2d, pixel_unshuffle

from rehabkit.kinematics.depth.tree import mirrored_joints
from rehabkit.learning.networks.convolutions import twice
from rehabkit.learning.training import Batch
from rehabkit.systems.lying_pose.picture import JOINTS

WIDTHS = (32, 48, 64, 88)
"""Channels of the levels, each half as fine as the one before."""
FINE = 3
"""Pixels along a cell of the maps."""
SCALE_M = 0.15
"""Heights are divided by it: about half of what a body rises."""
SPREAD = 1.0
"""Standard deviation of the spot that is learned round a joint, in cells."""
NEAR = 2
"""Cells to each side of the likeliest whose mean is the point."""
TOLD_PX, ELSEWHERE, WORTH, EXCHANGED = 5.6, 0.03, 0.35, 0.1
"""Of points that MediaPipe's network finds: their spread round the joint; the density of wild ones beside that of its
middle; how much of each view counts, since views of one picture err alike; and the share of pictures in which it takes
left for right all over."""


class LyingPoints(nn.Module):
    """Relief → each joint's point in it.

    Parameters
    ----------
    widths : channels of each level.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        into = [FINE**2, *widths[:-1]]
        self.down = nn.ModuleList(twice(a, b) for a, b in zip(into, widths, strict=True))
        self.tilt = nn.Linear(2, widths[-1])
        pairs = list(itertools.pairwise(widths))[::-1]
        self.up = nn.ModuleList(twice(across + below, across) for across, below in pairs)
        self.head = nn.Conv2d(widths[0], len(JOINTS), 1)
        self.other: list[int] = mirrored_joints(JOINTS).tolist()

    def forward(self, relief: Tensor, up: Tensor, told: Tensor) -> Batch:
        """``logits`` (batch, joint, cells) to learn from; in use ``points`` and ``sure``.

        Parameters
        ----------
        relief : (batch, side, side) metres above the mattress.
        up : (batch, 2) the mattress's upward direction in the picture, right and down.
        told : (batch, view, joint, 3) px of the relief where another network sees the joint, and whether it does (1 or
            0), in each way that it was shown the picture; in use only.

        Returns
        -------
        ``points`` (batch, joint, 2) column and row in px of the relief; ``sure`` (batch, joint) how probably the
        joint is within some cells of it.
        """
        if self.training:
            return {"logits": self._maps(relief, up).flatten(2)}
        ways = [(over, mirrored) for over in (False, True) for mirrored in (False, True)]
        shown = torch.cat([_turned(relief, *way) for way in ways])
        leaning = torch.cat([up * torch.tensor(_signs(*way), device=up.device) for way in ways])
        maps = self._maps(shown, leaning).reshape(len(ways), -1, len(JOINTS), *(relief.shape[1] // FINE,) * 2)
        back = [_turned(maps[i][:, self.other] if way[1] else maps[i], *way) for i, way in enumerate(ways)]
        probability = torch.stack([one.flatten(2).softmax(dim=2).reshape(one.shape) for one in back]).mean(dim=0)
        return _points(_reconciled(probability, told, self.other))

    def _maps(self, relief: Tensor, up: Tensor) -> Tensor:
        """(batch, joint, row, column) logits."""
        x = pixel_unshuffle(relief[:, None] / SCALE_M, FINE)
        levels = []
        for i, block in enumerate(self.down):
            x = block(x if i == 0 else max_pool2d(x, 2))
            levels.append(x)
        x = x + self.tilt(up)[:, :, None, None]
        for block, across in zip(self.up, levels[-2::-1], strict=True):
            x = block(torch.cat([across, interpolate(x, scale_factor=2.0)], dim=1))
        found: Tensor = self.head(x)
        return found


def _turned(x: Tensor, over: bool, mirrored: bool) -> Tensor:
    """Rows and columns of (…, row, column) by half a turn, then mirrored; it is its own inverse."""
    axes = [axis for axis, turned in ((-2, over), (-1, over != mirrored)) if turned]
    return x.flip(axes) if axes else x  # flipping none doesn't export


def _signs(over: bool, mirrored: bool) -> list[float]:
    """What that does to a direction, right and down."""
    return [-1.0 if over != mirrored else 1.0, -1.0 if over else 1.0]


def _reconciled(probability: Tensor, told: Tensor, other: list[int]) -> Tensor:
    """Bayes: the maps times how likely it is that the other network says what it says, wherever the joint may be.

    It takes prone people for supine now and then, left for right all over; that it did is a second hypothesis, weighed
    by how well all joints' maps go with it.

    Parameters
    ----------
    probability : (batch, joint, row, column), each map's sum 1.
    other : each joint's partner on the other side.
    """
    as_told, exchanged = (probability * _likely(probability, points) for points in (told, told[:, :, other]))
    evidence = [one.sum(dim=(2, 3)) for one in (as_told, exchanged)]  # (batch, joint)
    odds = (evidence[1].log() - evidence[0].log()).sum(dim=1) + math.log(EXCHANGED / (1 - EXCHANGED))
    share = odds.sigmoid()[:, None, None, None]
    each = [one / sum_[..., None, None] for one, sum_ in zip((as_told, exchanged), evidence, strict=True)]
    return (1 - share) * each[0] + share * each[1]


def _likely(maps: Tensor, told: Tensor) -> Tensor:
    """(batch, joint, row, column) density of what all views say in each cell of the maps, beside that of its middle."""
    place = torch.arange(maps.shape[3], device=maps.device) * FINE + (FINE - 1) / 2
    column, row = ((told[..., i, None] - place).square() / (2 * TOLD_PX**2) for i in range(2))
    each = ELSEWHERE + told[..., 2, None, None] * torch.exp(-row[..., :, None] - column[..., None, :])
    return (WORTH * each.log().sum(dim=1)).exp()


def _points(probability: Tensor) -> Batch:
    """The mean of the likeliest cell's surroundings, and their share of all."""
    side = probability.shape[3]
    best = probability.flatten(2).argmax(dim=2)[..., None]
    axis = torch.arange(side, device=probability.device)
    columns, rows = ((axis - at).abs() <= NEAR for at in (best % side, best // side))  # (batch, joint, side)
    weight = probability * (rows[..., :, None] & columns[..., None, :]).to(probability.dtype)
    sure = weight.sum(dim=(2, 3))
    cells = torch.stack([(weight.sum(dim=dim) * axis).sum(dim=2) / sure for dim in (2, 3)], dim=2)
    return {"points": cells * FINE + (FINE - 1) / 2, "sure": sure}


def points_loss(outputs: Batch, batch: Batch) -> Tensor:
    """Cross-entropy of each joint's map against a spot round its true place; of joints that aren't in the relief none.

    ``target`` is (batch, joint, 2) px of the relief, NaN for a joint that isn't in the picture.
    """
    logits = outputs["logits"].float()
    side = int(logits.shape[2] ** 0.5)
    true = (batch["target"] - (FINE - 1) / 2) / FINE
    there = (true.isfinite() & (true > -0.5) & (true < side - 0.5)).all(dim=2)
    axis = torch.arange(side, device=logits.device)
    apart = (axis - torch.nan_to_num(true)[..., None]).square() / (2 * SPREAD**2)  # (batch, joint, 2, side)
    column, row = apart.neg().softmax(dim=3).unbind(dim=2)
    spot = (row[..., :, None] * column[..., None, :]).flatten(2)
    each = -(spot * log_softmax(logits, dim=2)).sum(dim=2)
    mean: Tensor = (each * there).sum() / there.sum().clamp_min(1)
    return mean
