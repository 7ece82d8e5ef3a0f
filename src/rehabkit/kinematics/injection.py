"""A known error put into a real movement: one joint turned by known degrees, bone lengths kept.

What is wrong, when and by how much is then known exactly, which no recording of a person gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.kinematics.angles import dot, unit, without

Array = NDArray[np.float64]
Turn = Literal["flexion", "abduction"]

INJECTED_JOINTS: tuple[str, ...] = (
    "trunk", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
    "left_hip", "right_hip", "left_knee", "right_knee",
)  # fmt: skip
"""Joints that an error can be put into."""
TURNS: tuple[Turn, ...] = ("flexion", "abduction")

NEXT = {"shoulder": "elbow", "elbow": "wrist", "hip": "knee", "knee": "ankle"}
"""The far end of the bone that a joint turns."""
HAND = ("wrist", "hand", "thumb", "index", "pinky")
FOOT = ("ankle", "heel", "foot", "foot_index")
DISTAL = {"shoulder": ("elbow", *HAND), "elbow": HAND, "hip": ("knee", *FOOT), "knee": FOOT}
"""What goes along when a joint turns."""
PELVIS = ("pelvis", "hip", "knee", *FOOT)
"""What stays when the trunk turns."""


def inject(
    positions: Array,
    joint_names: Sequence[str],
    joint: str,
    axis: Turn,
    degrees: float,
    start: float = 0.25,
    end: float = 0.75,
) -> Array:
    """Positions with one joint turned: everything beyond it swings about it, everything else stays.

    The turn grows from nothing at ``start`` to ``degrees`` midway and back to nothing at ``end``. Its axis stands
    at right angles to the bone and travels with it without rolling, so that the bone changes by the full angle.

    Parameters
    ----------
    positions : (n_frames, n_joints, 3) in any length unit, any right-handed axes.
    joint_names : (n_joints,) names as in a Skeleton; both hips and shoulders, and the joint's own bone.
    joint : one of :data:`INJECTED_JOINTS`.
    axis : ``flexion`` swings forward (a knee: backward), ``abduction`` away from the midline (the trunk: to the
        person's left), as seen with the bone hanging in the start pose (the trunk: upright).
    degrees : the most that the joint turns by; negative turns the other way.
    start, end : shares of the recording's frames, 0 to 1.

    Returns
    -------
    (n_frames, n_joints, 3)

    Raises
    ------
    InputError
        If the joint or axis isn't known, a joint that it needs is missing or unseen, or the times are not in order.
    """
    _check(positions, joint_names, joint, axis, start, end)
    points = {name: np.asarray(positions[:, i], dtype=np.float64) for i, name in enumerate(joint_names)}
    pivot, tip = _bone(points, joint)
    axes = _carried(_start_axis(points, joint, axis, unit(tip - pivot)[0]), unit(tip - pivot))
    angle = np.radians(degrees) * growth(len(positions), start, end)
    out = np.array(positions, dtype=np.float64)
    for name in moved(joint_names, joint):
        out[:, joint_names.index(name)] = pivot + _turned(points[name] - pivot, axes, angle)
    return out


def growth(n_frames: int, start: float, end: float) -> Array:
    """(n_frames,) share of the error at each frame: a squared sine from 0 at ``start`` over 1 midway to 0.

    Examples
    --------
    >>> growth(9, 0.25, 0.75).round(3)
    array([0. , 0. , 0. , 0.5, 1. , 0.5, 0. , 0. , 0. ])
    """
    phase = (np.linspace(0.0, 1.0, n_frames) - start) / (end - start)
    return np.asarray(np.sin(np.pi * np.clip(phase, 0.0, 1.0)) ** 2)


def moved(joint_names: Sequence[str], joint: str) -> list[str]:
    """The joints that swing when ``joint`` turns.

    Examples
    --------
    >>> moved(("left_hip", "left_knee", "left_ankle", "right_knee"), "left_hip")
    ['left_knee', 'left_ankle']
    """
    if joint == "trunk":
        return [name for name in joint_names if _part(name)[1] not in PELVIS]
    side, part = _part(joint)
    return [name for name in joint_names if _part(name)[0] == side and _part(name)[1] in DISTAL[part]]


def _part(name: str) -> tuple[str, str]:
    """('left', 'knee') of ``left_knee``; ('', name) of a joint in the midline."""
    side, _, part = name.partition("_")
    return (side, part) if side in ("left", "right") else ("", name)


def _bone(points: dict[str, Array], joint: str) -> tuple[Array, Array]:
    """(n_frames, 3) where the joint turns, and the far end of the bone that it turns."""
    if joint == "trunk":
        hips = (points["left_hip"] + points["right_hip"]) / 2
        return points.get("pelvis", hips), (points["left_shoulder"] + points["right_shoulder"]) / 2
    side, part = _part(joint)
    return points[joint], points[f"{side}_{NEXT[part]}"]


def _start_axis(points: dict[str, Array], joint: str, axis: Turn, bone: Array) -> Array:
    """(3,) axis of the first frame: the body's own direction, turned as the bone is turned from its rest."""
    hips, shoulders = ((points[f"left_{name}"][0], points[f"right_{name}"][0]) for name in ("hip", "shoulder"))
    up = unit(np.mean(shoulders, axis=0) - np.mean(hips, axis=0))
    leftward = unit(without(hips[0] - hips[1], up))
    side, part = _part(joint)
    if axis == "flexion":
        resting = leftward if part in ("trunk", "knee") else -leftward
    else:
        resting = np.cross(leftward, up) * (1.0 if side == "left" else -1.0)
    return _without_rolling(resting, up if joint == "trunk" else -up, bone)


def _carried(axis: Array, bones: Array) -> Array:
    """(n_frames, 3) the axis of the first frame taken along with (n_frames, 3) unit bones."""
    axes = [axis]
    for before, after in pairwise(bones):
        axes.append(_without_rolling(axes[-1], before, after))
    return unit(np.array(axes))


def _without_rolling(vector: Array, before: Array, after: Array) -> Array:
    """(3,) a vector at right angles to ``before``, turned by the shortest turn that takes it to ``after``.

    For opposite directions every turn is as short; the vector itself is as good an axis as any.
    """
    along = 1.0 + dot(before, after)
    return vector - (dot(vector, after) / along) * (before + after) if along > 1e-9 else vector


def _turned(vectors: Array, axes: Array, angle: Array) -> Array:
    """(n_frames, 3) vectors turned about (n_frames, 3) unit axes by (n_frames,) radians: Rodrigues' formula."""
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.asarray(vectors * c + np.cross(axes, vectors) * s + axes * dot(axes, vectors)[:, None] * (1 - c))


def _check(positions: Array, joint_names: Sequence[str], joint: str, axis: str, start: float, end: float) -> None:
    if joint not in INJECTED_JOINTS or axis not in TURNS or not 0 <= start < end <= 1:
        raise InputError(
            f"injected error must be at one of {', '.join(INJECTED_JOINTS)}, about {' or '.join(TURNS)}, with "
            f"0 <= start < end <= 1, got {joint} about {axis} from {start} to {end}; name it so"
        )
    needed = {"left_hip", "right_hip", "left_shoulder", "right_shoulder"}
    if joint != "trunk":
        needed |= {joint, joint.replace(_part(joint)[1], NEXT[_part(joint)[1]])}
    seen = {name for i, name in enumerate(joint_names) if np.isfinite(positions[:, i]).all()}
    if needed - seen:
        raise InputError(
            f"joints for an error at {joint} must be {', '.join(sorted(needed))} in every frame, got no "
            f"{', '.join(sorted(needed - seen))}; bridge gaps first"
        )
