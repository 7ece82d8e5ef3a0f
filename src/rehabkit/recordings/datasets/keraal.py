"""KERAAL's sample: one motion of a seated person as five systems saw it.

Blanchard et al. 2022; file formats after the data set's own ``readme_files_format.txt``. All files may be
gzipped. Frames carry no times: the rates are nominal, and the systems did not start together.

Traps, each found in the numbers: BlazePose ran on mirrored pictures (its left is the person's right),
OpenPose and AlphaPose on upright ones; the pictures' size isn't given, but OpenPose's grid (164 by 92 cells)
is that of a 16:9 picture; the "Vicon" is an ART system whose 17 targets sit on segments, not on joints, at
twice the frame rate, and in two of the three files the left upper arm's target and the left forearm's are
exchanged.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.datasets.text_table import read_numbers, read_text
from rehabkit.recordings.joint_names import COCO_JOINTS, KINECT_JOINTS
from rehabkit.recordings.skeleton import MEDIAPIPE_JOINTS, Axes, Skeleton

Array = NDArray[np.float64]

VIDEO_RATE_HZ, ART_RATE_HZ = 30.0, 60.0
FRAME_SIZE_PX = (1920, 1080)
HALF_HIP_WIDTH_M = 0.085
N_TRIMS, MOST_GAP_M = 10, 0.03
LARGEST_SHARE = 100.0
"""A joint farther from the picture than this many of its sides is no joint."""

NAME = re.compile(r"G\d[AB]?-(?P<system>Kinect|Vicon|OP|AP|BP)-[A-Z]{3}-.+\.(?:txt|json)(?:\.gz)?", re.IGNORECASE)

ART_TARGETS = (
    "right_forearm", "left_forearm", "right_arm", "left_arm", "chest", "right_thigh", "left_thigh",
    "right_acromion", "left_acromion", "right_hand", "left_hand", "right_foot", "left_foot", "hips", "head",
    "right_tibia", "left_tibia",
)  # fmt: skip


def read_kinect(path: Path) -> Skeleton:
    """A Kinect v2 file: 25 joints, metres, y up.

    Raises
    ------
    RecordingError
        If the file isn't a table of 25 joints with seven numbers each.
    """
    positions = _table(path, len(KINECT_JOINTS))[:, :, :3]
    return _skeleton(KINECT_JOINTS, positions, VIDEO_RATE_HZ, "y_up", "kinect", f"read {path.name}")


def read_art(path: Path) -> Skeleton:
    """An ART ("Vicon") file: centres of shoulder, elbow and wrist, found where neighbouring segments meet.

    Each centre is the point that stays fixed in both neighbouring segments (symmetrical centre of rotation
    estimation, Ehrig et al. 2006, J Biomech 39:2798-2809), so it needs movement in the joint. Hips are the
    pelvis target with half a mean hip width to each side: good for the trunk's direction, not as joints.

    Raises
    ------
    RecordingError
        If the file isn't a table of 17 targets with seven numbers each.
    """
    table = _table(path, len(ART_TARGETS))
    place = {name: table[:, i, :3] / 1000 for i, name in enumerate(ART_TARGETS)}
    turn = {name: _matrices(table[:, i, 3:]) for i, name in enumerate(ART_TARGETS)}
    for side in ("left", "right"):
        _put_arm_targets_right(place, turn, side)
    centres = {"pelvis": place["hips"], "chest": place["chest"], "head": place["head"]}
    across = place["left_thigh"] - place["right_thigh"]
    across = across / np.linalg.norm(across, axis=-1, keepdims=True)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        chain = [f"{side}_{name}" for name in ("acromion", "arm", "forearm", "hand")]
        for joint, inner, outer in zip(("shoulder", "elbow", "wrist"), chain[:-1], chain[1:], strict=True):
            centres[f"{side}_{joint}"] = _centre_of_rotation(place, turn, inner, outer)
        centres[f"{side}_hip"] = place["hips"] + sign * HALF_HIP_WIDTH_M * across
    positions = np.stack(list(centres.values()), axis=1)  # (frames, joints, 3)
    return _skeleton(tuple(centres), positions, ART_RATE_HZ, "z_up", "vicon", f"read {path.name}")


def read_openpose(path: Path) -> Skeleton:
    """An OpenPose file: the joints that were found, pixels of a 16:9 picture."""
    frames = _frames(path)
    names = sorted({name for frame in frames for name in frame})
    positions = _pixels(frames, names)
    renamed = tuple(_openpose_name(name) for name in names)
    return _skeleton(renamed, positions, VIDEO_RATE_HZ, "image", "openpose", f"read {path.name}")


def read_alphapose(path: Path) -> Skeleton:
    """An AlphaPose file: 17 COCO joints, pixels of a 16:9 picture."""
    positions = _pixels(_frames(path), [str(i) for i in range(len(COCO_JOINTS))])
    return _skeleton(COCO_JOINTS, positions, VIDEO_RATE_HZ, "image", "alphapose", f"read {path.name}")


def read_blazepose(path: Path) -> Skeleton:
    """A BlazePose file: 33 landmarks, pixels of a 16:9 picture, mirroring undone; visibility wasn't kept."""
    mirrored = [_swapped(name) for name in MEDIAPIPE_JOINTS]
    positions = _pixels(_frames(path), [name.capitalize() for name in mirrored])
    positions[..., 0] = FRAME_SIZE_PX[0] - positions[..., 0]
    return _skeleton(
        MEDIAPIPE_JOINTS,
        positions,
        VIDEO_RATE_HZ,
        "image",
        "mediapipe",
        f"read {path.name}, mirroring undone",
    )


