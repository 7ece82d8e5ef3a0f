"""The only one who commands the hand robot: a state machine between a recogniser and what moves.

::

    stopped ── neutral hand held ──▶ neutral ── confirmed ──▶ ready ── neutral, then a gesture held ──▶ moving
       ▲                                │                       ▲                                         │
       └───────────── any fault, from anywhere ─────────────────┼────── gesture ended, or time ───────────┘

Stopped is where a session starts and where every fault ends, latched. The recogniser is not believed: that a hand is
open is taken from the fingers' flexion. A fist is a command only if a wide open hand came just before, since a spastic
hand closes by itself and can't open so.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from rehabkit.hand_training.faults import FINAL, Fault, Seen, of_picture, those
from rehabkit.hand_training.rules import Rules
from rehabkit.hand_training.steady import Steady

LONGEST_STEP_S = 0.1
"""A machine that wasn't asked for longer has hung."""


class State(StrEnum):
    """What the machine does."""

    STOPPED = "stopped"
    NEUTRAL = "neutral"
    READY = "ready"
    MOVING = "moving"


class Order(NamedTuple):
    """What a step decided: the robot moves to ``gesture``, or holds its place where that is ``None``."""

    state: State
    gesture: str | None = None
    shown_s: float | None = None
    """Time of the first picture that showed the commanded gesture."""


class Actuation:
    """Gesture to command, with hold time, debouncing and a safe stop.

    Parameters
    ----------
    rules : frozen and checked.
    commands : names of the gestures that the robot can follow; others are shown in vain.
    """

    def __init__(self, rules: Rules, commands: frozenset[str]) -> None:
        self.rules, self.commands = rules, commands - {rules.neutral}
        self.state = State.STOPPED
        self.reasons: frozenset[Fault] = frozenset({Fault.NOT_STARTED})
        self._steady, self._wide = Steady(rules.release_s), Steady(rules.release_s)
        self._command: str | None = None
        self._shown_s = 0.0
        self._last: Seen | None = None
        self._now_s: float | None = None
        self._begun_s: float | None = None
        self._changed_s = self._moving_s = 0.0
        self._neutral_s = self._wide_s = float("-inf")
        self._released = False
        self._side: str | None = None

    def step(self, now_s: float, seen: Seen | None, *, confirm: bool, stop: bool) -> Order:
        """One step, at most 0.1 s after the last.

        Parameters
        ----------
        now_s : the machine's own clock.
        seen : the newest picture; the same one again until another is there.
        confirm : the button that confirms is pressed.
        stop : the patient presses stop.
        """
        faults = self._faults(now_s, seen, stop)
        if faults:
            self._latch(faults)
        elif seen is not None:
            if self._last is None or seen.stamp_s > self._last.stamp_s:
                self._look(seen)
            self._go_on(now_s, seen, confirm)
        self._last, self._now_s = seen or self._last, now_s
        if self.state is State.MOVING:
            return Order(self.state, self._command, self._shown_s)
        return Order(self.state)

    def _faults(self, now_s: float, seen: Seen | None, stop: bool) -> frozenset[Fault]:
        self._begun_s = now_s if self._begun_s is None else self._begun_s
        step_s = 0.0 if self._now_s is None else now_s - self._now_s
        found = those(
            (Fault.PATIENT_STOP, stop),
            (Fault.TIME, not now_s - self._begun_s <= self.rules.duration_s),
            (Fault.CLOCK, not 0 <= step_s <= LONGEST_STEP_S + 1e-9),
            (Fault.NO_PICTURE, seen is None),
        )
        if seen is None:
            return found
        return found | self._of_time(now_s, seen) | of_picture(seen, self._side, self.rules.confidence)

    def _of_time(self, now_s: float, seen: Seen) -> frozenset[Fault]:
        rules, last = self.rules, self._last
        if last is None or seen.mark != last.mark:
            self._changed_s = now_s
        age_s = now_s - seen.stamp_s
        backwards = last is not None and not seen.stamp_s >= last.stamp_s
        return those(
            (Fault.STALE, not age_s <= rules.stale_s),
            (Fault.FROZEN, not now_s - self._changed_s <= rules.stale_s),
            (Fault.CLOCK, backwards or not age_s >= -rules.ahead_s),
        )

    def _latch(self, faults: frozenset[Fault]) -> None:
        if self.state is not State.STOPPED:
            self.reasons = faults
        else:
            self.reasons |= faults & FINAL
        self._stop()

    def _stop(self) -> None:
        """Whatever was seen before counts for nothing."""
        self.state, self._side, self._released = State.STOPPED, None, False
        self._forget()

    def _forget(self) -> None:
        self._steady, self._wide = Steady(self.rules.release_s), Steady(self.rules.release_s)
        self._neutral_s = self._wide_s = float("-inf")

    def _look(self, seen: Seen) -> None:
        """A new picture without a fault."""
        rules = self.rules
        wide = seen.opening >= rules.wide_opening
        closed_neutral = seen.gesture == rules.neutral and seen.opening < rules.neutral_opening
        shown = None if closed_neutral or (wide and seen.gesture in rules.closing) else seen.gesture
        self._steady.add(seen.stamp_s, shown)
        self._wide.add(seen.stamp_s, "wide" if wide else None)
        if wide and self._wide.gesture and self._wide.held_s >= rules.release_s:
            self._wide_s = seen.stamp_s
        if self._rests and shown == rules.neutral:
            self._neutral_s = seen.stamp_s

    @property
    def _rests(self) -> bool:
        """Whether a neutral hand is there, long enough."""
        return self._steady.gesture == self.rules.neutral and self._steady.held_s >= self.rules.neutral_s

    def _go_on(self, now_s: float, seen: Seen, confirm: bool) -> None:
        if self.state is State.STOPPED:
            if self._rests and not self.reasons & FINAL:
                self.state, self._released, self._side = State.NEUTRAL, False, seen.side
        elif self.state is State.NEUTRAL:
            self._confirm(confirm)
        elif self.state is State.READY:
            if self._commanded():
                self.state, self._moving_s = State.MOVING, now_s
                self._command, self._shown_s = self._steady.gesture, self._steady.since_s
        elif self._steady.gesture != self._command or now_s - self._moving_s >= self.rules.longest_move_s:
            self.state = State.READY
            self._forget()  # the next command needs a neutral hand again

    def _confirm(self, confirm: bool) -> None:
        """A button that was held before counts for nothing; the hand must still be neutral."""
        if not self._rests:
            self._latch(frozenset({Fault.LEFT_NEUTRAL}))
        elif not confirm:
            self._released = True
        elif self._released:
            self.state, self.reasons = State.READY, frozenset()

    def _commanded(self) -> bool:
        """Whether a gesture that may be a command followed a neutral hand and is held."""
        rules, steady = self.rules, self._steady
        if steady.gesture not in self.commands or steady.since_s - self._neutral_s > rules.transition_s:
            return False
        if steady.gesture in rules.closing and steady.since_s - self._wide_s > rules.transition_s:
            return False
        return steady.held_s >= rules.hold_s and steady.pictures >= rules.pictures
