"""Which modelled hands (Anny) hold a pose, and what we call it. SIMULATED: no person's hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.datasets.anny_synth_hands import AnnyHands

GESTURES = {
    "open": "open", "fist": "fist", "one": "one", "two": "two", "three": "three", "four": "four", "hook": "hook",
    "thumb_up": "thumb_up", "L": "thumb_and_index", "pinch": "pinch", "tripod": "tripod", "pinky": "little",
    "Y": "thumb_and_little", "cyl_grasp": "hook", "spastic": "fist", "relaxed": "relaxed",
}  # fmt: skip
"""The set's name of a pose → ours. Its spastic hand is a softer fist and its cylinder a softer hook: as classes of
their own, 20 and 34 % of them were recognised in modelled hands left out, so they aren't told apart."""
NEAR_DEG = 17.0
"""A quarter of the hands have random flexion under a pose's name; in those the root mean square of what separates the
flexions from the pose's median is larger than this."""


def posed(hands: AnnyHands) -> NDArray[np.bool_]:
    """(n_hands,) whether a hand holds the pose that it is named after, and not random flexion."""
    bent = [i for i, name in enumerate(hands.joint_names) if name.startswith("finger")]
    flexion = np.degrees(hands.rotations[:, bent, 0])  # (hand, joint)
    names = np.array(hands.gestures)
    middle = {name: np.median(flexion[names == name], axis=0) for name in np.unique(names)}
    away = flexion - np.stack([middle[name] for name in hands.gestures])
    return np.asarray(np.sqrt(np.square(away).mean(axis=1)) < NEAR_DEG)
