"""What to say when an exercise that was asked for isn't seen: perhaps it is another one."""

from __future__ import annotations

from rehabkit.exercises.definition import Exercise
from rehabkit.kinematics.generic import generic_signals
from rehabkit.recordings.skeleton import Skeleton


def say_nothing_counted(skeleton: Skeleton, exercise: Exercise | None) -> str:
    """Say that no complete repetition was found and, where another movement repeats, which.

    Parameters
    ----------
    skeleton : cleaned.
    exercise : the one that was asked for, ``None`` for an unknown one.
    """
    if exercise is None:
        return "No complete repetition of any movement was found."
    missing = f"No complete repetition of {exercise.title.lower()} was found"
    label, _, found = generic_signals(skeleton)
    n_times = sum(one.kind == "complete" for one in found)
    if not n_times:
        return f"{missing}."
    times = "once" if n_times == 1 else f"{n_times} times"
    return f"{missing}, but {label.lower()} is done {times}: check that this is the exercise."
