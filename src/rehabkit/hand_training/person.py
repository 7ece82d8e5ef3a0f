"""A simulated person before a simulated camera, to try a training without either."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rehabkit.hand_training.faults import Seen
from rehabkit.hand_training.session import Line, Prompt, pressed

RATE_HZ, LATENCY_S = 30.0, 0.06
"""Pictures a second, and from a picture to what was recognised in it."""
OPENING = {"relaxed": 0.6, "open": 0.95, "fist": 0.05, "one": 0.3, "two": 0.5, "three": 0.65, "four": 0.8}
"""How open a hand is that shows a gesture; others are half open."""


class Shown(NamedTuple):
    """From this time on the hand shows this, so open."""

    time_s: float
    gesture: str | None
    opening: float


@dataclass(frozen=True)
class Trouble:
    """Between two times every picture is changed by this.

    Parameters
    ----------
    change : gets what was recognised; ``None`` from it means that no new picture comes.
    """

    start_s: float
    end_s: float
    change: Callable[[Seen], Seen | None]


@dataclass
class Person:
    """Shows gestures by a plan, and presses buttons at times.

    Parameters
    ----------
    plan : what the hand shows from when on, in order of time.
    confirm_s : when the button that confirms is pressed, for a fifth of a second.
    stop_s : when stop is pressed, for a fifth of a second.
    troubles : what goes wrong.
    """

    plan: Sequence[Shown]
    confirm_s: Sequence[float] = (1.5,)
    stop_s: Sequence[float] = ()
    troubles: Sequence[Trouble] = ()
    _newest: Seen | None = field(default=None, init=False)

    def __call__(self, now_s: float) -> Line:
        """What comes in at a second; to be asked in order of time."""
        picture = int((now_s - LATENCY_S) * RATE_HZ)
        if now_s >= LATENCY_S:
            self._newest = self._recognised(picture) or self._newest
        return Line(self._newest, pressed(self.confirm_s, now_s), pressed(self.stop_s, now_s))

    def _recognised(self, picture: int) -> Seen | None:
        taken_s = picture / RATE_HZ
        shown = [one for one in self.plan if one.time_s <= taken_s]
        now = shown[-1] if shown else Shown(0.0, None, 0.5)
        seen: Seen | None = Seen(taken_s, picture, 1, 1, "right", now.gesture, 0.95, now.opening)
        for trouble in self.troubles:
            if seen is not None and trouble.start_s <= taken_s < trouble.end_s:
                seen = trouble.change(seen)
        return seen


def following(prompts: Sequence[Prompt], reaction_s: float = 0.5, hold_s: float = 2.5) -> list[Shown]:
    """A plan that answers each prompt: from a relaxed hand, wide open for 0.3 s, the gesture, relaxed again."""
    plan = [Shown(0.0, "relaxed", OPENING["relaxed"])]
    for prompt in prompts:
        start_s = prompt.time_s + reaction_s
        plan += [
            Shown(start_s - 0.3, "open", OPENING["open"]),
            Shown(start_s, prompt.gesture, OPENING.get(prompt.gesture, 0.5)),
            Shown(start_s + hold_s, "relaxed", OPENING["relaxed"]),
        ]
    return plan
