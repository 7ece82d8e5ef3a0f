"""Skeleton: the positions of named joints over time, whatever sensor gave them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError

Array = NDArray[np.float64]
Axes = Literal["image", "y_up", "z_up"]

MEDIAPIPE_JOINTS: tuple[str, ...] = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index",
    "left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_heel", "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip
"""The 33 landmarks of BlazePose in their published order; other sensors use the same names where they can."""


@dataclass(frozen=True)
class Skeleton:
    """Joint positions over time.

    A camera gives two dimensions (``axes="image"``: x right, y down, pixels of the upright picture).
    A depth camera or a marker system gives three, in metres. What a network guesses of the third
    dimension of a picture is kept apart in ``estimated_m``: no clinical angle is computed from it.

    Parameters
    ----------
    joint_names : names such as ``left_knee``; the subject's own left and right.
    time_s : (n_frames,) seconds, strictly increasing, not necessarily evenly spaced.
    positions : (n_frames, n_joints, n_dims) px for ``axes="image"`` (n_dims 2), metres otherwise (n_dims 3);
        NaN where a joint was not seen.
    confidence : (n_frames, n_joints) 0 to 1; 0 where not seen. For MediaPipe its "visibility".
    axes : ``image`` (x right, y down), ``y_up`` or ``z_up`` (right-handed, metres).
    sensor : what recorded it, e.g. ``mediapipe-full``, ``kinect``, ``vicon``.
    frame_size_px : (width, height) of the upright picture, ``None`` without a picture.
    estimated_m : (n_frames, n_joints, 3) a pose network's world landmarks: metres, hip-centred, x right, y down,
        z away from the camera; depth is a guess. ``None`` where there are none.
    history : what was done to it, oldest first.

    Raises
    ------
    RecordingError
        If shapes, names, times or confidences contradict each other; all problems are named at once.

    Examples
    --------
    >>> s = Skeleton(("left_hip", "left_knee"), [0.0, 0.1], np.zeros((2, 2, 2)), np.ones((2, 2)), "image", "test")
    >>> s.joint("left_knee").shape, s.rate_hz
    ((2, 2), 10.0)
    """

    joint_names: tuple[str, ...]
    time_s: Array
    positions: Array
    confidence: Array
    axes: Axes
    sensor: str
    frame_size_px: tuple[int, int] | None = None
    estimated_m: Array | None = None
    history: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name in ("time_s", "positions", "confidence", "estimated_m"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, np.asarray(value, dtype=np.float64))
        object.__setattr__(self, "joint_names", tuple(self.joint_names))
        problems = self._problems()
        if problems:
            raise RecordingError(f"skeleton of {self.sensor}: " + "; ".join(problems))

    def _problems(self) -> list[str]:
        n_frames, n_joints = len(self.time_s), len(self.joint_names)
        n_dims = 2 if self.axes == "image" else 3
        problems = []
        if n_frames == 0:
            problems.append("it must have at least one frame, got 0")
        if len(set(self.joint_names)) != n_joints:
            problems.append("joint names must differ from each other")
        if self.time_s.ndim != 1 or not np.all(np.isfinite(self.time_s)) or np.any(np.diff(self.time_s) <= 0):
            problems.append("time_s must be one axis of finite, strictly increasing seconds")
        wanted = {"positions": (n_frames, n_joints, n_dims), "confidence": (n_frames, n_joints)}
        if self.estimated_m is not None:
            wanted["estimated_m"] = (n_frames, n_joints, 3)
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                problems.append(f"{name} must have shape {shape}, got {getattr(self, name).shape}")
        if np.any(np.isinf(self.positions)):
            problems.append("positions must be finite, or NaN where not seen, got infinity")
        if not np.all((self.confidence >= 0) & (self.confidence <= 1)):
            problems.append("confidence must lie between 0 and 1")
        return problems

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.time_s)

    @property
    def n_joints(self) -> int:
        """Number of joints."""
        return len(self.joint_names)

    @property
    def rate_hz(self) -> float:
        """Median frame rate in Hz; 0 for a single frame."""
        return float(1.0 / np.median(np.diff(self.time_s))) if self.n_frames > 1 else 0.0

    @property
    def duration_s(self) -> float:
        """Time from the first frame to the last, seconds."""
        return float(self.time_s[-1] - self.time_s[0])

    def has(self, *names: str) -> bool:
        """Whether all these joints exist in this skeleton (seen or not)."""
        return all(name in self.joint_names for name in names)

    def index(self, name: str) -> int:
        """Position of a joint on the joint axis.

        Raises
        ------
        RecordingError
            If this skeleton has no such joint.
        """
        try:
            return self.joint_names.index(name)
        except ValueError:
            raise RecordingError(f"joint must be one of {', '.join(self.joint_names)}, got {name!r}") from None

    def joint(self, name: str) -> Array:
        """(n_frames, n_dims) positions of one joint, px or metres as the axes say; NaN where not seen."""
        return self.positions[:, self.index(name)]

    def middle(self, name: str) -> Array:
        """(n_frames, n_dims) midway between the left and the right joint of that name; NaN where one wasn't seen."""
        return np.asarray(0.5 * (self.joint(f"left_{name}") + self.joint(f"right_{name}")))

    def estimated(self, name: str) -> Array:
        """(n_frames, 3) the network's guess of one joint in metres; NaN everywhere if there is none."""
        if self.estimated_m is None:
            return np.full((self.n_frames, 3), np.nan)
        return self.estimated_m[:, self.index(name)]

    def visibility(self, *names: str) -> Array:
        """(n_frames,) the lowest confidence among these joints."""
        return np.asarray(np.min(self.confidence[:, [self.index(name) for name in names]], axis=1))

    def between(self, start_s: float, end_s: float) -> Skeleton:
        """The frames with ``start_s <= time <= end_s``."""
        keep = (self.time_s >= start_s) & (self.time_s <= end_s)
        return replace(
            self,
            time_s=self.time_s[keep],
            positions=self.positions[keep],
            confidence=self.confidence[keep],
            estimated_m=None if self.estimated_m is None else self.estimated_m[keep],
        )

    def noted(self, step: str, **changes: object) -> Skeleton:
        """A copy with ``changes`` made and ``step`` added to its history."""
        return replace(self, history=(*self.history, step), **changes)  # type: ignore[arg-type]
