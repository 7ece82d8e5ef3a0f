"""Learner and template drawn at the same moment of the movement, and one angle of both over aligned time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rehabkit.recordings.skeleton import Skeleton
from rehabkit.reports import drawing as d
from rehabkit.reports.body_drawing import BEND, SWING, Array, Joints, Pointed, Sheet, body_shapes
from rehabkit.reports.poses import flattened, joints_at
from rehabkit.reports.text import number
from rehabkit.systems.pose_matching.result import AlignedCurve, AngleDifference

MARK, MARK_WIDTH = "#f2c14e", 17.0
"""Behind the limb that differs; the words under the drawing name it too."""
WIDTH, HEIGHT = 720.0, 236.0
LEFT_MARGIN, RIGHT_MARGIN, TOP, BOTTOM = 44.0, 110.0, 16.0, 30.0
STEPS = (1, 2, 5, 10, 20, 30, 45, 60, 90)
BETWEEN = "#fbeac2"
"""Between the two curves."""
DASH = (6.0, 3.0)
"""Of the learner's curve."""
NAME_HEIGHT = 15.0


def bodies(skeleton: Skeleton, seconds: list[float], shown: AngleDifference, who: str) -> list[d.Drawing]:
    """One recording at several moments, all at one scale.

    Parameters
    ----------
    shown : the angle whose limb is marked.
    """
    measure = shown.angle.removeprefix(f"{shown.side}_")
    points = flattened(skeleton, measure)
    seen = [joints_at(skeleton, points, at_s) for at_s in seconds]
    sheet = Sheet.around([at for at in seen if at])
    drawings = []
    for at_s, joints in zip(seconds, seen, strict=True):
        at = sheet.place(joints)
        shapes = (*_mark(at, measure, shown.side), *body_shapes(at, Pointed(measure, shown.side, None)))
        said = f"Drawn skeleton at {at_s:.1f} s; marked: {shown.label.lower()}."
        drawings.append(d.Drawing(sheet.width, sheet.height, who, said, shapes))
    return drawings


def _mark(at: Joints, measure: str, side: str) -> list[d.Shape]:
    """A broad band behind the limb that the angle turns; behind the trunk for a lean."""
    joints = BEND.get(measure) or SWING.get(measure)
    ends = (
        [at.get(f"{side}_{name}") for name in joints[1:]] if joints else [_middle(at, n) for n in ("hip", "shoulder")]
    )
    points = tuple((float(end[0]), float(end[1])) for end in ends if end is not None)
    return [d.Path(points, stroke=MARK, width=MARK_WIDTH)] if len(points) == 2 else []


def _middle(at: Joints, name: str) -> Array | None:
    both = [at[f"{side}_{name}"] for side in ("left", "right") if f"{side}_{name}" in at]
    return np.asarray(np.mean(both, axis=0)) if both else None


@dataclass(frozen=True)
class _Axes:
    """Where seconds and degrees lie on the sheet."""

    start_s: float
    end_s: float
    low: float
    high: float

    def x(self, seconds: float) -> float:
        return LEFT_MARGIN + (seconds - self.start_s) / (self.end_s - self.start_s) * (
            WIDTH - RIGHT_MARGIN - LEFT_MARGIN
        )

    def y(self, degrees: float) -> float:
        return HEIGHT - BOTTOM - (degrees - self.low) / (self.high - self.low) * (HEIGHT - BOTTOM - TOP)


