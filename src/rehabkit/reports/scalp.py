"""A map of one value an electrode, on the head seen from above.

Between the electrodes the field is interpolated by a thin-plate spline (Duchon 1977; Perrin et al. 1987 for the
scalp), never beyond the values that were measured, and drawn only within a fifth of the way from nasion to inion of
an electrode: elsewhere nothing was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.figures import ScalpMap
from rehabkit.reports import drawing as d
from rehabkit.reports.axes import decimal_step, ticks
from rehabkit.reports.colours import diverging, rising
from rehabkit.reports.head import Head, electrodes, outline
from rehabkit.reports.text import unit_text

Array = NDArray[np.float64]
WIDTH, HEIGHT = 360.0, 322.0
HEAD = Head(148.0, 168.0, 128.0)
BAR_LEFT, BAR_RIGHT, BAR_TOP, BAR_BOTTOM = 308.0, 320.0, 62.0, 274.0
REACH = 0.4
"""In radii of the head: a fifth of the way from nasion to inion."""
N_GRID, N_BANDS = 73, 11
"""An odd number of bands, so that the middle one holds zero."""
LEAST_FOR_A_FIELD = 4
"""Fewer electrodes are shown as coloured dots only."""


@dataclass(frozen=True)
class _Scale:
    """Which colour a value has."""

    low: float
    high: float
    both_ways: bool

    @classmethod
    def of(cls, figure: ScalpMap) -> _Scale:
        values = list(figure.values.values()) or [0.0]
        if figure.diverging:
            most = max(map(abs, values)) or 1.0
            return cls(-most, most, True)
        low, high = min(values), max(values)
        return cls(low, high if high > low else low + (abs(low) or 1.0), False)

    @property
    def edges(self) -> Array:
        """(N_BANDS + 1,) limits of the bands."""
        return np.linspace(self.low, self.high, N_BANDS + 1)

    def colour(self, value: float) -> str:
        band = min(max(int((value - self.low) / (self.high - self.low) * N_BANDS), 0), N_BANDS - 1)
        share = (band + 0.5) / N_BANDS
        return diverging((2 * share - 1) * N_BANDS / (N_BANDS - 1)) if self.both_ways else rising(share)


def scalp_map(figure: ScalpMap) -> d.Drawing:
    """The map as a drawing; electrodes that are no sites of the 10-10 system are left out."""
    placed = {name: (at, value) for name, value in figure.values.items() if (at := HEAD.at(name)) is not None}
    scale = _Scale.of(figure)
    shapes: list[d.Shape] = []
    points = np.array([at for at, _ in placed.values()], dtype=float).reshape(-1, 2)
    values = np.array([value for _, value in placed.values()], dtype=float)
    if _spans(points):
        shapes += _field(points, values, scale)
    else:
        shapes += [d.Circle(*at, 11, fill=scale.colour(value)) for at, value in placed.values()]
    shapes += outline(HEAD)
    shapes += electrodes(HEAD, list(placed), figure.marked)
    shapes += [d.Text(HEAD.x - 130, 26, "left", 10, d.MUTED), d.Text(HEAD.x + 130, 26, "right", 10, d.MUTED, "end")]
    shapes += _legend(scale, figure.unit)
    if figure.simulated:
        shapes += d.stamp(WIDTH - 4, 4, "SIMULATED")
    return d.Drawing(WIDTH, HEIGHT, figure.title, _description(figure, list(placed)), tuple(shapes))


def _spans(points: Array) -> bool:
    """Whether a surface is defined: enough electrodes, not all on one line."""
    flat = np.c_[np.ones(len(points)), (points - [HEAD.x, HEAD.y]) / HEAD.radius]
    return len(points) >= LEAST_FOR_A_FIELD and np.linalg.matrix_rank(flat, tol=1e-6) == 3


def _field(points: Array, values: Array, scale: _Scale) -> list[d.Shape]:
    """Coloured bands, lines between them, and paper over what is outside the head or far from every electrode."""
    from contourpy import FillType, contour_generator
    from scipy.interpolate import RBFInterpolator

    span = np.linspace(-1.02, 1.02, N_GRID)
    right, down = np.meshgrid(span, span)  # (N_GRID, N_GRID) each
    where = np.stack([right.ravel(), down.ravel()], axis=1)
    sites = (points - [HEAD.x, HEAD.y]) / HEAD.radius
    field = RBFInterpolator(sites, values, kernel="thin_plate_spline")(where)
    field = np.clip(field, values.min(), values.max()).reshape(right.shape)
    far = np.linalg.norm(where[:, None] - sites[None], axis=2).min(axis=1).reshape(right.shape) - REACH
    outside = np.maximum(np.hypot(right, down) - 1, far)
    bands: Any = contour_generator(span, span, field, fill_type=FillType.OuterOffset)
    paper: Any = contour_generator(span, span, outside, fill_type=FillType.OuterOffset)
    shapes: list[d.Shape] = []
    for low, high in zip(scale.edges[:-1], scale.edges[1:], strict=True):
        # each band lies over the ones below it, so that no seam of paper shows between two
        colour = scale.colour((low + high) / 2)
        shapes += _areas(bands.filled(low - 1e-9 * (scale.high - scale.low), np.inf), colour)
    for level in scale.edges[1:-1]:
        below = level < 0 and scale.both_ways
        for line in bands.lines(level):
            shapes.append(d.Path(_on_sheet(line), stroke=d.NEUTRAL, width=0.5, dash=(2.5, 2.0) if below else None))
    return [*shapes, *_areas(paper.filled(0, np.inf), d.PAPER), *_frame()]


def _areas(filled: tuple[Sequence[Array], Sequence[Array]], colour: str) -> list[d.Shape]:
    """Areas with their holes, each as one line that goes to a hole, around it the other way, and back."""
    shapes: list[d.Shape] = []
    for points, offsets in zip(*filled, strict=True):
        rings = [points[a:b] for a, b in pairwise(offsets)]
        joined = np.concatenate([rings[0], *(part for ring in rings[1:] for part in (ring, rings[0][:1]))])
        shapes.append(d.Path(_on_sheet(joined), fill=colour, closed=True))
    return shapes


def _frame() -> list[d.Shape]:
    """Paper between the head and the edge of the grid, so that the head's outline is smooth."""
    x, y, r = HEAD.x, HEAD.y, 1.03 * HEAD.radius
    corners = ((x + r, y), (x + r, y - r), (x - r, y - r), (x - r, y + r), (x + r, y + r), (x + r, y))
    inside = HEAD.around()[::-1]
    return [d.Path((*corners, *inside), fill=d.PAPER, closed=True)]


