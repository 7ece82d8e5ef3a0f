"""Established measures of the EEG after a stroke, and the map of desynchronisation in a task with its p."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.biosignal import Biosignal
from rehabkit.signals.permutation import family_p, p_value
from rehabkit.signals.spectrum import BANDS, Band, band_power, welch

Array = NDArray[np.float64]
SYMMETRY_HZ = (1.0, 25.0)
ERD_BANDS: Mapping[str, Band] = MappingProxyType({"mu": BANDS["alpha"], "beta": BANDS["beta"]})
REACTION_S = 0.5
"""After the cue, left out of a trial."""
DRAWS = 1000


def brain_symmetry(frequency: Array, power: Array, pairs: Sequence[tuple[int, int]]) -> float:
    """Pairwise derived brain symmetry index: mean of |R - L| / (R + L) over pairs and bins from 1 to 25 Hz.

    0 is symmetric, 1 is power on one side only. Sheorajpanday et al. 2009, Clin. Neurophysiol. 120:845-855, after van
    Putten 2007, Clin. Neurophysiol. 118:2362-2367, who averages over the pairs first.

    Parameters
    ----------
    power : (n_bins, n_channels) V²/Hz.
    pairs : columns of left and right.

    Examples
    --------
    >>> brain_symmetry(np.array([5.0, 10.0]), np.array([[1.0, 3.0], [2.0, 2.0]]), [(0, 1)])
    0.25
    """
    inside = (frequency >= SYMMETRY_HZ[0]) & (frequency <= SYMMETRY_HZ[1])
    left, right = (power[inside][:, [pair[side] for pair in pairs]] for side in (0, 1))
    return float(np.mean(np.abs(right - left) / (right + left)))


def slowing(frequency: Array, power: Array) -> tuple[float, float]:
    """Delta/alpha ratio and (delta + theta)/(alpha + beta) ratio, each the mean over channels.

    Finnigan & van Putten 2013, Clin. Neurophysiol. 124:10-19.

    Parameters
    ----------
    power : (n_bins, n_channels) V²/Hz.
    """
    delta, theta, alpha, beta = band_power(frequency, power)
    return float(np.mean(delta / alpha)), float(np.mean((delta + theta) / (alpha + beta)))


def trial_power(recording: Biosignal, trials: Sequence[tuple[float, float]], bands: Mapping[str, Band]) -> Array:
    """(n_trials, n_bands, n_channels) V² of each stretch, its first half second left out; one power a trial.

    Stretches shorter than a second after that are dropped.
    """
    found = []
    for start_s, end_s in trials:
        first, last = (round((at - recording.start_s) * recording.rate_hz) for at in (start_s + REACTION_S, end_s))
        values = recording.values[max(first, 0) : max(last, 0)]
        if len(values) >= recording.rate_hz:
            found.append(band_power(*welch(values, recording.rate_hz, 1.0), bands))
    return np.stack(found) if found else np.zeros((0, len(bands), recording.n_channels))


@dataclass(frozen=True)
class Desynchronisation:
    """Change of power in a task against rest.

    Parameters
    ----------
    percent : (n_bands, n_channels) 100 (task - rest) / rest; negative is desynchronisation.
    p : (n_bands, n_channels) two-sided, corrected for all bands and channels.
    n_task, n_rest : trials.
    """

    percent: Array
    p: Array
    n_task: int
    n_rest: int


def desynchronisation(task: Array, rest: Array, *, draws: int = DRAWS, seed: int = 0) -> Desynchronisation:
    """Event-related (de)synchronisation of each channel and band, with p by permuting whole trials.

    Percent as Pfurtscheller & Lopes da Silva 1999, Clin. Neurophysiol. 110:1842-1857; the test is Welch's t on the
    logarithm of power, each |t| against the largest over all bands and channels of a permutation.

    Parameters
    ----------
    task, rest : (n_trials, n_bands, n_channels) V², two trials each at least.
    """
    percent = 100 * (task.mean(axis=0) - rest.mean(axis=0)) / rest.mean(axis=0)
    logs = np.log(np.concatenate([task, rest])).reshape(len(task) + len(rest), -1)
    observed, null = _permuted_t(logs, len(task), draws, seed)
    return Desynchronisation(percent, family_p(observed, null).reshape(percent.shape), len(task), len(rest))


def lateralisation(task: Array, rest: Array, *, draws: int = DRAWS, seed: int = 0) -> tuple[float, float]:
    """How much more the left channel desynchronises than the right, and a two-sided p.

    Parameters
    ----------
    task, rest : (n_trials, 2) V² of the left and the right channel, e.g. C3 and C4.

    Returns
    -------
    difference : change of ln(left / right) from rest to task; negative where the left desynchronises more.
    p : by permuting whole trials.
    """
    task_log, rest_log = (np.log(power[:, 0] / power[:, 1]) for power in (task, rest))
    observed, null = _permuted_t(np.concatenate([task_log, rest_log])[:, None], len(task), draws, seed)
    return float(task_log.mean() - rest_log.mean()), p_value(float(observed[0]), null[:, 0])


def _permuted_t(values: Array, n_task: int, draws: int, seed: int) -> tuple[Array, Array]:
    """(n_trials, n) → |t| (n,) of the first ``n_task`` against the others, and (draws, n) with trials exchanged."""
    order = np.tile(np.arange(len(values)), (draws + 1, 1))
    order[1:] = np.random.default_rng(seed).permuted(order[1:], axis=1)
    chosen = (order < n_task).astype(np.float64)  # (draw, trial): taken for a task
    n_rest = len(values) - n_task
    sums, squares, total, total_squares = chosen @ values, chosen @ values**2, values.sum(axis=0), (values**2).sum(0)
    task_mean, rest_mean = sums / n_task, (total - sums) / n_rest
    task_var = (squares - n_task * task_mean**2) / (n_task - 1)
    rest_var = (total_squares - squares - n_rest * rest_mean**2) / (n_rest - 1)
    t = np.abs(task_mean - rest_mean) / np.sqrt(np.maximum(task_var / n_task + rest_var / n_rest, 1e-30))
    return t[0], t[1:]


def moved(emg: Biosignal, task: Sequence[tuple[float, float]], rest: Sequence[tuple[float, float]]) -> Array:
    """Which task trials had muscles at work: EMG above the mean of rest by three of its standard deviations.

    Parameters
    ----------
    emg : EMG channels alone, 100 Hz at least.

    Returns
    -------
    (n_trials,) largest z over the muscles; above 3 the trial is not imagery alone.
    """
    from scipy.signal import butter, sosfiltfilt

    band = (20.0, min(450.0, 0.45 * emg.rate_hz))
    values = sosfiltfilt(butter(4, band, "bandpass", fs=emg.rate_hz, output="sos"), emg.values, axis=0)
    quiet, active = (_rms(emg.noted("band-passed", values=values), ones) for ones in (rest, task))
    return np.asarray(((active - quiet.mean(axis=0)) / (quiet.std(axis=0, ddof=1) + 1e-12)).max(axis=1))


def _rms(emg: Biosignal, ones: Sequence[tuple[float, float]]) -> Array:
    return np.stack([np.sqrt(np.mean(emg.between(a, b).values ** 2, axis=0)) for a, b in ones])
