"""Colours of values and lines, chosen to be told apart by colour-blind readers."""

from __future__ import annotations

from collections.abc import Sequence

from rehabkit.reports import drawing as d

BELOW, ZERO, ABOVE = ("#1f4e8c", "#6f9fcd"), "#f5f4f1", ("#dd8f63", "#97330f")
"""Below zero blue, above it burnt orange, each darker the further from zero: told apart in every colour blindness."""
LOW, HIGH = "#eef4f6", "#0b4a63"
LINE_STYLES: tuple[tuple[str, tuple[float, float] | None], ...] = (
    (d.LEFT, None),
    (d.RIGHT, (6.0, 3.0)),
    ("#2e7d53", (2.0, 2.5)),
    ("#7a4b9a", (11.0, 3.0)),
    ("#8a6a00", None),
    ("#3d4f60", (6.0, 3.0)),
    ("#a8325e", (2.0, 2.5)),
    ("#4a8fa8", (11.0, 3.0)),
)
"""Colour and dash of the first lines of a chart; no two share both."""


def diverging(share: float) -> str:
    """Colour of a value from -1 (far below zero) over 0 to 1 (far above).

    Examples
    --------
    >>> diverging(0), diverging(-1), diverging(1.5)
    ('#f5f4f1', '#1f4e8c', '#97330f')
    """
    return _along((*BELOW, ZERO, *ABOVE), (min(max(share, -1.0), 1.0) + 1) / 2)


def rising(share: float) -> str:
    """Colour of a value from 0 (lowest) to 1 (highest): light to dark.

    Examples
    --------
    >>> rising(0), rising(1)
    ('#eef4f6', '#0b4a63')
    """
    return _along((LOW, HIGH), min(max(share, 0.0), 1.0))


def part(number: int) -> str:
    """Colour of one of many parts of a body; after the first eight they come again, lighter.

    Parts of one hue differ in lightness, so that three of each can be told apart.

    Examples
    --------
    >>> part(0), part(8), part(16), part(24)
    ('#0067a5', '#69a5ca', '#b8d4e6', '#0067a5')
    """
    hues = [colour for colour, _ in LINE_STYLES]
    lighter = (0.0, 0.41, 0.72)[number // len(hues) % 3]
    return _along((hues[number % len(hues)], d.PAPER), lighter)


def _along(stops: Sequence[str], share: float) -> str:
    """The colour a share of the way along the stops, mixed channel by channel."""
    at = share * (len(stops) - 1)
    first = min(int(at), len(stops) - 2)
    a, b = (bytes.fromhex(stops[i].removeprefix("#")) for i in (first, first + 1))
    return "#" + bytes(round(x + (at - first) * (y - x)) for x, y in zip(a, b, strict=True)).hex()
