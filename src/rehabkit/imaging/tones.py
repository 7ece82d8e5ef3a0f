"""The same picture with skin of another tone, or in another light: to see for whom a method fails.

Pictures of hands with true masks show light skin only. Skin is re-toned by what makes skin darker, melanin: in linear
light each channel is multiplied by exp(-dose · μ), where μ falls with the wavelength to the power 3.33 (Jacques 2013,
Phys. Med. Biol. 58:R37), and the dose is the one at which the mean of the skin has the wanted typology angle (ITA). A
negative dose lightens. Shading, wrinkles and nails stay. It is a filter, no photograph of another person: haemoglobin,
gloss and the camera's exposure, which would follow the tone, stay as they were, and so does the background.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.imaging.colours import Array, Picture, displayed, ita_deg, linear

Mask = NDArray[np.bool_]

TONES: Mapping[str, float] = {
    "very light": 62.0,
    "light": 48.0,
    "intermediate": 34.5,
    "tan": 19.0,
    "brown": -10.0,
    "dark": -45.0,
}
"""Six tones by ITA, degrees: the middles of Chardon's classes (limits 55, 41, 28, 10, -30). Like Fitzpatrick's six
types in number and order, but those are a person's answer about sunburn, not a colour."""
ABSORPTION = np.array([465 / 610, 465 / 550, 1.0]) ** 3.33
"""Of melanin at the wavelengths of red, green and blue, relative to blue."""
STRONGEST = 12.0
LIGHTS: Mapping[str, tuple[tuple[float, float, float], float]] = {
    "as taken": ((1.0, 1.0, 1.0), 1.0),
    "a third of the light": ((0.33, 0.33, 0.33), 1.0),
    "1.6 times the light": ((1.6, 1.6, 1.6), 1.0),
    "gamma 0.6": ((1.0, 1.0, 1.0), 0.6),
    "gamma 1.6": ((1.0, 1.0, 1.0), 1.6),
    "warm": ((1.25, 1.0, 0.7), 1.0),
    "cold": ((0.75, 1.0, 1.3), 1.0),
}
"""Name → gain of red, green and blue in linear light, and the exponent put on the displayed values after it."""


def retoned(rgb: Picture, skin: Mask, ita: float) -> Picture:
    """The picture with the skin's mean at a typology angle.

    Parameters
    ----------
    rgb : (rows, columns, 3) uint8.
    skin : (rows, columns) where skin is, in truth.
    ita : degrees.

    Raises
    ------
    InputError
        If there is no skin, or no dose of melanin gives that angle (skin without yellow in it).
    """
    if not skin.any():
        raise InputError("mask must hold skin to re-tone, got an empty one; give the true mask of this picture")
    light = linear(rgb)
    own = light[skin]
    dose = melanin_dose(own.mean(axis=0), ita)
    changed = light.copy()
    changed[skin] = own * np.exp(-dose * ABSORPTION)
    return displayed(changed)


def melanin_dose(mean: Array, ita: float) -> float:
    """The dose of melanin at which light of this mean has that typology angle, which falls as melanin rises.

    Parameters
    ----------
    mean : (3,) linear light of skin.
    ita : degrees.

    Raises
    ------
    InputError
        If no dose gives that angle.
    """
    low, high = -STRONGEST / 4, STRONGEST
    doses = np.linspace(low, high, 400)
    angles = ita_deg(mean * np.exp(-doses[:, None] * ABSORPTION))
    known = np.isfinite(angles)
    if not known.any() or not np.nanmin(angles) <= ita <= np.nanmax(angles):
        got = f"{ita:g} for skin of linear light {np.round(mean, 3).tolist()}"
        raise InputError(f"ita must be one that melanin can give this skin, got {got}; leave that picture out")
    first = int(np.flatnonzero(known & (angles <= ita))[0])
    before, after = max(first - 1, 0), first
    if not known[before] or angles[before] == angles[after]:
        return float(doses[after])
    share = (angles[before] - ita) / (angles[before] - angles[after])
    return float(doses[before] + share * (doses[after] - doses[before]))


def relit(rgb: Picture, gain: tuple[float, float, float], gamma: float) -> Picture:
    """The picture in light of another strength and colour, displayed with another curve.

    Examples
    --------
    >>> relit(np.full((1, 1, 3), 100, np.uint8), (1, 1, 1), 1.0).ravel().tolist()
    [100, 100, 100]
    """
    lit = displayed(linear(rgb) * gain)
    return np.asarray(np.rint(255 * (lit / 255.0) ** gamma), dtype=np.uint8)
