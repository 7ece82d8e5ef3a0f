"""Simulated scans of posed hands: what one sensor would see of a surface, with its noise, its gaps and a forearm.

Everything is drawn from a generator, so that a seed fixes it. Lengths are metres, in the axes of the hands of
:mod:`rehabkit.recordings.datasets.anny_synth_hands`: the wrist at the origin, fingers along y, the thumb towards z,
the back of the hand towards x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets.hand_parts import PARTS
from rehabkit.recordings.mesh import Mesh

Array = NDArray[np.float64]
Rng = np.random.Generator
N_SURFACE, N_FOREARM = 6144, 2048
"""Points of a hand and of its forearm, from which scans are drawn: about 3 mm apart."""
FOREARM_M, WIDENS = 0.18, 1.6
"""Length of the forearm, and how much wider than the wrist its far end is."""
BIN_M, DEEPER_M = 0.005, 0.008
"""Side of a cell of the z-buffer, and how much farther than its nearest point another is still seen in it."""
NO_HAND = 2
"""Label of what isn't a hand, beside 0 left and 1 right."""


@dataclass(frozen=True)
class Sight:
    """How a scan is taken.

    Parameters
    ----------
    whole, several : share of scans of the whole surface, and of two or three views together; the rest is one view.
    noise_m : standard deviation along the ray, drawn between these for each scan.
    flying : largest share of points that float behind an edge.
    hole : share of scans with a piece missing.
    normals : share with the surface's own normals, and without any; the rest has them estimated from the points.
    no_hand : share of scans of something else.
    """

    whole: float = 0.15
    several: float = 0.15
    noise_m: tuple[float, float] = (0.0, 0.002)
    flying: float = 0.03
    hole: float = 0.2
    normals: tuple[float, float] = (0.25, 0.25)
    no_hand: float = 0.06


ONE_VIEW = Sight(0, 0, (0.001, 0.001), 0.02, 0, (0, 0), 0)
"""As a single depth camera sees a hand, its noise 1 mm: what is scored."""
TRAINING = Sight()


def surface(hand: Mesh, seed: int) -> Array:
    """(8192, 7) points of a hand and a forearm at its open wrist: place, normal, part; a tube is what a mesh lacks."""
    drawn = hand.sampled(N_SURFACE, seed)
    labels = np.zeros(N_SURFACE) if drawn.labels is None else drawn.labels
    normals = np.zeros((N_SURFACE, 3)) if drawn.normals is None else drawn.normals
    of_hand = np.column_stack([drawn.points, normals, labels])
    return np.concatenate([of_hand, _forearm(rim(hand), np.random.default_rng(seed))])


