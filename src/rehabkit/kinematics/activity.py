"""Where the body is: what takes it from place to place is getting into position, no exercise on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rehabkit.findings import Side
from rehabkit.kinematics.repetitions import Counted
from rehabkit.recordings.cuts import find_cuts
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]
Label = TypeVar("Label", bound=Side)

AWAY_TRUNKS = 0.75
"""A repetition begins and ends on the spot; one step of slow walking takes a person one trunk length away."""
FOCAL_LENGTHS = 0.9
"""Focal length over the longer side of the picture, typical of a phone's main camera (26 mm on a frame of 36 mm
is 0.72, and video is cropped). Only used to turn a change of size into a distance, roughly."""
SMOOTH_S = 0.5
"""The place at a moment is the median over this long around it, in the same scene."""


def place_of(skeleton: Skeleton) -> Array:
    """Where the person stands, in trunk lengths.

    Parameters
    ----------
    skeleton : with shoulders and hips.

    Returns
    -------
    (n_frames, 2) sideways and away from the camera, for a picture from position and apparent size; for a
    measured skeleton the two horizontal axes. NaN where the trunk wasn't seen.
    """
    hips, shoulders = skeleton.middle("hip"), skeleton.middle("shoulder")  # (frames, dims)
    trunk = np.linalg.norm(shoulders - hips, axis=1)  # (frames,)
    if not np.any(np.isfinite(trunk)):
        return np.full((skeleton.n_frames, 2), np.nan)
    usual = np.nanmedian(trunk)
    if skeleton.axes != "image":
        level = [0, 2] if skeleton.axes == "y_up" else [0, 1]
        return np.asarray(hips[:, level] / usual)
    focal_px = FOCAL_LENGTHS * max(skeleton.frame_size_px or (0, 0))
    return np.column_stack([hips[:, 0] / usual, focal_px / np.maximum(trunk, 0.2 * usual)])


def on_the_spot(skeleton: Skeleton, found: Sequence[tuple[Label, Counted]]) -> list[tuple[Label, Counted]]:
    """Drop the movements that end elsewhere than they began: walking in, turning round, walking off.

    Parameters
    ----------
    skeleton : the whole recording.
    found : what :func:`rehabkit.kinematics.repetitions.count_sides` found in it.
    """
    place = place_of(skeleton)
    scene = np.searchsorted(find_cuts(skeleton), np.arange(skeleton.n_frames), side="right")  # (n_frames,)
    return [(side, one) for side, one in found if _moved(skeleton.time_s, place, scene, one) <= AWAY_TRUNKS]


def _moved(time_s: Array, place: Array, scene: NDArray[np.int_], one: Counted) -> float:
    """Trunk lengths between where a movement began and ended; 0 when that wasn't seen."""
    seen = np.all(np.isfinite(place), axis=1) & (scene == scene[np.argmin(np.abs(time_s - one.peak_s))])
    ends = []
    for moment_s in (one.start_s, one.end_s):
        near = seen & (np.abs(time_s - moment_s) <= SMOOTH_S / 2)
        if not near.any():
            return 0.0
        ends.append(np.median(place[near], axis=0))
    return float(np.linalg.norm(ends[1] - ends[0]))
