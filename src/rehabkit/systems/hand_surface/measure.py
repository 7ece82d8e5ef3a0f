"""One measure of a hand: its value, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Unit = Literal["mm", "ml"]
ONE_SIDE = "one view shows one side only; add views from other sides"
NOT_ROUND = "it is not seen from all sides there; add views"
NOT_SEEN = "too little of it is seen, or not where it meets the palm"
NO_AXES = "the palm's axes can't be told: index and little finger must be seen with their bases"
EDGE_ON = "it is seen edge-on, or from where isn't known; turn its back or its palm to the sensor"
NO_NORMALS = "which way the surface faces isn't known; give views with their sensors' places, or a mesh"
NO_WRIST = "the scan ends before the wrist; let a part of the forearm be seen"
"""Why there is no value."""


@dataclass(frozen=True)
class Measure:
    """A measure, at first without its value.

    Parameters
    ----------
    family : whose error it has (:mod:`.measurement_error`).
    part : of the hand.

    Examples
    --------
    >>> Measure("palm_breadth", "Palm, breadth", "palm_breadth", "palm", "mm").valued(81.2345).value
    81.23
    """

    name: str
    label: str
    family: str
    part: str
    unit: Unit
    value: float | None = None
    why_not: str | None = None

    def valued(self, value: float) -> Measure:
        """With its value."""
        return replace(self, value=round(value, 2))

    def missing(self, why_not: str) -> Measure:
        """Without one, and why."""
        return replace(self, why_not=why_not)


def titled(part: str) -> str:
    """A part's name for people.

    Examples
    --------
    >>> titled("index"), titled("thumb")
    ('Index finger', 'Thumb')
    """
    return part.capitalize() if part in ("thumb", "palm") else f"{part.capitalize()} finger"


def family(part: str, of: str) -> str:
    """Fingers share one error, the thumb has its own."""
    return f"thumb_{of}" if part == "thumb" else f"finger_{of}"
