"""What one depth picture says of each joint before anything is known of bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.depth.bed import Bed, Mask, Plane, body_of
from rehabkit.kinematics.depth.lift import rays, surface_at
from rehabkit.kinematics.depth.tree import BONES, WIDTHS, numbered
from rehabkit.recordings.rgbd import RgbdFrame

Array = NDArray[np.float64]
N_BETWEEN = 5
"""Places that are looked at between two joints."""


@dataclass(frozen=True)
class Sight:
    """Lines of sight and what they meet.

    Parameters
    ----------
    rays : (n_joints, 3) lines of sight with z = 1; NaN where a joint wasn't found in the picture.
    surface_m : (n_joints,) z of the surface on it, NaN where there is no depth.
    plane : the mattress.
    relief_m : (n_pairs, 2) between the joints of each of :data:`.tree.BONES` and :data:`.tree.WIDTHS`, how far the
        surface rises above the straight line between their surfaces and how far it falls below: a limb that crosses,
        or a step down from one limb to another. Metres, NaN where it isn't known.
    """

    rays: Array
    surface_m: Array
    plane: Plane
    relief_m: Array | None = None

    @property
    def surface(self) -> Array:
        """(n_joints, 3) metres in camera axes."""
        return self.rays * self.surface_m[:, None]


def sight_of(frame: RgbdFrame, pixels: Array, bed: Bed, joint_names: Sequence[str], body: Mask | None = None) -> Sight:
    """Lines of sight through (n_joints, 2) px, and the person's surface near them: the mattress's only where no pixel
    of the person is near.

    Parameters
    ----------
    pixels : of the depth picture, NaN for a joint that wasn't found.
    body : (rows, columns) the person (:func:`.bed.body_of`), if it is known already.

    Raises
    ------
    InputError
        If a joint of the tree is missing.
    RecordingError
        If no joint has a depth.
    """
    body = body_of(frame, bed) if body is None else body
    surface = surface_at(frame.depth, pixels, mask=body)
    if np.isnan(surface.depth_m).all():
        raise RecordingError(
            f"joints must lie where {frame.sensor} has depth, got none of {len(pixels)}; "
            "give points of the depth picture"
        )
    pairs = np.array(numbered((*BONES, *WIDTHS), joint_names))
    relief = _relief(frame, pixels, surface.depth_m, pairs, bed.plane, body)
    return Sight(rays(frame.intrinsics, pixels), surface.depth_m, bed.plane, relief)


def _relief(
    frame: RgbdFrame, pixels: Array, surface_m: Array, pairs: NDArray[np.int64], plane: Plane, body: Mask
) -> Array:
    share = np.linspace(0, 1, N_BETWEEN + 2)[1:-1]
    ends = plane.height(frame.intrinsics.lift(pixels, surface_m))[pairs]  # (n_pairs, 2)
    first, second = pixels[pairs[:, 0], None], pixels[pairs[:, 1], None]
    between = first + (second - first) * share[:, None]  # (n_pairs, n_between, 2)
    depth = surface_at(frame.depth, between.reshape(-1, 2), mask=body).depth_m.reshape(between.shape[:2])
    straight = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * share
    off = plane.height(frame.intrinsics.lift(between, depth)) - straight
    return np.stack([off.max(axis=1), off.min(axis=1)], axis=1)
