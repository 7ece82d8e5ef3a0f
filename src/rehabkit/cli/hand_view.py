"""What a terminal shows of a live training: prompts, state and why it stopped, how to hold the hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rehabkit.cli.console import console

if TYPE_CHECKING:
    from rehabkit.hand_training.session import Prompt
    from rehabkit.picture_pipeline.hand_live import Shown

STATES = {
    "stopped": "stopped; rest the hand, half open",
    "neutral": "neutral hand seen: press space to confirm",
    "ready": "ready: show a gesture; s stops",
    "moving": "moving; s stops",
}
STEADY_S = 0.5
"""A sign is told once it has stayed the same for so long."""


class HandView:
    """Tells what has changed, each as a line with its second, on stderr."""

    def __init__(self, prompts: Sequence[Prompt], *, quiet: bool = False) -> None:
        self._to = console(stderr=True, quiet=quiet)
        self._prompts = list(prompts)
        self._state = self._told_sign = self._sign = ""
        self._sign_s = 0.0

    def __call__(self, shown: Shown) -> None:
        """Each moment of the session."""
        while self._prompts and self._prompts[0].time_s <= shown.time_s:
            self._say(shown.time_s, f"show: {self._prompts.pop(0).gesture}")
        why = f" ({', '.join(sorted(shown.reasons))})" if shown.reasons else ""
        state = f"{STATES[shown.state]}{why}"
        if state != self._state:
            self._state = state
            self._say(shown.time_s, state)
        self._tell_sign(shown)

    def _tell_sign(self, shown: Shown) -> None:
        from rehabkit.picture_pipeline.gesture_checks import live_sign

        if shown.newest is None:
            return
        quality, remedy = live_sign(shown.newest)
        sign = f"picture: {quality}" + (f"; {remedy}" if remedy else "")
        if sign != self._sign:
            self._sign, self._sign_s = sign, shown.time_s
        elif sign != self._told_sign and shown.time_s - self._sign_s >= STEADY_S:
            self._told_sign = sign
            self._say(shown.time_s, sign)

    def _say(self, time_s: float, what: str) -> None:
        self._to.print(f"{time_s:8.2f} s  {what}", soft_wrap=True, markup=False)
