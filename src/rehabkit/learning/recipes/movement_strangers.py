"""Movements made of known ones: strangers, that are none of them, near misses, and the same with other arms.

A network that is shown what it must not know learns where the known ones end (outlier exposure: Hendrycks et al.,
ICLR 2019). A near miss is a stranger to its own movement only: an abduction whose plane is turned may well be a
scaption, and so says nothing of that.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rehabkit.kinematics.canonical import CANONICAL_PARENTS
from rehabkit.learning.recipes.movement_variations import AT, bones, from_bones, rotations, some, uniform

ARM, LEG = ("elbow", "wrist"), ("knee", "ankle")
ARMS = [AT[f"{side}_{joint}"] for side in ("left", "right") for joint in ARM]
LIMBS = tuple((side, joints) for joints in (ARM, LEG) for side in ("left", "right"))
DIFFERENT = 0.15
"""Body sizes that some joint must be elsewhere for a movement to count as another one."""
DOWN, NOT_DOWN = (0.6, 1.05), (0.0, 0.2)
"""Shares of the way down that are a squat, and that are none."""
MIRROR = torch.tensor([-1.0, 1.0, 1.0])
"""A bone on the other side; a rotation vector's mirror image is minus this."""


def strangers(positions: Tensor, generator: torch.Generator) -> Tensor:
    """As many movements that are none of the known ones.

    Parameters
    ----------
    positions : (n_rows, n_times, n_joints, 3) known movements, pelvis at the origin.

    Returns
    -------
    Tensor
        (n_rows, n_times, n_joints, 3): a quarter frozen, a quarter lying, half with limbs turned at random.
    """
    kind = torch.randint(0, 4, (len(positions), 1, 1, 1), generator=generator)
    turned = _limbs_turned(positions, generator)
    either = torch.where(some(generator, len(positions), 0.5) > 0, positions, turned)
    out = torch.where(kind == 1, _lying(either, generator), turned)
    return torch.where(kind == 0, _frozen(positions, generator), out)


