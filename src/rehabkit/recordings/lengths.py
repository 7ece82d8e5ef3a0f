"""Is a length in metres or millimetres: recognised by what can be, checked against what is stated."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rehabkit.errors import InputError, RecordingError

METRES: dict[str, float] = {"m": 1.0, "cm": 1e-2, "mm": 1e-3}
_STATED = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)?\s*(m|cm|mm)\s*")


@dataclass(frozen=True)
class Extent:
    """What a thing may measure along its longest side, metres."""

    thing: str
    least_m: float
    most_m: float

    def holds(self, length_m: float) -> bool:
        """Whether a thing can be as long as this."""
        return self.least_m <= length_m <= self.most_m


HAND = Extent("a hand", 0.04, 0.60)
"""A child's fist to a man's hand with its forearm."""
PERSON = Extent("a person", 0.40, 2.50)
SCENE = Extent("what a depth camera sees", 0.02, 15.0)
DEPTH = Extent("the median distance", 0.10, 12.0)
"""Of what a depth camera sees."""


def unit_m(stated: str) -> float:
    """Metres of one step of a stated unit.

    Raises
    ------
    InputError
        If it isn't m, cm or mm, or a positive number of them.

    Examples
    --------
    >>> unit_m("mm"), unit_m("0.125 mm")
    (0.001, 0.000125)
    """
    match = _STATED.fullmatch(stated)
    if match is None or (match[1] and float(match[1]) <= 0):
        raise InputError(
            f"unit of lengths must be m, cm, mm or so many of one (0.125mm), got {stated!r}; check --units"
        )
    return float(match[1] or 1) * METRES[match[2]]


def recognised(length: float, extent: Extent, stated: str = "") -> tuple[float, str]:
    """Metres of one step, and what to call it.

    Parameters
    ----------
    length : of the longest side, in the file's own unit.
    extent : what it can be in metres.
    stated : the unit that the file or the caller says; without one, metres or millimetres, where just one can be.

    Raises
    ------
    RecordingError
        If what is stated contradicts what can be, or nothing is stated and both or neither can be.

    Examples
    --------
    >>> recognised(182.0, HAND), recognised(0.182, HAND)
    ((0.001, 'mm'), (1.0, 'm'))
    """
    if stated:
        return as_stated(length, extent, unit_m(stated), stated), stated
    can = [unit for unit in ("m", "mm") if extent.holds(length * METRES[unit])]
    if len(can) != 1:
        raise RecordingError(_impossible(length, extent, f"{length:.4g} of an unknown unit"))
    return METRES[can[0]], can[0]


def as_stated(length: float, extent: Extent, metres: float, said: str) -> float:
    """Metres of one step, as stated, if a thing can be as long as that makes it.

    Parameters
    ----------
    metres, said : of one step, and how it was said.

    Raises
    ------
    RecordingError
        If it can't, naming the unit that would fit.
    """
    if not extent.holds(length * metres):
        raise RecordingError(_impossible(length, extent, f"{length * metres:.4g} m in {said}", metres))
    return metres


def check(length_m: float, extent: Extent) -> None:
    """Refuse a length in metres that can't be: a person 3 m tall has wrong intrinsics or a wrong unit.

    Raises
    ------
    RecordingError
        Naming both remedies.
    """
    if not extent.holds(length_m):
        raise RecordingError(
            f"{extent.thing} must measure {extent.least_m:g} to {extent.most_m:g} m, got {length_m:.3g} m; "
            "check the intrinsics and say the unit with --units"
        )


def _impossible(length: float, extent: Extent, got: str, metres: float = 0.0) -> str:
    fits = [unit for unit, step in METRES.items() if extent.holds(length * step) and step != metres]
    remedy = f"say --units {' or '.join(fits)}" if fits else "say --units, or cut away what doesn't belong to it"
    return f"{extent.thing} must measure {extent.least_m:g} to {extent.most_m:g} m, got {got}; {remedy}"
