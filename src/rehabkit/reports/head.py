"""A head seen from above, nose up: its outline, and where electrodes lie on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehabkit.recordings.electrodes import TEN_TWENTY, positions, standard_name
from rehabkit.reports import drawing as d

MOST_NAMED = 34
"""More electrodes than this are named only where they belong to the 10-20 system or are marked."""
N_AROUND = 120


@dataclass(frozen=True)
class Head:
    """Where a head lies on a sheet.

    Parameters
    ----------
    x, y : its vertex.
    radius : from the vertex to the nasion.
    """

    x: float
    y: float
    radius: float

    def at(self, name: str) -> d.Point | None:
        """Where an electrode lies; ``None`` for a name that is no site of the 10-10 system."""
        known = standard_name(name)
        if known is None:
            return None
        right, front = positions()[known]
        return self.x + self.radius * right, self.y - self.radius * front

    def around(self, radius: float = 1.0, turns: float = 1.0) -> tuple[d.Point, ...]:
        """Points around the vertex, ``radius`` in radii of the head, counter-clockwise on the sheet."""
        angle = np.linspace(0, 2 * np.pi * turns, N_AROUND + 1)
        xs, ys = self.x + radius * self.radius * np.cos(angle), self.y - radius * self.radius * np.sin(angle)
        return tuple((float(x), float(y)) for x, y in zip(xs, ys, strict=True))


def outline(head: Head, stroke: str = d.NEUTRAL) -> list[d.Shape]:
    """Nose, ears and the head itself, to be drawn over what fills it."""
    x, y, r = head.x, head.y, head.radius
    nose = ((x - 0.1 * r, y - 0.995 * r), (x, y - 1.12 * r), (x + 0.1 * r, y - 0.995 * r))
    ear = np.array(
        [(0.995, 0.16), (1.045, 0.19), (1.08, 0.13), (1.075, 0.0), (1.08, -0.12), (1.045, -0.2), (0.99, -0.18)]
    )
    shapes: list[d.Shape] = [d.Path(nose, stroke=stroke, fill=d.PAPER, width=1.6)]
    for side in (-1, 1):
        points = tuple((float(x + side * r * px), float(y - r * py)) for px, py in ear)
        shapes.append(d.Path(points, stroke=stroke, fill=d.PAPER, width=1.6))
    return [*shapes, d.Path(head.around(), stroke=stroke, width=1.8, closed=True)]


def electrodes(head: Head, names: list[str], marked: list[str]) -> list[d.Shape]:
    """Dots with their names; those that are marked are larger, ringed and in bold."""
    shapes: list[d.Shape] = []
    every = len(names) <= MOST_NAMED
    for name in sorted(names, key=lambda one: one in marked):  # the marked ones on top
        at = head.at(name)
        if at is None:
            continue
        important = name in marked
        if important:
            shapes.append(d.Circle(*at, 4.4, stroke=d.INK, fill=d.PAPER, width=1.8))
        else:
            shapes.append(d.Circle(*at, 1.9, fill=d.INK))
        if important or every or standard_name(name) in TEN_TWENTY:
            below = at[1] + (13.5 if important else 11.0)
            shapes.append(d.Text(at[0], below, name, 9 if every else 8.5, d.INK, "middle", important, halo=True))
    return shapes


def unplaced(names: list[str]) -> list[str]:
    """Those that are no sites of the 10-10 system, so that they can't be drawn on a head."""
    return [name for name in names if standard_name(name) is None]
