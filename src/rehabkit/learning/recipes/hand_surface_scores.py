"""How the parts of a hand's surface are scored: one cloud at a time, then the mean over clouds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.learning.networks.hand_surface import N_PARTS
from rehabkit.learning.recipes.hand_surface_models import UNLABELLED

Array = NDArray[Any]


def iou(true: Array, said: Array) -> Array:
    """(n_parts,) intersection over union of one cloud; NaN of a part that is neither there nor said.

    Parameters
    ----------
    true, said : (n_points,) parts; unlabelled points count nowhere.

    Examples
    --------
    >>> iou(np.array([0, 0, 1, -1]), np.array([0, 1, 1, 3])).round(2).tolist()
    [0.5, 0.5, nan, nan, nan, nan]
    """
    there = true != UNLABELLED
    both = np.bincount(N_PARTS * true[there] + said[there], minlength=N_PARTS**2).reshape(N_PARTS, N_PARTS)
    hit = np.diag(both)
    union = both.sum(axis=0) + both.sum(axis=1) - hit
    return np.where(union > 0, hit / np.maximum(union, 1), np.nan)


def mean_iou(target: Array, probability: Array) -> float:
    """Mean over a cloud's parts, then over clouds; a part that is neither there nor said counts 1.

    As part segmentation is scored since Qi et al. 2017 (CVPR, PointNet). Clouds without labels are left out.
    """
    return _mean([np.nan_to_num(one, nan=1.0).mean() for one in _each(target, probability)])


def mean_iou_there(target: Array, probability: Array) -> float:
    """The same over those parts alone that are there or are said."""
    return _mean([np.nanmean(one) for one in _each(target, probability)])


def overall_accuracy(target: Array, probability: Array) -> float:
    """Share of a cloud's points with the right part, then the mean over clouds."""
    there = target != UNLABELLED
    kept = there.any(axis=1)
    right = (probability[kept].argmax(axis=-1) == target[kept]) & there[kept]
    return _mean(list(right.sum(axis=1) / there[kept].sum(axis=1)))


def _each(target: Array, probability: Array) -> list[Array]:
    said = probability.argmax(axis=-1)
    return [iou(true, guess) for true, guess in zip(target, said, strict=True) if (true != UNLABELLED).any()]


def _mean(values: list[Any]) -> float:
    return float(np.mean(values)) if values else float("nan")
