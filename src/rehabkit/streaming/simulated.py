"""Simulated EMG of a thigh that bends and stretches its knee: to try a stream without a device. No data of a person."""

from __future__ import annotations

import numpy as np

from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.recordings.datasets.uci_lower_limb import MUSCLES
from rehabkit.signals.filters import Sections, band_pass
from rehabkit.streaming.replay import Replay

RATE_HZ = 1000.0
BENDS_HZ = 0.5
"""One bend of the knee in two seconds."""
REST_V, WORK_V = 2e-6, 80e-6
"""Root mean square at rest and at full work."""
EXTENSORS = frozenset({"rectus_femoris", "vastus_medialis"})
NOTE = "simulated EMG: no person, no device"


def simulated_emg(duration_s: float, seed: int = 0) -> Biosignal:
    """Band-limited noise whose strength follows a knee that bends and stretches, extensors against flexors.

    Parameters
    ----------
    duration_s : above 0.
    seed : of the noise.

    Returns
    -------
    Four muscles at 1000 Hz, V. The noise is that of many motor units (De Luca 1979): Gaussian, 20 to 450 Hz.

    Examples
    --------
    >>> simulated_emg(2.0).values.shape
    (2000, 4)
    """
    n_times = max(1, round(duration_s * RATE_HZ))
    phase = 2 * np.pi * BENDS_HZ * np.arange(n_times) / RATE_HZ
    bend, stretch = np.clip(np.sin(phase), 0, None), np.clip(-np.sin(phase), 0, None)
    work = np.stack([stretch if name in EXTENSORS else bend for name in MUSCLES], axis=1)  # (time, muscle)
    noise = Sections(band_pass(RATE_HZ)).process(np.random.default_rng(seed).standard_normal(work.shape))
    volts = (REST_V + WORK_V * work) * noise / noise.std()
    channels = tuple(Channel(name, "emg") for name in MUSCLES)
    return Biosignal(volts, RATE_HZ, channels, sensor="simulated", history=(NOTE,))


def simulated(duration_s: float, *, fast: bool = False, seed: int = 0) -> Replay:
    """The simulated EMG as a source, labelled so."""
    return Replay(simulated_emg(duration_s, seed), fast=fast, name="simulated EMG", notes=(NOTE,))
