"""What makes a hand robot stop, under one name each, and how each is seen."""

from __future__ import annotations

from enum import StrEnum
from math import isfinite
from typing import NamedTuple


class Fault(StrEnum):
    """A reason to stop; the value is what people read."""

    NOT_STARTED = "not started yet"
    PATIENT_STOP = "patient pressed stop"
    NO_PICTURE = "no picture yet"
    STALE = "picture too old"
    FROZEN = "pictures no longer change"
    CLOCK = "clocks disagree"
    NO_HAND = "no hand seen"
    ANOTHER_HAND = "a second hand seen"
    ANOTHER_PERSON = "a second person seen"
    SIDE_CHANGED = "the other hand than before"
    DOUBT = "not sure enough of what is seen"
    LEFT_NEUTRAL = "hand left neutral before it was confirmed"
    TIME = "time over"


FINAL = frozenset({Fault.TIME})
"""After these a session can't be resumed."""


class Seen(NamedTuple):
    """The newest picture and what was recognised in it.

    Parameters
    ----------
    stamp_s : when it was taken, on the machine's clock.
    mark : something that differs from picture to picture, e.g. a checksum of its pixels: a camera has noise.
    hands : how many hands are in it.
    people : how many people are in it.
    side : of the hand, ``left`` or ``right``.
    gesture : its name; ``None`` where it is none of those known.
    confidence : 0 to 1, that hand and gesture are so.
    opening : 0 for a closed fist to 1 for a flat hand, by the fingers' flexion and not by the recogniser.
    """

    stamp_s: float
    mark: int
    hands: int
    people: int
    side: str
    gesture: str | None
    confidence: float
    opening: float


def of_picture(seen: Seen, side: str | None, least_confidence: float) -> frozenset[Fault]:
    """What is wrong with one picture.

    Parameters
    ----------
    side : of the hand that was confirmed; ``None`` before.

    Examples
    --------
    >>> seen = Seen(0.0, 1, 2, 1, "left", "fist", 0.9, float("nan"))
    >>> sorted(fault.value for fault in of_picture(seen, "right", 0.8))
    ['a second hand seen', 'not sure enough of what is seen', 'the other hand than before']
    """
    sure = seen.confidence >= least_confidence and seen.confidence <= 1 and isfinite(seen.opening)
    return those(
        (Fault.NO_HAND, seen.hands < 1),
        (Fault.ANOTHER_HAND, seen.hands > 1),
        (Fault.ANOTHER_PERSON, seen.people > 1),
        (Fault.SIDE_CHANGED, side is not None and seen.side != side),
        (Fault.DOUBT, not sure),
    )


def those(*faults: tuple[Fault, bool]) -> frozenset[Fault]:
    """The faults that are there."""
    return frozenset(fault for fault, there in faults if there)
