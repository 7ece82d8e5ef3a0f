"""Where a pose network found the joints of rendered people: kept, since networks are trained where it isn't installed.

Written by benchmarks/lying_landmarks.py, with MediaPipe's large pose network on depth made visible.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.lying_people.people import SEED
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.files import atomic

Array = NDArray[np.float64]
FILE = Path(__file__).parents[1] / "landmarks" / "lying_people.npz"
N_PEOPLE, N_PICTURES = 120, 2
"""People who were looked at, the first ones, and pictures of each."""


class Found(NamedTuple):
    """Where the joints of one picture were found.

    Parameters
    ----------
    pixels : (16, 2) px, all views together; NaN for a joint outside the picture.
    views : (4, 16, 2) px, by each view; NaN where it found nobody.
    """

    pixels: Array
    views: Array


def found_in(person: int, picture: int) -> Found | None:
    """Where the joints were found; ``None`` where nobody was."""
    return _kept().get((person, picture))


def write(points: dict[tuple[int, int], Found]) -> None:
    """Keep the points by person and picture, as :mod:`.people` numbers them."""
    numbers = np.array(list(points), dtype=np.int32)
    with atomic(FILE) as temporary, temporary.open("wb") as file:
        pixels, views = (np.stack(each).astype(np.float32) for each in zip(*points.values(), strict=True))
        np.savez_compressed(file, seed=np.array(SEED), numbers=numbers, pixels=pixels, views=views)
    _kept.cache_clear()


@cache
def _kept() -> dict[tuple[int, int], Found]:
    arrays = read_arrays(FILE, "seed", "numbers", "pixels", "views", others=False)
    each = zip(*(arrays[name].astype(np.float64) for name in ("pixels", "views")), strict=True)
    return {
        (person, picture): Found(*one) for (person, picture), one in zip(arrays["numbers"].tolist(), each, strict=True)
    }
