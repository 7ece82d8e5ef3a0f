"""The hand alone, upright and of one size: what the paper's network looks at, once the skin is cut out.

From a mask of skin with whatever arm it holds. Where the hand is, how large and how turned comes from the mask alone
(palm: the largest circle in it, away from where the arm leaves the picture) or, where landmarks are known, from them.
Numpy, and scipy for distances in a mask.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rehabkit.imaging.colours import Picture
from rehabkit.imaging.masks import Mask, largest

Array = NDArray[np.float64]

SIDE = 64
"""Rows and columns of a crop."""
PALM_AT = (0.5, 0.62)
"""Where the palm's middle comes to lie: share of the width, of the height."""
REACH = 3.1
"""Radii of the palm from its middle to the upper edge: a long middle finger."""
WRIST = 1.25
"""Radii below the middle, beyond which it is forearm."""
PALM_SHARE = 0.5
"""Radius of the palm's circle by the length from wrist to middle knuckle."""


class Frame(NamedTuple):
    """Where a hand is in a picture.

    Parameters
    ----------
    middle : (2,) x, y of the palm, px.
    up : (2,) unit vector towards the fingers.
    radius : of the palm, px.
    """

    middle: Array
    up: Array
    radius: float


def crop(rgb: Picture, mask: Mask, points_px: Array | None = None) -> Picture:
    """(SIDE, SIDE, 3) uint8 the hand upright, black where there is no skin, all black where no hand is found.

    Parameters
    ----------
    rgb : (rows, columns, 3) uint8.
    mask : (rows, columns) where skin is.
    points_px : (21, 2) landmarks in MediaPipe's order, to place the hand by; ``None`` places it by its mask.
    """
    hand = largest(mask) & mask
    frame = frame_of_mask(hand) if points_px is None else frame_of_points(points_px)
    if frame is None or not hand.any():
        return np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    x, y = _places(frame)
    inside = _taken(hand.astype(float), x, y) > 0.5
    below = np.indices((SIDE, SIDE))[0] > (PALM_AT[1] + WRIST * PALM_AT[1] / REACH) * SIDE
    seen = np.stack([_taken(rgb[..., i].astype(float), x, y) for i in range(3)], axis=-1)
    return np.asarray(np.rint(seen * (inside & ~below)[..., None]), dtype=np.uint8)


def frame_of_points(points_px: Array) -> Frame | None:
    """The frame that landmarks give: from the wrist to the middle finger's knuckle."""
    way = points_px[9] - points_px[0]
    length = float(np.linalg.norm(way))
    if not np.isfinite(length) or length < 1:
        return None
    return Frame(points_px[0] + 0.6 * way, way / length, PALM_SHARE * length)


def frame_of_mask(mask: Mask) -> Frame | None:
    """The frame that a mask gives.

    The arm leaves the picture, so the hand is the part far from where the mask touches its edge: the palm is the
    largest circle in that half. A mask that touches no edge ends in a sleeve: then the fingers are on the side where
    it is ragged, and the palm's circle is the largest of all.
    """
    from scipy.ndimage import distance_transform_edt

    if mask.sum() < SIDE:
        return None
    deep = distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    rows, columns = np.nonzero(mask)
    places = np.stack([columns, rows], axis=1).astype(float)
    foot = _foot(mask)
    if foot is None:
        deepest = places[deep[mask].argmax()]
        foot = deepest - (places.mean(axis=0) - deepest) * 4 + [0, 1e-3]
        far = np.ones(len(places), dtype=bool)
    else:
        away = np.linalg.norm(places - foot, axis=1)
        far = away >= 0.45 * away.max()
    best = int(np.where(far, deep[mask], 0).argmax())
    middle, radius = places[best], float(deep[mask][best])
    way = middle - foot
    return Frame(middle, way / max(float(np.linalg.norm(way)), 1e-9), radius)


def _foot(mask: Mask) -> Array | None:
    """(2,) x, y of the middle of the longest stretch along the picture's edge that is skin; ``None`` without one."""
    rows, columns = mask.shape
    around = np.concatenate([
        np.stack([np.arange(columns), np.zeros(columns)], axis=1),
        np.stack([np.full(rows, columns - 1), np.arange(rows)], axis=1),
        np.stack([np.arange(columns)[::-1], np.full(columns, rows - 1)], axis=1),
        np.stack([np.zeros(rows), np.arange(rows)[::-1]], axis=1),
    ]).astype(int)  # fmt: skip
    touched = mask[around[:, 1], around[:, 0]]
    if not touched.any():
        return None
    if touched.all():
        return np.asarray(around[len(around) // 2], dtype=float)
    start = int(np.argmin(touched))  # an edge pixel without skin: no stretch goes over it
    touched, around = np.roll(touched, -start), np.roll(around, -start, axis=0)
    steps = np.flatnonzero(np.diff(np.concatenate([[0], touched.astype(int), [0]])))
    first, last = steps[::2], steps[1::2]
    longest = int((last - first).argmax())
    return np.asarray(around[first[longest] : last[longest]].mean(axis=0))


def _places(frame: Frame) -> tuple[Array, Array]:
    """x and y in the picture of each pixel of the crop, (SIDE, SIDE) each."""
    row, column = (np.indices((SIDE, SIDE)) + 0.5) / SIDE
    step = REACH * frame.radius / PALM_AT[1]  # px of the picture that the crop is high
    right = np.array([-frame.up[1], frame.up[0]])
    across, down = (column - PALM_AT[0]) * step, (row - PALM_AT[1]) * step
    at = frame.middle + across[..., None] * right - down[..., None] * frame.up
    return at[..., 0], at[..., 1]


def _taken(plane: Array, x: Array, y: Array) -> Array:
    """Values between pixels, 0 outside of the picture; averaged where the crop is coarser than the picture."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    step = float(np.hypot(x[0, 1] - x[0, 0], y[0, 1] - y[0, 0]))
    smooth = gaussian_filter(plane, 0.4 * step) if step > 1 else plane
    return np.asarray(map_coordinates(smooth, [y, x], order=1, cval=0.0))
