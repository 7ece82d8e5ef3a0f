"""Filters of surface EMG that look at the past only and remember where they were.

A recording passed through in chunks of any length gives exactly what it gives in one piece, so that what is measured on
files is what a live stream gets. Each reports its delay: a causal filter can't be without one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError

Array = NDArray[np.float64]
LOW_HZ, HIGH_HZ = 20.0, 450.0
"""Pass band of surface EMG."""
NYQUIST_SHARE = 0.9
"""The band's upper edge stays below this share of half the rate."""
MAINS_HZ = (50.0, 60.0)
"""Both are taken out where nobody says which country's sockets hummed."""
ORDER, ENVELOPE_HZ, NOTCH_HZ = 4, 6.0, 2.0
CARRIER_HZ = 100.0
"""Where most of the EMG's power lies: the band's delay is stated for this frequency."""


def band_pass(rate_hz: float, low_hz: float = LOW_HZ, high_hz: float = HIGH_HZ) -> Array:
    """Butterworth band-pass of order 4, its upper edge capped below half the rate.

    Returns
    -------
    (4, 6) second-order sections.

    Raises
    ------
    InputError
        If the rate leaves no band.

    Examples
    --------
    >>> band_pass(1000.0).shape
    (4, 6)
    """
    from scipy.signal import butter

    edge_hz = min(high_hz, NYQUIST_SHARE * rate_hz / 2)
    if not 0 < low_hz < edge_hz:
        raise InputError(f"rate must leave a band above {low_hz:g} Hz, got {rate_hz:g} Hz; record faster")
    return np.asarray(butter(ORDER, (low_hz, edge_hz), "bandpass", fs=rate_hz, output="sos"), dtype=np.float64)


