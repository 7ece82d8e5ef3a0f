"""What a hand's landmarks say of where its skin is: the picture's own colours around them, and how near they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.imaging.colours import Array, Picture
from rehabkit.imaging.skin import BONE, bone_distance, likelihood

REACH = 0.5
"""Lengths of the palm in which nearness falls to 1/e."""
UNKNOWN = (0.5, 0.0)
"""Hints where no landmarks are known: any colour is as likely, nothing is near."""


def hints(rgb: Picture, points_px: Array | None) -> NDArray[np.float32]:
    """(rows, columns, 2) likelihood of each pixel's colour, and its nearness to the hand's bones, 0 to 1.

    Parameters
    ----------
    rgb : (rows, columns, 3) uint8.
    points_px : (21, 2) x, y of a hand's landmarks in MediaPipe's order; ``None`` or NaN where they aren't known.

    Examples
    --------
    >>> hints(np.zeros((1, 2, 3), np.uint8), None).tolist()
    [[[0.5, 0.0], [0.5, 0.0]]]
    """
    size = rgb.shape[:2]
    if points_px is None or not np.isfinite(points_px).all():
        return np.tile(np.array(UNKNOWN, dtype=np.float32), (*size, 1))
    distance = bone_distance(points_px, size)
    colour = likelihood(rgb, distance <= BONE)
    return np.stack([colour, np.exp(-distance / REACH)], axis=-1).astype(np.float32)
