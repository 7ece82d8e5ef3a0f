"""Smoothness of one movement: spectral arc length and log dimensionless jerk.

Both are dimensionless, independent of how far the movement went, and nearer 0 the smoother it is; they are
compared between repetitions of one exercise and one person, not between exercises.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError

Array = NDArray[np.float64]

HIGHEST_HZ = 10.0
"""Voluntary movement has nothing above; of the published definition."""
AMPLITUDE = 0.05
"""The spectrum counts up to the last frequency that reaches this share of its value at 0 Hz; published."""
PADDING = 4
"""Zero-padding to 2⁴ times the next power of two, as published, so that the arc is drawn finely."""


def sparc(speed: Array, rate_hz: float) -> float:
    """Spectral arc length (SPARC) of a speed profile.

    Parameters
    ----------
    speed : (n_times,) speed of one movement from rest to rest, any unit; the sign plays no part.
    rate_hz : samples per second.

    Returns
    -------
    float
        Negative; about -1.5 for one minimum-jerk movement. NaN for fewer than three samples or no movement.

    Raises
    ------
    RecordingError
        If ``speed`` isn't one axis of finite numbers or the rate isn't positive.

    References
    ----------
    Balasubramanian, Melendez-Calderon, Burdet, IEEE Trans. Biomed. Eng. 59(8):2126-2136, 2012;
    Balasubramanian et al., J. NeuroEng. Rehabil. 12:112, 2015, equations 8 and 9.

    Examples
    --------
    >>> tau = np.linspace(0, 1, 101)
    >>> smooth = 30 * tau**2 * (1 - tau) ** 2
    >>> shaken = smooth * (1 + 0.5 * np.sin(2 * np.pi * 6 * tau))
    >>> sparc(smooth, 100.0) > sparc(shaken, 100.0)
    True
    """
    speed = _checked(speed, rate_hz)
    if len(speed) < 3 or not np.any(speed):
        return float("nan")
    n_points = 2 ** (int(np.ceil(np.log2(len(speed)))) + PADDING)
    spectrum = np.abs(np.fft.rfft(speed, n_points))
    frequency = np.fft.rfftfreq(n_points, 1.0 / rate_hz)
    spectrum = spectrum[frequency <= HIGHEST_HZ] / spectrum.max()
    last = int(np.flatnonzero(spectrum >= AMPLITUDE)[-1])
    if last == 0:
        return float("nan")
    steps = np.hypot(1.0 / last, np.diff(spectrum[: last + 1]))
    return float(-np.sum(steps))


def ldlj(speed: Array, rate_hz: float) -> float:
    """Log dimensionless jerk (LDLJ) of a speed profile.

    ``-ln(T³ / v_peak² · ∫ (d²v/dt²)² dt)``. Noise moves it far more than :func:`sparc`: smooth first.

    Parameters
    ----------
    speed : (n_times,) speed of one movement from rest to rest, any unit.
    rate_hz : samples per second.

    Returns
    -------
    float
        ``-ln(204.8) = -5.32`` for a minimum-jerk movement, lower for a shakier one. NaN for fewer than five
        samples or no movement.

    Raises
    ------
    RecordingError
        If ``speed`` isn't one axis of finite numbers or the rate isn't positive.

    References
    ----------
    Hogan, Sternad, J. Mot. Behav. 41(6):529-534, 2009; Balasubramanian et al. 2015, equation 6.

    Examples
    --------
    >>> tau = np.linspace(0, 1, 2001)
    >>> round(ldlj(30 * tau**2 * (1 - tau) ** 2, 2000.0), 2)
    -5.32
    """
    speed = _checked(speed, rate_hz)
    peak = float(np.max(np.abs(speed), initial=0.0))
    if len(speed) < 5 or peak == 0.0:
        return float("nan")
    jerk = np.diff(speed, 2) * rate_hz**2  # (times - 2,)
    duration_s = (len(speed) - 1) / rate_hz
    total = float(np.sum(jerk**2) / rate_hz)
    return float(-np.log(duration_s**3 / peak**2 * total)) if total > 0 else float("nan")


def _checked(speed: Array, rate_hz: float) -> Array:
    speed = np.asarray(speed, dtype=np.float64)
    if speed.ndim != 1 or not np.all(np.isfinite(speed)) or not rate_hz > 0:
        raise RecordingError(
            "speed must be one axis of finite numbers at a rate above 0, "
            f"got shape {speed.shape} at {rate_hz} Hz; bridge the gaps first"
        )
    return speed
