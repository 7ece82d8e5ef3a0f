"""Pairs of electrodes: a circle with the left of the head to the left, and the same pairs on the head."""

from __future__ import annotations

import math

import numpy as np

from rehabkit.figures import Connectivity, Pair
from rehabkit.recordings.electrodes import positions, standard_name
from rehabkit.reports import drawing as d
from rehabkit.reports.colours import diverging, rising
from rehabkit.reports.head import Head, electrodes, outline, unplaced
from rehabkit.reports.text import number

WIDTH, HEIGHT = 360.0, 322.0
HEAD = Head(180.0, 166.0, 124.0)
CENTRE_X, CENTRE_Y, RADIUS = 180.0, 162.0, 116.0
THIN, THICK = 0.9, 5.2
PULL = 0.72
"""How far a curve is drawn from the straight line between its ends to the middle of the circle."""
WORDS_SAID = 5
CROWDED = 28
"""With more electrodes than this, names on top and at the bottom of the circle stand in two rows."""


def circle(figure: Connectivity) -> d.Drawing:
    """Electrodes around a circle: left of the head on the left, front on top; a curve a pair."""
    angles = _places(figure.nodes)
    shapes: list[d.Shape] = [
        d.Circle(CENTRE_X, CENTRE_Y, RADIUS, stroke=d.FAINT, width=1),
        d.Text(4, 26, "left", 10, d.MUTED),
        d.Text(WIDTH - 4, 26, "right", 10, d.MUTED, "end"),
    ]
    for pair in _weakest_first(figure):
        ends = [_on_circle(angles[name]) for name in (pair.first, pair.second) if name in angles]
        if len(ends) == 2:
            shapes.append(_stroke(figure, pair, _bent(ends[0], ends[1], (CENTRE_X, CENTRE_Y), PULL)))
    used = {name for pair in figure.pairs for name in (pair.first, pair.second)}
    crowded = len(angles) > CROWDED
    for i, (name, angle) in enumerate(angles.items()):
        outward = 19.0 if crowded and i % 2 and abs(math.sin(angle)) < 0.8 else 9.0
        shapes += _node(name, angle, name in used, 8.0 if crowded else 10.0, outward)
    return _drawing(figure, "around a circle", [*shapes, *_legend(figure)])


def on_head(figure: Connectivity) -> d.Drawing:
    """The same pairs on the head seen from above."""
    placed = [name for name in figure.nodes if HEAD.at(name) is not None]
    shapes = outline(HEAD, d.MUTED)
    for pair in _weakest_first(figure):
        ends = [HEAD.at(pair.first), HEAD.at(pair.second)]
        if ends[0] is not None and ends[1] is not None:
            shapes.append(_stroke(figure, pair, _bent(ends[0], ends[1], (HEAD.x, HEAD.y), 0.14)))
    used = {name for pair in figure.pairs for name in (pair.first, pair.second)}
    quiet = [name for name in placed if name not in used]
    shapes += electrodes(HEAD, quiet if len(placed) <= 40 else [], [])
    shapes += electrodes(HEAD, [name for name in placed if name in used], [])
    shapes += [d.Text(4, 26, "left", 10, d.MUTED), d.Text(WIDTH - 4, 26, "right", 10, d.MUTED, "end")]
    return _drawing(figure, "on the head", [*shapes, *_legend(figure)])


def _drawing(figure: Connectivity, how: str, shapes: list[d.Shape]) -> d.Drawing:
    if figure.simulated:
        shapes = [*shapes, *d.stamp(WIDTH - 4, 2, "SIMULATED")]
    strongest = _weakest_first(figure)[::-1][:WORDS_SAID]
    said = ", ".join(f"{pair.first} and {pair.second} {number(pair.value, 2)}" for pair in strongest)
    description = f"{figure.measure}, {how}. {len(figure.pairs)} pairs of {len(figure.nodes)} electrodes"
    description += f"; strongest: {said}." if said else "."
    return d.Drawing(WIDTH, HEIGHT, figure.title, description, tuple(shapes))


