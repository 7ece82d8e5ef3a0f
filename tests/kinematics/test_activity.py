"""Where a body is, and what takes it elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from rehabkit.kinematics.activity import on_the_spot, place_of
from rehabkit.kinematics.repetitions import Counted
from rehabkit.recordings.skeleton import Skeleton

TIME_S = np.arange(0, 6, 1 / 30)
STEP = ("left", Counted(1.0, 2.0, 3.0, "complete", None, 60.0))


def moved(skeleton: Skeleton, sideways_px: np.ndarray, scale: np.ndarray) -> Skeleton:
    """The same body, moved across the picture and made larger about its centre."""
    width, height = skeleton.frame_size_px
    middle = np.array([width / 2, height / 2])
    positions = (skeleton.positions - middle) * scale[:, None, None] + middle
    positions[..., 0] += sideways_px[:, None]
    return replace(skeleton, positions=positions)


@pytest.fixture
def standing(squatting):
    return squatting(TIME_S, np.full(len(TIME_S), 5.0))


def test_standing_and_squatting_stay_on_the_spot(standing, squatting):
    assert np.ptp(place_of(standing), axis=0) == pytest.approx([0, 0], abs=1e-6)
    down = 5 + 45 * (1 - np.cos(2 * np.pi * (TIME_S - 1) / 2)) * ((TIME_S > 1) & (TIME_S < 3))
    assert on_the_spot(squatting(TIME_S, down), [STEP]) == [STEP]


def test_a_step_across_the_picture(standing):
    trunk_px = 150  # conftest: 0.5 m at 300 px/m
    walking = moved(standing, TIME_S * trunk_px, np.ones(len(TIME_S)))
    assert np.ptp(place_of(walking)[:, 0]) == pytest.approx(TIME_S[-1], rel=0.02)
    assert on_the_spot(walking, [STEP]) == []


def test_there_and_back_is_an_exercise(standing):
    lunging = moved(standing, 300 * np.sin(np.pi * np.clip((TIME_S - 1) / 2, 0, 1)), np.ones(len(TIME_S)))
    assert on_the_spot(lunging, [STEP]) == [STEP]


def test_a_step_towards_the_camera(standing):
    nearer = moved(standing, np.zeros(len(TIME_S)), 1 + 0.15 * TIME_S)
    assert on_the_spot(nearer, [STEP]) == []


def test_measured_skeletons_use_the_floor():
    joints = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")
    body = np.array([[-0.1, 1.0, 0], [0.1, 1.0, 0], [-0.2, 1.5, 0], [0.2, 1.5, 0]])
    walk = np.array([0.0, 0.0, 1.0]) * TIME_S[:, None]
    positions = body + walk[:, None]
    for axes, order in (("y_up", [0, 1, 2]), ("z_up", [0, 2, 1])):
        skeleton = Skeleton(joints, TIME_S, positions[..., order], np.ones(positions.shape[:2]), axes, "kinect")
        assert np.ptp(place_of(skeleton), axis=0) == pytest.approx([0, TIME_S[-1] / 0.5])


def test_unseen_body_keeps_everything(standing):
    unseen = replace(standing, positions=np.full_like(standing.positions, np.nan))
    assert np.isnan(place_of(unseen)).all()
    assert on_the_spot(unseen, [STEP]) == [STEP]
