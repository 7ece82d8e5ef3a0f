"""What is behind a hand: walls, boards, cloth and rooms, made of noise; a third of it in the colours of skin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SKINLIKE = 0.35
"""Share of colours between red and yellow: doors, walls and shirts that a skin mask must not take."""


def colour(rng: np.random.Generator) -> Array:
    """(3,) linear light of something, not too grey too seldom."""
    import colorsys

    hue = rng.uniform(0.0, 0.14) if rng.random() < SKINLIKE else rng.random()
    value = rng.uniform(0.02, 1.0)
    return np.array(colorsys.hsv_to_rgb(hue, rng.beta(1.0, 1.6), value)) ** 2.2


def cloud(size: int, cells: int, rng: np.random.Generator) -> Array:
    """(size, size) smooth noise of -1 to 1 with about that many hills a side."""
    from PIL import Image

    coarse = Image.fromarray(rng.uniform(-1, 1, (cells + 1, cells + 1)).astype(np.float32))
    return np.asarray(coarse.resize((size, size), Image.Resampling.BICUBIC), dtype=float)


def ground(size: int, rng: np.random.Generator) -> Array:
    """(size, size, 3) linear light: one surface or several, then what lies between camera and wall."""
    picture = _surface(size, rng)
    if rng.random() < 0.4:
        picture = np.where(_half(size, rng)[..., None], _surface(size, rng), picture)
    for _ in range(int(rng.integers(0, 4))):
        picture = np.where(_blob(size, rng)[..., None], _surface(size, rng), picture)
    return picture


def _surface(size: int, rng: np.random.Generator) -> Array:
    """A colour with a slope of light, grain, and at times stripes or checks of another colour."""
    x, y = _grid(size, rng.uniform(0, 2 * np.pi))
    first, second = colour(rng), colour(rng)
    shares = np.zeros((size, size))
    kind = rng.random()
    if kind < 0.12:
        wave = rng.uniform(4, 40)
        shares = (np.sin(wave * x) > rng.uniform(-0.5, 0.5)) * 0.5 + (np.sin(wave * y) > 0) * 0.5
    elif kind < 0.3:  # wood
        shares = 0.5 + 0.5 * np.sin(rng.uniform(10, 60) * x + 4 * cloud(size, 3, rng))
    elif kind < 0.5:
        shares = 0.5 + 0.5 * cloud(size, int(rng.integers(2, 24)), rng)
    picture = first + rng.uniform(0.1, 1.0) * shares[..., None] * (second - first)
    light = 1 + rng.uniform(0, 0.6) * x + rng.uniform(0, 0.3) * cloud(size, int(rng.integers(2, 8)), rng)
    grain = 1 + rng.uniform(0, 0.08) * rng.normal(size=(size, size))
    return np.asarray(np.clip(picture * np.clip(light * grain, 0.05, None)[..., None], 0, None))


def _grid(size: int, angle_rad: float) -> tuple[Array, Array]:
    """Coordinates of -1 to 1, turned."""
    y, x = np.indices((size, size)) * 2 / (size - 1) - 1
    return x * np.cos(angle_rad) + y * np.sin(angle_rad), y * np.cos(angle_rad) - x * np.sin(angle_rad)


def _half(size: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    x, _ = _grid(size, rng.uniform(0, 2 * np.pi))
    return np.asarray(x > rng.uniform(-0.7, 0.7))


def _blob(size: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """An ellipse or a box anywhere."""
    x, y = _grid(size, rng.uniform(0, 2 * np.pi))
    x, y = (x - rng.uniform(-1, 1)) / rng.uniform(0.1, 1), (y - rng.uniform(-1, 1)) / rng.uniform(0.1, 1)
    return np.asarray(np.maximum(abs(x), abs(y)) < 1 if rng.random() < 0.5 else x**2 + y**2 < 1)
