"""Keys of a terminal while something else runs: each is read once, without Enter, and isn't shown."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

from rehabkit.errors import InputError

CONFIRM, STOP = " ", "s"
DOWN_S = 0.2
"""A terminal doesn't tell when a key is let go: it counts as down for so long."""


class Keys:
    """Space confirms, s stops.

    Raises
    ------
    InputError
        If this is no terminal, or one whose keys can't be read.
    """

    def __init__(self) -> None:
        self._confirmed_s = self._stopped_s = float("-inf")
        self._before: Any = None

    def __enter__(self) -> Self:
        if not sys.stdin.isatty():
            raise InputError("a live training must have a terminal for its keys, got none; start it in one")
        try:
            import termios
            import tty
        except ImportError as error:
            raise InputError("keys must be readable, got a system without termios; train on Linux or macOS") from error
        self._before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import termios

        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)

    def read(self) -> tuple[bool, bool]:
        """Whether confirm, and stop, are down."""
        now_s = time.monotonic()
        for key in self._pressed():
            self._confirmed_s = now_s if key == CONFIRM else self._confirmed_s
            self._stopped_s = now_s if key == STOP else self._stopped_s
        return now_s - self._confirmed_s < DOWN_S, now_s - self._stopped_s < DOWN_S

    def _pressed(self) -> list[str]:
        import os
        import select

        if not select.select([sys.stdin], [], [], 0)[0]:
            return []
        return list(os.read(sys.stdin.fileno(), 64).decode(errors="replace"))
