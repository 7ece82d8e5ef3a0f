"""A scene in space as still drawings: points by their part, joints with their spread, bones, the mattress.

Every view of a scene has one scale, so that lengths compare; none has perspective. Parts are numbered on the points
and named in the key, so that nobody needs to tell the colours apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.figures import Scene
from rehabkit.reports import drawing as d
from rehabkit.reports.axes import decimal_step
from rehabkit.reports.colours import part
from rehabkit.reports.scene_key import CLOUD, MATTRESS, joint_sign, key, said, side_colour, side_of
from rehabkit.reports.scene_views import View, views

Array = NDArray[np.float64]
WIDTH, HEIGHT = 360.0, 322.0
TOP, EDGE, FOOT = 30.0, 14.0, 30.0
CELL, DOT = 3.4, 1.9
"""One point is drawn in each square of this side, the nearest to the eye; radius of its dot. Units of the sheet."""
SMALLEST_M = 0.02
NAMED_FROM = 0.012
"""Share of the points below which a part carries no number in a view."""


@dataclass(frozen=True)
class _Sheet:
    """Where metres of one view lie on its sheet."""

    view: View
    centre: Array
    per_m: float

    def at(self, places: Sequence[tuple[float, float, float]] | Array) -> Array:
        """(n, 3) across and down on the sheet, and how far from the eye."""
        flat = self.view.flat(np.asarray(places, dtype=np.float64).reshape(-1, 3)) - self.view.flat(self.centre[None])
        middle = np.array([WIDTH / 2, (TOP + HEIGHT - FOOT) / 2, 0.0])
        placed: Array = flat * self.per_m + middle
        return placed


def scene_drawings(scene: Scene) -> list[d.Drawing]:
    """The scene from each side, and the key to them."""
    low, high = _reach(scene)
    centre = (low + high) / 2
    corners = np.array([[low[0], low[1], low[2]], [high[0], high[1], high[2]]])
    looks = views(scene)
    per_m = min(_fits(view, _box(corners)) for view in looks)
    return [*(_seen(scene, _Sheet(view, centre, per_m)) for view in looks), key(scene, WIDTH, HEIGHT)]


def _reach(scene: Scene) -> tuple[Array, Array]:
    """Lowest and highest corner of all that is drawn, metres."""
    rings = [(np.array(one.at_m), one.spread_m) for one in scene.joints.values()]
    ends = [at + side * spread for at, spread in rings for side in (-1, 1)]
    every = [np.reshape(part, (-1, 3)) for part in (scene.points_m, scene.bed_m, ends) if len(part)]
    places = np.concatenate(every) if every else np.zeros((1, 3))
    return places.min(axis=0), places.max(axis=0)


def _box(corners: Array) -> Array:
    """(8, 3) corners of the box between two."""
    return np.stack(np.meshgrid(*corners.T), axis=-1).reshape(-1, 3)


def _fits(view: View, corners: Array) -> float:
    """The most units a metre at which the box fits on the sheet."""
    across, down = np.maximum(np.ptp(view.flat(corners)[:, :2], axis=0), SMALLEST_M)
    return float(min((WIDTH - 2 * EDGE) / across, (HEIGHT - TOP - FOOT) / down))


def _seen(scene: Scene, sheet: _Sheet) -> d.Drawing:
    shapes: list[d.Shape] = []
    if len(scene.bed_m) > 2:
        corners = tuple((float(x), float(y)) for x, y, _ in sheet.at(scene.bed_m))
        shapes.append(d.Path(corners, stroke=d.MUTED, fill=MATTRESS, width=1.2, closed=True))
    shapes += [*_points(scene, sheet), *_bones(scene, sheet), *_joints(scene, sheet)]
    shapes.append(d.Text(4, 14, sheet.view.name, 11, d.MUTED, bold=True))
    shapes += _scale_bar(sheet.per_m)
    if scene.simulated:
        shapes += d.stamp(WIDTH - 4, 2, "SIMULATED")
    return d.Drawing(WIDTH, HEIGHT, f"{scene.title}, {sheet.view.name}", said(scene), tuple(shapes))


def _points(scene: Scene, sheet: _Sheet) -> list[d.Shape]:
    if not scene.points_m:
        return []
    at = sheet.at(scene.points_m)
    nearest = np.argsort(at[:, 2], kind="stable")
    cells = np.floor(at[nearest, :2] / CELL).astype(np.int64)
    _, first = np.unique(cells, axis=0, return_index=True)
    shown = nearest[np.sort(first)[::-1]]  # the farthest is drawn first
    shapes: list[d.Shape] = [d.Circle(float(at[i, 0]), float(at[i, 1]), DOT, fill=colour_of(scene, i)) for i in shown]
    return [*shapes, *_numbers(scene, at, shown)]


def colour_of(scene: Scene, point: int) -> str:
    """Of its part; else as it was filmed; else grey."""
    if scene.labels:
        return part(scene.labels[point])
    return "#" + bytes(scene.colours[point]).hex() if scene.colours else CLOUD


def _numbers(scene: Scene, at: Array, shown: NDArray[np.intp]) -> list[d.Shape]:
    """The number of each part, at the drawn point nearest to the middle of what is drawn of it."""
    if not scene.labels:
        return []
    labels = np.array(scene.labels)[shown]
    shapes: list[d.Shape] = []
    for label in np.unique(labels):
        mine = at[shown[labels == label], :2]
        if len(mine) >= max(2, NAMED_FROM * len(shown)):
            middle = mine[np.argmin(np.linalg.norm(mine - np.median(mine, axis=0), axis=1))]
            shapes.append(
                d.Text(float(middle[0]), float(middle[1]) + 3.5, str(label + 1), 10, d.INK, "middle", True, True)
            )
    return shapes


def _bones(scene: Scene, sheet: _Sheet) -> list[d.Shape]:
    """Those of the left solid, those of the right dashed."""
    shapes: list[d.Shape] = []
    for first, last in scene.bones:
        (x0, y0, _), (x1, y1, _) = sheet.at([scene.joints[first].at_m, scene.joints[last].at_m])
        side = side_of(first) if side_of(first) == side_of(last) else ""
        line = ((float(x0), float(y0)), (float(x1), float(y1)))
        shapes.append(d.Path(line, stroke=d.PAPER, width=4.6))
        shapes.append(d.Path(line, stroke=side_colour(side), width=2.4, dash=(5, 3.4) if side == "right" else None))
    return shapes


def _joints(scene: Scene, sheet: _Sheet) -> list[d.Shape]:
    shapes: list[d.Shape] = []
    for name, joint in sorted(scene.joints.items(), key=lambda one: -sheet.at([one[1].at_m])[0, 2]):
        x, y = (float(value) for value in sheet.at([joint.at_m])[0, :2])
        shapes += joint_sign(x, y, joint.spread_m * sheet.per_m, joint.hidden, side_colour(side_of(name)))
    return shapes


def _scale_bar(per_m: float) -> list[d.Shape]:
    """A line of a round number of centimetres, about a quarter of the sheet."""
    length_m = decimal_step(WIDTH / per_m / 4, 1)
    length_m = length_m if length_m * per_m < WIDTH / 2 else length_m / 2
    right, y = EDGE + length_m * per_m, HEIGHT - 10
    ticks = [d.line(x, y - 3, x, y + 3, d.MUTED, 1.2) for x in (EDGE, right)]
    text = d.Text(right + 6, y + 3.5, f"{length_m * 100:g} cm", 10, d.MUTED)
    return [d.line(EDGE, y, right, y, d.MUTED, 1.2), *ticks, text]
