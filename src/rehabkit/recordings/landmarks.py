"""Landmark files ⇄ Skeleton: one place that knows which format a file has."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from rehabkit.errors import InputError, RecordingError
from rehabkit.recordings import npz
from rehabkit.recordings.files import atomic, read_bytes
from rehabkit.recordings.skeleton import Skeleton

SUFFIXES = (".npz",)
"""What :func:`read` and :func:`write` know; anything else is a video or a mistake."""


def read(path: str | Path) -> Skeleton:
    """The Skeleton in a landmark file; its suffix says the format.

    Raises
    ------
    RecordingError
        If the file is missing or malformed; the message names the file, and the line and column where it can.
    MissingExtraError
        For .c3d without ``rehabkit[c3d]``.
    """
    path = Path(path)
    _format(path, RecordingError)
    try:
        return npz.loads(read_bytes(path))
    except RecordingError as error:
        raise RecordingError(f"{path.name}: {error}") from error


def write(skeleton: Skeleton, path: str | Path) -> None:
    """Write a Skeleton as a whole file or not at all; the suffix says the format.

    Raises
    ------
    OutputError
        If the place can't be written.
    InputError
        If the suffix is unknown.
    """
    path = Path(path)
    _format(path, InputError)
    with atomic(path) as temporary:
        temporary.write_bytes(npz.dumps(skeleton))


def _format(path: Path, error: type[InputError]) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise error(f"landmark file must end in {', '.join(SUFFIXES)}, got {path.name}; rename or convert it")
    return suffix


def to_base64(skeleton: Skeleton) -> str:
    """The npz file as text, about 500 characters a frame; see :mod:`rehabkit.recordings.npz` for the rounding."""
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
        raise RecordingError(
            f"landmarks must be base64 text, got '{error}'; use the file as written"
        ) from error
    return npz.loads(data)
