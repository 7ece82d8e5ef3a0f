"""One body geometry for all sensors: what a Kinect, Vicon, MediaPipe or OpenPose-like skeleton has in common.

The person stands at the origin, upright along y, faces +z at the start with the left side towards +x, and has
a standard size; time is stretched to a fixed number of frames. Only joints that every sensor gives are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.angles import included_deg
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]
Mirror = Literal["auto", "never", "always"]

CANONICAL_JOINTS: tuple[str, ...] = (
    "pelvis", "neck", "head",
    "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist",
    "left_hip", "left_knee", "left_ankle", "right_hip", "right_knee", "right_ankle",
)  # fmt: skip
"""Joints on the joint axis. ``pelvis`` is midway between the hips, ``neck`` midway between the shoulders."""

CANONICAL_PARENTS: tuple[int, ...] = (-1, 0, 1, 1, 3, 4, 1, 6, 7, 0, 9, 10, 0, 12, 13)
"""The joint that each joint hangs from; -1 for the pelvis."""

HEADS = (("head_top",), ("head",), ("left_ear", "right_ear"), ("nose",))
"""What stands for the head, best first: what UI-PRMD's Kinect calls head top is the middle of the head."""
START_SHARE = 0.1
"""The start pose is the first tenth of the recording."""
LEAST_SEEN = 0.5
"""A joint unseen for more than this share of the time can't be bridged."""
LEAST_FACING = 0.2
"""Hips and shoulders of which less than this share lies level say nothing about where the person faces."""
STRIDE = 0.3
"""Feet this far apart from front to back at the start, in body sizes, stand in a stride: the front leg works."""
CLEAR_LEAD = 1.25
"""The left side is the mover when it moves this much more than the right."""


@dataclass(frozen=True)
class Canonical:
    """A recording in the common geometry.

    Parameters
    ----------
    positions : (n_frames, n_joints, 3) float32, in body sizes (trunk + thigh + shank); joints as in
        :data:`CANONICAL_JOINTS`, pelvis at the origin of each frame, x to the person's left, y up, z forward.
    mirrored : whether left and right were exchanged, so that what is named right is the person's left.
    duration_s : from the first frame to the last, seconds.
    scale_m : length of a body size, metres.
    """

    positions: NDArray[np.float32]
    mirrored: bool
    duration_s: float
    scale_m: float


def canonical(skeleton: Skeleton, *, n_frames: int = 64, mirror: Mirror = "auto") -> Canonical:
    """The skeleton in the common geometry.

    Parameters
    ----------
    skeleton : in metres, or of a picture with a pose network's world landmarks.
    n_frames : frames that time is stretched to.
    mirror : ``auto`` exchanges left and right when the left side is the mover, so that the right one always is.

    Raises
    ------
    RecordingError
        If a joint is missing or mostly unseen, or the person's heading or size can't be told.
    """
    joints = _joints(skeleton)
    seen = np.isfinite(joints).all(axis=-1).mean(axis=0)
    unseen = [name for name, share in zip(CANONICAL_JOINTS, seen, strict=True) if share < LEAST_SEEN]
    if skeleton.n_frames < 2 or unseen:
        got = f"{skeleton.n_frames} frames" + (f" and too little of {', '.join(unseen)}" if unseen else "")
        raise RecordingError(
            f"{skeleton.sensor} skeleton must show each joint in at least {LEAST_SEEN:.0%} of 2 or more frames, "
            f"got {got}; record the whole body"
        )
    positions = _resampled(joints, skeleton.time_s, n_frames)
    positions = positions - positions[:, :1]
    scale = _body_size(positions)
    positions = _facing_forward(positions, skeleton.sensor) / scale
    mirrored = mirror == "always" or (mirror == "auto" and _left_is_mover(positions))
    if mirrored:
        positions = mirror_image(positions)
    return Canonical(positions.astype(np.float32), mirrored, skeleton.duration_s, scale)


def mirror_image(positions: Array) -> Array:
    """(..., n_joints, 3) canonical positions with left and right exchanged."""
    other = [CANONICAL_JOINTS.index(_other_side(name)) for name in CANONICAL_JOINTS]
    return np.asarray(positions[..., other, :] * np.array([-1.0, 1.0, 1.0]))