def rim(mesh: Mesh) -> Array:
    """(n_edges, 2, 3) edges that belong to one triangle only: where a mesh is open."""
    edges = np.sort(mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    each, count = np.unique(edges, axis=0, return_counts=True)
    found: Array = mesh.vertices[each[count == 1]]
    return found


def _forearm(edges: Array, rng: Rng) -> Array:
    """(2048, 7) points of a tube that goes on from the wrist and widens, bent a little to a side."""
    along = np.array([0.0, -1.0, 0.0]) + np.array([1, 0, 1]) * rng.normal(0, 0.2, 3)
    along /= np.linalg.norm(along)
    middle = edges.mean(axis=(0, 1))
    length = np.linalg.norm(edges[:, 1] - edges[:, 0], axis=1)
    chosen = edges[rng.choice(len(edges), N_FOREARM, p=length / length.sum())]
    share = rng.random((N_FOREARM, 1))
    out = chosen[:, 0] + share * (chosen[:, 1] - chosen[:, 0]) - middle
    t = rng.random((N_FOREARM, 1))
    widens = 1 + (WIDENS - 1) * rng.random() * t
    normal = out - (out @ along)[:, None] * along
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return np.column_stack([middle + out * widens + FOREARM_M * t * along, normal, np.zeros(N_FOREARM)])


def scanned(whole: Array, rng: Rng, n_points: int, sight: Sight = ONE_VIEW) -> tuple[PointCloud, int]:
    """A scan of at most ``n_points`` points, and whose it is: 0 a left hand, 1 a right one, 2 no hand.

    Parameters
    ----------
    whole : (n, 7) of :func:`surface`, of a right hand.
    """
    kind = int(rng.random() < 0.5)
    if rng.random() < sight.no_hand:
        kind, whole = NO_HAND, thing(rng)
    elif kind == 0:
        whole = whole * np.array([-1.0, 1, 1, -1, 1, 1, 1])
    whole = _cut(whole, rng, sight.hole)
    seen, eye = _seen(whole, rng, n_points, sight)
    return _measured(seen, eye, rng, sight), kind


def _cut(whole: Array, rng: Rng, hole: float) -> Array:
    """Without the forearm beyond some length, at times cut through the wrist, and without a piece."""
    end = rng.choice([rng.uniform(-0.015, 0.0), rng.uniform(0.0, 0.04), rng.uniform(0.04, FOREARM_M)])
    tilt = rng.normal(0, 0.15, 2)
    kept = whole[:, 1] + whole[:, [0, 2]] @ tilt > -end
    if rng.random() < hole:
        at = whole[rng.integers(len(whole)), :3]
        kept &= np.linalg.norm(whole[:, :3] - at, axis=1) > rng.uniform(0.008, 0.03)
    return whole[kept] if kept.sum() > 400 else whole


def _seen(whole: Array, rng: Rng, n_points: int, sight: Sight) -> tuple[Array, Array]:
    """The points that are seen, at most so many, and where from (of several views the first)."""
    draw = rng.random()
    n_views = 0 if draw < sight.whole else int(rng.integers(2, 4)) if draw < sight.whole + sight.several else 1
    eyes = [_eye(whole, rng) for _ in range(max(1, n_views))]
    weight = np.full(len(whole), float(n_views == 0))
    for eye in eyes[:n_views]:
        weight = np.maximum(weight, visible(whole, eye))
    if not weight.any():  # the sensor was inside it
        return _seen(whole, rng, n_points, sight)
    some = np.flatnonzero(weight > 0)
    n = min(n_points, len(some))
    share = weight[some] / weight[some].sum()
    return whole[rng.choice(some, n, replace=False, p=share)], eyes[0]


def _eye(whole: Array, rng: Rng) -> Array:
    """(3,) where the sensor is: 0.25 to 0.9 m away, oftener before the palm or the back than at the side."""
    direction = rng.normal(size=3) * np.array([1.6, 1.0, 1.0])
    eye: Array = whole[:, :3].mean(axis=0) + rng.uniform(0.25, 0.9) * direction / np.linalg.norm(direction)
    return eye


def visible(whole: Array, eye: Array) -> Array:
    """(n,) how many pixels a point fills, 0 where it isn't seen: it looks away, or another is before it."""
    ray = whole[:, :3] - eye
    distance = np.linalg.norm(ray, axis=1)
    slope = -(ray * whole[:, 3:6]).sum(axis=1) / distance
    axis = ray.mean(axis=0) / np.linalg.norm(ray.mean(axis=0))
    side = np.linalg.svd(axis[None])[2][1:]  # two directions across
    depth = ray @ axis
    cell = np.floor((ray @ side.T) / depth[:, None] * depth.mean() / BIN_M).astype(np.int64)  # (n, 2)
    cell -= cell.min(axis=0)
    index = cell[:, 0] * (cell[:, 1].max() + 1) + cell[:, 1]
    nearest = np.full(index.max() + 1, np.inf)
    np.minimum.at(nearest, index, distance)
    shown = (slope > 0.08) & (distance < nearest[index] + DEEPER_M)
    return np.where(shown, slope, 0.0)


def _measured(seen: Array, eye: Array, rng: Rng, sight: Sight) -> PointCloud:
    """With the sensor's noise along the ray, points that fly behind edges, and normals or none."""
    ray = seen[:, :3] - eye
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    off = rng.normal(0, rng.uniform(*sight.noise_m), len(seen))
    edge = np.abs((ray * seen[:, 3:6]).sum(axis=1)) < 0.5
    flies = edge & (rng.random(len(seen)) < sight.flying * rng.random() / max(edge.mean(), 0.1))
    off += np.where(flies, rng.uniform(0.0, 0.04, len(seen)), 0.0)
    points = seen[:, :3] + off[:, None] * ray
    draw, (own, none) = rng.random(), sight.normals
    normals = None
    if draw < own:
        shaken = seen[:, 3:6] + rng.normal(0, 0.1, (len(seen), 3))
        normals = shaken / np.linalg.norm(shaken, axis=1, keepdims=True)
    middle = points.mean(axis=0) if draw < own + none else eye  # from inside no normal can be told
    x, y, z = (float(at) for at in middle)
    return PointCloud(points, normals, labels=seen[:, 6].astype(np.int64), label_names=PARTS, viewpoint=(x, y, z))


def thing(rng: Rng) -> Array:
    """(n, 7) points of one to four ellipsoids, boxes and rods, from fist-sized to a forearm's length."""
    parts = [_solid(rng) for _ in range(rng.integers(1, 5))]
    return np.concatenate(parts)


def _solid(rng: Rng) -> Array:
    ball = rng.normal(size=(2500, 3))
    ball /= np.linalg.norm(ball, axis=1, keepdims=True)
    power = rng.choice([1.0, 1.0, 4.0])  # a ball, or nearly a box
    size = rng.uniform(0.008, 0.09, 3)
    place = np.sign(ball) * np.abs(ball) ** (1 / power) * size
    normal = np.sign(ball) * np.abs(ball) ** (2 - 1 / power) / size
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return np.column_stack([place @ turn + rng.uniform(-0.06, 0.06, 3), normal @ turn, np.zeros(len(ball))])
