"""hand_mask: where the skin of a hand and its arm is in a picture, by a network that knows many tones and lights.

The first step of S6 (Shan & Zhou 2024, IEEE Access 12:68999), where a fixed box of Cb and Cr finds skin. Here a small
network looks at the picture and at what the hand's landmarks say of it: how alike each pixel's colour is to the colours
around the bones, and how near they are. Without landmarks it looks at the picture alone, and is worse.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.findings import Evidence, Finding
from rehabkit.imaging.colours import Array, Picture
from rehabkit.imaging.hints import hints
from rehabkit.imaging.masks import Mask
from rehabkit.recordings.image import Image
from rehabkit.runtime.bundle import Tensors
from rehabkit.runtime.card import Card, TensorSpec
from rehabkit.systems.contract import System
from rehabkit.systems.hand_gesture.reading import HandSeen

SIDE = 128
"""Rows and columns that the network sees: the picture is squeezed into a square."""
SKIN = 0.5
"""Probability from which a pixel is skin."""
METHOD = "network over the picture, its colours around the hand's bones, and how near they are"


class HandMask(System[HandSeen]):
    """Marks the skin of a hand, pixel by pixel."""

    name: ClassVar[str] = "hand_mask"
    title: ClassVar[str] = "Skin of a hand"
    reads: ClassVar[type] = HandSeen
    inputs: ClassVar[Mapping[str, TensorSpec]] = {
        "picture": TensorSpec(
            shape=[SIDE, SIDE, 3],
            axes=["row", "column", "colour"],
            unit="1",
            description="red, green, blue of sRGB, 0 to 1, the whole picture squeezed into a square",
        ),
        "hints": TensorSpec(
            shape=[SIDE, SIDE, 2],
            axes=["row", "column", "hint"],
            unit="1",
            description="likelihood of the colour, nearness of the bones, 0 to 1; 0.5 and 0 without landmarks",
        ),
    }

    def prepare(self, recording: HandSeen) -> Tensors:
        """One row: the picture in a square, and what the landmarks say of each of its pixels.

        Landmarks that aren't all known are left out.

        Raises
        ------
        RecordingError
            If there is no picture, or it has no colour.
        """
        picture = coloured(recording)
        points = recording.points_px[:, :2]
        size = np.array([picture.width, picture.height])
        square = squeezed(picture.rgb)
        hint = hints(square, (points + 0.5) * SIDE / size - 0.5)
        return {"picture": (square / np.float32(255))[None].astype(np.float32), "hints": hint[None]}

    def interpret(self, recording: HandSeen, outputs: Tensors, card: Card) -> list[Finding]:
        """How much of the picture is skin, and how many of the landmarks lie on it."""
        mask = skin_of(coloured(recording), outputs)
        if not mask.any():
            why = "no skin was found: let the hand fill more of the picture, in more light"
            return [_finding("hand_skin", "Skin in the picture", None, why)]
        found = [_finding("hand_skin", "Skin in the picture", 100 * float(mask.mean()), unit="%")]
        if np.isfinite(recording.points_px[:, :2]).all():
            share = on_skin(recording.points_px[:, :2], mask)
            found.append(_finding("landmarks_on_skin", "Landmarks of the hand that lie on skin", 100 * share, unit="%"))
        return found


def coloured(recording: HandSeen) -> Image:
    """The picture of a hand.

    Raises
    ------
    RecordingError
        If there is none, or it is grey.
    """
    if recording.picture is None:
        raise RecordingError("hand must come with its picture to find its skin, got landmarks alone; give the picture")
    if recording.picture.is_grey:
        raise RecordingError("picture must have colours to find skin, got a grey one; use a colour camera")
    return recording.picture


def squeezed(rgb: Picture) -> Picture:
    """(SIDE, SIDE, 3) the whole picture, averaged where it is larger."""
    from PIL import Image as Pillow

    return np.array(Pillow.fromarray(rgb).resize((SIDE, SIDE), Pillow.Resampling.BOX), dtype=np.uint8)


def skin_of(picture: Image, outputs: Tensors, row: int = 0) -> Mask:
    """(rows, columns) of the picture where skin is likelier than not.

    The network's probabilities are spread over the picture before they are cut, so that the edge lies between its
    pixels: true masks of hgr1 that go this way and back keep an F1 of 0.996.
    """
    from PIL import Image as Pillow

    small = Pillow.fromarray(np.ascontiguousarray(outputs["mask"][row], dtype=np.float32))
    spread = small.resize((picture.width, picture.height), Pillow.Resampling.BILINEAR)
    return np.asarray(spread) > SKIN


def on_skin(points_px: Array, mask: Mask) -> float:
    """Share of points that lie on the mask; those outside of the picture don't."""
    column, row = np.rint(points_px).astype(int).T
    inside = (row >= 0) & (row < mask.shape[0]) & (column >= 0) & (column < mask.shape[1])
    return float(np.mean(mask[row.clip(0, mask.shape[0] - 1), column.clip(0, mask.shape[1] - 1)] & inside))


def _finding(name: str, label: str, value: float | None, why: str = "", unit: str = "") -> Finding:
    return Finding(
        name=name,
        label=label,
        value=None if value is None else round(value, 1),
        unit=unit,
        not_measurable=why or None,
        provisional=True,
        category="hand",
        attention=value is None,
        evidence=Evidence(method=METHOD),
    )
