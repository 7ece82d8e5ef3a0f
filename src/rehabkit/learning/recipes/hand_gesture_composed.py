"""Gestures that no picture shows, put together from one person's fingers: a fist is a hand that shows one, index bent.

The landmarks of each finger are as MediaPipe found them in that person's pictures of digits, so that these hands look
to a network as real ones do. No such hand was ever seen: they are SIMULATED, and only trained on.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from rehabkit.learning.networks.hand_gesture import palm_axes

Array = NDArray[np.float64]
NEEDED = ("1", "2", "4", "5")
"""Digits from which fingers are taken: 1 has three bent fingers, 2 and 4 the others straight, 5 the thumb out."""
CODES = {
    "fist": "00000", "thumb_up": "10000", "thumb_and_index": "11000", "little": "00001", "thumb_and_little": "10001",
}  # fmt: skip
"""Gesture → which fingers are straight, thumb first."""
STRAIGHT = {"index": 0, "middle": 1, "ring": 2, "little": 2}
"""Finger → number of the digit among :data:`NEEDED` that shows it straight."""
HALF_OUT = 0.6
"""A thumb that isn't out lies up to so much of the way from the palm to out: beside a fist or across it."""


def put_together(own: Array, rng: np.random.Generator) -> dict[str, Array]:
    """Gesture → (21, 3) the hand, in lengths of the palm from the wrist, turned as the person's 1 is.

    Parameters
    ----------
    own : (4, 21, 3) one person's hands of the digits :data:`NEEDED`, in lengths of the palm from the wrist, of right
        hands or mirrored to such.
    """
    axes = palm_axes(torch.as_tensor(own)).numpy()
    hands = own @ axes  # (digit, landmark, palm axis)
    made = {}
    for name, code in CODES.items():
        hand = hands[0].copy()
        out = rng.uniform(0.9, 1.05) if code[0] == "1" else rng.uniform(0.0, HALF_OUT)
        hand[1:5] = (1 - out) * hands[int(rng.integers(2)), 1:5] + out * hands[3, 1:5]
        for finger, (word, digit) in enumerate(STRAIGHT.items(), start=1):
            start = 1 + 4 * finger
            bent = hands[int(rng.integers(2))] if word in ("ring", "little") else hands[0]
            source = hands[digit] if code[finger] == "1" else bent
            first = (
                9 if word == "index" and code[finger] == "0" else start
            )  # no digit bends the index: the middle's bend
            hand[start : start + 4] = hand[start] + source[first : first + 4] - source[first]
        made[name] = hand @ axes[0].T
    return made
