"""Rows of rendered people, kept on disk: rendering a few thousand pictures takes half an hour, reading them a second.

People go by tens, each ten into a file of its own, so that an interrupted run goes on and two runs side by side help
each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.lying_people.found import found_in
from rehabkit.learning.lying_people.people import SEED, drawn
from rehabkit.learning.lying_people.poses import POSTURES
from rehabkit.learning.lying_people.rows import Row, rows_of, stacked
from rehabkit.learning.lying_people.scene import rendered
from rehabkit.recordings.files import atomic

VERSION = 5
"""To be raised when a change of bodies, poses, scenes, points or tensors makes other rows."""
TENS = 10
NAMES = tuple(POSTURES)


@dataclass(frozen=True)
class Order:
    """Which rows are wanted.

    Parameters
    ----------
    first, last : people's numbers, the last one not among them; both multiples of ten.
    n_pictures : of each person.
    n_bad : rows of each picture with points found badly, beside the exact ones and those 2 px off.
    blanket, pillow : whether there is one in every picture, in none, or by chance.
    found : with a row of the points that a pose network found, where it was asked (:mod:`.found`).
    """

    first: int
    last: int
    n_pictures: int = 4
    n_bad: int = 4
    blanket: bool | None = None
    pillow: bool | None = None
    found: bool = False


def rows(order: Order, folder: Path | None) -> Row:
    """All rows; those that aren't on the shelf are rendered and put there.

    Parameters
    ----------
    folder : of the shelf; ``None`` renders all and keeps nothing.
    """
    tens = [_ten(order, first, folder) for first in range(order.first, order.last, TENS)]
    return {name: np.concatenate([one[name] for one in tens]) for name in tens[0]}


def _ten(order: Order, first: int, folder: Path | None) -> Row:
    last = min(first + TENS, order.last)
    wanted = asdict(order) | {"first": first, "last": last}
    name = "-".join(str(value) for key, value in wanted.items() if key != "found") + ("-found" if order.found else "")
    path = None if folder is None else folder / f"lying_people-{VERSION}-{SEED}-{name}.npz"
    return shelved(path, lambda: stacked(_rendered(order, range(first, last))))


def shelved(path: Path | None, make: Callable[[], dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """What the file holds; made and put there if it isn't; made if there is no path."""
    if path is None:
        return make()
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = make()
        with atomic(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, **made)  # type: ignore[arg-type]
    with np.load(path, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def _rendered(order: Order, people: Iterable[int]) -> Iterator[Row]:
    for person in people:
        for picture in range(order.n_pictures):
            scene, view, rng = drawn(person, picture, blanket=order.blanket, pillow=order.pillow)
            one = rendered(scene, view, rng)
            known = {
                "person": person, "picture": picture, "posture": NAMES.index(one.posture), "covered": one.covered,
                "blanket": "blanket" in one.cloths, "pillow": "pillow" in one.cloths,
            }  # fmt: skip
            found = found_in(person, picture) if order.found else None
            for row in rows_of(one, rng, order.n_bad, None if found is None else found.pixels):
                yield row | {name: np.asarray(value, dtype=np.float32) for name, value in known.items()}
