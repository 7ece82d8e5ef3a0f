"""What the networks over skeletons have in common: positions on a body of standard size."""

from __future__ import annotations

from rehabkit.kinematics.canonical import CANONICAL_JOINTS
from rehabkit.runtime.card import TensorSpec


def positions(n_frames: int, more: str = "") -> TensorSpec:
    """The tensor that :func:`rehabkit.kinematics.canonical.canonical` fills.

    Parameters
    ----------
    more : what else must be known of it.
    """
    return TensorSpec(
        shape=[n_frames, len(CANONICAL_JOINTS), 3],
        axes=["time", "joint", "coordinate"],
        unit="body sizes",
        description=f"pelvis at the origin, x to the left, y up, z forward at the start{more}; "
        f"joints {', '.join(CANONICAL_JOINTS)}",
    )
