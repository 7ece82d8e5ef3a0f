"""Which part of a hand each point lies on: HSSN's four blocks, each of which can be left out, PointNet and DGCNN.

After Xing et al. 2025 (IEEE Internet of Things J.), whose paper isn't readable here: edge convolution, multi-scale edge
convolution, multi-density processing and normal vectors are named in its abstract; sizes and order are ours.

All take what :mod:`rehabkit.systems.hand_surface.arrange` gives: ``points`` and ``normals`` (batch, slot, 3),
``neighbours`` (batch, slot, 56), ``present`` (batch, slot) and ``handed`` (batch, 1). They return ``logits`` and
``probability`` (batch, slot, part), and ``kind_logits`` and ``kind`` (batch, 3): a left hand, a right hand, no hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rehabkit.learning.networks.edge_convolution import FAR, EdgeConvolution, Pointwise, flat, pool, slots, spread
from rehabkit.learning.networks.hand_axes import HandAxes, cross
from rehabkit.systems.hand_surface.arrange import LEVELS, NEAREST, READ, SCALES, SPANS

N_PARTS, N_KINDS = 6, 3


@dataclass(frozen=True)
class Blocks:
    """Which of the four blocks a network has.

    Parameters
    ----------
    edges : points look at their neighbours; without, each is alone but for the pooled feature.
    scales : over spans of 10, 20 and 40 of 1024 points; without, of 20 alone.
    densities : also in clouds of a half and a quarter of the points, whose features are interpolated back.
    normals : it sees which way the surface faces.
    """

    edges: bool = True
    scales: bool = True
    densities: bool = True
    normals: bool = True


class Segmenter(nn.Module):
    """What all networks share: points in, turned as the hand lies; logits of parts and of the kind of thing out.

    Parameters
    ----------
    axes : finds the hand's axes, trained before and not trained further; without it the cloud stays as it came.
    """

    def __init__(self, axes: HandAxes | None = None) -> None:
        super().__init__()
        self.axes = axes if axes is None else axes.requires_grad_(False)

    def train(self, mode: bool = True) -> Segmenter:
        """The axes stay as they were trained."""
        super().train(mode)
        if self.axes is not None:
            self.axes.eval()
        return self

    def forward(
        self, points: Tensor, normals: Tensor, neighbours: Tensor, present: Tensor, handed: Tensor
    ) -> dict[str, Tensor]:
        """Outputs by name, as the module says. In mirrored axes a hand that looks like a left one is a right one."""
        neighbours, there = slots(neighbours, present)
        as_it_is = handed > 0.5
        if self.axes is not None:
            axes = self.axes.found(points, normals, neighbours, there)["axes"]
            points, normals = points @ axes, normals @ axes
            as_it_is = as_it_is == (determinant(axes) > 0)
        parts, kinds = self.logits(points, normals, neighbours, there)
        mirrored = torch.stack([kinds[:, 1], kinds[:, 0], kinds[:, 2]], dim=1)
        kinds = torch.where(as_it_is, kinds, mirrored)
        found = {"logits": parts, "kind_logits": kinds}
        return found | {"probability": parts.softmax(dim=-1), "kind": kinds.softmax(dim=-1)}

    def logits(self, points: Tensor, normals: Tensor, neighbours: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, slot, part) and (batch, kind)."""
        raise NotImplementedError


def determinant(axes: Tensor) -> Tensor:
    """(batch, 3, 3) → (batch, 1)."""
    return (cross(axes[:, :, 0], axes[:, :, 1]) * axes[:, :, 2]).sum(dim=1, keepdim=True)


