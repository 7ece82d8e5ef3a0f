"""The mattress a person lies on, found in a depth picture, and the directions that it gives: along, across, up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.angles import unit
from rehabkit.recordings.rgbd import RgbdFrame

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
TOLERANCE_M = 0.015
"""Points this near a plane belong to it: the noise of a depth camera at 2 to 3 m and a sheet's folds."""
LEAST_SHARE = 0.08
"""Share of a picture's points that a mattress has at least: of 219 rendered ones the smallest had 0.10, while the flat
front of a person, which mustn't be taken for one, had up to 0.06."""
PARALLEL_DEG = 5.0
"""A mattress is level with the floor within this; a back rest isn't, and isn't taken for it."""
N_TRIES, N_POINTS = 150, 4000
"""Triples that are tried, on so many points: a plane with a fifth of them is met by one of 150 triples with p = 0.7,
one with half of them practically always."""
MOST_POINTS = 25_000
"""Planes are refined on so many points of a picture, evenly taken: more don't move them by a millimetre."""
LOWEST_BED_M = 0.15
"""What is less below the mattress isn't the floor."""
LOW_M = 0.03
"""What rises less than this above the mattress is taken for the mattress."""


@dataclass(frozen=True)
class Plane:
    """Points p with ``up · p = level``.

    Parameters
    ----------
    up : (3,) unit normal, turned to the camera.
    level : metres.
    """

    up: Array
    level: float

    def height(self, points: Array) -> Array:
        """(…,) metres above it, towards the camera, of (…, 3) points."""
        return np.asarray(points @ self.up - self.level)

    def depth_along(self, rays: Array) -> Array:
        """(…,) z at which lines of sight (…, 3) with z = 1 meet it; NaN where they don't.

        Examples
        --------
        >>> Plane(np.array([0.0, 0.0, -1.0]), -2.0).depth_along(np.array([[0.1, 0.0, 1.0], [1.0, 0.0, 0.0]])).tolist()
        [2.0, nan]
        """
        steep = rays @ self.up
        return np.asarray(self.level / np.where(steep < -1e-6, steep, np.nan))


@dataclass(frozen=True)
class Bed:
    """The mattress's own axes.

    Parameters
    ----------
    plane : its upper side.
    origin : (3,) its middle as far as it is seen, metres in camera axes.
    axes : (3, 3) rows: across (to the left of someone on the back), towards the head, up; right-handed.
    """

    plane: Plane
    origin: Array
    axes: Array

    def of(self, points: Array) -> Array:
        """(…, 3) metres in camera axes → across, towards the head, up."""
        return np.asarray((points - self.origin) @ self.axes.T)

    def direction(self, vectors: Array) -> Array:
        """(…, 3) vectors in camera axes → in the bed's."""
        return np.asarray(vectors @ self.axes.T)

    def headed(self, head: Array, feet: Array) -> Bed:
        """The same with its second axis towards the head's end, (3,) points in camera axes."""
        if np.dot(self.axes[1], head - feet) >= 0:
            return self
        return Bed(self.plane, self.origin, self.axes * np.array([[-1.0], [-1.0], [1.0]]))


def planes(points: Array, seed: int = 0) -> Iterator[tuple[Plane, float]]:
    """Yield planes, the largest first, and their share of all points; each without the points of those before it.

    Random sample consensus (Fischler & Bolles 1981), refined by least squares over its points.

    Parameters
    ----------
    points : (n_points, 3) metres in camera axes.

    Examples
    --------
    >>> floor = np.array([[x, y, 2.0] for x in np.arange(-1, 1, 0.1) for y in np.arange(-1, 1, 0.1)])
    >>> plane, share = next(planes(floor))
    >>> plane.up.round(6).tolist()[2], round(plane.level, 6), share
    (-1.0, -2.0, 1.0)
    """
    rng = np.random.default_rng(seed)
    left, n_all = points, len(points)
    while len(left) >= max(3, LEAST_SHARE * n_all):
        plane = _refined(left, _best_of_tries(left, rng))
        near = np.abs(plane.height(left)) < TOLERANCE_M
        yield plane, float(near.sum() / n_all)
        left = left[~near]


def _best_of_tries(points: Array, rng: np.random.Generator) -> Plane:
    some = points[rng.choice(len(points), min(N_POINTS, len(points)), replace=False)]
    corner = some[rng.integers(len(some), size=(N_TRIES, 3))]  # (n_tries, 3, 3)
    normal = unit(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]))
    level = (normal * corner[:, 0]).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        near = (np.abs(some @ normal.T - level) < TOLERANCE_M).sum(axis=0)
    best = int(near.argmax())
    return _turned(np.nan_to_num(normal[best]), float(np.nan_to_num(level[best])))


