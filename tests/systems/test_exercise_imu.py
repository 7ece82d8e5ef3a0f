"""Windows as the system cuts them, and what it says of probabilities made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings.inertial import STANDARD_GRAVITY, Inertial
from rehabkit.runtime.card import Card
from rehabkit.systems.exercise_imu import ExerciseImu

SYSTEM = ExerciseImu()
LABELS = ["one", "two", "three"]


def moving(duration_s, rate_hz=50.0, side="right"):
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    force = STANDARD_GRAVITY * np.stack([np.cos(time_s), 0 * time_s, np.sin(time_s)], axis=1)
    rate = np.stack([0 * time_s, np.ones_like(time_s), 0.1 * time_s], axis=1)
    return Inertial(time_s, force, rate, side, "watch")


def card(**settings):
    return Card(
        system="exercise_imu", network="small", title="", labels=LABELS, inputs={}, outputs={}, settings=settings
    )


def said(probability, distance=1.0, **settings):
    rows = np.asarray(probability, dtype=np.float32)
    outputs = {"probability": rows, "distance": np.full(len(rows), distance, dtype=np.float32)}
    return {one.name: one for one in SYSTEM.interpret(moving(3 + len(rows)), outputs, card(**settings))}


def test_a_window_each_second():
    motion = SYSTEM.prepare(moving(10))["motion"]
    assert motion.shape == (7, 200, 6)  # starts at 0, 1 … 6 s
    time_s = 2 + np.arange(200) / 50
    np.testing.assert_allclose(motion[2, :, 0], STANDARD_GRAVITY * np.cos(time_s), rtol=1e-5)
    np.testing.assert_allclose(motion[2, :, 5], 0.1 * time_s, rtol=1e-5)


def test_the_left_wrist_comes_as_the_right_one():
    right, left = SYSTEM.prepare(moving(5))["motion"], SYSTEM.prepare(moving(5, side="left"))["motion"]
    np.testing.assert_allclose(left, right * [-1, 1, 1, 1, -1, -1])


def test_another_rate_gives_the_same_windows():
    expected = SYSTEM.prepare(moving(6))["motion"]
    motion = SYSTEM.prepare(moving(6.02, rate_hz=100))["motion"]
    assert motion.shape == expected.shape
    np.testing.assert_allclose(motion[0, 25:], expected[0, 25:], atol=0.02)


@pytest.mark.parametrize(
    ("recording", "named"),
    [
        (moving(3.9), "at least 4 s, got 3.88 s"),
        (moving(6, side="unknown"), "side that wears the sensor must be left or right"),
        (moving(10, rate_hz=20), "rate must be at least 25 Hz, got 20 Hz"),
    ],
)
def test_what_it_refuses(recording, named):
    with pytest.raises(RecordingError, match=named):
        SYSTEM.prepare(recording)


def test_it_names_the_exercise_and_how_many_windows_agree():
    found = said([[0.8, 0.1, 0.1], [0.6, 0.2, 0.2], [0.4, 0.5, 0.1], [0.8, 0.1, 0.1]])
    assert found["exercise_recognised"].value == "one"
    assert found["exercise_probability"].value == pytest.approx(0.65)
    assert found["exercise_agreement"].value == pytest.approx(0.75)
    assert not any(name.startswith("exercise_else") for name in found)


def test_it_says_when_it_was_another_one():
    """Windows 5, 6 and 7 begin at 5, 6, 7 s and last 4 s."""
    rows = [[0.9, 0.05, 0.05]] * 5 + [[0.1, 0.1, 0.8]] * 3 + [[0.9, 0.05, 0.05]] * 2
    found = said(rows)
    other = found["exercise_else_1"]
    assert (other.value, other.evidence.start_s, other.evidence.end_s) == ("three", 5.0, 11.0)
    assert found["exercise_recognised"].value == "one"


def test_times_are_those_of_the_recording():
    rows = np.array([[0.9, 0.05, 0.05]] * 5 + [[0.1, 0.1, 0.8]] * 3, dtype=np.float32)
    later = moving(31).between(20, 31)
    outputs = {"probability": rows, "distance": np.ones(8, dtype=np.float32)}
    other = SYSTEM.interpret(later, outputs, card())[-1]
    assert (other.name, other.evidence.start_s, other.evidence.end_s) == ("exercise_else_1", 25.0, 31.0)


def test_it_abstains_when_unsure_or_when_the_movement_is_unlike_all():
    unsure = said([[0.45, 0.4, 0.15]] * 4, least_probability=0.6)["exercise_recognised"]
    assert unsure.value is None and "one (45%) or two" in unsure.not_measurable and unsure.attention
    foreign = said([[0.99, 0.01, 0.0]] * 4, distance=2.0, largest_distance=1.5)["exercise_recognised"]
    assert foreign.value is None and "not one of the 3 exercises" in foreign.not_measurable
    sure = said([[0.99, 0.01, 0.0]] * 4, distance=1.4, largest_distance=1.5, least_probability=0.6)
    assert sure["exercise_recognised"].value == "one"
