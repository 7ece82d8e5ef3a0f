"""One view of a hand laid onto another: coarsely by the fingers' ends, then surface on surface.

Iterative closest points to planes (Chen and Medioni, Image Vis. Comput. 10:145-155, 1992), trimmed. The hand must not
move between views, and views must share enough of the surface: back and palm alone meet at the edges only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.cloud import PointCloud
from rehabkit.systems.hand_surface import centreline
from rehabkit.systems.hand_surface.shape import FINGERS, lines_of

Array = NDArray[np.float64]
FROM_M, TO_M, ROUNDS = 0.012, 0.003, 30
"""How far a point may be from the one that it is laid on, at first and at last."""
ALIKE = 0.6
"""Cosine between normals of points that may be on one surface: on the other side of a finger it is below 0."""
KEPT = 0.8
"""Share of the pairs that count, the nearest ones."""
N_POINTS = 2000
"""Of a view that are laid on the others."""


@dataclass(frozen=True)
class Fit:
    """How one view lies on others.

    Parameters
    ----------
    turn, move : (3, 3) and (3,) metres, from the view's axes to those of the others.
    residual_m : median distance to the others' surface, where they overlap.
    overlap : share of the view's points that do.
    """

    turn: Array
    move: Array
    residual_m: float
    overlap: float

    def onto(self, view: PointCloud) -> PointCloud:
        """The view in the others' axes."""
        return view.moved(self.turn, self.move)


STAYS = np.eye(3), np.zeros(3)


def coarse(view: PointCloud, others: PointCloud) -> tuple[Array, Array] | None:
    """Turn and move by which bases, middles and tips of the fingers meet best; ``None`` with fewer than two fingers."""
    first, second = landmarks(view), landmarks(others)
    common = [name for name in first if name in second]
    if len(common) < 6:
        return None
    return rigid(np.array([first[name] for name in common]), np.array([second[name] for name in common]))


def landmarks(cloud: PointCloud) -> dict[str, Array]:
    """(3,) metres each: three places along each finger's middle line."""
    cloud = cloud.sampled(2 * N_POINTS, how="random")
    lines = lines_of(cloud, centreline.reach_of(cloud.points))
    return {f"{name} {share}": lines[name].at(share) for name in FINGERS if name in lines for share in (0.0, 0.5, 1.0)}


def rigid(points: Array, onto: Array) -> tuple[Array, Array]:
    """Rotation and translation of least squares (Kabsch, Acta Cryst. A32:922, 1976).

    Examples
    --------
    >>> corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 2, 0]])
    >>> turn, move = rigid(corners, corners[:, [1, 0, 2]] * [-1, 1, 1] + 5.0)  # by 90 deg
    >>> turn.round(6).tolist()
    [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    middle, target = points.mean(axis=0), onto.mean(axis=0)
    u, _, v = np.linalg.svd((points - middle).T @ (onto - target))
    mirror = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ v))])
    turn: Array = (u @ mirror @ v).T
    return turn, target - turn @ middle


def fitted(view: PointCloud, others: PointCloud, start: tuple[Array, Array]) -> Fit:
    """The view laid onto the others, beginning with a turn and a move.

    Parameters
    ----------
    view, others : with normals.
    """
    from scipy.spatial import cKDTree

    some = view.sampled(N_POINTS, how="random")
    tree, (turn, move) = cKDTree(others.points), start
    for limit in np.geomspace(FROM_M, TO_M, ROUNDS):
        points, normals = some.points @ turn.T + move, _normals(some) @ turn.T
        distance, place, near = _pairs(tree, points, normals, others, limit)
        if near.sum() < 50:
            break
        near &= distance <= np.quantile(distance[near], KEPT)
        by, shift = _step(points[near], others.points[place[near]], _normals(others)[place[near]])
        turn, move = by @ turn, by @ move + shift
    return _judged(some, others, tree, turn, move)


def as_is(view: PointCloud, others: PointCloud) -> Fit:
    """How the view lies on the others if both are in one frame already."""
    from scipy.spatial import cKDTree

    return _judged(view.sampled(N_POINTS, how="random"), others, cKDTree(others.points), *STAYS)


def _judged(view: PointCloud, others: PointCloud, tree: object, turn: Array, move: Array) -> Fit:
    points, normals = view.points @ turn.T + move, _normals(view) @ turn.T
    _, place, near = _pairs(tree, points, normals, others, TO_M)
    off = np.abs(((points - others.points[place]) * _normals(others)[place]).sum(axis=1))[near]
    return Fit(turn, move, float(np.median(off)) if near.any() else np.inf, float(near.mean()))


def _pairs(
    tree: object, points: Array, normals: Array, others: PointCloud, limit_m: float
) -> tuple[Array, NDArray[np.intp], NDArray[np.bool_]]:
    """Distance to and place of each point's nearest one, and whether both may be on one surface."""
    distance, place = tree.query(points)  # type: ignore[attr-defined]
    alike = (normals * _normals(others)[place]).sum(axis=1) > ALIKE
    return distance, place, (distance < limit_m) & alike


def _step(points: Array, onto: Array, normals: Array) -> tuple[Array, Array]:
    """The small turn and move that bring points nearest to the planes of others."""
    from scipy.spatial.transform import Rotation

    middle = points.mean(axis=0)
    rows = np.hstack([np.cross(points - middle, normals), normals])
    found = np.linalg.lstsq(rows, ((onto - points) * normals).sum(axis=1), rcond=None)[0]
    turn = np.asarray(Rotation.from_rotvec(found[:3]).as_matrix())
    return turn, middle - turn @ middle + found[3:]


def _normals(cloud: PointCloud) -> Array:
    return np.zeros_like(cloud.points) if cloud.normals is None else cloud.normals