def _joints(skeleton: Skeleton) -> Array:
    """(n_frames, n_joints, 3) metres, x left or right, y up, right-handed; NaN where not seen."""
    points = {name: _upright(skeleton, name) for name in skeleton.joint_names}
    head = next((names for names in HEADS if skeleton.has(*names)), None)
    wanted = [name for name in CANONICAL_JOINTS if name not in ("pelvis", "neck", "head")]
    missing = [name for name in wanted if name not in points] + ([] if head else ["head"])
    if missing or head is None:
        raise RecordingError(
            f"{skeleton.sensor} skeleton must have {', '.join(CANONICAL_JOINTS)}, got none of {', '.join(missing)}; "
            "use a sensor that gives the whole body"
        )
    points["head"] = np.mean([points[name] for name in head], axis=0)
    points["pelvis"] = (points["left_hip"] + points["right_hip"]) / 2
    points["neck"] = (points["left_shoulder"] + points["right_shoulder"]) / 2
    return np.stack([points[name] for name in CANONICAL_JOINTS], axis=1)


def _upright(skeleton: Skeleton, name: str) -> Array:
    """(n_frames, 3) one joint in metres, y up."""
    if skeleton.axes == "image":
        if skeleton.estimated_m is None:
            raise RecordingError(
                f"{skeleton.sensor} skeleton must be in metres or hold world landmarks, got pixels only; "
                "use a pose network with world landmarks, or a depth camera"
            )
        return np.asarray(skeleton.estimated(name) * np.array([1.0, -1.0, -1.0]))
    x, y, z = np.moveaxis(skeleton.joint(name), -1, 0)
    return np.stack([x, z, -y] if skeleton.axes == "z_up" else [x, y, z], axis=-1)


def _resampled(joints: Array, time_s: Array, n_frames: int) -> Array:
    """(n_frames, n_joints, 3) at evenly spaced times, gaps bridged by straight lines."""
    times = np.linspace(time_s[0], time_s[-1], n_frames)
    out = np.empty((n_frames, *joints.shape[1:]))
    for j in range(joints.shape[1]):
        seen = np.isfinite(joints[:, j]).all(axis=-1)
        for axis in range(3):
            out[:, j, axis] = np.interp(times, time_s[seen], joints[seen, j, axis])
    return out


def _body_size(positions: Array) -> float:
    """Trunk, thigh and shank together, metres: each the median over time, legs the mean of both sides."""
    lengths = {}
    for joint, parent in enumerate(CANONICAL_PARENTS):
        bone = positions[:, joint] - positions[:, max(parent, 0)]
        lengths[CANONICAL_JOINTS[joint]] = float(np.median(np.linalg.norm(bone, axis=-1)))
    legs = sum(lengths[f"{side}_{joint}"] for side in ("left", "right") for joint in ("knee", "ankle")) / 2
    size = lengths["neck"] + legs
    if not size > 0:
        raise RecordingError(f"body size must be above 0 m, got {size}; record the whole body")
    return size


def _facing_forward(positions: Array, sensor: str) -> Array:
    """Turned about the vertical so that hips and shoulders of the start pose run along x, left towards +x."""
    start = positions[: max(1, round(START_SHARE * len(positions)))]
    at = CANONICAL_JOINTS.index
    across = start[:, [at("left_hip"), at("left_shoulder")]] - start[:, [at("right_hip"), at("right_shoulder")]]
    mean = np.mean(across, axis=(0, 1))
    level = float(np.hypot(mean[0], mean[2]))
    if not level > LEAST_FACING * float(np.linalg.norm(across, axis=-1).mean()):
        raise RecordingError(
            f"{sensor} skeleton must show where the person faces at the start, got hips and shoulders above each "
            "other; start the recording facing the camera"
        )
    c, s = mean[0] / level, mean[2] / level
    turn = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    return np.asarray(positions @ turn.T)


def _left_is_mover(positions: Array) -> bool:
    """Whether the left leg stands in front in a stride, or else the left limbs move clearly more."""
    ahead = {side: float(_of(positions, side, "ankle")[0, 2]) for side in ("left", "right")}
    if abs(ahead["left"] - ahead["right"]) > STRIDE:
        return ahead["left"] > ahead["right"]
    return _activity(positions, "left") > CLEAR_LEAD * _activity(positions, "right")


def _activity(positions: Array, side: str) -> float:
    """How far hand and foot stray from where they start, in body sizes, and half the knee's range, radians.

    Squares are added, so that a sensor's noise in the resting limbs weighs little.
    """
    hip, knee, ankle, wrist = (_of(positions, side, name) for name in ("hip", "knee", "ankle", "wrist"))
    stray = [float(np.linalg.norm(limb - limb[:1], axis=-1).max()) for limb in (wrist, ankle)]
    return float(np.linalg.norm([*stray, np.radians(np.ptp(included_deg(hip, knee, ankle))) / 2]))


def _of(positions: Array, side: str, name: str) -> Array:
    return positions[:, CANONICAL_JOINTS.index(f"{side}_{name}")]


def _other_side(name: str) -> str:
    if name.startswith("left_"):
        return "right_" + name.removeprefix("left_")
    return "left_" + name.removeprefix("right_") if name.startswith("right_") else name
