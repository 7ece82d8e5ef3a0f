"""What one depth picture says of each joint before anything is known of bodies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.depth.bed import Bed, Plane, body_of
from rehabkit.kinematics.depth.lift import rays, surface_at
from rehabkit.recordings.rgbd import RgbdFrame

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sight:
    """Lines of sight and what they meet.

    Parameters
    ----------
    rays : (n_joints, 3) lines of sight with z = 1; NaN where a joint wasn't found in the picture.
    surface_m : (n_joints,) z of the surface on it, NaN where there is no depth.
    plane : the mattress.
    """

    rays: Array
    surface_m: Array
    plane: Plane

    @property
    def surface(self) -> Array:
        """(n_joints, 3) metres in camera axes."""
        return self.rays * self.surface_m[:, None]


def sight_of(frame: RgbdFrame, pixels: Array, bed: Bed) -> Sight:
    """Lines of sight through (n_joints, 2) px, and the person's surface near them: the mattress's only where no pixel
    of the person is near.

    Raises
    ------
    RecordingError
        If no joint has a depth.
    """
    surface = surface_at(frame.depth, pixels, mask=body_of(frame, bed))
    if np.isnan(surface.depth_m).all():
        raise RecordingError(
            f"joints must lie where {frame.sensor} has depth, got none of {len(pixels)}; "
            "give points of the depth picture"
        )
    return Sight(rays(frame.intrinsics, pixels), surface.depth_m, bed.plane)
