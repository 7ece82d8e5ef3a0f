"""Faults put into a simulated session on purpose, to see what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import copysign, inf, isfinite, nan
from typing import NamedTuple

from rehabkit.errors import InputError
from rehabkit.exoskeleton.faults import Fault
from rehabkit.exoskeleton.plant import Sensed

KINDS: dict[str, Fault] = {
    "released": Fault.RELEASED,
    "patient-stop": Fault.PATIENT_STOP,
    "heartbeat": Fault.HEARTBEAT,
    "stale": Fault.STALE,
    "clock": Fault.CLOCK,
    "nan": Fault.NOT_A_NUMBER,
    "signal-lost": Fault.SIGNAL_LOST,
    "saturated": Fault.SATURATED,
    "sensor-nan": Fault.POSITION_INVALID,
    "sensor-range": Fault.POSITION_RANGE,
    "sensor-jump": Fault.POSITION_JUMP,
    "sensor-frozen": Fault.POSITION_FROZEN,
    "motor-sense": Fault.MOTOR_SENSE,
    "loop": Fault.LOOP,
}
"""What can be put in, and the fault that should be seen."""
LASTING_S = 1.0
FULL_SCALE_V = 1.0
"""Far beyond any amplifier of muscles."""


class Line(NamedTuple):
    """What reaches the machine from outside: angles that somebody wants, never a torque.

    ``beat``, ``stamp_s``, ``wanted_deg``, ``packet`` and ``signal_v`` as :class:`~rehabkit.exoskeleton.watchdog.Seen`
    has them; ``enable``, ``confirm`` and ``patient_stop`` are the person's buttons.
    """

    beat: int
    stamp_s: float
    wanted_deg: float
    packet: int
    signal_v: tuple[float, ...] = ()
    enable: bool = True
    confirm: bool = False
    patient_stop: bool = False


@dataclass
class Injection:
    """One fault in one session.

    Parameters
    ----------
    kind : a key of ``KINDS``.
    at_s, lasting_s : when, and for how long.

    Raises
    ------
    InputError
        If there is no such kind or time.
    """

    kind: str
    at_s: float
    lasting_s: float = LASTING_S
    _held: Line | None = field(default=None, repr=False)
    _angle_deg: float | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"fault must be one of {', '.join(KINDS)}, got {self.kind!r}; choose one")
        if not (isfinite(self.at_s) and self.at_s >= 0 and self.lasting_s > 0):
            raise InputError(f"fault must be at a second from 0 on and last, got {self.at_s} and {self.lasting_s}")

    @classmethod
    def parse(cls, text: str) -> Injection:
        """``KIND@SECONDS`` or ``KIND@SECONDS+LASTING``.

        Raises
        ------
        InputError
            If it isn't written so.

        Examples
        --------
        >>> Injection.parse("stale@12+0.5")
        Injection(kind='stale', at_s=12.0, lasting_s=0.5)
        """
        kind, _, when = text.partition("@")
        at, _, lasting = when.partition("+")
        try:
            return cls(kind.strip(), float(at), float(lasting or LASTING_S))
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"--fault must be KIND@SECONDS or KIND@SECONDS+LASTING, got {text!r}") from None

    def active(self, now_s: float) -> bool:
        """Whether it is there now."""
        return self.at_s <= now_s < self.at_s + self.lasting_s

    def of_line(self, line: Line) -> Line:
        """What comes in while it is there."""
        self._held = held = self._held or line
        match self.kind:
            case "released":
                return line._replace(enable=False)
            case "patient-stop":
                return line._replace(patient_stop=True)
            case "heartbeat":
                return line._replace(beat=held.beat, stamp_s=held.stamp_s, wanted_deg=held.wanted_deg)
            case "stale":
                return line._replace(stamp_s=held.stamp_s, wanted_deg=held.wanted_deg)
            case "clock":
                return line._replace(stamp_s=line.stamp_s + 1.0)
            case "nan":
                return line._replace(wanted_deg=nan)
            case "signal-lost":
                return line._replace(packet=held.packet, signal_v=held.signal_v)
            case "saturated":
                return line._replace(signal_v=tuple(copysign(FULL_SCALE_V, value) for value in line.signal_v))
        return line

    def of_sensors(self, sensed: Sensed) -> Sensed:
        """What the machine measures while it is there."""
        self._angle_deg = held = sensed.angle_deg if self._angle_deg is None else self._angle_deg
        match self.kind:
            case "sensor-nan":
                return sensed._replace(angle_deg=nan, velocity_deg_s=nan)
            case "sensor-range":
                return sensed._replace(angle_deg=inf if held < 0 else 400.0)
            case "sensor-jump":
                return sensed._replace(angle_deg=sensed.angle_deg + 25.0)
            case "sensor-frozen":
                return sensed._replace(angle_deg=held, velocity_deg_s=0.0)
            case "motor-sense":
                return sensed._replace(back_emf_deg_s=nan)
        return sensed


def tampered(injected: Iterable[Injection], now_s: float, line: Line, sensed: Sensed) -> tuple[Line, Sensed, bool]:
    """Line and sensors with every fault that is there now, and whether the control loop hangs."""
    stalled = False
    for one in injected:
        if one.active(now_s):
            line, sensed = one.of_line(line), one.of_sensors(sensed)
            stalled = stalled or one.kind == "loop"
    return line, sensed, stalled
