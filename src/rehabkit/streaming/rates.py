"""How fast a device's clock really runs: slopes that lost packets and jitter don't pull at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MOST = 128
"""Points kept; beyond, every second one is dropped, so that they span the whole time."""

POINTS_AT_START, SPAN = 31, 5
"""Of which a rate is measured at the start, a tenth of a second apart, and how many make one span."""


def slope(x: Array, y: Array) -> float:
    """Median of the slopes between all pairs of points (Theil 1950, Sen 1968): up to 29 % may be wrong.

    Parameters
    ----------
    x, y : (n,) n at least 2, x not all alike.

    Examples
    --------
    >>> slope(np.arange(5.0), np.array([0.0, 2.0, 4.0, 60.0, 8.0]))
    2.0
    """
    first, second = np.triu_indices(len(x), 1)
    run = x[second] - x[first]
    apart = run != 0
    return float(np.median((y[second] - y[first])[apart] / run[apart]))


class RateLog:
    """Times of samples against their number, in bounded memory.

    Parameters
    ----------
    rate_hz : as stated; a point is kept every tenth of a second at first.
    """

    def __init__(self, rate_hz: float) -> None:
        self._every = max(1, round(rate_hz / 10))
        self._points: list[tuple[int, float]] = []

    def add(self, number: int, time_s: float) -> None:
        """The time of one sample, numbers rising."""
        if number % self._every:
            return
        self._points.append((number, time_s))
        if len(self._points) > MOST:
            self._every *= 2
            self._points = [point for point in self._points if point[0] % self._every == 0]

    @property
    def duration_s(self) -> float:
        """From the first point to the last."""
        return self._points[-1][1] - self._points[0][1] if self._points else 0.0

    def rate_hz(self) -> float | None:
        """Samples a second; ``None`` before there are ten points, or where time stands still."""
        if len(self._points) < 10:
            return None
        numbers, times = np.array(self._points, dtype=np.float64).T
        period = slope(numbers, times)
        return 1.0 / period if period > 0 else None


class StartRate:
    """The rate in the first three seconds, counted from what came, whatever its times say of gaps."""

    def __init__(self, rate_hz: float) -> None:
        self._every, self._seen = max(1, round(rate_hz / 10)), 0
        self._times: list[float] = []
        self._rate_hz: float | None = None

    def add(self, time_s: float) -> None:
        """The time of one more sample."""
        if self._rate_hz is None and self._seen % self._every == 0:
            self._times.append(time_s)
            if len(self._times) == POINTS_AT_START:
                spans = np.array(self._times[SPAN:]) - np.array(self._times[:-SPAN])
                middle = float(np.median(spans))
                self._rate_hz = SPAN * self._every / middle if middle > 0 else float("inf")
        self._seen += 1

    def rate_hz(self) -> float | None:
        """Median over spans of half a second, so that one gap does not count; ``None`` before the time is over."""
        return self._rate_hz
