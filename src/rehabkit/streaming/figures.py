"""Figures of a running stream in bounded memory: delays, and how long it was in each state."""

from __future__ import annotations

import math
from collections import Counter, deque

import numpy as np

KEPT = 100_000
"""Latest delays of which the percentiles are taken; the largest counts for ever."""


class Delays:
    """Delays with their median, 99th percentile and maximum.

    Examples
    --------
    >>> delays = Delays()
    >>> for ms in range(1, 101):
    ...     delays.add(ms / 1000)
    >>> delays.summary()
    {'n': 100, 'p50_ms': 50.5, 'p99_ms': 99.01, 'max_ms': 100.0}
    """

    def __init__(self) -> None:
        self._latest: deque[float] = deque(maxlen=KEPT)
        self._n, self._largest = 0, -math.inf

    def add(self, seconds: float) -> None:
        """One delay."""
        self._latest.append(seconds)
        self._n += 1
        self._largest = max(self._largest, seconds)

    @property
    def last_s(self) -> float | None:
        """The last one."""
        return self._latest[-1] if self._latest else None

    def summary(self) -> dict[str, float] | None:
        """In milliseconds; ``None`` where there is none."""
        if not self._latest:
            return None
        middle, high = np.percentile(np.array(self._latest), (50, 99)) * 1e3
        return {
            "n": self._n,
            "p50_ms": round(float(middle), 3),
            "p99_ms": round(float(high), 3),
            "max_ms": round(self._largest * 1e3, 3),
        }


class Durations:
    """How long something was in each state.

    Examples
    --------
    >>> lasted = Durations(0.0)
    >>> lasted.enter("running", 2.0), lasted.enter("running", 3.0), lasted.enter("signal lost", 5.0)
    (True, False, True)
    >>> lasted.summary(6.0)
    {'waiting': 2.0, 'running': 3.0, 'signal lost': 1.0}
    """

    def __init__(self, now_s: float, state: str = "waiting") -> None:
        self.state, self._since = state, now_s
        self._lasted: Counter[str] = Counter()

    def enter(self, state: str, now_s: float) -> bool:
        """Be in this state from now on; whether that is a change."""
        if state == self.state:
            return False
        self._lasted[self.state] += now_s - self._since  # type: ignore[assignment]
        self.state, self._since = state, now_s
        return True

    def summary(self, now_s: float) -> dict[str, float]:
        """Seconds in each state, in the order in which they came."""
        last = {self.state: self._lasted[self.state] + now_s - self._since}
        return {state: round(seconds, 3) for state, seconds in ({**self._lasted, **last}).items() if seconds > 0}
