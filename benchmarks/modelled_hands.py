"""Modelled hands (Anny, Apache-2.0, assets CC0) in several poses, closed at a forearm, and simulated scans of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.rendered_hands.arm import band, wrist
from rehabkit.recordings.cloud import PointCloud
from rehabkit.recordings.datasets.anny_synth_hands import AnnyHands
from rehabkit.recordings.datasets.hand_parts import PARTS, of_faces
from rehabkit.recordings.mesh import Mesh

Array = NDArray[np.float64]
LOCAL = (
    "r-hand-fingers-length-incr", "r-hand-scale-incr", "r-hand-fingers-diameter-incr", "r-hand-fingers-distance-incr",
)  # fmt: skip
OPEN = (0.08, 0.12, 0.08)
"""Mean flexion in radians of each finger's three joints in an open hand, with a standard deviation of 0.1."""
FOREARM_M, RINGS = 0.08, 4


@dataclass(frozen=True)
class Scanner:
    """A depth camera near a hand.

    Parameters
    ----------
    pixel_m : between points, at the hand.
    noise_m : standard deviation along the ray.
    share : of the points kept, drawn at random.
    """

    pixel_m: float = 0.0012
    noise_m: float = 0.001
    share: float = 1.0


def posed(n_shapes: int, n_poses: int, seed: int) -> Array:
    """(n_shapes, 1 + n_poses, n_vertices, 3) metres: each shape as modelled, then laid open anew."""
    import anny
    import torch

    model = anny.Anny(rig="anny-hand.R", topology="hand.R", local_changes=list(LOCAL))
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(n_shapes):
        phenotype = {name: float(rng.uniform(0.5 if name == "age" else 0.0, 1.0)) for name in model.phenotype_labels}
        local = {name: float(np.clip(rng.normal(0, 0.35), -0.7, 0.7)) for name in LOCAL}
        pose = np.concatenate([_still(model), *(_open(model, rng) for _ in range(n_poses))])
        kind = model.template_vertices.dtype
        with torch.no_grad():
            found = model(
                pose_parameters=torch.tensor(pose, dtype=kind),
                phenotype_kwargs={
                    name: torch.full((len(pose),), value, dtype=kind) for name, value in phenotype.items()
                },
                local_changes_kwargs={
                    name: torch.full((len(pose),), value, dtype=kind) for name, value in local.items()
                },
                pose_parameterization="local-bone",
            )
        shapes.append(found["vertices"].numpy().astype(np.float64))
    return np.stack(shapes)


def _still(model: Any) -> Array:
    return np.tile(np.eye(4), (1, len(model.bone_labels), 1, 1))


def _open(model: Any, rng: np.random.Generator) -> Array:
    """(1, n_bones, 4, 4) an open hand, as a patient may lay it down another time."""
    from scipy.spatial.transform import Rotation

    pose = _still(model)
    for bone, name in enumerate(model.bone_labels):
        if name.startswith("finger"):
            finger, joint = int(name[6]), int(name[8])
            flexion = OPEN[joint - 1] * (0.4 if finger == 1 else 1.0) + rng.normal(0, 0.1)
            aside = rng.normal(0, 0.12 if finger == 1 else 0.06) if joint == 1 else 0.0
            turn = rng.normal(0, 0.08) if finger == joint == 1 else 0.0
            pose[0, bone, :3, :3] = Rotation.from_rotvec([flexion, turn, aside]).as_matrix()
    return pose


def closed(vertices: Array, hands: AnnyHands) -> Mesh:
    """A hand with a forearm of 8 cm and a lid: what it encloses has a volume.

    Parameters
    ----------
    vertices : (n_vertices, 3) metres, in the topology of ``hands``.
    """
    faces = hands.faces
    ring = wrist(faces)
    edge, middle = vertices[ring], vertices[ring].mean(axis=0)
    places, bands, ends, n = [vertices], [faces], [ring], len(vertices)
    for k in range(1, RINGS + 1):
        share = k / RINGS
        places.append(middle + (edge - middle) * (1 + 0.15 * share) - [0.0, FOREARM_M * share, 0.0])
        ends.append(n + np.arange(len(ring)))
        n += len(ring)
    bands += [band(first, second) for first, second in pairwise(ends)]
    places.append(places[-1].mean(axis=0)[None])
    bands.append(np.stack([np.roll(ends[-1], -1), ends[-1], np.full(len(ring), n)], axis=1))
    every = np.concatenate(bands)
    labels = np.zeros(len(every), dtype=np.int64)
    labels[: len(faces)] = of_faces(hands.parts, faces)
    return Mesh(np.concatenate(places), every, labels, PARTS)


def scan(mesh: Mesh, eye: Array, rng: np.random.Generator, scanner: Scanner) -> PointCloud:
    """What one sensor sees of a mesh: the nearest point of each pixel, with noise along the ray."""
    dense = mesh.sampled(40_000, int(rng.integers(1 << 30)))
    ray = dense.points - eye
    far = np.linalg.norm(ray, axis=1)
    slope = 0 - (ray * dense.normals).sum(axis=1) / far
    axis = ray.mean(axis=0) / np.linalg.norm(ray.mean(axis=0))
    flat = ray @ np.linalg.svd(axis[None])[2][1:].T / (ray @ axis)[:, None] * (ray @ axis).mean()
    wide, fine = _cells(flat, 2 * scanner.pixel_m), _cells(flat, scanner.pixel_m)
    nearest = np.full(wide.max() + 1, np.inf)
    np.minimum.at(nearest, wide, far)
    seen = np.flatnonzero((slope > 0.1) & (far < nearest[wide] + 0.006))
    seen = seen[np.argsort(far[seen])]
    seen = seen[np.unique(fine[seen], return_index=True)[1]]
    seen = rng.choice(seen, max(1, round(scanner.share * len(seen))), replace=False)
    points = dense.points[seen] + ray[seen] / far[seen, None] * rng.normal(0, scanner.noise_m, (len(seen), 1))
    labels = None if dense.labels is None else dense.labels[seen]
    x, y, z = (float(at) for at in eye)
    return PointCloud(points, labels=labels, label_names=PARTS, viewpoint=(x, y, z), sensor="simulated scan")


def _cells(flat: Array, side_m: float) -> NDArray[np.int64]:
    cell = np.floor((flat - flat.min(axis=0)) / side_m).astype(np.int64)
    index: NDArray[np.int64] = cell[:, 0] * (cell[:, 1].max() + 1) + cell[:, 1]
    return index
