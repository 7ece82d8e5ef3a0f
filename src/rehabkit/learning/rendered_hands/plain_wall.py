"""Hands before a plain wall: what isn't wall is hand. A mask for photographs that nobody marked, good but not true."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.imaging.colours import Picture, ycbcr
from rehabkit.imaging.masks import Mask, largest
from rehabkit.imaging.skin import otsu

Array = NDArray[np.float64]
ROUNDS = 2
SHARE = (0.06, 0.6)
"""Of the picture that a hand takes; masks beyond are failures."""
CHROMA = 2.5
"""How much more a step in Cb and Cr counts than one in Y: shadows on the wall are steps in Y."""


def apart_from_wall(rgb: Picture) -> Mask | None:
    """(rows, columns) where the colour is far from the wall's, a smooth surface fitted to what is wall.

    The wall's colour is a polynomial of second degree of place, first fitted to the border but the lower one, where
    the arm comes in, then to all that wasn't hand. ``None`` where no sensible mask comes out.

    Parameters
    ----------
    rgb : (rows, columns, 3) uint8.
    """
    pixels = ycbcr(rgb) * [1.0, CHROMA, CHROMA]
    size = rgb.shape[:2]
    wall = np.ones(size, dtype=bool)
    wall[size[0] // 10 :, size[1] // 10 : -(size[1] // 10)] = False
    wall[-size[0] // 4 :] = False
    terms = _terms(size)
    for _ in range(ROUNDS):
        surface = terms @ np.linalg.lstsq(terms[wall], pixels[wall], rcond=None)[0]
        far = np.linalg.norm(pixels - surface, axis=-1)
        beyond = far > otsu(np.minimum(far, 255.0))
        hand = largest(beyond) & beyond  # wall between thumb and finger stays wall
        wall = ~hand
    return hand if SHARE[0] <= hand.mean() <= SHARE[1] else None


def _terms(size: tuple[int, int]) -> Array:
    """(rows, columns, 6) 1, x, y, x², xy, y² of each pixel, -1 to 1."""
    y, x = (2 * axis / (n - 1) - 1 for axis, n in zip(np.indices(size), size, strict=True))
    return np.stack([np.ones(size), x, y, x * x, x * y, y * y], axis=-1)
