"""Points of a picture and its depth → points in space.

A pinhole camera gives X = (u − cx)·Z/fx, Y = (v − cy)·Z/fy (Wu et al., EMBC 2020: joints found in the colour picture,
lifted with the depth beside it). Depth is that of the skin or the sheet, while a joint's centre is some way behind it
along the line of sight: how far is a property of the joint (:class:`Offsets`), fitted on people whose joints are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.recordings.intrinsics import Intrinsics

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
LEAST_PIXELS = 3
"""Pixels with a depth that a median is taken of at least: one that is wrong among them doesn't count."""
LARGEST_HALF_PX = 12
"""A window is grown to 25 px at most: at 2 m and 250 px of focal length that is 20 cm, more isn't the joint."""


@dataclass(frozen=True)
class Surface:
    """The surface that is seen at each joint.

    Parameters
    ----------
    depth_m : (n_joints,) metres along z, NaN where no window held enough pixels.
    half_px : (n_joints,) the window's half side that was needed.
    """

    depth_m: Array
    half_px: NDArray[np.int64]


def looked_up(values: Array, pixels: Array) -> Array:
    """(…,) what (rows, columns) ``values`` are at the nearest pixel of (…, 2) columns and rows; NaN outside.

    Examples
    --------
    >>> looked_up(np.array([[1.0, 2.0]]), np.array([[0.6, 0.0], [2.0, 0.0], [np.nan, 0.0]])).tolist()
    [2.0, nan, nan]
    """
    at = np.round(np.nan_to_num(pixels, nan=-9.0)).astype(np.int64)
    rows, columns = values.shape
    inside = np.asarray(((at >= 0) & (at < (columns, rows))).all(axis=-1))
    at = np.where(inside[..., None], at, 0)
    return np.where(inside, values[at[..., 1], at[..., 0]], np.nan)


def surface_at(
    depth: Array,
    pixels: Array,
    *,
    half_px: int = 1,
    largest_px: int = LARGEST_HALF_PX,
    least: int = LEAST_PIXELS,
    mask: Mask | None = None,
) -> Surface:
    """Median depth round each joint; the window grows until it holds enough pixels.

    Parameters
    ----------
    depth : (rows, columns) metres, NaN where there is none.
    pixels : (n_joints, 2) column and row; NaN where a joint wasn't found.
    half_px : half side of the first window: 1 means 3 × 3 px.
    largest_px : half side of the last.
    least : pixels with a depth that are enough.
    mask : (rows, columns) pixels that count if a window holds enough of them (the person's, say); where even the
        largest doesn't, all pixels count.

    Examples
    --------
    >>> depth = np.full((9, 9), 2.0)
    >>> depth[3:6, 3:6] = np.nan  # a hole
    >>> surface = surface_at(depth, np.array([[4.0, 4.0], [1.0, 1.0]]))
    >>> surface.depth_m.tolist(), surface.half_px.tolist()
    ([2.0, 2.0], [2, 1])
    """
    found = np.full(len(pixels), np.nan)
    half = np.full(len(pixels), largest_px, dtype=np.int64)
    for picture in [depth] if mask is None else [np.where(mask, depth, np.nan), depth]:
        around = np.pad(picture, largest_px, constant_values=np.nan)
        at = np.round(np.nan_to_num(pixels, nan=-9 * largest_px)).astype(np.int64) + largest_px
        inside = ((at >= 0) & (at < np.array(around.shape)[::-1])).all(axis=1)
        for size in range(half_px, largest_px + 1):
            left = np.flatnonzero(np.isnan(found) & inside)
            if not len(left):
                break
            median, n = _medians(around, at[left], size)
            enough = left[n >= least]
            found[enough], half[enough] = median[n >= least], size
    return Surface(found, half)


def _medians(picture: Array, at: NDArray[np.int64], half_px: int) -> tuple[Array, NDArray[np.int64]]:
    """(n,) median of what is known in the window round each column and row, and how many pixels that are."""
    step = np.arange(-half_px, half_px + 1)
    row, column = at[:, 1, None, None] + step[:, None], at[:, 0, None, None] + step
    outside = (row < 0) | (column < 0) | (row >= picture.shape[0]) | (column >= picture.shape[1])
    row, column = np.clip(row, 0, picture.shape[0] - 1), np.clip(column, 0, picture.shape[1] - 1)
    window = np.sort(np.where(outside, np.nan, picture[row, column]).reshape(len(at), -1), axis=1)  # NaN last
    n = np.isfinite(window).sum(axis=1)
    middle = np.stack([np.maximum(n - 1, 0) // 2, np.minimum(n // 2, window.shape[1] - 1)], axis=1)
    return np.take_along_axis(window, middle, axis=1).mean(axis=1), n


def rays(intrinsics: Intrinsics, pixels: Array) -> Array:
    """(n_joints, 3) lines of sight of length z = 1: a joint lies at ``ray · depth``."""
    pixels = np.asarray(pixels, dtype=np.float64)
    return intrinsics.lift(pixels, np.ones(pixels.shape[:-1]))


@dataclass(frozen=True)
class Offsets:
    """How far behind the surface joints' centres lie, along the line of sight.

    Parameters
    ----------
    joint_names : which joints.
    offset_m : (n_joints,) metres.
    spread_m : (n_joints,) metres, 1.4826 times the median departure: a standard deviation that outliers don't move.
    """

    joint_names: tuple[str, ...]
    offset_m: Array
    spread_m: Array

    @classmethod
    def fitted(cls, joint_names: Sequence[str], surface: Array, centre: Array, seen: Mask) -> Offsets:
        """The medians over training pictures of those joints that were seen.

        Parameters
        ----------
        surface, centre : (n_pictures, n_joints, 3) metres, on the same line of sight.
        seen : (n_pictures, n_joints) whether nothing but the joint's own flesh and clothes lay between.

        Raises
        ------
        InputError
            If a joint was never seen.

        Examples
        --------
        >>> skin, centre = np.array([[[0.0, 0.0, 2.0]]]), np.array([[[0.0, 0.0, 2.05]]])
        >>> Offsets.fitted(["left_knee"], skin, centre, np.array([[True]])).offset_m.round(3).tolist()
        [0.05]
        """
        behind = np.linalg.norm(centre, axis=-1) - np.linalg.norm(surface, axis=-1)
        behind = np.where(seen, behind, np.nan)
        missing = [name for name, column in zip(joint_names, behind.T, strict=True) if np.isnan(column).all()]
        if missing:
            raise InputError(
                f"each joint must be seen in a training picture, got none of {', '.join(missing)}; add some"
            )
        offset = np.nanmedian(behind, axis=0)
        return cls(tuple(joint_names), offset, 1.4826 * np.nanmedian(np.abs(behind - offset), axis=0))

    def centres(self, surface: Array) -> Array:
        """(…, n_joints, 3) points of the surface → joints' centres, metres."""
        distance = np.linalg.norm(surface, axis=-1, keepdims=True)
        return np.asarray(surface * (1 + self.offset_m[:, None] / distance))
