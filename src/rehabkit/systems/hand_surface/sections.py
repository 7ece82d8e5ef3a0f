"""Cross-sections: a closed curve through the points of a slice, its girth and how far round it is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
N_SECTORS = 24
"""Of a section, to see how far round there are points."""
WAVES = 3
"""Of the radius around the section: an oval with a flat side, and no noise."""
LEAST_POINTS = 24
MOST_OPEN_DEG = 60.0
"""Without a point; the curve is drawn across."""


@dataclass(frozen=True)
class Section:
    """A closed curve in a plane.

    Parameters
    ----------
    outline : (n, 2) metres.
    open_deg : the widest angle, as seen from its middle, in which there is no point.

    Examples
    --------
    >>> round_ = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    >>> section = through(0.01 * np.column_stack([np.cos(round_), np.sin(round_)]))
    >>> round(section.girth_m * 1000, 1), section.closed  # 2 pi 10 mm
    (62.8, True)
    """

    outline: Array
    open_deg: float

    @property
    def closed(self) -> bool:
        """Whether enough of it is seen for its girth to be known."""
        return self.open_deg <= MOST_OPEN_DEG

    @property
    def girth_m(self) -> float:
        """Of a tape around it: it lies on the hull and bridges what is hollow."""
        from scipy.spatial import ConvexHull

        return float(ConvexHull(self.outline).area)  # of a plane figure scipy's area is the perimeter


def sliced(points: Array, at: Array, normal: Array, half_m: float) -> Array:
    """(n, 2) metres of the points within ``half_m`` of a plane, in the plane, around ``at``."""
    off = points - at
    near = off[np.abs(off @ normal) <= half_m]
    across: Array = np.linalg.svd(normal[None])[2][1:]
    flat: Array = near @ across.T
    return flat


def through(points: Array) -> Section | None:
    """The closed curve whose radius, in the section's own oval, is a sum of a few waves; ``None`` for too few points.

    Parameters
    ----------
    points : (n, 2) metres.
    """
    from scipy.spatial import ConvexHull, QhullError

    if len(points) < LEAST_POINTS:
        return None
    try:
        rim = _evenly(points[ConvexHull(points).vertices])
    except QhullError:
        return None
    middle = rim.mean(axis=0)
    stretch, turn = np.linalg.eigh(np.cov((rim - middle).T))
    if stretch[0] <= 1e-4 * stretch[1]:
        return None
    scale = np.sqrt(2 * stretch)  # an ellipse becomes a circle of radius 1
    oval = (points - middle) @ turn / scale
    angle, radius = np.arctan2(oval[:, 1], oval[:, 0]), np.hypot(oval[:, 0], oval[:, 1])
    sector = ((angle + np.pi) / (2 * np.pi) * N_SECTORS).astype(int) % N_SECTORS
    there = np.array([i for i in range(N_SECTORS) if (sector == i).any()])
    at = np.array([np.median(angle[sector == i]) for i in there])
    far = np.array([np.median(radius[sector == i]) for i in there])
    weights = np.linalg.lstsq(
        np.vstack([_waves(at), 0.05 * _damped()]), np.append(far, np.zeros(2 * WAVES)), rcond=None
    )[0]
    round_ = np.linspace(-np.pi, np.pi, 180, endpoint=False)
    smooth = np.maximum(_waves(round_) @ weights, 0.2)
    outline = (smooth[:, None] * np.column_stack([np.cos(round_), np.sin(round_)]) * scale) @ turn.T + middle
    steps = np.diff(np.append(there, there[0] + N_SECTORS))
    return Section(outline, float((steps.max() - 1) * 360 / N_SECTORS))


def _waves(angle: Array) -> Array:
    """(n, 1 + 2 WAVES)."""
    turns = np.outer(angle, np.arange(1, WAVES + 1))
    return np.hstack([np.ones((len(angle), 1)), np.cos(turns), np.sin(turns)])


def _damped() -> Array:
    """Rows that hold the waves small where nothing is seen."""
    rows: Array = np.eye(1 + 2 * WAVES)[1:]
    return rows


def _evenly(corners: Array, n: int = 128) -> Array:
    """(n, 2) along a closed line, however its corners lie."""
    closed = np.vstack([corners, corners[:1]])
    along = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1)))
    at = np.linspace(0, along[-1], n, endpoint=False)
    return np.column_stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)])
