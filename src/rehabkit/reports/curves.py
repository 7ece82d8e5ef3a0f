"""One curve a joint angle: left and right on the same axes, repetitions, target and gaps marked.

Nothing is told by colour alone: complete repetitions are plain bands with a number in a full circle, partial
ones hatched with a number in a dashed circle; left is a solid line, right a dashed one, and both are named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rehabkit.findings import AngleSeries, Assessment, Gap, Hold, Repetition
from rehabkit.reports import drawing as d
from rehabkit.reports.axes import (
    LEFT_MARGIN,
    TOP,
    WIDTH,
    Axes,
    along_grid,
    apart,
    drawn_line,
    pieces,
    step_of,
    value_grid,
)
from rehabkit.reports.text import SYMBOLS, clock, number, plural

HEIGHT, PRIMARY_HEIGHT = 168.0, 218.0
BAND = "#e8eef4"
HATCH = "#b9c4cf"
TARGET = "#2e7d53"
OVERSHOOT = 0.12
"""Share of a step by which a curve may pass the last tick before another step is drawn."""
CROWDED_UNITS = 17.0
"""Repetition numbers nearer to each other than this aren't written out."""


@dataclass(frozen=True)
class Band:
    """What the exercise or the prescription asks of an angle, in its unit; ``None``: no limit."""

    low: float | None
    high: float | None
    words: str

    @property
    def limits(self) -> list[float]:
        """The limits that exist, lowest first."""
        return [limit for limit in (self.low, self.high) if limit is not None]


def angle_curve(
    assessment: Assessment, series: Sequence[AngleSeries], band: Band | None = None, primary: bool = False
) -> d.Drawing:
    """The curve of one measure over the recording.

    Parameters
    ----------
    series : the same measure of one or both sides, at least one.
    band : target range, drawn behind the curve.
    primary : the angle that the repetitions were told apart by: drawn taller.
    """
    axes = _axes(series, band, PRIMARY_HEIGHT if primary else HEIGHT)
    shapes: list[d.Shape] = []
    for repetition in assessment.repetitions:
        shapes += _band_of(axes, repetition)
    for hold in assessment.holds:
        shapes += _hold(axes, hold)
    shapes += _target(axes, band) if band else []
    shapes += _grid(axes, series[0].unit)
    for gap in assessment.recording.gaps:
        shapes += _gap(axes, gap) if gap.joint is None else []
    for one in series:
        shapes += _line(axes, one)
    shapes += _numbers(axes, assessment.repetitions)
    shapes += _names(axes, series)
    title = measure_label(series)
    return d.Drawing(WIDTH, axes.height, title, _description(assessment, series, band), tuple(shapes))


def measure_label(series: Sequence[AngleSeries]) -> str:
    """The measure without its side, for a curve that shows both.

    Examples
    --------
    >>> named = {"name": "left_knee_flexion", "label": "Left knee flexion", "side": "left", "clinical": True}
    >>> measure_label([AngleSeries(**named, time_s=[], value=[])])
    'Knee flexion'
    """
    label = series[0].label
    for side in ("Left ", "Right "):
        label = label.removeprefix(side)
    return label[:1].upper() + label[1:]


def _axes(series: Sequence[AngleSeries], band: Band | None, height: float) -> Axes:
    seen = [v for one in series for v in one.value if v is not None]
    seen += band.limits if band else []
    low, high = (min([0.0, *seen]), max([10.0, *seen]))
    step = step_of(high - low, 5)
    times = [t for one in series for t in (one.time_s[:1] + one.time_s[-1:])] or [0.0, 1.0]
    start_s, end_s = min(times), max(times)
    top, bottom = step * math.ceil(high / step - OVERSHOOT), step * math.floor(low / step + OVERSHOOT)
    return Axes(start_s, max(end_s, start_s + 0.1), min(bottom, low), max(top, high), height)


def _grid(axes: Axes, unit: str) -> list[d.Shape]:
    values = value_grid(axes, step_of(axes.high - axes.low, 5), SYMBOLS.get(unit, "").strip())
    return [*values, *along_grid(axes, step_of(axes.end - axes.start, 10), " s")]


def _band_of(axes: Axes, repetition: Repetition) -> list[d.Shape]:
    x0, x1 = axes.x(repetition.start_s), axes.x(repetition.end_s)
    edges: list[d.Shape] = [d.line(x, TOP, x, axes.bottom, HATCH, 0.6) for x in (x0, x1)]
    if repetition.kind == "partial":
        return [*d.hatch(x0, TOP, x1, axes.bottom, HATCH), *edges]
    return [d.box(x0, TOP, x1, axes.bottom, BAND), *edges]


def _hold(axes: Axes, hold: Hold) -> list[d.Shape]:
    x0, x1 = axes.x(hold.start_s), axes.x(hold.end_s)
    area: list[d.Shape] = [d.box(x0, TOP, x1, axes.bottom, BAND)]
    if hold.kind == "partial":
        area = list(d.hatch(x0, TOP, x1, axes.bottom, HATCH))
    words = f"held {clock(hold.duration_s)}"
    return [*area, d.Text((x0 + x1) / 2, TOP - 9, words, 10.5, d.NEUTRAL, "middle", bold=True)]


