"""Landmarks of many views of one person → the points of the joints, as far as the views agree.

A network that was made for people who stand finds someone who lies well in most views and quite elsewhere in some. The
geometric median of a landmark stays with the many. Landmarks lie where annotators put them, not in the joints' centres:
what they are off along the trunk, as a rule, is taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS

Array = NDArray[np.float64]
ROUNDS, NEAREST_PX = 50, 0.5
MADE_OF: Mapping[str, tuple[str, ...]] = {
    "head": ("left_ear", "right_ear"),
    "neck": ("left_shoulder", "right_shoulder"),
    "pelvis": ("left_hip", "right_hip"),
}
"""Joints that aren't landmarks, as the middle of landmarks."""
ALONG_M: Mapping[str, float] = {
    "nose": -0.007, "head": -0.031, "neck": 0.043, "shoulder": -0.026, "elbow": -0.004, "wrist": 0.001, "hip": -0.009,
    "knee": 0.005, "ankle": -0.007, "pelvis": 0.001,
}  # fmt: skip
"""Where the joint is from its landmark, towards the head along the trunk: medians over pictures of own rendered people
without a blanket, none of whom is one of those that figures are of (benchmarks/lying_landmarks.py)."""
AGREE_M = 0.05
"""Views within this of the median agree."""


def geometric_median(points: Array) -> Array:
    """(n_points, 2) places with the least sum of distances to (n_views, n_points, 2) of the views; NaN where none.

    By Weiszfeld's steps (Tohoku Math. J. 43:355, 1937).

    Examples
    --------
    >>> views = 10 * np.array([[[0.0, 0.0]], [[2.0, 0.0]], [[1.0, 1.0]], [[1.0, -1.0]], [[90.0, 0.0]]])
    >>> geometric_median(views)[0].round(1).tolist()  # the last view is of another limb
    [15.8, 0.0]
    """
    known = np.asarray(np.isfinite(points).all(axis=-1))
    places = np.where(known[..., None], points, 0.0)
    weight = known / np.maximum(known.sum(axis=0), 1)
    middle = np.zeros(points.shape[1:])
    for _ in range(ROUNDS):
        middle = (weight[..., None] * places).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)[:, None]
        weight = known / np.maximum(np.linalg.norm(places - middle, axis=-1), NEAREST_PX)
    return np.where(np.asarray(known.any(axis=0))[:, None], middle, np.nan)


def joints_of(
    positions: Array, confidence: Array, metres_per_px: float, joint_names: Sequence[str]
) -> tuple[Array, Array]:
    """Points of the joints, and how sure each is.

    Parameters
    ----------
    positions : (n_views, 33, 2) px of MediaPipe's landmarks, NaN in views in which nobody was found.
    confidence : (n_views, 33) 0 to 1, of the network itself.
    metres_per_px : at the person's distance.
    joint_names : those that are wanted; landmarks, or of :data:`MADE_OF`.

    Returns
    -------
    pixels : (n_joints, 2).
    sure : (n_joints,) 0 to 1: the network's confidence times the share of the views that agree.
    """
    landmarks = geometric_median(positions)
    apart = np.linalg.norm(positions - landmarks, axis=-1) * metres_per_px
    sure = confidence.mean(axis=0) * (apart < AGREE_M).mean(axis=0)
    at = [[MEDIAPIPE_JOINTS.index(part) for part in MADE_OF.get(name, (name,))] for name in joint_names]
    pixels = np.stack([landmarks[parts].mean(axis=0) for parts in at])
    along = np.array([ALONG_M[name.removeprefix("left_").removeprefix("right_")] for name in joint_names])
    pixels = pixels + (along / metres_per_px)[:, None] * trunk_of(landmarks)
    return pixels, np.array([sure[parts].min() for parts in at])


def trunk_of(landmarks: Array) -> Array:
    """(2,) unit direction from the hips to the shoulders in the picture, of (33, 2) landmarks."""
    ends = [[MEDIAPIPE_JOINTS.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("shoulder", "hip")]
    trunk = landmarks[ends[0]].mean(axis=0) - landmarks[ends[1]].mean(axis=0)
    return np.asarray(trunk / max(float(np.linalg.norm(trunk)), 1e-9))
