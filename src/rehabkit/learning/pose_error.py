"""How far joints in space are from where they are: the measures of 3-D pose papers, in millimetres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def joint_error_mm(true: Array, found: Array) -> Array:
    """(…, n_joints) distances in millimetres of (…, n_joints, 3) metres; NaN where a joint wasn't found.

    Its mean is MPJPE.

    >>> joint_error_mm(np.zeros((1, 3)), np.array([[0.03, 0.04, 0.0]])).round(6).tolist()
    [50.0]
    """
    return np.asarray(1000 * np.linalg.norm(np.asarray(found) - true, axis=-1))


def aligned(true: Array, found: Array) -> Array:
    """(…, n_joints, 3) the joints found, moved, turned and scaled onto the true ones as well as it goes (PA-MPJPE).

    Procrustes (Schönemann 1966, Umeyama 1991); joints that weren't found take no part and stay NaN, and a body with
    fewer than three stays where it is.

    Examples
    --------
    >>> true = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    >>> bool(np.allclose(aligned(true, 3 * true + 5), true))
    True
    """
    known = np.isfinite(found).all(axis=-1, keepdims=True)
    n = known.sum(axis=-2, keepdims=True)
    middles = [np.where(known, at, 0).sum(axis=-2, keepdims=True) / np.maximum(n, 1) for at in (found, true)]
    x, y = (np.where(known, at - middle, 0) for at, middle in zip((found, true), middles, strict=True))
    u, singular, vt = np.linalg.svd(np.swapaxes(x, -1, -2) @ y)
    flip = np.ones_like(singular)
    flip[..., 2] = np.sign(np.linalg.det(u @ vt))
    size = (x**2).sum(axis=(-2, -1))
    scale = (singular * flip).sum(axis=-1) / np.where(size > 0, size, 1.0)
    moved = scale[..., None, None] * (found - middles[0]) @ (u * flip[..., None, :]) @ vt + middles[1]
    return np.asarray(np.where(n < 3, found, moved))


def share_within(error_mm: Array, limit_mm: float) -> float:
    """PCK3D: share of joints no farther off than the limit; one that wasn't found is a miss.

    >>> share_within(np.array([10.0, 60.0, np.nan, 40.0]), 50.0)
    0.5
    """
    return float(np.mean(np.nan_to_num(error_mm, nan=np.inf) <= limit_mm))
