"""A photographed hand with its mask, pasted before another ground, with skin of another tone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.imaging.colours import Picture, linear
from rehabkit.imaging.masks import Mask
from rehabkit.imaging.tones import ABSORPTION, melanin_dose
from rehabkit.learning.rendered_hands.ground import ground
from rehabkit.learning.rendered_hands.picture import ITA, Rendered, camera, shadowed

Array = NDArray[np.float64]


def pasted(rgb: Picture, skin: Mask, points_px: Array, side: int, rng: np.random.Generator) -> Rendered:
    """The hand turned, scaled and mirrored at random; its lower edge, where the arm is cut, stays at the picture's.

    Parameters
    ----------
    rgb : (rows, columns, 3) uint8, with the arm coming from below.
    skin : (rows, columns) where skin is.
    points_px : (21, 2) landmarks in it, NaN where they aren't known.
    side : of the new picture, px.
    """
    from scipy.ndimage import affine_transform, gaussian_filter

    onto, shift = _placed(rgb.shape[:2], side, rng)
    back = np.linalg.inv(onto)[::-1, ::-1]  # rows before columns
    offset = -back @ shift[::-1]

    def moved(plane: Array, order: int) -> Array:
        return np.asarray(affine_transform(plane, back, offset, (side, side), order=order))

    inside = np.clip(2 * gaussian_filter(skin.astype(float), 0.8) - 1, 0, 1)  # pixels mixed with the old wall go
    alpha = np.clip(moved(inside, 1), 0, 1)
    light, ita = _toned(linear(rgb), skin, rng)
    hand = np.stack([moved(light[..., i], 1) for i in range(3)], axis=-1)
    behind = shadowed(ground(side, rng), alpha > 0.5, rng)
    scene = behind + alpha[..., None] * (hand - behind)
    return Rendered(camera(scene, rng), alpha > 0.5, points_px @ onto.T + shift, ita)


def _placed(size: tuple[int, int], side: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """(2, 2) and (2,) from x, y of the photograph to those of the new picture."""
    turn, scale = rng.normal(0, 12), rng.uniform(0.45, 1.25) * side / max(size)
    angle = np.radians(turn)
    onto = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    onto = onto * np.exp(rng.normal(0, 0.1, 2))[:, None]
    foot = np.array([size[1] / 2, size[0] - 1 - 0.2 * abs(turn) / 12 * size[0] / 2])  # beyond the edge once turned
    shift = np.array([rng.uniform(0.25, 0.75) * side, side - 1.0]) - onto @ foot
    mirror = np.diag([rng.choice([-1.0, 1.0]), 1.0])
    quarter = np.linalg.matrix_power(np.array([[0.0, -1], [1, 0]]), int(rng.choice([0, 0, 0, 1, 2, 3])))
    whole, middle = quarter @ mirror, (side - 1) / 2
    return whole @ onto, whole @ (shift - middle) + middle


def _toned(light: Array, skin: Mask, rng: np.random.Generator) -> tuple[Array, float]:
    """Linear light of the photograph with skin of a random tone, and its typology angle."""
    ita = float(rng.uniform(*ITA))
    try:
        dose = melanin_dose(light[skin].mean(axis=0), ita)
    except InputError:
        return light, float("nan")
    return light * np.exp(-dose * ABSORPTION), ita
