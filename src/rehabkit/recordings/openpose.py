"""OpenPose's own output: a folder with one ``*_keypoints.json`` a frame (its option ``--write_json``).

Each file has ``people``, each with ``pose_keypoints_2d``: x, y in pixels and a confidence for each joint, 25 joints
(BODY_25) or 18 (COCO). The files say no frame rate, so the folder must hold ``recording.json`` beside them, written
by hand: ``{"rate_hz": 30}``, and ``"frame_size_px": [1280, 720]`` where it is known. The frame's number in the file's
name gives its time. One person is followed: the one seen best in the first frame with anybody.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rehabkit.errors import RecordingError
from rehabkit.recordings.assemble import assemble
from rehabkit.recordings.files import read_bytes
from rehabkit.recordings.joint_names import OPENPOSE_BODY_25, OPENPOSE_COCO_18
from rehabkit.recordings.skeleton import Skeleton

Array = NDArray[np.float64]

FRAMES = "*_keypoints.json"
ABOUT = "recording.json"
MODELS = {3 * len(names): names for names in (OPENPOSE_BODY_25, OPENPOSE_COCO_18)}
MOST_FRAMES, LARGEST_FRAME = 200_000, 4 * 2**20
_NUMBER = re.compile(r"_(\d{1,12})_keypoints$")
_EXAMPLE = f'write {ABOUT} into the folder, such as {{"rate_hz": 30, "frame_size_px": [1280, 720]}}'

Side = Annotated[int, Field(gt=0, lt=100_000)]


class _About(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    rate_hz: Annotated[float, Field(gt=0, le=1000)]
    frame_size_px: tuple[Side, Side] | None = None


def is_folder(path: Path) -> bool:
    """Whether this is a folder of OpenPose's frames."""
    return path.is_dir() and next(path.glob(FRAMES), None) is not None


def digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of all frames and of what was said of the recording."""
    total = hashlib.sha256()
    for path in [folder / ABOUT, *_files(folder)]:
        total.update(path.name.encode() + read_bytes(path, LARGEST_FRAME))
    return total.hexdigest()


def read(folder: Path) -> Skeleton:
    """The person that the frames of a folder show, in pixels.

    Raises
    ------
    RecordingError
        If the rate isn't said, a frame is damaged, or the frames come from different models.
    """
    about, files = _about(folder), _files(folder)
    people = [_people(path) for path in files]
    sizes = {len(person) for frame in people for person in frame}
    if len(sizes) != 1 or not sizes <= set(MODELS):
        raise RecordingError(
            f"frames must hold people of 75 (BODY_25) or 54 (COCO) numbers, got {sorted(sizes) or 'nobody'}; "
            "write them with one of these models"
        )
    names = MODELS[sizes.pop()]
    followed = _follow([[np.reshape(person, (len(names), 3)) for person in frame] for frame in people], len(names))
    confidence = np.clip(followed[..., 2], 0.0, 1.0)
    most = max(len(frame) for frame in people)
    return assemble(
        names,
        _times(files, about.rate_hz),
        np.where(confidence[..., None] > 0, followed[..., :2], np.nan),
        confidence,
        "image",
        "openpose",
        frame_size_px=about.frame_size_px,
        history=(
            f"read {len(files)} frames of OpenPose" + (f", one of up to {most} people followed" if most > 1 else ""),
        ),
    )


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob(FRAMES))
    if not 0 < len(files) <= MOST_FRAMES:
        raise RecordingError(f"folder must hold 1 to {MOST_FRAMES} files {FRAMES}, got {len(files)} in {folder}")
    return files


def _about(folder: Path) -> _About:
    path = folder / ABOUT
    if not path.is_file():
        raise RecordingError(f"frame rate of OpenPose's frames must be known, got none in {folder}; {_EXAMPLE}")
    try:
        return _About.model_validate_json(read_bytes(path, LARGEST_FRAME))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "text"
        raise RecordingError(f"{ABOUT}, {key} is wrong: {first['msg']}; {_EXAMPLE}") from error


def _people(path: Path) -> list[list[float]]:
    """The numbers of each person in one frame."""
    try:
        people: list[dict[Literal["pose_keypoints_2d"], Any]] = json.loads(read_bytes(path, LARGEST_FRAME))["people"]
        found = [[float(number) for number in person["pose_keypoints_2d"]] for person in people]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise RecordingError(f"{path.name} must be a frame of OpenPose, got {error!r:.80}; write it again") from error
    if not all(np.isfinite(person).all() for person in found):
        raise RecordingError(f"{path.name} must hold finite numbers, got others; write it again")
    return [person for person in found if person]


def _follow(people: list[list[Array]], n_joints: int) -> Array:
    """(n_frames, n_joints, 3) x, y, confidence of one person; 0 where not seen."""
    track = np.zeros((len(people), n_joints, 3))
    last: Array | None = None
    for i, frame in enumerate(people):
        if not frame:
            continue
        if last is None:
            chosen = max(frame, key=lambda person: float(person[:, 2].sum()))
        else:
            chosen = min(frame, key=lambda person: _distance(person, last))
        track[i] = last = chosen
    return track


def _distance(person: Array, last: Array | None) -> float:
    """Median distance of the joints that both have, px; infinite where they share none."""
    if last is None:
        return np.inf
    both = (person[:, 2] > 0) & (last[:, 2] > 0)
    return float(np.median(np.linalg.norm(person[both, :2] - last[both, :2], axis=1))) if both.any() else np.inf


def _times(files: list[Path], rate_hz: float) -> Array:
    """(n_frames,) seconds by the numbers in the names, or by order where they have none."""
    matches = [_NUMBER.search(path.stem) for path in files]
    numbers = [int(match[1]) for match in matches if match]
    growing = len(numbers) == len(files) and bool(np.all(np.diff(numbers) > 0))
    frames = np.array(numbers, dtype=float) - numbers[0] if growing else np.arange(len(files), dtype=float)
    return np.asarray(frames / rate_hz)
