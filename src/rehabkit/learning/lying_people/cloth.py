"""Blanket and pillow as heights above the mattress: the hard variant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
CELL_M = 0.02
HALF_M = (1.0, 1.3)
"""Half sides of the part of the bed that cloth is computed on: across, along."""
PILLOW_M = (0.33, 0.22)
"""Half sides of a pillow, across and along."""


def grid() -> tuple[Array, Array]:
    """(rows, columns) places across and along the bed, metres."""
    x, y = (np.arange(-half, half + CELL_M / 2, CELL_M) for half in HALF_M)
    across, along = np.meshgrid(x, y)
    return across, along


def envelopes(skin: Array) -> tuple[Array, Array]:
    """(rows, columns) lowest and highest point of the body over each cell; infinity and minus infinity where none.

    Parameters
    ----------
    skin : (n_points, 3) metres across, along, up.
    """
    from scipy.ndimage import grey_closing, grey_opening

    shape = grid()[0].shape
    cell = np.round((skin[:, :2] + HALF_M) / CELL_M).astype(np.int64)
    inside = ((cell >= 0) & (cell < (shape[1], shape[0]))).all(axis=1)
    column, row = cell[inside].T
    low, high = np.full(shape, np.inf), np.full(shape, -np.inf)
    np.minimum.at(low, (row, column), skin[inside, 2])
    np.maximum.at(high, (row, column), skin[inside, 2])
    return grey_opening(low, 3), grey_closing(high, 3)  # cells between two points of the skin


def pillow(skin: Array, head: Array, height_m: float) -> Array:
    """(rows, columns) metres: highest in the middle, pressed in where the body lies on it; NaN beside it.

    Parameters
    ----------
    head : (3,) where its middle is.
    """
    across, along = grid()
    out = (np.abs(across - head[0]) / PILLOW_M[0]) ** 4 + (np.abs(along - head[1] - 0.04) / PILLOW_M[1]) ** 4
    bulge = height_m * np.sqrt(np.clip(1 - out, 0, None))
    pressed = np.minimum(bulge, envelopes(skin)[0] - 0.004)
    return np.where((out < 1) & (pressed > 0), pressed, np.nan)


def blanket(skin: Array, hem_m: float, slant: float, thickness_m: float, rng: np.random.Generator) -> Array:
    """(rows, columns) metres of a blanket's upper side; NaN where it doesn't reach.

    It lies on the highest points of the body, hangs between them and has folds.

    Parameters
    ----------
    hem_m : how far towards the head it reaches, along the bed.
    slant : of its hem, metres along for a metre across.
    """
    from scipy.ndimage import gaussian_filter, maximum_filter

    across, along = grid()
    high = np.clip(envelopes(skin)[1], 0, None)
    wide = rng.uniform(1.5, 3.5)
    hung = gaussian_filter(maximum_filter(high, int(2 * wide) + 1), wide)
    folds = gaussian_filter(rng.normal(size=across.shape), rng.uniform(2, 5))
    folds *= rng.uniform(0.002, 0.008) / folds.std()
    top = np.maximum(hung + folds, high + 0.003) + thickness_m
    reaches = (along < hem_m + slant * across) & (np.abs(across) < rng.uniform(0.55, 0.9))
    return np.where(reaches, top, np.nan)


def mesh(height: Array) -> tuple[Array, Numbers]:
    """Points (n, 3) across, along, up, and triangles (m, 3), of those cells that have all four corners."""
    across, along = grid()
    points = np.stack([across, along, np.nan_to_num(height)], axis=-1).reshape(-1, 3)
    number = np.arange(len(points)).reshape(height.shape)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    corners = np.stack([a, b, c, d], axis=-1).reshape(-1, 4)
    whole = corners[np.isfinite(height.ravel()[corners]).all(axis=1)]
    return points, np.concatenate([whole[:, [0, 1, 2]], whole[:, [1, 3, 2]]])