def _target(axes: Axes, band: Band) -> list[d.Shape]:
    low = axes.bottom if band.low is None else axes.y(band.low)
    high = TOP if band.high is None else axes.y(band.high)
    shapes: list[d.Shape] = [d.box(LEFT_MARGIN, high, axes.right, low, TARGET, 0.13)]
    for y in map(axes.y, band.limits):
        shapes.append(d.Path(((LEFT_MARGIN, y), (axes.right, y)), stroke=TARGET, width=0.9, dash=(2, 3)))
    swatch = d.box(axes.right + 8, TOP - 17, axes.right + 17, TOP - 8, TARGET, 0.3)
    return [*shapes, swatch, d.Text(axes.right + 21, TOP - 8.5, band.words, 9.5, TARGET)]


def _gap(axes: Axes, gap: Gap) -> list[d.Shape]:
    x0, x1 = axes.x(gap.start_s), axes.x(gap.end_s)
    shapes: list[d.Shape] = [d.box(x0, axes.bottom - 5, x1, axes.bottom, d.MUTED)]
    if x1 - x0 > 40:
        shapes.append(d.Text((x0 + x1) / 2, axes.bottom - 9, "not seen", 9.5, d.MUTED, "middle", halo=True))
    return shapes


def _line(axes: Axes, series: AngleSeries) -> list[d.Shape]:
    colour = d.SIDE_COLOURS.get(series.side, d.NEUTRAL) if series.clinical else d.MUTED
    dash = (5.0, 3.0) if series.side == "right" else None
    width = 1.9 if series.clinical else 1.2
    return [drawn_line(points, colour, width, dash) for points in pieces(axes, series.time_s, series.value)]


def _numbers(axes: Axes, repetitions: Sequence[Repetition]) -> list[d.Shape]:
    shapes: list[d.Shape] = []
    last = -math.inf
    for repetition in repetitions:
        x = (axes.x(repetition.start_s) + axes.x(repetition.end_s)) / 2
        if x - last < CROWDED_UNITS:
            continue
        last = x
        partial = repetition.kind == "partial"
        shapes.append(
            d.Circle(
                x,
                TOP - 11,
                8,
                stroke=d.NEUTRAL,
                fill=d.PAPER if partial else d.NEUTRAL,
                dash=(2, 2) if partial else None,
            )
        )
        side = {"left": "L", "right": "R"}.get(repetition.side, "")
        words = f"{repetition.number}{side}" if len(repetitions) < 30 else str(repetition.number)
        colour = d.NEUTRAL if partial else d.PAPER
        shapes.append(d.Text(x, TOP - 7.6, words, 9 if len(words) < 3 else 7.5, colour, "middle", bold=True))
    return shapes


def _names(axes: Axes, series: Sequence[AngleSeries]) -> list[d.Shape]:
    """The name of each line at its right end, moved apart where the lines end together."""
    ends = [(_last_y(axes, one), one) for one in series if any(v is not None for v in one.value)]
    ends.sort(key=lambda end: end[0])
    shapes: list[d.Shape] = []
    room = [16.0 if one.clinical else 28.0 for _, one in ends]
    places = apart([y for y, _ in ends], room, TOP + 4, axes.bottom + 8)
    for y, (_, one) in zip(places, ends, strict=True):
        colour = d.SIDE_COLOURS.get(one.side, d.NEUTRAL)
        dash = (5.0, 3.0) if one.side == "right" else None
        name = one.side.capitalize() if one.side in d.SIDE_COLOURS else "Angle"
        mark = d.Path(((axes.right + 8, y), (axes.right + 26, y)), colour if one.clinical else d.MUTED, None, 2, dash)
        shapes += [
            mark,
            d.Text(axes.right + 31, y + 3.8, name, 11, colour if one.clinical else d.MUTED, bold=True),
        ]
        if not one.clinical:
            shapes.append(d.Text(axes.right + 8, y + 16, "not clinical", 9.5, d.MUTED))
    return shapes


def _last_y(axes: Axes, series: AngleSeries) -> float:
    return next(axes.y(v) for v in reversed(series.value) if v is not None)


def _description(assessment: Assessment, series: Sequence[AngleSeries], band: Band | None) -> str:
    parts = [f"Angle over {clock(assessment.recording.duration_s)}."]
    for one in series:
        seen = [v for v in one.value if v is not None]
        name = one.side if one.side in d.SIDE_COLOURS else "the angle"
        symbol = SYMBOLS.get(one.unit, "")
        reach = f"from {number(min(seen), 0)}{symbol} to {number(max(seen), 0)}{symbol}" if seen else "never seen"
        parts.append(f"{name.capitalize()} {reach}{'' if one.clinical else ', not a clinical value'}.")
    n_partial = sum(r.kind == "partial" for r in assessment.repetitions)
    parts.append(f"{plural(len(assessment.repetitions) - n_partial, 'complete repetition')}, {n_partial} partial.")
    if band is not None:
        parts.append(f"{band.words[:1].upper()}{band.words[1:]}.")
    return " ".join(parts)
