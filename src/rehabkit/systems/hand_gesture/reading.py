"""HandSeen: one hand as it was seen in one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.hand import HAND_LANDMARKS
from rehabkit.recordings.image import Image

Array = NDArray[np.float64]
KNUCKLES = (5, 9, 13, 17)
"""Numbers of the four fingers' first joints among the landmarks."""
LEAST_PALM_PX = 4.0


@dataclass(frozen=True)
class HandSeen:
    """One hand in one picture.

    Parameters
    ----------
    points_px : (21, 3) px, :data:`rehabkit.kinematics.hand.HAND_LANDMARKS`: x right, y down, z away from the wrist
        (as ``rehabkit.pose.hands.Hand.estimated_px``); a network guessed the depth. NaN where one isn't known.
    side : of the hand, for a picture that isn't mirrored.
    picture : the whole picture in which the points lie, for methods that look at it.
    confidence : 0 to 1, of whatever found the hand.

    Raises
    ------
    RecordingError
        If it is no such hand; all problems are named at once.

    Examples
    --------
    >>> HandSeen(np.zeros((20, 3)), "both")
    Traceback (most recent call last):
    rehabkit.errors.RecordingError: hand: side must be left or right, got both; points must have shape (21, 3), got (20, 3)
    """  # noqa: E501

    points_px: Array
    side: Literal["left", "right"]
    picture: Image | None = None
    confidence: float = 1.0

    def __post_init__(self) -> None:
        problems = []
        if self.side not in ("left", "right"):
            problems.append(f"side must be left or right, got {self.side}")
        if not 0.0 <= self.confidence <= 1.0:
            problems.append(f"confidence must be 0 to 1, got {self.confidence}")
        if self.points_px.shape != (21, 3):
            problems.append(f"points must have shape (21, 3), got {self.points_px.shape}")
        if problems:
            raise RecordingError(f"hand: {'; '.join(problems)}")

    @property
    def palm_px(self) -> float:
        """Mean length from the wrist to the four knuckles, px."""
        return float(np.linalg.norm(self.points_px[list(KNUCKLES)] - self.points_px[0], axis=1).mean())

    def shape(self) -> Array:
        """(21, 3) the points from the wrist in lengths of the palm, a left hand mirrored to a right one.

        Raises
        ------
        RecordingError
            If a landmark isn't there, or the hand is too small to tell anything.

        Examples
        --------
        >>> points = np.zeros((21, 3))
        >>> points[1:, 0] = 10.0
        >>> HandSeen(points, "left").shape()[5].tolist()
        [-1.0, 0.0, 0.0]
        """
        lost = [
            name for name, point in zip(HAND_LANDMARKS, self.points_px, strict=True) if not np.isfinite(point).all()
        ]
        if lost:
            raise RecordingError(
                f"landmarks of a hand must all be there, got none for {', '.join(lost)}; show the whole hand"
            )
        if self.palm_px < LEAST_PALM_PX:
            raise RecordingError(
                f"palm must be at least {LEAST_PALM_PX:g} px long, got {self.palm_px:.3g} px; bring the hand nearer"
            )
        right = 1.0 if self.side == "right" else -1.0
        return np.asarray((self.points_px - self.points_px[0]) / self.palm_px * (right, 1.0, 1.0))
