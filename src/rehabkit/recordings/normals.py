"""Which way a surface faces at each point of a cloud."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_AT_ONCE = 100_000
"""Points whose neighbourhoods are held in memory together: 16 neighbours of these take 40 MB."""


def estimated(points: Array, viewpoint: Array, k: int) -> Array:
    """(n_points, 3) unit normals: the direction in which the k nearest points vary least, turned to the viewpoint.

    Principal component analysis of each neighbourhood (Hoppe et al., SIGGRAPH 1992). A single point, and points on one
    line, have no surface: theirs look at the viewpoint.

    Parameters
    ----------
    points : (n_points, 3) metres.
    viewpoint : (3,) metres, where the sensor was.
    k : neighbours, the point itself among them.

    Examples
    --------
    >>> flat = np.array([[x, y, 2.0] for x in (0.0, 0.1, 0.2) for y in (0.0, 0.1, 0.2)])
    >>> bool(np.allclose(estimated(flat, np.zeros(3), 5), [0, 0, -1]))  # the sensor is at z = 0, before it
    True
    """
    from scipy.spatial import cKDTree

    toward = viewpoint - points
    found: Array = toward / np.maximum(np.linalg.norm(toward, axis=1, keepdims=True), 1e-12)
    k = min(k, len(points))
    if k < 3:
        return found
    tree = cKDTree(points)
    for start in range(0, len(points), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        near = points[tree.query(points[part], k)[1]]  # (n_part, k, 3)
        near = near - near.mean(axis=1, keepdims=True)
        values, vectors = np.linalg.eigh(near.swapaxes(1, 2) @ near)  # ascending
        surface = values[:, 1] > 1e-9 * np.maximum(values[:, 2], 1e-30)
        normal = vectors[..., 0]
        away = (normal * toward[part]).sum(axis=1) < 0
        normal = np.where(away[:, None], -normal, normal)
        found[part] = np.where(surface[:, None], normal, found[part])
    return found
