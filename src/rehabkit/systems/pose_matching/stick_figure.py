"""The stick figure of pose matching: which joints, which limbs in which colours, and where they lie on the sheet.

Qiu et al., Biomed. Signal Process. Control 72:103323, 2022: limbs in fixed colours on black ground, cropped to the
skeleton. Here a figure is its joints on a unit square; the network draws it at the size that it works with
(:mod:`rehabkit.learning.networks.stick_figure`), so that one bundle does the same everywhere and a row is 39 numbers
instead of a picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

JOINTS: tuple[str, ...] = (
    "neck", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip
"""The 13 joints. The neck is the middle of the shoulders with every sensor: where each puts its own differs."""

LIMBS: tuple[tuple[str, str, str, tuple[int, int, int]], ...] = (
    ("shoulder line", "left_shoulder", "right_shoulder", (80, 80, 80)),
    ("right side of the trunk", "neck", "right_hip", (0, 255, 0)),
    ("left side of the trunk", "neck", "left_hip", (0, 200, 0)),
    ("right thigh", "right_hip", "right_knee", (0, 0, 255)),
    ("left thigh", "left_hip", "left_knee", (0, 255, 255)),
    ("right shank", "right_knee", "right_ankle", (128, 0, 128)),
    ("left shank", "left_knee", "left_ankle", (241, 158, 194)),
    ("right upper arm", "right_shoulder", "right_elbow", (255, 255, 255)),
    ("left upper arm", "left_shoulder", "left_elbow", (255, 255, 0)),
    ("right forearm", "right_elbow", "right_wrist", (255, 0, 0)),
    ("left forearm", "left_elbow", "left_wrist", (255, 170, 0)),
)
"""Name, joints at its ends, colour (RGB), in drawing order.

The paper colours by side of the picture: a person who faces the camera has the right limbs on the left of it.
"""

LIMB_ENDS: NDArray[np.intp] = np.array([[JOINTS.index(first), JOINTS.index(last)] for _, first, last, _ in LIMBS])
"""(n_limbs, 2) places of their joints in :data:`JOINTS`."""

NEEDED = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
SURE = 0.5
"""Confidence from which a joint is taken as seen."""
MARGIN = 0.06
"""Free border of the sheet, as a share of its side, so that round caps aren't cut."""


def figure(skeleton: Skeleton, frame: int = 0) -> NDArray[np.float32]:
    """The joints of one frame on the unit square that just holds them.

    Parameters
    ----------
    skeleton : in a picture as it was seen, in three dimensions as seen from the front of the hips.

    Returns
    -------
    array
        (13, 3): x to the right and y downwards, 0 to 1, and 1 where the joint was seen. A joint that wasn't seen is
        all zeros. Width and height keep their proportion.

    Raises
    ------
    RecordingError
        If shoulders or hips are missing or weren't seen.
    """
    flat, seen = _flat(skeleton, frame)
    hidden = [name for name in NEEDED if not seen[JOINTS.index(name)]]
    if hidden:
        raise RecordingError(
            f"skeleton of {skeleton.sensor} must show shoulders and hips to be drawn, got none of "
            f"{', '.join(hidden)} at {skeleton.time_s[frame]:.2f} s; choose another moment"
        )
    low, high = flat[seen].min(axis=0), flat[seen].max(axis=0)
    scale = (1 - 2 * MARGIN) / max(float(np.max(high - low)), 1e-9)
    placed = (flat - (low + high) / 2) * scale + 0.5
    return np.where(seen[:, None], np.column_stack([placed, seen]), 0.0).astype(np.float32)


def _flat(skeleton: Skeleton, frame: int) -> tuple[Array, NDArray[np.bool_]]:
    """(13, 2) joints of one frame as seen, y downwards, and (13,) whether they were."""
    dims = skeleton.positions.shape[-1]
    points, seen = np.full((len(JOINTS), dims), np.nan), np.zeros(len(JOINTS), dtype=bool)
    for i, name in enumerate(JOINTS):
        if skeleton.has(name) and name != "neck":
            points[i] = skeleton.joint(name)[frame]
            seen[i] = np.isfinite(points[i]).all() and skeleton.visibility(name)[frame] >= SURE
    points[0] = (points[1] + points[2]) / 2
    seen[0] = seen[1] and seen[2]
    return (points if skeleton.axes == "image" else _from_front(points, skeleton.axes)), seen


def _from_front(points: Array, axes: str) -> Array:
    """(13, 2) what a camera in front of the hips sees of (13, 3) joints: the person's left on the right."""
    up = np.array([0.0, 1.0, 0.0] if axes == "y_up" else [0.0, 0.0, 1.0])
    across = points[JOINTS.index("left_hip")] - points[JOINTS.index("right_hip")]
    level = across - (across @ up) * up
    return np.stack([points @ (level / max(float(np.linalg.norm(level)), 1e-9)), -(points @ up)], axis=-1)
