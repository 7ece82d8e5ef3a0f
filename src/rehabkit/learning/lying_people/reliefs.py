"""Rendered people as lying_points sees them: reliefs of the bed with the joints' points in them, kept on the shelf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.learning.lying_people.people import SEED, pictures
from rehabkit.learning.lying_people.scene import Rendered
from rehabkit.learning.lying_people.shelf import NAMES, TENS, VERSION, shelved
from rehabkit.systems.lying_points import relief, upward, view_of
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPicture

Reliefs = dict[str, NDArray[Any]]


def reliefs(first: int, last: int, n_pictures: int, folder: Path | None) -> Reliefs:
    """All pictures' reliefs; those that aren't on the shelf are rendered and put there.

    Parameters
    ----------
    first, last : people's numbers, the last one not among them; multiples of ten, or all are made anew.
    folder : of the shelf; ``None`` renders all and keeps nothing.

    Returns
    -------
    ``relief`` (n, side, side) whole millimetres, ``up`` (n, 2), ``matrix`` (n, 2, 3) of :class:`.View`, ``points``
    (n, 16, 2) px of the relief, NaN outside the picture, ``visible`` (n, 16), ``posture``, ``person``, ``picture`` and
    ``blanket`` (n,).
    """
    tens = [_ten(range(start, min(start + TENS, last)), n_pictures, folder) for start in range(first, last, TENS)]
    return {name: np.concatenate([one[name] for one in tens]) for name in tens[0]}


def _ten(people: range, n_pictures: int, folder: Path | None) -> Reliefs:
    name = f"lying_reliefs-{VERSION}-{SEED}-{people.start}-{people.stop}-{n_pictures}.npz"
    path = None if folder is None else folder / name

    def make() -> Reliefs:
        rows = list(_rows(people, n_pictures))
        return {key: np.stack([row[key] for row in rows]) for key in rows[0]}

    return shelved(path, make)


def _rows(people: range, n_pictures: int) -> Iterator[Reliefs]:
    for person in people:
        for picture, one in enumerate(pictures(person, n_pictures)):
            try:
                row = row_of(one)
            except RecordingError:
                continue  # no mattress is seen
            yield row | {"person": np.asarray(person), "picture": np.asarray(picture)}


def row_of(one: Rendered) -> Reliefs:
    """One picture's relief and what is known of it.

    Raises
    ------
    RecordingError
        If it shows no mattress, or nothing on it.
    """
    blank = LyingPicture(one.frame, np.full((len(JOINTS), 2), np.nan), np.zeros(len(JOINTS)))
    view = view_of(blank)
    known = {
        "relief": np.round(1000 * relief(blank, view)).astype(np.int16), "up": upward(blank, view),
        "matrix": view.matrix, "points": view.forth(one.pixels).astype(np.float32), "visible": one.visible,
        "posture": NAMES.index(one.posture), "blanket": "blanket" in one.cloths,
    }  # fmt: skip
    return {name: np.asarray(value) for name, value in known.items()}
