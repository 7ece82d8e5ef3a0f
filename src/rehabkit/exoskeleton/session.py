"""One simulated session: what comes in goes to the watchdog and the governor, the governor's torque to the plant.

Simulation only: rehabkit ships no hardware driver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.exoskeleton.faults import Fault
from rehabkit.exoskeleton.governor import Command, Consent, Governor, Mode
from rehabkit.exoskeleton.injection import KINDS, Injection, Line, tampered
from rehabkit.exoskeleton.limits import Limits
from rehabkit.exoskeleton.plant import DT_S, GovernedTorque, Plant, Sensed
from rehabkit.exoskeleton.watchdog import Seen, Watchdog

Array = NDArray[np.float64]
MODES = tuple(Mode)
LONGEST_S = 3700.0


@dataclass(frozen=True)
class Event:
    """Something that happened at a time, in words."""

    time_s: float
    kind: str
    text: str


@dataclass(frozen=True)
class SessionLog:
    """A session, step by step.

    Parameters
    ----------
    time_s : (n,) seconds.
    desired_deg : (n,) as it came in, not to be believed; NaN where it was no number.
    reference_deg : (n,) where the governor led.
    angle_deg, velocity_deg_s : (n,) of the modelled limb, in truth.
    torque_nm : (n,) asked of the motor.
    mode : (n,) index into ``MODES``.
    events : injected faults, changes of mode and why.
    limits : under which it ran.
    repetitions, work_j, led_s : dose.
    """

    time_s: Array
    desired_deg: Array
    reference_deg: Array
    angle_deg: Array
    velocity_deg_s: Array
    torque_nm: Array
    mode: NDArray[np.int8]
    events: tuple[Event, ...]
    limits: Limits
    repetitions: int
    work_j: float
    led_s: float

    def stretches(self, mode: Mode) -> list[tuple[float, float]]:
        """When it was in that mode, seconds from and to."""
        inside = np.concatenate([[0], self.mode == MODES.index(mode), [0]]).astype(int)
        edges = np.flatnonzero(np.diff(inside))
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [(float(self.time_s[first]), float(self.time_s[last - 1] + DT_S)) for first, last in pairs]


@dataclass
class _Rows:
    """What is written down while it runs."""

    rows: list[tuple[float, float, float, float, float, float, int]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    mode: Mode = Mode.SUPPORT

    def add(self, now_s: float, line: Line, command: Command, plant: Plant, governor: Governor) -> None:
        wanted, torque = line.wanted_deg, command.torque_nm
        state = MODES.index(command.mode)
        self.rows.append((now_s, wanted, command.reference_deg, plant.angle_deg, plant.velocity_deg_s, torque, state))
        if command.mode is not self.mode:
            self.events.append(Event(round(now_s, 4), command.mode.value, self._words(command.mode, governor)))
            self.mode = command.mode

    def _words(self, mode: Mode, governor: Governor) -> str:
        if mode is Mode.FOLLOWING:
            return "resumed" if any(event.kind == Mode.FOLLOWING for event in self.events) else "started"
        if mode is Mode.SUPPORT:
            return "supported"
        reasons = {Fault.LOOP} if mode is Mode.BRAKED else governor.reasons
        return f"{mode.value}: {', '.join(sorted(reasons))}"


def simulate(
    lines: Callable[[float], Line],
    plant: Plant,
    governor: Governor,
    seconds: float,
    *,
    watchdog: Watchdog | None = None,
    injected: Iterable[Injection] = (),
) -> SessionLog:
    """Run one session.

    Parameters
    ----------
    lines : what comes in at each second: desired angles and buttons. Nothing else of it reaches the motor.
    plant, governor : new ones, at the start of a session.
    seconds : how long.
    injected : faults put in on purpose.

    Raises
    ------
    InputError
        If the session would be longer than an hour, or shorter than a step.
    """
    if not DT_S <= seconds <= LONGEST_S:
        raise InputError(f"session must last {DT_S:g} to {LONGEST_S:g} s, got {seconds}; choose another length")
    dog, faults_in, written = watchdog or Watchdog(), sorted(injected, key=lambda one: one.at_s), _Rows()
    watch, loop_beat = None, 0
    command = Command(GovernedTorque(0.0), plant.angle_deg, Mode.SUPPORT)
    for step in range(round(seconds / DT_S)):
        now_s = step * DT_S
        line, sensed, stalled = tampered(faults_in, now_s, lines(now_s), plant.sense())
        watch, faults = dog.look(watch, now_s, _seen(line, sensed, loop_beat))
        if not stalled:
            loop_beat += 1
            command = governor.step(line.wanted_deg, sensed, faults, Consent(line.enable, line.confirm))
        braked = Fault.LOOP in faults
        plant.advance(command.torque_nm, braked=braked)
        written.add(now_s, line, command._replace(mode=Mode.BRAKED) if braked else command, plant, governor)
    return _log(written, faults_in, governor)


def _seen(line: Line, sensed: Sensed, loop_beat: int) -> Seen:
    return Seen(
        line.beat,
        line.stamp_s,
        line.wanted_deg,
        line.packet,
        line.signal_v,
        line.enable,
        line.patient_stop,
        sensed.angle_deg,
        sensed.back_emf_deg_s,
        loop_beat,
    )


def _log(written: _Rows, injected: list[Injection], governor: Governor) -> SessionLog:
    columns = np.array(written.rows).T
    time_s, desired, reference, angle, velocity, torque, mode = columns
    put_in = [Event(one.at_s, "injected", f"injected: {KINDS[one.kind]}") for one in injected]
    return SessionLog(
        time_s=time_s,
        desired_deg=np.where(np.isfinite(desired), desired, np.nan),
        reference_deg=reference,
        angle_deg=angle,
        velocity_deg_s=velocity,
        torque_nm=torque,
        mode=mode.astype(np.int8),
        events=tuple(sorted([*written.events, *put_in], key=lambda event: event.time_s)),
        limits=governor.limits,
        repetitions=governor.dose.repetitions,
        work_j=governor.dose.work_j,
        led_s=governor.dose.led_s,
    )
