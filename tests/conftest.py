"""Bodies drawn from known angles, for every test that needs to know the truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS, Skeleton

SHARED = Path(__file__).parents[2] / "shared" / "data"
PX_PER_M = 300.0
SHANK_M, THIGH_M, TRUNK_M = 0.42, 0.42, 0.50


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the project; tests that need it are skipped where it isn't."""
    if not SHARED.is_dir():
        pytest.skip("the real data folder ../shared/data is not here")
    return SHARED


@pytest.fixture
def squatting() -> Callable[..., Skeleton]:
    """Makes a MediaPipe skeleton that squats with the knee flexion given, seen from its right side."""
    return _squatting


def _squatting(
    time_s: ArrayLike, left_deg: ArrayLike, right_deg: ArrayLike | None = None, left_confidence: float = 0.95
) -> Skeleton:
    time_s = np.asarray(time_s, dtype=float)
    sides = {"left": np.asarray(left_deg, dtype=float)}
    sides["right"] = sides["left"] if right_deg is None else np.asarray(right_deg, dtype=float)
    metres = np.zeros((len(time_s), len(MEDIAPIPE_JOINTS), 3))
    for side, depth in (("left", 0.15), ("right", -0.15)):
        for joint, (x, y) in _leg_and_arm(sides[side]).items():
            metres[:, MEDIAPIPE_JOINTS.index(f"{side}_{joint}")] = np.stack([x, y, np.full_like(x, depth)], axis=-1)
    shoulder = metres[:, MEDIAPIPE_JOINTS.index("right_shoulder")]
    for name, offset in _HEAD.items():
        metres[:, MEDIAPIPE_JOINTS.index(name)] = shoulder + offset
    metres[..., 1] *= -1.0  # up → image's down
    confidence = np.full(metres.shape[:2], 0.95)
    leg = ("left_knee", "left_ankle", "left_heel", "left_foot_index")
    confidence[:, [MEDIAPIPE_JOINTS.index(name) for name in leg]] = left_confidence
    hips = metres[:, [MEDIAPIPE_JOINTS.index("left_hip"), MEDIAPIPE_JOINTS.index("right_hip")]].mean(axis=1)
    pixels = metres[..., :2] * PX_PER_M + np.array([640.0, 650.0])
    return Skeleton(
        MEDIAPIPE_JOINTS,
        time_s,
        pixels,
        confidence,
        "image",
        "mediapipe-full",
        (1280, 720),
        metres - hips[:, None],
    )


_HEAD = {
    name: np.array([0.14 if name == "nose" else 0.11 if "eye" in name or "mouth" in name else 0.03, 0.2, z])
    for name, z in (
        ("nose", 0.15), ("left_eye_inner", 0.16), ("left_eye", 0.17), ("left_eye_outer", 0.18),
        ("right_eye_inner", 0.14), ("right_eye", 0.13), ("right_eye_outer", 0.12), ("left_ear", 0.22),
        ("right_ear", 0.08), ("mouth_left", 0.16), ("mouth_right", 0.14),
    )
}  # fmt: skip


def _leg_and_arm(knee_deg: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Joint → (x forward, y up) in metres of one side of a body that squats; the foot stays."""
    shank, thigh, trunk = (np.radians(knee_deg * share) for share in (0.35, 0.65, 0.30))
    still = np.zeros_like(shank)
    knee = SHANK_M * np.sin(shank), SHANK_M * np.cos(shank)
    hip = knee[0] - THIGH_M * np.sin(thigh), knee[1] + THIGH_M * np.cos(thigh)
    shoulder = hip[0] + TRUNK_M * np.sin(trunk), hip[1] + TRUNK_M * np.cos(trunk)
    wrist = shoulder[0] + 0.10, shoulder[1] - 0.50
    return {
        "ankle": (still, still),
        "heel": (still - 0.05, still - 0.05),
        "foot_index": (still + 0.17, still - 0.06),
        "knee": knee,
        "hip": hip,
        "shoulder": shoulder,
        "elbow": (shoulder[0] + 0.03, shoulder[1] - 0.27),
        "wrist": wrist,
        "pinky": (wrist[0] + 0.02, wrist[1] - 0.09),
        "index": (wrist[0] + 0.04, wrist[1] - 0.09),
        "thumb": (wrist[0] + 0.05, wrist[1] - 0.05),
    }
