"""Where in a depth picture the person is, and how it is shown to a network that was made for photographs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.angles import unit
from rehabkit.kinematics.depth.bed import Mask
from rehabkit.recordings.rgbd import RgbdFrame

Array = NDArray[np.float64]
SKIN, SHEET = (205.0, 160.0, 135.0), (235.0, 235.0, 240.0)
"""Colours of what is above the mattress and of all else: a person on a bed, as photographs have them."""
DARKEST = 0.25
"""Share of its colour that a surface keeps which the light only grazes."""
SMOOTH_PX = 0.8
"""Standard deviation of the Gaussian that takes the sensor's noise out of the slopes."""
ROOM = 1.25
"""What is shown is larger than the person by this: hands and feet at the edge are found badly."""


@dataclass(frozen=True)
class Region:
    """Where the person is in a picture.

    Parameters
    ----------
    centre : (2,) column and row, px.
    half_px : half the side of the square that holds them, with room round it.
    upright_deg : turned clockwise by this, the picture shows the body's long axis upright: head up or head down.
    """

    centre: Array
    half_px: float
    upright_deg: float


def region_of(body: Mask) -> Region:
    """Middle, extent and long axis of the person's pixels.

    Parameters
    ----------
    body : (rows, columns) the person, one pixel at least (:func:`.bed.body_of`).

    Examples
    --------
    >>> lying = np.zeros((40, 80), dtype=bool)
    >>> lying[18:23, 10:71] = True  # 61 px across
    >>> region = region_of(lying)
    >>> region.centre.tolist(), region.half_px, abs(region.upright_deg)
    ([40.0, 20.0], 38.125, 90.0)
    """
    row, column = np.nonzero(body)
    pixels = np.stack([column, row], axis=-1).astype(np.float64)
    middle = pixels.mean(axis=0)
    along = np.linalg.eigh((pixels - middle).T @ (pixels - middle))[1][:, 1]
    axes = np.array([along, [-along[1], along[0]]])
    reach = (pixels - middle) @ axes.T
    low, high = reach.min(axis=0), reach.max(axis=0)
    half = ROOM * (float((high - low).max()) + 1) / 2
    turn = float(np.degrees(np.arctan2(-along[0], -along[1])))
    return Region(middle + (low + high) / 2 @ axes, half, turn)


def metres_per_px(frame: RgbdFrame, body: Mask) -> float:
    """At the person's distance."""
    return float(np.nanmedian(frame.depth[body & frame.valid])) / frame.intrinsics.fx


def shaded(frame: RgbdFrame, body: Mask) -> NDArray[np.uint8]:
    """(rows, columns, 3) the depth picture as if lit from the camera, the person's part in the colour of skin.

    Lambert's law: brightness is the cosine between the surface's normal and the line of sight. In the dark it takes the
    place of the colour picture.

    Parameters
    ----------
    body : (rows, columns) the person (:func:`.bed.body_of`).
    """
    from scipy.ndimage import gaussian_filter, median_filter

    known = np.where(frame.valid, frame.depth, np.nanmedian(frame.depth))
    smooth = gaussian_filter(median_filter(known, 3), SMOOTH_PX)
    rows, columns = np.mgrid[: smooth.shape[0], : smooth.shape[1]]
    points = frame.intrinsics.lift(np.stack([columns, rows], axis=-1), smooth)
    normal = unit(np.cross(np.gradient(points, axis=1), np.gradient(points, axis=0)))
    light = DARKEST + (1 - DARKEST) * np.abs((normal * unit(points)).sum(axis=-1))
    colour = np.where(body[..., None], SKIN, SHEET)
    return np.asarray(np.clip(colour * light[..., None], 0, 255), dtype=np.uint8)
