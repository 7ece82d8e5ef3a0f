"""One person's bones have one length in all pictures: joints are moved as little as that takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.completion import LEAST_PICTURES, LIKELY
from rehabkit.kinematics.depth.tree import BONES, numbered
from rehabkit.systems.lying_pose.picture import JOINTS

Array = NDArray[np.float64]
ROUNDS = 30


def lengths_m(positions: Array, hidden: Array) -> Array:
    """(n_bones,) medians over the pictures in which both ends were seen; NaN where fewer than five show them.

    Parameters
    ----------
    positions : (n_pictures, 16, 3) metres.
    hidden : (n_pictures, 16) probabilities.
    """
    parents, children = np.array(numbered(BONES, JOINTS)).T
    length = np.linalg.norm(positions[:, parents] - positions[:, children], axis=-1)
    seen = np.maximum(hidden[:, parents], hidden[:, children]) <= LIKELY
    return np.array(
        [np.median(one[s]) if s.sum() >= LEAST_PICTURES else np.nan for one, s in zip(length.T, seen.T, strict=True)]
    )


def held(positions: Array, spread_m: Array, hidden: Array) -> Array:
    """Positions with bone lengths held constant: the ends share the difference by the squares of their spreads.

    As in position-based dynamics (Müller et al., J. Vis. Commun. Image R. 18:109, 2007): bone by bone, some rounds.

    Parameters
    ----------
    positions : (n_pictures, 16, 3) metres.
    spread_m, hidden : (n_pictures, 16).

    Examples
    --------
    >>> at = np.random.default_rng(0).normal(size=(1, 16, 3)) + np.zeros((6, 1, 1))
    >>> at[5, JOINTS.index("left_wrist"), 2] += 0.1
    >>> wrist, elbow = JOINTS.index("left_wrist"), JOINTS.index("left_elbow")
    >>> fixed = held(at, np.full((6, 16), 0.01), np.zeros((6, 16)))
    >>> bool(np.ptp(np.linalg.norm(fixed[:, wrist] - fixed[:, elbow], axis=1)) < 1e-3)
    True
    """
    length, moved = lengths_m(positions, hidden), positions.copy()
    give = spread_m**2
    for _ in range(ROUNDS):
        for bone, (parent, child) in enumerate(numbered(BONES, JOINTS)):
            if np.isnan(length[bone]):
                continue
            apart = moved[:, child] - moved[:, parent]
            now = np.linalg.norm(apart, axis=1, keepdims=True)
            pull = apart / np.maximum(now, 1e-6) * (now - length[bone])
            share = (give[:, parent] / (give[:, parent] + give[:, child]))[:, None]
            moved[:, parent] += share * pull
            moved[:, child] -= (1 - share) * pull
    return moved
