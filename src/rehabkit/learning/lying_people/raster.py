"""Triangles → depth picture, by a z-buffer: numpy only, made for many triangles of a few pixels each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.intrinsics import Intrinsics

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
NEAREST_M = 0.2
LARGEST_PX = 32
"""Triangles that are larger in the picture are left out: bodies and cloths have none."""


def rasterised(points: Array, triangles: Numbers, intrinsics: Intrinsics) -> tuple[Array, Numbers]:
    """Depth and triangle that each pixel's centre sees.

    Parameters
    ----------
    points : (n_points, 3) metres in camera axes.
    triangles : (n_triangles, 3) numbers of points.

    Returns
    -------
    depth : (rows, columns) metres along z, infinity where nothing is.
    triangle : (rows, columns) its number, -1 where nothing is.

    Examples
    --------
    >>> camera = Intrinsics(10.0, 10.0, 4.0, 4.0, 9, 9)
    >>> wall = np.array([[-0.5, -0.5, 2.0], [0.5, -0.5, 2.0], [-0.5, 0.5, 2.0]])
    >>> depth, number = rasterised(wall, np.array([[0, 1, 2]]), camera)
    >>> float(depth[4, 4]), int(number[4, 4]), float(depth[8, 8]), int(number[8, 8])
    (2.0, 0, inf, -1)
    """
    shape = intrinsics.height, intrinsics.width
    flat = intrinsics.project(points)[triangles]  # (n_triangles, 3, 2) px
    z = points[:, 2][triangles]
    low, high = np.ceil(flat.min(axis=1) - 1e-9), np.floor(flat.max(axis=1) + 1e-9)
    size = (high - low).max(axis=1) + 1
    inside = ((high >= 0) & (low < (shape[1], shape[0])) & (high >= low)).all(axis=1)
    shown = (z.min(axis=1) > NEAREST_M) & inside & (size <= LARGEST_PX)
    hits = [_hits(np.flatnonzero(shown & (size == side)), int(side), flat, z, low) for side in np.unique(size[shown])]
    return _nearest(hits, shape)


def _hits(of: Numbers, side: int, flat: Array, z: Array, low: Array) -> tuple[Numbers, Numbers, Array, Numbers]:
    """Column, row, depth and triangle of every pixel's centre that lies in one of the triangles."""
    step = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    pixel = low[of][:, None] + step  # (n, side², 2)
    a, b, c = (flat[of][:, None, corner] for corner in range(3))
    area = _cross(b - a, c - a)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.stack([_cross(c - b, pixel - b), _cross(a - c, pixel - c), _cross(b - a, pixel - a)]) / area
    row, place = np.nonzero((share >= -1e-9).all(axis=0))
    inverse = (share[:, row, place] / z[of[row]].T).sum(axis=0)  # 1/z is linear over the picture
    at = pixel[row, place].astype(np.int64)
    return at[:, 0], at[:, 1], 1 / inverse, of[row]


def _cross(first: Array, second: Array) -> Array:
    return np.asarray(first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0])


def _nearest(hits: list[tuple[Numbers, Numbers, Array, Numbers]], shape: tuple[int, int]) -> tuple[Array, Numbers]:
    depth, number = np.full(shape, np.inf), np.full(shape, -1, dtype=np.int64)
    if not hits:
        return depth, number
    column, row, z, triangle = (np.concatenate(part) for part in zip(*hits, strict=True))
    seen = (column >= 0) & (column < shape[1]) & (row >= 0) & (row < shape[0])
    column, row, z, triangle = column[seen], row[seen], z[seen], triangle[seen]
    far_first = np.argsort(-z, kind="stable")  # of equal pixels the last one written stays
    depth[row[far_first], column[far_first]] = z[far_first]
    number[row[far_first], column[far_first]] = triangle[far_first]
    return depth, number


def level_depth(rays: Array, camera: Array, height_m: float, half_m: tuple[float, float] | None = None) -> Array:
    """(…,) multiple of each ray at which it meets a level rectangle from above, infinity where it doesn't.

    Parameters
    ----------
    rays : (…, 3) directions from ``camera``, z up.
    half_m : half sides of the rectangle round the origin; without end if ``None``.

    Examples
    --------
    >>> level_depth(np.array([[0.5, 0.0, -1.0], [0.0, 0.0, 1.0]]), np.array([0.0, 0, 2]), 0.0, (0.5, 1.0))
    array([inf, inf])
    """
    falls = np.where(rays[..., 2] < -1e-9, rays[..., 2], np.nan)
    times = (height_m - camera[2]) / falls
    met = times > 0
    if half_m is not None:
        for axis, half in enumerate(half_m):
            met &= np.abs(camera[axis] + times * rays[..., axis]) <= half
    return np.where(met, times, np.inf)
