"""The same movement of another body, to another camera, started elsewhere: variations that keep its name."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from rehabkit.kinematics.canonical import CANONICAL_JOINTS, CANONICAL_PARENTS
from rehabkit.learning.training import Batch

AT = {name: i for i, name in enumerate(CANONICAL_JOINTS)}
FAR_LIMBS = (("left_elbow", "left_wrist"), ("left_knee", "left_ankle"))
"""The side that works less: turned away from the camera, its arm and leg are guesswork."""


@dataclass(frozen=True)
class Variation:
    """How far a movement is varied; sizes in body sizes, angles in degrees, standard deviations.

    Parameters
    ----------
    shifted : share of movements that start at another phase, as those that a clip cuts in the middle.
    cropped, shortest : share of which only a part is seen, and the shortest part.
    bone : relative change of each bone's length. bias, slow, noise : of each joint, constant, slow, per frame.
    flattened : share whose depth is scaled and wavers by ``depth``, as a single camera's guess does.
    lost : share in which a limb of the far side is misplaced by ``astray``.
    tilt, yaw : of the camera; little yaw, since the plane of an arm tells abduction from scaption.
    """

    shifted: float = 0.25
    cropped: float = 0.5
    shortest: float = 0.5
    bone: float = 0.1
    bias: float = 0.015
    slow: float = 0.01
    noise: float = 0.01
    flattened: float = 0.4
    depth: float = 0.03
    lost: float = 0.1
    astray: float = 0.15
    tilt: float = 8.0
    yaw: float = 5.0
    size: float = 0.05


def varied(batch: Batch, generator: torch.Generator, how: Variation = Variation()) -> Batch:
    """A training batch as other people and cameras might have given it.

    Parameters
    ----------
    batch : ``positions`` (n_rows, n_times, n_joints, 3) in body sizes.
    """
    x = _other_times(batch["positions"], generator, how)
    n_rows, n_times, n_joints = x.shape[:3]
    x = from_bones(bones(x) * (1 + how.bone * normal(generator, n_rows, 1, n_joints, 1)))
    x = x + how.bias * normal(generator, n_rows, 1, n_joints, 3) + how.slow * wavering(generator, x.shape)
    x = x + how.noise * torch.rand((n_rows, 1, 1, 1), generator=generator) * normal(generator, *x.shape)
    for limb in FAR_LIMBS:
        lost = some(generator, n_rows, how.lost)
        error = how.astray * wavering(generator, (n_rows, n_times, 1, 3)) * lost
        share = torch.zeros(n_joints, 1)
        share[[AT[name] for name in limb]] = torch.tensor([[0.5], [1.0]])
        x = x + error * share
    x = _flattened(x, generator, how)
    tilt, yaw = math.radians(how.tilt), math.radians(how.yaw)
    turns = normal(generator, n_rows, 3) * torch.tensor([tilt, yaw, 0.6 * tilt])
    x = torch.einsum("bij,btkj->btki", rotations(turns), x)
    x = (x - x[:, :, :1]) * (1 + how.size * normal(generator, n_rows, 1, 1, 1))
    return {**batch, "positions": x}


def bones(positions: Tensor) -> Tensor:
    """(…, n_joints, 3) each joint from its parent; the pelvis from itself."""
    return positions - positions[..., [max(parent, 0) for parent in CANONICAL_PARENTS], :]


def from_bones(vectors: Tensor) -> Tensor:
    """(…, n_joints, 3) positions again: the sum of the bones on the way from the pelvis."""
    return torch.einsum("...jc,jk->...kc", vectors, _way())


def rotations(vectors: Tensor) -> Tensor:
    """(…, 3) rotation vectors in radians → (…, 3, 3) matrices, Rodrigues' formula."""
    angle = vectors.norm(dim=-1, keepdim=True).clamp_min(1e-8)
    x, y, z = (vectors / angle).unbind(-1)
    nil = torch.zeros_like(x)
    cross = torch.stack([nil, -z, y, z, nil, -x, -y, x, nil], dim=-1).reshape(*vectors.shape[:-1], 3, 3)
    angle = angle[..., None]
    return torch.as_tensor(torch.eye(3) + angle.sin() * cross + (1 - angle.cos()) * (cross @ cross))


def _way() -> Tensor:
    """(n_joints, n_joints) 1 where the first joint lies on the way to the second."""
    way = torch.zeros(len(CANONICAL_PARENTS), len(CANONICAL_PARENTS))
    for joint in range(len(CANONICAL_PARENTS)):
        at = joint
        while at >= 0:
            way[at, joint] = 1.0
            at = CANONICAL_PARENTS[at]
    return way


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, generator=generator)


def uniform(generator: torch.Generator, shape: tuple[int, ...], low: float, high: float) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=generator)


def some(generator: torch.Generator, n_rows: int, share: float) -> Tensor:
    """(n_rows, 1, 1, 1) 1 for about this share of the rows."""
    return (torch.rand((n_rows, 1, 1, 1), generator=generator) < share).float()


def wavering(generator: torch.Generator, shape: tuple[int, ...] | torch.Size) -> Tensor:
    """(n_rows, n_times, n_joints, n) noise of six knots over time."""
    n_rows, n_times, n_joints, n = shape
    knots = normal(generator, n_rows, n_joints * n, 6)
    line = torch.nn.functional.interpolate(knots, n_times, mode="linear", align_corners=True)
    return line.reshape(n_rows, n_joints, n, n_times).movedim(-1, 1)


def _other_times(x: Tensor, generator: torch.Generator, how: Variation) -> Tensor:
    """Part of the movement, at an uneven pace, from another phase."""
    n_rows, n_times = x.shape[:2]
    pace = uniform(generator, (n_rows, 1, 6), 0.5, 1.5)
    way = torch.nn.functional.interpolate(pace, n_times, mode="linear", align_corners=True)[:, 0].cumsum(dim=1)
    way = (way - way[:, :1]) / (way[:, -1:] - way[:, :1])
    cropped = some(generator, n_rows, how.cropped).view(-1, 1)
    length = 1 - cropped * uniform(generator, (n_rows, 1), 0.0, 1 - how.shortest)
    start = (1 - length) * torch.rand((n_rows, 1), generator=generator)
    shift = torch.rand((n_rows, 1), generator=generator) * some(generator, n_rows, how.shifted).view(-1, 1)
    at = torch.remainder(start + length * way + shift, 1 + 1e-6) * (n_times - 1)
    low = at.floor().clamp(0, n_times - 2).long()
    share = (at - low)[..., None, None]
    rows = torch.arange(n_rows)[:, None]
    return x[rows, low] * (1 - share) + x[rows, low + 1] * share


def _flattened(x: Tensor, generator: torch.Generator, how: Variation) -> Tensor:
    """Depth along a random level direction scaled, wavering."""
    n_rows = len(x)
    heading = uniform(generator, (n_rows,), 0.0, math.pi)
    away = torch.stack([heading.cos(), torch.zeros(n_rows), heading.sin()], dim=-1)[:, None, None]
    depth = (x * away).sum(dim=-1, keepdim=True)
    scale = uniform(generator, (n_rows, 1, 1, 1), -0.2, 0.1)
    change = depth * scale + how.depth * wavering(generator, depth.shape)
    return x + away * change * some(generator, n_rows, how.flattened)
