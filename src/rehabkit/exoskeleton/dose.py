"""How much was done while the machine led: repetitions, work, time."""

from __future__ import annotations

from rehabkit.exoskeleton.faults import Fault
from rehabkit.exoskeleton.limits import Limits
from rehabkit.exoskeleton.plant import DEG, DT_S


class Dose:
    """Counts as it goes; a repetition is one way and back, each by at least ``repetition_deg``."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.strokes, self.work_j, self.led_s = 0, 0.0, 0.0
        self._extreme: float | None = None
        self._direction = 0

    @property
    def repetitions(self) -> int:
        """Complete ones."""
        return self.strokes // 2

    def add(self, angle_deg: float, velocity_deg_s: float, torque_nm: float) -> None:
        """One step of being led: angle (deg), velocity (deg/s), torque of the motor (N·m)."""
        self.work_j += abs(torque_nm * velocity_deg_s) * DT_S / DEG
        self.led_s += DT_S
        self._count(angle_deg)

    def spent(self) -> frozenset[Fault]:
        """Which limits are reached."""
        limits = self.limits
        dose = self.repetitions >= limits.repetitions or self.work_j >= limits.work_j
        reached = ((Fault.DOSE, dose), (Fault.TIME, self.led_s >= limits.duration_s))
        return frozenset(fault for fault, yes in reached if yes)

    def _count(self, angle_deg: float) -> None:
        if self._extreme is None:
            self._extreme = angle_deg
        back = angle_deg - self._extreme
        if self._direction == 0 or back * self._direction < 0:
            if abs(back) >= self.limits.repetition_deg:
                self.strokes += 1
                self._direction, self._extreme = (1 if back > 0 else -1), angle_deg
        else:
            self._extreme = angle_deg
