"""Simulated people on a mattress 2 m under a camera: joints, lines of sight and surface, all known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.bed import Plane
from rehabkit.kinematics.depth.sight import Sight

Array = NDArray[np.float64]
NAMES = (
    "nose", "head", "neck", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist",
    "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "pelvis",
)  # fmt: skip
PLANE = Plane(np.array([0.0, 0.0, -1.0]), -2.0)
OFFSET_M, COVER_M = 0.05, 0.30
"""Flesh over each joint, and how much nearer a thing is that hides one."""


@dataclass(frozen=True)
class Simulated:
    """Pictures of one person."""

    joints: Array
    """(n_pictures, n_joints, 3) metres in camera axes."""
    hidden: NDArray[np.bool_]
    sights: list[Sight]


def body(knee_deg: float, elbow_deg: float, lift_deg: float, size: float = 1.0) -> Array:
    """(n_joints, 3) metres in the bed's axes (across, towards the head, up), on the back.

    Both knees are bent and the feet stay on the mattress's level; forearms turn inwards and upwards.
    """
    at = {"pelvis": np.array([0.0, 0.0, 0.10])}
    at["neck"] = at["pelvis"] + [0, 0.50, 0.02]
    at["head"] = at["neck"] + [0, 0.16, 0.04]
    at["nose"] = at["head"] + [0, -0.02, 0.10]
    half, lifted, elbow = np.radians(knee_deg) / 2, np.radians(lift_deg), np.radians(elbow_deg)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        at[f"{side}_shoulder"] = at["neck"] + [sign * 0.18, -0.04, 0.0]
        at[f"{side}_elbow"] = at[f"{side}_shoulder"] + 0.30 * np.array([sign * 0.5, -np.sqrt(0.75), 0.0])
        turned = np.array([-sign * np.sin(elbow), -np.cos(elbow), 0.0])
        turned = turned * [np.cos(lifted), np.cos(lifted), 0] + [0, 0, np.sin(lifted)]
        at[f"{side}_wrist"] = at[f"{side}_elbow"] + 0.25 * turned
        at[f"{side}_hip"] = at["pelvis"] + [sign * 0.10, -0.02, 0.0]
        at[f"{side}_knee"] = at[f"{side}_hip"] + 0.42 * np.array([0, -np.cos(half), np.sin(half)])
        at[f"{side}_ankle"] = at[f"{side}_knee"] + 0.40 * np.array([0, -np.cos(half), -np.sin(half)])
    flat = np.stack([at[name] for name in NAMES])
    return flat * size


def camera_axes(points: Array) -> Array:
    """The bed's axes → a camera 2 m above, which sees the head at the top of the picture: y down, z away from it."""
    return points * np.array([1.0, -1.0, -1.0]) + np.array([0.0, 0.0, 2.0])


def simulated(seed: int, n_pictures: int, size: float = 1.0, hidden: float = 0.15, noise_m: float = 0.005) -> Simulated:
    """Someone who moves legs and arms smoothly; joints are hidden at random by something nearer."""
    rng = np.random.default_rng(seed)
    phase = np.linspace(0, 2 * np.pi, n_pictures, endpoint=False) + rng.uniform(0, 6)
    angles = zip(60 + 50 * np.sin(phase), 30 + 30 * np.cos(phase), 20 + 20 * np.sin(2 * phase), strict=True)
    joints = np.stack([camera_axes(body(*angle, size)) for angle in angles])
    cover = rng.random(joints.shape[:2]) < hidden
    depth = joints[..., 2]
    rays = joints / depth[..., None]
    nearer = np.where(cover, COVER_M, OFFSET_M) + rng.normal(0, noise_m, depth.shape)
    surface = depth - nearer / np.linalg.norm(rays, axis=-1)
    return Simulated(joints, cover, [Sight(ray, z, PLANE) for ray, z in zip(rays, surface, strict=True)])