def aligned_curve(curve: AlignedCurve, marks: list[tuple[str, float]]) -> d.Drawing:
    """Template and learner over the template's time, the gap between them shaded.

    Parameters
    ----------
    marks : words and template's seconds of moments to mark.
    """
    seen = [v for v in (*curve.template_deg, *curve.learner_deg) if v is not None]
    step = next((s for s in STEPS if (max(seen) - min(seen)) / s <= 5), STEPS[-1])
    low, high = (
        step * math.floor(min(seen) / step),
        step * max(math.ceil(max(seen) / step), math.floor(min(seen) / step) + 1),
    )
    axes = _Axes(curve.time_s[0], max(curve.time_s[-1], curve.time_s[0] + 0.1), low, high)
    shapes = [*_grid(axes, step), *_gap(axes, curve)]
    for words, at_s in marks:
        x = axes.x(at_s)
        shapes.append(d.Path(((x, TOP), (x, HEIGHT - BOTTOM)), stroke=d.MUTED, width=0.9, dash=(2, 3)))
        shapes.append(d.Text(x, TOP - 4, words, 9.5, d.MUTED, "middle"))
    shapes += _line(axes, curve, curve.template_deg, d.NEUTRAL, None)
    shapes += _line(axes, curve, curve.learner_deg, d.RIGHT, DASH)
    shapes += _names(axes, curve)
    said = "Template and learner over the template's time, aligned."
    return d.Drawing(WIDTH, HEIGHT, curve.label, said, tuple(shapes))


def _grid(axes: _Axes, step: float) -> list[d.Shape]:
    shapes: list[d.Shape] = []
    for i in range(round((axes.high - axes.low) / step) + 1):
        value = axes.low + i * step
        shapes.append(d.line(LEFT_MARGIN, axes.y(value), WIDTH - RIGHT_MARGIN, axes.y(value), d.FAINT, 0.8))
        shapes.append(d.Text(LEFT_MARGIN - 6, axes.y(value) + 3.5, f"{number(value, 0)}°", 10, d.MUTED, "end"))
    for share in np.linspace(0, 1, 6):
        at_s = axes.start_s + float(share) * (axes.end_s - axes.start_s)
        words = f"{number(at_s, 1)} s"
        shapes.append(d.Text(axes.x(at_s), HEIGHT - BOTTOM + 16, words, 10, d.MUTED, "middle"))
    return shapes


def _gap(axes: _Axes, curve: AlignedCurve) -> list[d.Shape]:
    """The area between both, stretch by stretch where both were seen."""
    both = [t is not None and v is not None for t, v in zip(curve.template_deg, curve.learner_deg, strict=True)]
    shapes: list[d.Shape] = []
    for piece in _stretches(both):
        rows = [(curve.time_s[i], curve.template_deg[i] or 0.0, curve.learner_deg[i] or 0.0) for i in piece]
        there = [(axes.x(t), axes.y(a)) for t, a, _ in rows]
        back = [(axes.x(t), axes.y(b)) for t, _, b in reversed(rows)]
        shapes.append(d.Path((*there, *back), fill=BETWEEN, closed=True))
    return shapes


def _line(
    axes: _Axes, curve: AlignedCurve, values: list[float | None], colour: str, dash: tuple[float, float] | None
) -> list[d.Shape]:
    pieces = _stretches([v is not None for v in values])
    lines = [tuple((axes.x(curve.time_s[i]), axes.y(values[i] or 0.0)) for i in piece) for piece in pieces]
    return [d.Path(points, stroke=colour, width=2.1, dash=dash) for points in lines]


def _names(axes: _Axes, curve: AlignedCurve) -> list[d.Shape]:
    """Each line's name at its right end, moved apart where they end together."""
    named = ((curve.template_deg, "Template", d.NEUTRAL, None), (curve.learner_deg, "Learner", d.RIGHT, DASH))
    ends = [axes.y(next(v for v in reversed(values) if v is not None)) for values, *_ in named]
    push = max(NAME_HEIGHT - abs(ends[0] - ends[1]), 0) / 2
    x, shapes = WIDTH - RIGHT_MARGIN + 8, list[d.Shape]()
    for i, (_, name, colour, dash) in enumerate(named):
        above = ends[i] < ends[1 - i] or (ends[i] == ends[1 - i] and i == 0)
        y = ends[i] + (-push if above else push)
        shapes.append(d.Path(((x, y), (x + 20, y)), stroke=colour, width=2.1, dash=dash))
        shapes.append(d.Text(x + 25, y + 4, name, 11, colour, bold=True))
    return shapes


def _stretches(there: list[bool]) -> list[list[int]]:
    """Runs of places that are there."""
    seen = np.flatnonzero(there)
    pieces = np.split(seen, np.flatnonzero(np.diff(seen) > 1) + 1)
    return [[int(i) for i in piece] for piece in pieces if len(piece)]
