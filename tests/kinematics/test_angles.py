"""Angles between vectors: hand calculations and the symmetries of geometry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rehabkit.kinematics.angles import (
    between_deg,
    included_deg,
    lean_deg,
    quarter_turn,
    swing_deg,
    unit,
    without,
)

coordinate = st.floats(-100, 100, allow_nan=False).map(lambda x: round(x, 3))
points = arrays(np.float64, (3, 2), elements=coordinate)
points_3d = arrays(np.float64, (3, 3), elements=coordinate)
angle = st.floats(-180, 180)
UP, RIGHT = np.array([0.0, -1.0]), np.array([1.0, 0.0])


def apart(p):
    return np.linalg.norm(p[0] - p[1]) > 0.1 and np.linalg.norm(p[2] - p[1]) > 0.1


def turned(p, degrees):
    t = np.radians(degrees)
    return p @ np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [([1, 0], [0, 2], 90), ([1, 0], [-3, 0], 180), ([1, 1], [2, 2], 0), ([1, 0, 0], [1, 1, np.sqrt(2)], 60)],
)
def test_angle_between_two_vectors(first, second, expected):
    assert between_deg(np.array(first, float), np.array(second, float)) == pytest.approx(expected, abs=1e-9)


def test_small_angles_keep_their_digits():
    # cos(1e-7 rad) is 1 in double precision: an arc cosine would give 0
    tiny = between_deg(np.array([1.0, 0.0]), np.array([1.0, 1e-7]))
    assert tiny == pytest.approx(np.degrees(1e-7), rel=1e-6)


def test_a_vector_without_length_has_no_angle():
    assert np.isnan(between_deg(np.zeros(2), RIGHT))
    assert np.isnan(lean_deg(np.zeros(2), RIGHT, UP))
    assert np.isnan(unit(np.zeros((1, 3)))).all()


def test_nan_stays_nan_without_a_warning():
    assert np.isnan(included_deg(np.array([np.nan, 0]), np.zeros(2), RIGHT))


@given(points.filter(apart), st.tuples(coordinate, coordinate), st.floats(0.1, 10), angle)
def test_included_angle_ignores_place_size_turn_and_mirror(p, shift, scale, degrees):
    expected = included_deg(*p)
    for changed in (p + shift, p * scale, turned(p, degrees), p * [-1, 1]):
        assert included_deg(*changed) == pytest.approx(expected, abs=1e-5)


@given(points_3d.filter(apart))
def test_included_angle_lies_between_0_and_180_and_has_no_order(p):
    value = included_deg(*p)
    assert 0 <= value <= 180
    assert value == pytest.approx(included_deg(*p[::-1]), abs=1e-9)


@given(angle, angle)
def test_lean_is_the_angle_it_was_made_from_however_the_picture_is_turned(lean, camera):
    t = np.radians(lean)
    axis = np.sin(t) * RIGHT + np.cos(t) * UP
    found = lean_deg(turned(axis, camera), turned(RIGHT, camera), turned(UP, camera))
    assert np.cos(np.radians(found - lean)) == pytest.approx(1, abs=1e-9)


@given(st.floats(-119, 239))
def test_swing_is_the_angle_it_was_made_from(swing):
    t = np.radians(swing)
    assert swing_deg(np.sin(t) * RIGHT - np.cos(t) * UP, RIGHT, UP) == pytest.approx(swing, abs=1e-7)


def test_a_limb_that_leaves_the_plane_has_no_swing_in_it():
    up, forward = np.array([0.0, 0, 1]), np.array([1.0, 0, 0])
    assert np.isnan(swing_deg(np.array([0.1, 1.0, -0.1]), forward, up))
    assert swing_deg(np.array([1.0, 1.0, 0.0]), forward, up) == pytest.approx(90)


def test_quarter_turn_takes_up_to_the_right_and_right_to_down():
    assert quarter_turn(UP).tolist() == RIGHT.tolist()
    assert quarter_turn(RIGHT).tolist() == (-UP).tolist()


def test_what_remains_without_an_axis_is_at_right_angles_to_it():
    assert without(np.array([3.0, 4.0]), RIGHT).tolist() == [0, 4]
