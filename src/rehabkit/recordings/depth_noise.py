"""What a depth picture makes up: pixels that fly between an edge and what is behind it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
SUPPORT = 3
"""Neighbours of eight at a like distance that a pixel of a surface has at least; on a straight edge there are five."""
LIKE = 0.03
"""Share of the distance by which neighbours on one surface differ at most: 3 cm at 1 m, a steep slope."""


def flying(depth: Array, like: float = LIKE, support: int = SUPPORT) -> Mask:
    """(rows, columns) whether a pixel has a distance that too few of its neighbours share.

    Time-of-flight cameras mix the light of a near edge and a far ground in one pixel, which then floats between both.

    Parameters
    ----------
    depth : (rows, columns) metres, NaN where there is none.
    like : share of its distance by which neighbours on one surface may differ.
    support : neighbours of eight that must be alike.

    Examples
    --------
    >>> step = np.full((5, 6), 1.0)
    >>> step[:, 3] = 1.5  # between ...
    >>> step[:, 4:] = 2.0  # ... and behind
    >>> np.flatnonzero(flying(step).any(axis=0)).tolist()
    [3]
    """
    padded = np.pad(depth, 1, constant_values=np.nan)
    rows, columns = depth.shape
    alike = np.zeros(depth.shape, dtype=np.int64)
    inside = np.zeros(depth.shape, dtype=np.int64)
    frame = np.pad(np.ones(depth.shape, dtype=np.int64), 1)
    for down in (0, 1, 2):
        for right in (0, 1, 2):
            if (down, right) != (1, 1):
                there = np.s_[down : down + rows, right : right + columns]
                with np.errstate(invalid="ignore"):
                    alike += np.abs(padded[there] - depth) <= like * depth
                inside += frame[there]
    needed = np.minimum(support, inside * support // 8 + (inside < 8))
    result: Mask = np.isfinite(depth) & (alike < needed)
    return result
