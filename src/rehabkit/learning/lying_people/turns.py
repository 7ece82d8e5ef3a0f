"""Turns of bones and where they take joints: what a pose is drawn with, many candidates at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.angles import unit
from rehabkit.learning.lying_people.body import Skeleton

Array = NDArray[np.float64]


def about(axis: Array, degrees: Array | float) -> Array:
    """(…, 3, 3) turns about (…, 3) unit axes (Rodrigues 1840).

    Examples
    --------
    >>> (about(np.array([0.0, 0.0, 1.0]), 90.0) @ [1.0, 0.0, 0.0]).round(6).tolist()
    [0.0, 1.0, 0.0]
    """
    axis, angle = np.asarray(axis, dtype=np.float64), np.radians(np.asarray(degrees, dtype=np.float64))
    shape = np.broadcast_shapes(axis.shape[:-1], angle.shape)
    axis, angle = np.broadcast_to(axis, (*shape, 3)), np.broadcast_to(angle, shape)[..., None, None]
    x, y, z = np.moveaxis(axis, -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*shape, 3, 3)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def towards(start: Array, end: Array) -> Array:
    """(…, 3, 3) the shortest turns that take direction (3,) ``start`` to (…, 3) ``end``."""
    start, end = unit(start), unit(end)
    axis = np.cross(start, end)
    sine, cosine = np.linalg.norm(axis, axis=-1), end @ start
    axis = np.where(sine[..., None] > 1e-9, axis / np.maximum(sine, 1e-12)[..., None], unit(np.array([1.0, 0.1, 0.2])))
    return about(axis, np.degrees(np.arctan2(sine, cosine)))


def joint_at(bones: Skeleton, bone: str, turns: Mapping[str, Array]) -> tuple[Array, Array]:
    """Where a bone begins, and how its own axes are turned there.

    Parameters
    ----------
    bone : name.
    turns : bone → (3, 3) or (n, 3, 3); a bone that isn't named isn't turned.

    Returns
    -------
    place : (3,) or (n, 3) metres from the root.
    turn : (3, 3) or (n, 3, 3).
    """
    own = turns.get(bone, np.eye(3))
    parent = bones.parents[bone]
    if parent is None:
        return np.zeros(3), own
    place, turn = joint_at(bones, parent, turns)
    return place + turn @ (bones.heads[bone] - bones.heads[parent]), turn @ own
