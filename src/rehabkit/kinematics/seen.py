"""Means over what was seen: NaN marks what wasn't."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def mean_seen(values: Array, axis: int = 0) -> Array:
    """Mean along an axis over the finite values; NaN where there is none.

    Parameters
    ----------
    values : any shape, any unit; NaN where not seen.
    axis : the axis that goes.

    Examples
    --------
    >>> mean_seen(np.array([[1.0, np.nan, np.nan], [3.0, 4.0, np.nan]]))
    array([ 2.,  4., nan])
    """
    n_seen = np.isfinite(values).sum(axis=axis)
    return np.asarray(np.where(n_seen > 0, np.nansum(values, axis=axis) / np.maximum(n_seen, 1), np.nan))
