"""Volume of what a surface encloses beyond a plane, from points with normals that see it from all round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
AROUND_M = 0.006
"""In which the points around one are counted: wide beside a sensor's noise, narrow beside a finger."""
THIN_M = 0.0015
"""Side of cubes that hold one point each, so that views which overlap weigh no more than others."""


def areas(points: Array, normals: Array) -> Array:
    """(n,) m², the surface around each point: that of a disc, shared by the points in it that look the same way.

    On a ball, as much of the surface lies within a distance as on a plane; what looks the other way is the next finger
    or the other side.

    Examples
    --------
    >>> x, y = np.meshgrid(np.arange(-20, 21) * 1e-3, np.arange(-20, 21) * 1e-3)
    >>> flat = np.stack([x, y, 0 * x], axis=-1).reshape(-1, 3)
    >>> around = areas(flat, np.tile([0.0, 0.0, 1.0], (len(flat), 1)))
    >>> round(float(around[len(flat) // 2] * 1e6), 2)  # mm2, of a point a mm2
    1.0
    """
    from scipy.spatial import cKDTree

    pairs = cKDTree(points).query_pairs(AROUND_M, output_type="ndarray")
    alike = (normals[pairs[:, 0]] * normals[pairs[:, 1]]).sum(axis=1) > 0
    shared = 1 + np.bincount(pairs[alike].ravel(), minlength=len(points))
    around: Array = np.pi * AROUND_M**2 / shared
    return around


def beyond(points: Array, normals: Array, at: Array, direction: Array) -> float:
    """m³ on that side of a plane in which ``direction`` points.

    The divergence theorem, V = ⅓ ∮ (p − o)·n dA; with o on the plane, what the plane itself would add is 0.

    Parameters
    ----------
    points, normals : (n, 3) metres and out of the surface, thinned to even density.
    at, direction : (3,) of the plane.
    """
    area = areas(points, normals)
    off = points - at
    kept = off @ direction > 0
    return float((area[kept] * (off[kept] * normals[kept]).sum(axis=1)).sum() / 3)
