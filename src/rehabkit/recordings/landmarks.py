"""Landmark files ⇄ Skeleton: one place that knows which format a file has."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings import c3d, npz, openpose, trc, wide_csv
from rehabkit.recordings.files import atomic, check_size, read_bytes, sha256
from rehabkit.recordings.skeleton import Skeleton

SUFFIXES = (".npz", ".csv", ".trc", ".c3d")
"""What :func:`read` and :func:`write` know; anything else is a video or a mistake."""


def is_landmark_file(path: str | Path) -> bool:
    """Whether :func:`read` is meant for a file of this name, or a folder of OpenPose's frames."""
    return Path(path).suffix.lower() in SUFFIXES or openpose.is_folder(Path(path))


def digest(path: str | Path) -> str:
    """SHA-256 of a landmark file's bytes, or of all of a folder of OpenPose's frames.

    Raises
    ------
    InputError
        If it can't be read.
    """
    path = Path(path)
    return openpose.digest(path) if openpose.is_folder(path) else sha256(path)


def read(path: str | Path) -> Skeleton:
    """The Skeleton in a landmark file (its suffix says the format) or in a folder of OpenPose's frames.

    .npz and .csv hold all that a Skeleton has, .trc and .c3d measured positions only.

    Raises
    ------
    RecordingError
        If the file is missing or malformed; the message names the file, and the line and column where it can.
    MissingExtraError
        For .c3d without ``rehabkit[c3d]``.
    """
    path = Path(path)
    if openpose.is_folder(path):
        return openpose.read(path)
    suffix = _suffix(path, RecordingError)
    check_size(path)
    try:
        if suffix == ".npz":
            return npz.loads(read_bytes(path))
        if suffix == ".c3d":
            return c3d.read(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            return wide_csv.load(file) if suffix == ".csv" else trc.load(file)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise RecordingError(
            f"{path.name}: text must be UTF-8, got byte 0x{byte:02x}; save the file as UTF-8 text"
        ) from error
    except RecordingError as error:
        raise RecordingError(f"{path.name}: {error}") from error
    except OSError as error:
        raise RecordingError(f"file must be readable, got '{error.strerror}' for {path}; check it") from error


def write(skeleton: Skeleton, path: str | Path) -> None:
    """Write a Skeleton as a whole file or not at all; the suffix says the format.

    .npz and .csv hold all of it, rounded below what any sensor resolves; .trc and .c3d metres at a fixed
    rate, for a picture the pose network's world landmarks, marked as estimated
    (:func:`rehabkit.recordings.metric.exported`).

    Raises
    ------
    OutputError
        If the place can't be written.
    InputError
        If the suffix is unknown, or the format can't hold this skeleton.
    MissingExtraError
        For .c3d without ``rehabkit[c3d]``.
    """
    path = Path(path)
    suffix = _suffix(path, InputError)
    with atomic(path) as temporary:
        if suffix == ".npz":
            temporary.write_bytes(npz.dumps(skeleton))
        elif suffix == ".c3d":
            c3d.write(skeleton, temporary)
        else:
            text = wide_csv.dumps(skeleton) if suffix == ".csv" else trc.dumps(skeleton, path.name)
            temporary.write_text(text, encoding="utf-8", newline="")


def _suffix(path: Path, error: type[InputError]) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise error(f"landmark file must end in {', '.join(SUFFIXES)}, got {path.name}; rename or convert it")
    return suffix


def to_base64(skeleton: Skeleton) -> str:
    """The npz file as text, about 500 characters a frame, rounded as :mod:`rehabkit.recordings.npz` says."""
    return base64.b64encode(npz.dumps(skeleton)).decode("ascii")


def from_base64(text: str) -> Skeleton:
    """The Skeleton in the text that :func:`to_base64` made.

    Raises
    ------
    RecordingError
        If the text is damaged.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RecordingError(f"landmarks must be base64 text, got '{error}'; use the file as written") from error
    return npz.loads(data)
