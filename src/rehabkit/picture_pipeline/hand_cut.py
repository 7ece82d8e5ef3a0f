"""The hand in a depth picture: the nearest thing, cut off behind the wrist."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.rgbd import RgbdFrame
from rehabkit.systems.hand_surface.centreline import piece_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
BEHIND_M = 0.25
"""How much farther than the nearest thing is still looked at."""
THIN_M = 0.004
LEAST_M2 = 0.003
"""Surface of the smallest thing that may be a hand: a child's from one side."""
SECOND, BESIDE_M = 0.5, 0.1
"""Area of a second thing beside the first one's, from which it may be a second hand, and how far behind it may be."""
ALONG_M = 0.24
"""From the fingertips along the arm: a long hand and a little of its forearm."""


@dataclass(frozen=True)
class Cut:
    """The hand that was found.

    Parameters
    ----------
    cloud : its points, in the camera's axes.
    holes : share of the pixels inside its outline that have no distance.
    at_edge : whether the hand, not its forearm, reaches the picture's edge.
    second : distance in metres of another thing as large and as near, if there is one.
    """

    cloud: PointCloud
    holes: float
    at_edge: bool
    second: float | None


def hand_in(frame: RgbdFrame) -> Cut:
    """The nearest thing in a depth picture that is large enough, up to its wrist.

    Raises
    ------
    RecordingError
        If there is nothing as large as a hand.
    """
    frame = frame.without_flying()
    piece, second = _nearest_thing(frame)
    points = frame.points()[piece]
    mine = np.zeros(piece.shape, dtype=bool)
    mine[piece] = _hand_end(points, piece)
    cloud = frame.cloud(mine)
    whole = f"{int(mine.sum())} of {int(frame.valid.sum())} pixels: the nearest thing, {ALONG_M * 100:g} cm of it"
    return Cut(cloud.noted(whole), _holes(mine, frame.valid), _at_edge(mine), second)


def _nearest_thing(frame: RgbdFrame) -> tuple[Mask, float | None]:
    """(rows, columns) its pixels, and how far a second one is."""
    from scipy.spatial import cKDTree

    near = frame.depth < np.nanpercentile(frame.depth, 0.5) + BEHIND_M
    thin = frame.cloud(near).thinned(THIN_M).points
    piece = piece_of(thin, 2.2 * THIN_M)[cKDTree(thin).query(frame.points()[near])[1]]  # of each pixel
    depth = frame.depth[near]
    areas = np.bincount(piece, depth**2 / (frame.intrinsics.fx * frame.intrinsics.fy))
    large = np.flatnonzero(areas >= LEAST_M2)
    if not len(large):
        raise RecordingError(
            f"depth picture must show a hand as the nearest thing, got nothing of {LEAST_M2 * 1e4:g} cm2 within "
            f"{BEHIND_M * 100:g} cm of it; hold the hand before all else"
        )
    far = np.array([np.median(depth[piece == one]) for one in large])
    first = large[far.argmin()]
    beside = (large != first) & (areas[large] >= SECOND * areas[first]) & (far < far.min() + BESIDE_M)
    found = np.zeros(near.shape, dtype=bool)
    found[near] = piece == first
    return found, float(far[beside].min()) if beside.any() else None


def _hand_end(points: Array, piece: Mask) -> Mask:
    """(n,) what lies within ``ALONG_M`` of that end of a thing which has more outline for its area: fingers have.

    Parameters
    ----------
    points : (n, 3) metres, of the pixels of ``piece``.
    """
    from scipy.ndimage import binary_erosion

    centred = points - points.mean(axis=0)
    along = centred @ np.linalg.eigh(centred.T @ centred)[1][:, -1]
    if np.ptp(along) <= ALONG_M:
        return np.ones(len(points), dtype=bool)
    outline = (piece & ~binary_erosion(piece))[piece]
    ends = (along.max() - along <= ALONG_M, along - along.min() <= ALONG_M)
    return max(ends, key=lambda end: float(outline[end].mean()))


def _holes(mine: Mask, valid: Mask) -> float:
    from scipy.ndimage import binary_closing, binary_fill_holes

    inside = binary_fill_holes(binary_closing(mine, iterations=2)) & ~valid
    return float(inside.sum() / max(1, inside.sum() + mine.sum()))


def _at_edge(mine: Mask) -> bool:
    """Whether more than a fifth of its outline's reach is at the edge: an arm comes in there, a hand doesn't."""
    rows, columns = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
    height, width = mine.shape
    sides = (mine[0], mine[-1], mine[:, 0], mine[:, -1])
    touched = max(int(side.sum()) for side in sides)
    at_edge = rows[0] == 0 or rows[-1] == height - 1 or columns[0] == 0 or columns[-1] == width - 1
    return bool(at_edge and touched > 0.2 * min(np.ptp(rows), np.ptp(columns)))
