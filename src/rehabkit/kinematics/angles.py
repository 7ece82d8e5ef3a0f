"""Angles between vectors: pure geometry, the same for two dimensions and three.

Every function takes arrays whose last axis is x, y(, z) and works on all leading axes at once.
A vector without length has no direction: its angles are NaN, and NaN stays NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEAST_IN_PLANE = 0.5
"""A limb of which less lies in a plane, being more than 60 degrees out of it, has no angle in it."""


def unit(vector: Array) -> Array:
    """(..., d) vectors of length 1; NaN where the length is 0."""
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    return np.asarray(vector / np.where(length > 0, length, np.nan))


def dot(first: Array, second: Array) -> Array:
    """(...,) scalar products along the last axis."""
    return np.asarray(np.sum(first * second, axis=-1))


def without(vector: Array, axis: Array) -> Array:
    """(..., d) the part of ``vector`` at right angles to the unit vector ``axis``."""
    return np.asarray(vector - dot(vector, axis)[..., None] * axis)


def quarter_turn(vector: Array) -> Array:
    """(..., 2) vectors of a picture (x right, y down) turned by 90 degrees: up becomes right."""
    return np.stack([-vector[..., 1], vector[..., 0]], axis=-1)


def between_deg(first: Array, second: Array) -> Array:
    """(...,) angle between two vectors, 0 to 180 degrees.

    Kahan's half-angle form: exact to rounding near 0 and 180, where the arc cosine is not.

    Examples
    --------
    >>> float(between_deg(np.array([1.0, 0.0]), np.array([1.0, 1.0])).round(9))
    45.0
    """
    a, b = unit(first), unit(second)
    half = np.arctan2(np.linalg.norm(a - b, axis=-1), np.linalg.norm(a + b, axis=-1))
    return np.asarray(np.degrees(2 * half))


def included_deg(first: Array, vertex: Array, last: Array) -> Array:
    """(...,) angle at ``vertex`` between the lines to the other two points, 0 to 180 degrees.

    Examples
    --------
    >>> hip, knee, ankle = np.array([0.0, 0.0]), np.array([0.0, 40.0]), np.array([40.0, 40.0])
    >>> float(included_deg(hip, knee, ankle).round(9))
    90.0
    """
    return between_deg(first - vertex, last - vertex)


def lean_deg(axis: Array, towards: Array, up: Array) -> Array:
    """(...,) how far ``axis`` leans from ``up``, positive ``towards``, -180 to 180 degrees.

    In three dimensions the angle is that of the projection on the plane of ``towards`` and ``up``; NaN where
    less than half of ``axis`` lies in that plane.

    Parameters
    ----------
    axis : (..., d) any length.
    towards, up : (..., d) unit vectors at right angles to each other.
    """
    along, across = dot(axis, up), dot(axis, towards)
    seen = np.hypot(along, across) >= LEAST_IN_PLANE * np.linalg.norm(axis, axis=-1)
    defined = seen & (np.hypot(along, across) > 0)
    return np.asarray(np.where(defined, np.degrees(np.arctan2(across, along)), np.nan))


def swing_deg(limb: Array, towards: Array, up: Array) -> Array:
    """(...,) how far ``limb`` has swung from hanging down, positive ``towards``, -120 to 240 degrees.

    The seam lies where no shoulder or hip goes, so that neither an arm overhead nor one far behind jumps.

    Parameters
    ----------
    limb : (..., d) from the near joint to the far one, any length.
    towards, up : (..., d) unit vectors at right angles to each other.

    Examples
    --------
    >>> forward, up = np.array([1.0, 0.0]), np.array([0.0, -1.0])  # a picture: y points down
    >>> [float(swing_deg(np.array(arm), forward, up)) for arm in ([0.0, 9.0], [9.0, 0.0], [0.0, -9.0])]
    [0.0, 90.0, 180.0]
    """
    return np.asarray((lean_deg(-limb, -towards, up) + 120) % 360 - 120)
