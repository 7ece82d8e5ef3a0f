"""The view of synthetic bodies turned all the way round, upright and lying, and of a real clip."""

from pathlib import Path

import numpy as np
import pytest

from rehabkit.kinematics.view import estimate_view, name_of, turn_deg
from rehabkit.recordings.landmarks import read
from rehabkit.recordings.skeleton import Skeleton

DEMO = Path(__file__).parents[2] / "src" / "rehabkit" / "demo"


def expected_name(yaw):
    return name_of(float(turn_deg(np.float64(yaw), 0.0)))


@pytest.mark.parametrize("guess", [True, False], ids=["with depth guess", "from the picture alone"])
@pytest.mark.parametrize("yaw", range(0, 360, 10))
def test_yaw_is_found_all_the_way_round(bodies, yaw, guess):
    seen = estimate_view(bodies.filmed([bodies.pose(knee=10, hip=10)] * 40, yaw, guess=guess))
    assert abs(turn_deg(np.float64(seen.yaw_deg), yaw)) < 2
    if yaw % 30 or not yaw % 90:  # 30 and 60 degrees lie on the border between two names
        assert seen.name == expected_name(yaw)
        assert seen.confidence > 0.95
    assert seen.posture == "upright"


@pytest.mark.parametrize("roll", [-90, 90])
@pytest.mark.parametrize("yaw", [0, 90, -90, 180])
def test_lying_people_keep_the_side_that_faces_the_camera(bodies, yaw, roll):
    seen = estimate_view(bodies.filmed([bodies.pose()] * 40, yaw, roll))
    assert seen.name == expected_name(yaw)
    assert seen.posture == "lying"
    assert "lying" in seen.text


def test_face_down_on_the_arms_is_a_plank_and_face_up_with_raised_arms_is_not(bodies):
    # the left side faces the camera, so an upright body faces the picture's left
    face_down = bodies.filmed([bodies.pose(flexion=90)] * 40, yaw=90, roll=-90)
    face_up = bodies.filmed([bodies.pose(flexion=90)] * 40, yaw=90, roll=90)
    assert estimate_view(face_down).posture == "plank"
    assert estimate_view(face_up).posture == "lying"


def test_bending_forward_and_sitting_are_upright(bodies):
    bent = bodies.filmed([bodies.tilted(bodies.pose(hip=80), forward=80)] * 40, yaw=90)
    seated = bodies.filmed([bodies.pose(hip=90, knee=90)] * 40, yaw=90)
    assert estimate_view(bent).posture == "upright"
    assert estimate_view(seated).posture == "upright"


def test_a_person_who_turns_has_no_single_view(bodies):
    half = bodies.filmed([bodies.pose()] * 150, yaw=0)
    other = bodies.filmed([bodies.pose()] * 150, yaw=90)
    both = Skeleton(
        half.joint_names, np.arange(300) / 30, np.concatenate([half.positions, other.positions]),
        np.concatenate([half.confidence, other.confidence]), "image", "test",
        estimated_m=np.concatenate([half.estimated_m, other.estimated_m]),
    )  # fmt: skip
    seen = estimate_view(both)
    assert seen.name == "changing"
    assert "front from 0 s" in seen.text
    assert "left from 5 s" in seen.text


def test_single_wild_frames_do_not_change_the_view(bodies):
    steady = bodies.filmed([bodies.pose()] * 100, yaw=90)
    wild = steady.positions.copy()
    wild[40:43] = wild[40:43, :, ::-1]
    assert estimate_view(steady.noted("wild", positions=wild)).name == "left"


def test_witnesses_that_disagree_lower_the_confidence_and_say_so(bodies):
    front, side = (bodies.filmed([bodies.pose()] * 40, yaw) for yaw in (0, 90))
    torn = estimate_view(front.noted("torn", estimated_m=side.estimated_m))
    assert torn.confidence < 0.3
    assert "uncertain" in torn.text


def test_nobody_seen_is_unknown(bodies):
    film = bodies.filmed([bodies.pose()] * 5)
    empty = film.noted("empty", positions=np.full_like(film.positions, np.nan), estimated_m=None)
    seen = estimate_view(empty)
    assert (seen.name, seen.yaw_deg, seen.confidence) == ("unknown", None, 0)


@pytest.mark.parametrize("axes", ["z_up", "y_up"])
def test_measured_recordings_have_every_view(bodies, axes):
    seen = estimate_view(bodies.measured([bodies.pose()] * 5, axes))
    assert (seen.name, seen.posture, seen.yaw_deg) == ("3d", "upright", None)


@pytest.mark.parametrize(
    ("name", "view", "posture"),
    [("deep_squat", "right", "upright"), ("elbow_flexion", "front", "upright"), ("push_up", "right", "plank")],
)
def test_real_recordings_have_the_view_that_an_eye_sees(name, view, posture):
    seen = estimate_view(read(DEMO / f"{name}.npz"))
    assert (seen.name, seen.posture) == (view, posture)
    assert seen.confidence > 0.8
