"""Every system that has a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehabkit.errors import InputError
from rehabkit.systems.contract import System
from rehabkit.systems.exercise_imu import ExerciseImu
from rehabkit.systems.hand_gesture.system import HandGesture
from rehabkit.systems.hand_mask import HandMask
from rehabkit.systems.hand_surface.system import HandSurface
from rehabkit.systems.joint_error import JointError
from rehabkit.systems.joint_intention import JointIntention
from rehabkit.systems.knee_pain.system import KneePain, KneePainDemo
from rehabkit.systems.lying_points import LyingPoints
from rehabkit.systems.lying_pose.system import LyingPose
from rehabkit.systems.movement_quality import MovementQuality
from rehabkit.systems.movement_recognition import MovementRecognition
from rehabkit.systems.pose_matching.system import PoseMatching
from rehabkit.systems.recovery_prognosis.system import RecoveryPrognosis

_ALL: tuple[System[Any], ...] = (
    MovementRecognition(),
    MovementQuality(),
    JointError(),
    PoseMatching(),
    ExerciseImu(),
    HandGesture(),
    JointIntention(),
    KneePain(),
    KneePainDemo(),
    RecoveryPrognosis(),
    LyingPoints(),
    LyingPose(),
    HandSurface(),
    HandMask(),
)
SYSTEMS: Mapping[str, System[Any]] = {one.name: one for one in _ALL}
"""By name, in the order in which they are shown."""


def system(name: str) -> System[Any]:
    """The system of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in SYSTEMS:
        raise InputError(f"system must be one of {', '.join(SYSTEMS)}, got {name!r}; choose one of these")
    return SYSTEMS[name]
