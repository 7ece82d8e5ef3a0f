"""A picture of a lying person → what its network sees: each joint's surface and line of sight in the bed's axes.

The axes are the person's own as far as the picture shows them: along the trunk in the mattress's plane, across it, and
up. In them people look alike from wherever the camera looked, so that a small network is enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.kinematics.angles import unit, without
from rehabkit.kinematics.depth.bed import Bed
from rehabkit.kinematics.depth.lift import looked_up
from rehabkit.kinematics.depth.sight import Sight, sight_of
from rehabkit.kinematics.depth.tree import BONES, WIDTHS
from rehabkit.recordings.rgbd import RgbdFrame
from rehabkit.systems.lying_pose.picture import JOINTS, LyingPicture

Array = NDArray[np.float64]
N_JOINTS, N_PAIRS = len(JOINTS), len(BONES) + len(WIDTHS)
RING_M = (0.06, 0.12)
"""Distances from a joint, along the mattress, at which the surface's height is looked up in eight directions."""
RING = np.stack([radius * np.array([np.cos(a), np.sin(a)]) for radius in RING_M for a in np.arange(8) * np.pi / 4])
N_FEATURES = 7 + len(RING)
"""A joint's surface (3), line of sight (3), whether it was found, and how the surface rises and falls round it."""
STEEPEST_M = 0.3
LEAST_JOINTS = 4
"""Joints that must have a point and depth near it."""
NEAREST_M, FARTHEST_M = 0.5, 8.0
UPPER, LOWER = ("neck", "left_shoulder", "right_shoulder"), ("pelvis", "left_hip", "right_hip")
SHARES = {
    ("left_hip", "left_knee"): 0.245, ("right_hip", "right_knee"): 0.245,
    ("left_knee", "left_ankle"): 0.246, ("right_knee", "right_ankle"): 0.246,
    ("left_shoulder", "left_elbow"): 0.186, ("right_shoulder", "right_elbow"): 0.186,
    ("left_elbow", "left_wrist"): 0.146, ("right_elbow", "right_wrist"): 0.146,
    ("left_shoulder", "left_hip"): 0.288, ("right_shoulder", "right_hip"): 0.288,
}  # fmt: skip
"""Lengths as shares of the body's (Drillis & Contini 1966, as in Winter 2009)."""
STATURE_M = (0.9, 2.4)
"""Beyond it isn't a person, or the camera is another than is said."""


@dataclass(frozen=True)
class Seen:
    """One picture as its network sees it.

    Parameters
    ----------
    bed : the mattress, its second axis towards the person's head.
    sight : lines of sight and surface of each joint.
    joints : (16, N_FEATURES) in the person's axes, metres; all 0 but the line of sight for a joint without a point.
    relief : (21, 2) metres, of the surface between joints (:class:`.Sight`).
    view : (4, 3) origin and axes of the person in those of the camera.
    """

    bed: Bed
    sight: Sight
    joints: Array
    relief: Array
    view: Array


def seen(picture: LyingPicture) -> Seen:
    """Look at a picture.

    Raises
    ------
    RecordingError
        If distances are no bed's, there is no mattress, joints have no depth, or the person has no person's size.
    """
    _check_distance(picture.frame)
    return seen_on(picture, picture.bed, picture.body)


def seen_on(picture: LyingPicture, bed: Bed, body: NDArray[np.bool_]) -> Seen:
    """As :func:`seen`, with the mattress and the person's pixels known already."""
    frame = picture.frame
    found = picture.found & (picture.confidence > 0)
    if found.sum() < LEAST_JOINTS:
        raise RecordingError(
            f"joints must have points in the picture, at least {LEAST_JOINTS}, got {int(found.sum())}; "
            "turn the picture so that the person is upright, or light the room"
        )
    pixels = np.where(found[:, None], picture.pixels, np.nan)
    sight = sight_of(frame, pixels, bed, JOINTS, body)
    check_size(stature_m(sight.surface), frame)
    view = _view(sight.surface, bed)
    bed = bed.headed(view[0] + view[2], view[0])
    return Seen(bed, sight, _features(frame, sight, view), _relief(sight), view)


