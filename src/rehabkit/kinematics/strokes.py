"""What the repetition counter stands on: an even, despiked track; its turning points; the set's usual range.

Nothing here knows what a repetition is; :mod:`rehabkit.kinematics.excursions` and
:mod:`rehabkit.kinematics.repetitions` say that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError

Array = NDArray[np.float64]

SHORT_GAP_S = 0.5
"""A shorter gap is bridged in silence; nobody starts and ends a repetition within it."""
DESPIKE_S = 0.25
"""Width of the running median: removes spikes up to half as long, and keeps edges where they are."""
SPEED_S = 0.25
"""Width of the parabola that is fitted for the speed."""
HIGHEST_RATE_HZ = 60.0
"""Faster recordings are thinned to this: movement of a limb has nothing beyond it."""
ALIKE = 0.6
"""Two ranges are alike when the smaller is at least this share of the larger."""
AT_REST = 0.3
"""Nearer to rest than this share of its height, a movement has returned: the lower of the two thresholds."""
VOTE = 1.25
"""Power of its size with which a range votes: one outlier of three times the size does not outvote five."""


@dataclass(frozen=True)
class EvenTrack:
    """A signal on evenly spaced times.

    Parameters
    ----------
    time_s : (n_times,) seconds.
    value : (n_times,) despiked, gaps bridged by straight lines.
    gaps_s : (n_gaps, 2) start and end of the gaps too long to bridge in silence.
    noise : standard deviation from frame to frame, robustly from third differences: movement plays no part.
    """

    time_s: Array
    value: Array
    gaps_s: Array
    noise: float

    @property
    def step_s(self) -> float:
        """Seconds from one sample to the next."""
        return float(self.time_s[1] - self.time_s[0])

    def despiked(self, width_s: float) -> EvenTrack:
        """The same through a running median of this width."""
        return replace(self, value=_despiked(self.value, self.step_s, width_s))

    def at(self, moment_s: float) -> float:
        """Value at any moment, by the straight line between its neighbours."""
        return float(np.interp(moment_s, self.time_s, self.value))

    def speed(self) -> Array:
        """(n_times,) derivative by time, from a parabola fitted around each sample."""
        from scipy.signal import savgol_filter

        half = max(1, round(SPEED_S / 2 / self.step_s))
        if len(self.value) <= 2 * half:
            return np.asarray(np.gradient(self.value, self.step_s))
        return np.asarray(savgol_filter(self.value, 2 * half + 1, 2, deriv=1, delta=self.step_s))


def even_track(time_s: Array, signal: Array) -> EvenTrack | None:
    """Resample to an even rate, bridge gaps and remove spikes.

    Parameters
    ----------
    time_s : (n_times,) seconds, strictly increasing, any spacing.
    signal : (n_times,) any unit; NaN where not seen.

    Returns
    -------
    EvenTrack or None
        ``None`` when too little was seen to hold any movement.

    Raises
    ------
    RecordingError
        If the two differ in shape or the times do not increase.
    """
    time_s, signal = np.asarray(time_s, dtype=np.float64), np.asarray(signal, dtype=np.float64)
    if time_s.ndim != 1 or time_s.shape != signal.shape or not np.all(np.diff(time_s) > 0):
        raise RecordingError(
            "time_s and signal must be two axes of one length with increasing times, "
            f"got shapes {time_s.shape} and {signal.shape}; sort the samples first"
        )
    seen = np.isfinite(signal)
    if seen.sum() < 3:
        return None
    t, x = time_s[seen], signal[seen]
    step_s = max(float(np.median(np.diff(time_s))), 1.0 / HIGHEST_RATE_HZ)
    even_s = t[0] + step_s * np.arange(int((t[-1] - t[0]) / step_s + 1e-6) + 1)
    if len(even_s) < 3:
        return None
    before = np.flatnonzero(np.diff(t) > max(SHORT_GAP_S, 3.0 * step_s))
    gaps_s = np.column_stack([t[before], t[before + 1]])  # (gaps, 2)
    value = _despiked(np.interp(even_s, t, x), step_s, DESPIKE_S)
    noise = 1.4826 / np.sqrt(20.0) * float(np.median(np.abs(np.diff(x, 3)))) if len(x) > 3 else 0.0
    return EvenTrack(even_s, value, gaps_s, noise)


def turning_points(value: Array, threshold: float) -> list[int]:
    """Samples at which a signal turns by at least ``threshold``, alternately low and high.

    The first and the last extreme count too, though nothing turns before or after them.

    Parameters
    ----------
    value : (n_times,) any unit.
    threshold : in the same unit.

    Examples
    --------
    >>> turning_points(np.array([0.0, 0.1, 0.0, 5.0, 4.8, 5.1, 1.0, 3.0]), 1.0)
    [0, 5, 6, 7]
    """
    points: list[int] = []
    low = high = latest = 0  # latest: the extreme so far in the present direction
    rising: bool | None = None
    values = value.tolist()  # plain numbers: several times faster one by one
    for i, x in enumerate(values):
        if rising is None:
            low, high = (i if x < values[low] else low), (i if x > values[high] else high)
            if values[high] - values[low] >= threshold:
                rising, latest = high > low, max(low, high)
                points.append(min(low, high))
        elif x != values[latest] and (x > values[latest]) == rising:
            latest = i
        elif abs(x - values[latest]) >= threshold:
            points.append(latest)
            latest, rising = i, not rising
    return [*points, latest] if points else []


def usual_range(value: Array, minimum: float) -> float | None:
    """Range around which most of the movement happens; ``None`` when nothing moves by ``minimum``.

    First by the prominences of all peaks, so that ripples on a large movement do not break it up; then by how far
    each movement of about that size stands above the low points beside it, so that a drifting baseline does not
    add to the highest. Each range votes for those alike to it, a large one with more weight: one outlier does not
    outvote a set, nor a few fidgets the only repetition.

    Parameters
    ----------
    value : (n_times,) despiked signal.
    minimum : a smaller movement is no attempt; same unit.

    Examples
    --------
    >>> round(usual_range(np.array([0, 9, 0, 10, 0, 11, 0, 10, 0, 30, 0, 2, 0.0]), minimum=1.0), 6)
    10.0
    """
    from scipy.signal import find_peaks

    tilted = value + np.linspace(0.0, 1e-9 * np.ptp(value), len(value))  # of two equal tops one counts
    _, found = find_peaks(_from_and_to_rest(tilted), prominence=minimum)
    if not len(found["prominences"]):
        return None
    rough = _elected(np.asarray(found["prominences"]))
    local = _local_ranges(value, (1.0 - AT_REST) * rough)
    return _elected(local[local >= minimum]) if np.any(local >= minimum) else rough


def _elected(ranges: Array) -> float:
    alike = np.minimum.outer(ranges, ranges) >= ALIKE * np.maximum.outer(ranges, ranges)
    return float(np.median(ranges[alike[int(np.argmax(alike @ ranges**VOTE))]]))


def _local_ranges(value: Array, threshold: float) -> Array:
    """(n_peaks,) height of each peak over the higher of the low points beside it, or over the only one."""
    turns = value[turning_points(value, threshold)]
    beside = np.concatenate([[-np.inf], turns, [-np.inf]])
    above = turns - np.maximum(beside[:-2], beside[2:])
    return np.asarray(above[above > 0])


def _from_and_to_rest(value: Array) -> Array:
    """Pad both ends with the lowest value on that side of the top, as if the recording began and ended at rest.

    A side without rest, cut off on the way, gets the other side's.
    """
    top = int(np.argmax(value))
    lows = [float(np.min(side)) for side in (value[: top + 1], value[top:])]
    middle = 0.5 * (min(lows) + float(value[top]))
    left, right = (low if low < middle else min(lows) for low in lows)
    return np.concatenate([[left], value, [right]])


def _despiked(value: Array, step_s: float, width_s: float) -> Array:
    from scipy.ndimage import median_filter

    half = int(width_s / 2 / step_s + 1e-6)
    return np.asarray(median_filter(value, size=2 * half + 1, mode="nearest"), dtype=np.float64)
