"""How a value changes over a set, and between left and right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Trend:
    """A straight line through the values of successive repetitions.

    Parameters
    ----------
    slope : change from one repetition to the next, in the values' unit.
    low, high : limits of the slope's 95 % interval; infinite when there are too few values for one.
    start, end : the line at the first and the last repetition.
    """

    slope: float
    low: float
    high: float
    start: float
    end: float


def theil_sen(values: Array) -> Trend:
    """Trend over successive repetitions that one odd repetition does not bend.

    The slope is the median of the slopes of all pairs, its interval Sen's (from the distribution of Kendall's
    rank statistic), so nothing is assumed of the scatter but that it is alike for all repetitions.

    Parameters
    ----------
    values : (n_repetitions,) one value each; NaN where there is none: its place still counts.

    Returns
    -------
    Trend
        All NaN when fewer than two values are there.

    References
    ----------
    Theil, Indag. Math. 12:85-91, 1950; Sen, J. Am. Stat. Assoc. 63:1379-1389, 1968.

    Examples
    --------
    >>> trend = theil_sen(np.array([90.0, 88.0, 86.0, 20.0, 82.0, 80.0]))
    >>> trend.slope, trend.start, trend.end
    (-2.0, 90.0, 80.0)
    """
    from scipy.stats import theilslopes

    values = np.asarray(values, dtype=np.float64)
    number = np.arange(len(values), dtype=np.float64)
    seen = np.isfinite(values)
    if seen.sum() < 2:
        return Trend(*(float("nan"),) * 5)
    y, x = values[seen], number[seen]
    slope, _, low, high = (float(v) for v in theilslopes(y, x, alpha=0.95))
    if seen.sum() < 5:  # even a perfect order of four values has p = 2/4! > 0.05: no interval of 95 %
        low, high = -np.inf, np.inf
    start = float(np.median(y - slope * x))
    return Trend(slope, low, high, start, start + slope * (len(values) - 1))


def drift(values: Array) -> float:
    """Change over the whole set, in the values' unit: end minus start of the Theil–Sen line.

    NaN for fewer than two values.

    Examples
    --------
    >>> drift(np.array([90.0, 88.0, 86.0, 84.0]))
    -6.0
    """
    trend = theil_sen(values)
    return trend.end - trend.start


def symmetry_index(left: float, right: float) -> float:
    """Difference between the sides in percent of their mean: 0 alike, positive when the left is larger.

    ``100 · (L - R) / (½ (|L| + |R|))``: Robinson's index with its sign kept, between -200 and 200. Near zero
    range on both sides it is meaningless: state the difference itself first.

    Parameters
    ----------
    left, right : the same value on each side, one unit.

    Returns
    -------
    float
        Percent; NaN when both are 0 or one is missing.

    References
    ----------
    Robinson, Herzog, Nigg, J. Manipulative Physiol. Ther. 10(4):172-176, 1987.

    Examples
    --------
    >>> symmetry_index(110.0, 90.0)
    20.0
    """
    mean = 0.5 * (abs(left) + abs(right))
    return 100.0 * (left - right) / mean if mean > 0 else float("nan")
