"""Numbers that describe one of KIMORE's signals: how far, how fast, how even, how smooth, how often, how alike."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.smoothness import ldlj, sparc
from rehabkit.recordings.datasets.kimore import RATE_HZ, MarkedSignal

Array = NDArray[np.float64]

WHOLE = (
    "duration_s", "level", "range", "middle_range", "skewness", "noise", "speed", "peak_speed", "speed_per_range",
    "jerk", "still", "frequency", "strongest_frequency", "entropy", "periodicity", "period_s",
)  # fmt: skip
BANDS_HZ = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 4.0, 15.0)
REPEATED = (
    "repetitions", "time_s", "time_variation", "amplitude", "amplitude_variation", "least_amplitude", "sparc", "ldlj",
    "sparc_variation", "shape_variation", "offset_variation", "fastest", "peak_at", "near_start", "start", "highest",
    "lowest", "side_amplitude", "side_time",
)  # fmt: skip
TIMED = (
    "wait_s", "after_s", "pause_s", "longest_pause_s", "slowing", "shrinking", "amplitude_ratio", "time_ratio",
    "peak_to_mean_speed", "turns", "slow_share", "moving_share",
)  # fmt: skip
N_PHASES = 20
SPREAD = tuple(f"spread_{phase}" for phase in range(N_PHASES))
"""How far apart the repetitions are in each phase of the movement, in parts of their mean amplitude."""
FEATURES: tuple[str, ...] = (
    *WHOLE,
    *(f"band_{low:g}_hz" for low in BANDS_HZ[:-1]),
    *REPEATED,
    *TIMED,
    *SPREAD,
)
SIDED = (2, 3, 4)
"""Exercises done to either side in turn."""
SHORTEST_S = 2.0
TINY = 1e-6


def signal_features(signal: MarkedSignal) -> Array:
    """(len(FEATURES),) of one recording; NaN where there is nothing to tell it from."""
    seen = signal.signal[np.isfinite(signal.signal)]
    whole = _whole(seen) if len(seen) >= SHORTEST_S * RATE_HZ else np.full(len(WHOLE) + len(BANDS_HZ) - 1, np.nan)
    repetitions, sided = _repetitions(signal), signal.exercise in SIDED
    parts = [whole, _repeated(repetitions, sides=sided), _timed(signal, repetitions)]
    return np.concatenate([*parts, _spread(repetitions, seen, sided=sided)])


def _whole(raw: Array) -> Array:
    smooth = _smooth(raw)
    speed = np.abs(np.diff(smooth)) * RATE_HZ
    low, first, middle, third, high = np.percentile(smooth, [5, 25, 50, 75, 95])
    centred = smooth - smooth.mean()
    spread = centred.std() + TINY
    peak = np.percentile(speed, 99)
    jerk = np.log(np.std(np.diff(smooth, 3)) + TINY**2) - np.log(spread)
    values = [len(raw) / RATE_HZ, middle, high - low, third - first, np.mean((centred / spread) ** 3)]
    values += [np.log(np.std(raw - smooth) + TINY), speed.std(), peak, speed.std() / (high - low + TINY), jerk]
    values += [np.mean(speed < 0.1 * peak), *_spectrum(centred), *_period(centred)]
    return np.array([*values, *_bands(centred)])


def _power(centred: Array) -> tuple[Array, Array]:
    """Frequencies and shares of the power."""
    power = np.abs(np.fft.rfft(centred * np.hanning(len(centred)))) ** 2
    frequency = np.fft.rfftfreq(len(centred), 1 / RATE_HZ)
    return np.asarray(frequency, dtype=np.float64), np.asarray(power / (power.sum() + TINY**2), dtype=np.float64)


def _spectrum(centred: Array) -> list[float]:
    frequency, share = _power(centred)
    entropy = -float(np.sum(share * np.log(share + TINY**2)))
    return [float(share @ frequency), float(frequency[1:][share[1:].argmax()]), entropy]


def _bands(centred: Array) -> list[float]:
    frequency, share = _power(centred)
    return [
        float(np.log(share[(frequency >= low) & (frequency < high)].sum() + TINY)) for low, high in pairwise(BANDS_HZ)
    ]


def _period(centred: Array) -> list[float]:
    """Highest autocorrelation from 1 s on, and where it is."""
    correlation = np.correlate(centred, centred, "full")[len(centred) - 1 :]
    first = int(RATE_HZ)
    part = correlation[first:400] / (correlation[0] + TINY)
    return [float(part.max()), (first + int(part.argmax())) / RATE_HZ]


def _repetitions(signal: MarkedSignal) -> list[Array]:
    """The marked movements, gaps filled with the signal's median."""
    if not np.isfinite(signal.signal).any():
        return []
    filled = np.where(np.isfinite(signal.signal), signal.signal, np.nanmedian(signal.signal))
    frames = np.round(signal.intervals_s * RATE_HZ).astype(int)
    whole = [(start, end) for start, end in frames if start + 8 < end < len(filled)]
    return [_smooth(filled[start : end + 1]) for start, end in whole]


