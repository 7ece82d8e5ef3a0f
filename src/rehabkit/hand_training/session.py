"""One simulated training: pictures and buttons go to the actuation, its order to the robot; what happened is logged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.hand_training.actuation import Actuation, Order, State
from rehabkit.hand_training.faults import Seen
from rehabkit.hand_training.robot import HandRobot

Array = NDArray[np.float64]
STATES = tuple(State)
TICK_S = 0.01
LONGEST_S = 3700.0
PRESSED_S = 0.2
"""So long a simulated person holds a button."""


class Line(NamedTuple):
    """What comes in at a moment: the newest picture and the buttons."""

    seen: Seen | None
    confirm: bool = False
    stop: bool = False


def pressed(times_s: Sequence[float], now_s: float) -> bool:
    """Whether a button that is pressed at these times is down.

    Examples
    --------
    >>> pressed([1.5], 1.6), pressed([1.5], 1.8)
    (True, False)
    """
    return any(start <= now_s < start + PRESSED_S for start in times_s)


@dataclass(frozen=True)
class Prompt:
    """The trainer asks for a gesture at a time."""

    time_s: float
    gesture: str


@dataclass(frozen=True)
class Move:
    """One command, from beginning to end.

    Parameters
    ----------
    gesture : commanded.
    shown_s : time of the first picture of it.
    start_s, end_s : of the command.
    reached : whether every finger came to its posture.
    ended_by : why it ended, in words.
    """

    gesture: str
    shown_s: float
    start_s: float
    end_s: float
    reached: bool
    ended_by: str


class Stop(NamedTuple):
    """The machine, ready or moving, went into the safe state, and why."""

    time_s: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class TrainingLog:
    """A training, step by step.

    Parameters
    ----------
    time_s : (n,) of each step of 10 ms.
    state : (n,) index into ``STATES``.
    angles_deg : (n, 5) of the modelled fingers at the end of each step.
    wanted_deg : (n, 5) where they are led to; NaN where there is no command.
    moves, stops, prompts : in order of time.
    """

    time_s: Array
    state: NDArray[np.int8]
    angles_deg: Array
    wanted_deg: Array
    moves: tuple[Move, ...]
    stops: tuple[Stop, ...]
    prompts: tuple[Prompt, ...]

    def answer(self, prompt: Prompt) -> Move | None:
        """The first move of the gesture asked for that was shown after its prompt and before the next one."""
        later = [one.time_s for one in self.prompts if one.time_s > prompt.time_s]
        until = min(later, default=float("inf"))
        fitting = (m for m in self.moves if m.gesture == prompt.gesture and prompt.time_s <= m.shown_s < until)
        return next(fitting, None)


class _Step(NamedTuple):
    time_s: float
    order: Order
    angles_deg: Array
    wanted_deg: Array
    reached: bool
    reasons: tuple[str, ...]


def simulate(
    lines: Callable[[float], Line], actuation: Actuation, robot: HandRobot, seconds: float,
    prompts: Sequence[Prompt] = (),
) -> TrainingLog:  # fmt: skip
    """Run one training.

    Parameters
    ----------
    lines : what comes in at each second. Nothing else of it reaches the robot.
    actuation, robot : new ones, at the start of a session.
    seconds : how long.
    prompts : what the trainer asks for, kept beside what was done; they command nothing.

    Raises
    ------
    InputError
        If it would be longer than an hour, or shorter than a step.
    """
    if not TICK_S <= seconds <= LONGEST_S:
        raise InputError(f"training must last {TICK_S:g} to {LONGEST_S:g} s, got {seconds}; choose another length")
    steps = []
    for tick in range(round(seconds / TICK_S)):
        now_s = round(tick * TICK_S, 6)
        line = lines(now_s)
        order = actuation.step(now_s, line.seen, confirm=line.confirm, stop=line.stop)
        robot.lead(order.gesture, TICK_S)
        there = order.gesture is not None and robot.reached(order.gesture)
        reasons = tuple(sorted(actuation.reasons)) if order.state is State.STOPPED else ()
        steps.append(_Step(now_s, order, robot.angles_deg, robot.wanted_deg(order.gesture), there, reasons))
    return TrainingLog(
        time_s=np.array([step.time_s for step in steps]),
        state=np.array([STATES.index(step.order.state) for step in steps], dtype=np.int8),
        angles_deg=np.array([step.angles_deg for step in steps]),
        wanted_deg=np.array([step.wanted_deg for step in steps]),
        moves=tuple(_moves(steps)),
        stops=tuple(_stops(steps)),
        prompts=tuple(sorted(prompts, key=lambda one: one.time_s)),
    )


def _moves(steps: Sequence[_Step]) -> list[Move]:
    found, begun = [], 0
    for number, (before, now) in enumerate(pairwise(steps), 1):
        if now.order.gesture is not None and before.order.gesture is None:
            begun = number
        elif before.order.gesture is not None and now.order.gesture is None:
            found.append(_move(steps[begun:number], now.time_s, "; ".join(now.reasons) or "gesture ended"))
    if steps[-1].order.gesture is not None:
        found.append(_move(steps[begun:], steps[-1].time_s, "session ended"))
    return found


def _move(steps: Sequence[_Step], end_s: float, ended_by: str) -> Move:
    first = steps[0]
    gesture, shown_s = str(first.order.gesture), float(first.order.shown_s or 0.0)
    return Move(gesture, shown_s, first.time_s, end_s, any(step.reached for step in steps), ended_by)


def _stops(steps: Sequence[_Step]) -> list[Stop]:
    return [
        Stop(now.time_s, now.reasons)
        for before, now in pairwise(steps)
        if now.order.state is State.STOPPED and before.order.state in (State.READY, State.MOVING)
    ]
