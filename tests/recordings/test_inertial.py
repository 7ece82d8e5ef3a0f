"""What a worn sensor feels follows from how it moves: here it is computed from the movement itself."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings.inertial import STANDARD_GRAVITY, Inertial


def recording(time_s, acceleration=None, angular_velocity=None, side="right"):
    n = len(time_s)
    still = np.tile([0.0, 0.0, STANDARD_GRAVITY], (n, 1))
    turning = np.zeros((n, 3)) if angular_velocity is None else angular_velocity
    return Inertial(time_s, still if acceleration is None else acceleration, turning, side, "watch")


def felt(time_s, axes, position):
    """What a sensor feels: specific force and angular velocity in its own axes, by finite differences.

    axes : (n_times, 3, 3) columns are the sensor's x, y, z in the world (z up); position : (n_times, 3) metres.
    """
    step = time_s[1] - time_s[0]
    upward = np.array([0, 0, STANDARD_GRAVITY])
    moving = np.gradient(np.gradient(position, step, axis=0), step, axis=0) + upward
    turning = np.einsum("nji,njk->nik", axes, np.gradient(axes, step, axis=0))  # R' dR/dt: skew-symmetric
    rate = np.stack([turning[:, 2, 1], turning[:, 0, 2], turning[:, 1, 0]], axis=1)
    return np.einsum("nji,nj->ni", axes, moving), rate


def rotation(axis, angle):
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    sine, cosine = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    return np.eye(3) + sine * cross + (1 - cosine) * (cross @ cross)


def test_the_mirrored_left_wrist_feels_what_the_right_one_does():
    time_s = np.arange(400) / 200
    spin = rotation([0, 0, 1], 0.5 * np.sin(2 * time_s))
    right = spin @ rotation([0.6, 0.0, 0.8], 0.9 * np.sin(3 * time_s + 0.4))
    position = np.stack([np.sin(2 * time_s), 0.3 + 0.2 * np.cos(3 * time_s), 0.4 * np.sin(time_s)], axis=1)
    sagittal = np.diag([1.0, -1.0, 1.0])  # y points to the left
    left = sagittal @ right @ np.diag([-1.0, 1.0, 1.0])  # worn alike: x toward the hand, not the elbow
    assert np.allclose(np.linalg.det(left), 1)
    of_right = Inertial(time_s, *felt(time_s, right, position), "right", "watch")
    of_left = Inertial(time_s, *felt(time_s, left, position @ sagittal), "left", "watch")
    mirrored = of_left.mirrored()
    assert mirrored.side == "right"
    np.testing.assert_allclose(mirrored.acceleration, of_right.acceleration, atol=1e-9)
    np.testing.assert_allclose(mirrored.angular_velocity, of_right.angular_velocity, atol=1e-9)
    assert not np.allclose(of_left.acceleration, of_right.acceleration, atol=0.1)


def test_resampling_keeps_a_slow_swing_and_drops_what_would_alias():
    time_s = np.arange(0, 10, 0.005)
    slow, fast = np.sin(2 * np.pi * 1.5 * time_s), np.sin(2 * np.pi * 45 * time_s)  # 45 Hz at 50 Hz would look like 5
    even = recording(time_s, np.stack([slow, fast, slow + fast], axis=1)).resampled(50)
    assert np.allclose(np.diff(even.time_s), 0.02)
    expected = np.sin(2 * np.pi * 1.5 * even.time_s)
    inside = slice(25, -25)
    np.testing.assert_allclose(even.acceleration[inside, 0], expected[inside], atol=0.01)
    assert np.abs(even.acceleration[inside, 1]).max() < 0.01
    assert even.history == ("resampled from 200 to 50 Hz",)


def test_uneven_samples_are_put_where_they_belong():
    rng = np.random.default_rng(0)
    time_s = np.cumsum(rng.uniform(0.01, 0.03, 500))
    even = recording(time_s, np.stack([time_s] * 3, axis=1)).resampled(50)
    np.testing.assert_allclose(even.acceleration, np.stack([even.time_s] * 3, axis=1), atol=1e-9)


def test_a_recording_at_the_rate_stays_as_it_is():
    one = recording(np.arange(100) / 50)
    assert one.resampled(50) is one


@pytest.mark.parametrize(
    ("time_s", "named"),
    [
        (np.arange(50) / 20, r"rate must be at least 25 Hz, got 20 Hz"),
        (np.r_[np.arange(100) / 50, 5 + np.arange(100) / 50], r"at most 0.5 s apart, got 3.02 s after 1.98 s"),
        ([0.0], r"rate must be at least 25 Hz"),
    ],
)
def test_what_cannot_be_resampled_is_said(time_s, named):
    with pytest.raises(RecordingError, match=named):
        recording(time_s).resampled(50)


def test_all_problems_are_named_at_once():
    with pytest.raises(RecordingError) as error:
        Inertial([0.0, 0.0], np.full((2, 3), np.nan), np.zeros((3, 3)), "both", "watch")
    for named in ("strictly increasing", "acceleration must be finite", "angular_velocity must have shape", "'both'"):
        assert named in str(error.value)


def test_between_keeps_the_ends():
    assert recording(np.arange(100) / 50).between(0.5, 1.0).n_times == 26
