"""Picture points as a network that looks for joints gives them: off by some pixels, missing, or another limb's.

A model of such errors with assumed sizes, not a measurement of any network.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.tree import mirrored_joints
from rehabkit.systems.lying_pose.picture import JOINTS

Array = NDArray[np.float64]
LEAST_PX, MOST_PX = 0.5, 6.0
"""Standard deviations of points in a picture are drawn between these."""
HIDDEN_TIMES = 1.6
"""A joint that isn't seen is guessed so much worse."""
GROSS, GROSS_PX = 0.04, 14.0
"""Share of points that are far off, and how far."""
MISSING, SWAPPED, TURNED = 0.05, 0.05, 0.03
"""Shares of points that are missing, of pairs of limbs and of whole bodies whose sides are exchanged."""
FROM_MIDDLES = 0.5
"""Share of pictures whose neck and pelvis are the middles of shoulders and hips, as many networks give only these."""
LIMBS = tuple(
    tuple(JOINTS.index(f"left_{joint}") for joint in limb)
    for limb in (("elbow", "wrist"), ("knee", "ankle"), ("wrist",), ("ankle",))
)


def noisy(pixels: Array, size_px: float, rng: np.random.Generator) -> Array:
    """(16, 2) px with Gaussian noise along each axis."""
    return np.asarray(pixels + size_px * rng.normal(size=pixels.shape))


def found_badly(pixels: Array, visible: NDArray[np.bool_], rng: np.random.Generator) -> Array:
    """(16, 2) px as they might have been found; NaN for one that wasn't.

    Parameters
    ----------
    pixels : (16, 2) true px, NaN outside the picture.
    visible : (16,) whether each is seen.
    """
    size = rng.uniform(LEAST_PX, MOST_PX) * np.where(visible, 1.0, HIDDEN_TIMES)[:, None]
    found = _exchanged(pixels, rng)
    if rng.random() < FROM_MIDDLES:
        for middle, ends in (("neck", "shoulder"), ("pelvis", "hip")):
            sides = [JOINTS.index(f"{side}_{ends}") for side in ("left", "right")]
            found[JOINTS.index(middle)] = found[sides].mean(axis=0)
    found += size * rng.normal(size=found.shape) + rng.normal(0, 1.0, 2)
    gross = rng.random(len(found)) < GROSS
    found[gross] += GROSS_PX * rng.normal(size=(int(gross.sum()), 2))
    missing = rng.random(len(found)) < MISSING * np.where(visible, 1, 3)
    return np.where(missing[:, None], np.nan, found)


def _exchanged(pixels: Array, rng: np.random.Generator) -> Array:
    found, other = pixels.copy(), mirrored_joints(JOINTS)
    if rng.random() < TURNED:
        found = found[other]
    for limb in LIMBS:
        if rng.random() < SWAPPED:
            rows = np.array([*limb, *other[list(limb)]])
            found[rows] = found[other[rows]]
    return found