def mains_notch(rate_hz: float, mains_hz: Sequence[float] = MAINS_HZ, high_hz: float = HIGH_HZ) -> Array:
    """A notch, 2 Hz wide, at each mains frequency and its harmonics inside the band.

    Returns
    -------
    (n_notches, 6) second-order sections; none for no mains.
    """
    from scipy.signal import iirnotch

    edge_hz = min(high_hz, NYQUIST_SHARE * rate_hz / 2)
    at = sorted({k * mains for mains in mains_hz for k in range(1, int(edge_hz // mains) + 1)})
    return np.array([np.concatenate(iirnotch(hz, hz / NOTCH_HZ, fs=rate_hz)) for hz in at]).reshape(-1, 6)


def low_pass(rate_hz: float, cut_hz: float = ENVELOPE_HZ, order: int = 2) -> Array:
    """(n_sections, 6) Butterworth low-pass, e.g. of a rectified EMG.

    Raises
    ------
    InputError
        If the rate is not above twice the cut.
    """
    from scipy.signal import butter

    if not 0 < cut_hz < rate_hz / 2:
        raise InputError(f"rate must be above {2 * cut_hz:g} Hz, got {rate_hz:g} Hz; record faster")
    return np.asarray(butter(order, cut_hz, fs=rate_hz, output="sos"), dtype=np.float64)


def group_delay_ms(sections: Array, rate_hz: float, at_hz: float) -> float:
    """Delay of second-order sections at one frequency.

    Examples
    --------
    A Butterworth low-pass of second order delays slow changes by √2 / (2π · cut):

    >>> round(group_delay_ms(low_pass(1000.0, 6.0), 1000.0, 0.01), 1)
    37.5
    """
    turn = np.exp(-2j * np.pi * at_hz / rate_hz)
    powers = turn ** np.arange(3)

    def slope(polynomial: Array) -> Array:  # -d(phase)/d(omega), in samples (Oppenheim & Schafer, section 5.1)
        return np.asarray(np.real((polynomial * np.arange(3)) @ powers / (polynomial @ powers)))

    samples = float(np.sum(slope(sections[:, :3]) - slope(sections[:, 3:])))
    return 1000.0 * samples / rate_hz


class Sections:
    """Second-order sections over several channels, with their state.

    The first sample is taken to have lasted forever, so that an offset gives no jolt at the start.

    Parameters
    ----------
    sections : (n_sections, 6).
    """

    def __init__(self, sections: Array) -> None:
        self.sections = sections
        self._state: Array | None = None  # (n_sections, 2, n_channels)

    def process(self, chunk: Array) -> Array:
        """(n, n_channels) filtered, going on from the last chunk."""
        from scipy.signal import sosfilt, sosfilt_zi

        if not len(chunk) or not len(self.sections):
            return np.asarray(chunk, dtype=np.float64)
        if self._state is None:
            self._state = sosfilt_zi(self.sections)[:, :, None] * chunk[0]
        out, self._state = sosfilt(self.sections, chunk, axis=0, zi=self._state)
        return np.asarray(out, dtype=np.float64)


class EmgFilter:
    """Band-pass 20 to 450 Hz, then notches at the mains and its harmonics.

    Parameters
    ----------
    mains_hz : what hums; both 50 and 60 Hz by default, none with ``()``.

    Raises
    ------
    InputError
        If the rate leaves no band.
    """

    def __init__(self, rate_hz: float, mains_hz: Sequence[float] = MAINS_HZ) -> None:
        sections = np.concatenate([band_pass(rate_hz), mains_notch(rate_hz, mains_hz)])
        self._filter = Sections(sections)
        self.delay_ms = group_delay_ms(band_pass(rate_hz), rate_hz, CARRIER_HZ)
        """Delay at 100 Hz; that of a notch is felt beside its own frequency only and left out."""

    def process(self, chunk: Array) -> Array:
        """(n, n_channels) V → V."""
        return self._filter.process(chunk)


class Envelope:
    """How strongly each muscle is at work: rectified and low-passed.

    Parameters
    ----------
    cut_hz : of the low-pass.

    Raises
    ------
    InputError
        If the rate is too low.
    """

    def __init__(self, rate_hz: float, cut_hz: float = ENVELOPE_HZ) -> None:
        self._filter = Sections(low_pass(rate_hz, cut_hz))
        self.delay_ms = group_delay_ms(self._filter.sections, rate_hz, 0.01)
        """Delay of slow changes."""

    def process(self, chunk: Array) -> Array:
        """(n, n_channels) filtered EMG, V → (n, n_channels) V, not negative."""
        return np.maximum(self._filter.process(np.abs(chunk)), 0.0)


class RunningScale:
    """The size of each channel, from its own past alone and without labels.

    Root of the exponentially weighted mean square: at first the mean over all so far, later over about the last
    ``memory_s``. ``prior`` counts like so many seconds already seen, so that the first samples don't scale themselves.

    Parameters
    ----------
    rate_hz : of what is scaled, e.g. frames of an envelope.
    memory_s : time constant of forgetting.
    prior : (n_channels,) or one size that is expected; 0 with ``prior_s`` 0 for none.
    prior_s : seconds that the prior is worth.
    least : no size is below this, so that silence is not blown up.

    Examples
    --------
    >>> scale = RunningScale(10.0, memory_s=1e9)
    >>> scale.process(np.array([[3.0], [3.0], [0.0]])).round(2).ravel().tolist()  # √(9), √(18 / 2), √(18 / 3)
    [3.0, 3.0, 2.45]
    """

    def __init__(
        self,
        rate_hz: float,
        memory_s: float = 30.0,
        prior: float | Array = 0.0,
        prior_s: float = 0.0,
        least: float = 1e-9,
    ) -> None:
        self.keep = float(np.exp(-1.0 / (rate_hz * memory_s)))
        self.least = least
        self._weight = prior_s * rate_hz
        self._sum = np.square(np.asarray(prior, dtype=np.float64)) * self._weight

    def process(self, chunk: Array) -> Array:
        """(n, n_channels) of what is scaled → (n, n_channels) its size up to and with each sample."""
        from scipy.signal import lfilter

        if not len(chunk):
            return np.asarray(chunk, dtype=np.float64)
        squares = np.square(np.asarray(chunk, dtype=np.float64))
        start = self.keep * np.broadcast_to(self._sum, squares.shape[1:])[None]
        sums, _ = lfilter([1.0], [1.0, -self.keep], squares, axis=0, zi=start)
        weights, _ = lfilter([1.0], [1.0, -self.keep], np.ones(len(chunk)), zi=[self.keep * self._weight])
        self._sum, self._weight = sums[-1], float(weights[-1])
        return np.asarray(np.maximum(np.sqrt(sums / weights[:, None]), self.least))