def _on_sheet(points: Array) -> tuple[d.Point, ...]:
    return tuple((float(HEAD.x + HEAD.radius * x), float(HEAD.y + HEAD.radius * y)) for x, y in points)


def _legend(scale: _Scale, unit: str) -> list[d.Shape]:
    height = (BAR_BOTTOM - BAR_TOP) / N_BANDS
    shapes: list[d.Shape] = []
    for i, (low, high) in enumerate(zip(scale.edges[:-1], scale.edges[1:], strict=True)):
        bottom = BAR_BOTTOM - i * height
        shapes.append(d.box(BAR_LEFT, bottom - height, BAR_RIGHT, bottom, scale.colour((low + high) / 2)))
    for value, words in ticks(scale.low, scale.high, decimal_step(scale.high - scale.low, 5)):
        y = BAR_BOTTOM - (value - scale.low) / (scale.high - scale.low) * (BAR_BOTTOM - BAR_TOP)
        shapes.append(d.line(BAR_RIGHT, y, BAR_RIGHT + 3, y, d.MUTED, 0.8))
        shapes.append(d.Text(BAR_RIGHT + 6, y + 3.5, words, 9.5, d.MUTED))
    return [*shapes, d.Text(WIDTH - 3, BAR_TOP - 8, d.fitted(unit_text(unit), 9.5, 100), 9.5, d.MUTED, "end")]


def _description(figure: ScalpMap, drawn: list[str]) -> str:
    if not drawn:
        return "No electrode of this map has a place of the 10-10 system."
    ordered = sorted(drawn, key=lambda name: figure.values[name])
    unit = f" {unit_text(figure.unit)}" if figure.unit else ""
    said = [f"{name} {figure.values[name]:.3g}{unit}" for name in (ordered[-1], ordered[0])]
    marked = [name for name in drawn if name in figure.marked]
    pointed = f" Marked: {', '.join(marked)}." if marked else ""
    return f"{len(drawn)} electrodes. Highest {said[0]}, lowest {said[1]}.{pointed}"
