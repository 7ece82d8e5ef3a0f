"""How long, how sure, how open: frozen settings of a training, checked against sane ranges."""

from __future__ import annotations

from dataclasses import dataclass

from rehabkit.errors import InputError
from rehabkit.exoskeleton.limits import outside

SANE: dict[str, tuple[float, float]] = {
    "confidence": (0.5, 1.0),
    "stale_s": (0.05, 0.3),
    "ahead_s": (0.0, 0.05),
    "neutral_s": (0.3, 5.0),
    "hold_s": (0.2, 3.0),
    "release_s": (0.03, 0.2),
    "transition_s": (0.2, 3.0),
    "neutral_opening": (0.3, 0.9),
    "wide_opening": (0.5, 1.0),
    "pictures": (2, 100),
    "longest_move_s": (0.5, 20.0),
    "duration_s": (1.0, 3600.0),
}
"""Name → least and most that anybody may set."""


@dataclass(frozen=True)
class Rules:
    """Of one training.

    Parameters
    ----------
    confidence : a picture that is recognised with less stops.
    stale_s : oldest picture, and longest time without a change in pictures.
    ahead_s : how far a time stamp may lie in the future.
    neutral_s : how long a neutral hand must be seen before anything may be confirmed or commanded.
    hold_s, pictures : how long, and in how many pictures, a gesture must be seen to become a command.
    release_s : pictures that say otherwise for less than this are taken for slips of the recogniser.
    transition_s : from the end of neutral to the beginning of a gesture; later it is no command.
    neutral_opening : a hand less open than this isn't neutral, whatever the recogniser says.
    wide_opening : a gesture that closes the hand must follow an opening of at least this within ``transition_s``.
    neutral : name of the neutral gesture.
    closing : names of the gestures that a spasm makes too.
    longest_move_s : a command ends by itself after this.
    duration_s : time of the session.

    Raises
    ------
    InputError
        Naming every value outside its range (``SANE``) and every contradiction.

    Examples
    --------
    >>> Rules(confidence=0.1, neutral_opening=0.8, wide_opening=0.6)
    Traceback (most recent call last):
    rehabkit.errors.InputError: rules: confidence must be 0.5 to 1, got 0.1; wide_opening must be at least neutral_opening, got 0.6 and 0.8
    """  # noqa: E501

    confidence: float = 0.8
    stale_s: float = 0.2
    ahead_s: float = 0.02
    neutral_s: float = 0.5
    hold_s: float = 0.4
    pictures: float = 5
    release_s: float = 0.1
    transition_s: float = 1.0
    neutral_opening: float = 0.5
    wide_opening: float = 0.75
    neutral: str = "relaxed"
    closing: frozenset[str] = frozenset({"fist", "hook"})
    longest_move_s: float = 10.0
    duration_s: float = 1200.0

    def __post_init__(self) -> None:
        problems = outside(self, SANE)
        if self.wide_opening < self.neutral_opening:
            got = f"{self.wide_opening} and {self.neutral_opening}"
            problems.append(f"wide_opening must be at least neutral_opening, got {got}")
        if self.neutral in self.closing:
            problems.append(f"neutral must not be a closing gesture, got {self.neutral}")
        if problems:
            raise InputError(f"rules: {'; '.join(problems)}")
