"""Pictures with known masks for hand_mask: rendered hands, and real ones cut from a plain wall and pasted elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rehabkit.imaging.hints import hints
from rehabkit.learning.examples import Examples
from rehabkit.learning.rendered_hands.pasted import pasted
from rehabkit.learning.rendered_hands.picture import Rendered, rendered
from rehabkit.learning.rendered_hands.plain_wall import apart_from_wall
from rehabkit.recordings.datasets import anny_synth_hands, hand_landmarks, sign_digits
from rehabkit.recordings.datasets.sign_digits import DigitPicture
from rehabkit.runtime.home import home
from rehabkit.systems.hand_mask import SIDE

Array = NDArray[np.float64]
TOGETHER = 20
"""Modelled hands next to each other that count as one person."""
OFF = 0.04
"""How far landmarks lie beside the true ones, as MediaPipe's do: spread of x and y in lengths of the palm."""
LARGEST_PX = 128
"""Side of photographs that are taken: three of the set are much larger."""


class Named(NamedTuple):
    """A picture with who is on it, and the catalogue's name of the set that it was made from."""

    data_set: str
    subject: str
    picture: Rendered


def rendered_hands(folder: Path, n: int, seed: int) -> Iterator[Named]:
    """Pictures of modelled hands, each hand in turn.

    Parameters
    ----------
    folder : of anny_synth_hands.
    """
    hands, rng = anny_synth_hands.read(folder), np.random.default_rng(seed)
    for number in range(n):
        place = number * 7 % hands.n_hands  # 7 and 800 share no factor: every hand comes
        yield Named("anny_synth_hands", f"modelled {place // TOGETHER:02d}", rendered(hands, place, SIDE, rng))


def photographed(folder: Path, n: int, seed: int) -> Iterator[Named]:
    """Hands of sign_digits before other grounds, in random order, again and again.

    Parameters
    ----------
    folder : of sign_digits.
    """
    listed, rng = sign_digits.read(folder), np.random.default_rng(seed)
    points, made = _points(listed), 0
    while made < n:
        for row in rng.permutation(len(listed)).tolist():
            rgb = listed[row].image().rgb
            skin = apart_from_wall(rgb) if max(rgb.shape) <= LARGEST_PX else None
            if skin is not None and made < n:
                made += 1
                yield Named("sign_digits", listed[row].subject, pasted(rgb, skin, points[row], SIDE, rng))


def examples_of(pictures: Sequence[Named], seed: int) -> Examples:
    """One row a picture; its target is the mask."""
    rng = np.random.default_rng(seed)
    return Examples(
        inputs={
            "picture": np.stack([one.picture.rgb for one in pictures]).astype(np.float32) / np.float32(255),
            "hints": np.stack([_hints(one.picture, rng) for one in pictures]),
        },
        target=np.stack([one.picture.skin for one in pictures]).astype(np.uint8),
        subject=np.array([one.subject for one in pictures]),
        recording=np.arange(len(pictures)),
        covariates={
            "ita_deg": np.array([one.picture.ita for one in pictures]),
            "data_set": np.array([one.data_set for one in pictures]),
        },
    )


def _hints(picture: Rendered, rng: np.random.Generator) -> NDArray[np.float32]:
    """Hints of landmarks that are a little off."""
    palm = float(np.linalg.norm(picture.landmarks[9] - picture.landmarks[0]))
    return hints(picture.rgb, picture.landmarks + OFF * palm * rng.normal(size=(21, 2)))


def _points(listed: Sequence[DigitPicture]) -> Array:
    """(n_pictures, 21, 2) px of the first look that found a hand, NaN where none did, or where nobody looked.

    ``benchmarks/hand_landmarks.py`` looks; without its file these hands are learned without landmarks.
    """
    points = np.full((len(listed), 21, 2), np.nan)
    path = home() / "hand_landmarks" / "sign_digits.npz"
    if path.is_file():
        views = hand_landmarks.read(path)
        place = {name: row for row, name in enumerate(views.names.tolist())}
        for row, one in enumerate(listed):
            known = place.get(one.path.name)
            if known is not None and views.found[known].any():
                points[row] = views.points_px[known, views.found[known].argmax(), :, :2]
    return points
