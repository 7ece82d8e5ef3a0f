"""Edge convolutions over points in space, and what goes with them: pooling, thinner clouds and back.

Neighbours are given, not looked for: :mod:`rehabkit.systems.hand_surface.arrange` finds them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

FAR = -1e4
"""Stands for nothing in a maximum."""


class _Largest(torch.autograd.Function):
    """Largest of the neighbours' features; its gradient goes to the winners alone, which spares most of the work.

    torch looks for a maximum three times as fast as for its place, so the place rides along: each neighbour's rank is
    written over the last four bits of its features (a millionth of their size), and read off the largest.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor, near: Tensor) -> Tensor:
        """(n, channel) features and (n, k) which, k at most 16 → (n, channel)."""
        n, k = near.shape
        bits = features.index_select(0, near.t().flatten()).view(torch.int32).view(k, n, -1)
        bits.bitwise_and_(-16).bitwise_or_(torch.arange(k, dtype=torch.int32, device=near.device)[:, None, None])
        rank = bits.view(torch.float32).amax(dim=0).view(torch.int32).bitwise_and_(15)
        winner = near.gather(1, rank.long())
        ctx.save_for_backward(winner)
        ctx.n = len(features)
        return features.gather(0, winner)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """To each feature what those that took it pass back."""
        (winner,), (gradient,) = ctx.saved_tensors, gradients
        zeros = torch.zeros(ctx.n, gradient.shape[1], dtype=gradient.dtype, device=gradient.device)
        return zeros.scatter_add_(0, winner, gradient), None


def largest(features: Tensor, near: Tensor, *, training: bool) -> Tensor:
    """(n, channel) features and (n, k) which → (n, channel) the largest of each point's neighbours."""
    if training and near.shape[1] <= 16:
        found: Tensor = _Largest.apply(features.float(), near)  # type: ignore[no-untyped-call]
        return found
    return features[near.t()].amax(dim=0)


class Pointwise(nn.Sequential):
    """One layer on each point: normalised over its own channels, so that no point depends on how many others are."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__(nn.Linear(n_in, n_out), nn.LayerNorm(n_out), nn.ReLU())


class EdgeConvolution(nn.Module):
    """Largest over neighbours j of W (x_i, x_j − x_i) (Wang et al. 2019, ACM Trans. Graphics 38:146, equation 8).

    W (x_i, x_j − x_i) = (W₁ − W₂) x_i + W₂ x_j: both products are taken once a point instead of once an edge, and the
    maximum of the second alone is needed. The norm comes after it, which is what makes this possible.

    Parameters
    ----------
    spans : columns of neighbours, one slice each; the channels are shared among them.
    """

    def __init__(self, n_in: int, n_out: int, spans: tuple[slice, ...]) -> None:
        super().__init__()
        self.spans = spans
        self.own = nn.Linear(n_in, n_out)
        self.other = nn.ModuleList(nn.Linear(n_in, n_out // len(spans), bias=False) for _ in spans)
        self.norm = nn.LayerNorm(n_out)

    def forward(self, features: Tensor, near: Tensor) -> Tensor:
        """(n, n_in) features, (n, columns) neighbours → (n, n_out)."""
        parts = []
        for layer, span in zip(self.other, self.spans, strict=True):
            parts.append(largest(layer(features), near[:, span], training=self.training))
        result: Tensor = torch.relu(self.norm(self.own(features) + torch.cat(parts, dim=1)))
        return result


def pool(features: Tensor, there: Tensor) -> Tensor:
    """(batch, slot, channel), (batch, slot, 1) → (batch, 2 · channel): largest and mean of those points."""
    most = torch.where(there, features, torch.full_like(features, FAR)).amax(dim=1)
    share = there.to(features.dtype)
    return torch.cat([most, (features * share).sum(dim=1) / share.sum(dim=1).clamp_min(1.0)], dim=1)


def slots(neighbours: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
    """(batch, slot, k) neighbours as whole numbers, and (batch, slot, 1) which slots hold a point."""
    neighbours = neighbours.round().long()
    return neighbours, ((present > 0.5) & (neighbours[..., 0] > -0.5))[..., None]


def flat(near: Tensor, n_slots: int) -> Tensor:
    """(batch, m, k) slots of a row → (batch · m, k) places among all rows' slots."""
    first = torch.arange(near.shape[0], device=near.device)[:, None, None] * n_slots
    return (near.clamp(0, n_slots - 1) + first).reshape(-1, near.shape[2])


def spread(features: Tensor, at: Tensor, points: Tensor, near: Tensor) -> Tensor:
    """Features of a thinner cloud at all points: of the three nearest, weighed by 1 / squared distance.

    Qi et al. 2017, NeurIPS, PointNet++, equation 2.

    Parameters
    ----------
    features : (m, channel) of the thinner cloud; at : (m, 3) where its points are.
    points : (n, 3); near : (n, 3) which of the m.
    """
    weight = 1 / ((at[near] - points[:, None]).square().sum(dim=2, keepdim=True) + 1e-4)
    weight = weight / weight.sum(dim=1, keepdim=True)
    return (features[near] * weight).sum(dim=1)