def read(path: Path) -> Skeleton:
    """A file of any of the five systems, by its published name (``G3-Kinect-CTK-P1T1-Unknown-C-0.txt``).

    Raises
    ------
    RecordingError
        If the name doesn't say the system, or the file is damaged.
    """
    match = NAME.fullmatch(path.name)
    if match is None:
        raise RecordingError(f"KERAAL file must be named like G3-Kinect-CTK-P1T1-Unknown-C-0.txt, got {path.name}")
    readers = {
        "kinect": read_kinect, "vicon": read_art, "op": read_openpose, "ap": read_alphapose, "bp": read_blazepose,
    }  # fmt: skip
    return readers[match["system"].lower()](path)


def convert(folder: Path, target: Path) -> list[str]:
    """Copy every file of the published folders that can be read; return what was left out, and why.

    Raises
    ------
    RecordingError
        If there is none.
    """
    left_out, n_copied = [], 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or not NAME.fullmatch(path.name):
            continue
        try:
            read(path)
        except RecordingError as error:
            left_out.append(f"{path.name}: {error}")
            continue
        shutil.copyfile(path, target / path.name)
        n_copied += 1
    if not n_copied:
        raise RecordingError(f"folder of KERAAL must hold G3-Kinect-CTK-….txt and so on, got {folder}; name another")
    return left_out


def _skeleton(names: tuple[str, ...], positions: Array, rate_hz: float, axes: Axes, sensor: str, step: str) -> Skeleton:
    seen = np.asarray(np.isfinite(positions).all(axis=-1), dtype=np.float64)
    return Skeleton(
        joint_names=names,
        time_s=np.arange(len(positions)) / rate_hz,
        positions=positions,
        confidence=seen,
        axes=axes,
        sensor=sensor,
        frame_size_px=FRAME_SIZE_PX if axes == "image" else None,
        history=(f"KERAAL, {step}",),
    )


def _table(path: Path, n_points: int) -> Array:
    """(n_frames, n_points, 7) x y z and a quaternion x y z w each."""
    flat = read_numbers(path, 7 * n_points, separator=None)
    return flat.reshape(len(flat), n_points, 7)


