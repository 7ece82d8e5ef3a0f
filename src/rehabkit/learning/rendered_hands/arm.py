"""A modelled hand with a forearm, a sleeve and its landmarks: the meshes of anny_synth_hands end at the wrist."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.datasets.anny_synth_hands import AnnyHands
from rehabkit.recordings.datasets.hand_parts import BONES

Array = NDArray[np.float64]
Faces = NDArray[np.int64]

RING_M = 0.02
"""Between two rings of the forearm."""
GROWTH = 0.035
"""How much wider each ring is than the last, until the belly of the muscles."""
BELLY = 10
"""Rings from the wrist to there."""
ELBOW_M = 0.22
"""From the wrist."""
DIGITS = ("thumb", "index", "middle", "ring", "little")


@dataclass(frozen=True)
class Arm:
    """A hand with what hangs on it.

    Parameters
    ----------
    vertices : (n_vertices, 3) metres; the hand along y, the palm across z.
    faces : (n_faces, 3).
    skin : (n_faces,) skin, not sleeve.
    landmarks : (21, 3) metres, in MediaPipe's order.
    """

    vertices: Array
    faces: Faces
    skin: NDArray[np.bool_]
    landmarks: Array


def arm(hands: AnnyHands, place: int, rng: np.random.Generator) -> Arm:
    """One hand with a forearm of random length and bend at the wrist; often a sleeve, now and then an elbow."""
    hand = hands.vertices[place].astype(float)
    edge = np.array(_wrist(hands.faces.tobytes()))
    n_rings = int(rng.integers(2, 26))
    bare = int(rng.integers(1, n_rings + 1)) if rng.random() < 0.5 else n_rings
    rings = _rings(hand[edge], n_rings, bare, rng)
    ends = [edge, *(len(hand) + np.arange(len(edge)) + len(edge) * i for i in range(n_rings))]
    bands = [band(first, second) for first, second in itertools.pairwise(ends)]
    faces = np.concatenate([hands.faces, *bands])
    skin = np.ones(len(faces), dtype=bool)
    skin[len(hands.faces) + 2 * len(edge) * bare :] = False
    return Arm(np.concatenate([hand, *rings]), faces, skin, landmarks(hands, place))


@lru_cache(maxsize=4)
def _wrist(content: bytes) -> tuple[int, ...]:
    """Of faces as bytes: every hand of a set has the same ones."""
    return tuple(wrist(np.frombuffer(content, dtype=np.int64).reshape(-1, 3)).tolist())


def wrist(faces: Faces) -> NDArray[np.int64]:
    """The hand's only hole, corner after corner: edges that one triangle has and no other has the other way round."""
    sides = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    back = {tuple(side) for side in sides[:, ::-1].tolist()}
    after = dict(tuple(side) for side in sides.tolist() if tuple(side) not in back)
    ring = [min(after)]
    while after[ring[-1]] != ring[0]:
        ring.append(after[ring[-1]])
    return np.array(ring)


def landmarks(hands: AnnyHands, place: int) -> Array:
    """(21, 3) wrist, then three joints and the tip of each finger; tips, which no bone ends in, from the surface."""
    joints = dict(zip(hands.joint_names, hands.joints[place], strict=True))
    vertices = hands.vertices[place].astype(float)
    points = [joints["root"]]
    for number, finger in enumerate(DIGITS, start=1):
        chain = [joints[f"finger{number}-{bone}.R"] for bone in (1, 2, 3)]
        last = vertices[hands.bones == BONES.index(f"{finger} distal")]
        tip = last[np.linalg.norm(last - chain[-1], axis=1).argmax()]
        points += [*chain, tip]
    return np.array(points)


def _rings(edge: Array, n_rings: int, bare: int, rng: np.random.Generator) -> list[Array]:
    """Copies of the wrist's edge along the forearm, wider and wider, turned with it."""
    middle = edge.mean(axis=0)
    way = np.array([rng.normal(0, 0.3), -1.0, rng.normal(0, 0.3)])
    fold = _axis_turn(rng.normal(size=3), rng.uniform(0.15, 0.5))
    has_elbow, cuff, centre, rings = rng.random() < 0.3, rng.uniform(1.15, 1.7), middle, []
    for number in range(1, n_rings + 1):
        if has_elbow and ELBOW_M < number * RING_M < ELBOW_M + 0.1:
            way = fold @ way
        way = way / np.linalg.norm(way)
        centre = centre + RING_M * way
        wide = 1 + GROWTH * min(number, BELLY) * (1.0 if number <= bare else cuff)
        wide *= 1.0 if number <= bare else cuff
        rings.append(centre + wide * (edge - middle) @ _onto(np.array([0.0, -1.0, 0.0]), way).T)
    return rings


def band(first: NDArray[np.int64], second: NDArray[np.int64]) -> Faces:
    """Triangles between two rings."""
    a, b, c, d = first, np.roll(first, -1), second, np.roll(second, -1)
    return np.concatenate([np.stack([b, a, c], axis=1), np.stack([b, c, d], axis=1)])


def _onto(first: Array, second: Array) -> Array:
    """(3, 3) the smallest turn of one unit vector onto another that isn't opposite (Rodrigues)."""
    x, y, z = np.cross(first, second)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / max(1 + float(first @ second), 1e-6))


def _axis_turn(axis: Array, angle_rad: float) -> Array:
    """(3, 3) turn about an axis of any length."""
    from scipy.spatial.transform import Rotation

    return np.asarray(Rotation.from_rotvec(angle_rad * axis / np.linalg.norm(axis)).as_matrix())
