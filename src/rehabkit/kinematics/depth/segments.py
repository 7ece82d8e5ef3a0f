"""How the parts of a lying body lie on the bed, and the angles between them, each with how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.kinematics.angles import dot, included_deg, unit
from rehabkit.kinematics.depth.bed import Bed

Array = NDArray[np.float64]
Posture = Literal["supine", "prone", "left side", "right side"]

_LIMBS = (("upper_arm", "shoulder", "elbow"), ("forearm", "elbow", "wrist"), ("thigh", "hip", "knee"),
          ("shank", "knee", "ankle"))  # fmt: skip
SEGMENTS: dict[str, tuple[str, str]] = {
    "trunk": ("pelvis", "neck"),
    "head": ("neck", "head"),
    **{f"{s}_{name}": (f"{s}_{near}", f"{s}_{far}") for s in ("left", "right") for name, near, far in _LIMBS},
}
"""Segment → its near and far joint."""

N_DRAWN = 200
WITHIN_68 = 1.87
"""68 % of a Gaussian in space lie within so many of its standard deviations."""

_CHAINS = (("elbow_flexion", "shoulder", "elbow", "wrist"), ("knee_flexion", "hip", "knee", "ankle"),
           ("hip_flexion", "shoulder", "hip", "knee"))  # fmt: skip
ANGLES: dict[str, tuple[str, str, str]] = {
    f"{s}_{name}": (f"{s}_{near}", f"{s}_{middle}", f"{s}_{far}")
    for s in ("left", "right")
    for name, near, middle, far in _CHAINS
}
"""Angle → the three joints; 0 degrees is straight."""


@dataclass(frozen=True)
class Segment:
    """One part of the body.

    Parameters
    ----------
    elevation_deg : of its far end above the mattress, -90 to 90.
    heading_deg : in the mattress's plane, from the head's end: 0 towards it, positive towards the axis "across".
    length_m : between its joints.
    spread_deg : how far its direction may be off, from the joints' own spread along the line of sight.
    """

    elevation_deg: float
    heading_deg: float
    length_m: float
    spread_deg: float


def segments(joint_names: Sequence[str], positions: Array, spread_m: Array, bed: Bed) -> dict[str, Segment]:
    """Orientation of each part in the bed's axes.

    Parameters
    ----------
    positions : (n_joints, 3) metres in camera axes.
    spread_m : (n_joints,) metres.
    bed : with its second axis towards the head (:meth:`.Bed.headed`).

    Raises
    ------
    InputError
        If a joint is missing.
    """
    at = _numbers(joint_names, {name for pair in SEGMENTS.values() for name in pair})
    found = {}
    for name, (near, far) in SEGMENTS.items():
        vector = positions[at[far]] - positions[at[near]]
        across, along, up = bed.direction(vector)
        length = float(np.linalg.norm(vector))
        spread = np.degrees(np.arctan2(np.hypot(spread_m[at[near]], spread_m[at[far]]), length))
        elevation = np.degrees(np.arctan2(up, np.hypot(across, along)))
        heading = np.degrees(np.arctan2(across, along))
        found[name] = Segment(float(elevation), float(heading), length, float(spread))
    return found


def joint_angles(joint_names: Sequence[str], positions: Array) -> dict[str, float]:
    """Degrees of each of :data:`ANGLES`, 0 where straight, NaN where a joint isn't known.

    Raises
    ------
    InputError
        If a joint is missing.

    Examples
    --------
    >>> names = [f"{s}_{j}" for s in ("left", "right") for j in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")]
    >>> straight = np.array([[0.0, y, 0.0] for y in (1.4, 1.1, 0.9, 0.9, 0.5, 0.1)] * 2)
    >>> joint_angles(names, straight)["left_knee_flexion"]
    0.0
    """
    at = _numbers(joint_names, {name for chain in ANGLES.values() for name in chain})
    return {
        name: float(180 - included_deg(*(positions[at[joint]] for joint in chain))) for name, chain in ANGLES.items()
    }


def angle_spread_deg(joint_names: Sequence[str], positions: Array, spread_m: Array) -> dict[str, float]:
    """How far each of :data:`ANGLES` may be off: half of the central 95 % over joints drawn from their spread.

    Parameters
    ----------
    positions : (n_joints, 3) metres.
    spread_m : (n_joints,) metres within which a joint is with 68 %; Gaussian, alike in all directions.
    """
    rng = np.random.default_rng(0)
    off = rng.normal(size=(N_DRAWN, *positions.shape)) * (spread_m / WITHIN_68)[:, None]
    drawn = [joint_angles(joint_names, positions + one) for one in off]
    found = joint_angles(joint_names, positions)
    return {
        name: float(np.quantile(np.abs([one[name] - value for one in drawn]), 0.95)) if np.isfinite(value) else np.nan
        for name, value in found.items()
    }


def posture(joint_names: Sequence[str], positions: Array, bed: Bed) -> tuple[Posture, float]:
    """What the body lies on, and its roll: 0 degrees on the back, 90 on the right side, -90 on the left, ±180 prone.

    Left shoulder and hip against the right ones, and the trunk, give the direction that the front faces.

    Raises
    ------
    InputError
        If a joint is missing.
    """
    at = _numbers(joint_names, {"left_shoulder", "right_shoulder", "left_hip", "right_hip", "neck", "pelvis"})
    trunk = unit(positions[at["neck"]] - positions[at["pelvis"]])
    left = sum(unit(positions[at[f"left_{j}"]] - positions[at[f"right_{j}"]]) for j in ("shoulder", "hip"))
    front = unit(np.cross(left, trunk))
    up = bed.plane.up
    roll = float(np.degrees(np.arctan2(dot(np.cross(trunk, front), up), dot(front, up))))
    if abs(roll) <= 45:
        return "supine", roll
    if abs(roll) >= 135:
        return "prone", roll
    return ("right side" if roll > 0 else "left side"), roll


def _numbers(joint_names: Sequence[str], needed: set[str]) -> dict[str, int]:
    missing = sorted(needed - set(joint_names))
    if missing:
        raise InputError(f"joints must hold those of the segments, got none of {', '.join(missing)}; add them")
    return {name: list(joint_names).index(name) for name in needed}