def _frames(path: Path) -> list[dict[str, Any]]:
    try:
        frames = json.loads(read_text(path))["positions"]
        return [dict(frames[key]) for key in sorted(frames, key=float)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RecordingError(
            f"{path.name} must be JSON with 'positions' by frame number, got: {error!r}; check the file"
        ) from error


def _pixels(frames: list[dict[str, Any]], names: list[str]) -> Array:
    """(n_frames, n_joints, 2) px; NaN where a joint is missing or given as the origin."""
    positions = np.full((len(frames), len(names), 2), np.nan)
    for i, frame in enumerate(frames):
        for j, name in enumerate(names):
            if name in frame:
                positions[i, j] = _point(frame[name], name)
    if not np.isfinite(positions).any():
        raise RecordingError("KERAAL file must show at least one joint in one frame, got none; is it another system's?")
    return np.asarray(positions * np.array(FRAME_SIZE_PX))


def _point(value: Any, name: str) -> tuple[float, float]:
    """x and y as shares of the picture's sides; NaN for the origin, which stands for a joint not found."""
    try:
        x, y = (float(number) for number in value[:2])
    except (TypeError, ValueError, OverflowError) as error:
        raise RecordingError(f"joint {name} must be two numbers or more, got {value!r:.40}; check the file") from error
    if not (abs(x) < LARGEST_SHARE and abs(y) < LARGEST_SHARE):
        raise RecordingError(f"joint {name} must be given as shares of the picture, got {x:g}, {y:g}; check the file")
    return (x, y) if x or y else (np.nan, np.nan)


def _openpose_name(name: str) -> str:
    """``rShoulder`` to ``right_shoulder``."""
    if name[0] in "rl" and name[1].isupper():
        return {"r": "right_", "l": "left_"}[name[0]] + name[1:].lower()
    return name.lower()


def _swapped(name: str) -> str:
    if "left" in name:
        return name.replace("left", "right")
    return name.replace("right", "left")


def _matrices(quaternion: Array) -> Array:
    """(n_frames, 3, 3) rotation matrices of (n_frames, 4) quaternions x y z w."""
    x, y, z, w = np.moveaxis(quaternion / np.linalg.norm(quaternion, axis=-1, keepdims=True), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.asarray(np.moveaxis(np.array(rows), -1, 0))


def _put_arm_targets_right(place: dict[str, Array], turn: dict[str, Array], side: str) -> None:
    """Exchange upper arm and forearm where the one named forearm is the nearer to the shoulder."""
    arm, forearm, acromion = f"{side}_arm", f"{side}_forearm", f"{side}_acromion"
    reach = [np.median(np.linalg.norm(place[name] - place[acromion], axis=-1)) for name in (arm, forearm)]
    if reach[1] < reach[0]:
        for kind in (place, turn):
            kind[arm], kind[forearm] = kind[forearm], kind[arm]


def _centre_of_rotation(place: dict[str, Array], turn: dict[str, Array], inner: str, outer: str) -> Array:
    """(n_frames, 3) the point fixed in both segments, midway between its two estimates; NaN where they part.

    Fitted by least squares to the frames that agree: a target that flips for some frames must not move the
    centre.
    """
    system = np.concatenate([turn[inner], -turn[outer]], axis=2)  # (frames, 3, 6)
    offset = place[outer] - place[inner]
    keep = np.ones(len(offset), dtype=bool)
    for _ in range(N_TRIMS):
        local, *_ = np.linalg.lstsq(system[keep].reshape(-1, 6), offset[keep].reshape(-1), rcond=0.02)
        gap = np.linalg.norm(system @ local - offset, axis=-1)
        keep = gap <= 3 * np.median(gap)
    centre = place[inner] + turn[inner] @ local[:3]
    other = place[outer] + turn[outer] @ local[3:]
    return np.asarray(np.where((gap <= MOST_GAP_M)[:, None], (centre + other) / 2, np.nan))
