"""What makes the machine stop, under one name each."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """A reason to stop; the value is what people read."""

    NOT_STARTED = "not started yet"
    RELEASED = "hold-to-run released"
    PATIENT_STOP = "patient pressed stop"
    HEARTBEAT = "no heartbeat of the estimator"
    STALE = "estimate too old"
    CLOCK = "clocks disagree"
    NOT_A_NUMBER = "desired angle is no number"
    SIGNAL_LOST = "signal lost"
    SATURATED = "signal saturated"
    POSITION_INVALID = "position sensor gives no number"
    POSITION_RANGE = "position outside what a knee can reach"
    POSITION_JUMP = "position jumped faster than a limb can"
    POSITION_FROZEN = "position doesn't move though the motor turns"
    MOTOR_SENSE = "motor tells no velocity"
    LOOP = "control loop stalled"
    OVERSPEED = "limb too fast"
    DOSE = "dose reached"
    TIME = "time over"


POSITION = frozenset({Fault.POSITION_INVALID, Fault.POSITION_RANGE, Fault.POSITION_JUMP, Fault.POSITION_FROZEN})
"""The angle can't be believed: support must do without it."""
FINAL = POSITION | {Fault.DOSE, Fault.TIME}
"""After these a session can't be resumed: a sensor that failed is not believed again, and a limit is a limit."""
