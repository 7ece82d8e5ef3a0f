"""Where a recording is cut: another scene, or another person, from one frame to the next."""

from __future__ import annotations

import numpy as np

from rehabkit.recordings.skeleton import Skeleton

CUT_SIZES, CUT_SIZES_PER_S = 0.25, 2.5
"""Half of all joints move this far in one step, and this fast, in a cut only."""


def find_cuts(skeleton: Skeleton) -> list[int]:
    """Return the frames at which another scene, or another person, begins: the whole body is elsewhere at once."""
    seen = np.flatnonzero(np.isfinite(skeleton.positions).any(axis=(1, 2)))
    if len(seen) < 2:
        return []
    steps = np.linalg.norm(np.diff(skeleton.positions[seen], axis=0), axis=2)  # (seen - 1, joints)
    together = np.isfinite(steps).any(axis=1)
    sizes = np.zeros(len(steps))
    sizes[together] = np.nanmedian(steps[together], axis=1) / body_size(skeleton)
    cut = (sizes > CUT_SIZES) & (sizes > CUT_SIZES_PER_S * np.diff(skeleton.time_s[seen]))
    return [int(i) for i in seen[1:][cut]]


def body_size(skeleton: Skeleton) -> float:
    """Return the median diagonal of the box around the body, in the unit of the positions."""
    seen = skeleton.positions[np.isfinite(skeleton.positions).any(axis=(1, 2))]
    if not len(seen):
        return 1.0
    extent = np.nanmax(seen, axis=1) - np.nanmin(seen, axis=1)  # (seen, dims)
    return float(np.median(np.linalg.norm(extent, axis=1))) or 1.0
