"""Which way a hand points: found first, so that every network sees every hand from the same side.

A cloud's principal axes, in which it comes, say little of a fist and nothing of which end is which. PointNet and DGCNN
learn a transform for this as they go; here it is learned by itself, from axes that are known, which takes far less.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from rehabkit.learning.networks.edge_convolution import EdgeConvolution, Pointwise, flat, pool, slots
from rehabkit.systems.hand_surface.arrange import LEVELS, NEAREST, READ, SPANS

N_LOOKS = 2
"""Times it looks: each time in the axes that it found before."""
_STEP = LEVELS[0][0]
_COLUMNS = slice(SPANS[-1].stop, SPANS[-1].stop + NEAREST + READ)


class HandAxes(nn.Module):
    """Directions of the back of the hand, of the fingers and of the thumb's side, from every second point.

    Parameters
    ----------
    width : channels of the first stages; the last have four times as many.
    """

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        all_of_them = (slice(None),)
        self.stem = Pointwise(6, width)
        widths = pairwise((width, width, 2 * width, 4 * width))
        self.stages = nn.ModuleList(EdgeConvolution(a, b, all_of_them) for a, b in widths)
        self.context = nn.Linear(8 * width, 4 * width)
        self.deep = EdgeConvolution(4 * width, 4 * width, all_of_them)
        self.last = nn.Sequential(Pointwise(8 * width, 4 * width), Pointwise(4 * width, 2 * width))
        self.directions = nn.Linear(2 * width, 9)

    def forward(
        self, points: Tensor, normals: Tensor, neighbours: Tensor, present: Tensor, handed: Tensor
    ) -> dict[str, Tensor]:
        """What is learned from.

        Returns
        -------
        ``said`` (batch, look, 3, 3), a direction a column, in the axes ``looked_in`` (batch, look, 3, 3); and ``axes``
        (batch, 3, 3): points @ axes lie as a right hand's do.
        """
        return self.found(points, normals, *slots(neighbours, present))

    def found(self, points: Tensor, normals: Tensor, neighbours: Tensor, there: Tensor) -> dict[str, Tensor]:
        """The same of neighbours (batch, slot, 56) as whole numbers and of ``there`` (batch, slot, 1)."""
        points, normals, there = points[:, ::_STEP], normals[:, ::_STEP], there[:, ::_STEP]
        near = flat(neighbours[:, ::_STEP, _COLUMNS], points.shape[1])
        axes = torch.eye(3, device=points.device).expand(points.shape[0], 3, 3)
        said, looked_in = [], []
        for _ in range(N_LOOKS):
            looked_in.append(axes)
            said.append(self._look(points @ axes, normals @ axes, near, there))
            axes = (axes @ upright(said[-1])).detach()
        return {"said": torch.stack(said, dim=1), "looked_in": torch.stack(looked_in, dim=1), "axes": axes}

    def _look(self, points: Tensor, normals: Tensor, near: Tensor, there: Tensor) -> Tensor:
        """(batch, 3, 3) directions, not yet at right angles."""
        n_rows = points.shape[0]
        x = self.stem(torch.cat([points, normals], dim=2)).flatten(0, 1)
        for stage in self.stages:
            x = stage(x, near)
        rows = x.reshape(n_rows, -1, x.shape[1])
        x = (rows + self.context(pool(rows, there))[:, None]).flatten(0, 1)
        x = x + self.deep(x, near)
        found: Tensor = self.directions(self.last(pool(x.reshape(n_rows, -1, x.shape[1]), there)))
        return found.reshape(n_rows, 3, 3).float()


def upright(directions: Tensor) -> Tensor:
    """(batch, 3, 3) directions a column → axes at right angles: the second is kept, the first corrected, the third ±.

    A mirrored cloud gives mirrored axes: the third is the cross product of the others or its opposite.
    """
    back, fingers, thumb = directions.unbind(dim=2)
    fingers = normalize(fingers, dim=1)
    back = normalize(back - fingers * (fingers * back).sum(dim=1, keepdim=True), dim=1)
    across = cross(back, fingers)
    side = torch.where((across * thumb).sum(dim=1, keepdim=True) < 0, -1.0, 1.0)
    return torch.stack([back, fingers, across * side], dim=2)


def cross(a: Tensor, b: Tensor) -> Tensor:
    """(batch, 3), (batch, 3) → (batch, 3) cross product."""
    return a[:, [1, 2, 0]] * b[:, [2, 0, 1]] - a[:, [2, 0, 1]] * b[:, [1, 2, 0]]
