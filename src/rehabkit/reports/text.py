"""How numbers, times and sides are written in every report: no more digits than the error allows."""

from __future__ import annotations

import math
from datetime import datetime

from rehabkit.findings import Finding, JointRange, Side

SYMBOLS = {"deg": "°", "%": " %", "s": " s", "": ""}
"""How a unit follows its number; other units follow after a space."""
DIGITS = {"deg": 0, "%": 0, "s": 1, "of 10": 0}
"""Digits after the point of a value whose error is unknown."""
DIGITS_OF_SPARC = 2
SIDES = {"left": "left", "right": "right", "both": "both sides", "none": ""}


def number(value: float, digits: int) -> str:
    """A number with ``digits`` after the point and a typographic minus.

    Examples
    --------
    >>> number(-3.14159, 1), number(-0.01, 0)
    ('−3.1', '0')
    """
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def digits_for(uncertainty: float) -> int:
    """Digits after the point that an error leaves meaningful: its first significant one.

    Examples
    --------
    >>> digits_for(12.3), digits_for(3.4), digits_for(0.96), digits_for(0.034)
    (0, 0, 1, 2)
    """
    if uncertainty <= 0:
        return 1
    return max(0, -math.floor(math.log10(uncertainty)))


def quantity(value: float, unit: str, uncertainty: float | None = None) -> str:
    """A value with its error and unit, rounded to what the error allows.

    Parameters
    ----------
    value : in ``unit``.
    uncertainty : half-width of the 95 % interval in ``unit``, ``None`` if unknown.

    Examples
    --------
    >>> quantity(86.7, "deg", 12.3), quantity(2.08, "s", 0.07), quantity(-1.856, "")
    ('87° ± 12°', '2.08 s ± 0.07 s', '−1.86')
    """
    symbol = SYMBOLS.get(unit, f" {unit_text(unit)}")
    if uncertainty is None:
        digits = 0 if float(value).is_integer() else DIGITS.get(unit, 2)
        return number(value, digits) + symbol
    digits = digits_for(uncertainty)
    return f"{number(value, digits)}{symbol} ± {number(uncertainty, digits)}{symbol}"


def unit_text(unit: str) -> str:
    """A unit as it is printed: µ where a file has u.

    Examples
    --------
    >>> unit_text("uV"), unit_text("points")
    ('µV', 'points')
    """
    return unit.replace("uV", "µV")


def value_text(finding: Finding) -> str:
    """The value of a finding as it is printed; ``not measurable`` where there is none."""
    if finding.not_measurable is not None or finding.value is None:
        return "not measurable"
    if isinstance(finding.value, bool):
        return "yes" if finding.value else "no"
    if isinstance(finding.value, str):
        return finding.value
    if finding.category == "smoothness" and finding.uncertainty is None:
        return number(finding.value, DIGITS_OF_SPARC)
    return quantity(finding.value, finding.unit, finding.uncertainty)


def range_text(joint: JointRange) -> str:
    """The range of one angle in one repetition, with its error; a dash where it was not measured."""
    if joint.range_deg is None:
        return "–"
    return quantity(joint.range_deg, "deg", joint.uncertainty_deg)


def clock(seconds: float) -> str:
    """Seconds within a recording, to a tenth; minutes from the first on.

    Examples
    --------
    >>> clock(3.25), clock(75.04)
    ('3.2 s', '1:15.0')
    """
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}" if minutes else f"{rest:.1f} s"


def moment(iso: str | None) -> str:
    """Date and time for people; whatever was given if it isn't ISO 8601.

    Examples
    --------
    >>> moment("2026-03-01T09:05:00+00:00"), moment("last Tuesday"), moment(None)
    ('1 March 2026, 09:05 UTC', 'last Tuesday', '')
    """
    try:
        when = datetime.fromisoformat(iso or "")
    except ValueError:
        return iso or ""
    zone = f" {when.tzname()}" if when.tzinfo else ""
    return f"{when.day} {when:%B %Y, %H:%M}{zone}"


def words(name: str) -> str:
    """A snake_case name for people.

    Examples
    --------
    >>> words("knee_valgus")
    'Knee valgus'
    """
    return name.replace("_", " ").capitalize()


def sentence(text: str) -> str:
    """A capital at the start and a full stop at the end.

    Examples
    --------
    >>> sentence("the hip is hidden")
    'The hip is hidden.'
    """
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}" if text else ""


def plural(n: int, noun: str) -> str:
    """``1 repetition``, ``2 repetitions``."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def side_text(side: Side) -> str:
    """A side for people; nothing for ``none``."""
    return SIDES[side]
