"""The place that a limb is led to: it follows what is wanted no faster than the limits allow."""

from __future__ import annotations

from math import copysign, sqrt
from typing import Protocol

from rehabkit.exoskeleton.plant import DT_S

SMOOTH_S = 0.06
"""Nearer than speed times this the reference slows down, so that estimates arriving in steps don't shake the limb."""


class Bounds(Protocol):
    """What a reference keeps to: range, speed, acceleration, and deceleration of a stop."""

    @property
    def low_deg(self) -> float: ...
    @property
    def high_deg(self) -> float: ...
    @property
    def speed_deg_s(self) -> float: ...
    @property
    def acceleration_deg_s2(self) -> float: ...
    @property
    def stop_deg_s2(self) -> float: ...


class Reference:
    """An angle that moves within limits of range, speed and acceleration.

    It starts at rest from a measured place. Outside the range it may only move towards it.
    """

    def __init__(self, limits: Bounds, angle_deg: float) -> None:
        self.limits = limits
        self.angle_deg, self.velocity_deg_s = angle_deg, 0.0

    def towards(self, wanted_deg: float, speed_deg_s: float) -> None:
        """One step towards what is wanted.

        Parameters
        ----------
        wanted_deg : any number; held inside the range.
        speed_deg_s : allowed here; where it falls suddenly, the reference brakes as in a stop.
        """
        limits = self.limits
        way = max(limits.low_deg, min(limits.high_deg, wanted_deg)) - self.angle_deg
        braking = sqrt(2 * limits.acceleration_deg_s2 * abs(way))
        aimed = copysign(min(speed_deg_s, limits.speed_deg_s, braking, abs(way) / SMOOTH_S), way)
        slowing = abs(aimed) < abs(self.velocity_deg_s) or aimed * self.velocity_deg_s < 0
        self._move(aimed, limits.stop_deg_s2 if slowing else limits.acceleration_deg_s2)

    def stop(self) -> bool:
        """One step of a controlled stop; whether it stands."""
        self._move(0.0, self.limits.stop_deg_s2)
        return self.velocity_deg_s == 0.0

    def _move(self, aimed_deg_s: float, rate_deg_s2: float) -> None:
        limits, most = self.limits, rate_deg_s2 * DT_S
        self.velocity_deg_s += max(-most, min(most, aimed_deg_s - self.velocity_deg_s))
        low, high = min(limits.low_deg, self.angle_deg), max(limits.high_deg, self.angle_deg)
        moved = self.angle_deg + self.velocity_deg_s * DT_S
        self.angle_deg = max(low, min(high, moved))
        if self.angle_deg != moved:
            self.velocity_deg_s = 0.0
