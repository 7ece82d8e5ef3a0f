"""How well one hand lies in its picture: size, edges, light, sharpness. The live quality sign and the checks use it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehabkit.pose.hands import Hand
from rehabkit.pose.landmarkers import Array, Picture

PALM_PX = 48.0
"""Hands are looked at in about this size, so that sharpness doesn't depend on the camera's pixels."""
BURNT = 250
"""A pixel whose three colours all reach this holds no skin any more."""


@dataclass(frozen=True)
class HandQuality:
    """Of one hand in one picture.

    Parameters
    ----------
    palm_px : length from wrist to knuckles.
    outside : share of landmarks that lie outside the picture.
    luma : mean brightness around the hand, 0 to 255.
    burnt : share of white pixels around it.
    sharpness : variance of the second difference of brightness by that of brightness, in a hand of about 48 px; 0 is
        blurred.
    """

    palm_px: float
    outside: float
    luma: float
    burnt: float
    sharpness: float


def hand_quality(rgb: Picture, hand: Hand) -> HandQuality:
    """Look at the pixels around a hand.

    Parameters
    ----------
    rgb : (rows, columns, 3) the whole picture.
    """
    size = np.array([rgb.shape[1], rgb.shape[0]])
    outside = ((hand.positions < 0) | (hand.positions >= size)).any(axis=1)
    low = np.clip(hand.positions.min(axis=0), 0, size - 1).astype(int)
    high = np.clip(hand.positions.max(axis=0) + 1, low + 1, size).astype(int)
    part = rgb[low[1] : high[1], low[0] : high[0]]
    luma = part @ np.array([0.299, 0.587, 0.114])
    return HandQuality(
        palm_px=hand.palm_px,
        outside=float(outside.mean()),
        luma=float(luma.mean()),
        burnt=float((part.min(axis=-1) >= BURNT).mean()),
        sharpness=sharpness(_shrunk(luma, max(1, round(hand.palm_px / PALM_PX)))),
    )


def sharpness(luma: Array) -> float:
    """Variance of the Laplacian by that of the (rows, columns) picture itself; 0 where it is too small to tell.

    Examples
    --------
    >>> board = np.indices((8, 8)).sum(axis=0) % 2 * 255.0
    >>> sharpness(board), round(sharpness(np.tile(np.arange(8.0), (8, 1))), 3)
    (64.0, 0.0)
    """
    if min(luma.shape) < 3:
        return 0.0
    middle = luma[1:-1, 1:-1]
    second = 4 * middle - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    return float(second.var() / max(float(luma.var()), 1.0))


def _shrunk(luma: Array, factor: int) -> Array:
    """Means of squares of ``factor`` pixels; what doesn't fill a square is left out."""
    rows, columns = (length // factor * factor for length in luma.shape)
    squares = luma[:rows, :columns].reshape(rows // factor, factor, columns // factor, factor)
    return np.asarray(squares.mean(axis=(1, 3)))