def _repeated(repetitions: list[Array], *, sides: bool) -> Array:
    if not repetitions:
        return np.full(len(REPEATED), np.nan)
    time = np.array([len(one) for one in repetitions]) / RATE_HZ
    amplitude = np.array([np.ptp(one) for one in repetitions])
    speed = [np.diff(one) * RATE_HZ for one in repetitions]
    arcs = np.array([sparc(one, RATE_HZ) for one in speed])
    jerks = np.array([ldlj(one, RATE_HZ) for one in speed])
    courses = np.array([np.interp(np.linspace(0, 1, 40), np.linspace(0, 1, len(one)), one) for one in repetitions])
    mean, far = courses.mean(axis=0), amplitude.mean() + TINY
    away = [np.abs(one - one[0]) for one in repetitions]
    values = [len(time), np.median(time), time.std() / time.mean(), np.median(amplitude), amplitude.std() / far]
    values += [amplitude.min(), _seen_median(arcs), _seen_median(jerks), _seen_spread(arcs)]
    values += [np.sqrt(np.mean((courses - mean) ** 2)) / far, courses[:, [0, -1]].std() / far]
    values += [np.median([np.abs(one).max() for one in speed]), np.median([one.argmax() / len(one) for one in away])]
    values += [np.median([np.mean(one < 0.2 * np.ptp(one)) for one in away]), courses[:, 0].mean()]
    values += [mean.max(), mean.min(), *(_sides(one) if sides else 0.0 for one in (amplitude, time))]
    return np.array(values, dtype=np.float64)


def _timed(signal: MarkedSignal, repetitions: list[Array]) -> Array:
    """Pauses, change from the first third to the last, evenness, and how the speed runs within a repetition."""
    if not repetitions:
        return np.full(len(TIMED), np.nan)
    starts, ends = signal.intervals_s.T
    pauses = starts[1:] - ends[:-1] if len(starts) > 1 else np.zeros(1)
    time = np.array([len(one) for one in repetitions]) / RATE_HZ
    amplitude = np.array([np.ptp(one) for one in repetitions]) + TINY
    third = max(1, len(time) // 3)
    drifts = [np.log(one[-third:].mean() / one[:third].mean()) for one in (time, amplitude)]
    speed = [np.gradient(one) for one in repetitions]
    sizes = [np.abs(one) + TINY for one in speed]
    values = [starts[0], signal.time_s[-1] - ends[-1], pauses.mean(), pauses.max(), *drifts]
    values += [np.log(amplitude.max() / amplitude.min()), np.log(time.max() / time.min())]
    values += [np.median([one.max() / one.mean() for one in sizes])]
    values += [np.median([np.count_nonzero(np.diff(np.sign(one))) for one in speed])]
    values += [np.median([np.mean(one < 0.1 * one.max()) for one in sizes]), time.sum() / signal.time_s[-1]]
    return np.array(values, dtype=np.float64)


def _spread(repetitions: list[Array], seen: Array, *, sided: bool) -> Array:
    """(N_PHASES,) of the courses about the signal's median; those of one side turned to the other."""
    if not repetitions:
        return np.full(N_PHASES, np.nan)
    phase = np.linspace(0, 1, N_PHASES)
    courses = np.array([np.interp(phase, np.linspace(0, 1, len(one)), one) for one in repetitions]) - np.median(seen)
    if sided:
        middle = courses[:, N_PHASES // 4 : 3 * N_PHASES // 4].mean(axis=1, keepdims=True)
        courses = np.where(middle < 0, -courses, courses)
    return np.asarray(courses.std(axis=0) / (np.ptp(courses.mean(axis=0)) + TINY), dtype=np.float64)


def _sides(values: Array) -> float:
    """How far every other value is from the rest, as a logarithm of their ratio; 0 for a single one."""
    if len(values) < 2:
        return 0.0
    return float(abs(np.log((values[::2].mean() + TINY) / (values[1::2].mean() + TINY))))


def _seen_median(values: Array) -> float:
    seen = values[np.isfinite(values)]
    return float(np.median(seen)) if len(seen) else float("nan")


def _seen_spread(values: Array) -> float:
    seen = values[np.isfinite(values)]
    return float(np.std(seen)) if len(seen) else float("nan")


def _smooth(values: Array) -> Array:
    """Mean over seven frames."""
    return np.convolve(np.pad(values, 3, mode="edge"), np.full(7, 1 / 7), "valid")
