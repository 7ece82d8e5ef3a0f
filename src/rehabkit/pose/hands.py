"""MediaPipe's hand landmarker: pictures → hands with 21 landmarks each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.pose.landmarkers import Array, Picture, Task, ready

MODEL, MOST_HANDS = "hand", 4
KNUCKLES = (5, 9, 13, 17)
"""Numbers of the four fingers' first joints among the landmarks."""
SURE = 0.5
"""MediaPipe's own least confidence that something is a hand."""


@dataclass(frozen=True)
class Hand:
    """One hand in one picture, landmarks in the order of :data:`rehabkit.kinematics.hand.HAND_LANDMARKS`.

    Parameters
    ----------
    positions : (21, 2) px of the picture.
    estimated_px : (21, 3) px: x right, y down, z away from the wrist; the depth is guessed by the network. MediaPipe's
        landmarks in metres aren't used: in those the middle joints of flat hands (gestures 4, 5 and B of hgr1, every
        fourth picture) spread by 7 to 25 degrees, in these by 5 to 7.
    side : of the hand, for a picture that isn't mirrored.
    confidence : 0 to 1, that it is this side; MediaPipe tells no other after the detection.
    """

    positions: Array
    estimated_px: Array
    side: Literal["left", "right"]
    confidence: float

    @property
    def palm_px(self) -> float:
        """Mean length from the wrist to the four knuckles in the picture, px."""
        return float(np.linalg.norm(self.positions[list(KNUCKLES)] - self.positions[0], axis=1).mean())


class HandFinder(Task):
    """Finds every hand in single pictures, each found anew; closed after use.

    MediaPipe's way for videos is twice as fast with one hand and no faster with more, since it then looks for palms in
    every picture all the same; with one hand it never sees a second one, at which a training must stop.

    Raises
    ------
    ModelError
        If the model isn't fetched, or doesn't load.
    """

    def __init__(self) -> None:
        super().__init__("HandLandmarker", MODEL, "IMAGE", num_hands=MOST_HANDS, min_hand_detection_confidence=SURE)

    def find(self, rgb: Picture) -> list[Hand]:
        """The hands in a (rows, columns, 3) picture, at most four; not mirrored, as a camera sees them."""
        picture = ready(rgb)
        result = self._task.detect(picture.image)
        found = zip(result.hand_landmarks, result.handedness, strict=True)
        return [_hand(marks, said[0], picture.size) for marks, said in found]


def _hand(marks: Any, said: Any, size: NDArray[np.int64]) -> Hand:
    points = np.array([(mark.x, mark.y, mark.z) for mark in marks]) * (*size, size[0])  # depth is in widths
    return Hand(
        positions=points[:, :2],
        estimated_px=points,
        side=_side(said.category_name),
        confidence=float(np.clip(said.score, 0.0, 1.0)),
    )


def _side(said: str) -> Literal["left", "right"]:
    return "right" if said == "Right" else "left"
