"""How channels go together: coherence, its imaginary part, phase locking and the weighted phase lag index.

All come from the cross-spectrum S_xy = E[X Y*] over epochs, X and Y Fourier transforms of the epochs without their
mean under a Hann window. Volume conduction puts one source into many electrodes without delay; coherence and phase
locking see that, the imaginary part and the phase lag index don't. With few epochs coherence and phase locking of
independent channels are about 1/sqrt(n_epochs), not 0.

References: coherency and its imaginary part: Nolte et al. 2004, Clin. Neurophysiol. 115:2292-2307. Phase locking value:
Lachaux et al. 1999, Hum. Brain Mapp. 8:194-208. Weighted phase lag index: Vinck et al. 2011, NeuroImage 55:1548-1565.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rehabkit.signals.spectrum import BANDS, Band

Array = NDArray[np.float64]
MEASURES = ("coherence", "imaginary coherence", "phase locking", "weighted phase lag index")
_TINY = 1e-300


def connectivity(epochs: Array, rate_hz: float, bands: Mapping[str, Band] = BANDS) -> Array:
    """All measures of :data:`MEASURES` between all channels, each the mean over the bins of a band.

    Parameters
    ----------
    epochs : (n_epochs, n_times, n_channels) of any one unit, without NaN; two epochs at least.

    Returns
    -------
    (n_bands, n_measures, n_channels, n_channels)
        Symmetric, but for the imaginary coherence, whose sign turns with the order: positive where the first channel
        leads. On the diagonal coherence and phase locking are 1, the others 0.

    Raises
    ------
    ValueError
        If there are fewer than two epochs, or a band holds no bin.
    """
    if len(epochs) < 2:
        raise ValueError(f"epochs must be at least 2 for connectivity, got {len(epochs)}; record longer")
    n_times = epochs.shape[1]
    frequency = np.fft.rfftfreq(n_times, 1 / rate_hz)
    taper = np.hanning(n_times)[:, None]
    spectra = np.fft.rfft((epochs - epochs.mean(axis=1, keepdims=True)) * taper, axis=1)
    found = []
    for name, (low, high) in bands.items():
        inside = (frequency >= low) & (frequency < high)
        if not inside.any():
            raise ValueError(f"bands must hold a bin of the spectrum, got none in {name}; take longer epochs")
        found.append(_measures(spectra[:, inside]))
    return np.stack(found)


def _measures(spectra: NDArray[np.complex128]) -> Array:
    """(n_epochs, n_bins, n_channels) → (n_measures, n_channels, n_channels), bins averaged."""
    by_bin = spectra.transpose(1, 2, 0)  # (bin, channel, epoch)
    n_epochs = by_bin.shape[2]
    cross = by_bin @ by_bin.conj().swapaxes(1, 2) / n_epochs  # (bin, channel, channel)
    power = np.einsum("bcc->bc", cross).real
    coherency = cross / np.sqrt(power[:, :, None] * power[:, None, :] + _TINY)
    unit = by_bin / (np.abs(by_bin) + _TINY)
    locked = np.abs(unit @ unit.conj().swapaxes(1, 2)) / n_epochs
    lagged = np.stack([_phase_lag(one) for one in by_bin])
    return np.stack([np.abs(coherency).mean(0), coherency.imag.mean(0), locked.mean(0), lagged.mean(0)])


def _phase_lag(spectra: NDArray[np.complex128]) -> Array:
    """(n_channels, n_epochs) of one bin → (n_channels, n_channels): |E[Im S]| / E[|Im S|]."""
    imaginary = (spectra[:, None] * spectra[None].conj()).imag  # (channel, channel, epoch)
    size = np.abs(imaginary).mean(axis=2)
    share = np.abs(imaginary.mean(axis=2)) / (size + _TINY)
    np.fill_diagonal(share, 0.0)
    return np.asarray(share)
