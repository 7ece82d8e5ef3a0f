"""One rendered picture of a hand: mesh, skin, light, ground and camera drawn at random, the mask known."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import InputError
from rehabkit.imaging.colours import Picture, displayed, linear
from rehabkit.imaging.masks import Mask
from rehabkit.imaging.tones import ABSORPTION, melanin_dose
from rehabkit.learning.rendered_hands.arm import Arm, arm
from rehabkit.learning.rendered_hands.drawing import UPRIGHT, lit, normals, projected, shown
from rehabkit.learning.rendered_hands.ground import cloud, colour, ground
from rehabkit.recordings.datasets.anny_synth_hands import AnnyHands

Array = NDArray[np.float64]
DRAWN_PX = 2
"""Each pixel is drawn as so many a side, then averaged: edges are mixed as in a camera."""
LIGHTEST = (232, 190, 172)
"""sRGB of the skin that melanin is laid over."""
ITA = (-58.0, 66.0)
"""Typology angles of skins, degrees: from darker than Chardon's last class to lighter than his first."""


class Rendered(NamedTuple):
    """A square picture of a hand with its truth.

    Parameters
    ----------
    rgb : (side, side, 3) uint8.
    skin : (side, side) where skin is.
    landmarks : (21, 2) px, MediaPipe's order.
    ita : degrees, of the skin in white light.
    """

    rgb: Picture
    skin: Mask
    landmarks: Array
    ita: float


def rendered(hands: AnnyHands, place: int, side: int, rng: np.random.Generator) -> Rendered:
    """One hand of a set, as a camera might see it.

    Parameters
    ----------
    place : of the hand.
    side : rows and columns, px.
    """
    one, size = arm(hands, place, rng), DRAWN_PX * side
    turn = _turn(rng)
    if rng.random() < 0.5:
        turn = np.diag([-1.0, 1.0, 1.0]) @ turn  # a left hand
    distance = rng.uniform(0.35, 1.2)
    flat, depth = projected(one.vertices, turn, distance)
    points, _ = projected(one.landmarks, turn, distance)
    scale, shift = _framing(points, size, rng)
    face = shown(flat * scale + shift, depth, one.faces, (size, size))
    drawn = face >= 0
    skin = drawn & one.skin[face]
    ita = float(rng.uniform(*ITA))
    light = _coloured(one, turn, ita, rng)[face]
    behind = shadowed(doubled(ground(side, rng)), drawn, rng)
    scene = np.where(drawn[..., None], light * _grain(size, rng), behind)
    return Rendered(
        camera(halved(scene), rng), halved(skin.astype(float)) > 0.5, (points * scale + shift) / DRAWN_PX, ita
    )


def doubled(scene: Array) -> Array:
    """Each pixel as a square of them."""
    return scene.repeat(DRAWN_PX, axis=0).repeat(DRAWN_PX, axis=1)


def halved(scene: Array) -> Array:
    """Averages of squares of pixels."""
    rows, columns = (side // DRAWN_PX for side in scene.shape[:2])
    return np.asarray(scene.reshape(rows, DRAWN_PX, columns, DRAWN_PX, -1).mean(axis=(1, 3)).squeeze())


def albedo(ita: float, rng: np.random.Generator) -> Array:
    """(3,) what skin of that typology angle sends back, some redder, some yellower."""
    base = linear(LIGHTEST) * np.exp(rng.normal(0, [0.06, 0.08, 0.1]))
    try:
        dose = melanin_dose(base, ita)
    except InputError:
        dose = 1.0
    return np.asarray(base * np.exp(-dose * ABSORPTION))


def camera(light: Array, rng: np.random.Generator) -> Picture:
    """Linear light → picture: exposure, colour of the light, blur, curve, noise, and what JPEG does."""
    from PIL import Image
    from scipy.ndimage import gaussian_filter

    level = np.quantile(light.mean(axis=-1), 0.9)
    gain = rng.uniform(0.25, 1.15) / max(level, 1e-3) * np.exp(rng.normal(0, [0.14, 0.05, 0.18]))
    blurred = gaussian_filter(light * gain, (*[rng.uniform(0, 0.8)] * 2, 0))
    seen = 255 * (displayed(blurred) / 255.0) ** np.exp(rng.normal(0, 0.25))
    seen += rng.normal(0, rng.uniform(0, 6), seen.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(np.rint(seen), 0, 255).astype(np.uint8)).save(
        file, "JPEG", quality=int(rng.integers(50, 96))
    )
    return np.array(Image.open(file).convert("RGB"), dtype=np.uint8)


def _turn(rng: np.random.Generator) -> Array:
    """(3, 3) any side of the hand to the camera, fingers rather up than down."""
    from scipy.spatial.transform import Rotation

    about_y, tilt, roll = rng.uniform(-180, 180), rng.normal(0, 30), rng.normal(0, 55)
    return np.asarray(Rotation.from_euler("ZXY", [roll, tilt, about_y], degrees=True).as_matrix() @ UPRIGHT)


def _framing(points: Array, size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Scale of x and y and shift so that the hand takes a fifth to nearly all of the picture, and lies in it.

    Networks that see pictures squeezed into a square see hands that are too narrow or too wide.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    scale = np.exp(rng.normal(0, 0.15, 2))
    scale *= rng.uniform(0.22, 0.8) * size / float((scale * (high - low)).max())
    room = size - scale * (high - low)
    return scale, rng.uniform(0.08, 0.92, 2) * room - scale * low


def _coloured(one: Arm, turn: Array, ita: float, rng: np.random.Generator) -> Array:
    """(n_faces, 3) light that each triangle sends to the camera."""
    normal = normals(one.vertices, one.faces) @ turn.T  # outward, mirrored or not: those of the mesh before it turns
    towards = rng.normal(0, 0.8, (2, 3)) - [0, 0.4, 1.0]  # from the camera's side, rather from above
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    tint = np.exp(rng.normal(0, [0.1, 0.03, 0.13], (2, 3))) * rng.uniform(0.1, 1.2, (2, 1))
    light = lit(normal, np.concatenate([towards, tint], axis=1), np.full(3, rng.uniform(0.15, 0.7)))
    skin, cloth = albedo(ita, rng), colour(rng)
    middle = one.vertices[one.faces].mean(axis=1)
    waves = np.sin(middle @ rng.normal(0, 60, (3, 4)) + rng.uniform(0, 6, 4)).mean(axis=1, keepdims=True)
    mottled = skin * np.exp(waves * np.array([0.04, 0.1, 0.08]) * rng.uniform(0, 1.5))
    gloss = rng.uniform(0, 0.12) * np.clip(normal @ towards[0], 0, None)[:, None] ** 20
    return np.asarray(np.where(one.skin[:, None], mottled * light + gloss, cloth * light))


def _grain(size: int, rng: np.random.Generator) -> Array:
    return np.asarray(1 + rng.uniform(0, 0.12) * doubled(cloud(size // DRAWN_PX, size // 12, rng)[..., None]))


def shadowed(behind: Array, drawn: Mask, rng: np.random.Generator) -> Array:
    """Half of the walls have the hand's shadow on them."""
    from scipy.ndimage import gaussian_filter, shift

    if rng.random() < 0.5:
        return behind
    size = len(drawn)
    fallen = shift(drawn.astype(float), rng.normal(0, 0.06 * size, 2), order=0)
    return np.asarray(behind * (1 - rng.uniform(0.2, 0.85) * gaussian_filter(fallen, rng.uniform(1, 8)))[..., None])
