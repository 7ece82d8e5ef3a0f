"""What of a person lies already, and what it costs where the next limb goes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.lying_people.body import Skeleton
from rehabkit.learning.lying_people.turns import joint_at

Array = NDArray[np.float64]
Turns = dict[str, Array]
UP = np.array([0.0, 0.0, 1.0])
N_DRAWS = 250
TRUNK_M, HEAD_M, THIGH_M, SHANK_M, ARM_M = 0.135, 0.10, 0.085, 0.055, 0.045
"""Radii of what limbs mustn't go through."""
IN_AIR = 0.12
"""Share of limbs that are held up by themselves."""


@dataclass
class Lying:
    """What lies already: capsules that the next limb mustn't go through, on a mattress that gives."""

    bones: Skeleton
    turns: Turns
    height_m: float
    give_m: float
    start: list[Array] = field(default_factory=list)
    end: list[Array] = field(default_factory=list)
    radius: list[float] = field(default_factory=list)

    def add(self, start: Array, end: Array, radius: float) -> None:
        self.start.append(start)
        self.end.append(end)
        self.radius.append(radius)

    def at(self, bone: str, turns: Turns | None = None) -> Array:
        """Where a bone begins, the mattress being z = 0."""
        return np.asarray(joint_at(self.bones, bone, self.turns | (turns or {}))[0] + self.height_m * UP)

    def sunk(self, height: Array, clearance: float) -> Array:
        """Cost of heights of points that sink in deeper than the mattress gives."""
        return hanging(height, clearance - self.give_m)

    def gap(self, points: Array) -> Array:
        """(n,) metres from (n, 3) points to the nearest capsule's surface."""
        start, along = np.stack(self.start), np.stack(self.end) - np.stack(self.start)
        share = np.clip(((points[:, None] - start) * along).sum(-1) / (along**2).sum(-1).clip(1e-9), 0, 1)
        apart = np.linalg.norm(points[:, None] - start - share[..., None] * along, axis=-1)
        return np.asarray((apart - np.array(self.radius)).min(axis=1))


def hanging(low: Array, clearance: Array | float) -> Array:
    """Cost of points below their clearance above the mattress, metres."""
    return np.asarray((np.clip(clearance - low, 0, None) / 0.015) ** 2)


def chosen(cost: Array, rng: np.random.Generator) -> int:
    """One of the draws, the likelier the less it costs (Gumbel's trick)."""
    return int(np.argmin(cost - rng.gumbel(size=len(cost))))