class Head(nn.Module):
    """From each point's features and the whole cloud's pooled ones to parts; from the pooled ones to the kind."""

    def __init__(self, n_in: int, n_pooled: int, width: int) -> None:
        super().__init__()
        self.local, self.pooled = nn.Linear(n_in, width), nn.Linear(n_pooled, width, bias=False)
        self.norm = nn.LayerNorm(width)
        self.last = nn.Sequential(nn.ReLU(), Pointwise(width, width // 2), nn.Linear(width // 2, N_PARTS))
        self.kind = nn.Sequential(Pointwise(n_pooled, width // 2), nn.Linear(width // 2, N_KINDS))

    def forward(self, features: Tensor, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, slot, n_in), (batch, n_pooled) → (batch, slot, part), (batch, kind)."""
        x = self.norm(self.local(features) + self.pooled(pooled)[:, None])
        return self.last(x), self.kind(pooled)


_FIRST = len(SCALES) * READ
_COARSE = tuple(_FIRST + i * (NEAREST + READ) for i in range(len(LEVELS)))


class Hssn(Segmenter):
    """Hand surface segmentation network.

    Parameters
    ----------
    width : channels of the first stages, a multiple of 3; thinner clouds have two and three times as many.
    blocks : which are there.
    axes : see :class:`Segmenter`.
    """

    def __init__(self, width: int = 48, blocks: Blocks = Blocks(), axes: HandAxes | None = None) -> None:
        super().__init__(axes)
        self.blocks = blocks
        spans = SPANS if blocks.scales else SPANS[1:2]
        self.stem = Pointwise(6 if blocks.normals else 3, width)
        self.first = self._stage(width, width, SPANS[1:2])
        self.second = self._stage(width, width, spans)
        coarse = (slice(None),) if blocks.densities else spans
        self.third = self._stage(width, 2 * width, coarse)
        self.fourth = self._stage(2 * width, 3 * width, coarse)
        self.context = nn.Linear(6 * width, 3 * width)
        self.fifth = self._stage(3 * width, 3 * width, coarse)
        self.sixth = self._stage(3 * width, 3 * width, coarse)
        self.head = Head(7 * width, 6 * width, 2 * width)

    def _stage(self, n_in: int, n_out: int, spans: tuple[slice, ...]) -> nn.Module:
        return EdgeConvolution(n_in + 3, n_out, spans) if self.blocks.edges else Pointwise(n_in + 3, n_out)

    def logits(self, points: Tensor, normals: Tensor, neighbours: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """All stages, then the head over what each of them says."""
        n_rows, n_slots, _ = points.shape
        at = points.reshape(-1, 3)
        given = torch.cat([points, normals], dim=2).reshape(-1, 6) if self.blocks.normals else at
        near = flat(neighbours[..., :_FIRST], n_slots)
        x = self.stem(given)
        first = self._through(self.first, x, at, near)
        second = self._through(self.second, first, at, near)
        deep = self._thinner if self.blocks.densities else self._as_dense
        half, quarter, pooled = deep(second, points, neighbours, there, near)
        x = torch.cat([first, second, half, quarter], dim=1)
        return self.head(x.reshape(n_rows, n_slots, -1), pooled)  # type: ignore[no-any-return]

    def _through(self, stage: nn.Module, x: Tensor, at: Tensor, near: Tensor) -> Tensor:
        """A stage over features and places together."""
        given = torch.cat([x, at], dim=1)
        found: Tensor = stage(given, near) if self.blocks.edges else stage(given)
        return found

    def _thinner(
        self, x: Tensor, points: Tensor, neighbours: Tensor, there: Tensor, near: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Stages over a half and a quarter of the points: both at all points again, and the pooled quarter."""
        back = []
        for (step, _), column, stages in zip(LEVELS, _COARSE, (self._half, self._quarter), strict=True):
            x = x.reshape(len(points), -1, x.shape[1])[:, ::2].flatten(0, 1)
            n_left = points.shape[1] // step
            at = points[:, ::step].reshape(-1, 3)
            near = flat(neighbours[:, ::step, column : column + NEAREST + READ], n_left)
            x = stages(x, at, near, there[:, ::step])
            nearest = flat(neighbours[..., column : column + NEAREST], n_left)
            back.append(spread(x, at, points.reshape(-1, 3), nearest))
        last = there[:, :: LEVELS[-1][0]]
        return back[0], back[1], pool(x.reshape(*last.shape[:2], -1), last)

    def _as_dense(
        self, x: Tensor, points: Tensor, neighbours: Tensor, there: Tensor, near: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The same stages over all points."""
        at = points.reshape(-1, 3)
        half = self._half(x, at, near, there)
        quarter = self._quarter(half, at, near, there)
        return half, quarter, pool(quarter.reshape(*there.shape[:2], -1), there)

    def _half(self, x: Tensor, at: Tensor, near: Tensor, there: Tensor) -> Tensor:
        return self._through(self.third, x, at, near)

    def _quarter(self, x: Tensor, at: Tensor, near: Tensor, there: Tensor) -> Tensor:
        """Three stages; from the second on each point knows what the whole cloud looks like."""
        x = self._through(self.fourth, x, at, near)
        rows = x.reshape(*there.shape[:2], -1)
        x = (rows + self.context(pool(rows, there))[:, None]).flatten(0, 1)
        x = x + self._through(self.fifth, x, at, near)
        return x + self._through(self.sixth, x, at, near)


class PointNet(Segmenter):
    """Each point alone, then the whole cloud's maximum beside it (Qi et al. 2017, CVPR), without its two transforms."""

    def __init__(self, widths: tuple[int, ...] = (64, 64, 128, 256), axes: HandAxes | None = None) -> None:
        super().__init__(axes)
        self.layers = nn.ModuleList(Pointwise(a, b) for a, b in zip((6, *widths), widths, strict=False))
        self.head = Head(sum(widths), 2 * widths[-1], 128)

    def logits(self, points: Tensor, normals: Tensor, neighbours: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """Looks at no neighbour."""
        x, each = torch.cat([points, normals], dim=2), []
        for layer in self.layers:
            x = layer(x)
            each.append(x)
        return self.head(torch.cat(each, dim=2), pool(x, there))  # type: ignore[no-any-return]


class Dgcnn(Segmenter):
    """Edge convolutions whose neighbours are found anew among the features of each stage (Wang et al. 2019)."""

    def __init__(self, width: int = 48, k: int = 16, axes: HandAxes | None = None) -> None:
        super().__init__(axes)
        self.k = k
        every = (slice(None),)
        self.stages = nn.ModuleList([EdgeConvolution(6, width, every)])
        self.stages.extend(EdgeConvolution(width, width, every) for _ in range(2))
        self.wide = Pointwise(3 * width, 4 * width)
        self.head = Head(3 * width, 8 * width, 128)

    def logits(self, points: Tensor, normals: Tensor, neighbours: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """The first stage's neighbours are near in space, those of the others look alike."""
        n_rows, n_slots, _ = points.shape
        x, each, like = torch.cat([points, normals], dim=2), [], points
        for stage in self.stages:
            near = flat(self._near(like, there), n_slots)
            x = like = stage(x.flatten(0, 1), near).reshape(n_rows, n_slots, -1)
            each.append(x)
        joined = torch.cat(each, dim=2)
        return self.head(joined, pool(self.wide(joined), there))  # type: ignore[no-any-return]

    @torch.no_grad()
    def _near(self, like: Tensor, there: Tensor) -> Tensor:
        """(batch, slot, k) slots of the features that are nearest."""
        size = like.square().sum(dim=2)
        distance = size[:, :, None] + size[:, None] - 2 * like @ like.transpose(1, 2)
        distance = torch.where(there.transpose(1, 2), distance, torch.full_like(distance, -FAR))
        return distance.topk(min(self.k, like.shape[1]), dim=2, largest=False).indices
