"""The middle line of a finger in a labelled cloud, from where its part meets the palm to its tip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
LEAST_POINTS = 12
"""Of a finger, and fewer can't be told from wrong labels."""
STEP_M = 0.005
"""Of a slice along a finger whose middle is taken."""
TIP = 0.995
"""Share of a finger's points before its tip: the farthest ones may be noise."""
FINEST_M = 0.002
"""Neighbours are looked for at least this far away: closer than that, noise is all that is between points."""


@dataclass(frozen=True)
class Centreline:
    """A curve along a finger: ``start + s·axis + bow·s + bend·s²`` for ``s`` from 0 at its base to ``reach_m``.

    Parameters
    ----------
    start : (3,) metres, the middle of where the finger's part meets the palm's.
    axis : (3,) of length 1, toward the tip.
    bow, bend : (3,) across the axis, without unit and per metre.
    reach_m : metres along the axis.
    gap_m : the longest stretch along it without a point.

    Examples
    --------
    >>> straight = Centreline(np.zeros(3), np.array([0.0, 1, 0]), np.zeros(3), np.zeros(3), 0.08, 0.001)
    >>> round(straight.length_m, 6), round(straight.bend_deg, 6), straight.at(0.5).tolist()
    (0.08, 0.0, [0.0, 0.04, 0.0])
    """

    start: Array
    axis: Array
    bow: Array
    bend: Array
    reach_m: float
    gap_m: float

    def at(self, share: float) -> Array:
        """(3,) metres, the place at a share of ``reach_m``."""
        s = share * self.reach_m
        place: Array = self.start + s * self.axis + s * self.bow + s**2 * self.bend
        return place

    def direction(self, share: float) -> Array:
        """(3,) of length 1, along the curve at a share of ``reach_m``."""
        along = self.axis + self.bow + 2 * share * self.reach_m * self.bend
        unit: Array = along / np.linalg.norm(along)
        return unit

    @property
    def length_m(self) -> float:
        """Along the curve, metres."""
        places = np.array([self.at(share) for share in np.linspace(0, 1, 33)])
        return float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum())

    @property
    def bend_deg(self) -> float:
        """Between its directions at base and tip, degrees."""
        return float(np.degrees(np.arccos(np.clip(self.direction(0.0) @ self.direction(1.0), -1, 1))))


def reach_of(points: Array) -> float:
    """How far a point's neighbours are in this cloud, metres: half as far again as the sixth one's median distance."""
    from scipy.spatial import cKDTree

    k = min(7, len(points))
    some = points[:: max(1, len(points) // 2000)]
    distance = np.atleast_2d(cKDTree(points).query(some, k)[0])[:, -1]
    return float(max(FINEST_M, 1.5 * np.median(distance)))


def connected(points: Array, reach_m: float) -> Mask:
    """(n_points,) those of the largest piece in which each point has a neighbour within reach.

    Examples
    --------
    >>> connected(np.array([[0.0, 0, 0], [0.001, 0, 0], [0.1, 0, 0]]), 0.002).tolist()
    [True, True, False]
    """
    pieces = piece_of(points, reach_m)
    mask: Mask = pieces == np.bincount(pieces).argmax()
    return mask


def piece_of(points: Array, reach_m: float) -> NDArray[np.int64]:
    """(n_points,) number of the piece that each point belongs to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    pairs = cKDTree(points).query_pairs(reach_m, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(len(points),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def border(finger: Array, palm: Array, reach_m: float) -> Array:
    """(n, 3) metres, the middles between each finger's point at the palm and the palm's point nearest to it."""
    from scipy.spatial import cKDTree

    distance, place = cKDTree(palm).query(finger, distance_upper_bound=reach_m)
    near = np.isfinite(distance)
    middles: Array = (finger[near] + palm[place[near]]) / 2
    return middles


def fitted(finger: Array, palm: Array, reach_m: float, side: Array | None = None) -> Centreline | None:
    """The middle line of one finger, or ``None`` where it has too few points or doesn't touch the palm.

    Parameters
    ----------
    finger, palm : (n, 3) metres, points of both parts.
    reach_m : of :func:`reach_of`.
    side : (3,) if only that half of the border counts which lies in this direction: a finger begins farther from its
        tip on its back than on its palm's side.
    """
    if len(finger) < LEAST_POINTS or len(palm) < LEAST_POINTS:
        return None
    finger = finger[connected(finger, 1.5 * reach_m)]
    meets = border(finger, palm, reach_m)
    if side is not None and len(meets):
        meets = meets[(meets - meets.mean(axis=0)) @ side >= 0]
    if len(finger) < LEAST_POINTS or len(meets) < 3:
        return None
    centre = finger.mean(axis=0)
    axis = np.linalg.eigh((finger - centre).T @ (finger - centre))[1][:, -1]
    axis = axis if (centre - np.median(meets, axis=0)) @ axis > 0 else -axis
    along = (finger - centre) @ axis
    first, last = float(np.median((meets - centre) @ axis)), float(np.quantile(along, TIP))
    inside = along >= first
    if last - first < 2 * STEP_M or inside.sum() < LEAST_POINTS:
        return None
    gap = float(np.diff(np.sort(np.append(along[inside], first))).max())
    return _curve(finger[inside], centre, axis, (first, last), gap)


def _curve(points: Array, centre: Array, axis: Array, ends: tuple[float, float], gap_m: float) -> Centreline:
    """Through the medians of slices, by least squares."""
    first, last = ends
    s = (points - centre) @ axis - first
    across = (points - centre) - np.outer(s + first, axis)  # (n, 3)
    n = max(4, int((last - first) / STEP_M))
    slice_of = np.clip((s / (last - first) * n).astype(int), 0, n - 1)
    there = [i for i in range(n) if (slice_of == i).any()]
    at = np.array([np.median(s[slice_of == i]) for i in there])
    middle = np.array([np.median(across[slice_of == i], axis=0) for i in there])
    powers = np.vander(at, 3 if len(there) >= 4 else 1, increasing=True)
    found = np.zeros((3, 3))
    found[: powers.shape[1]] = np.linalg.lstsq(powers, middle, rcond=None)[0]
    return Centreline(centre + first * axis + found[0], axis, found[1], found[2], last - first, gap_m)
