"""Where a pose network found the joints of rendered people: kept, since networks are trained where it isn't installed.

Written by benchmarks/lying_landmarks.py, with MediaPipe's large pose network on depth made visible.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.lying_people.people import SEED
from rehabkit.recordings.datasets.arrays import read_arrays
from rehabkit.recordings.files import atomic

Array = NDArray[np.float64]
FILE = Path(__file__).parents[1] / "landmarks" / "lying_people.npz"
N_PEOPLE, N_PICTURES = 120, 2
"""People who were looked at, the first ones, and pictures of each."""


def found_in(person: int, picture: int) -> Array | None:
    """(16, 2) px, NaN for a joint outside the picture; ``None`` where nobody was found."""
    return _kept().get((person, picture))


def write(points: dict[tuple[int, int], Array]) -> None:
    """Keep the points by person and picture, as :mod:`.people` numbers them."""
    numbers = np.array(list(points), dtype=np.int32)
    with atomic(FILE) as temporary, temporary.open("wb") as file:
        pixels = np.stack(list(points.values())).astype(np.float32)
        np.savez_compressed(file, seed=np.array(SEED), numbers=numbers, pixels=pixels)
    _kept.cache_clear()


@cache
def _kept() -> dict[tuple[int, int], Array]:
    arrays = read_arrays(FILE, "seed", "numbers", "pixels", others=False)
    points = zip(arrays["numbers"].tolist(), arrays["pixels"].astype(np.float64), strict=True)
    return {(person, picture): pixels for (person, picture), pixels in points}
