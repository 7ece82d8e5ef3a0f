"""Poses of lying people, drawn from plausible ranges of joints: nobody's recording is behind them.

Trunk first (on the back, a side, the belly or between), then legs, then arms. Each limb is the best of some hundred
draws: it mustn't go through the mattress, the trunk or a limb that lies already, and it should rest on something, since
muscles of someone lying are at rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.angles import unit
from rehabkit.learning.lying_people.arms import lay_arm
from rehabkit.learning.lying_people.body import Skeleton
from rehabkit.learning.lying_people.laid import (
    HEAD_M,
    IN_AIR,
    N_DRAWS,
    SHANK_M,
    THIGH_M,
    TRUNK_M,
    Lying,
    Turns,
    chosen,
    hanging,
)
from rehabkit.learning.lying_people.turns import about, joint_at

Array = NDArray[np.float64]
X, Y, Z = np.eye(3)
ON_BACK = np.stack([X, -Z, Y], axis=1)
"""Axes of the body in those of the bed, lying on the back: left, back, head → x, down, y."""
POSTURES = {"supine": 0.35, "left side": 0.2, "right side": 0.2, "prone": 0.13, "between": 0.12}
"""How often each is drawn; between them the trunk is turned by any angle."""
ROLL_DEG = {"supine": (0.0, 10.0), "right side": (90.0, 18.0), "left side": (-90.0, 18.0), "prone": (180.0, 15.0)}
PELVIS_M = {"supine": 0.10, "right side": 0.16, "left side": 0.16, "prone": 0.10, "between": 0.13}
"""Height of the pelvis above the mattress that limbs are laid out for; skin settles it afterwards."""
STRAIGHT = {"on the back": 0.4, "on a side": 0.12, "on the belly": 0.45}
"""Share of legs that are straight; most people on a side bend hips and knees."""
TOGETHER = 0.5
"""Share of people on a side whose legs are bent alike, one on the other."""
MOST_GIVE_M = 0.06
"""How far a mattress gives under someone at most; limbs may sink in as far as the trunk does."""


@dataclass(frozen=True)
class Pose:
    """One pose.

    Parameters
    ----------
    turns : bone → (3, 3), the root's taking the body's axes to those of the bed (y towards the head's end, z up).
    posture : which of POSTURES it was drawn as.
    give_m : how far the mattress gives under it.
    """

    turns: Turns
    posture: str
    give_m: float


def pose_drawn(bones: Skeleton, rng: np.random.Generator, *, pillow_m: float = 0.0) -> Pose:
    """One pose of a body.

    Parameters
    ----------
    bones : of the body, at rest.
    pillow_m : how high a pillow raises the head.
    """
    posture = str(rng.choice(list(POSTURES), p=list(POSTURES.values())))
    roll = float(rng.normal(*ROLL_DEG[posture])) if posture in ROLL_DEG else float(rng.uniform(-180, 180))
    turns: Turns = {"root": about(X, rng.normal(0, 4)) @ about(Y, -roll) @ ON_BACK}
    turns |= _spine(roll, rng) | _head(roll, pillow_m, turns["root"], rng)
    give = MOST_GIVE_M * float(rng.random())
    lying = Lying(bones, turns, PELVIS_M[posture] - give, give)
    chest, head = lying.at("spine01"), lying.at("head")
    lying.add(lying.at("root"), chest, TRUNK_M)
    lying.add(chest, lying.at("neck01"), 0.8 * TRUNK_M)
    lying.add(head, head + 0.1 * unit(head - lying.at("neck01")), HEAD_M)
    lower = "L" if np.sin(np.radians(roll)) < 0 else "R"  # the side that it lies on goes first
    first = _leg(lying, lower, roll, None, rng)
    together = on_side(roll) > 0.5 and rng.random() < TOGETHER
    _leg(lying, "R" if lower == "L" else "L", roll, first if together else None, rng)
    for side in (lower, "R" if lower == "L" else "L"):
        lay_arm(lying, side, rng)
    return Pose(lying.turns, posture, give)


def on_side(roll: float) -> float:
    """How far a trunk that is rolled by so many degrees lies on a side: 0 on the back or the belly, 1 on a side."""
    return float(abs(np.sin(np.radians(roll))))


def on_belly(roll: float) -> float:
    """How far it lies on the belly: 0 on the back and on a side, 1 on the belly."""
    return max(0.0, float(-np.cos(np.radians(roll))))


def _spine(roll: float, rng: np.random.Generator) -> Turns:
    """Bent forward when lying on a side, a little turned and bent sideways; turned farther on the belly."""
    prone = on_belly(roll)
    forward = rng.normal(10, 10) + on_side(roll) * rng.uniform(0, 35)
    one = about(X, forward / 4) @ about(Y, rng.normal(0, 14) / 4) @ about(Z, rng.normal(0, 15 + 10 * prone) / 4)
    return {bone: one for bone in ("spine04", "spine03", "spine02", "spine01")}


def _head(roll: float, pillow_m: float, root: Array, rng: np.random.Generator) -> Turns:
    """Turned to a side when prone; raised by a pillow, whichever way that bends the neck."""
    prone = on_belly(roll)
    turned = rng.normal(0, 20) * (1 - prone) + prone * rng.choice([-1, 1]) * rng.uniform(35, 85)
    nod, lean = rng.normal(-14, 14), rng.normal(0, 13)
    half = about(X, nod / 2) @ about(Y, lean / 2) @ about(Z, turned / 2)
    up = root.T @ Z  # in the body's axes
    axis = np.cross(Z, up)
    lift = np.degrees(np.arctan2(pillow_m, 0.22)) if np.linalg.norm(axis) > 0.2 else 0.0
    return {"neck01": (about(unit(axis), lift) if lift else np.eye(3)) @ half, "neck03": half}


def _leg(
    lying: Lying, side: str, roll: float, like: tuple[float, float] | None, rng: np.random.Generator
) -> tuple[float, float]:
    """Lay a leg; returns degrees at hip and knee. ``like``: those of the other leg, on which it lies."""
    n, outward = N_DRAWS, 1.0 if side == "L" else -1.0
    lies = "on a side" if on_side(roll) >= 0.5 else "on the belly" if on_belly(roll) > 0 else "on the back"
    apart, turned = rng.normal(6, 12, n), rng.normal(5, 22, n)
    if rng.random() < STRAIGHT[lies]:
        flexion, knee = rng.normal(3, 6, n), np.abs(rng.normal(4, 6, n))
    elif lies == "on the belly":  # a thigh can only be drawn up sideways
        flexion, knee = rng.normal(10, 12, n), rng.uniform(0, 120, n)
        apart += rng.uniform(10, 60)
    else:
        flexion, knee = rng.uniform(-5, 110) + rng.normal(0, 6, n), rng.uniform(5, 135, n)
        apart += rng.uniform(0, 0.25, n) * flexion
    if like is not None:
        flexion, knee = like[0] + rng.normal(0, 12, n), np.clip(like[1] + rng.normal(0, 15, n), 0, 140)
    # outward abduction: about y; a thigh that turns outwards: about z
    thigh = about(X, -flexion) @ about(Y, -outward * apart) @ about(Z, outward * turned)
    turns = {f"upperleg01.{side}": thigh, f"lowerleg01.{side}": about(X, knee)}
    turns[f"foot.{side}"] = about(X, rng.normal(25, 12, n))
    hip, at_knee, ankle = (lying.at(f"{bone}.{side}", turns) for bone in ("upperleg01", "lowerleg01", "foot"))
    hip = np.broadcast_to(hip, at_knee.shape)
    toes = ankle + 0.18 * np.asarray(joint_at(lying.bones, f"foot.{side}", lying.turns | turns)[1] @ -Y)
    cost = lying.sunk(at_knee[:, 2], 0.06) + lying.sunk(ankle[:, 2], 0.045) + lying.sunk(toes[:, 2], 0.0)
    for share, radius in ((0.5, THIGH_M), (0.9, THIGH_M)):
        cost += hanging(lying.gap(hip + share * (at_knee - hip)), radius)
    for share in (0.3, 0.65, 1.0):
        cost += hanging(lying.gap(at_knee + share * (ankle - at_knee)), SHANK_M)
    if rng.random() >= IN_AIR:
        cost += (np.clip(np.minimum(ankle[:, 2] - 0.045, lying.gap(ankle) - SHANK_M), 0, None) / 0.04) ** 2
    best = chosen(cost, rng)
    lying.turns |= {bone: turn[best] for bone, turn in turns.items()}
    lying.add(hip[best], at_knee[best], THIGH_M)
    lying.add(at_knee[best], ankle[best], SHANK_M)
    return float(flexion[best]), float(knee[best])
