"""What TRC and C3D have in common: metres in three dimensions, one fixed rate, marker names."""

from __future__ import annotations

import re

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.skeleton import Array, Skeleton

ESTIMATED = "estimated depth"
"""Marks an exported file whose third dimension a pose network guessed; such a file is not read back."""

LONGEST_STEP_S = 0.2
"""Over a longer pause between two frames nothing is interpolated."""

_LANDMARKS = {
    "hip": "hip", "knee": "knee", "ankle": "ankle", "heel": "heel", "bigtoe": "foot_index",
    "shoulder": "shoulder", "elbow": "elbow", "wrist": "wrist", "eye": "eye", "ear": "ear", "index": "index",
    "pinky": "pinky", "thumb": "thumb",
}  # fmt: skip


def exported(skeleton: Skeleton) -> Skeleton:
    """The skeleton as TRC and C3D hold one: three dimensions in metres at one fixed rate.

    A picture has no metres, so what is exported of it are the pose network's world landmarks: centred between
    the hips (no walking), depth estimated. The sensor's name then says ``estimated depth``.

    Raises
    ------
    RecordingError
        For a picture without world landmarks, fewer than two frames, or times far from any fixed rate.
    """
    if skeleton.axes != "image":
        return evenly_timed(skeleton)
    if skeleton.estimated_m is None:
        raise RecordingError("TRC and C3D must hold metres, got pixels without world landmarks; write .csv or .npz")
    world = skeleton.estimated_m * [1.0, -1.0, -1.0]  # x right, y down, z away → x right, y up, z towards
    step = f"world landmarks taken as positions: centred between the hips, {ESTIMATED}"
    sensor = f"{skeleton.sensor} ({ESTIMATED})"
    return evenly_timed(
        skeleton.noted(step, positions=world, axes="y_up", sensor=sensor, frame_size_px=None, estimated_m=None)
    )


def evenly_timed(skeleton: Skeleton) -> Skeleton:
    """The skeleton at one fixed rate: times straightened where all are within 1 ms, else resampled.

    Resampling is linear, to the median rate. NaN stays NaN, and so does any pause longer than 0.2 s.

    Raises
    ------
    RecordingError
        For fewer than two frames, or if the new rate would need more than ten times as many frames.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 4.0])
    >>> s = Skeleton(("a",), x / 10, np.tile(x[:, None, None], 3), np.ones((4, 1)), "y_up", "test")
    >>> evenly_timed(s).positions[:, 0, 0]
    array([0., 1., 2., 3., 4.])
    """
    n, rate_hz = skeleton.n_frames, skeleton.rate_hz
    if n < 2:
        raise RecordingError("TRC and C3D must hold at least 2 frames, got 1; write .csv or .npz")
    straight = np.linspace(skeleton.time_s[0], skeleton.time_s[-1], n)
    if np.abs(straight - skeleton.time_s).max() < 0.001:
        return skeleton.noted("times set to a fixed rate, none moved by 1 ms or more", time_s=straight)
    n_new = round(skeleton.duration_s * rate_hz) + 1
    if n_new > 10 * n:
        raise RecordingError(
            f"times must be near a fixed rate for TRC and C3D, got {n} frames in {skeleton.duration_s:g} s, "
            f"most of them {1000 / rate_hz:g} ms apart; cut out the pauses"
        )
    even = skeleton.time_s[0] + np.arange(n_new) / rate_hz
    values = np.concatenate([skeleton.positions, skeleton.confidence[..., None]], axis=-1)  # (frame, joint, 4)
    new = _interpolated(even, skeleton.time_s, values.reshape(n, -1)).reshape(n_new, *values.shape[1:])
    confidence = np.where(np.isnan(new).any(axis=-1), 0.0, new[..., -1])
    step = f"resampled linearly to {rate_hz:g} Hz"
    return skeleton.noted(step, time_s=even, positions=new[..., :-1], confidence=confidence, estimated_m=None)


def _interpolated(new_s: Array, old_s: Array, values: Array) -> Array:
    """(n_new, n_columns) linear interpolation, NaN next to NaN and inside long pauses."""
    right = np.clip(np.searchsorted(old_s, new_s), 1, len(old_s) - 1)
    share = np.clip((new_s - old_s[right - 1]) / (old_s[right] - old_s[right - 1]), 0.0, 1.0)[:, None]
    near = np.where(share < 0.5, values[right - 1], values[right])
    between = values[right - 1] * (1 - share) + values[right] * share
    exact = (share < 1e-6) | (share > 1 - 1e-6)  # beside a gap the seen frame itself stays seen
    paused = (old_s[right] - old_s[right - 1] > LONGEST_STEP_S)[:, None]
    return np.where(exact, near, np.where(paused, np.nan, between))


def only_estimated() -> RecordingError:
    """Why an export with estimated depth is not read back."""
    return RecordingError(
        "positions must be measured, got a file whose depth a pose network estimated, on which no angle may "
        "rest; assess the video, or its landmarks as .npz or .csv"
    )


def joint_name(label: str) -> str:
    """rehabkit's name of a marker: ``RBigToe`` → ``right_foot_index``; unknown labels keep their own.

    Examples
    --------
    >>> [joint_name(label) for label in ("left_knee", "RBigToe", "L_Shoulder", "Nose", "Sub 1:LASI")]
    ['left_knee', 'right_foot_index', 'left_shoulder', 'nose', 'LASI']
    """
    name = re.sub(r"\W+", "_", label.rsplit(":", 1)[-1]).strip("_")
    match = re.fullmatch(r"(?i:(r|l|right|left)_?([a-z]+))", name)
    if match and match[2].lower() in _LANDMARKS:
        side = "right" if match[1][0] in "rR" else "left"
        return f"{side}_{_LANDMARKS[match[2].lower()]}"
    return "nose" if name.lower() == "nose" else name
