"""HDF5 of a Biosignal, through h5py (``rehabkit[eeg]``): the data set ``values`` with the attribute ``about``.

The same two as in npz (:mod:`rehabkit.recordings.biosignal_npz`). Links out of the file, external and virtual data
sets are refused: what is read must lie in the file that was named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rehabkit.errors import MissingExtraError, RecordingError
from rehabkit.recordings import biosignal_about
from rehabkit.recordings.biosignal import Array, Biosignal
from rehabkit.recordings.files import atomic, check_size
from rehabkit.recordings.mne_files import MOST_BYTES, MOST_CHANNELS

SUFFIXES = (".h5", ".hdf5")
_DAMAGED = (AttributeError, LookupError, MemoryError, OSError, OverflowError, RuntimeError, TypeError, ValueError)


def read(
    path: Path,
    *,
    units: Collection[str] = (),
    rename: Mapping[str, str] | None = None,
    rate_hz: float | None = None,
) -> Biosignal:
    """The Biosignal in an HDF5 file that rehabkit wrote.

    Raises
    ------
    RecordingError
        If it is damaged, too large when unpacked, refers to other files, or holds something else.
    MissingExtraError
        Without h5py.
    """
    check_size(path, MOST_BYTES)
    h5py = _h5py()
    try:
        with h5py.File(path, "r") as file:
            values, text = _parts(path, h5py, file)
    except _DAMAGED as error:
        if isinstance(error, RecordingError):
            raise
        what = " ".join(str(error).split())[:160]
        raise RecordingError(f"{path.name} must be a whole HDF5 file, got '{what}'; copy it again") from error
    said = biosignal_about.loads(text, path.name)
    return biosignal_about.whole(values, said, rename=rename, units=units, rate_hz=rate_hz)


def write(recording: Biosignal, path: Path) -> None:
    """Write the file, whole or not at all.

    Raises
    ------
    OutputError
        If the file can't be written.
    MissingExtraError
        Without h5py.
    """
    h5py = _h5py()
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        values = file.create_dataset("values", data=recording.values, compression="gzip", shuffle=True)
        values.attrs["about"] = np.frombuffer(biosignal_about.dumps(recording).encode("utf-8"), dtype=np.int8)


def _parts(path: Path, h5py: Any, file: Any) -> tuple[Array, bytes]:
    values: Any = file["values"] if isinstance(file.get("values", getlink=True), h5py.HardLink) else None
    plain = isinstance(values, h5py.Dataset) and not values.is_virtual and values.external is None
    if not plain or values.ndim != 2 or values.dtype.kind != "f" or "about" not in values.attrs:
        raise RecordingError(
            f"{path.name} must hold values with the attribute about, got others; write it with rehabkit"
        )
    n_bytes = int(values.shape[0]) * int(values.shape[1]) * 8
    if n_bytes > MOST_BYTES or values.shape[1] > MOST_CHANNELS:
        raise RecordingError(
            f"{path.name} must unpack to at most {MOST_BYTES} bytes of {MOST_CHANNELS} channels, "
            f"got shape {values.shape}; cut it"
        )
    return np.asarray(values[()], dtype=np.float64), np.asarray(values.attrs["about"], dtype=np.int8).tobytes()


def _h5py() -> Any:
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError(
            "h5py must be installed for HDF5, got none; run: pip install 'rehabkit[eeg]'"
        ) from error
    return h5py
