"""A fixed rate out of a variable one: a ball on a parabola stays on it, and nothing is made up in a pause."""

import numpy as np
import pytest

from rehabkit.errors import RecordingError
from rehabkit.recordings.metric import evenly_timed
from rehabkit.recordings.skeleton import Skeleton


def _ball(time_s: np.ndarray) -> Skeleton:
    positions = np.zeros((len(time_s), 1, 3))
    positions[:, 0, 1] = 5 - 9.81 / 2 * time_s**2
    return Skeleton(("ball",), time_s, positions, np.full((len(time_s), 1), 0.9), "y_up", "test")


def test_times_rounded_to_milliseconds_move_nothing() -> None:
    ball = _ball(np.round(np.arange(300) / 29.97, 3))
    even = evenly_timed(ball)
    np.testing.assert_array_equal(even.positions, ball.positions)
    assert even.rate_hz == pytest.approx(29.97, abs=0.01)


def test_variable_rate_stays_on_the_parabola() -> None:
    steps = np.tile([1 / 30, 1 / 30, 1 / 24, 1 / 30, 1 / 15], 6)
    ball = _ball(np.concatenate([[0.0], np.cumsum(steps)]))
    even = evenly_timed(ball)
    np.testing.assert_allclose(np.diff(even.time_s), 1 / 30)
    assert even.time_s[-1] == pytest.approx(ball.time_s[-1], abs=1 / 30)
    sag = 9.81 * (1 / 15) ** 2 / 8  # the most that a chord of one step lies off the parabola
    inside = even.time_s <= ball.time_s[-1]
    wanted = _ball(even.time_s).positions
    np.testing.assert_allclose(even.positions[inside], wanted[inside], atol=sag * 1.001)
    np.testing.assert_allclose(even.confidence, 0.9)
    assert even.history == ("resampled linearly to 30 Hz",)


def test_pauses_and_gaps_stay_empty() -> None:
    time_s = np.concatenate([np.arange(10) / 10, 2.0 + np.arange(10) / 10])
    ball = _ball(time_s)
    positions = ball.positions.copy()
    positions[4] = np.nan
    even = evenly_timed(ball.noted("a gap", positions=positions))
    empty = np.isnan(even.positions[:, 0, 0])
    np.testing.assert_allclose(even.time_s[empty], [0.4, *np.arange(1.0, 1.95, 0.1)])
    np.testing.assert_array_equal(even.confidence[empty], 0)


def test_times_without_any_rate_are_refused() -> None:
    with pytest.raises(RecordingError, match="must be near a fixed rate"):
        evenly_timed(_ball(np.array([0.0, 0.01, 0.02, 1.0e6])))
    with pytest.raises(RecordingError, match="at least 2 frames"):
        evenly_timed(_ball(np.array([0.0])))
