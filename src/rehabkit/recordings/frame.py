"""One picture of a video or camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_SIDE_PX = 1280
"""Pictures are scaled down to this while decoding: the pose network looks at 256 × 256 px of a person."""


@dataclass(frozen=True)
class Frame:
    """One picture.

    Parameters
    ----------
    index : 0 for the first.
    time_s : seconds since the first frame.
    rgb : (height, width, 3) uint8, upright, contiguous.
    size_px : (width, height) of the upright picture before it was scaled down.
    """

    index: int
    time_s: float
    rgb: NDArray[np.uint8]
    size_px: tuple[int, int]


def scaled(size: tuple[int, int], max_side_px: int) -> tuple[int, int]:
    """Return (width, height) scaled down so that neither is above ``max_side_px``.

    Examples
    --------
    >>> scaled((3840, 2160), 1280), scaled((640, 360), 1280)
    ((1280, 720), (640, 360))
    """
    factor = min(1.0, max_side_px / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
