"""Times of samples → one rate: even within half a step, gaps counted, anything else refused by name."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.biosignal import Array

MOST_MISSING = 0.1
"""Share of the samples that may be missing in gaps."""


class Even(NamedTuple):
    """``places`` (n_times,) of the samples on an even grid at ``rate_hz``, and notes on the gaps between them."""

    rate_hz: float
    places: NDArray[np.int64]
    notes: tuple[str, ...]


def even(time_s: Array) -> Even:
    """Where each sample lies on the even grid that fits the times best.

    A step of more than one and a half usual ones is a gap. The times may be rounded, or jitter, by up to half a step.

    Parameters
    ----------
    time_s : (n_times,) seconds that increase.

    Raises
    ------
    RecordingError
        If there are fewer than three samples, the clock wanders off the grid, or a tenth or more is missing.

    Examples
    --------
    >>> found = even(np.delete(np.arange(40) / 10, [20, 21]))
    >>> found.rate_hz, found.places[18:22].tolist(), found.notes
    (10.0, [18, 19, 22, 23], ('gap of 0.3 s after 1.9 s: 2 samples missing',))
    """
    if len(time_s) < 3:
        raise RecordingError(f"file must have at least three samples, got {len(time_s)}; export the recording again")
    usual = float(np.median(np.diff(time_s)))
    ratio = np.diff(time_s) / usual
    if float(ratio.max()) > 1e7:
        raise RecordingError(f"times must belong to one recording, got a step of {np.diff(time_s).max():.3g} s; cut it")
    steps = np.maximum(np.rint(ratio), 1).astype(np.int64)
    places = np.concatenate([[0], np.cumsum(steps)])
    slope, level = np.polyfit(places, time_s - time_s[0], 1)
    away = (time_s - time_s[0] - level) / slope - places if slope > 0 else np.full(len(time_s), np.inf)
    worst = int(np.argmax(np.abs(away)))
    if not abs(away[worst]) <= 0.75:  # half a step, and what a rounded end adds to the fit
        raise RecordingError(
            f"sampling must be even, got a sample {abs(away[worst]):.2g} steps of {usual:.4g} s off at "
            f"{time_s[worst]:.4g} s: the clock jumps or its rate changes; cut the recording there, or resample it"
        )
    n_missing = int((steps - 1).sum())
    if n_missing > MOST_MISSING * (places[-1] + 1):
        raise RecordingError(
            f"samples must be there for nine tenths of the time, got {n_missing} missing of {places[-1] + 1}, "
            f"the longest gap {np.diff(time_s).max():.4g} s after {time_s[int(steps.argmax())]:.4g} s; cut at the gaps"
        )
    gaps = np.flatnonzero(steps > 1)
    notes = [
        f"gap of {time_s[i + 1] - time_s[i]:.4g} s after {time_s[i]:.4g} s: {steps[i] - 1} samples missing"
        for i in gaps[:10]
    ]
    if len(gaps) > 10:
        notes.append(f"and {len(gaps) - 10} more gaps")
    return Even(float(f"{1 / slope:.6g}"), places, tuple(notes))


def spread(values: Array, places: NDArray[np.int64]) -> Array:
    """(n_times, n_channels) on the even grid, NaN where a sample is missing.

    Examples
    --------
    >>> spread(np.array([[1.0], [2.0]]), np.array([0, 2])).ravel()
    array([ 1., nan,  2.])
    """
    if len(places) == places[-1] + 1:
        return values
    whole = np.full((int(places[-1]) + 1, values.shape[1]), np.nan)
    whole[places] = values
    return whole


def agreed_rate(own_hz: float | None, stated: dict[str, float | None], what: str) -> float:
    """The rate, where those who say one agree within 1 %; what is stated counts for more than what times show.

    Parameters
    ----------
    own_hz : what the file's times show, if it has any.
    stated : who says it, e.g. ``--rate`` → what.

    Raises
    ------
    RecordingError
        If nobody says it, or two contradict each other. It is never guessed.

    Examples
    --------
    >>> agreed_rate(999.98, {"--rate": 1000.0}, "a.csv")
    1000.0
    """
    said = {who: rate for who, rate in {**stated, "its times": own_hz}.items() if rate is not None}
    if not said:
        raise RecordingError(f"rate of {what} must be said, got none; state it: --rate 1000, or a time column")
    first = next(iter(said))
    for who, rate in said.items():
        if not (np.isfinite(rate) and 0 < rate <= 100_000):
            raise RecordingError(
                f"rate of {what} must be above 0 and at most 100000 Hz, got {rate:g} from {who}; correct it"
            )
        if abs(rate - said[first]) > 0.01 * said[first]:
            raise RecordingError(
                f"rate of {what} must be one, got {said[first]:g} Hz from {first} and {rate:g} Hz from {who}; "
                "correct one"
            )
    return float(said[first])
