"""Tracks: sides, gaps and ranges of a body with known angles."""

import numpy as np
import pytest

from rehabkit.kinematics.tempo import phase_durations
from rehabkit.kinematics.tracks import tracks_of
from rehabkit.kinematics.view import estimate_view

TIME_S = np.arange(0, 4, 1 / 30)
KNEE_DEG = 45 * (1 - np.cos(2 * np.pi * TIME_S / 4))


def test_range_is_the_angle_that_was_drawn(squatting):
    skeleton = squatting(TIME_S, KNEE_DEG)
    left, right = tracks_of(skeleton, estimate_view(skeleton), "knee_flexion")
    assert (left.name, right.label) == ("left_knee_flexion", "Right knee flexion")
    assert right.range_between(0, 4).range_deg == pytest.approx(90, abs=0.5)
    assert right.range_between(0, 2).start_deg == pytest.approx(0, abs=0.5)
    assert right.span == pytest.approx(90, abs=2)


def test_a_joint_hidden_too_long_has_no_range(squatting):
    skeleton = squatting(TIME_S, KNEE_DEG)
    knee = skeleton.index("right_knee")
    skeleton.positions[30:90, knee] = np.nan
    right = tracks_of(skeleton, estimate_view(skeleton), "knee_flexion")[1]
    assert "for 50% of the time" in right.range_between(0, 4).not_measurable
    assert right.range_between(0, 1).range_deg is not None
    assert right.series().value[40] is None


def test_no_tempo_without_movement():
    assert phase_durations(TIME_S, np.zeros_like(TIME_S), 0, 2, 4) == {}
    assert phase_durations(TIME_S, np.full_like(TIME_S, np.nan), 0, 2, 4) == {}
