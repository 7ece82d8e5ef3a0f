"""The exercise library: the exercises that ship with rehabkit and, before them, the user's own."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

from rehabkit.errors import ExerciseError
from rehabkit.exercises.definition import Exercise
from rehabkit.exercises.files import read_toml
from rehabkit.runtime.home import home

N_SUGGESTED = 3
LIKE_ENOUGH = 0.55
"""Share of letters in common (difflib) from which a name is offered for a misspelt one."""


def load(name: str | Path) -> Exercise:
    """Find an exercise by its name, an alias, its title, or the path of its file.

    Letter case, spaces, hyphens and underscores make no difference.

    Raises
    ------
    ExerciseError
        If there is none of that name (the nearest are given), or a file is malformed (its line and key are).

    Examples
    --------
    >>> load("Deep-Squat").name, load("squat").name
    ('deep_squat', 'deep_squat')
    """
    if isinstance(name, Path) or name.endswith(".toml") or os.sep in name:
        return read_toml(Path(name))
    everything = all_exercises()
    for exercise in everything:  # the name itself goes before another exercise's alias
        if plain(name) == plain(exercise.name):
            return exercise
    for exercise in everything:
        if plain(name) in _called(exercise):
            return exercise
    raise ExerciseError(f"exercise must be in the library, got {name!r}; {_nearest(name, everything)}")


def names() -> list[str]:
    """Names of all exercises in alphabetical order."""
    return [exercise.name for exercise in all_exercises()]


def all_exercises() -> list[Exercise]:
    """All exercises by name. One of the user's own takes the place of a shipped one of the same name.

    Raises
    ------
    ExerciseError
        If one of the user's files is malformed.
    """
    own = [read_toml(path) for path in sorted(own_folder().glob("*.toml"))]
    merged = {exercise.name: exercise for exercise in (*shipped(), *own)}
    return [merged[name] for name in sorted(merged)]


def own_folder() -> Path:
    """Where the user's own exercises lie; it need not exist."""
    return home() / "exercises"


def plain(name: str) -> str:
    """A name as it is compared: small letters, words joined by one underscore.

    Examples
    --------
    >>> plain(" Deep-Squat ")
    'deep_squat'
    """
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


@cache
def shipped() -> tuple[Exercise, ...]:
    """The exercises that come with rehabkit, by name."""
    with resources.as_file(resources.files("rehabkit.exercises") / "library") as folder:
        return tuple(read_toml(path) for path in sorted(folder.glob("*.toml")))


def _called(exercise: Exercise) -> set[str]:
    return {plain(name) for name in (exercise.name, exercise.title, *exercise.aliases)}


def _nearest(name: str, exercises: Iterable[Exercise]) -> str:
    called = {word: exercise.name for exercise in exercises for word in _called(exercise)}
    wanted = plain(name)
    containing = [word for word in called if wanted and wanted in word]
    near = difflib.get_close_matches(wanted, called, n=N_SUGGESTED, cutoff=LIKE_ENOUGH)
    found = list(dict.fromkeys(called[word] for word in (*near, *containing)))[:N_SUGGESTED]
    return f"did you mean {' or '.join(found)}?" if found else "`rehabkit exercises` lists them all"
