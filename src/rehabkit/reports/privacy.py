"""Hiding who is seen: everything in a picture is blurred except the followed person's body below the neck.

Faces are not searched for, because a search misses some. A face stays sharp only where it lies on the
followed person's own trunk or limbs and away from that person's head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehabkit.kinematics.seen import mean_seen
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

LIMBS = (
    ("shoulder", "elbow", 0.30), ("elbow", "wrist", 0.26), ("wrist", "index", 0.30), ("hip", "knee", 0.44),
    ("knee", "ankle", 0.34), ("ankle", "foot_index", 0.26), ("heel", "foot_index", 0.24),
)  # fmt: skip
"""Segments that stay sharp, with their thickness over the trunk's length."""
TRUNK_EDGE = 0.30
HEAD_RADIUS, HEAD_SPREAD = 0.36, 1.5
"""The head's circle: at least so many trunk lengths, at least so many times the spread of its landmarks."""
HEAD_ABOVE = 0.48
"""Where the head is guessed when its landmarks are missing: above the shoulders, in trunk lengths."""
KEPT_S = 0.5
"""The head's place is kept hidden for so long before and after it was seen there."""
MASK_PX, SOFT = 320, 0.03
"""Longer side of the mask; width of its soft edge over the trunk's length."""
WIDTH_PX = 36
"""The blurred picture holds no more than this many independent pixels along its longer side."""
FACE = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right",
)  # fmt: skip


@dataclass(frozen=True)
class Head:
    """Circles to hide, (x, y, radius) in the skeleton's pixels; one row a frame, NaN where unknown."""

    circles: Array
    time_s: Array

    @classmethod
    def of(cls, skeleton: Skeleton, trunk_px: Array) -> Head:
        """The head in each frame, from the face's landmarks, else from shoulders and hips."""
        names = [name for name in FACE if name in skeleton.joint_names]
        face = np.stack([skeleton.joint(name) for name in names], axis=1)  # (frame, landmark, x and y)
        seen = np.isfinite(face[..., 0])
        centre = mean_seen(face, axis=1)  # (frame, x and y)
        away = np.linalg.norm(face - centre[:, None], axis=2)
        spread = np.max(np.where(seen, away, 0.0), axis=1)
        shoulders, hips = _middle(skeleton, "shoulder"), _middle(skeleton, "hip")
        guess = shoulders + HEAD_ABOVE * (shoulders - hips)
        centre = np.where(np.isfinite(centre), centre, guess)
        radius = np.maximum(HEAD_SPREAD * spread, HEAD_RADIUS * trunk_px)
        return cls(np.column_stack([centre, radius]), skeleton.time_s)

    def around(self, time_s: float) -> Array:
        """(n, 3) the circles of all frames within ``KEPT_S`` of a time."""
        near = self.circles[np.abs(self.time_s - time_s) <= KEPT_S]
        return near[np.isfinite(near).all(axis=1)]


class Blur:
    """Blurs pictures, one skeleton frame each.

    Parameters
    ----------
    skeleton : the raw landmarks of the followed person, ``axes="image"``.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self._skeleton = skeleton
        self._trunk_px = _trunk_px(skeleton)
        self._head = Head.of(skeleton, self._trunk_px)

    def __call__(self, rgb: Picture, frame: int | None, scale: float) -> Picture:
        """A picture with everything blurred except the body of skeleton frame ``frame``.

        Parameters
        ----------
        rgb : (height, width, 3).
        frame : index into the skeleton, ``None`` where nobody was followed: then all is blurred.
        scale : pixels of the picture per pixel of the skeleton.
        """
        import cv2

        blurred = _blurred(rgb)
        if frame is None or not np.isfinite(self._trunk_px[frame]):
            return blurred
        height, width = rgb.shape[:2]
        coarse = min(1.0, MASK_PX / max(height, width))  # the edge is soft: a small mask does
        mask = self._body((round(height * coarse), round(width * coarse)), frame, scale * coarse)
        left, top, wide, tall = cv2.boundingRect(mask)
        if not wide:
            return blurred
        soft = cv2.GaussianBlur(mask, (0, 0), max(1.0, SOFT * self._trunk_px[frame] * scale * coarse))
        share = np.minimum(soft, mask).astype(np.float32) / 255.0  # soft inwards: outside nothing is sharp
        box = [round(edge / coarse) for edge in (top, top + tall, left, left + wide)]
        rows, columns = slice(box[0], min(box[1], height)), slice(box[2], min(box[3], width))
        part = rgb[rows, columns]
        share = cv2.resize(share[top : top + tall, left : left + wide], part.shape[1::-1])
        blurred[rows, columns] = cv2.blendLinear(part, blurred[rows, columns], share, 1.0 - share)
        return blurred

    def _body(self, shape: tuple[int, int], frame: int, scale: float) -> Picture:
        """(height, width) 255 on the trunk and limbs, 0 elsewhere and on the head."""
        import cv2

        mask = np.zeros(shape, dtype=np.uint8)
        trunk = self._trunk_px[frame] * scale
        at = {
            name: (point * scale).astype(int)
            for name, point in zip(self._skeleton.joint_names, self._skeleton.positions[frame], strict=True)
            if np.isfinite(point).all()
        }
        corners = [at[n] for n in ("left_shoulder", "right_shoulder", "right_hip", "left_hip") if n in at]
        if len(corners) > 2:
            cv2.fillPoly(mask, [np.array(corners)], 255)
            cv2.polylines(mask, [np.array(corners)], True, 255, max(1, round(TRUNK_EDGE * trunk)))
        for side in ("left", "right"):
            for start, end, thickness in LIMBS:
                a, b = at.get(f"{side}_{start}"), at.get(f"{side}_{end}")
                if a is not None and b is not None:
                    cv2.line(mask, tuple(map(int, a)), tuple(map(int, b)), 255, max(1, round(thickness * trunk)))
        for x, y, radius in self._head.around(float(self._skeleton.time_s[frame])) * scale:
            cv2.circle(mask, (round(x), round(y)), round(radius), 0, -1)
        return mask


def _blurred(rgb: Picture) -> Picture:
    """The picture with all detail finer than 1/36 of its longer side taken away."""
    import cv2

    height, width = rgb.shape[:2]
    share = WIDTH_PX / max(height, width)
    sizes = [(max(1, round(width * share * k)), max(1, round(height * share * k))) for k in (1, 5)]
    small = cv2.resize(rgb, sizes[0], interpolation=cv2.INTER_AREA)
    smooth = cv2.resize(small, sizes[1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR))


def _middle(skeleton: Skeleton, joint: str) -> Array:
    """(n_frames, 2) midway between left and right, or the one that is seen."""
    sides = np.stack([skeleton.joint(f"left_{joint}"), skeleton.joint(f"right_{joint}")])  # (side, frame, x and y)
    return mean_seen(sides)


def _trunk_px(skeleton: Skeleton) -> Array:
    """(n_frames,) length of the trunk; seen end-on it looks short, so at least 0.8 of its usual length."""
    length = np.linalg.norm(_middle(skeleton, "shoulder") - _middle(skeleton, "hip"), axis=1)
    seen = length[np.isfinite(length)]
    return np.asarray(np.maximum(length, 0.8 * np.median(seen)) if len(seen) else length)
