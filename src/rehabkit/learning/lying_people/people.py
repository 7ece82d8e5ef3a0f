"""People by number: each with a shape, and pictures by number; the same numbers give the same pictures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rehabkit.learning.lying_people.body import shape_drawn
from rehabkit.learning.lying_people.scene import Rendered, Scene, View, rendered, scene_drawn, view_drawn

SEED = 20261129
BLANKETS, PILLOWS = 0.2, 0.3
"""Shares of pictures that have one."""


def shape_of(person: int, seed: int = SEED) -> dict[str, float]:
    """Anny's numbers of a person."""
    return shape_drawn(np.random.default_rng([seed, person]))


def drawn(
    person: int, picture: int, *, blanket: bool | None = None, pillow: bool | None = None, seed: int = SEED
) -> tuple[Scene, View, np.random.Generator]:
    """What is before the camera, where the camera is, and the generator of the sensor's noise.

    Parameters
    ----------
    person, picture : numbers from 0.
    blanket, pillow : whether there is one; by chance if ``None``. The person, pose and view are drawn alike.
    """
    rng = np.random.default_rng([seed, person, picture])
    by_chance = rng.random(2) < (BLANKETS, PILLOWS)
    with_blanket, with_pillow = (
        bool(c) if asked is None else asked for c, asked in zip(by_chance, (blanket, pillow), strict=True)
    )
    view = view_drawn(rng)
    scene = scene_drawn(shape_of(person, seed), rng, blanket=with_blanket, pillow=with_pillow)
    return scene, view, rng


def pictures(person: int, n_pictures: int, *, seed: int = SEED) -> Iterator[Rendered]:
    """Yield a person's pictures."""
    for picture in range(n_pictures):
        yield rendered(*drawn(person, picture, seed=seed))
