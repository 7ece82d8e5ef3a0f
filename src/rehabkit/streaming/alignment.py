"""One time for several devices: each device's clock as a straight line of this computer's, with what is left over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehabkit.errors import InputError
from rehabkit.streaming.rates import MOST, slope
from rehabkit.streaming.sources import Array, Chunk

MOST_PAIRS = 8192
"""Of which every second one is dropped when there are more."""


@dataclass(frozen=True)
class ClockFit:
    """Device time → common time: ``common = origin_s + (1 + drift) * (device - device_origin_s)``.

    Parameters
    ----------
    origin_s, device_origin_s : the same moment on both clocks.
    drift_ppm : by how many millionths the common clock goes faster than the device's.
    residual_median_ms, residual_p99_ms : distance of the single pairs from the line.
    n_pairs, duration_s : what it was fitted on.
    """

    origin_s: float
    device_origin_s: float
    drift_ppm: float
    residual_median_ms: float
    residual_p99_ms: float
    n_pairs: int
    duration_s: float

    @property
    def offset_s(self) -> float:
        """Common time minus device time, at the beginning."""
        return self.origin_s - self.device_origin_s

    def common_s(self, device_s: Array) -> Array:
        """(n,) device time → (n,) common time, seconds."""
        rate = 1.0 + self.drift_ppm * 1e-6
        return self.origin_s + rate * (np.asarray(device_s, dtype=np.float64) - self.device_origin_s)


def fit(device_s: Array, common_s: Array) -> ClockFit:
    """The line through pairs of times, by the median of slopes: late packets don't pull at it.

    What all packets have in common, the delay from the sensor to this computer, stays in the offset: no fit can
    take it out. Times that are no numbers are left out.

    Parameters
    ----------
    device_s, common_s : (n,) seconds, the same moments on both clocks.

    Raises
    ------
    InputError
        If there are fewer than ten pairs, or the device's time stands still.

    Examples
    --------
    >>> device = np.arange(100.0)
    >>> found = fit(device, 7.0 + 1.0001 * device)
    >>> round(found.offset_s, 6), round(found.drift_ppm, 3), round(found.residual_p99_ms, 6)
    (7.0, 100.0, 0.0)
    """
    device, common = (np.asarray(one, dtype=np.float64).ravel() for one in (device_s, common_s))
    whole = np.isfinite(device) & np.isfinite(common)
    device, common = device[whole], common[whole]
    if len(device) < 10 or not np.ptp(device) > 0:
        raise InputError(
            f"clocks must be compared at ten different times or more, got {len(np.unique(device))}; stream longer"
        )
    start, common_start = float(device[0]), float(common[0])
    x, y = device - start, common - common_start  # small numbers: seconds since 1970 would eat the digits
    some = np.unique(np.linspace(0, len(x) - 1, MOST).astype(int))
    rate = slope(x[some], y[some]) if np.ptp(x[some]) > 0 else slope(x, y)
    shift = float(np.median(y - rate * x))
    off_ms = 1e3 * np.abs(y - rate * x - shift)
    return ClockFit(
        common_start + shift,
        start,
        (rate - 1.0) * 1e6,
        float(np.median(off_ms)),
        float(np.percentile(off_ms, 99)),
        len(x),
        float(np.ptp(x)),
    )


class ClockPairs:
    """When packets were stamped and when they came, in bounded memory: what :func:`fit` takes.

    Of a packet its last sample counts: it waited least.
    """

    def __init__(self) -> None:
        self._every, self._seen = 1, 0
        self._pairs: list[tuple[float, float]] = []

    def add(self, chunk: Chunk) -> None:
        """One packet."""
        if self._seen % self._every == 0:
            self._pairs.append((float(chunk.device_s[-1]), chunk.arrived_s))
        self._seen += 1
        if len(self._pairs) > MOST_PAIRS:
            self._pairs = self._pairs[::2]
            self._every *= 2

    def fit(self) -> ClockFit | None:
        """The device's clock against this computer's; ``None`` where there is too little."""
        if not self._pairs:
            return None
        device, host = np.array(self._pairs).T
        try:
            return fit(device, host)
        except InputError:
            return None
