"""The common geometry: what must not matter to it does not, and what must fail fails by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.kinematics.canonical import CANONICAL_JOINTS, CANONICAL_PARENTS, canonical, mirror_image
from rehabkit.recordings.skeleton import Skeleton

STANDING = {
    "head": (0.0, 1.65, 0.0),
    "left_shoulder": (0.2, 1.4, 0.0), "left_elbow": (0.25, 1.1, 0.0), "left_wrist": (0.27, 0.85, 0.05),
    "right_shoulder": (-0.2, 1.4, 0.0), "right_elbow": (-0.25, 1.1, 0.0), "right_wrist": (-0.27, 0.85, 0.05),
    "left_hip": (0.1, 0.9, 0.0), "left_knee": (0.1, 0.5, 0.0), "left_ankle": (0.1, 0.1, 0.0),
    "right_hip": (-0.1, 0.9, 0.0), "right_knee": (-0.1, 0.5, 0.0), "right_ankle": (-0.1, 0.1, 0.0),
}  # fmt: skip
"""A person of 1.65 m who faces +z, the left side at +x, y up, metres."""
SIZE_M = 0.5 + 0.4 + 0.4


def raising(side: str = "right", n_frames: int = 41) -> Skeleton:
    """An arm lifted forward by a quarter turn and lowered, in 2 s."""
    names = tuple(STANDING)
    positions = np.repeat(np.array(list(STANDING.values()))[None], n_frames, axis=0)
    angle = np.pi / 2 * np.sin(np.pi * np.linspace(0, 1, n_frames))
    shoulder = positions[0, names.index(f"{side}_shoulder")]
    for joint, length in (("elbow", 0.3), ("wrist", 0.55)):
        hanging = np.stack([0 * angle, -np.cos(angle), np.sin(angle)], axis=1)
        positions[:, names.index(f"{side}_{joint}")] = shoulder + length * hanging
    ones = np.ones(positions.shape[:2])
    return Skeleton(names, np.linspace(0, 2, n_frames), positions, ones, "y_up", "kinect")


def turned(skeleton: Skeleton, degrees: float) -> Skeleton:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return replace(skeleton, positions=skeleton.positions @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]]))


def test_standing_by_hand():
    found = canonical(raising())
    assert found.positions.shape == (64, 15, 3) and found.positions.dtype == np.float32
    assert found.scale_m == pytest.approx(SIZE_M) and found.duration_s == 2.0 and not found.mirrored
    first = dict(zip(CANONICAL_JOINTS, found.positions[0], strict=True))
    assert first["pelvis"] == pytest.approx([0, 0, 0])
    assert first["neck"] == pytest.approx([0, 0.5 / SIZE_M, 0], abs=1e-6)
    assert first["left_hip"] == pytest.approx([0.1 / SIZE_M, 0, 0], abs=1e-6)
    assert first["right_ankle"] == pytest.approx([-0.1 / SIZE_M, -0.8 / SIZE_M, 0], abs=1e-6)


def test_parents_make_one_tree():
    assert CANONICAL_PARENTS[0] == -1
    assert all(parent < joint for joint, parent in enumerate(CANONICAL_PARENTS))


@pytest.mark.parametrize("degrees", [-170, -90, 35, 120])
def test_where_the_person_stands_and_faces_does_not_matter(degrees):
    other = turned(raising(), degrees)
    other = replace(other, positions=other.positions + np.array([3.0, -1.0, 7.0]))
    assert canonical(other).positions == pytest.approx(canonical(raising()).positions, abs=1e-5)


def test_size_rate_and_vertical_axis_do_not_matter():
    whole = raising()
    x, y, z = np.moveaxis(whole.positions, -1, 0)
    other = replace(whole, positions=1.3 * np.stack([x, -z, y], axis=-1), axes="z_up", sensor="vicon")
    assert canonical(other).positions == pytest.approx(canonical(whole).positions, abs=1e-5)
    assert canonical(other).scale_m == pytest.approx(1.3 * SIZE_M)
    assert canonical(raising(n_frames=161)).positions == pytest.approx(canonical(whole).positions, abs=0.002)


def test_world_landmarks_of_a_picture():
    """MediaPipe: x right, y down, z away from the camera, so a person who faces it looks towards -z."""
    whole = raising()
    flat = np.zeros((whole.n_frames, whole.n_joints, 2))
    picture = replace(
        whole, positions=flat, axes="image", sensor="mediapipe-full", estimated_m=whole.positions * [1, -1, -1]
    )
    assert canonical(picture).positions == pytest.approx(canonical(whole).positions, abs=1e-6)
    with pytest.raises(RecordingError, match="world landmarks"):
        canonical(replace(picture, estimated_m=None))


def test_the_mover_becomes_the_right_side():
    left, right = canonical(raising("left")), canonical(raising("right"))
    assert left.mirrored and not right.mirrored
    assert left.positions == pytest.approx(right.positions, abs=1e-6)
    assert canonical(raising("left"), mirror="never").positions == pytest.approx(
        mirror_image(right.positions), abs=1e-6
    )
    assert canonical(raising("right"), mirror="always").mirrored


def test_in_a_stride_the_front_leg_is_the_mover():
    whole = raising("right")
    positions = whole.positions.copy()
    positions[:, whole.index("left_ankle"), 2] += 0.45
    assert canonical(replace(whole, positions=positions)).mirrored


def test_a_gap_is_bridged_by_a_straight_line():
    whole = raising()
    positions = whole.positions.copy()
    positions[10:14, whole.index("right_wrist")] = np.nan
    found = canonical(replace(whole, positions=positions)).positions
    assert np.isfinite(found).all()
    assert np.abs(found - canonical(whole).positions).max() < 0.02


@pytest.mark.parametrize("joint", ["left_knee", "right_wrist"])
def test_a_joint_that_is_missing_or_hidden_is_named(joint):
    whole = raising()
    keep = [i for i, name in enumerate(whole.joint_names) if name != joint]
    names = tuple(whole.joint_names[i] for i in keep)
    without = replace(
        whole, joint_names=names, positions=whole.positions[:, keep], confidence=whole.confidence[:, keep]
    )
    with pytest.raises(RecordingError, match=joint):
        canonical(without)
    positions = whole.positions.copy()
    positions[: whole.n_frames * 2 // 3, whole.index(joint)] = np.nan
    with pytest.raises(RecordingError, match=joint):
        canonical(replace(whole, positions=positions))


def test_a_heading_that_cannot_be_told():
    whole = raising()
    on_the_side = whole.positions @ np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    with pytest.raises(RecordingError, match="faces"):
        canonical(replace(whole, positions=on_the_side))


def test_one_frame_is_too_few():
    with pytest.raises(RecordingError, match="2 or more frames"):
        canonical(raising().between(0.0, 0.0))
