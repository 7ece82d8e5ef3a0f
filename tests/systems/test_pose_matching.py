"""The stick figure and what the system says of two of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings.skeleton import Skeleton
from rehabkit.runtime.card import Card
from rehabkit.systems.pose_matching.stick_figure import JOINTS, LIMBS, MARGIN, figure
from rehabkit.systems.pose_matching.system import PoseMatching, PosePair

CARD = Card(system="pose_matching", network="small", title="t", inputs={}, outputs={})
STANDING = {
    "left_shoulder": (0.2, 1.4), "right_shoulder": (-0.2, 1.4), "left_elbow": (0.5, 1.4), "right_elbow": (-0.5, 1.4),
    "left_wrist": (0.8, 1.4), "right_wrist": (-0.8, 1.4), "left_hip": (0.1, 0.9), "right_hip": (-0.1, 0.9),
    "left_knee": (0.1, 0.45), "right_knee": (-0.1, 0.45), "left_ankle": (0.1, 0.0), "right_ankle": (-0.1, 0.0),
}  # fmt: skip
"""A person in a T, metres: x to the left, y up."""


def t_pose(turn_deg: float = 0.0) -> Skeleton:
    """Facing +z, then turned about the vertical."""
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    points = np.array([[x * c, y, -x * s] for x, y in STANDING.values()])
    return Skeleton(tuple(STANDING), [0.0], points[None], np.ones((1, len(STANDING))), "y_up", "test")


def test_the_sheet_just_holds_the_figure() -> None:
    """Arms span 1.6 m, shoulders to ankles 1.4 m: the width fills the sheet between its margins."""
    made = figure(t_pose())
    xy = made[:, :2]
    assert xy[:, 0].min() == pytest.approx(MARGIN) and xy[:, 0].max() == pytest.approx(1 - MARGIN)
    assert np.ptp(xy[:, 1]) == pytest.approx((1 - 2 * MARGIN) * 1.4 / 1.6, abs=1e-6)
    assert xy[JOINTS.index("left_ankle"), 1] > xy[JOINTS.index("left_hip"), 1]  # y downwards
    assert xy[JOINTS.index("left_wrist"), 0] > 0.5  # facing us, the left is on the right of the picture
    np.testing.assert_allclose(made[JOINTS.index("neck"), :2], [0.5, xy[1, 1]], atol=1e-6)


def test_where_the_person_faces_makes_no_difference() -> None:
    np.testing.assert_allclose(figure(t_pose(70.0)), figure(t_pose()), atol=1e-6)


def test_a_hidden_joint_is_nothing(squatting: Callable[..., Skeleton]) -> None:
    skeleton = squatting([0.0], [30.0])
    confidence = skeleton.confidence.copy()
    confidence[:, skeleton.index("left_wrist")] = 0.2
    made = figure(replace(skeleton, confidence=confidence))
    assert made[JOINTS.index("left_wrist")].tolist() == [0.0, 0.0, 0.0]
    assert made[:, 2].sum() == len(JOINTS) - 1


def test_without_hips_there_is_no_figure(squatting: Callable[..., Skeleton]) -> None:
    skeleton = squatting([0.0], [30.0])
    positions = skeleton.positions.copy()
    positions[:, skeleton.index("left_hip")] = np.nan
    with pytest.raises(RecordingError, match="left_hip"):
        PoseMatching().prepare(PosePair(skeleton, replace(skeleton, positions=positions)))


def test_prepared_is_the_frame_that_was_asked_for(squatting: Callable[..., Skeleton]) -> None:
    skeleton = squatting([0.0, 1.0], [0.0, 80.0])
    rows = PoseMatching().prepare(PosePair(skeleton, skeleton, 0, 1))
    assert rows["learner"].shape == rows["template"].shape == (1, len(JOINTS), 3)
    assert not np.allclose(rows["learner"], rows["template"])
    np.testing.assert_array_equal(rows["template"][0], figure(skeleton, 1))


def test_the_limb_is_named_only_where_the_pose_is_another(squatting: Callable[..., Skeleton]) -> None:
    skeleton = squatting([0.0], [30.0])
    limbs = np.zeros((1, len(LIMBS)), dtype=np.float32)
    limbs[0, 4] = -1.0
    outputs = {"score": np.array([0.2], dtype=np.float32), "limbs": limbs}
    pair = PosePair(skeleton, skeleton)
    other = PoseMatching().interpret(pair, outputs | {"probability": np.array([[0.9, 0.1]], dtype=np.float32)}, CARD)
    assert [f.name for f in other] == ["pose_match", "pose_match_limb"]
    assert other[1].value == "left thigh" and other[1].evidence.joints == ["left_hip", "left_knee"]
    same = PoseMatching().interpret(pair, outputs | {"probability": np.array([[0.1, 0.9]], dtype=np.float32)}, CARD)
    assert [f.name for f in same] == ["pose_match"] and not same[0].attention
    nothing = outputs | {"probability": np.array([[0.9, 0.1]], dtype=np.float32), "limbs": np.zeros_like(limbs)}
    assert PoseMatching().interpret(pair, nothing, CARD)[1].not_measurable is not None
