"""MediaPipe's landmarks of someone who lies: a part of the picture, shown in many turns, mirrored too, and enlarged.

The network was made for people who stand. Of someone who lies it finds the more, and swaps left and right the less, the
better it is shown; what it finds in one view only isn't to be relied on. So it looks at all of them, and whoever reads
them takes what they agree upon (:mod:`rehabkit.kinematics.depth.voting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.pose.landmarkers import Array, Picture, Task, ready
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS
from rehabkit.recordings.view import View

SHOWN_PX = 512
"""Side of what is shown: the person as large as the network takes them, whatever the picture's own size."""
LEAST = 0.2
"""Confidence of a detection that is looked at: MediaPipe's own 0.5 is that of people who stand."""
OTHER = [
    MEDIAPIPE_JOINTS.index(name.replace("left", "*").replace("right", "left").replace("*", "right"))
    for name in MEDIAPIPE_JOINTS
]
"""(33,) each landmark's counterpart of the other side."""


def shown(rgb: Picture, view: View) -> Picture:
    """(side, side, 3) what is shown of a picture; beyond its edges it is its edge's colour."""
    import cv2

    how = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    return np.asarray(cv2.warpAffine(rgb, view.matrix, (view.side_px, view.side_px), **how), dtype=np.uint8)


@dataclass(frozen=True)
class Looked:
    """What the network found, NaN in views in which it found nobody; landmarks are the person's own left and right.

    Parameters
    ----------
    positions : (n_views, 33, 2) px of the picture.
    confidence : (n_views, 33) 0 to 1, MediaPipe's visibility; 0 where NaN.
    """

    positions: Array
    confidence: Array

    @property
    def found(self) -> NDArray[np.bool_]:
        """(n_views,) whether somebody was found."""
        return np.asarray(np.isfinite(self.positions).all(axis=(1, 2)))


class LyingFinder(Task):
    """Looks at a part of a picture in many views; closed after use.

    Parameters
    ----------
    model : size of the network.

    Raises
    ------
    ModelError
        If the model isn't fetched, or doesn't load.
    """

    def __init__(self, model: str = "full") -> None:
        super().__init__(
            "PoseLandmarker", model, "IMAGE", num_poses=1,
            min_pose_detection_confidence=LEAST, min_pose_presence_confidence=LEAST,
        )  # fmt: skip

    def look(self, rgb: Picture, views: Sequence[View]) -> Looked:
        """The person's landmarks in each view of a (rows, columns, 3) picture."""
        positions = np.full((len(views), len(MEDIAPIPE_JOINTS), 2), np.nan)
        confidence = np.zeros((len(views), len(MEDIAPIPE_JOINTS)))
        for number, view in enumerate(views):
            for marks in self._task.detect(ready(shown(rgb, view)).image).pose_landmarks[:1]:
                order = OTHER if view.mirrored else slice(None)
                positions[number] = view.back(_pixels(marks, view.side_px))[order]
                confidence[number] = np.clip([mark.visibility for mark in marks], 0.0, 1.0)[order]
        return Looked(positions, confidence)


def _pixels(marks: Any, side_px: int) -> Array:
    """(33, 2) px; MediaPipe's 0 is the first pixel's edge."""
    return np.array([(mark.x, mark.y) for mark in marks]) * side_px - 0.5
