"""A hand of solids whose lengths, girths and volumes are known: round fingers with round tips on an oval palm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets.hand_parts import PARTS

Array = NDArray[np.float64]
RADIUS_M = 0.008
LENGTHS_M = {"thumb": 0.060, "index": 0.070, "middle": 0.078, "ring": 0.072, "little": 0.052}
BASES_M = {"index": -0.030, "middle": -0.010, "ring": 0.010, "little": 0.030}
WIDE_M, THICK_M, PALM_M = 0.042, 0.009, 0.14
"""Half axes of the palm's oval, and how far the palm and the forearm reach behind the knuckles."""


def hand(n: int = 12_000, seed: int = 0) -> PointCloud:
    """A right hand, fingers along y, its back toward z, the thumb on the side of negative x; seen all round."""
    rng = np.random.default_rng(seed)
    parts = {"palm": _palm(int(0.55 * n), rng)}
    for name, x in BASES_M.items():
        parts[name] = _finger(int(0.09 * n), LENGTHS_M[name], rng) + np.array([[x, 0, 0], [0, 0, 0]])
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    parts["thumb"] = _finger(int(0.09 * n), LENGTHS_M["thumb"], rng) @ turn.T + [[-WIDE_M, -0.05, 0], [0, 0, 0]]
    both = np.concatenate([parts[name] for name in PARTS])  # (n, 2, 3) place and normal
    labels = np.repeat(np.arange(len(PARTS)), [len(parts[name]) for name in PARTS])
    return PointCloud(both[:, 0], normals=both[:, 1], labels=labels, label_names=PARTS, viewpoint=(0.0, 0.0, 0.4))


def seen(cloud: PointCloud, eye: tuple[float, float, float]) -> PointCloud:
    """What looks toward a sensor there; nothing of this hand hides another part of it from above."""
    toward = ((np.array(eye) - cloud.points) * cloud.normals).sum(axis=1) > 0
    return cloud.chosen(toward, "one view").noted("no normals", normals=None, viewpoint=eye)


def _finger(n: int, length_m: float, rng: np.random.Generator) -> Array:
    """(n, 2, 3) along y from 0: a tube with half a ball at its end, points even over the area."""
    tube = length_m - RADIUS_M
    on_tip = rng.random(n) < RADIUS_M / (tube + RADIUS_M)  # areas 2 pi r h and 2 pi r^2
    angle, up = rng.uniform(0, 2 * np.pi, n), rng.random(n)
    flat = np.where(on_tip, np.sqrt(1 - up**2), 1.0)
    normal = np.column_stack([flat * np.cos(angle), np.where(on_tip, up, 0.0), flat * np.sin(angle)])
    along = np.where(on_tip, tube, up * tube)
    place = RADIUS_M * normal + np.column_stack([0 * up, along, 0 * up])
    return np.stack([place, normal], axis=1)


def _palm(n: int, rng: np.random.Generator) -> Array:
    """(n, 2, 3) an oval tube behind the knuckles and the oval at its front, without what the fingers cover."""
    around = _evenly_round(n, rng)
    on_front = rng.random(n) < 0.12
    out = np.column_stack([np.cos(around) / WIDE_M, 0 * around, np.sin(around) / THICK_M])
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    rim = np.column_stack([WIDE_M * np.cos(around), -PALM_M * rng.random(n), THICK_M * np.sin(around)])
    inside = rim * np.sqrt(rng.random(n))[:, None] * [1, 0, 1]
    place = np.where(on_front[:, None], inside, rim)
    normal = np.where(on_front[:, None], [0.0, 1.0, 0.0], out)
    covered = on_front & (
        np.abs(place[:, :1] - np.array(list(BASES_M.values()))) ** 2 + place[:, 2:] ** 2 < RADIUS_M**2
    ).any(axis=1)
    return np.stack([place, normal], axis=1)[~covered]


def _evenly_round(n: int, rng: np.random.Generator) -> Array:
    """(n,) angles of an oval, even along its line."""
    angle = np.linspace(0, 2 * np.pi, 2001)
    step = np.hypot(WIDE_M * np.sin(angle), THICK_M * np.cos(angle))
    along = np.append(0.0, np.cumsum((step[1:] + step[:-1]) / 2))
    return np.interp(rng.random(n) * along[-1], along, angle)


def girth_of_palm_m() -> float:
    """Ramanujan's second approximation of an ellipse's perimeter."""
    h = ((WIDE_M - THICK_M) / (WIDE_M + THICK_M)) ** 2
    return float(np.pi * (WIDE_M + THICK_M) * (1 + 3 * h / (10 + np.sqrt(4 - 3 * h))))