def _refined(points: Array, plane: Plane, rounds: int = 3) -> Plane:
    for _ in range(rounds):
        on_it = points[np.abs(plane.height(points)) < TOLERANCE_M]
        if len(on_it) < 3:
            return plane
        middle = on_it.mean(axis=0)
        normal = np.linalg.eigh((on_it - middle).T @ (on_it - middle))[1][:, 0]
        plane = _turned(normal, float(normal @ middle))
    return plane


def _turned(normal: Array, level: float) -> Plane:
    """The camera, at the origin, is above it."""
    return Plane(normal, level) if level <= 0 else Plane(-normal, -level)


def bed_of(frame: RgbdFrame, seed: int = 0) -> Bed:
    """The mattress in a depth picture: of the large level planes the uppermost, on which the person lies.

    The floor is often the larger plane. Along is the longer axis of what rises from the floor to no lower than the
    mattress, person included; which end is the head's isn't known until joints are (:meth:`Bed.headed`).

    Raises
    ------
    RecordingError
        If the picture shows no plane.
    """
    points = frame.points()[frame.valid]
    points = points[:: max(1, len(points) // MOST_POINTS)]
    found: list[Plane] = []
    for plane, share in planes(points, seed):
        if share < LEAST_SHARE or len(found) == 4:
            break
        found.append(plane)
    if not found:
        raise RecordingError(
            f"depth picture of {frame.sensor} must show the mattress as a plane, got none with {LEAST_SHARE:.0%} of "
            "its points; place the camera so that the whole bed is seen"
        )
    least = np.cos(np.radians(PARALLEL_DEG))
    plane = max((p for p in found if p.up @ found[0].up >= least), key=lambda p: p.level)
    lying = points[plane.height(points) > -LOW_M]
    return _bed(plane, lying - plane.height(lying)[:, None] * plane.up)


def _bed(plane: Plane, on_it: Array) -> Bed:
    middle = on_it.mean(axis=0)
    along = np.linalg.eigh((on_it - middle).T @ (on_it - middle))[1][:, 2]
    along = unit(along - (along @ plane.up) * plane.up)
    return Bed(plane, middle, np.stack([np.cross(along, plane.up), along, plane.up]))


def floor_below(frame: RgbdFrame, bed: Bed) -> float | None:
    """Height of the mattress above the floor, metres: the level that most points well below the mattress share.

    ``None`` where the picture shows too little of a floor.
    """
    height = bed.plane.height(frame.points()[frame.valid])
    low = height[height < -LOWEST_BED_M]
    if len(low) < LEAST_SHARE * len(height):
        return None
    count, edge = np.histogram(
        low, np.arange(low.min() - TOLERANCE_M, -LOWEST_BED_M + 2 * TOLERANCE_M, 2 * TOLERANCE_M)
    )
    most = int(count.argmax())
    level = low[(low >= edge[most] - TOLERANCE_M) & (low <= edge[most + 1] + TOLERANCE_M)]
    return float(-np.median(level)) if len(level) >= 0.5 * len(low) else None


def mattress_of(frame: RgbdFrame, bed: Bed) -> Array:
    """(4, 3) corners of the rectangle along the bed's axes that the mattress fills as far as it is seen, in order."""
    points = frame.points()[frame.valid]
    across, along, _ = bed.of(points[np.abs(bed.plane.height(points)) < TOLERANCE_M]).T
    (left, right), (foot, head) = (np.quantile(side, [0.005, 0.995]) for side in (across, along))
    corners = np.array([[left, foot, 0.0], [right, foot, 0.0], [right, head, 0.0], [left, head, 0.0]])
    flat = bed.origin - bed.plane.height(bed.origin) * bed.plane.up
    return np.asarray(flat + corners @ bed.axes)


def body_of(frame: RgbdFrame, bed: Bed) -> Mask:
    """(rows, columns) the largest connected part of the picture that rises above the mattress: the person."""
    from scipy.ndimage import label

    with np.errstate(invalid="ignore"):
        above = bed.plane.height(frame.points()) > LOW_M
    parts = label(above)[0]
    sizes = np.bincount(parts.ravel())
    if len(sizes) < 2:
        return above
    return np.asarray(parts == 1 + int(sizes[1:].argmax()))
