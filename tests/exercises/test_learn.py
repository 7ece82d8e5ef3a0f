"""Learning an exercise from a drawn movement whose angles are known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rehabkit.errors import ExerciseError, OutputError
from rehabkit.exercises.counting import count, signals_of
from rehabkit.exercises.learn import learn, write_toml
from rehabkit.exercises.library import all_exercises, load
from rehabkit.recordings.datasets.uiprmd import UiPrmd
from rehabkit.recordings.skeleton import Skeleton

Squatting = Callable[..., Skeleton]


def once(low: float, high: float, out_s: float = 2.0, hold_s: float = 0.0, back_s: float = 1.0):
    """Rest 1 s, go out, hold, come back, rest 1 s."""
    corners = np.cumsum([0, 1, out_s, hold_s, back_s, 1])
    time_s = np.arange(0, corners[-1], 1 / 30)
    return time_s, np.interp(time_s, corners, [low, low, high, high, low, low])


def test_learns_a_squat(squatting: Squatting):
    exercise = learn(squatting(*once(5, 95)), "my_squat")
    assert exercise.title == "My squat"
    assert exercise.primary is not None
    assert exercise.primary.angle == "knee_flexion"
    assert (exercise.primary.direction, exercise.primary.sides) == ("increase", "together")
    assert exercise.primary.minimum_range_deg == pytest.approx(0.4 * 90, abs=2)
    assert exercise.target is not None
    assert exercise.target.low_deg == pytest.approx(85, abs=2)
    assert exercise.target.high_deg == pytest.approx(105, abs=2)
    assert (exercise.views, exercise.position) == (("side",), "standing")


def test_learns_the_tempo_and_a_hold(squatting: Squatting):
    exercise = learn(squatting(*once(5, 95, out_s=2, hold_s=3, back_s=1)), "slow_squat")
    for (low, high), seconds in (
        (exercise.tempo.out_s, 1.8),  # the last tenth of the way belongs to the hold: 90 % of 2 s
        (exercise.tempo.hold_s, 3.3),
        (exercise.tempo.return_s, 0.9),
    ):
        assert low == pytest.approx(seconds / 2, abs=0.15)
        assert high == pytest.approx(seconds * 2, abs=0.5)


def test_no_hold_where_none_was_shown(squatting: Squatting):
    assert learn(squatting(*once(5, 95)), "quick").tempo.hold_s == (0.0, 3600.0)


def test_what_is_learned_counts_its_own_set(squatting: Squatting):
    time_s, knee_deg = once(5, 95)
    exercise = learn(squatting(time_s, knee_deg), "mine")
    n = 6
    many = squatting(np.arange(n * len(time_s)) / 30, np.tile(knee_deg, n))
    found = count(exercise, many.time_s, signals_of(exercise, many))
    assert [one.kind for _, one in found] == ["complete"] * n


def test_a_few_repetitions_widen_the_target(squatting: Squatting):
    angles = np.concatenate([once(5, high)[1] for high in (80, 90, 100)])
    exercise = learn(squatting(np.arange(len(angles)) / 30, angles), "mine")
    assert exercise.target is not None
    assert exercise.target.low_deg == pytest.approx(70, abs=2)
    assert exercise.target.high_deg == pytest.approx(110, abs=2)
    assert "3 repetitions" in exercise.source


def test_what_stayed_still_becomes_a_check_and_what_moved_does_not(squatting: Squatting):
    exercise = learn(squatting(*once(5, 95)), "mine")  # this body leans 0.3 × 95 degrees as it squats
    assert "trunk_lean_forward" in exercise.also_measure
    assert not any(check.measure == "trunk_lean_forward" for check in exercise.compensations)
    shallow = learn(squatting(*once(5, 40)), "mine")  # and 0.3 × 35 here: 10.5 degrees from its start
    limits = {c.name: c.above for c in shallow.compensations if c.measure == "trunk_lean_forward"}
    assert limits["trunk_lean_forward_more"] == pytest.approx(10.5 + 10, abs=1)


def test_round_trip_through_the_file(squatting: Squatting, tmp_path: Path):
    exercise = learn(squatting(*once(5, 95)), "my_squat", title='Squat "of mine", é')
    write_toml(exercise, tmp_path / "my_squat.toml")
    assert load(tmp_path / "my_squat.toml") == exercise


def test_every_shipped_exercise_goes_through_a_file_unchanged(tmp_path: Path):
    for exercise in all_exercises():
        write_toml(exercise, tmp_path / "x.toml")
        assert load(tmp_path / "x.toml") == exercise


def test_nothing_is_learned_from_standing(squatting: Squatting):
    time_s = np.arange(0, 5, 1 / 30)
    with pytest.raises(ExerciseError, match="whole repetition"):
        learn(squatting(time_s, np.full_like(time_s, 5.0)), "nothing")


@pytest.mark.parametrize("name", ["", "My squat", "1st", "a-b"])
def test_name_must_be_plain(squatting: Squatting, name: str):
    with pytest.raises(ExerciseError, match="small letters"):
        learn(squatting(*once(5, 95)), name)


def test_file_that_cannot_be_written(squatting: Squatting, tmp_path: Path):
    with pytest.raises(OutputError):
        write_toml(load("squat"), tmp_path / "none" / "x.toml")


@pytest.fixture(scope="module")
def uiprmd(shared: Path) -> UiPrmd:
    return UiPrmd(shared / "exercise" / "uiprmd")


@pytest.mark.parametrize(
    ("movement", "angle"),
    [
        ("shoulder_abduction", "shoulder_abduction"),
        ("straight_leg_raise", "hip_flexion"),
        ("shoulder_extension", "shoulder_extension"),
        ("shoulder_rotation", "shoulder_rotation"),
    ],
)
def test_real_movements_measured_by_vicon(uiprmd: UiPrmd, movement: str, angle: str):
    one = next(r for r in uiprmd.repetitions if (r.movement, r.subject, r.correct) == (movement, 4, True))
    skeleton = uiprmd.vicon(one)
    assert skeleton is not None
    exercise = learn(skeleton, "x")
    assert exercise.primary is not None
    assert (exercise.primary.angle, exercise.primary.sides) == (angle, "each")
