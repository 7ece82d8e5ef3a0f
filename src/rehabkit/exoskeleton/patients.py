"""Persons in the exoskeleton, modelled by the torque of their muscles at the knee, N·m, flexion positive."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sin

Patient = Callable[[float, float, float], float]
"""From time (s), angle (deg) and velocity (deg/s) to torque (N·m)."""


def relaxed(time_s: float, angle_deg: float, velocity_deg_s: float) -> float:
    """No muscle does anything."""
    return 0.0


def elastic(stiffness_nm_deg: float = 0.03, rest_deg: float = 60.0) -> Patient:
    """What tissue does by itself: a weak spring towards the middle of the range.

    Examples
    --------
    >>> elastic(0.5, 60)(0.0, 90.0, 0.0)
    -15.0
    """
    return lambda time_s, angle_deg, velocity_deg_s: -stiffness_nm_deg * (angle_deg - rest_deg)


def spastic(gain_nms_deg: float = 0.15, threshold_deg_s: float = 30.0, most_nm: float = 15.0) -> Patient:
    """Muscles that resist being stretched quickly, more the quicker (Lance 1980).

    Examples
    --------
    >>> patient = spastic(0.15, 30)
    >>> patient(0.0, 60.0, 20.0), patient(0.0, 60.0, 70.0), patient(0.0, 60.0, -70.0)
    (-0.0, -6.0, 6.0)
    """

    def torque(time_s: float, angle_deg: float, velocity_deg_s: float) -> float:
        beyond = max(abs(velocity_deg_s) - threshold_deg_s, 0.0)
        against = min(gain_nms_deg * beyond, most_nm)
        return -against if velocity_deg_s > 0 else against

    return torque


def pushing(torque_nm: float = 8.0, period_s: float = 3.0, phase: float = 0.0) -> Patient:
    """Someone who pushes to and fro against whatever the machine does."""
    return lambda time_s, angle_deg, velocity_deg_s: torque_nm * sin(2 * pi * time_s / period_s + phase)


PATIENTS: dict[str, Patient] = {
    "relaxed": relaxed,
    "elastic": elastic(),
    "spastic": spastic(),
    "pushing": pushing(),
}
"""By name, as the command line knows them."""
