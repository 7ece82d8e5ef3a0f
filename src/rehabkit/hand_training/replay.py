"""A recording instead of a camera: what was seen in its pictures, at their times, and who presses the buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rehabkit.hand_training.actuation import State
from rehabkit.hand_training.faults import Seen
from rehabkit.hand_training.person import LATENCY_S
from rehabkit.hand_training.session import Line, pressed

WAITS_S = 0.1
"""After a neutral hand was told, a simulated trainer presses this much later."""


@dataclass
class Replay:
    """The newest picture of a recording at a moment, and its buttons; to be asked in order of time.

    Parameters
    ----------
    pictures : in order of time, the first at 0 or later.
    confirm_s, stop_s : when a button is pressed, for a fifth of a second.
    state : tells what the machine does; where it is given, and no time to confirm, every neutral hand is confirmed.
    latency_s : from a picture to what was recognised in it.
    confirmed_s : when that was done by itself.
    """

    pictures: Sequence[Seen]
    confirm_s: Sequence[float] = ()
    stop_s: Sequence[float] = ()
    state: Callable[[], State] | None = None
    latency_s: float = LATENCY_S
    confirmed_s: list[float] = field(default_factory=list, init=False)
    _next: int = field(default=0, init=False)
    _neutral_s: float | None = field(default=None, init=False)

    @property
    def end_s(self) -> float:
        """When the last picture has arrived; 0 without pictures."""
        return self.pictures[-1].stamp_s + self.latency_s if self.pictures else 0.0

    def __call__(self, now_s: float) -> Line:
        """What comes in at a second."""
        while self._next < len(self.pictures) and self._arrived(self.pictures[self._next], now_s):
            self._next += 1
        newest = self.pictures[self._next - 1] if self._next else None
        confirm = pressed(self.confirm_s, now_s) if self.confirm_s else self._by_itself(now_s)
        return Line(newest, confirm, pressed(self.stop_s, now_s))

    def _arrived(self, picture: Seen, now_s: float) -> bool:
        """A stamp that is no number arrives at once, and stops the machine."""
        return not picture.stamp_s + self.latency_s > now_s + 1e-9

    def _by_itself(self, now_s: float) -> bool:
        if self.state is None or self.state() is not State.NEUTRAL:
            self._neutral_s = None
            return False
        self._neutral_s = now_s if self._neutral_s is None else self._neutral_s
        confirm = now_s - self._neutral_s >= WAITS_S
        if confirm:
            self.confirmed_s.append(now_s)
        return confirm
