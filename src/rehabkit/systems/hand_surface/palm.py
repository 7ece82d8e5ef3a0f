"""The palm's own axes from the fingers' bases, which side of the hand is seen, the palm's breadth and the wrist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.systems.hand_surface.centreline import Centreline

Array = NDArray[np.float64]
Face = Literal["back", "palm"]
Hand = Literal["left", "right"]
LEVEL = 0.2
"""Of the breadth: how far behind the knuckles' line the palm's breadth and girth are taken."""
WRIST = 1.3
"""Knuckles to the wrist crease, in spans of the knuckles; the joint of modelled hands is at 1.4."""
FACING = 0.5
"""Cosine of the palm's tilt from which its back or its palm faces the sensor: 60 deg."""
SLAB_M = 0.004


@dataclass(frozen=True)
class Palm:
    """The palm's axes.

    Parameters
    ----------
    knuckles : (3,) metres, the middle of the bases of the index and the little finger.
    across : (3,) from the index finger toward the little one, square to ``along``.
    along : (3,) from the wrist toward the fingers.
    back : (3,) out of the back of the hand.
    span_m : between the bases of the index and the little finger.
    """

    knuckles: Array
    across: Array
    along: Array
    back: Array
    span_m: float

    def level(self, points: Array) -> Array:
        """(n,) metres beyond the knuckles' line, toward the fingertips; the wrist is behind it."""
        beyond: Array = (points - self.knuckles) @ self.along
        return beyond

    @property
    def wrist_m(self) -> float:
        """Level of the wrist."""
        return -WRIST * self.span_m

    def face(self, toward: Array) -> Face | None:
        """Which side is seen from this direction, (3,) of length 1; ``None`` where that is an edge."""
        cosine = float(toward @ self.back)
        return None if abs(cosine) < FACING else "back" if cosine > 0 else "palm"

    def breadth_m(self, points: Array) -> float | None:
        """Across the palm at ``LEVEL``, metres; ``None`` where there are too few points."""
        near = np.abs(self.level(points) + LEVEL * self.span_m) <= SLAB_M
        if near.sum() < 10:
            return None
        return float(np.ptp(np.quantile(points[near] @ self.across, (0.01, 0.99))))


def found(lines: Mapping[str, Centreline], palm: Array, hand: Hand) -> Palm | None:
    """The axes of a palm whose index and little finger have middle lines; ``None`` without those.

    Parameters
    ----------
    palm : (n, 3) metres, points of the palm; a forearm may hang on it.
    hand : whose it is: the back of a left hand is where the palm of a right one would be.
    """
    if not {"index", "little"} <= set(lines):
        return None
    index, little = lines["index"].start, lines["little"].start
    span, knuckles = float(np.linalg.norm(little - index)), (index + little) / 2
    near = palm[np.linalg.norm(palm - knuckles, axis=1) < 1.3 * span]
    if not 0.02 < span < 0.15 or len(near) < 10:
        return None
    bases = np.mean([line.start for name, line in lines.items() if name != "thumb"], axis=0)
    along = bases - near.mean(axis=0)
    across = (little - index) / span
    if np.linalg.norm(along) < 0.1 * span or np.linalg.norm(np.cross(along, across)) < 0.1 * span:
        return None
    along /= np.linalg.norm(along)
    across = across - (across @ along) * along  # the knuckles' line is oblique
    across /= np.linalg.norm(across)
    back = np.cross(across, along) * (1 if hand == "right" else -1)
    return Palm(knuckles, across, along, back, span)
