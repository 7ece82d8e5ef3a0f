"""What all measures of a labelled hand are taken from: its fingers' middle lines, its palm's axes, the side seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets.hand_parts import PARTS
from rehabkit.systems.hand_surface import centreline, palm, sections
from rehabkit.systems.hand_surface.centreline import Centreline
from rehabkit.systems.hand_surface.palm import Face, Hand, Palm

Array = NDArray[np.float64]
FINGERS = PARTS[1:]
WITHOUT_THUMB = tuple(part for part in PARTS if part != "thumb")
SLAB_M = 0.0025
"""Half the thickness of a slice; more where points are farther apart."""
ONE_WAY = 0.6
"""Length of the mean of the palm's normals: 0 all round, and 0.7 or more of what one sensor sees."""
MOST_POINTS = 12_000
"""That are looked at; of more, these many are drawn."""


@dataclass(frozen=True)
class HandShape:
    """A labelled hand with its lines and axes.

    Parameters
    ----------
    cloud : labelled with :data:`.hand_parts.PARTS`.
    reach_m : how far its neighbours are.
    lines : middle line of each finger that has one.
    axes : of the palm, where they can be told.
    face : the side whose lengths are taken; ``None`` edge-on. From all round it is the back.
    all_round : whether the palm is seen from all sides.
    """

    cloud: PointCloud
    reach_m: float
    lines: Mapping[str, Centreline]
    axes: Palm | None = None
    face: Face | None = None
    all_round: bool = False

    def mask(self, *parts: str) -> NDArray[np.bool_]:
        """(n_points,) whether a point is of one of these parts."""
        return of_parts(self.cloud, *parts)

    def of(self, *parts: str) -> Array:
        """(n, 3) metres, the points of these parts."""
        return self.cloud.points[self.mask(*parts)]

    def palm_section(self, axes: Palm, level_m: float) -> sections.Section | None:
        """Across the palm and what is behind it, without the thumb, at a level of its axes."""
        points = self.of(*WITHOUT_THUMB)
        points = points[np.linalg.norm(points - axes.knuckles, axis=1) < 2 * axes.span_m]
        at = axes.knuckles + level_m * axes.along
        return sections.through(sections.sliced(points, at, axes.along, max(SLAB_M, self.reach_m)))


def of_parts(cloud: PointCloud, *parts: str) -> NDArray[np.bool_]:
    """(n_points,) whether a point is of one of these parts."""
    labels = np.full(cloud.n_points, -1) if cloud.labels is None else cloud.labels
    return np.isin(labels, [PARTS.index(part) for part in parts])


def shape_of(cloud: PointCloud, hand: Hand) -> HandShape:
    """The lines and axes of a hand.

    Parameters
    ----------
    cloud : metres, labelled with :data:`.hand_parts.PARTS`, with its viewpoint.
    hand : whose hand it is.
    """
    cloud = cloud.sampled(MOST_POINTS, how="random")
    reach_m = centreline.reach_of(cloud.points)
    shape = HandShape(cloud, reach_m, lines_of(cloud, reach_m))
    palms = shape.of("palm")
    axes = palm.found(shape.lines, palms, hand)
    if axes is None:
        return shape
    section = shape.palm_section(axes, -palm.LEVEL * axes.span_m)
    if section is None or not section.closed or _faces_one_way(cloud):
        toward = toward_sensor(cloud)
        return HandShape(cloud, reach_m, shape.lines, axes, None if toward is None else axes.face(toward))
    lines = lines_of(cloud, reach_m, axes.back)
    return HandShape(cloud, reach_m, lines, palm.found(lines, palms, hand) or axes, "back", True)


def toward_sensor(cloud: PointCloud) -> Array | None:
    """(3,) of length 1, from the palm to where the sensor was; ``None`` where neither place nor normals tell it."""
    palms = of_parts(cloud, "palm")
    middle = cloud.points[palms].mean(axis=0)
    toward = np.array(cloud.viewpoint) - middle
    if cloud.normals is not None:
        toward = cloud.normals[palms].mean(axis=0)
    elif not is_outside(cloud):
        return None
    length = float(np.linalg.norm(toward))
    return toward / length if length > 1e-9 else None


def _faces_one_way(cloud: PointCloud) -> bool:
    """Whether the palm's surface looks to one side: what one sensor sees, even where its outline seems to close."""
    if cloud.normals is None:
        return is_outside(cloud)
    mean = cloud.normals[of_parts(cloud, "palm")].mean(axis=0)
    return bool(np.linalg.norm(mean) > ONE_WAY)


def is_outside(cloud: PointCloud) -> bool:
    """Whether the viewpoint lies farther from the cloud than it is long; a cloud around its origin has no viewpoint."""
    away = np.array(cloud.viewpoint) - cloud.points.mean(axis=0)
    return bool(np.linalg.norm(away) > np.linalg.norm(cloud.extent_m) / 2)


def lines_of(cloud: PointCloud, reach_m: float, side: Array | None = None) -> dict[str, Centreline]:
    """Middle line of each finger that has one (:func:`.centreline.fitted`)."""
    palms = cloud.points[of_parts(cloud, "palm")]
    found = {name: centreline.fitted(cloud.points[of_parts(cloud, name)], palms, reach_m, side) for name in FINGERS}
    return {name: line for name, line in found.items() if line is not None}
