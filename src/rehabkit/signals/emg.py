"""Established measures of surface EMG: envelope, onset and bursts, co-contraction, spectral frequencies.

All take the EMG in volts of one muscle, or of several as columns, and need no trained network. They look at a whole
recording, forwards and backwards, and so shift nothing in time; a live stream uses :mod:`rehabkit.signals.filters`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.signals.filters import ENVELOPE_HZ, HIGH_HZ, LOW_HZ, NYQUIST_SHARE, band_pass, low_pass

Array = NDArray[np.float64]
Method = Literal["hodges_bui", "teager_kaiser"]
ONSET_SD: dict[Method, float] = {"hodges_bui": 3.0, "teager_kaiser": 7.0}
"""Standard deviations above rest at which a muscle is at work (Hodges & Bui 1996; Solnik et al. 2010)."""
ONSET_HZ = 50.0
"""Low-pass of the rectified EMG before the threshold (Hodges & Bui 1996)."""
ON_S, OFF_S, REST_S = 0.050, 0.050, 0.5
"""The second threshold: a burst lasts so long at least, a pause too. Rest is the quietest stretch of such a length."""
SEGMENT_S = 0.5
"""Of Welch's periodograms: bins of 2 Hz."""
LONGEST_END = 500
"""Samples by which a signal is prolonged at either end before it is filtered both ways."""


