"""Axes of a chart over time or frequency: where values lie on the sheet, ticks, lines with their gaps, names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.reports import drawing as d
from rehabkit.reports.text import number

WIDTH = 720.0
LEFT_MARGIN, RIGHT_MARGIN, TOP, BOTTOM = 44.0, 108.0, 28.0, 26.0
STEPS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600)
"""Of degrees and seconds."""
MOST_DIGITS = 4
"""After the point; smaller steps are written with powers of ten."""


@dataclass(frozen=True)
class Axes:
    """Where values lie on a sheet of :data:`WIDTH` by ``height``."""

    start: float
    end: float
    low: float
    high: float
    height: float
    right_margin: float = RIGHT_MARGIN

    @property
    def right(self) -> float:
        """The right end of the chart."""
        return WIDTH - self.right_margin

    @property
    def bottom(self) -> float:
        """The lower end of the chart."""
        return self.height - BOTTOM

    def x(self, value: float) -> float:
        """Where a time or frequency lies; those outside lie on the edge."""
        share = (value - self.start) / (self.end - self.start)
        return LEFT_MARGIN + min(max(share, 0.0), 1.0) * (self.right - LEFT_MARGIN)

    def y(self, value: float) -> float:
        """Where a value lies; those outside lie on the edge."""
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - min(max(share, 0.0), 1.0) * (self.bottom - TOP)


def step_of(span: float, about: int) -> float:
    """Distance of ticks of degrees or seconds, so that there are at most ``about`` steps.

    Examples
    --------
    >>> step_of(130, 5), step_of(8, 10)
    (30, 1)
    """
    return next((step for step in STEPS if span / step <= about), STEPS[-1] * math.ceil(span / STEPS[-1] / about))


def decimal_step(span: float, about: int) -> float:
    """Distance of ticks of anything: 1, 2 or 5 times a power of ten, so that there are at most ``about`` steps.

    Examples
    --------
    >>> decimal_step(0.7, 5), decimal_step(130, 5), decimal_step(1, 5)
    (0.2, 50.0, 0.2)
    """
    power = 10.0 ** math.floor(math.log10(span / about))
    return next(float(f"{f * power:.3g}") for f in (1, 2, 5, 10) if span / (f * power) <= about * (1 + 1e-9))


def ticks(low: float, high: float, step: float) -> list[tuple[float, str]]:
    """The multiples of ``step`` from ``low`` to ``high`` and how they are written.

    Examples
    --------
    >>> ticks(-0.05, 0.1, 0.05)
    [(-0.05, '−0.05'), (0.0, '0.00'), (0.05, '0.05'), (0.1, '0.10')]
    """
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    count = range(math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6) + 1)
    values = [i * step for i in count]
    if digits > MOST_DIGITS:
        return [(value, f"{value:.2g}".replace("-", "−")) for value in values]
    return [(round(value, 12), number(value, digits)) for value in values]


def value_grid(axes: Axes, step: float, symbol: str = "") -> list[d.Shape]:
    """Lines across the chart with their values to the left; zero is darker."""
    shapes: list[d.Shape] = []
    for value, words in ticks(axes.low, axes.high, step):
        y = axes.y(value)
        shapes.append(d.line(LEFT_MARGIN, y, axes.right, y, d.NEUTRAL if value == 0 else d.FAINT, 0.8))
        shapes.append(d.Text(LEFT_MARGIN - 6, y + 3.5, words + symbol, 10, d.MUTED, "end"))
    return shapes


def along_grid(axes: Axes, step: float, symbol: str) -> list[d.Shape]:
    """Ticks under the chart with their values."""
    shapes: list[d.Shape] = []
    for value, words in ticks(axes.start, axes.end, step):
        x = axes.x(value)
        shapes.append(d.line(x, axes.bottom, x, axes.bottom + 4, d.MUTED, 0.8))
        shapes.append(d.Text(x, axes.bottom + 16, words + symbol, 10, d.MUTED, "middle"))
    return shapes


def pieces(axes: Axes, along: Sequence[float], values: Sequence[float | None]) -> list[tuple[d.Point, ...]]:
    """The measured stretches of a line as points on the sheet; long ones thinned to what the eye can see."""
    at = np.asarray(along, dtype=float)
    value = np.array([np.nan if v is None else v for v in values], dtype=float)
    seen = np.flatnonzero(np.isfinite(value))
    if len(seen) == 0:
        return []
    runs = np.split(seen, np.flatnonzero(np.diff(seen) > 1) + 1)
    return [tuple((axes.x(at[i]), axes.y(value[i])) for i in _thinned(at, value, run, axes)) for run in runs]


def _thinned(at: NDArray[np.float64], value: NDArray[np.float64], run: NDArray[np.intp], axes: Axes) -> list[int]:
    """Keep the first, last, lowest and highest sample of each unit of width: the curve looks the same."""
    columns = np.floor([axes.x(one) for one in at[run]]).astype(int)
    if len(run) <= 4 * len(np.unique(columns)):
        return [int(i) for i in run]
    kept: set[int] = set()
    for column in np.unique(columns):
        inside = run[columns == column]
        kept |= {
            int(inside[0]),
            int(inside[-1]),
            int(inside[value[inside].argmin()]),
            int(inside[value[inside].argmax()]),
        }
    return sorted(kept)


def drawn_line(
    points: tuple[d.Point, ...], colour: str, width: float, dash: tuple[float, float] | None = None
) -> d.Shape:
    """A stretch of a line; a single sample is a dot."""
    if len(points) == 1:
        return d.Circle(*points[0], 1.2, fill=colour)
    return d.Path(points, stroke=colour, width=width, dash=dash)


def apart(wanted: Sequence[float], room: Sequence[float], top: float, bottom: float) -> list[float]:
    """Heights near those wanted, in order from the top, each with the room that it needs below.

    Examples
    --------
    >>> apart([10, 12, 90], [16, 16, 16], 0, 100)
    [10, 26, 84]
    """
    placed = []
    for i, y in enumerate(wanted):
        y = max(top, min(y, bottom - sum(room[i:])))
        top = y + room[i]
        placed.append(y)
    return placed
