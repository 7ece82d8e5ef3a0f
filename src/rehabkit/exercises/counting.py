"""Counting by an exercise's own rule: on its angle, in its position, from the end at which it starts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rehabkit.exercises.definition import Exercise
from rehabkit.findings import Side
from rehabkit.kinematics.measures import MEASURES, counting_series
from rehabkit.kinematics.repetitions import Counted, Direction, count_sides
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

OPPOSITE: dict[Direction, Direction] = {"increase": "decrease", "decrease": "increase"}
DOWN_DEG = 45.0
"""A trunk that leans further than this is down: lying, in a plank or a push-up."""
LEAST_IN_POSITION = 0.2
"""In position for less of the time than this, the exercise is done in another one, e.g. a push-up at the wall."""


def signals_of(exercise: Exercise, skeleton: Skeleton) -> dict[Side, Array]:
    """Side → (n_frames,) the angle to count or hold on, degrees; NaN while getting into and out of position.

    Someone who stands has a body as straight as in a plank, and who sits down on the floor bends hips and knees:
    neither belongs to an exercise that is done lying or face down.
    """
    angle = exercise.measures[0]
    sides: tuple[Side, ...] = ("left", "right") if MEASURES[angle].sided else ("both",)
    there = _in_position(exercise, skeleton)
    return {side: np.where(there, counting_series(skeleton, angle, side), np.nan) for side in sides}


def count(exercise: Exercise, time_s: Array, signals: Mapping[Side, Array]) -> list[tuple[Side, Counted]]:
    """Find the repetitions of an exercise.

    Where the exercise may start at either end (sitting or standing), both ways are tried and the one that gives
    more complete repetitions is taken; the exercise's own way wins a tie.

    Parameters
    ----------
    exercise : one that is held has no repetitions.
    time_s : (n_times,) seconds.
    signals : side → (n_times,) the primary angle as :func:`signals_of` gives it.

    Examples
    --------
    Two cycles that start and end standing, of an exercise defined from sitting to sitting:

    >>> from rehabkit.exercises.library import load
    >>> t = np.arange(0, 9, 1 / 30)
    >>> knee_deg = np.interp(t, [0, 1, 2, 3, 4, 5, 6, 7], [5, 5, 90, 90, 5, 5, 90, 5])
    >>> len(count(load("sit to stand"), t, {"both": knee_deg}))
    2
    """
    primary = exercise.primary
    if primary is None:
        return []
    ways = (primary.direction, OPPOSITE[primary.direction]) if primary.either_end else (primary.direction,)
    found = [
        count_sides(time_s, signals, minimum_range=primary.minimum_range_deg, sides=primary.sides, direction=way)
        for way in ways
    ]
    return max(found, key=lambda pairs: sum(one.kind == "complete" for _, one in pairs))


def _in_position(exercise: Exercise, skeleton: Skeleton) -> NDArray[np.bool_]:
    everywhere = np.ones(skeleton.n_frames, dtype=bool)
    if exercise.position not in ("lying", "plank"):
        return everywhere
    down = ~(np.abs(counting_series(skeleton, "trunk_lean_forward")) < DOWN_DEG)  # unseen: not known to be up
    return down if down.mean() >= LEAST_IN_POSITION else everywhere