def stature_m(positions: Array) -> float:
    """The body's length from its bones: the median of each one's length over its share; NaN if none is known.

    Examples
    --------
    >>> bare = np.full((16, 3), np.nan)
    >>> bare[[JOINTS.index("left_hip"), JOINTS.index("left_knee")]] = [[0, 0, 2.0], [0, 0.441, 2.0]]
    >>> round(stature_m(bare), 6)
    1.8
    """
    first, second = np.array([[JOINTS.index(name) for name in pair] for pair in SHARES]).T
    length = np.linalg.norm(positions[first] - positions[second], axis=-1) / np.array(list(SHARES.values()))
    return float(np.nanmedian(length)) if np.isfinite(length).any() else float("nan")


def check_size(stature: float, frame: RgbdFrame) -> None:
    """Refuse a giant or a dwarf: intrinsics of another camera, or a wrong unit.

    Raises
    ------
    RecordingError
        If the stature is beyond :data:`STATURE_M`.
    """
    if not STATURE_M[0] <= stature <= STATURE_M[1] and np.isfinite(stature):
        k = frame.intrinsics
        raise RecordingError(
            f"person must be {STATURE_M[0]} to {STATURE_M[1]} m tall by intrinsics and depth, got {stature:.2g} m with "
            f"focal lengths {k.fx:.4g} and {k.fy:.4g} px for {k.width} x {k.height} px; give the intrinsics of this "
            "very camera and depth in its true unit"
        )


def _check_distance(frame: RgbdFrame) -> None:
    middle = float(np.nanmedian(frame.depth))
    if not NEAREST_M <= middle <= FARTHEST_M:
        raise RecordingError(
            f"depth of a bed must be {NEAREST_M} to {FARTHEST_M:g} m, got a median of {middle:.3g} m; "
            "millimetres read as metres are 1000 times too large: say the unit"
        )


def _view(surface: Array, bed: Bed) -> Array:
    """(4, 3) origin on the mattress below the trunk, and axes: to the left of someone on the back, to the head, up."""
    up = bed.plane.up
    ends = [_mean(surface[[JOINTS.index(name) for name in names]]) for names in (UPPER, LOWER)]
    known = np.isfinite(np.stack(ends)).all()
    along = without(ends[0] - ends[1], up) if known else bed.axes[1]
    along = unit(along) if np.linalg.norm(along) > 0.05 else bed.axes[1]
    middle = (ends[0] + ends[1]) / 2 if known else _mean(surface)
    return np.stack([middle - bed.plane.height(middle) * up, np.cross(along, up), along, up])


def _mean(points: Array) -> Array:
    known = points[np.isfinite(points).all(axis=-1)]
    return np.asarray(known.mean(axis=0)) if len(known) else np.full(3, np.nan)


def _features(frame: RgbdFrame, sight: Sight, view: Array) -> Array:
    axes = view[1:]
    surface = (sight.surface - view[0]) @ axes.T
    rays = unit(sight.rays) @ axes.T
    known = np.isfinite(surface).all(axis=-1)
    round_it = sight.surface[:, None] + RING @ axes[:2]  # (n_joints, n_ring, 3) in the camera's axes
    rises = sight.plane.height(_looked_up(frame, round_it)) - sight.plane.height(sight.surface)[:, None]
    surface, rises = np.nan_to_num(surface), np.clip(np.nan_to_num(rises), -STEEPEST_M, STEEPEST_M)
    rays = np.where(np.isfinite(rays), rays, (0.0, 0.0, -1.0))
    return np.concatenate([surface * known[:, None], rays, known[:, None], rises * known[:, None]], axis=1)


def _looked_up(frame: RgbdFrame, points: Array) -> Array:
    """(…, 3) what is seen where points are in the picture; NaN where nothing is."""
    pixels = frame.project(points)
    return frame.intrinsics.lift(pixels, looked_up(frame.depth, pixels))


def _relief(sight: Sight) -> Array:
    relief = np.zeros((N_PAIRS, 2)) if sight.relief_m is None else np.nan_to_num(sight.relief_m)
    return np.clip(relief, -STEEPEST_M, STEEPEST_M)
