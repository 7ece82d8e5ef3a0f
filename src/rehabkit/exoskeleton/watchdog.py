"""Watches everything that the governor relies on, by a clock of its own: a pure state machine.

A patient who holds still sends the same angle for minutes: that is no fault. What tells a dead estimator from a still
patient are its heartbeat and the age of the newest sample behind each estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import exp, isfinite
from typing import NamedTuple

from rehabkit.errors import InputError
from rehabkit.exoskeleton.faults import Fault

DEADLINE_S = 0.1
"""From a fault to the safe state."""


class Seen(NamedTuple):
    """What the watchdog is shown at each of its steps.

    Parameters
    ----------
    beat : counter that the estimator raises with each estimate.
    stamp_s : time of the newest sample behind the newest estimate, on the watchdog's clock.
    wanted_deg : that estimate.
    packet : counter of samples that arrived from the electrodes or the goniometer.
    signal_v : the newest sample, one value an electrode; empty where nothing electric drives.
    enable : hold-to-run is held.
    patient_stop : the stop button is pressed.
    angle_deg : of the encoder.
    back_emf_deg_s : velocity by the motor's voltage and current.
    loop_beat : counter that the control loop raises at each of its steps.
    """

    beat: int
    stamp_s: float
    wanted_deg: float
    packet: int
    signal_v: tuple[float, ...]
    enable: bool
    patient_stop: bool
    angle_deg: float
    back_emf_deg_s: float
    loop_beat: int


class Watch(NamedTuple):
    """What it remembers from step to step."""

    now_s: float
    seen: Seen
    beat_s: float
    packet_s: float
    loop_s: float
    moved_s: tuple[float, ...]
    clipped_s: float = 0.0
    unseen_deg: float = 0.0


@dataclass(frozen=True)
class Watchdog:
    """Its thresholds; every time must let a fault reach the safe state within 100 ms.

    Parameters
    ----------
    beat_s : longest silence of the estimator.
    stale_s : oldest sample behind an estimate.
    packet_s : longest silence of the sensor.
    flat_s : longest that an electrode may give one and the same number: amplifiers have noise, a torn cable has none.
    loop_s : longest silence of the control loop.
    ahead_s : how far a time stamp may lie in the future.
    full_scale_v : of the amplifier.
    clipped_s : of the last 50 ms, how much may be at full scale.
    low_deg, high_deg : what a knee in this machine can reach.
    fastest_deg_s, jump_deg : an encoder that moves faster than this, and by more than this more, has jumped.
    unseen_deg : how far the motor may turn without the encoder.

    Raises
    ------
    InputError
        If one of the times is too long for the deadline, or a value is no positive number.

    Examples
    --------
    >>> still = Seen(1, 0.0, 40.0, 1, (), True, False, 40.0, 0.0, 1)
    >>> watch, faults = Watchdog().look(None, 0.0, still)
    >>> faults
    frozenset()
    >>> watch, faults = Watchdog().look(watch, 0.001, still._replace(patient_stop=True, angle_deg=float("nan")))
    >>> sorted(str(fault) for fault in faults)
    ['patient pressed stop', 'position sensor gives no number']
    """

    beat_s: float = 0.09
    stale_s: float = 0.09
    packet_s: float = 0.06
    flat_s: float = 0.06
    loop_s: float = 0.01
    ahead_s: float = 0.02
    full_scale_v: float = 5e-3
    clipped_s: float = 0.01
    low_deg: float = -10.0
    high_deg: float = 135.0
    fastest_deg_s: float = 500.0
    jump_deg: float = 1.0
    unseen_deg: float = 2.0

    def __post_init__(self) -> None:
        late = [f"{name} must be above 0 and at most 0.095, got {getattr(self, name)}"
                for name in ("beat_s", "stale_s", "packet_s", "flat_s", "loop_s")
                if not 0 < getattr(self, name) <= 0.95 * DEADLINE_S]  # fmt: skip
        wrong = [f"{field.name} must be a number, got {getattr(self, field.name)}" for field in fields(self)
                 if not isfinite(getattr(self, field.name))]  # fmt: skip
        if late or wrong:
            raise InputError(f"watchdog: {'; '.join([*late, *wrong])}; the safe state must come within {DEADLINE_S} s")

    def look(self, before: Watch | None, now_s: float, seen: Seen) -> tuple[Watch, frozenset[Fault]]:
        """One step: what to remember, and every fault that is there now.

        Parameters
        ----------
        before : of the last step; ``None`` at the first.
        now_s : the watchdog's own clock.
        """
        if before is None:
            before = Watch(now_s, seen, now_s, now_s, now_s, (now_s,) * len(seen.signal_v))
        step_s = now_s - before.now_s
        watch = self._remembered(before, now_s, max(step_s, 0.0), seen)
        found = self._of_hands(seen) | self._of_times(watch, step_s, before.seen) | self._of_signal(watch)
        return watch, found | self._of_position(watch, before.seen, step_s)

    def _remembered(self, before: Watch, now_s: float, step_s: float, seen: Seen) -> Watch:
        old, moved = before.seen, before.moved_s
        if seen.signal_v != old.signal_v:
            moved = tuple(
                now_s if new != last else when
                for new, last, when in zip(seen.signal_v, old.signal_v, moved, strict=True)
            )
        return Watch(
            now_s,
            seen,
            now_s if seen.beat != old.beat else before.beat_s,
            now_s if seen.packet != old.packet else before.packet_s,
            now_s if seen.loop_beat != old.loop_beat else before.loop_s,
            moved,
            self._clipped(before.clipped_s, seen, step_s),
            self._unseen(before.unseen_deg, seen, old, step_s),
        )

    def _clipped(self, before_s: float, seen: Seen, step_s: float) -> float:
        """Seconds at full scale, forgotten over 50 ms."""
        now = any(abs(value) >= 0.98 * self.full_scale_v for value in seen.signal_v)
        return before_s * exp(-step_s / 0.05) + (step_s if now else 0.0)

    def _unseen(self, before_deg: float, seen: Seen, old: Seen, step_s: float) -> float:
        """What the motor turned and the encoder didn't show, forgotten over 0.3 s: the motor's own measure drifts."""
        shown = seen.angle_deg - old.angle_deg
        turned = seen.back_emf_deg_s * step_s
        if not (isfinite(shown) and isfinite(turned)):
            return 0.0
        return before_deg * exp(-step_s / 0.3) + turned - shown

    def _of_hands(self, seen: Seen) -> frozenset[Fault]:
        released = frozenset() if seen.enable else frozenset({Fault.RELEASED})
        return released | {Fault.PATIENT_STOP} if seen.patient_stop else released

    def _of_times(self, watch: Watch, step_s: float, old: Seen) -> frozenset[Fault]:
        seen, now_s = watch.seen, watch.now_s
        age_s = now_s - seen.stamp_s
        backwards = step_s < 0 or step_s > DEADLINE_S or seen.stamp_s < old.stamp_s
        return _those(
            (Fault.HEARTBEAT, now_s - watch.beat_s > self.beat_s),
            (Fault.STALE, not age_s <= self.stale_s),
            (Fault.CLOCK, backwards or not age_s >= -self.ahead_s),
            (Fault.LOOP, now_s - watch.loop_s > self.loop_s),
        )

    def _of_signal(self, watch: Watch) -> frozenset[Fault]:
        seen, now_s = watch.seen, watch.now_s
        finite = all(isfinite(value) for value in seen.signal_v)
        torn = any(now_s - when > self.flat_s for when in watch.moved_s)
        return _those(
            (Fault.NOT_A_NUMBER, not isfinite(seen.wanted_deg)),
            (Fault.SIGNAL_LOST, not finite or torn or now_s - watch.packet_s > self.packet_s),
            (Fault.SATURATED, watch.clipped_s > self.clipped_s),
        )

    def _of_position(self, watch: Watch, old: Seen, step_s: float) -> frozenset[Fault]:
        angle, motor = watch.seen.angle_deg, watch.seen.back_emf_deg_s
        if not isfinite(angle):
            return frozenset({Fault.POSITION_INVALID})
        farthest = self.fastest_deg_s * max(step_s, 0.0) + self.jump_deg
        return _those(
            (Fault.MOTOR_SENSE, not isfinite(motor)),  # without it a frozen encoder would not be noticed
            (Fault.POSITION_RANGE, not self.low_deg <= angle <= self.high_deg),
            (Fault.POSITION_JUMP, not abs(angle - old.angle_deg) <= farthest),
            (Fault.POSITION_FROZEN, abs(watch.unseen_deg) > self.unseen_deg),
        )


def _those(*faults: tuple[Fault, bool]) -> frozenset[Fault]:
    return frozenset(fault for fault, there in faults if there)
