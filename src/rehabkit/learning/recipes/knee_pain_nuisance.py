"""What a recording tells of its day, amplifier and goniometer, and not of the knee: the control of knee_pain."""

from __future__ import annotations

import numpy as np

from rehabkit.recordings.biosignal import Array, Biosignal
from rehabkit.systems.knee_pain.tensors import ANGLE, ANGLE_HZ, MUSCLES

MAINS_HZ = (50.0, 60.0)
FLOOR_HZ, DRIFT_HZ = (450.0, 490.0), (0.0, 10.0)
"""Above and below what surface EMG holds."""
NAMES = (
    *(f"{muscle} {what}" for what in ("noise floor", "drift", "50 Hz", "60 Hz") for muscle in MUSCLES),
    "angle above 6 Hz after the low-pass",
)
"""Numbers of :func:`nuisances`, in order."""


def nuisances(recording: Biosignal) -> Array:
    """(17,) logarithms: power beyond the EMG's band, below it, at the mains against beside it; the angle's smoothness.

    The angle is looked at after the low-pass at 6 Hz, as the networks see it.
    """
    from rehabkit.signals.emg import there_and_back
    from rehabkit.signals.filters import low_pass

    emg = recording.pick(MUSCLES).values
    frequency, power = _spectrum(emg, recording.rate_hz)
    floor, drift = (_mean(frequency, power, *band) for band in (FLOOR_HZ, DRIFT_HZ))
    hum = [_mean(frequency, power, hz - 1, hz + 1) / _mean(frequency, power, hz - 6, hz + 6) for hz in MAINS_HZ]
    angle = there_and_back(low_pass(recording.rate_hz, ANGLE_HZ, order=4), recording.column(ANGLE))
    return np.concatenate([np.log(np.concatenate([floor, drift, *hum]) + 1e-20), [roughness(angle, recording.rate_hz)]])


def roughness(angle_deg: Array, rate_hz: float) -> float:
    """Logarithm of the angle's power above 6 Hz over all of it."""
    frequency, power = _spectrum(angle_deg[:, None] - angle_deg.mean(), rate_hz)
    return float(np.log(power[frequency > ANGLE_HZ].sum() / power.sum() + 1e-20))


def _spectrum(values: Array, rate_hz: float) -> tuple[Array, Array]:
    from scipy.signal import welch

    frequency, power = welch(values, rate_hz, nperseg=min(1000, len(values)), axis=0)
    return frequency, power


def _mean(frequency: Array, power: Array, low_hz: float, high_hz: float) -> Array:
    """(n_channels,) mean power of a band."""
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    return np.asarray(power[inside].mean(axis=0))
