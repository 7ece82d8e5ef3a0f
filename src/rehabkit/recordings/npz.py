"""rehabkit's own file of a Skeleton: numpy's npz, readable with ``np.load``, never with pickle.

===============  =================  ===========================================================
key              type, shape        meaning
===============  =================  ===========================================================
joint_names      text (joint,)      names
time_s           f8 (frame,)        seconds
positions        f4 (frame, joint,  px rounded to 1/128 or metres rounded to 1/65536;
                 dimension)         NaN where not seen
confidence       f4 (frame, joint)  0 to 1, rounded to 1/256
axes, sensor     text ()            as in Skeleton
frame_size_px    i8 (2,)            only with a picture
estimated_m      f4 (frame, joint,  only from a pose network; metres rounded to 1/4096
                 3)
history          text (step,)       only if something was done to it
===============  =================  ===========================================================

Numbers are rounded to binary fractions far below what any sensor resolves, and laid out with time fastest:
both only make them compress well (about 500 characters a frame in base64, inside an assessment).
"""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from typing import Any, get_args

import numpy as np

from rehabkit.errors import RecordingError
from rehabkit.recordings.assemble import assemble
from rehabkit.recordings.skeleton import Array, Axes, Skeleton

LARGEST_UNPACKED = 128 * 2**20
"""Bytes; over an hour of 33 landmarks at 30 Hz, and no zip bomb."""

_DIMENSIONS = {"joint_names": 1, "time_s": 1, "positions": 3, "confidence": 2, "axes": 0, "sensor": 0}
_OPTIONAL = {"frame_size_px": 1, "estimated_m": 3, "history": 1}
_TEXTS = ("joint_names", "axes", "sensor", "history")
_HEADER = re.compile(
    rb"\{'descr': '(<f2|<f4|<f8|<u2|<i2|<i4|<i8|\|[iub]1|<U[1-9]\d{0,3})', "
    rb"'fortran_order': (True|False), 'shape': \(([\d, ]*)\), \}\s*"
)
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What a damaged zip archive may raise."""


def dumps(skeleton: Skeleton) -> bytes:
    """The file's bytes; the same skeleton gives the same bytes."""
    arrays: dict[str, Any] = {
        "joint_names": np.array(skeleton.joint_names),
        "time_s": skeleton.time_s,
        "positions": _rounded(skeleton.positions, 128 if skeleton.axes == "image" else 65536),
        "confidence": _rounded(skeleton.confidence, 256),
        "axes": np.array(skeleton.axes),
        "sensor": np.array(skeleton.sensor),
    }
    if skeleton.frame_size_px is not None:
        arrays["frame_size_px"] = np.array(skeleton.frame_size_px, dtype=np.int64)
    if skeleton.estimated_m is not None:
        arrays["estimated_m"] = _rounded(skeleton.estimated_m, 4096)
    if skeleton.history:
        arrays["history"] = np.array(skeleton.history)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _rounded(values: Array, per_unit: int) -> np.ndarray[Any, Any]:
    return np.asfortranarray(np.round(values * per_unit) / per_unit, dtype=np.float32)


def loads(data: bytes) -> Skeleton:
    """The Skeleton in such a file's bytes.

    Raises
    ------
    RecordingError
        If it is damaged, too large when unpacked, or its arrays are not those that the table above names.

    Examples
    --------
    >>> s = Skeleton(("left_hip",), [0.0, 0.1], np.full((2, 1, 2), 3.5), np.ones((2, 1)), "image", "test")
    >>> loads(dumps(s)).joint("left_hip")
    array([[3.5, 3.5],
           [3.5, 3.5]])
    """
    arrays = {name: parsed(name, content) for name, content in _unpack(data).items()}
    for name, value in arrays.items():
        wanted = {**_DIMENSIONS, **_OPTIONAL}[name]
        if value.ndim != wanted or (value.dtype.kind == "U") != (name in _TEXTS):
            kind = "text" if name in _TEXTS else "numbers"
            raise RecordingError(
                f"array {name} must be {kind} with {wanted} axes, got {value.dtype} with {value.ndim}; "
                "write it with rehabkit"
            )
    return _skeleton(arrays)


def _unpack(data: bytes) -> dict[str, bytes]:
    """Name → bytes of each array's npy file, sizes checked before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = [member.filename.removesuffix(".npy") for member in members]
            _check_names(names)
            size = sum(member.file_size for member in members)
            if size > LARGEST_UNPACKED:
                raise RecordingError(
                    f"unpacked size must be at most {LARGEST_UNPACKED} bytes, got {size}; cut the recording"
                )
            return {name: archive.read(member) for name, member in zip(names, members, strict=True)}
    except RecordingError:
        raise
    except DAMAGED as error:
        raise RecordingError(f"file must be a whole npz archive, got '{error}'; write it again") from error


def _check_names(names: list[str]) -> None:
    missing = _DIMENSIONS.keys() - set(names)
    unknown = set(names) - _DIMENSIONS.keys() - _OPTIONAL.keys()
    if missing or unknown or len(set(names)) != len(names):
        got = ", ".join(map(repr, sorted(names)[:12]))
        raise RecordingError(
            f"npz must hold once each {', '.join(_DIMENSIONS)} and may hold {', '.join(_OPTIONAL)}, "
            f"got {got or 'nothing'}; write it with rehabkit"
        )


def parsed(name: str, content: bytes) -> np.ndarray[Any, Any]:
    """One npy file (format version 1.0) → array, without evaluating its header and without pickle.

    Raises
    ------
    RecordingError
        If it holds anything but plain little-endian numbers or text, or isn't whole.
    """
    start = 10 + int.from_bytes(content[8:10], "little")
    header = _HEADER.fullmatch(content[10:start]) if content[:8] == b"\x93NUMPY\x01\x00" else None
    if header is None:
        raise RecordingError(f"array {name} must be plain numbers or text in npy format 1.0; write it with rehabkit")
    dtype = np.dtype(header[1].decode())
    try:
        shape = [int(length) for length in header[3].decode().split(",") if length.strip()]
        if math.prod(shape) * dtype.itemsize != len(content) - start:
            raise ValueError("size and shape contradict each other")
        values = np.frombuffer(content, dtype, offset=start).reshape(shape, order="F" if header[2] == b"True" else "C")
        values.tolist() if dtype.kind == "U" else None  # what is no Unicode shows here
    except ValueError as error:
        raise RecordingError(f"array {name} must be whole, got '{error}'; write it again") from error
    return values


def _skeleton(arrays: dict[str, np.ndarray[Any, Any]]) -> Skeleton:
    axes: Axes = arrays["axes"].item()
    if axes not in get_args(Axes):
        raise RecordingError(f"axes must be one of {', '.join(get_args(Axes))}, got {axes!r}; write it with rehabkit")
    size = arrays["frame_size_px"].tolist() if "frame_size_px" in arrays else None
    if size is not None and not (len(size) == 2 and all(isinstance(n, int) and 0 < n < 100_000 for n in size)):
        raise RecordingError(f"frame_size_px must be width and height in pixels, got {size}; write it with rehabkit")
    return assemble(
        arrays["joint_names"].tolist(),
        arrays["time_s"].astype(float),
        arrays["positions"].astype(float),
        arrays["confidence"].astype(float),
        axes,
        arrays["sensor"].item(),
        frame_size_px=(size[0], size[1]) if size else None,
        estimated_m=arrays["estimated_m"].astype(float) if "estimated_m" in arrays else None,
        history=arrays["history"].tolist() if "history" in arrays else (),
    )
