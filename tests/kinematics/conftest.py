"""A body of sticks in a pose given by clinical angles, and what a camera or a marker system sees of it.

Body axes: x forward, y left, z up, metres; the origin lies between the hips.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS, Skeleton

TRUNK, UPPER_ARM, FOREARM, THIGH, SHANK, FOOT = 0.50, 0.30, 0.25, 0.42, 0.42, 0.20
HALF_SHOULDERS, HALF_HIPS = 0.175, 0.1075


def pose(
    hip=0.0, knee=0.0, ankle=0.0, hip_abduction=0.0, flexion=0.0, abduction=0.0, elbow=0.0, only=None
):  # fmt: skip
    """{joint: (3,) metres} of an upright trunk; the angles are those of both sides, or of the side ``only``."""
    joints = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        on = 1.0 if only in (None, side) else 0.0
        h, k, a, s, e = (np.radians(on * v) for v in (hip, knee, ankle, flexion, elbow))
        b, c = np.radians(on * abduction), np.radians(on * hip_abduction)
        shoulder, pelvis = np.array([0, sign * HALF_SHOULDERS, TRUNK]), np.array([0, sign * HALF_HIPS, 0])
        elbow_at = shoulder + UPPER_ARM * (_ahead(s) if b == 0 else _aside(b, sign))
        wrist = elbow_at + FOREARM * (_ahead(s + e) if b == 0 else _aside(b + e, sign))
        knee_at = pelvis + THIGH * (_ahead(h) if c == 0 else _aside(c, sign))
        ankle_at = knee_at + SHANK * (_ahead(h - k) if c == 0 else _aside(c, sign))
        heel = ankle_at + 0.05 * _ahead(h - k) - 0.04 * _ahead(h - k + a + np.pi / 2)
        joints |= {
            f"{side}_shoulder": shoulder, f"{side}_hip": pelvis, f"{side}_elbow": elbow_at,
            f"{side}_wrist": wrist, f"{side}_knee": knee_at, f"{side}_ankle": ankle_at, f"{side}_heel": heel,
            f"{side}_foot_index": heel + FOOT * _ahead(h - k + a + np.pi / 2),
            f"{side}_index": wrist + 0.08 * _ahead(s + e), f"{side}_pinky": wrist + 0.08 * _ahead(s + e),
            f"{side}_ear": np.array([0.02, sign * 0.07, TRUNK + 0.2]),
        }  # fmt: skip
    return joints | {"nose": np.array([0.1, 0, TRUNK + 0.2])}


def _ahead(angle):
    """Hanging down at 0, forward at 90 degrees."""
    return np.array([np.sin(angle), 0, -np.cos(angle)])


def _aside(angle, sign):
    """Hanging down at 0, to the side at 90 degrees."""
    return np.array([0, sign * np.sin(angle), -np.cos(angle)])


def tilted(joints, forward=0.0, left=0.0):
    """The whole body leaning forward or to its left, degrees."""
    f, s = np.radians(forward), np.radians(left)
    lean = np.array([[np.cos(f), 0, np.sin(f)], [0, 1, 0], [-np.sin(f), 0, np.cos(f)]])
    side = np.array([[1, 0, 0], [0, np.cos(s), np.sin(s)], [0, -np.sin(s), np.cos(s)]])
    return {name: side @ lean @ at for name, at in joints.items()}


def filmed(frames, yaw=0.0, roll=0.0, px_per_m=300.0, hidden=(), guess=True):
    """An orthographic camera's Skeleton of a list of poses: 0 from the front, 90 with the left side to it."""
    t, r = np.radians(yaw), np.radians(roll)
    world = np.full((len(frames), len(MEDIAPIPE_JOINTS), 3), np.nan)
    for i, joints in enumerate(frames):
        for name, (forward, left, up) in joints.items():
            x, depth = left * np.cos(t) - forward * np.sin(t), -forward * np.cos(t) - left * np.sin(t)
            y = -up
            world[i, MEDIAPIPE_JOINTS.index(name)] = (
                x * np.cos(r) - y * np.sin(r), x * np.sin(r) + y * np.cos(r), depth
            )  # fmt: skip
    confidence = np.isfinite(world[..., 0]).astype(float)
    for name in hidden:
        confidence[:, MEDIAPIPE_JOINTS.index(name)] = 0.1
    return Skeleton(
        MEDIAPIPE_JOINTS, np.arange(len(frames)) / 30, 640 + px_per_m * world[..., :2], confidence, "image", "test",
        frame_size_px=(1280, 1280), estimated_m=world if guess else None,
    )  # fmt: skip


def measured(frames, axes="z_up"):
    """A marker system's Skeleton of a list of poses."""
    names = tuple(frames[0])
    positions = np.array([[joints[name] for name in names] for joints in frames])
    if axes == "y_up":  # x to the body's left, y up, z forward, as in UI-PRMD
        positions = positions[..., [1, 2, 0]]
    return Skeleton(names, np.arange(len(frames)) / 30, positions, np.ones(positions.shape[:2]), axes, "test")


@pytest.fixture(scope="session")
def bodies():
    """The functions of this file, for tests that can't import it."""
    return SimpleNamespace(pose=pose, tilted=tilted, filmed=filmed, measured=measured)