def _weakest_first(figure: Connectivity) -> list[Pair]:
    """The strong ones are drawn last, on top."""
    return sorted(figure.pairs, key=lambda pair: abs(pair.value))


def _places(nodes: list[str]) -> dict[str, float]:
    """Angle of each electrode, radians from the top, positive to the right; unknown names stand at the bottom."""
    unknown = unplaced(nodes)
    known = [name for name in nodes if name not in unknown]
    at = {name: positions()[standard_name(name) or ""] for name in known}
    middle = [name for name in known if abs(at[name][0]) < 1e-9]
    order = [
        *sorted((n for n in middle if at[n][1] >= 0), key=lambda n: at[n][1]),
        *sorted((n for n in known if at[n][0] > 1e-9), key=lambda n: (-round(at[n][1], 6), at[n][0])),
        *unknown,
        *sorted((n for n in middle if at[n][1] < 0), key=lambda n: at[n][1]),
        *sorted((n for n in known if at[n][0] < -1e-9), key=lambda n: (round(at[n][1], 6), at[n][0])),
    ]
    n_front = sum(at[n][1] >= 0 for n in middle)
    step = 2 * np.pi / max(len(order), 1)
    return {name: float((i - (n_front - 1) / 2) * step) for i, name in enumerate(order)}


def _on_circle(angle: float, radius: float = RADIUS) -> d.Point:
    return CENTRE_X + radius * math.sin(angle), CENTRE_Y - radius * math.cos(angle)


def _bent(first: d.Point, last: d.Point, towards: d.Point, pull: float) -> tuple[d.Point, ...]:
    """A quadratic Bézier curve whose control point lies between the ends' middle and ``towards``."""
    a, b = np.array(first), np.array(last)
    control = (1 - pull) * (a + b) / 2 + pull * np.array(towards)
    t = np.linspace(0, 1, 25)[:, None]
    points = (1 - t) ** 2 * a + 2 * t * (1 - t) * control + t**2 * b
    return tuple((float(x), float(y)) for x, y in points)


def _stroke(figure: Connectivity, pair: Pair, points: tuple[d.Point, ...]) -> d.Shape:
    """Wider and darker the stronger; dashed below zero."""
    values = [abs(one.value) for one in figure.pairs]
    low, most = min(values), max(values)
    share = (abs(pair.value) - low) / (most - low) if most > low else 1.0
    negative = any(one.value < 0 for one in figure.pairs)
    tint = 0.35 + 0.65 * share
    colour = diverging(math.copysign(tint, pair.value)) if negative else rising(tint)
    width = THIN + share * (THICK - THIN)
    dash = (4 + 1.4 * width, 3 + 1.8 * width) if pair.value < 0 else None  # the ends of dashes are round
    return d.Path(points, stroke=colour, width=width, dash=dash)


def _node(name: str, angle: float, used: bool, size: float, outward: float) -> list[d.Shape]:
    x, y = _on_circle(angle, RADIUS + outward)
    side = math.sin(angle)
    anchor: d.Anchor = "middle" if abs(side) < 0.12 else "start" if side > 0 else "end"
    down = size * (0.36 - 0.4 * math.cos(angle))
    dot = d.Circle(*_on_circle(angle), 3.0, stroke=d.INK, fill=d.INK if used else d.PAPER, width=1.2)
    return [dot, d.Text(x, y + down, name, size, d.INK if used else d.MUTED, anchor, used)]


def _legend(figure: Connectivity) -> list[d.Shape]:
    """The strongest and the weakest of the pairs that are drawn."""
    ordered = _weakest_first(figure)
    shapes: list[d.Shape] = []
    picked = [("weakest drawn", ordered[0]), ("strongest", ordered[-1])][: len(ordered)] if ordered else []
    for (words, pair), x in zip(picked, (10.0, 200.0), strict=False):
        y = HEIGHT - 9
        shapes.append(_stroke(figure, pair, ((x, y), (x + 26, y))))
        shapes.append(d.Text(x + 32, y + 3.5, f"{words} {number(pair.value, 2)}", 9.5, d.MUTED))
    return shapes
