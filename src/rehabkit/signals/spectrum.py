"""Power over frequency: Welch's estimate, power of a band, and the share of each band."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Band = tuple[float, float]
BANDS: Mapping[str, Band] = MappingProxyType(
    {"delta": (1.0, 4.0), "theta": (4.0, 8.0), "alpha": (8.0, 13.0), "beta": (13.0, 30.0)}
)
"""Of the EEG, Hz; a band holds its lower edge and not its upper one. Alpha over the motor cortex is called mu."""


def welch(values: Array, rate_hz: float, segment_s: float = 2.0) -> tuple[Array, Array]:
    """Power spectral density: Hann windows of ``segment_s`` that overlap by half, each without its mean, averaged.

    Welch 1967, IEEE Trans. Audio Electroacoust. 15:70-73.

    Parameters
    ----------
    values : (…, n_times, n_channels) V, without NaN.

    Returns
    -------
    frequency : (n_bins,) Hz, ``1 / segment_s`` apart.
    power : (…, n_bins, n_channels) V²/Hz.

    Examples
    --------
    >>> time_s = np.arange(2000) / 200
    >>> frequency, power = welch(np.sin(2 * np.pi * 10 * time_s)[:, None], 200.0)
    >>> float(frequency[power[:, 0].argmax()]), round(float(power.sum() * 0.5), 3)  # a sine of 1 has power 1/2
    (10.0, 0.5)
    """
    from scipy.signal import welch as scipy_welch

    n = min(round(segment_s * rate_hz), values.shape[-2])
    frequency, power = scipy_welch(values, rate_hz, nperseg=n, axis=-2)
    return frequency, np.asarray(power, dtype=np.float64)


def band_power(frequency: Array, power: Array, bands: Mapping[str, Band] = BANDS) -> Array:
    """Power in each band: the density summed over its bins times their width.

    Parameters
    ----------
    frequency : (n_bins,) Hz, evenly spaced.
    power : (…, n_bins, n_channels) V²/Hz.

    Returns
    -------
    (…, n_bands, n_channels) V².

    Raises
    ------
    ValueError
        If a band holds no bin.
    """
    inside = {name: (frequency >= low) & (frequency < high) for name, (low, high) in bands.items()}
    empty = [name for name, bins in inside.items() if not bins.any()]
    if empty:
        raise ValueError(f"bands must hold a bin of the spectrum, got none in {', '.join(empty)}; take longer segments")
    width = frequency[1] - frequency[0]
    return np.stack([power[..., bins, :].sum(axis=-2) * width for bins in inside.values()], axis=-2)


def relative_power(frequency: Array, power: Array, bands: Mapping[str, Band] = BANDS) -> Array:
    """Each band's share of the power of all bands: (…, n_bands, n_channels), adding up to 1 over the bands."""
    absolute = band_power(frequency, power, bands)
    return np.asarray(absolute / absolute.sum(axis=-2, keepdims=True))
