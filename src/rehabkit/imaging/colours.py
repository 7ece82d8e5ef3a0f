"""Colour spaces: YCbCr of JPEG for skin masks, CIELAB for the tone of skin.

Every function takes arrays whose last axis holds the three components and works on all leading axes at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

TO_YCBCR = np.array([[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]])
"""Rows Y, Cb, Cr of full-range BT.601, as JPEG (JFIF) has it; Cb and Cr are shifted by 128."""
TO_XYZ = np.array([
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
"""Linear sRGB → CIE XYZ for the white D65 (IEC 61966-2-1)."""
_DARK = (6 / 29) ** 3
_GREY = 1e-9


def ycbcr(rgb: ArrayLike) -> Array:
    """(..., 3) Y, Cb, Cr of 0 to 255.

    Parameters
    ----------
    rgb : (..., 3) red, green, blue, 0 to 255.

    Examples
    --------
    >>> ycbcr([[128, 128, 128], [255, 0, 0]]).round(1).tolist()
    [[128.0, 128.0, 128.0], [76.2, 85.0, 255.5]]
    """
    return np.asarray(np.asarray(rgb, dtype=float) @ TO_YCBCR.T + [0.0, 128.0, 128.0])


def linear(rgb: ArrayLike) -> Array:
    """(..., 3) light of 0 to 1 behind sRGB values of 0 to 255."""
    value = np.asarray(rgb, dtype=float) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def displayed(light: ArrayLike) -> Picture:
    """(..., 3) uint8 sRGB values of light; what is brighter than 1 is cut, as a sensor does."""
    value = np.clip(np.asarray(light, dtype=float), 0, 1)
    curve = np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * curve), dtype=np.uint8)


def lab(light: ArrayLike) -> Array:
    """(..., 3) CIELAB L*, a*, b* (white D65) of linear sRGB light, 0 to 1.

    Examples
    --------
    >>> abs(lab(linear([255, 255, 255])).round(2)).tolist()
    [100.0, 0.0, 0.0]
    """
    ratio = np.asarray(light, dtype=float) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    root = np.where(ratio > _DARK, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ita_deg(light: ArrayLike) -> Array:
    """(...,) individual typology angle of skin, atan((L* - 50) / b*) in degrees: the lighter, the larger.

    Chardon, Cretois and Hourseau 1991, Int. J. Cosmetic Science 13:191. Skin has b* above 0; NaN where there is none.

    Parameters
    ----------
    light : (..., 3) linear sRGB, 0 to 1.

    Examples
    --------
    >>> [round(float(ita_deg(linear(skin)))) for skin in ([232, 190, 172], [141, 85, 36])]
    [64, -13]
    """
    lightness, _, yellow = np.moveaxis(lab(light), -1, 0)
    angle = np.degrees(np.arctan2(lightness - 50, np.where(yellow > _GREY, yellow, np.nan)))
    return np.asarray(angle)
