"""A modelled hand robot: five fingers, each led to an angle within limits of range, speed and acceleration.

One drive a finger bends its base joint, and a linkage bends the rest of it along. Force, friction and the hand inside
are not modelled: this shows where the robot would lead the fingers, never what it would do to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.exoskeleton.limits import contradictions, outside
from rehabkit.exoskeleton.plant import DT_S
from rehabkit.exoskeleton.reference import Reference

FINGERS = ("thumb", "index", "middle", "ring", "little")
POSTURES: Mapping[str, tuple[float, float, float, float, float]] = {
    "open": (0, 0, 0, 0, 0),
    "fist": (45, 80, 80, 80, 80),
    "one": (45, 0, 80, 80, 80),
    "two": (45, 0, 0, 80, 80),
    "three": (45, 0, 0, 0, 80),
    "four": (45, 0, 0, 0, 0),
    "pinch": (35, 50, 10, 10, 10),
    "tripod": (35, 50, 50, 10, 10),
    "hook": (10, 70, 70, 70, 70),
}
"""Gesture → flexion of each finger, thumb first, degrees."""
THERE_DEG = 2.0
"""Nearer than this a finger has reached its posture."""
SANE: dict[str, tuple[float, float]] = {
    "low_deg": (0, 60),
    "high_deg": (5, 90),
    "speed_deg_s": (1, 60),
    "acceleration_deg_s2": (10, 500),
    "stop_deg_s2": (100, 2000),
}


@dataclass(frozen=True)
class HandLimits:
    """Of every finger.

    Parameters
    ----------
    low_deg, high_deg : range of flexion.
    speed_deg_s, acceleration_deg_s2 : of leading.
    stop_deg_s2 : deceleration of a stop.

    Raises
    ------
    InputError
        Naming every value outside its range (``SANE``) and every contradiction.

    Examples
    --------
    >>> HandLimits(speed_deg_s=400)
    Traceback (most recent call last):
    rehabkit.errors.InputError: hand limits: speed_deg_s must be 1 to 60, got 400
    """

    low_deg: float = 0.0
    high_deg: float = 75.0
    speed_deg_s: float = 40.0
    acceleration_deg_s2: float = 200.0
    stop_deg_s2: float = 600.0

    def __post_init__(self) -> None:
        problems = outside(self, SANE) + contradictions(self)
        if problems:
            raise InputError(f"hand limits: {'; '.join(problems)}")

    @property
    def stop_s(self) -> float:
        """Longest time that a stop takes: from full speed to rest."""
        return self.speed_deg_s / self.stop_deg_s2


class HandRobot:
    """Five fingers that start at rest, a little bent.

    Parameters
    ----------
    limits : frozen and checked.
    start_deg : flexion of every finger at the beginning, held inside the range.
    """

    def __init__(self, limits: HandLimits, start_deg: float = 20.0) -> None:
        self.limits = limits
        start = max(limits.low_deg, min(limits.high_deg, start_deg))
        self._fingers = [Reference(limits, start) for _ in FINGERS]

    @property
    def angles_deg(self) -> NDArray[np.float64]:
        """(5,) flexion of each finger, thumb first."""
        return np.array([finger.angle_deg for finger in self._fingers])

    def lead(self, gesture: str | None, seconds: float) -> None:
        """Lead the fingers towards a posture, or, without one it knows, brake them and hold their place.

        Parameters
        ----------
        gesture : name of a posture; ``None`` stops.
        seconds : how long, a multiple of a millisecond.
        """
        posture = POSTURES.get(gesture) if gesture else None
        for _ in range(round(seconds / DT_S)):
            if posture is None:
                for finger in self._fingers:
                    finger.stop()
            else:
                for finger, wanted in zip(self._fingers, posture, strict=True):
                    finger.towards(wanted, self.limits.speed_deg_s)

    def wanted_deg(self, gesture: str | None) -> NDArray[np.float64]:
        """(5,) where an order leads the fingers: its posture as far as the range goes; NaN without one it knows."""
        posture = POSTURES.get(gesture) if gesture else None
        if posture is None:
            return np.full(len(FINGERS), np.nan)
        return np.clip(np.array(posture, dtype=np.float64), self.limits.low_deg, self.limits.high_deg)

    def reached(self, gesture: str) -> bool:
        """Whether every finger is where that posture lies, or where the range ends before it."""
        return bool((np.abs(self.angles_deg - self.wanted_deg(gesture)) <= THERE_DEG).all())