def near_misses(positions: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Movements that are no longer what they were made of; they may be another known one.

    Returns
    -------
    made : (n_rows, n_times, n_joints, 3): the limb's plane turned, the movement small, its limb frozen, the other
        side moving as well or instead, a forearm or shank turned throughout.
    differs : (n_rows,) whether some joint really goes elsewhere.
    """
    vectors, reach = bones(positions), _reach(positions)
    by_arm = (reach[:, :2].amax(dim=1) >= 0.8 * reach[:, 2:].amax(dim=1))[:, None, None]
    kind = torch.randint(0, 7, (len(positions), 1, 1, 1), generator=generator)
    made = torch.where(kind <= 2, _plane_turned(vectors, by_arm, generator), _smaller(vectors, generator))
    made = torch.where(kind == 4, _limb_frozen(vectors, by_arm, reach.argmax(dim=1)), made)
    made = torch.where(kind == 5, _other_side(vectors, generator), made)
    made = from_bones(torch.where(kind == 6, _end_turned(vectors, by_arm, generator), made))
    return made, (made - positions).norm(dim=-1).amax(dim=(1, 2)) > DIFFERENT


def other_arms(positions: Tensor, generator: torch.Generator, way: tuple[float, float] = DOWN) -> Tensor:
    """Squats less deep, with the arms held anywhere, or going there and back as the pelvis sinks.

    Parameters
    ----------
    positions : (n_rows, n_times, n_joints, 3).
    way : share of the way down, lowest and highest; with :data:`NOT_DOWN` arms move and hardly anything else.
    """
    vectors = _share_of_the_way(bones(positions), uniform(generator, (len(positions), 1, 1, 1), *way))
    height = -positions[:, :, [AT["left_ankle"], AT["right_ankle"]], 1].mean(dim=-1)
    depth = (height.amax(dim=1, keepdim=True) - height)[..., None, None]
    course = depth / depth.amax(dim=1, keepdim=True).clamp_min(0.05) * some(generator, len(positions), 0.5)
    blend = (1 - course) * _arms(len(positions), generator) + course * _arms(len(positions), generator)
    vectors[:, :, ARMS] = _as_long_as(blend, vectors[:, :, ARMS])
    return from_bones(vectors)


def _arms(n_rows: int, generator: torch.Generator) -> Tensor:
    """(n_rows, 1, 4, 3) directions of upper arms and forearms as in ARMS: anywhere before the body, or hanging."""
    raised = torch.deg2rad(uniform(generator, (n_rows,), 0.0, 170.0)) * some(generator, n_rows, 0.7).flatten()
    forward = torch.deg2rad(uniform(generator, (n_rows,), -10.0, 100.0))
    bent = torch.deg2rad(uniform(generator, (n_rows, 1), 0.0, 130.0)) * some(generator, n_rows, 0.7)[:, :, 0, 0]
    upper = torch.stack([-raised.sin() * forward.cos(), -raised.cos(), raised.sin() * forward.sin()], dim=-1)
    aside = torch.linalg.cross(upper, torch.randn((n_rows, 3), generator=generator))
    fore = bent.cos() * upper + bent.sin() * aside / aside.norm(dim=-1, keepdim=True).clamp_min(1e-6)
    right = torch.stack([upper, fore], dim=1)
    return torch.cat([right * MIRROR, right], dim=1)[:, None]


def _share_of_the_way(vectors: Tensor, share: Tensor) -> Tensor:
    """Bones that go only this share of the way from where they start, as long as they are."""
    return _as_long_as(vectors[:, :1] + share * (vectors - vectors[:, :1]), vectors)


def _as_long_as(vectors: Tensor, like: Tensor) -> Tensor:
    length = like.norm(dim=-1, keepdim=True)
    return torch.as_tensor(vectors / vectors.norm(dim=-1, keepdim=True).clamp_min(1e-6) * length)


def _reach(positions: Tensor) -> Tensor:
    """(n_rows, 4) how far each limb's end strays from where it starts, beside its root; limbs as in LIMBS."""
    roots = {ARM: "shoulder", LEG: "hip"}
    ends = [
        positions[:, :, AT[f"{side}_{joints[1]}"]] - positions[:, :, AT[f"{side}_{roots[joints]}"]]
        for side, joints in LIMBS
    ]
    return torch.stack([(end - end[:, :1]).norm(dim=-1).amax(dim=1) for end in ends], dim=1)


def _plane_turned(vectors: Tensor, by_arm: Tensor, generator: torch.Generator) -> Tensor:
    """Working arm or leg, or both of a kind, turned about a nearly vertical axis by 25 to 90 degrees throughout."""
    n_rows = len(vectors)
    way = torch.where(torch.rand((n_rows, 1), generator=generator) < 0.5, -1.0, 1.0)
    angle = way * torch.deg2rad(uniform(generator, (n_rows, 1), 25.0, 90.0))
    lean = uniform(generator, (n_rows, 2), -0.3, 0.3)
    axis = torch.cat([lean[:, :1], torch.ones(n_rows, 1), lean[:, 1:]], dim=1) * angle
    both = torch.rand((n_rows, 1, 1), generator=generator) < 0.5
    out = vectors.clone()
    for side, joints in LIMBS:
        turn = rotations(axis if side == "right" else -MIRROR * axis)
        used = (by_arm if joints == ARM else ~by_arm) & (both | (side == "right"))
        for joint in (AT[f"{side}_{name}"] for name in joints):
            turned = torch.einsum("bij,btj->bti", turn, vectors[:, :, joint])
            out[:, :, joint] = torch.where(used, turned, vectors[:, :, joint])
    return out


def _smaller(vectors: Tensor, generator: torch.Generator) -> Tensor:
    """A tenth to half of the way."""
    return _share_of_the_way(vectors, uniform(generator, (len(vectors), 1, 1, 1), 0.1, 0.5))


def _limb_frozen(vectors: Tensor, by_arm: Tensor, busiest: Tensor) -> Tensor:
    """The busiest arm, or both legs, stay as at the start."""
    out = vectors.clone()
    for number, (side, joints) in enumerate(LIMBS):
        used = (by_arm & (busiest == number)[:, None, None]) if joints == ARM else ~by_arm
        for joint in (AT[f"{side}_{name}"] for name in joints):
            out[:, :, joint] = torch.where(used, vectors[:, :1, joint], out[:, :, joint])
    return out


def _other_side(vectors: Tensor, generator: torch.Generator) -> Tensor:
    """The left side does what the right one does; in half of the rows the right one rests."""
    out = vectors.clone()
    instead = torch.rand((len(vectors), 1, 1), generator=generator) < 0.5
    for name in (*ARM, *LEG):
        left, right = AT[f"left_{name}"], AT[f"right_{name}"]
        out[:, :, left] = vectors[:, :, right] * MIRROR
        out[:, :, right] = torch.where(instead, vectors[:, :1, right], vectors[:, :, right])
    return out


def _end_turned(vectors: Tensor, by_arm: Tensor, generator: torch.Generator) -> Tensor:
    """Forearm or shank of the working side turned by 50 to 120 degrees throughout."""
    axis = uniform(generator, (len(vectors), 3), -1.0, 1.0)
    angle = torch.deg2rad(uniform(generator, (len(vectors), 1), 50.0, 120.0))
    turn = rotations(axis / axis.norm(dim=-1, keepdim=True).clamp_min(0.1) * angle)
    out = vectors.clone()
    for joint, used in ((AT["right_wrist"], by_arm), (AT["right_ankle"], ~by_arm)):
        turned = torch.einsum("bij,btj->bti", turn, vectors[:, :, joint])
        out[:, :, joint] = torch.where(used, turned, vectors[:, :, joint])
    return out


def _frozen(x: Tensor, generator: torch.Generator) -> Tensor:
    at = torch.randint(0, x.shape[1], (len(x),), generator=generator)
    return x[torch.arange(len(x)), at][:, None].expand_as(x)


def _lying(x: Tensor, generator: torch.Generator) -> Tensor:
    """Turned by 50 to 130 degrees about a random level axis."""
    axis = uniform(generator, (len(x),), 0.0, 2 * math.pi)
    angle = torch.deg2rad(uniform(generator, (len(x),), 50.0, 130.0))
    turn = torch.stack([axis.cos() * angle, torch.zeros(len(x)), axis.sin() * angle], dim=-1)
    return torch.einsum("bij,btkj->btki", rotations(turn), x)


def _limbs_turned(x: Tensor, generator: torch.Generator) -> Tensor:
    """Random limbs turned about random axes, there and back or to and fro, of a body that stands still or moves."""
    n_rows, n_times = x.shape[:2]
    still = some(generator, n_rows, 0.6)
    vectors = bones(still * x[:, :1] + (1 - still) * x)
    turns = _turns(n_rows, generator)[:, None] * _courses(n_rows, n_times, generator)[..., None, None]
    matrices = rotations(turns)  # (rows, times, joints, 3, 3)
    whole: list[Tensor] = []
    for joint, parent in enumerate(CANONICAL_PARENTS):
        own = matrices[:, :, joint]
        whole.append(own if parent < 0 else whole[parent] @ own)
    turned = torch.stack([whole[j] @ vectors[:, :, j, :, None] for j in range(len(whole))], dim=2)
    return from_bones(turned[..., 0])


def _turns(n_rows: int, generator: torch.Generator) -> Tensor:
    """(n_rows, n_joints, 3) how each joint's bone turns at most, radians; both sides alike in a third of the rows."""
    axis = uniform(generator, (n_rows, len(AT), 3), -1.0, 1.0)
    axis = axis / axis.norm(dim=-1, keepdim=True).clamp_min(0.1)
    turns = axis * uniform(generator, (n_rows, len(AT), 1), 0.5, 2.2)
    chosen = torch.zeros(n_rows, len(AT))
    legs = torch.rand(n_rows, generator=generator) < 0.25
    for side, joints in LIMBS:
        for name in joints:
            own = torch.rand(n_rows, generator=generator) < (0.4 if joints == ARM else 0.5)
            chosen[:, AT[f"{side}_{name}"]] = (own if joints == ARM else own & legs).float()
    chosen[:, AT["neck"]] = (torch.rand(n_rows, generator=generator) < 0.2).float()
    chosen[chosen.sum(dim=1) == 0, AT["right_wrist"]] = 1.0
    alike = turns * chosen[..., None]
    mirrored = alike.clone()
    for name in (*ARM, *LEG):
        mirrored[:, AT[f"left_{name}"]] = -MIRROR * alike[:, AT[f"right_{name}"]]
    return torch.where(torch.rand((n_rows, 1, 1), generator=generator) < 0.35, mirrored, alike)


def _courses(n_rows: int, n_times: int, generator: torch.Generator) -> Tensor:
    """(n_rows, n_times) 0 to 1: there and back once, or several times."""
    time = torch.linspace(0, 1, n_times)
    once = torch.sin(math.pi * time) ** 2
    rounds = torch.randint(1, 4, (n_rows, 1), generator=generator)
    often = torch.sin(2 * math.pi * (time * rounds + torch.rand((n_rows, 1), generator=generator))).abs()
    return torch.where(torch.rand((n_rows, 1), generator=generator) < 0.3, often, once)
