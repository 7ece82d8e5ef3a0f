"""What nothing may pass: a frozen configuration that refuses values outside sane ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

from rehabkit.errors import InputError
from rehabkit.exoskeleton.plant import Limb
from rehabkit.exoskeleton.reference import Bounds

SpeedLimit = float | Callable[[float], float]
"""A further limit of speed, deg/s, perhaps by angle (deg). It can only lower the ceiling."""
SANE: dict[str, tuple[float, float]] = {
    "torque_nm": (1, 45),
    "speed_deg_s": (1, 120),
    "acceleration_deg_s2": (10, 1000),
    "stop_deg_s2": (100, 2000),
    "low_deg": (-5, 120),
    "high_deg": (0, 130),
    "stiffness_nm_deg": (0.1, 3),
    "damping_nms_deg": (0.02, 0.5),
    "support_nm": (1, 30),
    "support_damping_nms_deg": (0.05, 0.5),
    "support_give_nm": (0, 8),
    "repetitions": (1, 1000),
    "repetition_deg": (5, 60),
    "work_j": (1, 50_000),
    "duration_s": (1, 3600),
}
"""Name → least and most that anybody may set."""


def outside(given: object, sane: Mapping[str, tuple[float, float]]) -> list[str]:
    """What is wrong with each attribute that lies outside its sane range."""
    return [
        f"{name} must be {least:g} to {most:g}, got {getattr(given, name)}"
        for name, (least, most) in sane.items()
        if not (isfinite(getattr(given, name)) and least <= getattr(given, name) <= most)
    ]


def contradictions(bounds: Bounds) -> list[str]:
    """What is wrong with bounds whose range is empty, or whose stop is slower than what it must stop."""
    problems = []
    if not bounds.low_deg < bounds.high_deg:
        problems.append(f"low_deg must be below high_deg, got {bounds.low_deg} and {bounds.high_deg}")
    if bounds.stop_deg_s2 < bounds.acceleration_deg_s2:
        got = f"{bounds.stop_deg_s2} and {bounds.acceleration_deg_s2}"
        problems.append(f"stop_deg_s2 must be at least acceleration_deg_s2, got {got}")
    return problems


@dataclass(frozen=True)
class Limits:
    """Of one session.

    Parameters
    ----------
    torque_nm : of the motor, always.
    speed_deg_s, acceleration_deg_s2 : of the reference that the limb is led along.
    stop_deg_s2 : deceleration of a controlled stop.
    low_deg, high_deg : range of the reference.
    stiffness_nm_deg, damping_nms_deg : of the impedance control that leads the limb.
    support_nm : torque in support: enough for the weight, no more.
    support_damping_nms_deg : against any motion in support.
    support_give_nm : support holds its place against this much and gives way to more.
    repetitions, work_j, duration_s : dose of a session: to and fro, joules moved through, seconds of being led.
    repetition_deg : a turn back by less than this is none.

    Raises
    ------
    InputError
        Naming every value outside its range (``SANE``) and every contradiction.

    Examples
    --------
    >>> Limits(torque_nm=99, low_deg=80, high_deg=60)
    Traceback (most recent call last):
    rehabkit.errors.InputError: limits: torque_nm must be 1 to 45, got 99; low_deg must be below high_deg, got 80 and 60
    """

    torque_nm: float = 30.0
    speed_deg_s: float = 60.0
    acceleration_deg_s2: float = 300.0
    stop_deg_s2: float = 600.0
    low_deg: float = 5.0
    high_deg: float = 95.0
    stiffness_nm_deg: float = 2.0
    damping_nms_deg: float = 0.25
    support_nm: float = 20.0
    support_damping_nms_deg: float = 0.15
    support_give_nm: float = 4.0
    repetitions: float = 60
    repetition_deg: float = 15.0
    work_j: float = 5000.0
    duration_s: float = 1200.0

    def __post_init__(self) -> None:
        problems = outside(self, SANE) + contradictions(self)
        if self.support_nm > self.torque_nm:
            problems.append(f"support_nm must be at most torque_nm, got {self.support_nm} and {self.torque_nm}")
        if problems:
            raise InputError(f"limits: {'; '.join(problems)}")

    def require_holds(self, limb: Limb) -> None:
        """Refuse limits under which a limb would be dropped.

        Raises
        ------
        InputError
            If support can't carry the limb's weight with a tenth to spare.
        """
        least = 1.1 * limb.gravity_nm
        if self.support_nm < least:
            raise InputError(
                f"support_nm must be at least {least:.1f} to carry the limb, got {self.support_nm}; raise it"
            )

    def speed_at(self, angle_deg: float, further: SpeedLimit | None) -> float:
        """Speed allowed at an angle, deg/s: never above the ceiling; what is no number stops.

        Examples
        --------
        >>> limits = Limits(speed_deg_s=60)
        >>> limits.speed_at(40, None), limits.speed_at(40, 500), limits.speed_at(40, lambda deg: deg / 2)
        (60.0, 60.0, 20.0)
        >>> limits.speed_at(40, float("nan")), limits.speed_at(40, -5)
        (0.0, 0.0)
        """
        if further is None:
            return float(self.speed_deg_s)
        said = further(angle_deg) if callable(further) else further
        return 0.0 if said != said else float(max(0.0, min(self.speed_deg_s, said)))