@dataclass(frozen=True)
class Burst:
    """A stretch in which a muscle is at work, seconds from the first sample."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.end_s - self.start_s


def in_band(emg_v: Array, rate_hz: float, low_hz: float = LOW_HZ, high_hz: float = HIGH_HZ) -> Array:
    """The EMG's band, 20 to 450 Hz by default, filtered there and back (so its order is 8 and nothing is delayed).

    Parameters
    ----------
    emg_v : (n_times,) or (n_times, n_muscles) V.

    Raises
    ------
    InputError
        If the rate leaves no band, or there are too few samples.
    """
    return there_and_back(band_pass(rate_hz, low_hz, high_hz), emg_v)


def envelope(emg_v: Array, rate_hz: float, cut_hz: float = ENVELOPE_HZ) -> Array:
    """The linear envelope: rectified, then low-passed there and back; V, not negative.

    Parameters
    ----------
    emg_v : (n_times,) or (n_times, n_muscles) V, in its band.
    """
    return np.maximum(there_and_back(low_pass(rate_hz, cut_hz), np.abs(emg_v), "even"), 0.0)


def there_and_back(sections: Array, values: Array, ends: Literal["odd", "even"] = "odd") -> Array:
    """Filtered forwards and backwards: nothing is delayed, and the order doubles.

    Parameters
    ----------
    sections : (n_sections, 6); none leave the values as they are.
    values : (n_times,) or (n_times, n_channels).
    ends : the signal goes on beyond its ends turned about them (odd) or mirrored (even: what can't be negative).

    Raises
    ------
    InputError
        If there are fewer than 4 samples.
    """
    from scipy.signal import sosfiltfilt

    if len(values) < 4:
        raise InputError(f"signal must have at least 4 samples to be filtered, got {len(values)}; record longer")
    if not len(sections):
        return np.asarray(values, dtype=np.float64)
    padding = min(LONGEST_END, len(values) - 1)
    return np.asarray(sosfiltfilt(sections, values, axis=0, padtype=ends, padlen=padding), dtype=np.float64)


def moving_rms(emg_v: Array, rate_hz: float, window_s: float = 0.1) -> Array:
    """Root mean square over a window centred on each sample; at the ends over what there is of it.

    Examples
    --------
    >>> moving_rms(np.array([3.0, 3.0, 3.0]), 10.0, 0.3).tolist()
    [3.0, 3.0, 3.0]
    """
    half = max(round(window_s * rate_hz) // 2, 0)
    sums = np.concatenate([np.zeros((1, *emg_v.shape[1:])), np.cumsum(np.square(emg_v), axis=0)])
    at = np.arange(len(emg_v))
    first, last = np.maximum(at - half, 0), np.minimum(at + half + 1, len(emg_v))
    n = (last - first).reshape(-1, *[1] * (emg_v.ndim - 1))
    return np.asarray(np.sqrt(np.maximum(sums[last] - sums[first], 0.0) / n))


def teager_kaiser(emg_v: Array) -> Array:
    """(n_times,) V² energy ``x[n]² − x[n−1] x[n+1]`` (Kaiser 1990; for EMG onsets Li, Zhou & Aruin 2007).

    It grows with amplitude and frequency, so a burst stands out of slow artefacts. The ends repeat their neighbours.

    Examples
    --------
    Of a sine it is constant, amplitude² · sin²(angle a sample):

    >>> teager_kaiser(2 * np.sin(0.1 * np.arange(5))).round(4).tolist()
    [0.0399, 0.0399, 0.0399, 0.0399, 0.0399]
    """
    if len(emg_v) < 3:
        raise InputError(f"EMG must have at least 3 samples for its energy, got {len(emg_v)}; record longer")
    inner = np.square(emg_v[1:-1]) - emg_v[:-2] * emg_v[2:]
    return np.asarray(np.concatenate([inner[:1], inner, inner[-1:]]))


def bursts(
    emg_v: Array, rate_hz: float, *, method: Method = "hodges_bui", rest: tuple[float, float] | None = None
) -> list[Burst]:
    """When one muscle is at work, by a double threshold: on amplitude and on duration.

    The rectified EMG (or its Teager-Kaiser energy) is low-passed at 50 Hz; it is on where it exceeds the mean of rest
    by 3 (7) standard deviations of rest, in stretches of 50 ms at least, pauses below 50 ms filled (Hodges & Bui 1996,
    Electroencephalogr. Clin. Neurophysiol. 101:511; Solnik et al. 2010, Eur. J. Appl. Physiol. 110:489). The first
    burst's start is the onset.

    Parameters
    ----------
    emg_v : (n_times,) V, in its band.
    rest : seconds from and to which the muscle rests; by default the quietest half second is taken for rest, which
        finds onsets too early in a muscle that never rests.

    Raises
    ------
    InputError
        If there is less than twice the time of rest, or rest lies outside.
    """
    signal = np.abs(emg_v) if method == "hodges_bui" else np.abs(teager_kaiser(emg_v))
    signal = np.maximum(there_and_back(low_pass(rate_hz, ONSET_HZ), signal, "even"), 0.0)
    first, last = _resting(signal, rate_hz, rest)
    quiet = signal[first:last]
    on = signal > quiet.mean() + ONSET_SD[method] * quiet.std()
    on = _without_short(on, round(OFF_S * rate_hz), value=False)
    on = _without_short(on, round(ON_S * rate_hz), value=True)
    return [Burst(start / rate_hz, end / rate_hz) for start, end in _stretches(on)]


def co_contraction_rudolph(first_v: Array, second_v: Array) -> float:
    """How strongly two antagonists work together: mean of ``lower/higher · (lower + higher)``, 0 to 2.

    Rudolph, Axe & Snyder-Mackler 2000 (Knee Surg. Sports Traumatol. Arthrosc. 8:262), equation 1: high where both are
    strong at once. Envelopes must share a scale; here each is divided by its own greatest value first (the paper
    divides by that of a maximal contraction, which a recording of everyday movement hasn't).

    Parameters
    ----------
    first_v, second_v : (n_times,) envelopes.

    Examples
    --------
    >>> co_contraction_rudolph(np.array([1.0, 2.0]), np.array([3.0, 6.0]))  # alike: 1 · (0.5 + 0.5) and 1 · (1 + 1)
    1.5
    """
    a, b = _scaled(first_v), _scaled(second_v)
    lower, higher = np.minimum(a, b), np.maximum(a, b)
    return float(np.mean(lower / np.maximum(higher, 1e-12) * (lower + higher)))


def co_contraction_falconer(first_v: Array, second_v: Array) -> float:
    """Share of two antagonists' work that both do at once: ``2 ∫ lower / ∫ (first + second)``, 0 to 1.

    Falconer & Winter 1985 (Electromyogr. Clin. Neurophysiol. 25:135), envelopes divided by their own greatest value.

    Examples
    --------
    >>> co_contraction_falconer(np.array([1.0, 0.0]), np.array([0.0, 4.0]))  # in turn
    0.0
    """
    a, b = _scaled(first_v), _scaled(second_v)
    return float(2 * np.minimum(a, b).sum() / max(float((a + b).sum()), 1e-12))


def median_frequency(emg_v: Array, rate_hz: float, low_hz: float = LOW_HZ, high_hz: float = HIGH_HZ) -> float:
    """Hz that halves the power of the band (Stulen & De Luca 1981; falls with fatigue), one muscle.

    Raises
    ------
    InputError
        If there is no power in the band, or less than one segment of half a second.
    """
    frequency, power = _spectrum(emg_v, rate_hz, low_hz, high_hz)
    below = np.concatenate([[0.0], np.cumsum(power)])
    step = frequency[1] - frequency[0]
    edges = np.concatenate([frequency - step / 2, [frequency[-1] + step / 2]])
    return float(np.interp(below[-1] / 2, below, edges))


def mean_frequency(emg_v: Array, rate_hz: float, low_hz: float = LOW_HZ, high_hz: float = HIGH_HZ) -> float:
    """Hz, mean of the band weighted by its power, one muscle.

    Raises
    ------
    InputError
        As :func:`median_frequency`.
    """
    frequency, power = _spectrum(emg_v, rate_hz, low_hz, high_hz)
    return float((frequency * power).sum() / power.sum())


def _spectrum(emg_v: Array, rate_hz: float, low_hz: float, high_hz: float) -> tuple[Array, Array]:
    """Frequencies and power of the band (Welch, Hann windows of half a second)."""
    from scipy.signal import welch

    n = round(SEGMENT_S * rate_hz)
    if len(emg_v) < n:
        raise InputError(f"EMG must last at least {SEGMENT_S:g} s for a spectrum, got {len(emg_v) / rate_hz:.3g} s")
    frequency, power = welch(emg_v, rate_hz, nperseg=n)
    inside = (frequency >= low_hz) & (frequency <= min(high_hz, NYQUIST_SHARE * rate_hz / 2))
    if not power[inside].sum() > 0:
        raise InputError(f"EMG must have power from {low_hz:g} Hz up, got none; check the electrode")
    return frequency[inside], power[inside]


def _resting(signal: Array, rate_hz: float, rest: tuple[float, float] | None) -> tuple[int, int]:
    """First and last sample of rest: what was said, or the half second of the lowest mean."""
    n = round(REST_S * rate_hz)
    if len(signal) < 2 * n:
        raise InputError(f"EMG must last at least {2 * REST_S:g} s to find bursts, got {len(signal) / rate_hz:.3g} s")
    if rest is not None:
        first, last = (round(at * rate_hz) for at in rest)
        if not 0 <= first < last <= len(signal):
            raise InputError(f"rest must lie within {len(signal) / rate_hz:g} s, got {rest[0]:g} to {rest[1]:g} s")
        return first, last
    sums = np.concatenate([[0.0], np.cumsum(signal)])
    start = int(np.argmin(sums[n:] - sums[:-n]))
    return start, start + n


def _stretches(on: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First sample and the one after the last of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _without_short(on: NDArray[np.bool_], n: int, *, value: bool) -> NDArray[np.bool_]:
    """Runs of ``value`` shorter than ``n`` samples turned over; pauses at the ends are left."""
    turned = on.copy()
    for start, end in _stretches(on if value else ~on):
        at_the_end = start == 0 or end == len(on)
        if end - start < n and (value or not at_the_end):
            turned[start:end] = not value
    return turned


def _scaled(envelope_v: Array) -> Array:
    """An envelope over its greatest value."""
    return np.asarray(envelope_v / max(float(np.max(envelope_v)), 1e-12))
