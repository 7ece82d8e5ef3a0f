"""Inertial: what one body-worn sensor felt: specific force and angular velocity over time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError

Array = NDArray[np.float64]
WornOn = Literal["left", "right", "unknown"]

STANDARD_GRAVITY = 9.80665
"""m/s², by definition (CGPM 1901)."""
LONGEST_GAP_S = 0.5
"""Longer than this, nothing may be made up between two samples."""


@dataclass(frozen=True)
class Inertial:
    """Acceleration and angular velocity of one sensor, both in its own right-handed axes.

    For a watch, x points to the right edge of the screen, y to its top, z out of it.

    Parameters
    ----------
    time_s : (n_times,) seconds, strictly increasing, not necessarily evenly spaced.
    acceleration : (n_times, 3) m/s², gravity included: specific force, at rest 9.81 upward. (Apple's sensors tell
        gravity's direction instead, downward at rest: their readers turn the sign.)
    angular_velocity : (n_times, 3) rad/s.
    side : the arm or leg that wears it.
    sensor : what recorded it, e.g. ``watch``.
    history : what was done to it, oldest first.

    Raises
    ------
    RecordingError
        If shapes, times or values contradict each other; all problems are named at once.

    Examples
    --------
    >>> still = Inertial(np.arange(3) / 50, np.tile([0.0, 0.0, 9.81], (3, 1)), np.zeros((3, 3)), "left", "watch")
    >>> still.n_times, round(still.rate_hz), still.mirrored().side
    (3, 50, 'right')
    """

    time_s: Array
    acceleration: Array
    angular_velocity: Array
    side: WornOn
    sensor: str
    history: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name in ("time_s", "acceleration", "angular_velocity"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        problems = self._problems()
        if problems:
            raise RecordingError(f"inertial recording of {self.sensor}: " + "; ".join(problems))

    def _problems(self) -> list[str]:
        n_times = self.time_s.size
        problems = []
        if n_times == 0:
            problems.append("it must have at least one sample, got 0")
        if self.time_s.ndim != 1 or not np.all(np.isfinite(self.time_s)) or np.any(np.diff(self.time_s) <= 0):
            problems.append("time_s must be one axis of finite, strictly increasing seconds")
        for name in ("acceleration", "angular_velocity"):
            value = getattr(self, name)
            if value.shape != (n_times, 3):
                problems.append(f"{name} must have shape {(n_times, 3)}, got {value.shape}")
            elif not np.isfinite(value).all():
                problems.append(
                    f"{name} must be finite, got NaN or infinity in {int((~np.isfinite(value)).sum())} cells"
                )
        if self.side not in ("left", "right", "unknown"):
            problems.append(f"side must be left, right or unknown, got {self.side!r}")
        return problems

    @property
    def n_times(self) -> int:
        """Number of samples."""
        return len(self.time_s)

    @property
    def rate_hz(self) -> float:
        """Median rate in Hz; 0 for a single sample."""
        return float(1.0 / np.median(np.diff(self.time_s))) if self.n_times > 1 else 0.0

    @property
    def duration_s(self) -> float:
        """Time from the first sample to the last, seconds."""
        return float(self.time_s[-1] - self.time_s[0])

    def mirrored(self) -> Inertial:
        """As the other side's sensor would have felt the mirrored movement.

        The mirror is the body's sagittal plane. A watch is worn alike on both wrists, its x axis along the forearm,
        toward the elbow on the right and toward the hand on the left. So x of a vector (acceleration) changes sign,
        and y and z of an axial vector (angular velocity).
        """
        other: dict[WornOn, WornOn] = {"left": "right", "right": "left", "unknown": "unknown"}
        return self.noted(
            "mirrored left to right",
            acceleration=self.acceleration * [-1.0, 1.0, 1.0],
            angular_velocity=self.angular_velocity * [1.0, -1.0, -1.0],
            side=other[self.side],
        )

    def resampled(self, rate_hz: float) -> Inertial:
        """Evenly spaced at ``rate_hz``: low-passed where the rate falls, then interpolated linearly.

        Parameters
        ----------
        rate_hz : the new rate; a recording that has it already (within 1 %, evenly) is returned as it is.

        Raises
        ------
        RecordingError
            If it is slower than half of ``rate_hz``, or has a gap longer than 0.5 s.
        """
        steps = np.diff(self.time_s)
        if self.n_times > 1 and np.abs(steps * rate_hz - 1.0).max() < 0.01:
            return self
        self._check_dense(rate_hz, steps)
        old_rate = (self.n_times - 1) / self.duration_s
        even_s = self.time_s[0] + np.arange(int(self.duration_s * rate_hz + 1e-6) + 1) / rate_hz
        return self.noted(
            f"resampled from {old_rate:.4g} to {rate_hz:g} Hz",
            time_s=even_s,
            acceleration=_interpolated(even_s, self.time_s, self.acceleration, old_rate, rate_hz),
            angular_velocity=_interpolated(even_s, self.time_s, self.angular_velocity, old_rate, rate_hz),
        )

    def _check_dense(self, rate_hz: float, steps: Array) -> None:
        if self.rate_hz < rate_hz / 2:
            raise RecordingError(
                f"rate must be at least {rate_hz / 2:g} Hz, got {self.rate_hz:.3g} Hz; record it faster"
            )
        widest = int(np.argmax(steps))
        if steps[widest] > LONGEST_GAP_S:
            raise RecordingError(
                f"samples must be at most {LONGEST_GAP_S:g} s apart, got {steps[widest]:.3g} s "
                f"after {self.time_s[widest]:.6g} s; cut the recording there"
            )

    def between(self, start_s: float, end_s: float) -> Inertial:
        """The samples with ``start_s <= time <= end_s``."""
        keep = (self.time_s >= start_s) & (self.time_s <= end_s)
        return replace(
            self,
            time_s=self.time_s[keep],
            acceleration=self.acceleration[keep],
            angular_velocity=self.angular_velocity[keep],
        )

    def noted(self, step: str, **changes: object) -> Inertial:
        """A copy with ``changes`` made and ``step`` added to its history."""
        return replace(self, history=(*self.history, step), **changes)  # type: ignore[arg-type]


def _interpolated(even_s: Array, time_s: Array, value: Array, old_rate: float, rate_hz: float) -> Array:
    """(n_even, 3) at the new times; what the new rate can't hold is taken away first."""
    if old_rate > 1.2 * rate_hz and len(time_s) > 2:
        from scipy.signal import butter, sosfiltfilt

        low = butter(4, 0.4 * rate_hz, fs=old_rate, output="sos")
        value = sosfiltfilt(low, value, axis=0, padlen=min(27, len(time_s) - 1))
    return np.stack([np.interp(even_s, time_s, column) for column in value.T], axis=1)
