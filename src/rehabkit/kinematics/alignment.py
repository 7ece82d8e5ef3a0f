"""Two sequences of angles laid side by side: dynamic time warping, so that pace doesn't count as a difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError

Array = NDArray[np.float64]

BAND = 0.25
"""Half-width of the Sakoe-Chiba band, as a share of the sequence: no instant is matched with one farther off."""
LONGEST = 1000
"""Longer sequences take seconds and gain nothing: sample them down first."""


def differences(first: Array, second: Array) -> Array:
    """(n, m) mean absolute difference of every pair of instants, over the angles that both have, degrees.

    Parameters
    ----------
    first, second : (n, n_angles) and (m, n_angles) degrees; NaN where not seen. Where two instants share no
        angle they cost the mean of all others, so that a gap neither draws nor drives off the path.

    Raises
    ------
    InputError
        If the angles differ in number, or no two instants share one.

    Examples
    --------
    >>> differences(np.array([[0.0, np.nan], [10.0, 4.0]]), np.array([[4.0, 0.0]]))
    array([[4.],
           [5.]])
    """
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise InputError(
            f"sequences must be instants by angles with as many angles each, got {first.shape} and {second.shape}"
        )
    apart = np.abs(short_way(first[:, None] - second[None]))  # (n, m, angle)
    shared = np.isfinite(apart)
    count = shared.sum(axis=2)
    if not count.any():
        raise InputError("sequences must share an angle at some instant, got none; compare other recordings")
    cost = np.where(shared, apart, 0.0).sum(axis=2) / np.maximum(count, 1)
    return np.asarray(np.where(count > 0, cost, cost[count > 0].mean()))


def short_way(turn_deg: Array) -> Array:
    """Turns of any size as those of -180 to 180 degrees that lead to the same place.

    Examples
    --------
    >>> short_way(np.array([-305.0, 20.0]))
    array([55., 20.])
    """
    return np.asarray((turn_deg + 180) % 360 - 180)


def warp(cost: Array, band: float = BAND) -> NDArray[np.intp]:
    """The cheapest way through a table of differences (Sakoe & Chiba 1978, symmetric steps, no slope weight).

    Parameters
    ----------
    cost : (n, m) at least 0.
    band : half-width of the corridor around the straight line from corner to corner, as a share of its length.

    Returns
    -------
    (n_steps, 2)
        Row and column of each step, from (0, 0) to (n - 1, m - 1); neither ever goes back.

    Raises
    ------
    InputError
        If a side is empty or longer than 1000.

    Examples
    --------
    >>> slow, quick = np.array([0.0, 0.0, 5.0, 5.0]), np.array([0.0, 5.0])
    >>> warp(np.abs(slow[:, None] - quick[None])).tolist()
    [[0, 0], [1, 0], [2, 1], [3, 1]]
    """
    n, m = cost.shape
    if not 0 < n <= LONGEST or not 0 < m <= LONGEST:
        raise InputError(f"sequences to align must have 1 to {LONGEST} instants, got {n} and {m}; sample them down")
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0.0
    for i in range(n):
        low, high = _corridor(i, n, m, band)
        above = np.minimum(total[i, low:high], total[i, low + 1 : high + 1])  # from the row before
        left = np.inf
        for j in range(low, high):
            left = total[i + 1, j + 1] = cost[i, j] + min(float(above[j - low]), left)
    return _back(total)


def _corridor(i: int, n: int, m: int, band: float) -> tuple[int, int]:
    """First and one past the last column allowed in row ``i``; rows overlap, so that there is always a way."""
    step = m / n
    middle, half = (i + 0.5) * step, max(band * m, step, 1.0)
    return max(0, int(np.floor(middle - half))), min(m, int(np.ceil(middle + half)))


def _back(total: Array) -> NDArray[np.intp]:
    """The path that led to the last corner; of equal ways the diagonal one."""
    i, j = total.shape[0] - 1, total.shape[1] - 1
    path = [(i - 1, j - 1)]
    while (i, j) != (1, 1):
        ways = ((i - 1, j - 1), (i - 1, j), (i, j - 1))
        i, j = min(ways, key=lambda at: total[at])
        path.append((i - 1, j - 1))
    return np.array(path[::-1], dtype=np.intp)
