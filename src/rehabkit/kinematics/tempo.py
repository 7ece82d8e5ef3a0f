"""Tempo: how long the phases of one repetition took."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NEAR_TARGET = 0.9
"""A repetition counts as held while the signal is beyond this share of its excursion."""


def phase_durations(time_s: Array, signal: Array, start_s: float, peak_s: float, end_s: float) -> dict[str, float]:
    """Seconds of going out, holding at the target and returning, within one repetition.

    Parameters
    ----------
    time_s : (n_times,) seconds.
    signal : (n_times,) the angle that tells repetitions apart, any unit; NaN where not seen.
    start_s, peak_s, end_s : boundaries and extreme of the repetition, seconds.

    Returns
    -------
    dict
        ``out``, ``hold`` and ``return``, which add up to ``end_s - start_s``; empty when the signal was not seen.

    Examples
    --------
    Two seconds out, three held, one back:

    >>> t = np.arange(0, 6.01, 0.01)
    >>> phases = phase_durations(t, np.interp(t, [0, 2, 5, 6], [0, 90, 90, 0]), 0, 3, 6)
    >>> {name: round(seconds, 1) for name, seconds in phases.items()}
    {'out': 1.8, 'hold': 3.3, 'return': 0.9}
    """
    inside = (time_s >= start_s) & (time_s <= end_s) & np.isfinite(signal)
    if inside.sum() < 3:
        return {}
    t, x = time_s[inside], signal[inside]
    rest, target = 0.5 * (x[0] + x[-1]), x[int(np.argmin(np.abs(t - peak_s)))]
    if np.isclose(rest, target):
        return {}
    held = np.flatnonzero((x - rest) / (target - rest) >= NEAR_TARGET)
    if not len(held):
        return {}
    enter_s, leave_s = float(t[held[0]]), float(t[held[-1]])
    return {"out": enter_s - start_s, "hold": leave_s - enter_s, "return": end_s - leave_s}
