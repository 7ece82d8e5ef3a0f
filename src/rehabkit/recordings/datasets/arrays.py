"""Arrays out of a data set's npz file, whatever its bytes: read whole, without pickle, in bounded memory."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.files import check_size
from rehabkit.recordings.npz import DAMAGED, parsed

LARGEST = 1024 * 2**20
"""Bytes of a file, and of what it unpacks to: some four times the largest set."""


def read_arrays(path: Path, *needed: str, others: bool = True) -> dict[str, NDArray[Any]]:
    """The arrays in an npz file by their names.

    Parameters
    ----------
    needed : names that must be there.
    others : unpack the rest too.

    Raises
    ------
    RecordingError
        If the file is missing, damaged, too large, or lacks an array.
    """
    check_size(path, LARGEST)
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > LARGEST:
                raise RecordingError(f"{path.name} must unpack to at most {LARGEST} bytes, got {size}; copy it again")
            members = {name.removesuffix(".npy"): name for name in archive.namelist()}
            found = {name: archive.read(member) for name, member in members.items() if others or name in needed}
    except DAMAGED as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(f"{path.name} must be a whole npz file, got '{error}'; copy it again") from error
    missing = [name for name in needed if name not in found]
    if missing:
        raise RecordingError(f"{path.name} must hold {', '.join(missing)}, got others; copy it again")
    return {name: parsed(name, content) for name, content in found.items()}


def split(flat: NDArray[Any], lengths: NDArray[Any], name: str) -> list[NDArray[Any]]:
    """A concatenated array's parts, along its first axis.

    Raises
    ------
    RecordingError
        If the lengths are not those of its parts.
    """
    if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or (lengths < 1).any() or lengths.sum() != len(flat):
        raise RecordingError(f"{name} must have the lengths of its parts, got others; copy it again")
    return list(np.split(flat, np.cumsum(lengths)[:-1]))
