"""Landmarks of many views of one person → the points that the views agree upon.

A network that was made for people who stand finds someone who lies well in most views and quite elsewhere in some. The
geometric median (Weiszfeld 1937) of a landmark stays with the many. How far the views lie apart says how far it is to
be trusted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ROUNDS, NEAREST_PX = 50, 0.5


def geometric_median(points: Array) -> Array:
    """(n_points, 2) places with the least sum of distances to the (n_views, n_points, 2) of the views; NaN where none.

    Examples
    --------
    >>> views = 10 * np.array([[[0.0, 0.0]], [[2.0, 0.0]], [[1.0, 1.0]], [[1.0, -1.0]], [[90.0, 0.0]]])
    >>> geometric_median(views)[0].round(1).tolist()  # the last view is of another limb
    [15.8, 0.0]
    """
    known = np.isfinite(points).all(axis=-1)
    places = np.where(known[..., None], points, 0.0)
    weight = known / np.maximum(known.sum(axis=0), 1)
    for _ in range(ROUNDS):
        middle = (weight[..., None] * places).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)[:, None]
        weight = known / np.maximum(np.linalg.norm(places - middle, axis=-1), NEAREST_PX)
    return np.where(known.any(axis=0)[:, None], middle, np.nan)


def voted(positions: Array, confidence: Array) -> tuple[Array, Array]:
    return geometric_median(positions), confidence.mean(axis=0)


def joints_of(points: Array, confidence: Array) -> tuple[Array, Array]:
    return points, confidence
