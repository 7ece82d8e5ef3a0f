"""PCD, the Point Cloud Library's format, version 0.7: ascii, binary or binary_compressed (LZF) → points."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehabkit.errors import RecordingError
from rehabkit.recordings.cloud_build import LONGEST_HEADER, RawCloud, count, numbers, thinned

_KINDS = {
    **{("F", "4"): "<f4", ("F", "8"): "<f8"},
    **{("I", "1"): "<i1", ("I", "2"): "<i2", ("I", "4"): "<i4", ("I", "8"): "<i8"},
    **{("U", "1"): "<u1", ("U", "2"): "<u2", ("U", "4"): "<u4", ("U", "8"): "<u8"},
}
LARGEST_UNPACKED = 64 * 2**20
_HEAD = re.compile(rb"(?s)(.*?\n)?DATA[ \t]+(ascii|binary|binary_compressed)[ \t]*\r?\n")
Columns = dict[str, NDArray[Any]]


def parse(data: bytes) -> RawCloud:
    """The points in a file's bytes.

    Raises
    ------
    RecordingError
        If it is malformed, cut off, packs more than 64 MiB, or has no points.
    """
    head = _HEAD.match(data[:LONGEST_HEADER])
    if head is None:
        raise RecordingError("PCD must have a header that ends in DATA, got another; export it again")
    said = _said((head[1] or b"").decode("latin-1"))
    fields = _fields(said)
    n = count(" ".join(said.get("POINTS", [])), "POINTS")
    columns = _columns(data[head.end() :], head[2].decode(), fields, n)
    missing = [axis for axis in "xyz" if axis not in columns]
    if missing:
        raise RecordingError(f"PCD must have fields x, y and z, got no {' and '.join(missing)}; export it again")
    return RawCloud(
        _stacked(columns, "x", "y", "z"),
        normals=_stacked(columns, *(f"normal_{axis}" for axis in "xyz")) if "normal_z" in columns else None,
        colours=_colours(columns),
        labels=_labels(columns),
        viewpoint=_viewpoint(said.get("VIEWPOINT", [])),
        history=thinned(n)[1] if head[2] == b"binary" else (),
    )


def _said(text: str) -> dict[str, list[str]]:
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {words[0]: words[1:] for words in lines if words}


def _fields(said: dict[str, list[str]]) -> list[tuple[str, str, int]]:
    """Name, type and number of values of each field."""
    names, sizes, types = (said.get(key, []) for key in ("FIELDS", "SIZE", "TYPE"))
    counts = [count(text, "COUNT") for text in said.get("COUNT", ["1"] * len(names))]
    kinds = [_KINDS.get((kind, size), "") for kind, size in zip(types, sizes, strict=False)]
    fits = len(names) == len(sizes) == len(types) == len(counts) and all(kinds) and 0 < len(names) <= 100
    if (
        not fits
        or not all(0 < c <= 1000 for c in counts)
        or sum(name != "_" for name in names) != len({*names} - {"_"})
    ):
        raise RecordingError("PCD must state name, size, type and count of each field, got others; export it again")
    return [(name if name != "_" else f"_{i}", kinds[i], counts[i]) for i, name in enumerate(names)]


def _columns(body: bytes, form: str, fields: list[tuple[str, str, int]], n: int) -> Columns:
    if form == "ascii":
        width = sum(number for *_, number in fields)
        table = numbers(body, width, "points")
        if len(table) != n:
            raise RecordingError(f"PCD must hold {n} points, got {len(table)}; copy it again")
        starts = np.cumsum([0, *(number for *_, number in fields)])
        return {name: table[:, start] for (name, *_), start in zip(fields, starts, strict=False)}
    row = np.dtype([(name, kind, (number,)) for name, kind, number in fields])
    if form == "binary":
        if n * row.itemsize > len(body):
            raise RecordingError(f"PCD must hold {n} points, got a file that ends before; copy it again")
        rows = np.frombuffer(body, row, n)[thinned(n)[0]]  # before anything is widened to 8 bytes
        return {name: rows[name][:, 0] for name, *_ in fields}
    return _unpacked(body, fields, n, row.itemsize)


def _unpacked(body: bytes, fields: list[tuple[str, str, int]], n: int, size: int) -> Columns:
    """Field after field, packed as one."""
    packed, whole = (int.from_bytes(body[i : i + 4], "little") for i in (0, 4))
    if whole != n * size or packed > len(body) - 8:
        raise RecordingError(f"PCD must hold {n} points of {size} bytes, got {whole} bytes, packed; copy it again")
    if whole > LARGEST_UNPACKED:
        raise RecordingError(f"PCD must unpack to at most {LARGEST_UNPACKED} bytes, got {whole}; save it as binary")
    content, columns, start = unpacked(body[8 : 8 + packed], whole), {}, 0
    for name, kind, number in fields:
        values = np.frombuffer(content, kind, n * number, start)
        columns[name] = values.reshape(n, number)[:, 0]
        start += values.nbytes
    return columns


def unpacked(packed: bytes, size: int) -> bytes:
    """LZF (Lehmann's LibLZF) unpacked.

    Raises
    ------
    RecordingError
        If it is damaged or doesn't have this size.

    Examples
    --------
    >>> unpacked(bytes([0, 97, 0xE0, 0, 0]), 10)  # the letter a, then nine bytes from one back
    b'aaaaaaaaaa'
    """
    whole, place = bytearray(), 0
    try:
        while place < len(packed) and len(whole) <= size:
            control = packed[place]
            place += 1
            if control < 32:  # so many bytes, plus one, as they are
                whole += packed[place : place + control + 1]
                place += control + 1
                continue
            length = control >> 5
            if length == 7:
                length += packed[place]
                place += 1
            back = ((control & 31) << 8) + packed[place] + 1
            place += 1
            _repeat(whole, back, length + 2)
    except IndexError:
        whole.clear()
    if len(whole) != size or size == 0:
        raise RecordingError("PCD must be packed whole, got a damaged file; copy it again")
    return bytes(whole)


def _repeat(whole: bytearray, back: int, length: int) -> None:
    """Append ``length`` bytes from so far back; they may overlap what they append."""
    if back > len(whole):
        raise IndexError(back)
    pattern = whole[len(whole) - back :][:length]
    whole += (pattern * (length // len(pattern) + 1))[:length]


def _stacked(columns: Columns, *names: str) -> NDArray[np.float64]:
    return np.stack([columns.get(name, columns[names[-1]]).astype(np.float64) for name in names], axis=1)


def _colours(columns: Columns) -> NDArray[np.uint8] | None:
    """Packed in one value of four bytes, blue lowest, whose type is float by tradition."""
    packed = columns.get("rgb", columns.get("rgba"))
    if packed is None:
        return None
    if packed.dtype == np.float64:  # of a text: the number of those bits, as float or as whole number
        with np.errstate(invalid="ignore", over="ignore"):
            whole = (packed >= 1).all() and (packed == np.round(packed)).all() and (packed < 2**32).all()
            packed = packed.astype("<u4" if whole else "<f4")
    if packed.dtype.itemsize != 4:
        return None
    return np.ascontiguousarray(packed).view(np.uint8).reshape(-1, 4)[:, 2::-1].copy()


def _labels(columns: Columns) -> NDArray[np.int64] | None:
    values = columns.get("label")
    if values is None:
        return None
    whole = values.astype(np.float64)
    if not ((np.abs(whole) < 2**31) & (whole == np.round(whole))).all():
        raise RecordingError("labels must be whole numbers, got others; export it again")
    return whole.astype(np.int64)


def _viewpoint(words: list[str]) -> tuple[float, float, float]:
    try:
        x, y, z = (float(word) for word in words[:3])
    except ValueError:
        return (0.0, 0.0, 0.0)
    return (x, y, z) if np.isfinite([x, y, z]).all() else (0.0, 0.0, 0.0)
