"""Anny's body: shapes of adults, its skin in a pose, and the sixteen joints of lying_pose in it.

Axes of a body: x to its own left, y to its back, z to its head. Turns are given about these axes as the body stands in
its rest pose, each bone's on top of its parent's.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import MissingExtraError

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
BONES = ("nose", "head", "neck01", "upperarm01.L", "upperarm01.R", "lowerarm01.L", "lowerarm01.R",
         "wrist.L", "wrist.R", "upperleg01.L", "upperleg01.R", "lowerleg01.L", "lowerleg01.R", "foot.L", "foot.R",
         "root")  # fmt: skip
"""Whose beginning each of JOINTS is; the nose is a point of the skin."""
NOSE_VERTEX = 297
"""The tip of the nose: the foremost point of the head in the middle."""
SHAPES = {"gender": (0.0, 1.0), "age": (0.55, 0.95), "muscle": (0.2, 0.8), "weight": (0.15, 0.95),
          "proportions": (0.0, 1.0)}  # fmt: skip
"""Anny's numbers that are drawn evenly; age 0.67 is a young adult, 1 an old one."""
HEIGHT, HEIGHT_SPREAD = 0.46, 0.13
"""Anny's number for stature: about 1.76 m, give or take 0.15 m."""


@dataclass(frozen=True)
class Posed:
    """A body in space.

    Parameters
    ----------
    skin : (n_vertices, 3) metres.
    joints : (16, 3) metres, in the order of JOINTS.
    """

    skin: Array
    joints: Array


@dataclass(frozen=True)
class Skeleton:
    """Where bones begin in the rest pose.

    Parameters
    ----------
    heads : bone → (3,) metres.
    parents : bone → its parent, ``None`` for the root.
    """

    heads: Mapping[str, Array]
    parents: Mapping[str, str | None]


@cache
def anny_model() -> Any:
    """Anny, loaded once; takes some seconds.

    Raises
    ------
    MissingExtraError
        If it isn't installed.
    """
    logging.getLogger("warp").setLevel(logging.ERROR)
    try:
        import anny
    except ImportError as error:
        raise MissingExtraError(
            "rendering people needs anny, which isn't installed; run `pip install 'rehabkit[train,bodies]'`"
        ) from error
    return anny.Anny(skinning_method="lbs")


@cache
def triangles() -> Numbers:
    """(n_triangles, 3) of the skin."""
    return np.asarray(anny_model().get_triangular_faces().numpy(), dtype=np.int64)


@cache
def trunk() -> NDArray[np.bool_]:
    """(n_vertices,) which points of the skin are the trunk's, from hips to collarbones."""
    x, _, z = anny_model()()["rest_vertices"][0].numpy().T
    return np.asarray((np.abs(x) < 0.16) & (z > -0.08) & (z < 0.48))


def shape_drawn(rng: np.random.Generator) -> dict[str, float]:
    """Anny's numbers of one adult."""
    shape = {name: float(rng.uniform(*limits)) for name, limits in SHAPES.items()}
    return shape | {"height": float(np.clip(rng.normal(HEIGHT, HEIGHT_SPREAD), 0.15, 0.8))}


def skeleton(shape: Mapping[str, float]) -> Skeleton:
    """A body's bones at rest."""
    return _skeleton(tuple(shape.items()))


@lru_cache(maxsize=8)
def _skeleton(shape: tuple[tuple[str, float], ...]) -> Skeleton:
    model = anny_model()
    heads = model(phenotype_kwargs=_one(dict(shape)))["rest_bone_heads"][0].numpy()
    parents = [None if p < 0 else model.bone_labels[p] for p in model.bone_parents]
    return Skeleton(
        dict(zip(model.bone_labels, heads - heads[0], strict=True)), dict(zip(model.bone_labels, parents, strict=True))
    )


def posed(shape: Mapping[str, float], turns: Mapping[str, Array]) -> Posed:
    """A body in a pose; its root is at the origin.

    Parameters
    ----------
    shape : of :func:`shape_drawn`.
    turns : bone → (3, 3) rotation; bones that aren't named stay as at rest.
    """
    import torch

    model = anny_model()
    pose = torch.eye(4, dtype=torch.float64).repeat(1, model.bone_count, 1, 1)
    for bone, turn in turns.items():
        pose[0, model.bone_labels.index(bone), :3, :3] = torch.as_tensor(np.array(turn))
    with torch.no_grad():
        found = model(pose, phenotype_kwargs=_one(shape))
    skin, heads = found["vertices"][0].numpy(), found["bone_poses"][0, :, :3, 3].numpy()
    joints = [skin[NOSE_VERTEX] if bone == "nose" else heads[model.bone_labels.index(bone)] for bone in BONES]
    return Posed(np.asarray(skin), np.stack(joints))


def _one(shape: Mapping[str, float]) -> dict[str, Any]:
    import torch

    return {name: torch.tensor([value], dtype=torch.float64) for name, value in shape.items()}
