"""Volume of what a surface encloses beyond a plane, from points with normals that see it from all round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEIGHBOURS = 13
"""From whose distance the area around a point is told."""
THIN_M = 0.0015
"""Side of cubes that hold one point each, so that views which overlap weigh no more than others."""


def areas(points: Array) -> Array:
    """(n,) m², the surface around each point: a disc to its k-th neighbour holds k − 0.5 points.

    Examples
    --------
    >>> grid = np.stack(np.meshgrid(np.arange(40.0), np.arange(40.0), [0.0]), axis=-1).reshape(-1, 3)
    >>> bool(abs(areas(grid)[820] - 1) < 0.1)  # one point a unit of area
    True
    """
    from scipy.spatial import cKDTree

    k = min(NEIGHBOURS, len(points))
    distance = cKDTree(points).query(points, k)[0][:, -1]
    around: Array = np.pi * distance**2 / (k - 0.5)
    return around


def beyond(points: Array, normals: Array, at: Array, direction: Array) -> float:
    """m³ on that side of a plane in which ``direction`` points.

    The divergence theorem, V = ⅓ ∮ (p − o)·n dA; with o on the plane, what the plane itself would add is 0.

    Parameters
    ----------
    points, normals : (n, 3) metres and out of the surface, thinned to even density.
    at, direction : (3,) of the plane.
    """
    area = areas(points)
    off = points - at
    kept = off @ direction > 0
    return float((area[kept] * (off[kept] * normals[kept]).sum(axis=1)).sum() / 3)
