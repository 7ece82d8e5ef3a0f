"""Directions and angles of a body whose pose is known (simulated)."""

import numpy as np
import pytest

from rehabkit.errors import InputError
from rehabkit.kinematics.depth.bed import Bed
from rehabkit.kinematics.depth.segments import joint_angles, posture, segments

from .lying_people import NAMES, PLANE, body, camera_axes

BED = Bed(PLANE, np.array([0.0, 0.0, 2.0]), np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]]))
ON_THE_BACK = camera_axes(body(knee_deg=80.0, elbow_deg=30.0, lift_deg=0.0))


def turned(points: np.ndarray, angle_deg: float) -> np.ndarray:
    """The body rolled about the bed's long axis, towards its own right."""
    across, along, up = BED.of(points).T
    angle = np.radians(angle_deg)
    rolled = np.stack([across * np.cos(angle) - up * np.sin(angle), along, across * np.sin(angle) + up * np.cos(angle)])
    return rolled.T @ BED.axes + BED.origin


def test_knees_and_elbows_have_the_angles_they_were_given() -> None:
    angles = joint_angles(NAMES, ON_THE_BACK)
    for side in ("left", "right"):
        assert angles[f"{side}_knee_flexion"] == pytest.approx(80.0, abs=1e-6)
    upper, fore = np.array([0.5, -np.sqrt(0.75), 0.0]), np.array([-0.5, -np.sqrt(0.75), 0.0])
    by_hand = np.degrees(np.arccos(upper @ fore))
    assert angles["left_elbow_flexion"] == pytest.approx(by_hand, abs=1e-6)


def test_a_bent_leg_rises_by_half_its_knees_angle() -> None:
    found = segments(NAMES, ON_THE_BACK, np.full(len(NAMES), 0.01), BED)
    assert found["left_thigh"].elevation_deg == pytest.approx(40.0)
    assert found["left_shank"].elevation_deg == pytest.approx(-40.0)
    assert abs(found["left_thigh"].heading_deg) == pytest.approx(180.0)  # towards the feet
    assert found["trunk"].heading_deg == pytest.approx(0.0)  # towards the head
    assert found["left_thigh"].length_m == pytest.approx(0.42)


def test_the_upper_arm_points_outwards_on_its_own_side() -> None:
    found = segments(NAMES, ON_THE_BACK, np.zeros(len(NAMES)), BED)
    # 30 degrees outwards from straight to the feet
    assert found["left_upper_arm"].heading_deg == pytest.approx(150.0)
    assert found["right_upper_arm"].heading_deg == pytest.approx(-150.0)


def test_less_sure_joints_make_a_less_sure_direction() -> None:
    spread = np.full(len(NAMES), 0.0)
    spread[NAMES.index("left_knee")] = 0.42
    found = segments(NAMES, ON_THE_BACK, spread, BED)
    assert found["left_thigh"].spread_deg == pytest.approx(45.0)
    assert found["right_thigh"].spread_deg == 0.0


@pytest.mark.parametrize(
    ("angle_deg", "name"), [(0.0, "supine"), (90.0, "right side"), (-90.0, "left side"), (179.0, "prone")]
)
def test_what_the_body_lies_on(angle_deg: float, name: str) -> None:
    found, roll_deg = posture(NAMES, turned(ON_THE_BACK, angle_deg), BED)
    assert found == name
    assert roll_deg == pytest.approx(angle_deg, abs=6.0)  # the trunk itself slopes by 2 degrees


def test_on_the_right_side_the_left_shoulder_is_above_the_right_one() -> None:
    points = turned(ON_THE_BACK, 90.0)
    height = PLANE.height(points)
    assert posture(NAMES, points, BED)[0] == "right side"
    assert height[NAMES.index("left_shoulder")] > height[NAMES.index("right_shoulder")]


def test_missing_joints_are_named() -> None:
    with pytest.raises(InputError, match="got none of neck"):
        segments([name for name in NAMES if name != "neck"], ON_THE_BACK, np.zeros(len(NAMES)), BED)
