"""A picture, the hands found in it and what a recogniser says → what the actuation is shown."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from zlib import crc32

import numpy as np

from rehabkit.hand_training.faults import Seen
from rehabkit.kinematics.hand import opening
from rehabkit.pose.hands import Hand
from rehabkit.pose.landmarkers import Picture


def sight(
    rgb: Picture, stamp_s: float, hands: Sequence[Hand], people: int, gesture: str | None, confidence: float
) -> Seen:
    """One picture as the state machine sees it.

    The opening is computed here from the landmarks, so that no recogniser has a say in it; the confidence is the lower
    of the recogniser's and the landmarker's. Without a hand nothing is known, and nothing is made up.

    Parameters
    ----------
    rgb : (rows, columns, 3) the picture; its checksum tells a camera that hangs.
    stamp_s : when it was taken, on the machine's clock.
    hands : all that were found.
    people : how many people are in the picture.
    gesture, confidence : what the recogniser says of the hand.

    Examples
    --------
    >>> nobody = sight(np.zeros((2, 2, 3), np.uint8), 1.5, [], 0, "fist", 0.99)
    >>> nobody.hands, nobody.gesture, nobody.confidence, nobody.opening
    (0, None, 0.0, nan)
    """
    mark = crc32(np.ascontiguousarray(rgb).tobytes())
    if not hands:
        return Seen(stamp_s, mark, 0, people, "", None, 0.0, nan)
    hand = hands[0]
    sure = min(confidence, hand.confidence) if 0 <= confidence <= 1 else nan  # what can't be is not believed
    return Seen(
        stamp_s, mark, len(hands), people, hand.side, gesture, sure, float(opening(hand.estimated_px, hand.side))
    )
