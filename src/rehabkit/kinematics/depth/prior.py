"""What is known of lying bodies before a picture is looked at, counted on people whose joints are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.depth.hidden import HiddenJudge, cues_of
from rehabkit.kinematics.depth.lift import Offsets
from rehabkit.kinematics.depth.sight import Sight
from rehabkit.kinematics.depth.tree import BONES, Pairs, numbered

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_SPREAD_M = 0.008
"""No offset and no bone is known better than this, however alike the training people are."""
PLAUSIBLE_SIZE = (0.65, 1.4)
"""Of 219 rendered people, hidden joints and all, lifted sizes went from 0.73 to 1.22; beyond these limits the camera is
another than is said."""
LEAST_SIZE_SPREAD = 0.02
HEIGHT_STEP_M, LOWEST_M, HIGHEST_M = 0.02, -0.12, 1.0
SMOOTHING_M = 0.03
"""Standard deviation of the Gaussian that heights are smoothed with: a few hundred pictures leave gaps."""


@dataclass(frozen=True)
class LyingPrior:
    """Distributions over lying people.

    Parameters
    ----------
    offsets : surface to centre, of joints that are seen.
    judge : of which joints something else hides.
    height_density : (n_joints, n_heights) per metre, of the joint's height above the mattress, on :func:`heights`.
    bones : (parent, child) numbers into the joints, parents first.
    length_m, length_spread_m : (n_bones,) metres, of a body of mean size; the spread is what bones of people of one
        size differ by.
    size_spread : standard deviation of people's size as a share of the mean.
    """

    offsets: Offsets
    judge: HiddenJudge
    height_density: Array
    bones: Pairs
    length_m: Array
    length_spread_m: Array
    size_spread: float

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Of all arrays over joints."""
        return self.offsets.joint_names

    def density_at(self, height: Array) -> Array:
        """(n_joints, n) densities per metre at heights (n_joints, n); 0 beyond what is on the scale."""
        at = heights()
        return np.stack([np.interp(h, at, p, 0.0, 0.0) for h, p in zip(height, self.height_density, strict=True)])

    def size_as_lifted(self, sight: Sight) -> float:
        """The person's size as a share of the mean, as if all joints were seen: the median over bones.

        Before anything else this tells wrong intrinsics, or millimetres read as metres: :data:`PLAUSIBLE_SIZE`.
        """
        return float(np.nanmedian(cues_of(sight, self.offsets).length[: len(BONES)] / self.length_m))


def heights() -> Array:
    """(n_heights,) metres above the mattress."""
    return np.arange(LOWEST_M, HIGHEST_M + HEIGHT_STEP_M / 2, HEIGHT_STEP_M)


def fitted(
    joint_names: Sequence[str], sights: Sequence[Sight], centre: Array, seen: Mask, subject: NDArray[Any]
) -> LyingPrior:
    """Count the distributions on training pictures.

    Parameters
    ----------
    sights : one a picture.
    centre : (n_pictures, n_joints, 3) metres in camera axes, on the lines of sight as far as these are right.
    seen : (n_pictures, n_joints) whether no other part of the body lay before it.
    subject : (n_pictures,) who it is: the penalty of the judge is chosen on people who are left out.

    Raises
    ------
    InputError
        If a joint of the tree is missing or was never seen.
    """
    bones = numbered(BONES, joint_names)
    parents, children = np.array(bones).T
    length = np.linalg.norm(centre[:, children] - centre[:, parents], axis=-1)  # (n_pictures, n_bones)
    mean = np.median(length, axis=0)
    size = np.median(length / mean, axis=1)
    left = length / size[:, None] - mean
    offsets = Offsets.fitted(joint_names, np.stack([s.surface for s in sights]), centre, seen)
    offsets = Offsets(offsets.joint_names, offsets.offset_m, np.maximum(offsets.spread_m, LEAST_SPREAD_M))
    height = np.stack([s.plane.height(points) for s, points in zip(sights, centre, strict=True)])
    return LyingPrior(
        offsets,
        HiddenJudge.fitted(joint_names, [cues_of(s, offsets) for s in sights], ~seen, subject),
        np.stack([_density(column) for column in height.T]),
        bones,
        mean,
        np.maximum(left.std(axis=0), LEAST_SPREAD_M),
        max(float(np.std(size)), LEAST_SIZE_SPREAD),
    )


def _density(values: Array) -> Array:
    """(n_heights,) Gaussian kernels on the values, per metre, and a little everywhere: nothing is impossible."""
    apart = (heights()[:, None] - values[None, :]) / SMOOTHING_M
    kernels = np.exp(-0.5 * apart**2).mean(axis=1) / (SMOOTHING_M * np.sqrt(2 * np.pi))
    return np.asarray(0.98 * kernels + 0.02 / (HIGHEST_M - LOWEST_M))
