"""A cloud as the network takes it: in rows of at most 1024 points, turned and scaled alike, each with its neighbours.

The neighbours are found here, once, in space: looking for them anew among features (Wang et al. 2019, ACM Trans.
Graphics 38:146) takes most of the time, and equal distances there come out in another order on another machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.cloud import PointCloud
from rehabkit.runtime.bundle import Tensors

Array = NDArray[np.float64]
Places = NDArray[np.intp]
N_SLOTS = 1024
"""Points of a row; of a smaller cloud the rest is padded."""
MOST_POINTS = 2 * N_SLOTS
"""Points that are looked at; of a larger cloud these many are drawn."""
SCALES = (10, 20, 40)
"""Nearest points of 1024 that the scales of an edge convolution span; of fewer points as large a share."""
READ, LEAST = 10, 6
"""Points that are read of each span, evenly by rank, and the fewest that a span holds."""
LEVELS = ((2, 20), (4, 24))
"""The thinner clouds: every how many-th point, and how many nearest of 512 and of 256 they span."""
NEAREST = 3
"""Points between which features of a thinner cloud are interpolated; they are read first."""
SPANS = tuple(slice(i * READ, (i + 1) * READ) for i in range(len(SCALES)))
"""Columns of neighbours that hold each span; those of the thinner clouds follow."""
N_NEIGHBOURS = len(SCALES) * READ + len(LEVELS) * (NEAREST + READ)
NORMALS_FROM = 16


@dataclass(frozen=True)
class Arranged:
    """What goes into the network, and where its points came from.

    Parameters
    ----------
    tensors : ``points``, ``normals``, ``neighbours``, ``present``, each (n_rows, 1024, …), and ``handed`` (n_rows, 1).
    places : of each row, which points of the cloud fill its first slots.
    turn : (3, 3) what the cloud was turned by, or mirrored.
    """

    tensors: Tensors
    places: list[Places]
    turn: Array


def arranged(cloud: PointCloud, seed: int = 0, n_slots: int = N_SLOTS) -> Arranged:
    """The rows of a cloud.

    Parameters
    ----------
    cloud : metres; its normals are used where it has any.
    seed : of the order of the points.
    n_slots : of a row, a multiple of 4; other than 1024 in training only.
    """
    places = dealt(cloud.n_points, seed, n_slots)
    together = np.concatenate(places)
    normals = facing(cloud, together)
    points, turn = aligned(cloud.points[together], normals)
    handed = float(np.linalg.det(turn) > 0)
    ends = np.cumsum([len(row) for row in places])[:-1]
    split = zip(np.split(points, ends), np.split(normals @ turn, ends), strict=True)
    rows = [_row(*one, handed, n_slots) for one in split]
    return Arranged({name: np.stack([row[name] for row in rows]) for name in rows[0]}, places, turn)


def dealt(n_points: int, seed: int = 0, n_slots: int = N_SLOTS) -> list[Places]:
    """At most 2048 points in random order, dealt to as few rows as hold them: of each row, which points.

    Examples
    --------
    >>> [len(row) for row in dealt(700)], [len(row) for row in dealt(1500)], [len(row) for row in dealt(10**6)]
    ([700], [750, 750], [1024, 1024])
    """
    order = np.random.default_rng(seed).permutation(n_points)[: 2 * n_slots].astype(np.intp)
    n_rows = -(-len(order) // n_slots)
    return [order[row::n_rows] for row in range(n_rows)]


def aligned(points: Array, normals: Array) -> tuple[Array, Array]:
    """(n, 3) points around their mean, along their principal axes, root mean square distance 1; and the rotation.

    The longest axis comes first. It and the second point to the side on which the cloud reaches out farther (third
    moment), the last to where most of the surface looks: to the sensor. A left hand then looks like a right one, which
    halves what is to be learned; the determinant of the rotation says that it was mirrored.

    Examples
    --------
    >>> points, turn = aligned(np.array([[0.0, 0, 0], [0, 0, 2], [0, 0, 4], [0, 1, 9]]), np.zeros((4, 3)))
    >>> round(float((points**2).sum(axis=1).mean()), 6), bool(points[3, 0] > 1)
    (1.0, True)
    """
    centred = points - points.mean(axis=0)
    turn = np.linalg.eigh(centred.T @ centred)[1][:, ::-1].copy()  # columns: longest first
    reach = ((centred @ turn) ** 3).sum(axis=0)
    if normals.any():
        reach[2] = (normals @ turn[:, 2]).sum()
    turn *= np.where(reach < 0, -1.0, 1.0)
    size = float(np.sqrt((centred**2).sum(axis=1).mean()))
    return centred @ turn / max(size, 1e-9), turn


def facing(cloud: PointCloud, places: Places) -> Array:
    """(n, 3) normals at these places; zeros where none are given and the sensor isn't outside the cloud.

    A whole surface around its own origin has no side from which it was seen, so its normals can't be told from points.
    """
    if cloud.normals is not None:
        return cloud.normals[places]
    middle = cloud.points.mean(axis=0)
    if np.linalg.norm(np.array(cloud.viewpoint) - middle) < np.linalg.norm(cloud.extent_m):
        return np.zeros((len(places), 3))
    found = PointCloud(cloud.points[places], viewpoint=cloud.viewpoint).with_normals(NORMALS_FROM).normals
    return np.zeros((len(places), 3)) if found is None else found


def neighbours(points: Array) -> NDArray[np.int64]:
    """(n, 56) for each point, which others it looks at: three spans of the cloud, then one of each thinner cloud.

    Parameters
    ----------
    points : (n, 3) in random order, so that every second and every fourth are thinner clouds of the same surface.

    Returns
    -------
    Slots; of a thinner cloud, slots of that one. Of the spans that are larger than what is read, points evenly by rank
    (dilated, Li et al. 2019, ICCV, DeepGCNs), and the spans are shares of the cloud, so that the pieces of surface
    which a point looks at are as large in a thin cloud as in a dense one.
    """
    from scipy.spatial import cKDTree

    spans = [_share(k, N_SLOTS, len(points)) for k in SCALES]
    near = _nearest(cKDTree(points), points, max(spans))
    parts = [near[:, _ranks(0, k, near.shape[1])] for k in spans]
    for step, k in LEVELS:
        coarse = points[::step]
        near = _nearest(cKDTree(coarse), points, max(NEAREST + 1, _share(k, N_SLOTS // step, len(coarse))))
        parts += [near[:, _ranks(0, NEAREST, near.shape[1], NEAREST)], near[:, _ranks(0, near.shape[1], near.shape[1])]]
    return np.concatenate(parts, axis=1)


def _share(k: int, of: int, n: int) -> int:
    return min(n, max(LEAST, round(k * n / of)))


def _ranks(first: int, end: int, n: int, count: int = READ) -> NDArray[np.int64]:
    """``count`` ranks, evenly from the first to before the end; the last there is stands for those that aren't."""
    return np.minimum(np.linspace(first, end - 1, count).round().astype(np.int64), n - 1)


def _nearest(tree: object, points: Array, k: int) -> NDArray[np.int64]:
    """(n, k) the nearest first; as many as there are."""
    k = min(k, tree.n)  # type: ignore[attr-defined]
    found = tree.query(points, k)[1]  # type: ignore[attr-defined]
    return np.asarray(found, dtype=np.int64).reshape(len(points), k)


def _row(points: Array, normals: Array, handed: float, n_slots: int) -> Tensors:
    n = len(points)
    row = {
        "points": np.zeros((n_slots, 3), np.float32),
        "normals": np.zeros((n_slots, 3), np.float32),
        "neighbours": np.zeros((n_slots, N_NEIGHBOURS), np.float32),
        "present": np.zeros(n_slots, np.float32),
        "handed": np.array([handed], np.float32),
    }
    row["points"][:n], row["normals"][:n], row["present"][:n] = points, normals, 1.0
    row["neighbours"][:n] = neighbours(points)
    return row
