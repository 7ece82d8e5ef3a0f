"""Fewer points of a cloud: evenly by distance, one a box, or at random; places are given, for labels to come along."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]


def farthest(points: Array, n: int, seed: int = 0) -> Places:
    """(n,) places: each next point is the one farthest from all that are chosen (Eldar et al., IEEE TIP 1997).

    Parameters
    ----------
    points : (n_points, 3) metres, at least ``n``.
    seed : chooses the first.

    Examples
    --------
    >>> line = np.array([[0.0, 0, 0], [0.1, 0, 0], [0.5, 0, 0], [1.0, 0, 0]])
    >>> sorted(farthest(line, 3).tolist())
    [0, 2, 3]
    """
    chosen = np.empty(n, dtype=np.intp)
    chosen[0] = np.random.default_rng(seed).integers(len(points))
    x, y, z = (np.ascontiguousarray(column) for column in points.T)
    nearest = np.full(len(points), np.inf)  # squared distance to what is chosen
    for i in range(1, n):
        last = chosen[i - 1]
        np.minimum(nearest, (x - x[last]) ** 2 + (y - y[last]) ** 2 + (z - z[last]) ** 2, out=nearest)
        chosen[i] = np.argmax(nearest)
    return chosen


def one_a_box(points: Array, side_m: float) -> Places:
    """Places in order, of the first point in each occupied cube of this side.

    Examples
    --------
    >>> one_a_box(np.array([[0.0, 0, 0], [0.4, 0, 0], [1.2, 0, 0]]), 1.0).tolist()
    [0, 2]
    """
    boxes = np.floor((points - points.min(axis=0)) / side_m).astype(np.int64)
    return np.sort(np.unique(boxes, axis=0, return_index=True)[1]).astype(np.intp)


def at_random(n_points: int, n: int, seed: int = 0) -> Places:
    """(n,) places in order, each at most once.

    Examples
    --------
    >>> len(set(at_random(100, 30).tolist()))
    30
    """
    return np.sort(np.random.default_rng(seed).choice(n_points, n, replace=False)).astype(np.intp)
