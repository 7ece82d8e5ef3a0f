"""Partial poses: how far a hand is on its way from a relaxed hand to a gesture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def progress(straight: Array, from_straight: Array, to_straight: Array) -> float:
    """Share of the way from one posture to another that the fingers have gone, 0 to 1.

    The hand is projected on the line between the two postures, so that fingers that both hold alike don't count.

    Parameters
    ----------
    straight, from_straight, to_straight : (5,) how straight each finger is
        (:func:`rehabkit.kinematics.hand.extensions`).

    Examples
    --------
    >>> fist, relaxed = np.zeros(5), np.full(5, 0.6)
    >>> round(progress(np.full(5, 0.3), relaxed, fist), 3)
    0.5
    """
    way = to_straight - from_straight
    length = float(way @ way)
    return 1.0 if length < 1e-9 else float(np.clip((straight - from_straight) @ way / length, 0.0, 1.0))
