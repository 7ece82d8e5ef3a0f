"""SIMULATED patients for S7: EEG in which a known part of recovery shows, since no public EEG comes with recovery.

Each patient has a hidden state. It sets how strongly the rhythm over the hand's area is on the lesion's side beside the
other, and how closely, a quarter period later, the other side follows it. Recovery is a sum of that state, a clinical
score at the start, and chance, with shares of its variance that are given. Nothing of this is taken from patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.biosignal import Biosignal, Channel
from rehabkit.recordings.electrodes import directions
from rehabkit.systems.recovery_prognosis.analysis import SITES

Array = NDArray[np.float64]
RATE_HZ, SECONDS = 125.0, 64.0
MEAN_RECOVERY, SPREAD_RECOVERY = 10.0, 4.0
"""Points, of the size of a change in the Fugl-Meyer score; simulated points, since nobody was scored."""
ASYMMETRY, FOLLOWS = 0.35, 0.8
"""Change of ln amplitude, and of the logit of how closely the other side follows, per standard deviation."""
LAG_S = 0.024
SPREAD_DEG = 35.0


@dataclass(frozen=True)
class SimulatedPatient:
    """Nobody.

    Parameters
    ----------
    recording : 64 s at 15 electrodes, the lesion on the left.
    recovery : simulated points.
    baseline : clinical score at the start, in standard deviations.
    state : hidden, in standard deviations.
    """

    name: str
    recording: Biosignal
    recovery: float
    baseline: float
    state: float


def cohort(n: int, *, from_eeg: float = 0.6, from_score: float = 0.1, seed: int = 0) -> Iterator[SimulatedPatient]:
    """Patients one by one; the same seed gives the same.

    Parameters
    ----------
    from_eeg : share of the variance of recovery that the hidden state carries; the EEG shows it through noise.
    from_score : share that the clinical score carries.
    """
    rng = np.random.default_rng(seed)
    state, baseline, chance = rng.normal(size=(3, n))
    recovery = recovered(state, baseline, chance, from_eeg, from_score)
    for i in range(n):
        yield SimulatedPatient(f"simulated {i + 1:03d}", eeg(state[i], rng), recovery[i], baseline[i], state[i])


def recovered(state: Array, baseline: Array, chance: Array, from_eeg: float, from_score: float = 0.0) -> Array:
    """(n,) simulated points, of which state and score carry the given shares of the variance.

    Examples
    --------
    >>> state, baseline, chance = np.random.default_rng(0).normal(size=(3, 100_000))
    >>> points = recovered(state, baseline, chance, 0.6, 0.1)
    >>> [round(float(np.corrcoef(points, part)[0, 1] ** 2), 2) for part in (state, baseline)]
    [0.6, 0.1]
    """
    parts = np.sqrt(from_eeg) * state + np.sqrt(from_score) * baseline + np.sqrt(1 - from_eeg - from_score) * chance
    return np.asarray(MEAN_RECOVERY + SPREAD_RECOVERY * parts)


def eeg(state: float, rng: np.random.Generator) -> Biosignal:
    """Simulated EEG of one patient: a background over the head and two rhythms over the hands' areas."""
    n = round(SECONDS * RATE_HZ)
    background = _coloured(rng, n, len(SITES), exponent=rng.uniform(0.7, 1.1)) * np.exp(0.2 * rng.normal())
    values = 8e-6 * background @ _spread().T
    follows = 1 / (1 + np.exp(-FOLLOWS * state))
    lag = round(LAG_S * RATE_HZ)
    own, other = _rhythm(rng, n + lag), _rhythm(rng, n)
    amplitude = 6e-6 * np.exp(0.3 * rng.normal() + np.array([0.5, -0.5]) * ASYMMETRY * state)
    left = own[lag:]
    right = np.sqrt(follows) * own[:n] + np.sqrt(1 - follows) * other
    for site, wave, size in zip(("C3", "C4"), (left, right), amplitude, strict=True):
        values += size * wave[:, None] * _spread()[:, SITES.index(site)]
    values += 1e-6 * rng.normal(size=values.shape)
    channels = tuple(Channel(name, "eeg") for name in SITES)
    return Biosignal(values, RATE_HZ, channels, montage="standard_1005", sensor="simulated")


def _coloured(rng: np.random.Generator, n: int, n_channels: int, exponent: float) -> Array:
    """(n, n_channels) noise whose power falls with frequency to this power, of standard deviation 1."""
    frequency = np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ), 0.5)
    spectrum = np.fft.rfft(rng.normal(size=(n, n_channels)), axis=0) * (frequency ** (-exponent / 2))[:, None]
    noise = np.fft.irfft(spectrum, n, axis=0)
    return np.asarray(noise / noise.std(axis=0))


def _rhythm(rng: np.random.Generator, n: int) -> Array:
    """(n,) waxing and waning wave about 10.4 Hz, of which :data:`LAG_S` is a quarter period."""
    frequency = np.fft.rfftfreq(n, 1 / RATE_HZ)
    wave = np.fft.irfft(np.fft.rfft(rng.normal(size=n)) * np.exp(-0.5 * ((frequency - 10.4) / 0.8) ** 2), n)
    return np.asarray(wave / wave.std())


def _spread() -> Array:
    """(n_sites, n_sites) how much of a source under one site reaches each: falls with the angle, rows of length 1."""
    at = np.stack([directions()[name] for name in SITES])
    reach = np.exp(-((np.degrees(np.arccos(np.clip(at @ at.T, -1, 1))) / SPREAD_DEG) ** 2))
    return np.asarray(reach / np.linalg.norm(reach, axis=1, keepdims=True))
